"""Every number is drawn along the axis of its own, in the unit of that axis."""

import re
from dataclasses import replace
from typing import Any

import pytest

from swarm.comparison.group import Group
from swarm.comparison.team_size import ScalingRow
from swarm.comparison.threshold import ModelCase, advice_in_words, threshold_in_words
from swarm.comparison.tradeoff import Standpoint, standpoints, weighed
from swarm.figures import by_mission_figure, forest_figure, measure_figure, quality_cost_figure, role_figure
from swarm.figures.hierarchy import icicle_figure, org_chart
from swarm.figures.idle import idle_figure
from swarm.figures.over_runs import TITLES, abstention_figure, role_history_figure
from swarm.figures.replay_controls import COUNTERS, board_of
from swarm.figures.roles import roles_figure
from swarm.figures.scaling import scaling_figure
from swarm.figures.standings import standings_figure
from swarm.figures.threshold import threshold_figure
from swarm.figures.timeline import timeline_figure
from swarm.metrics.over_runs import Abstention, RoleStep, RunRoles
from swarm.organization.moments import moments_of
from swarm.stats.ranged import Ranged
from tests.compared import cell
from tests.distinct import OTHER, RECORD
from tests.labels.test_compared import GROUP, REFERENCE, compared, of
from tests.made import BEGAN


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
        Standpoint("Solo", Ranged(0.3, 0.2, 0.45, 12, 24), Ranged(0.7, 0.65, 0.72, 12, 24)),
        Standpoint("Shared", Ranged(0.5, 0.4, 0.8, 12, 24), Ranged(0.6, 0.5, 0.63, 12, 24), "Solo"),
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
    assert percent is (measure in ("abstained", "directed_idle", "idle", "unusable"))
    assert (figure.layout.xaxis.tickprefix == "$") is (measure == "cost_usd")


def test_times_are_drawn_in_the_unit_of_the_axis():
    figure = measure_figure(compared().groups, "duration_s")
    assert figure is not None
    assert [*figure.data[0].x] == [7.5, 90.0]
    assert figure.layout.xaxis.title.text == "In seconds"
    cells = [cell(at, [0.5], measures={"duration_s": 540.0 + 120 * (at % 2)}) for at in range(6)]
    long = Group("Solo", tuple(cells))
    drawn, found = measure_figure([long], "duration_s"), long.ranged("duration_s")
    assert drawn is not None
    assert found is not None
    assert found.high is not None
    assert [*drawn.data[0].x] == [10.0]
    assert drawn.data[0].error_x.array[0] == pytest.approx((found.high - 600) / 60)
    assert drawn.layout.xaxis.title.text == "In minutes"


def test_quality_by_mission_has_a_line_for_each_and_the_mean_of_each_group():
    one = Group("Solo", tuple(cell(number, [quality]) for number, quality in enumerate((0.5, 0.75) * 3)))
    other = Group("Shared", tuple(cell(number, [quality]) for number, quality in enumerate((0.4, 0.85) * 3)))
    figure = by_mission_figure([one, other])
    drawn = [[*trace.y] for trace in figure.data]
    assert drawn == [[0.5, 0.4], [0.75, 0.85]] * 3 + [[0.625, pytest.approx(0.625)]]
    assert [*figure.layout.xaxis.ticktext] == ["Solo", "Shared"]
    half = one.ranged("quality")
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


# Pictures of one run.


def hovers(figure: Any) -> dict[int, str]:
    """What is said of each seat that can be clicked."""
    return {
        seat: text
        for trace in figure.data
        if trace.customdata is not None
        for seat, text in zip(trace.customdata, trace.hovertext, strict=True)
    }


def test_a_replay_counts_each_thing_below_its_own_name():
    assert [*COUNTERS] == ["Time", "Active", "Idle", "Depth", "Tokens", "Cost"]
    moments = moments_of(RECORD)
    fifth, last = (
        [re.sub("</?b>", "", text) for text in board_of(RECORD, moments[at])["text"]] for at in (5, -1)
    )
    assert fifth == ["19 s", "4", "0", "2", "54,217", "$0.2656", "Agent 5 contributes as Pilot."]
    assert last == ["1 min 23 s", "9", "14", "6", "185,677", "$2.67", "The run has ended, quality 0.69."]


def test_seats_are_drawn_with_their_own_numbers():
    figure = role_figure(RECORD, "order")
    told = hovers(figure)
    assert told[8].endswith("<i>reason 8</i><br>11,409 tokens · reports to agent 5")
    assert told[2] == (
        "<b>Agent 2</b> · contributed<br><b>Cooks</b><br>2 agents have roles like this one<br><i>reason 2</i><br>"
        "21,404 tokens · builds on agent 1"
    )
    sizes = {
        seat: size
        for trace in figure.data
        if trace.customdata is not None
        for seat, size in zip(trace.customdata, trace.marker.size, strict=True)
    }
    assert sorted(range(1, 15), key=sizes.__getitem__)[-4:] == [13, 14, 3, 2]
    chart = hovers(org_chart(RECORD))
    assert chart[5] == "<b>Agent 5</b> · layer 5<br><b>Pilot</b><br>Builds on agent 4<br>Carries 6, 8, 9"
    assert chart[8] == "<b>Agent 8</b> · layer 6<br><b>Tailor</b><br>Reports to agent 5"
    (icicle,) = icicle_figure(RECORD).data
    parents = dict(zip(icicle.ids, icicle.parents, strict=True))
    assert (parents["6"], parents["8"], parents["2"], parents["1"]) == ("5", "5", "1", "team")


def test_each_kind_of_not_working_is_counted_beside_its_own_mark():
    figure = idle_figure(RECORD)
    counted = [trace.name for trace in figure.data if trace.name]
    assert counted == [
        "Contributed: 9",
        "Abstained by choice: 2",
        "Idle by order: 5",
        "Unreadable reply: 3",
        "No reply: 4",
    ]
    assert hovers(figure)[12] == "<b>Agent 12</b> · unreadable reply<br><i>reason 12</i>"
    rows = standings_figure([RECORD, OTHER], ["One", "Other"])
    assert {trace.name: [*trace.x] for trace in rows.data} == {
        "Contributed": [9, 5],
        "Abstained by choice": [2, 1],
        "Idle by order": [5, 8],
        "Unreadable reply": [3, 3],
        "No reply": [4, 2],
    }
    assert [*rows.layout.yaxis.ticktext] == ["One", "Other"]
    (bars,) = roles_figure(RECORD).data
    assert [*bars.x] == [2, 2, 1, 1, 1, 1, 1]
    assert bars.hovertext[1] == "<b>Harbour pilot</b><br>agent 4<br><b>Pilot</b><br>agent 5"


def test_team_sizes_are_drawn_with_quality_above_and_cost_below():
    row = ScalingRow(8, 0.7, 0.65, 0.72, 0.3, 12)
    figure = scaling_figure({"Solo": [row]}, simulated=False)
    quality, cost = figure.data
    assert ([*quality.y], [*cost.y], ends(quality.error_y)) == ([0.7], [0.3], [(0.05, 0.02)])
    assert (figure.layout.yaxis.tickprefix, figure.layout.yaxis2.tickprefix) == (None, "$")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    titles = {note.text: note.y for note in figure.layout.annotations}
    assert titles["Quality, with its interval"] == figure.layout.yaxis.domain[1]
    assert titles["Cost of a run"] == figure.layout.yaxis2.domain[1]
    assert quality.hovertext[0] == (
        "<b>Solo</b> · 8 agents<br>quality 0.70 (0.65 to 0.72), 12 missions<br>$0.30 a run"
    )
