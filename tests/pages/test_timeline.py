import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages.run.timeline import timeline_in_words
from swarm.figures.look import MARKS
from swarm.figures.replay_controls import board_of
from swarm.figures.timeline import LOOKS, timeline_figure
from swarm.figures.timeline_bars import JUDGE, UNKNOWN, bars_of
from swarm.figures.timeline_growth import growth_of
from swarm.figures.timeline_scale import unit_for
from swarm.metrics.timing import TOLERANCE_S, critical_path, timing
from swarm.models.scripted import ScriptedModel
from swarm.organization.moments import moments_of
from swarm.recording.events import CallEnded, RunFinished
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Call, Turn, TurnKey, Usage, total
from swarm.verdict import Verdict
from tests.made import later, verdict
from tests.recorded import a_record, a_turn, events_of
from tests.staging import GARBAGE, NAMES, abstained, act, judged, played, recipe, said, script

HOSTILE = '<b onmouseover=x>boss</b> <a href="https://evil.example">click</a> & <script>alert(1)</script>'


def asked(
    number: int,
    start_s: float,
    end_s: float,
    *,
    waited_s: float = 0.0,
    error: str | None = None,
    cost_usd: float | None = 0.01,
) -> Call:
    used = Usage(100 * number, 0, number, cost_usd)
    return Call(
        number,
        "sim/strong",
        reply=None if error else "{}",
        error=error,
        usage=used,
        started_s=start_s,
        ended_s=end_s,
        waited_s=waited_s,
    )


def worked(seat: int, start_s: float, end_s: float, **more) -> Turn:
    return a_turn(seat, calls=(asked(seat, start_s, end_s),), **more)


def called(record: RunRecord) -> list[int]:
    """The numbers of all calls that a record knows."""
    made = [call for turn in record.turns for call in turn.calls]
    made += [event.outcome for event in record.asked_again]
    made += record.verdict.calls if record.verdict else ()
    return sorted({call.number for call in made})


def doings(record: RunRecord, seat: int) -> list[tuple[str, float, float]]:
    found = [bar for bar in bars_of(record) if bar.seat == seat]
    return [(bar.doing, bar.start_s, bar.end_s) for bar in sorted(found, key=lambda bar: bar.start_s)]


def names(record: RunRecord) -> set[str]:
    return {trace.name for trace in timeline_figure(record).data if trace.name}


seconds = st.floats(0, 1000, allow_nan=False).map(lambda value: round(value, 3))
spans = st.lists(st.tuples(seconds, seconds).map(sorted), min_size=1, max_size=12)


def test_the_critical_path_leads_back_from_the_last_end_to_the_last_end_before_each_begin():
    turns = [
        worked(1, 0, 2),
        worked(2, 0, 3),  # the last to end before agents 4 and 5 begin
        worked(3, 0, 1),
        worked(4, 3, 5),
        worked(5, 3, 9),
    ]
    assert critical_path(turns) == (TurnKey(1, 2), TurnKey(1, 5))


def test_turns_one_after_another_are_all_on_the_critical_path_and_simultaneous_ones_are_one():
    line = [worked(seat, seat, seat + 1) for seat in range(1, 5)]
    assert [key.seat for key in critical_path(line)] == [1, 2, 3, 4]
    crowd = [worked(seat, 0, seat) for seat in range(1, 5)]
    assert critical_path(crowd) == (TurnKey(1, 4),)


def test_of_turns_that_ended_together_the_later_speaker_is_on_the_path():
    assert critical_path([worked(1, 0, 2), worked(2, 1, 2)]) == (TurnKey(1, 2),)


def test_a_turn_without_a_call_has_no_time_and_is_on_no_path():
    assert critical_path([a_turn(1, calls=())]) == ()
    assert timing([a_turn(1, calls=())]) is None
    assert critical_path([worked(1, 1, 2), a_turn(2, calls=())]) == (TurnKey(1, 1),)


def test_the_critical_path_waits_for_retries_as_well():
    tried = a_turn(1, calls=(asked(1, 0, 1, error="busy"), asked(2, 5, 6)))
    assert critical_path([tried, worked(2, 3, 4), worked(3, 6, 7)]) == (TurnKey(1, 1), TurnKey(1, 3))


