"""A run that delivered nothing failed, whatever the protocol, unless its whole team chose so; and who is to blame."""

from dataclasses import replace
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.config import Settings
from swarm.engine.perform import events_before
from swarm.errors import BadInput, FailureKind, ModelUnavailable
from swarm.history.store import History
from swarm.limits import Limits
from swarm.models.model import Request
from swarm.models.scripted import Reply, ScriptedModel
from swarm.recording.events import Event, RunFinished, RunResumed, TurnTaken
from swarm.recording.record import RunRecord, record_of
from swarm.recording.shortfall import LOWEST_QUALITY, as_run, shortfall
from swarm.reply.answer import JudgeAnswer, PlanAnswer
from swarm.shock import Shock
from tests.made import keep, put_back
from tests.staging import (
    GARBAGE,
    NAMES,
    NO_WAITS,
    abstained,
    act,
    ending_of,
    planned,
    played,
    recipe,
    said,
    script,
    speaker,
)

DOWN = ModelUnavailable("overloaded", "Nobody there.")
ANSWERS: dict[str, Reply] = {
    "works": said(),
    "abstains": abstained(),
    "mumbles": GARBAGE,
    "is refused": ModelUnavailable("refused", "It will not."),
    "is out of reach": ModelUnavailable("bad_request", "No such thing."),
}


def team(*answers: str) -> ScriptedModel:
    """A team whose seats answer like this, round and round; its leader gives everybody a job."""

    def reply(ask: Request) -> Reply:
        if ask.answer is PlanAnswer:
            return planned(*((seat, "Baker") for seat in range(1, len(answers) + 1)))
        return ANSWERS[answers[(speaker(ask) - 1) % len(answers)]]

    return ScriptedModel("team", reply)


def all_do(answer: Reply) -> ScriptedModel:
    """A team of which every reply is the same, a plan's too."""
    return ScriptedModel("team", lambda ask: act(ask) if ask.answer is JudgeAnswer else answer)


@pytest.mark.parametrize("protocol", NAMES)
@settings(max_examples=25, deadline=None)
@given(answers=st.lists(st.sampled_from([*ANSWERS]), min_size=1, max_size=4))
def test_a_run_finishes_when_something_is_delivered_or_all_abstain_and_fails_otherwise(
    protocol: str, answers: list[str]
):
    asked = answers[:1] if protocol == "solo" else answers
    end = ending_of(played(recipe(protocol, agents=len(answers)), team(*answers)))
    if end.status == "finished":
        assert end.deliverable or set(asked) == {"abstains"}
        assert end.reason is None
    else:
        assert end.status == "failed"
        assert end.reason
        # A model that fails three times in a row is given up, whatever was delivered before.
        assert not end.deliverable or sum(answer.startswith("is ") for answer in asked) > 2


@pytest.mark.parametrize("agents", [1, 2, 5])
@pytest.mark.parametrize("answer", [GARBAGE, DOWN, ANSWERS["is refused"]], ids=["unread", "down", "refused"])
@pytest.mark.parametrize("protocol", NAMES)
def test_a_team_that_delivers_nothing_fails_under_every_protocol_and_in_every_size(
    protocol: str, answer: Reply, agents: int
):
    record = record_of(played(recipe(protocol, agents=agents), all_do(answer)))
    assert (record.status, record.deliverable) == ("failed", "")
    assert shortfall(record) == ("provider" if answer is DOWN else "own")
    assert as_run(record) == (None if answer is DOWN else LOWEST_QUALITY)


def ran(*answers: str, **changes: Any) -> RunRecord:
    return record_of(played(recipe(agents=len(answers), **changes), team(*answers)))


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["works", "mumbles"], None),
        (["abstains", "abstains"], "own"),
        (["mumbles", "abstains"], "own"),
        (["is refused", "mumbles"], "own"),
        # Who did not get an answer might have delivered something.
        (["is out of reach", "mumbles", "mumbles"], "provider"),
        (["works", "is refused", "is refused", "is refused"], "own"),
        (["works", "is out of reach", "is out of reach", "is out of reach"], "provider"),
    ],
)
def test_a_team_is_to_blame_for_what_it_was_answered(answers: list[str], why: str | None):
    record = ran(*answers)
    assert shortfall(record) == why
    assert as_run(record) == {None: 0.75, "own": LOWEST_QUALITY, "provider": None}[why]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("too_long", "own"), ("refused", "own"), ("auth", "provider"), ("quota", "provider"),
        ("rate_limit", "provider"), ("overloaded", "provider"), ("network", "provider"), ("timeout", "provider"),
        ("bad_request", "provider"), ("bad_reply", "provider"),
    ],
)  # fmt: skip
def test_of_calls_that_fail_those_too_long_or_refused_are_a_teams_own(kind: FailureKind, why: str):
    policy = replace(NO_WAITS, patience_s=0.1)
    record = record_of(played(recipe(agents=1), all_do(ModelUnavailable(kind, "No.")), policy=policy))
    assert (record.status, shortfall(record)) == ("failed", why)


def test_nobody_is_to_blame_for_a_judge_that_cannot_be_read_or_was_not_asked():
    mute = ScriptedModel("judge", lambda ask: GARBAGE)
    assert shortfall(record_of(played(recipe(), mute))) == "judge"
    assert shortfall(record_of(played(recipe(judge=None)))) == "unjudged"
    unasked = record_of(played(recipe(judge=None), all_do(GARBAGE)))
    assert (shortfall(unasked), as_run(unasked)) == ("own", None)


