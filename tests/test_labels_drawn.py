"""Every number is drawn along the axis of its own, in the unit of that axis."""

from dataclasses import replace
from typing import Any

import pytest

from swarm.comparison.group import Group
from swarm.comparison.threshold import ModelCase, advice_in_words, threshold_in_words
from swarm.comparison.tradeoff import Standpoint, standpoints, weighed
from swarm.figures import by_mission_figure, forest_figure, measure_figure, quality_cost_figure
from swarm.figures.over_runs import TITLES, abstention_figure, role_history_figure
from swarm.figures.threshold import threshold_figure
from swarm.figures.timeline import timeline_figure
from swarm.metrics.over_runs import Abstention, RoleStep, RunRoles
from swarm.stats.estimate import Estimate
from tests.compared import cell
from tests.distinct import RECORD
from tests.made import BEGAN
from tests.test_labels_compared import GROUP, REFERENCE, compared, of


def ends(bars: Any) -> list[tuple[float, float]]:
    """How far error bars reach downwards and upwards."""
    return [
        (pytest.approx(below), pytest.approx(above))
        for below, above in zip(bars.arrayminus, bars.array, strict=True)
    ]


def test_the_forest_draws_the_difference_and_its_interval_along_the_axis_of_quality():
    figure = forest_figure(compared())
    drawn = figure.data[-1]
    assert ([*drawn.x], ends(drawn.error_x)) == ([0.19], [(0.08, 0.09)])
    assert [*figure.data[0].x] == [pytest.approx(0.1875)] * 2
    assert figure.layout.xaxis.title.text == "Quality less that of Shared"
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (band.x0, band.x1) == (-0.04, 0.04)
    assert drawn.hovertext[0].split("<br>") == [
        "<b>Solo</b> against Shared",
        "<b>better</b>  +0.190 (+0.110 to +0.280)",
        "p after Holm 0.022 · p of equivalence 0.970",
        "12 missions, 25 and 37 runs",
    ]


def test_cost_is_drawn_to_the_right_and_quality_upwards():
    points = (
        Standpoint("Solo", Estimate(0.3, 0.2, 0.45, 12, 24), Estimate(0.7, 0.65, 0.72, 12, 24)),
        Standpoint("Shared", Estimate(0.5, 0.4, 0.8, 12, 24), Estimate(0.6, 0.5, 0.63, 12, 24), "Solo"),
    )
    figure = quality_cost_figure(points, simulated=False)
    first, second = figure.data
    assert ([*first.x], [*first.y]) == ([0.3], [0.7])
    assert (ends(first.error_x), ends(first.error_y)) == ([(0.1, 0.15)], [(0.05, 0.02)])
    assert (ends(second.error_x), ends(second.error_y)) == ([(0.1, 0.3)], [(0.1, 0.03)])
    assert figure.layout.xaxis.title.text == "Dollars a run, mean over missions"
    assert (figure.layout.xaxis.tickprefix, figure.layout.yaxis.title.text) == ("$", "Quality")
    assert "quality 0.700 · $0.30 a run" in first.hovertext[0]
    assert "Beaten by Solo" in second.hovertext[0]


def test_the_front_is_made_of_dollars_and_quality_and_what_lies_behind_it_is_told():
    cheap, dear = of("Solo", GROUP), of("Shared", REFERENCE)
    points = standpoints([dear, cheap])
    assert [(each.name, each.point, each.beaten_by) for each in points] == [
        ("Shared", (0.25, 0.53125), "Solo"),
        ("Solo", (0.0625, 0.71875), None),
    ]
    assert weighed(points, [dear, cheap]).startswith(
        "By their means, Solo is beaten by nothing in both quality and cost. Shared lies behind Solo: dearer and worse."
    )


@pytest.mark.parametrize("measure", [name for name in GROUP if name != "duration_s"])
def test_a_small_picture_draws_its_own_measure(measure: str):
    figure = measure_figure(compared().groups, measure)  # type: ignore[arg-type]
    assert figure is not None
    assert [*figure.data[0].x] == [REFERENCE[measure], GROUP[measure]]
    assert [*figure.layout.yaxis.ticktext] == ["Shared", "Solo"]
    percent = figure.layout.xaxis.tickformat == ".2~%"
    assert percent is (measure in ("abstained", "idle", "unusable"))
    assert (figure.layout.xaxis.tickprefix == "$") is (measure == "cost_usd")


def test_times_are_drawn_in_the_unit_of_the_axis():
    figure = measure_figure(compared().groups, "duration_s")
    assert figure is not None
    assert [*figure.data[0].x] == [7.5, 90.0]
    assert figure.layout.xaxis.title.text == "In seconds"
    long = measure_figure([of("Solo", GROUP | {"duration_s": 600.0})], "duration_s")
    assert long is not None
    assert [*long.data[0].x] == [10.0]
    assert long.layout.xaxis.title.text == "In minutes"


