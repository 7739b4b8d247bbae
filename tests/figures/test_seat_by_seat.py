"""In every figure each node is its own seat: number, place, symbol, colour, hover text, click and links."""

from dataclasses import replace
from itertools import pairwise

import pytest

from swarm.figures import (
    ARRANGEMENTS,
    idle_figure,
    replay_figure,
    role_figure,
    standings_figure,
)
from swarm.figures.hierarchy import icicle_figure, org_chart
from swarm.figures.look import ACCENT, CLEAR, INK, MARKS, PALETTE
from swarm.figures.timeline import timeline_figure
from swarm.organization.forest import forest_of
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord
from swarm.turn import Usage
from tests.recorded import a_record, a_turn

ROLES = {1: "Cook", 2: "Clerk", 3: "Scout", 4: "Clerk", 5: "Cook", 9: "Leader"}
LINKS = {(2, 1), (3, 2), (4, 2), (5, 1), (3, 9)}
"""Who leans on whom; the last one reports."""


def a_team() -> RunRecord:
    """Nine seats of every standing that an ended run has, no two alike in tokens, time and reason."""
    acts = {6: "abstain", 7: "unparsed", 8: "failed"}
    turns = []
    for seat in range(1, 10):
        turn = a_turn(
            seat,
            acts.get(seat, "contribute"),
            role=ROLES.get(seat, "Nobody"),
            builds_on=sorted(other for one, other in LINKS if one == seat and other != 9),
            reports_to=9 if seat == 3 else None,
            reason=f"Reason {seat}",
        )
        [call] = turn.calls
        timed = replace(
            call, started_s=float(10 * seat), ended_s=10.0 * seat + seat, usage=Usage(seat**3, 0, 1, 0.1)
        )
        turns.append(replace(turn, calls=(timed,)))
    record = a_record(turns, agents=10)
    return replace(record, protocol_ended=True)


RECORD = a_team()
SEATS = {seat.number: seat for seat in seats_of(RECORD)}


def points_of(figure):
    """Of every node that can be clicked: its number, and its trace and place there."""
    return [
        (int(number), trace, at)
        for trace in figure.data
        if trace.type == "scatter" and trace.customdata is not None
        for at, number in enumerate(trace.customdata)
    ]


def each_of(value, at: int):
    return value[at] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize(
    "draw", [*(lambda it, name=name: role_figure(it, name) for name in ARRANGEMENTS), idle_figure, org_chart]
)
def test_a_node_is_numbered_named_and_clicked_as_its_own_seat(draw):
    points = points_of(draw(RECORD))
    assert len({number for number, *_ in points}) == len(points) >= 6
    assert len({(trace.x[at], trace.y[at]) for _, trace, at in points}) == len(points), (
        "each has its own place"
    )
    for number, trace, at in points:
        told, seat = trace.hovertext[at], SEATS[number]
        assert told.startswith(f"<b>Agent {number}</b>")
        assert (seat.role or "") in told
        assert trace.text is None or trace.text[at] == str(number)
        if draw is not org_chart:
            assert MARKS[seat.standing].label.lower() in told
            assert (f"Reason {number}" in told) == (seat.reason is not None)


@pytest.mark.parametrize("draw", [lambda it: role_figure(it, "order"), idle_figure])
def test_a_node_looks_like_its_standing_and_the_key_names_that_look(draw):
    figure = draw(RECORD)
    keys = {trace.name.partition(" ·")[0].partition(":")[0]: trace for trace in figure.data if trace.name}
    for number, trace, at in points_of(figure):
        mark = MARKS[SEATS[number].standing]
        assert each_of(trace.marker.symbol, at) == mark.symbol or number == 9, "who is reported to is square"
        assert (each_of(trace.marker.color, at) == CLEAR) is not mark.filled
        [key] = [key for name, key in keys.items() if name.startswith(mark.label)]
        assert key.marker.symbol == mark.symbol
        if not mark.filled:
            assert each_of(trace.marker.line.color, at) == mark.colour == key.marker.line.color