def test_a_limit_a_stop_and_a_bug_are_no_failures_of_a_team():
    assert shortfall(record_of(played(recipe(limits=Limits(calls=2)), all_do(GARBAGE)))) == "limited"
    events = played(recipe(), all_do(GARBAGE))
    stopped = replace(events[-1], status="stopped")
    assert shortfall(record_of([*events[:-1], stopped])) == "stopped"
    assert shortfall(record_of(events[:-1])) is None
    told: list[Event] = []

    async def keeping(event: Event) -> None:
        told.append(event)

    with pytest.raises(ZeroDivisionError):
        played(recipe(), script(GARBAGE, GARBAGE, ZeroDivisionError()), record=keeping)
    assert shortfall(record_of(told)) == "broken"


def test_a_run_in_which_nobody_is_left_to_be_asked_cannot_be_resumed(settings: Settings):
    keep(settings, played(recipe(), all_do(GARBAGE)))
    with pytest.raises(BadInput, match="failed when everybody had had their turn"):
        events_before("r1", settings)


def test_a_run_that_a_model_left_in_the_middle_can_be_resumed(settings: Settings):
    keep(settings, played(recipe(agents=5), all_do(DOWN)))
    assert events_before("r1", settings)


def before(events: list[Event]) -> list[Event]:
    """A run as it was recorded before: it had finished if nothing stood in its way, and failed calls had no class."""

    def old(event: Event) -> Event:
        if isinstance(event, TurnTaken):
            calls = tuple(replace(call, failure=None) for call in event.turn.calls)
            return replace(event, turn=replace(event.turn, calls=calls))
        if isinstance(event, RunFinished) and (event.reason or "").startswith("nothing was delivered"):
            return replace(event, status="finished", reason=None)
        return event

    return [replace(old(event), run_id=events[0].run_id) for event in events]


def runs_of_before() -> list[list[Event]]:
    lone: dict[str, Any] = {"agents": 1}
    found = [
        played(recipe(), team("mumbles", "abstains", "is refused")),
        played(recipe(**lone), team("is out of reach")),
        played(recipe("coordinator"), all_do(GARBAGE)),
        played(recipe("coordinator"), all_do(ANSWERS["is out of reach"])),
        played(recipe("broadcast"), team("abstains")),
        played(recipe(), team("works")),
        played(recipe(judge=None), team("mumbles")),
        played(recipe(judge=None), team("works")),
        played(recipe(), ScriptedModel("judge", lambda ask: GARBAGE)),
        played(recipe(agents=4), team("is out of reach")),
        played(recipe(agents=4, limits=Limits(calls=2)), team("mumbles")),
    ]
    return [
        [replace(event, run_id=f"20261122-120000-{number:06x}") for event in before(events)]
        for number, events in enumerate(found)
    ]


def test_runs_of_before_read_as_they_would_end_today(settings: Settings):
    for events in runs_of_before():
        keep(settings, events)
    rows = {row.run_id[-1]: row for row in History(settings).runs()}
    assert {name: (row.status, row.shortfall, row.as_run) for name, row in rows.items()} == {
        "0": ("failed", "provider", None),
        "1": ("failed", "provider", None),
        "2": ("failed", "own", 0.25),
        "3": ("failed", "provider", None),
        "4": ("finished", "own", 0.25),
        "5": ("finished", None, 0.75),
        "6": ("failed", "own", None),
        "7": ("finished", "unjudged", None),
        "8": ("finished", "judge", None),
        "9": ("failed", "provider", None),
        "a": ("limited", "limited", None),
    }
    assert rows["0"].reason == "nothing was delivered (agents: 3; unreadable: 1; without a reply: 1)"


def test_a_history_of_before_is_brought_up_to_date_by_itself(settings: Settings):
    for events in runs_of_before():
        keep(settings, events)
    history = History(settings)
    now = history.runs()
    with duckdb.connect(settings.history) as connection:
        put_back(connection, 7)
        connection.execute(
            "UPDATE runs SET status = 'finished', reason = NULL, body = json_merge_patch(body, "
            """'{"status": "finished", "reason": null}') WHERE reason LIKE 'nothing was delivered%'"""
        )
    assert history.runs() == now
    for row in now:
        record = history.run(row.run_id)
        assert (record.status, record.reason, shortfall(record)) == (row.status, row.reason, row.shortfall)


def test_a_failed_run_that_was_resumed_by_an_older_roleless_reads_right(settings: Settings):
    events = before(played(recipe(), all_do(GARBAGE)))
    last = events[-1]
    again = RunResumed(run_id=last.run_id, seq=last.seq + 1, at=last.at, t=last.t)
    assert record_of([*events, again, replace(last, seq=last.seq + 2)]).status == "failed"


SEED_OF_FIRST = 0
"""The lot falls on agent 1."""


def test_a_team_whose_only_work_dropped_out_with_its_author_failed():
    record = record_of(
        played(recipe(agents=2, shock=Shock("seat"), seed=SEED_OF_FIRST), team("works", "abstains"))
    )
    assert (record.status, record.deliverable, shortfall(record)) == ("failed", "", "own")
    assert record.reason == "nothing was delivered (agents: 2; gone with their work: 1)"


def test_who_abstains_after_an_unreadable_intention_chose_to():
    intents = iter([GARBAGE, GARBAGE])

    def reply(ask: Request) -> Reply:
        return next(intents, abstained())

    record = record_of(played(recipe("broadcast", agents=1), ScriptedModel("team", reply)))
    assert [turn.action for turn in record.turns] == ["unparsed", "abstain"]
    assert (record.status, shortfall(record)) == ("finished", "own")
