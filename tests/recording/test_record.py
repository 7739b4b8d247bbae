"""What events say of a run: the record people look at, the progress a performer needs, the summary."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from swarm.errors import ModelUnavailable
from swarm.history.rows import MORE
from swarm.limits import Limits
from swarm.models.card import Price
from swarm.models.model import Completion
from swarm.models.scripted import ScriptedModel
from swarm.recording.events import (
    CallEnded,
    CallStarted,
    Event,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    TurnStarted,
    TurnTaken,
    from_json,
    to_json,
)
from swarm.recording.measures import summary
from swarm.recording.record import progress_of, record_of, spec_of
from swarm.turn import Call, Usage
from tests.made import later, told
from tests.staging import (
    GARBAGE,
    NAMES,
    PaidModel,
    abstained,
    act,
    ending_of,
    of_kind,
    played,
    recipe,
    said,
    script,
    turns_of,
)

KEYS = [
    "run_id",
    "status",
    "protocol",
    "models",
    "agents",
    "seed",
    "shock",
    "simulated",
    "imported",
    "owner",
    "quality",
    "mission_relevance",
    "depth",
    "active",
    "abstained",
    "directed_idle",
    "unparsed",
    "failed",
    "distinct_roles",
    "roles",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_usd",
    "duration_s",
    "estimated",
    "deliverable",
]


def deletion(events: list[Event]) -> RunDeleted:
    return RunDeleted(run_id="r1", seq=events[-1].seq + 1, at=datetime.now(UTC), t=events[-1].t)


# Events.


@pytest.mark.parametrize("name", NAMES)
def test_events_survive_being_written_and_read(name: str):
    events = played(recipe(name), PaidModel("team", act))
    events = [*events, deletion(events)]
    assert [from_json(to_json(event)) for event in events] == events


def test_an_event_is_one_line():
    team = script(said("One\nTwo\u2028Three"), said(), said())
    assert all(b"\n" not in to_json(event) for event in played(recipe(), team))


# The record.


def test_the_events_of_a_run_begin_with_its_start():
    with pytest.raises(ValueError, match="begin with run_started"):
        record_of([])
    with pytest.raises(ValueError, match="begin with run_started"):
        record_of(played(recipe())[1:])


@pytest.mark.parametrize("name", NAMES)
def test_the_record_of_a_finished_run_holds_what_the_end_says(name: str):
    events = played(recipe(name))
    record, end = record_of(events), ending_of(events)
    assert (record.status, record.deliverable, record.spent, record.calls) == (
        "finished",
        end.deliverable,
        end.spent,
        end.calls,
    )
    assert list(record.turns) == turns_of(events)
    assert record.speaking == ()


@pytest.mark.parametrize("name", NAMES)
def test_turns_are_in_the_order_of_speaking_whatever_came_first(name: str):
    events = played(recipe(name))
    taken = of_kind(TurnTaken, events)
    shuffled = [events[0], *reversed(taken), events[-1]]
    assert list(record_of(shuffled).turns) == turns_of(events)


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_of_a_run_is_running_until_its_end(name: str):
    events = played(recipe(name))
    statuses = [record_of(events[:cut]).status for cut in range(1, len(events) + 1)]
    assert statuses == ["running"] * (len(events) - 1) + ["finished"]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_was_cued_and_has_not_answered_is_speaking(name: str):
    events = played(recipe(name))
    for cut in range(1, len(events)):
        before = events[:cut]
        cued = {event.seat for event in of_kind(TurnStarted, before)}
        pending = len(of_kind(TurnStarted, before)) - len(turns_of(before))
        assert len(record_of(before).speaking) == pending
        assert {event.seat for event in record_of(before).speaking} <= cued


@pytest.mark.parametrize("name", NAMES)
def test_what_is_spent_so_far_is_that_of_all_calls_so_far(name: str):
    events = played(recipe(name), ScriptedModel("team", act))
    for cut in range(1, len(events)):
        used = sum(turn.usage.tokens for turn in turns_of(events[:cut]))
        used += sum(event.verdict.usage.tokens for event in of_kind(RunJudged, events[:cut]))
        assert record_of(events[:cut]).spent.tokens == used


def test_a_resumed_run_is_running_again_and_then_finished():
    stopped = played(recipe(limits=Limits(calls=2)))
    assert record_of(stopped).status == "limited"
    after = played(recipe(), before=stopped)
    assert record_of([*stopped, after[0]]).status == "running"
    assert record_of([*stopped, *after]).status == "finished"
    assert [event.kind for event in after].count("run_resumed") == 1


def test_a_resumed_run_counts_each_turn_once():
    stopped = played(recipe(limits=Limits(calls=2)))
    record = record_of([*stopped, *played(recipe(), before=stopped)])
    assert [turn.seat for turn in record.turns] == [1, 2, 3]
    assert (
        record.spent.tokens == sum(turn.usage.tokens for turn in record.turns) + record.spending.judge.tokens
    )


def test_a_deleted_run_says_so():
    events = played(recipe())
    assert not record_of(events).deleted
    assert record_of([*events, deletion(events)]).deleted


def test_a_deleted_run_keeps_how_it_ended():
    events = played(recipe())
    assert record_of([*events, deletion(events)]).status == "finished"


def test_replies_that_were_asked_for_again_are_kept():
    events = played(recipe(), script(GARBAGE, said(), said(), said()))
    assert [event.outcome.reply for event in record_of(events).asked_again] == [GARBAGE]


def test_a_run_that_ended_early_says_why():
    record = record_of(
        played(recipe(), ScriptedModel("team", lambda request: ModelUnavailable("auth", "No.")))
    )
    assert (record.status, record.reason) == ("failed", "No.")


def test_a_finished_run_has_nothing_to_explain():
    assert record_of(played(recipe())).reason is None


# Progress.


def test_progress_counts_calls_that_never_became_a_turn():
    unread = PaidModel("team", [GARBAGE, said(), said(), said()])
    events = played(recipe(), unread)
    cut = of_kind(CallEnded, events)[0].seq + 1
    progress = progress_of(events[:cut])
    assert [call.reply for call in progress.unfinished[0]] == [GARBAGE]
    assert (progress.calls, progress.turns) == (1, {})
    assert progress.spent == events[cut - 1].outcome.usage  # type: ignore[union-attr]


def test_progress_does_not_count_a_call_twice_once_its_turn_is_taken():
    events = played(recipe(judge=None), PaidModel("team", [GARBAGE, said(), said(), said()]))
    assert progress_of(events[:-1]).spent == ending_of(events).spent
    assert progress_of(events).unfinished == {}


def test_progress_keeps_a_verdict():
    events = played(recipe())
    assert progress_of(events).verdict == of_kind(RunJudged, events)[0].verdict
    assert progress_of(events[:-2]).verdict is None


# The summary.


def keys(told: Mapping[str, Any]) -> list[str]:
    """The keys of a summary, but for those that the table of measures adds to every list."""
    return [key for key in told if key not in MORE]


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_has_exactly_these_keys(name: str):
    assert keys(summary(record_of(played(recipe(name))))) == KEYS


def test_a_summary_has_the_same_keys_however_far_a_run_is():
    events = played(recipe())
    assert all(keys(summary(record_of(events[:cut]))) == KEYS for cut in range(1, len(events) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_is_json(name: str):
    said_of_it = summary(record_of(played(recipe(name))))
    assert json.loads(json.dumps(said_of_it)) == said_of_it


def test_a_summary_counts_what_became_of_seats():
    team = script(
        said(role="Cook"),
        abstained(),
        GARBAGE,
        GARBAGE,
        ModelUnavailable("refused", "No."),
        said(role="cooks"),
    )
    told = summary(record_of(played(recipe(agents=5), team)))
    assert [told[key] for key in ("active", "abstained", "directed_idle", "unparsed", "failed")] == [
        2,
        1,
        0,
        1,
        1,
    ]
    assert (told["roles"], told["distinct_roles"]) == (["Cook", "cooks"], 1)


def test_a_summary_counts_seats_idle_by_order():
    told = summary(record_of(played(recipe("coordinator", agents=6))))
    assert (told["active"], told["directed_idle"]) == (3, 3)


def test_a_summary_names_the_recipe():
    told = summary(record_of(played(recipe("shared", seed=9))))
    known = {"run_id": "r1", "protocol": "shared", "models": {"team": 3}, "agents": 3, "seed": 9}
    assert told.items() >= (known | {"simulated": True, "status": "finished"}).items()


def test_a_summary_of_an_unscored_run_has_no_quality():
    told = summary(record_of(played(recipe(), ScriptedModel("judge", lambda request: GARBAGE))))
    assert (told["quality"], told["mission_relevance"]) == (None, None)


def test_a_summary_of_a_scored_run_has_its_quality():
    told = summary(record_of(played(recipe())))
    assert (told["quality"], told["mission_relevance"]) == (0.75, 3)


def test_a_team_with_one_real_model_is_not_called_simulated():
    real = [PaidModel("team", act), PaidModel("judge", act)]
    assert summary(record_of(played(recipe(), *real)))["simulated"] is False


def test_a_simulated_team_is_simulated_whoever_judges_it():
    assert summary(record_of(played(recipe(), PaidModel("judge", act))))["simulated"] is True


def test_money_of_unknown_price_is_unknown_in_the_summary():
    team = ScriptedModel("team", lambda request: Completion(said(), Usage(5, 0, 5, None)))
    assert summary(record_of(played(recipe(), team)))["cost_usd"] is None


def test_time_spent_interrupted_is_not_counted():
    whole = played(recipe())
    before = whole[: of_kind(TurnTaken, whole)[0].seq + 1]

    after = played(recipe(), before=before)
    resumed, end = of_kind(RunResumed, after)[0], of_kind(RunFinished, after)[0]
    assert before[-1].t <= resumed.t <= end.t
    assert record_of([*before, *after]).duration_s == end.t


def test_the_limits_of_the_latest_resumption_that_tells_any_hold():
    limits = ({"limits": Limits(calls=5)}, {}, {"limits": Limits(calls=9)}, {})
    events = later(told("run", ending="stopped"), *((RunResumed, each) for each in limits))
    assert spec_of(events).limits == Limits(calls=9)
    assert spec_of(events[:-2]).limits == Limits(calls=5)


def test_new_prices_hold_from_the_next_call_on_and_old_ones_are_not_told_again():
    old, new = ({"m": Price(number, 1.0, 1.0, 1.0)} for number in (1.0, 2.0))
    first, *more = told("run", ending="stopped")
    progress = progress_of([replace(first, prices=old), *more])
    assert progress.repriced({"prices": old, "price_table": "t"}) == {}
    told_again = {"prices": new, "price_table": "t", "first_call": 4}
    assert progress.repriced({"prices": new, "price_table": "t"}) == told_again
    resumed = later([replace(first, prices=old), *more], (RunResumed, told_again))
    assert progress_of(resumed).repriced({"prices": new}) == {}
    priced = [record_of(resumed).price_of(Call(number, "m")) for number in (3, 4, 5)]
    assert priced == [old["m"], new["m"], new["m"]]


def test_a_call_of_unknown_outcome_counts_with_all_that_was_reserved_as_an_estimate():
    asked = {"number": 9, "model": "m", "reserved": Usage(500, 0, 70, 0.25)}
    begun = told("run", ending=None)
    before, after = progress_of(begun), progress_of(later(begun, (CallStarted, asked)))
    assert after.spent == replace(before.spent + asked["reserved"], estimated=True)
    assert (before.spent.estimated, after.calls, before.calls) == (False, 9, 3)