def test_quality_by_mission_has_a_line_for_each_and_the_mean_of_each_group():
    one = Group("Solo", tuple(cell(number, [quality]) for number, quality in enumerate((0.5, 0.75))))
    other = Group("Shared", tuple(cell(number, [quality]) for number, quality in enumerate((0.25, 1.0))))
    figure = by_mission_figure([one, other])
    assert [[*trace.y] for trace in figure.data] == [[0.5, 0.25], [0.75, 1.0], [0.625, 0.625]]
    assert [*figure.layout.xaxis.ticktext] == ["Solo", "Shared"]
    half = one.estimate("quality")
    assert half is not None
    assert half.high is not None
    assert ends(figure.data[-1].error_y)[0] == (half.high - 0.625, half.high - 0.625)


def test_the_threshold_is_drawn_over_what_models_score_with_given_roles():
    case = ModelCase("sim/strong", 8, compared())
    figure = threshold_figure([case], margin=0.04)
    (drawn,) = figure.data
    assert ([*drawn.x], [*drawn.y], ends(drawn.error_y)) == ([0.52], [0.19], [(0.08, 0.09)])
    assert figure.layout.xaxis.title.text == "Quality with given roles"
    assert figure.layout.yaxis.title.text == "Change by free roles"
    assert "12 missions, 62 runs" in drawn.hovertext[0]
    assert advice_in_words(case) == (
        "For sim/strong with 8 agents, drop the roles: free roles change quality by +0.190 (95 % interval +0.110 to "
        "+0.280), on 12 missions."
    )
    weak = ModelCase("sim/weak", 8, compared(reference_mean=0.41, difference=-0.19, low=-0.28, high=-0.11))
    keep = replace(weak.comparison.contrasts[0], verdict="worse")
    weak = replace(weak, comparison=replace(weak.comparison, contrasts=(keep,)))
    assert threshold_in_words([case, weak]) == (
        "Free roles start to pay between sim/weak (quality 0.41 with given roles) and sim/strong (0.52)."
    )


def test_roles_over_runs_are_drawn_below_the_title_of_their_own():
    run = RunRoles("r", BEGAN, "m", "Mission", "shared", "x", 9, True, "north", {}, frozenset())
    figure = role_history_figure(
        [RoleStep(run, False, 3, 4, 5, 7), RoleStep(run, True, 1, 2, 8, 15)], simulated=False
    )
    assert [[*trace.y] for trace in figure.data] == [[0.75, 0.5], [5, 8], [7, 15]]
    titles = {note.text: note.y for note in figure.layout.annotations if note.text in TITLES}
    assert TITLES == ("Agents that kept their role", "New roles", "Different roles so far")
    axes = (figure.layout.yaxis, figure.layout.yaxis2, figure.layout.yaxis3)
    assert [titles[title] for title in TITLES] == [axis.domain[1] for axis in axes]
    assert "3 of 4 agents kept their role" in figure.data[0].hovertext[0]
    assert "5 new, 7 so far" in figure.data[0].hovertext[0]
    (bars,) = abstention_figure([Abstention(6, 3, 12)], simulated=False).data
    assert ([*bars.x], [*bars.y]) == ([6], [0.25])
    assert bars.hovertext[0] == "<b>Agent 6</b><br>abstained in 3 of 12 runs"


def test_a_timeline_adds_tokens_up_in_one_panel_and_dollars_in_the_other():
    figure = timeline_figure(RECORD)
    tokens, dollars = (next(trace for trace in figure.data if trace.yaxis == axis) for axis in ("y2", "y3"))
    assert (tokens.y[-1], dollars.y[-1]) == (185_677, 2.671875)
    assert (tokens.y[1], dollars.y[1]) == (10_601, 0.015625)
    assert (figure.layout.yaxis2.tickprefix, figure.layout.yaxis3.tickprefix) == ("", "$")
    heads = {note.yref: note.text for note in figure.layout.annotations}
    assert heads["y2 domain"] == "185,677 tokens in all"
    assert heads["y3 domain"] == "$2.67 in all"
    thinking = next(trace for trace in figure.data if trace.name == "Thinking")
    seventh = [text for text in thinking.hovertext if "Agent 7<" in text]
    assert seventh == [
        "<b>Agent 7</b><br><b>Mason</b><br>Thinking: 24.00 to 25.50, 1.50 seconds<br>11,308 tokens · price $0.125"
    ]
    assert figure.layout.xaxis.title.text == "Time since the run began, in seconds"
