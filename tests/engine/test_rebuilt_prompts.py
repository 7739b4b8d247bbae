import json
from dataclasses import replace

import pytest

from swarm.figures import replay_figure
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord, record_of
from swarm.team import Team, make_team
from swarm.turn import Usage
from tests.figures.test_figures import HOSTILE
from tests.organization.test_moments import spoken
from tests.recorded import a_record, a_turn
from tests.staging import NAMES, played, recipe, simulated

RUN = a_record(
    [
        spoken(1, 0, 1, role="Baker"),
        spoken(2, 1, 2, role="Site scout", builds_on=[1]),
        spoken(3, 2, 3, action="abstain"),
    ]
)


def frame(figure, number: int):
    return next(one for one in figure.frames if one.name == str(number))


def words(part) -> str:
    return json.dumps(part.to_plotly_json(), default=str)


def test_there_is_a_frame_and_a_step_for_every_moment():
    figure = replay_figure(RUN)
    names = [one.name for one in figure.frames]
    assert names == ["0", "1", "2", "3", "4"]
    assert [step.label for step in figure.layout.sliders[0].steps] == names
    assert [step.args[0][0] for step in figure.layout.sliders[0].steps] == names


def test_every_frame_has_something_to_say_of_every_trace():
    figure = replay_figure(RUN)
    assert {len(one.data) for one in figure.frames} == {len(figure.data)}


def test_roles_appear_when_they_are_taken_and_not_before():
    figure = replay_figure(RUN)
    seen = ["Site scout" in words(frame(figure, number)) for number in range(5)]
    assert seen == [False, False, True, True, True]


def test_a_role_that_was_given_beforehand_is_not_shown_before_its_turn():
    record = record_of(played(recipe()))
    given = Team(tuple(replace(seat, role=f"Given {seat.number}") for seat in record.spec.team))
    turns = tuple(replace(turn, role=f"Given {turn.seat}") for turn in record.turns)
    figure = replay_figure(replace(record, turns=turns, spec=replace(record.spec, team=given)))
    names = [trace.textposition is not None for trace in figure.data].index(True)
    seen = [frame(figure, number).data[names].text[1] for number in range(4)]
    assert seen == ["", "", "Given 2", "Given 2"]


def test_counters_say_what_was_true_at_the_moment():
    figure = replay_figure(RUN)
    said = [[str(text) for text in frame(figure, number).data[-1].text] for number in range(5)]
    assert [(row[1], row[2], row[3]) for row in said] == [
        ("<b>0</b>", "<b>0</b>", "<b>–</b>"),
        ("<b>1</b>", "<b>0</b>", "<b>1</b>"),
        ("<b>2</b>", "<b>0</b>", "<b>2</b>"),
        ("<b>2</b>", "<b>1</b>", "<b>2</b>"),
        ("<b>2</b>", "<b>1</b>", "<b>2</b>"),
    ]
    assert said[3][-1] == "Agent 3 abstains."


def two_rounds() -> RunRecord:
    """A run whose second agent abstains, and changes its mind in the second round; the third fails and recovers."""
    second = [replace(spoken(seat, 3 + seat, 4 + seat), index=seat + 2, round=2) for seat in (1, 2, 3)]
    first = [spoken(1, 0, 1), spoken(2, 1, 2, action="abstain"), spoken(3, 2, 3, action="failed")]
    return replace(a_record([*first, *second], agents=4), protocol_ended=True)


SIMULATED = [
    record_of(simulated(recipe(name, team=make_team(["sim/weak"], 8), judge=None, seed=13))) for name in NAMES
]


@pytest.mark.parametrize("record", [RUN, two_rounds(), *SIMULATED], ids=["hand-made", "two rounds", *NAMES])
def test_every_seat_is_seen_in_exactly_one_standing_at_every_moment(record):
    figure = replay_figure(record)
    layers = [
        place
        for place, change in enumerate(figure.frames[0].data)
        if change.marker is not None and change.marker.opacity is not None
    ]
    for one in figure.frames:
        shown = [one.data[place].marker.opacity for place in layers]
        assert {sum(seats) for seats in zip(*shown, strict=True)} == {1}


def test_nobody_is_idle_before_anybody_has_spoken():
    figure = replay_figure(two_rounds())
    assert [frame(figure, 0).data[-1].text[place] for place in (1, 2)] == ["<b>0</b>", "<b>0</b>"]


@pytest.mark.parametrize(("asked", "active"), [(2, 2), (4, 4), (0, 0), (None, 0), (99, 0)])
def test_it_opens_at_the_moment_asked_for_or_at_the_beginning(asked, active):
    figure = replay_figure(RUN, asked)
    assert figure.layout.sliders[0].active == active
    assert [*figure.data[-1].text] == [*figure.frames[active].data[-1].text]


def test_what_an_agent_wrote_is_escaped_in_every_frame():
    drawn = replay_figure(a_record([spoken(1, 0, 1, role=HOSTILE)])).to_json()
    assert "<script" not in drawn
    assert "\\u003cscript" not in drawn
    assert "<a " not in drawn


@pytest.mark.parametrize("agents", [64, 256])
def test_the_replay_of_a_large_team_stays_light(agents):
    turns = [
        spoken(n, n - 1, n, role=f"Role {n}", builds_on=range(max(1, n - 3), n)) for n in range(1, agents + 1)
    ]
    figure = replay_figure(a_record(turns))
    assert len(figure.frames) <= 130
    assert len(figure.to_json()) < 2_000_000


@pytest.mark.parametrize("protocol", NAMES)
def test_every_protocol_can_be_replayed(protocol):
    record = record_of(played(recipe(protocol)))
    figure = replay_figure(record)
    assert len(figure.frames) == len(record.turns) + 2
    assert len(figure.data[-3].x) == len(seats_of(record))


def test_a_run_in_which_nobody_spoke_is_drawn():
    assert len(replay_figure(a_record([], agents=3, ending="failed")).frames) == 2


def test_an_unknown_price_is_not_free():
    free_of_charge = a_turn(1)
    unknown = replace(
        free_of_charge, calls=(replace(free_of_charge.calls[0], usage=Usage(10, cost_usd=None)),)
    )
    assert frame(replay_figure(a_record([unknown])), 1).data[-1].text[5] == "<b>unknown</b>"