def test_seats_with_a_role_alike_share_a_colour_and_all_others_have_the_accent():
    shades = {number: each_of(trace.marker.color, at) for number, trace, at in points_of(role_figure(RECORD))}
    assert {number: shades[number] for number in ROLES} == {
        2: PALETTE[0], 4: PALETTE[0], 1: PALETTE[1], 5: PALETTE[1], 3: ACCENT, 9: ACCENT,
    }  # fmt: skip
    [boss] = [trace.marker.symbol[at] for number, trace, at in points_of(role_figure(RECORD)) if number == 9]
    assert boss == "square"


def test_who_used_more_tokens_is_larger():
    sizes = {number: trace.marker.size[at] for number, trace, at in points_of(role_figure(RECORD))}
    workers = [sizes[number] for number in sorted(ROLES)]
    assert workers == sorted(workers)
    assert len({*workers}) == len(workers)
    smaller = role_figure(RECORD, most_tokens=10 * SEATS[9].tokens)
    assert max(trace.marker.size[at] for _, trace, at in points_of(smaller)) < sizes[9]


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_link_leads_from_who_leans_to_whom_it_leans_on(arrangement):
    figure = role_figure(RECORD, arrangement)
    at_place = {(trace.x[at], trace.y[at]): number for number, trace, at in points_of(figure)}
    drawn = {trace.name: ends_of(trace, at_place) for trace in figure.data if trace.meta == "links"}
    assert drawn == {"Builds on": LINKS - {(3, 9)}, "Reports to": {(3, 9)}}


def ends_of(trace, at_place) -> set[tuple[int, int]]:
    """Where each of a trace's lines begins and where its arrow stands, as seats."""
    found, way = set(), []
    for x, y, size in zip(trace.x, trace.y, trace.marker.size, strict=True):
        if x is None:
            found.add((at_place[way[0][:2]], at_place[way[-1][:2]]))
            assert [each[2] > 0 for each in way] == [False] * (len(way) - 1) + [True], (
                "the arrow is at the end"
            )
            way = []
        else:
            way.append((x, y, size))
    return found


def test_the_seat_in_focus_is_left_by_its_own_links_and_met_by_those_of_others():
    figure = role_figure(RECORD, "order", focus=2)
    at_place = {(trace.x[at], trace.y[at]): number for number, trace, at in points_of(figure)}
    drawn = {trace.name: ends_of(trace, at_place) for trace in figure.data if trace.meta == "links"}
    assert (drawn["Leans on"], drawn["Is leant on by"]) == ({(2, 1)}, {(3, 2), (4, 2)})


def test_a_name_stands_beside_its_own_node():
    for figure in (role_figure(RECORD, "order"), role_figure(RECORD, "layers"), org_chart(RECORD)):
        nodes = {(trace.x[at], trace.y[at]): number for number, trace, at in points_of(figure)}
        names = next(
            trace
            for trace in figure.data
            if trace.customdata is None
            and trace.mode == "markers+text"
            and trace.text
            and trace.x[0] is not None
        )
        named = {nodes[x, y]: text for x, y, text in zip(names.x, names.y, names.text, strict=True)}
        for number, role in ROLES.items():
            assert role in named[number]


def test_the_tree_and_the_icicle_put_each_seat_under_the_one_above_it():
    forest = forest_of(RECORD)
    cells = icicle_figure(RECORD).data[0]
    for name, parent, seat, told, title in zip(
        cells.ids, cells.parents, cells.customdata, cells.hovertext, cells.labels, strict=True
    ):
        if seat is not None:
            assert (name, parent) == (str(seat), str(forest.above[seat] or "team"))
            assert told.startswith(f"<b>Agent {seat}</b> · layer {SEATS[seat].layer}")
            assert str(seat) in title
    shades = {
        int(seat): colour for seat, colour in zip(cells.customdata, cells.marker.colors, strict=True) if seat
    }
    assert {seat for seat, colour in shades.items() if colour == ACCENT} == {*forest.chain}
    tree = {number: trace.marker.color[at] for number, trace, at in points_of(org_chart(RECORD))}
    assert tree == {seat: ACCENT if seat in forest.chain else INK for seat in forest.above}


