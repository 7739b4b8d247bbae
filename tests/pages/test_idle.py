"""Who sat it out: four kinds that are never mixed, their reasons, and where in the order they sat."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from swarm.figures.idle import idle_figure
from swarm.metrics.participation import abstention_along
from swarm.organization.graph import standings_of
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Assignment
from tests.patience import PATIENCE_S
from tests.recorded import a_record, a_turn
from tests.staging import NAMES, played, recipe

HOSTILE = '<script>alert(1)</script> <a href="https://evil.example">click</a> ![x](http://evil) :red[y]'
PARTS = st.sampled_from(["active", "abstained", "directed_idle", "unparsed", "failed", "not_reached"])


def mixed(**more) -> RunRecord:
    """One seat of each kind: active, abstained, unreadable, no reply, and 5 without a turn."""
    turns = [
        a_turn(1),
        a_turn(2, "abstain", reason="All is said."),
        a_turn(3, "unparsed", reason="no JSON"),
        a_turn(4, "failed", reason="no answer"),
    ]
    return a_record(turns, agents=5, **more)


def ended(record: RunRecord) -> RunRecord:
    """The same run when everybody spoke who was to speak."""
    return replace(record, protocol_ended=True)


def drawn(record: RunRecord) -> dict[int, tuple[str, str]]:
    """Symbol and outline of every seat, by number."""
    return {
        int(seat): (trace.marker.symbol, trace.marker.line.color)
        for trace in idle_figure(record).data
        if trace.customdata is not None
        for seat in trace.customdata
    }


def bars(record: RunRecord):
    return next((trace for trace in idle_figure(record).data if trace.type == "bar"), None)


# By position.


def test_abstentions_by_position_are_known():
    parts = {1: "active", 2: "active", 3: "abstained", 4: "active", 5: "abstained", 6: "abstained"}
    found = abstention_along(parts, stretches=3)
    assert [(it.first, it.last, it.abstained, it.decided) for it in found] == [
        (1, 2, 0, 2),
        (3, 4, 1, 2),
        (5, 6, 2, 2),
    ]
    assert [it.share for it in found] == [0, 0.5, 1]


def test_whoever_could_not_decide_is_in_no_share():
    parts = {1: "abstained", 2: "unparsed", 3: "failed", 4: "directed_idle", 5: "not_reached", 6: "active"}
    assert abstention_along(parts, stretches=1)[0].share == 0.5


def test_a_stretch_in_which_nobody_decided_has_no_share():
    assert [it.share for it in abstention_along({1: "not_reached", 2: "abstained"})] == [None, 1]


@given(st.lists(PARTS, max_size=64), st.integers(1, 12))
def test_stretches_cover_the_order_once_and_evenly(parts, stretches):
    found = abstention_along(dict(enumerate(parts, 1)), stretches)
    seats = [seat for it in found for seat in range(it.first, it.last + 1)]
    assert seats == [*range(1, len(parts) + 1)]
    sizes = {it.last - it.first + 1 for it in found}
    assert not sizes or max(sizes) - min(sizes) <= 1
    assert sum(it.abstained for it in found) == parts.count("abstained")


# The figure.


def test_the_four_kinds_and_not_reached_are_drawn_apart():
    early, full = drawn(mixed(ending="failed")), drawn(ended(mixed()))
    assert len({early[seat] for seat in range(1, 6)}) == 5
    assert len({full[seat] for seat in range(1, 6)}) == 5
    assert early[5] != full[5]


def test_the_key_counts_each_kind():
    names = {trace.name for trace in idle_figure(ended(mixed())).data if trace.name}
    assert names == {
        "Contributed: 1",
        "Abstained by choice: 1",
        "Unreadable reply: 1",
        "No reply: 1",
        "Idle by order: 1",
    }


@pytest.mark.parametrize("agents", [1, 2, 8, 11, 64, 65, 145, 256])
def test_every_seat_can_be_clicked_and_has_a_place_of_its_own(agents):
    record = a_record([a_turn(n, "abstain" if n % 3 else "contribute") for n in range(1, agents + 1)])
    marks = [trace for trace in idle_figure(record).data if trace.customdata is not None]
    places = {
        int(seat): (x, y)
        for trace in marks
        for seat, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert sorted(places) == [*range(1, agents + 1)]
    assert len({*places.values()}) == agents
    in_reading_order = sorted(places, key=lambda seat: (-places[seat][1], places[seat][0]))
    assert in_reading_order == [*range(1, agents + 1)]


@pytest.mark.parametrize("protocol", NAMES)
@pytest.mark.parametrize("agents", [1, 8, 26])
def test_every_protocol_has_an_order_to_look_at(protocol, agents):
    record = record_of(played(recipe(protocol, agents=agents)))
    assert drawn(record).keys() == standings_of(record).keys()


@pytest.mark.parametrize(
    ("agents", "abstained", "expected"), [(23, True, False), (24, True, True), (24, False, False)]
)
def test_only_large_teams_in_which_somebody_abstained_have_bars(agents, abstained, expected):
    turns = [a_turn(n, "abstain" if abstained and n > 12 else "contribute") for n in range(1, agents + 1)]
    assert (bars(a_record(turns)) is not None) == expected


def test_bars_are_the_shares_of_those_who_decided_and_unknown_is_not_zero():
    turns = [a_turn(n, "abstain" if n > 10 else "contribute") for n in range(1, 21)]
    found = bars(a_record(turns, agents=40, ending="stopped"))
    assert [*found.y] == [0, 0, 0.5, 1, 1, None, None, None, None, None]
    assert found.hovertext[2] == "agents 9–12: 2 of 4 who decided abstained"
    assert found.hovertext[9] == "agents 37–40: nobody decided"


def test_a_run_that_goes_on_shows_who_is_thinking_and_who_waits():
    names = {
        trace.name for trace in idle_figure(a_record([a_turn(1)], agents=4, ending=None, thinking=2)).data
    }
    assert {"Thinking: 1", "Waiting: 2"} <= names


def test_agents_words_are_escaped_in_the_figure():
    told = idle_figure(a_record([a_turn(1, role=HOSTILE), a_turn(2, "abstain", reason=HOSTILE)])).to_json()
    words = json.dumps(json.loads(told)["data"], ensure_ascii=False)
    assert "<script" not in words
    assert "<a " not in words
    assert "&lt;script" in words


def test_only_simulated_runs_are_marked_so():
    record = mixed()
    assert "SIMULATED" in [note.text for note in idle_figure(record).layout.annotations]
    assert not idle_figure(replace(record, simulated=False)).layout.annotations


def test_a_large_team_stays_small():
    reason = "Nothing left to add. " * 20
    record = a_record([a_turn(n, "abstain" if n % 2 else "contribute", reason=reason) for n in range(1, 257)])
    figure = idle_figure(record)
    assert len(figure.to_json()) < 1_000_000
    assert figure.layout.height <= 500


# On a page.


def shown() -> None:
    import streamlit as st

    from pages.run.idle import show_idle

    show_idle(st.session_state["record"])


def page_of(record: RunRecord) -> AppTest:
    app = AppTest.from_function(shown, default_timeout=PATIENCE_S)
    app.session_state["record"] = record
    app.run()
    assert not app.exception
    return app


def test_each_kind_is_counted_apart():
    app = page_of(ended(mixed()))
    assert {metric.label: metric.value for metric in app.metric} == {
        "Abstained by choice": "1",
        "Idle by order": "1",
        "Unreadable reply": "1",
        "No reply": "1",
    }
    assert app.markdown[0].value == "4 of 5 agents did not work\\."


def test_not_reached_is_not_idle():
    app = page_of(a_record([a_turn(1)], agents=4, ending="stopped"))
    assert not app.metric
    assert not app.table
    assert "The run ended before the turn of 3\\, who are not counted as idle" in app.markdown[0].value


def test_of_a_run_that_goes_on_nobody_was_missed():
    told = page_of(a_record([a_turn(1)], agents=4, ending=None, thinking=2)).markdown[0].value
    assert "3 may still do so" in told
    assert "ended" not in told


def test_a_team_that_all_worked_is_told_in_a_sentence():
    app = page_of(a_record([a_turn(1), a_turn(2)]))
    assert app.markdown[0].value.startswith("Nobody sat it out")
    assert not app.metric


def test_equal_reasons_are_told_together_but_not_across_kinds():
    turns = [*(a_turn(n, "abstain", reason="No.") for n in (1, 2, 3)), a_turn(4, "failed", reason="No.")]
    table = page_of(a_record(turns)).table[0].value
    assert table["Agents"].tolist() == ["1–3 (3 agents)", "4"]
    assert table["Kind"].tolist() == ["Abstained by choice", "No reply"]


def test_many_are_a_table_of_all_and_of_the_reasons_that_repeat():
    turns = [a_turn(n, "abstain", reason="No." if n < 15 else f"No {n}.") for n in range(1, 21)]
    app = page_of(a_record(turns))
    assert app.table[0].value["How many"].tolist() == ["**14**"]
    assert app.dataframe[0].value["Agent"].tolist() == [*range(1, 21)]


def test_who_was_left_out_gave_no_reason_of_its_own():
    plan = a_turn(1, "plan", assignments=(Assignment(2, "Baker", "Bake."),))
    planned = ended(a_record([plan, a_turn(2)], agents=3))
    assert page_of(planned).table[0].value["Reason"].tolist() == ["The plan gave it nothing to do\\."]
    announced = ended(a_record([a_turn(1), a_turn(2, "intend", reason="I would bake.")], agents=2))
    assert "bake" not in page_of(announced).table[0].value["Reason"].tolist()[0]


def test_a_reason_is_neither_markup_nor_formula():
    markup = "![x](http://evil) :red[y]"
    turn = replace(a_turn(1, "abstain", reason=markup), role=markup)
    few = page_of(a_record([turn])).table[0].value
    for column in ("Reason", "Role"):
        told = few[column].tolist()[0]
        assert "evil" in told
        assert "](http" not in told
        assert ":red[" not in told
    turns = [a_turn(n, "abstain", reason="=cmd()") for n in range(1, 18)]
    assert not page_of(a_record(turns)).dataframe[0].value["Reason"].tolist()[0].startswith("=")