@given(spans)
@example([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
def test_turns_of_a_critical_path_never_overlap_and_nothing_ends_after_it(times):
    turns = [worked(seat, start, end) for seat, (start, end) in enumerate(times, 1)]
    path = [turns[key.seat - 1] for key in critical_path(turns)]
    assert path[-1].ended_s == max(turn.ended_s for turn in turns)
    for before, after in pairwise(path):
        assert before.ended_s <= after.started_s + TOLERANCE_S
        between = [turn for turn in turns if before.ended_s < turn.ended_s <= after.started_s]
        assert not [turn for turn in between if turn not in path]
    assert not [turn for turn in turns if turn not in path and turn.ended_s < path[0].started_s]


def test_agents_at_once_are_the_time_of_all_over_the_time_that_passed():
    took = timing([worked(1, 1, 3), worked(2, 1, 5), worked(3, 3, 4)])
    assert took is not None
    assert (took.elapsed_s, took.worked_s, took.at_once) == (4, 7, 1.75)
    assert (took.longest, took.longest_share) == (TurnKey(1, 2), 1.0)


def test_a_call_waits_before_it_leaves_and_between_a_failure_and_the_next_try():
    calls = (asked(1, 2, 3, waited_s=0.5, error="busy"), asked(2, 5, 8))
    record = a_record([a_turn(1, calls=calls)])
    assert doings(record, 1) == [
        ("waiting", 1.5, 2),
        ("in_vain", 2, 3),
        ("waiting", 3, 5),
        ("thinking", 5, 8),
    ]


@pytest.mark.parametrize("action", ["unparsed", "failed"])
def test_the_last_call_of_a_turn_without_an_answer_was_in_vain(action):
    record = a_record([a_turn(1, action, calls=(asked(1, 0, 1), asked(2, 1, 2)))])
    assert [doing for doing, *_ in doings(record, 1)] == ["in_vain", "in_vain"]


def test_who_abstains_was_not_asked_in_vain():
    record = a_record([a_turn(1, "abstain", calls=(asked(1, 0, 1),))])
    assert doings(record, 1) == [("thinking", 0, 1)]


def test_plans_and_intentions_are_told_apart_from_work():
    plan = a_turn(1, "plan", calls=(asked(1, 0, 1),))
    assert names(a_record([plan, worked(2, 1, 2)])) >= {"Planning", "Thinking"}
    intends = replace(a_turn(1, "intend", calls=(asked(1, 0, 1),)), cue="intend")
    work = replace(worked(1, 1, 2), round=2, index=1)
    record = a_record([intends, work])
    assert names(record) >= {"Announcing", "Thinking"}
    assert [doing for doing, *_ in doings(record, 1)] == ["planning", "thinking"]


@pytest.mark.parametrize("protocol", NAMES)
def test_every_call_of_every_protocol_is_in_exactly_one_bar(protocol):
    roles = {"roles": ["Baker", "Scout", "Clerk"]} if protocol == "fixed_roles" else {}
    replies = iter([GARBAGE])
    model = ScriptedModel("team", lambda request: next(replies, None) or act(request))
    record = record_of(played(recipe(protocol, options=roles), model))
    drawn = Counter(bar.call.number for bar in bars_of(record) if bar.call)
    assert sorted(drawn) == called(record)
    assert set(drawn.values()) == {1}
    assert sum(bar.doing == "in_vain" for bar in bars_of(record)) == 1
    assert timeline_figure(record).data


@pytest.mark.parametrize("protocol", NAMES)
def test_tokens_and_dollars_add_up_to_what_the_run_spent(protocol):
    roles = {"roles": ["Baker", "Scout", "Clerk"]} if protocol == "fixed_roles" else {}
    record = record_of(played(recipe(protocol, options=roles)))
    growth = growth_of(record, bars_of(record))
    assert growth.tokens[-1] == record.spent.tokens > 0
    assert growth.dollars is not None
    assert growth.dollars[-1] == pytest.approx(record.spent.cost_usd)
    for steps in (growth.times_s, growth.tokens, growth.dollars):
        assert [*steps] == sorted(steps)


def test_tokens_of_a_call_count_when_it_ends():
    record = a_record([worked(1, 0, 2), worked(2, 0, 1)], ending=None)
    growth = growth_of(record, bars_of(record))
    assert growth.times_s[:3] == (0, 1, 2)
    assert growth.tokens[:3] == (0, 202, 303)


def test_calls_that_were_cut_off_count_at_the_end():
    record = a_record([worked(1, 0, 1)], ending="stopped")
    record = replace(record, duration_s=4.0, spent=record.spent + Usage(1000, 0, 0, 0.5))
    growth = growth_of(record, bars_of(record))
    assert (growth.times_s[-1], growth.tokens[-1] - growth.tokens[-2]) == (4.0, 1000)


def test_an_unknown_price_is_said_and_not_drawn_as_free():
    turn = a_turn(1, calls=(asked(1, 0, 1, cost_usd=None),))
    record = a_record([turn], judged=replace(verdict(), calls=()))
    figure = timeline_figure(record)
    assert "yaxis3" not in figure.layout
    assert "$" not in figure.to_json()
    assert any("price unknown" in note.text for note in figure.layout.annotations)


def test_a_live_run_shows_who_is_thinking_until_now():
    record = replace(a_record([worked(1, 0, 1)], agents=3, ending=None, thinking=2), duration_s=9.0)
    ((doing, start_s, end_s),) = doings(record, 2)
    assert (doing, start_s, end_s) == ("open", record.speaking[0].t, 9.0)
    assert "Thinking now" in names(record)
    assert "Cut off" in names(replace(record, status="interrupted"))
    assert timeline_in_words(record).startswith("So far, ")


def test_calls_of_a_turn_that_the_run_ended_in_are_drawn_without_a_seat():
    began = events_of([worked(1, 0, 1)], agents=3, ending=None, thinking=2)
    refused = {"index": 1, "outcome": asked(2, 1, 2, error="the key was refused"), "because": HOSTILE}
    running = later(began, (CallEnded, refused))
    assert doings(record_of(running), 2)[0] == ("in_vain", 1, 2)
    over = {"status": "failed", "reason": "no key", "spent": Usage(303), "calls": 2}
    failed = record_of(later(running, (RunFinished, over)))
    assert doings(failed, UNKNOWN) == [("in_vain", 1, 2)]
    assert "Cut off" in timeline_figure(failed).layout.yaxis.ticktext
    assert "1 request brought no answer" in timeline_in_words(failed)


def test_a_judge_asked_twice_has_both_calls_in_a_row_of_its_own():
    judge = ScriptedModel("judge", [GARBAGE, judged(3)])
    record = record_of(played(recipe(), judge))
    assert [doing for doing, *_ in doings(record, JUDGE) if doing != "waiting"] == ["in_vain", "judging"]
    figure = timeline_figure(record)
    assert figure.layout.yaxis.ticktext[-1] == "Judge"


def test_a_run_taken_up_again_draws_no_call_twice():
    events = played(recipe(agents=3), script(GARBAGE, said(), abstained(), said()))
    taken = [place for place, event in enumerate(events) if event.kind == "turn_taken"]
    before = events[: taken[1] + 1]
    record = record_of([*before, *played(recipe(agents=3), script(said()), before=before)])
    drawn = Counter(bar.call.number for bar in bars_of(record) if bar.call)
    assert sorted(drawn) == called(record)
    assert set(drawn.values()) == {1}
    ends = [turn.ended_s for turn in record.turns]
    assert ends == sorted(ends)
    assert len(critical_path(record.turns)) == 3


def test_the_path_is_drawn_along_its_turns():
    record = a_record([worked(1, 0, 2), worked(2, 0, 1), worked(3, 2, 4)])
    (path,) = (trace for trace in timeline_figure(record).data if trace.name == "Critical path")
    assert [*zip(path.x, path.y, strict=True)] == [(0, 1), (2, 1), (2, 3), (4, 3)]
    # It changes rows at once: further along its own row, that seat may have other bars.
    assert path.line.shape == "vh"


def test_what_became_of_a_seat_is_marked_where_its_last_bar_ends():
    turns = [
        worked(1, 0, 2),
        a_turn(2, "abstain", calls=(asked(2, 2, 5),)),
        replace(worked(1, 5, 7), round=2, index=2),
    ]
    record = replace(a_record(turns, agents=3), protocol_ended=True)
    marks = {trace.name: trace for trace in timeline_figure(record).data if trace["type"] == "scatter"}
    marks = {name: trace for name, trace in marks.items() if trace.mode == "markers"}
    assert [*marks] == ["Contributed", "Abstained by choice", "Idle by order"]
    assert (marks["Contributed"].x, marks["Contributed"].y) == ((7,), (1,))
    assert marks["Abstained by choice"].marker.symbol == MARKS["abstained"].symbol
    assert marks["Idle by order"].y == (3,)


def test_no_two_kinds_of_bar_differ_by_colour_alone():
    looks = [
        (look.pattern, look.thickness, look.colour == "rgba(0, 0, 0, 0)" and not look.pattern)
        for look in LOOKS.values()
    ]
    assert len(set(looks)) == len(looks)


def test_text_of_agents_and_providers_is_escaped():
    calls = (asked(1, 0, 1, error=HOSTILE), asked(2, 1, 2))
    drawn = timeline_figure(a_record([a_turn(1, role=HOSTILE, reason=HOSTILE, calls=calls)])).to_json()
    words = json.dumps(json.loads(drawn), ensure_ascii=False)
    assert "<script" not in words
    assert "<a " not in words
    assert "<b onmouseover" not in words
    assert "&lt;" in words


def test_simulated_runs_say_so_and_real_ones_do_not():
    for simulated in (True, False):
        notes = timeline_figure(a_record([worked(1, 0, 1)], simulated=simulated)).layout.annotations
        assert ("SIMULATED" in [note.text for note in notes]) is simulated


@pytest.mark.parametrize(("agents", "most_px"), [(1, 400), (8, 760), (64, 760), (256, 760)])
def test_a_timeline_fits_the_screen_and_its_numbers_have_room(agents, most_px):
    figure = timeline_figure(a_record([worked(seat, seat, seat + 1) for seat in range(1, agents + 1)]))
    axis, height = figure.layout.yaxis, figure.layout.height
    assert height <= most_px
    rows = axis.range[0] - axis.range[1]
    px = (axis.domain[1] - axis.domain[0]) * (height - 120) / rows
    gaps = [below - above for above, below in pairwise(axis.tickvals)]
    assert all(gap * px >= 10 for gap in gaps)


def test_a_large_team_that_is_asked_twice_stays_small():
    turns = []
    for seat in range(1, 257):
        turns.append(
            a_turn(
                seat,
                role=f"Role {seat} " * 6,
                calls=(asked(seat, 0, 1, error="x" * 500), asked(seat + 300, 2, 3)),
            )
        )
    assert len(timeline_figure(a_record(turns)).to_json()) < 1_000_000


def test_times_are_told_in_a_unit_that_suits_them():
    assert [unit_for(length).name for length in (0.004, 30, 600, 20_000)] == [
        "milliseconds",
        "seconds",
        "minutes",
        "hours",
    ]
    axis = timeline_figure(
        replace(a_record([worked(1, 0, 0.004)], ending=None), duration_s=0.005)
    ).layout.xaxis
    assert axis.title.text.endswith("milliseconds")
    assert 5 <= axis.range[1] < 6


def test_nobody_has_spoken_yet_and_still_there_is_a_figure():
    record = a_record([], agents=3, ending=None)
    assert bars_of(record) == ()
    assert timeline_figure(record).layout.height


def test_words_tell_how_many_worked_at_once_and_what_decided_the_time():
    turns = [worked(1, 0, 4), worked(2, 0, 2), worked(3, 4, 8)]
    words = timeline_in_words(a_record(turns))
    assert "3 agents took 8.0 s without the judge; on average 1.2 worked at once." in words
    assert "2 of 3 turns; the longest of these, agent 1's, took 50% of the time." in words
    assert "one turn after another" in timeline_in_words(a_record([worked(1, 0, 1), worked(2, 1, 2)]))


def test_only_time_that_a_judge_took_is_said_to_be_left_out():
    turns = [worked(1, 0, 2)]
    assert timeline_in_words(a_record(turns)) == "1 agent took 2.0 s without the judge."
    assert timeline_in_words(a_record(turns, ending="stopped")) == "1 agent took 2.0 s."
    nothing = Verdict("sim/judge", unscored="nothing was delivered")
    assert timeline_in_words(a_record(turns, judged=nothing)) == "1 agent took 2.0 s."


def test_a_small_price_is_not_drawn_as_nothing():
    turn = a_turn(1, calls=(asked(1, 0, 1, cost_usd=0.00004),))
    record = a_record([turn], ending=None)
    figure = timeline_figure(record)
    drawn = json.dumps(json.loads(figure.to_json()), ensure_ascii=False)
    assert "price &lt;$0.0001" in drawn
    assert "&lt;$0.0001 so far" in drawn
    assert "$0.0000" not in drawn
    dollars = next(trace for trace in figure.data if trace.yaxis == "y3")
    assert max(dollars.y) == 0.00004
    board = board_of(record, moments_of(record, 10)[-1])
    assert "<b>&lt;$0.0001</b>" in board["text"]


def test_all_spending_of_a_record_made_by_hand_is_drawn():
    turns = [worked(1, 0, 1), worked(2, 1, 2)]
    record = a_record(turns)
    growth = growth_of(record, bars_of(record))
    assert (
        growth.tokens[-1]
        == total(call.usage for turn in turns for call in turn.calls).tokens + verdict().usage.tokens
    )
