import json

import pytest

from swarm.figures import replay_figure
from swarm.graph import seats_of
from swarm.record import record_of
from tests.recorded import a_record, a_turn
from tests.staging import NAMES, played, recipe
from tests.test_figures import HOSTILE
from tests.test_moments import spoken

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


def test_every_seat_is_seen_in_exactly_one_standing_at_every_moment():
    figure = replay_figure(RUN)
    layers = [
        place
        for place, change in enumerate(figure.frames[0].data)
        if change.marker is not None and change.marker.opacity is not None
    ]
    for one in figure.frames:
        shown = [one.data[place].marker.opacity for place in layers]
        assert [sum(seats) for seats in zip(*shown, strict=True)] == [1, 1, 1]


@pytest.mark.parametrize(("asked", "active"), [(2, 2), (0, 0), (None, 4), (99, 4)])
def test_it_opens_at_the_moment_asked_for_or_at_the_end(asked, active):
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
    turn = a_turn(1)
    record = a_record([turn], simulated=False)
    assert "$" in frame(replay_figure(record), 1).data[-1].text[5]
