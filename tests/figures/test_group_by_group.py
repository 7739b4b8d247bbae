"""In every figure of a comparison each group has its own row, interval, point and words."""

import re

import pytest

from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import groups_by
from swarm.comparison.tradeoff import standpoints
from swarm.figures import by_mission_figure, forest_figure, measure_figure, quality_cost_figure
from swarm.figures.look import CLEAR
from tests.compared import arm

COMPARED = compare_groups(
    groups_by(
        [
            *arm("shared", 0, measures={"cost_usd": 0.4, "depth": 1.0}),
            *arm("sequential", 0.1, spread=0.03, measures={"cost_usd": 0.1, "depth": 3.0}),
            *arm("solo", -0.1, spread=0.04, measures={"cost_usd": 0.2, "depth": 2.0}),
        ],
        "protocol",
        "Shared",
    )[0]
)


def test_every_interval_belongs_to_the_group_that_its_row_names():
    figure = forest_figure(COMPARED)
    rows = {note.y: note.text for note in figure.layout.annotations if note.text != "SIMULATED"}
    for trace, each in zip(figure.data[-2:], COMPARED.contrasts, strict=True):
        found = each.difference
        assert (trace.x[0], trace.error_x.array[0], trace.error_x.arrayminus[0]) == pytest.approx(
            (found.difference, found.high - found.difference, found.difference - found.low)
        )
        assert trace.hovertext[0].startswith(f"<b>{each.group.name}</b> against Shared<br><b>{each.verdict}")
        said = rows[trace.y[0] + 0.22]
        assert said.startswith(f"{each.group.name}: <b>{each.verdict}</b>")
    [line] = [shape for shape in figure.layout.shapes if shape.type == "line"]
    [band] = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    margin = COMPARED.contrasts[0].difference.margin
    assert (line.x0, line.x1, band.x0, band.x1) == (0, 0, -margin, margin)


def test_every_mean_stands_over_the_name_of_its_own_group():
    groups = COMPARED.groups
    quality, depth = by_mission_figure(groups), measure_figure(groups, "depth")
    ticks = dict(zip(quality.layout.xaxis.tickvals, quality.layout.xaxis.ticktext, strict=True))
    means = quality.data[-1]
    assert [ticks[x] for x in means.x] == [group.name for group in groups]
    for group, value, above, below, told in zip(
        groups, means.y, means.error_y.array, means.error_y.arrayminus, means.hovertext, strict=True
    ):
        found = group.ranged("quality")
        assert (value, above, below) == pytest.approx(
            (found.value, found.high - found.value, found.value - found.low)
        )
        assert told.startswith(f"<b>{group.name}</b>")
        assert told.endswith("on 12 missions")
    rows = dict(zip(depth.layout.yaxis.tickvals, depth.layout.yaxis.ticktext, strict=True))
    assert {rows[y]: x for x, y in zip(depth.data[0].x, depth.data[0].y, strict=True)} == {
        group.name: group.ranged("depth").value for group in groups
    }


def test_on_the_plane_of_quality_and_cost_each_group_has_its_own_point_and_only_the_front_is_filled():
    points = standpoints(COMPARED.groups)
    plane = quality_cost_figure(points, simulated=True)
    drawn = {re.sub("</?b>", "", trace.text[0]): trace for trace in plane.data if trace.text}
    for each in points:
        trace = drawn[each.name]
        assert (trace.x[0], trace.y[0]) == each.point
        assert (trace.marker.color != CLEAR) is (each.beaten_by is None)
        assert f"Beaten by {each.beaten_by}" in trace.hovertext[0] or each.beaten_by is None
    assert {name for name, trace in drawn.items() if trace.marker.color != CLEAR} == {"Sequential"}