def test_every_bar_and_mark_of_the_timeline_is_in_the_row_of_its_seat():
    figure = timeline_figure(RECORD)
    bars = [trace for trace in figure.data if trace.type == "bar" and trace.orientation == "h"]
    seen = {}
    for trace in bars:
        for row, begin, length, told in zip(trace.y, trace.base, trace.x, trace.hovertext, strict=True):
            if told.startswith("<b>Agent"):
                assert told.startswith(f"<b>Agent {row:g}</b>")
                seen[int(row)] = (trace.name, begin, length)
    unit = seen[1][1] / 10
    assert {seat: kind for seat, (kind, *_) in seen.items()} == {
        seat: "Asked in vain" if seat in (7, 8) else "Thinking" for seat in range(1, 10)
    }
    for seat, (_, begin, length) in seen.items():
        assert (begin / unit, length / unit) == pytest.approx((10 * seat, seat))
    marks = {
        trace.name: [*trace.y]
        for trace in figure.data
        if trace.type == "scatter" and trace.marker.standoff and trace.name
    }
    assert marks == {
        "Contributed": [1, 2, 3, 4, 5, 9], "Abstained by choice": [6], "Idle by order": [10],
        "Unreadable reply": [7], "No reply": [8],
    }  # fmt: skip


def rounded(x: float, y: float) -> tuple[float, float]:
    return round(float(x), 3), round(float(y), 3)


def test_every_frame_of_a_replay_tells_each_seat_and_the_newest_link_of_its_moment():
    figure = replay_figure(RECORD)
    names = [trace.name for trace in figure.data]
    newest = names.index("Latest turn")
    places = next(trace for trace in figure.data if trace.hovertext and len(trace.hovertext) == 10)
    at_place = {rounded(x, y): n for n, (x, y) in enumerate(zip(places.x, places.y, strict=True), 1)}
    told = [next(each.hovertext for each in frame.data if each.hovertext) for frame in figure.frames]
    for moment, (frame, hover) in enumerate(zip(figure.frames, told, strict=True)):
        assert [text.partition("</b>")[0] for text in hover] == [f"<b>Agent {n}" for n in range(1, 11)]
        assert frame.name == str(moment)
        ways = frame.data[newest]
        ends = [rounded(x, y) for x, y in zip(ways.x, ways.y, strict=True) if x == x]
        begun = {at_place[end] for end in ends if end in at_place}
        leaning = {one for one, _ in LINKS}
        assert (moment in begun) == (moment in leaning), f"at moment {moment} its own links are the newest"
    assert MARKS["active"].label.lower() in told[1][0]
    assert MARKS["active"].label.lower() not in told[1][1]


def test_what_became_of_the_agents_is_counted_in_the_row_of_its_own_run():
    other = a_record([a_turn(1), a_turn(2, "abstain"), a_turn(3, "abstain")])
    figure = standings_figure([RECORD, other], ["one", "other"])
    counts = {
        trace.name: dict(zip(trace.y, trace.x, strict=True)) for trace in figure.data if trace.type == "bar"
    }
    assert counts["Contributed"] == {0: 6, 1: 1}
    assert counts["Abstained by choice"] == {0: 1, 1: 2}
    assert counts["No reply"] == {0: 1, 1: 0}
    axis = figure.layout.yaxis
    assert dict(zip(axis.tickvals, axis.ticktext, strict=True)) == {0: "one", 1: "other"}
    assert all(one > other for one, other in pairwise(axis.range)), "the first is on top"
