"""What more agents bring, and what is left after a shock: from values to metrics to figures, nothing made up."""

from dataclasses import replace
from fractions import Fraction
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.comparison.team_size import ScalingRow
from swarm.figures.scaling import scaling_figure
from swarm.metrics.resilience import Blow, all_shocks, resilience, shares_kept
from swarm.metrics.scaling import scaling_curve

QUALITIES = st.integers(4, 16).map(lambda points: points / 16)
HOSTILE = "<script>alert(1)</script>"


BLOWS = st.lists(st.builds(Blow, QUALITIES, QUALITIES), min_size=1, max_size=6)


def test_resilience_is_a_ratio_of_means_and_no_mean_of_ratios():
    assert resilience([Blow(0.25, 0.5), Blow(1.0, 0.5)]) == 0.8


def test_every_shock_counts_the_same_and_on_the_same_missions():
    hub = {"m": Blow(0.5, 0.25), "n": Blow(1.0, 0.5), "o": Blow(0.25, 1.0)}
    seat = {"n": Blow(1.0, 0.75), "m": Blow(0.5, 0.75), "o": Blow(0.25, None)}
    both = all_shocks({"hub": hub, "seat": seat, "late": {"m": Blow(0.5, None)}})
    assert both == {"m": Blow(0.5, 0.5), "n": Blow(1.0, 0.625)}
    kept = [resilience(found[mission] for mission in "mn") for found in (hub, seat)]
    assert resilience(both.values()) == pytest.approx(fmean(kept))
    assert all_shocks({"hub": hub, "seat": {"p": Blow(1.0, 1.0)}}) == all_shocks({}) == {}


@pytest.mark.parametrize("blow", [Blow(None, 0.5), Blow(0.5, None), Blow(None, None)])
def test_a_pair_without_a_quality_is_left_out(blow: Blow):
    assert resilience([blow, Blow(0.5, 0.25)]) == 0.5
    assert resilience([blow]) is None


@given(st.lists(QUALITIES, min_size=1, max_size=5))
def test_a_shock_that_changes_nothing_is_withstood_whole(qualities: list[float]):
    assert resilience([Blow(each, each) for each in qualities]) == 1.0


@given(BLOWS)
def test_the_shares_of_missions_have_the_resilience_as_their_mean(blows: list[Blow]):
    shares = shares_kept(dict(enumerate(blows)))
    assert fmean(shares.values()) == pytest.approx(resilience(blows))
    assert shares_kept({"m": Blow(0.0, 0.5), "n": Blow(None, 1.0)}) == {}


@pytest.mark.parametrize("sizes", [(4, 8), (4, 16), (4, 64), (3, 12)])
def test_the_same_gain_per_doubling_is_the_same_however_wide_the_step(sizes: tuple[int, int]):
    doublings = {2: 1, 4: 2, 16: 4}[sizes[1] // sizes[0]]
    small, large = scaling_curve({sizes[0]: {"a": 0.25}, sizes[1]: {"a": 0.25 + doublings / 16}})
    assert small.marginal is None
    assert large.marginal == Fraction(1, 16)


def test_a_gain_is_of_missions_that_both_teams_did():
    _few, many = scaling_curve({4: {"a": 0.5, "b": 0.25, "c": None}, 8: {"a": 0.75, "c": 1.0, "d": 1.0}})
    assert many.marginal == 0.25
    assert (many.mean, many.missions, many.left_out) == (pytest.approx(2.75 / 3), 3, 0)


def test_what_nobody_knows_is_no_point():
    few, many = scaling_curve({8: {"a": None}, 4: {"a": 0.5}})
    assert (few.agents, many.agents) == (4, 8)
    assert (many.mean, many.missions, many.left_out, many.marginal) == (None, 0, 1, None)


ROWS = (
    ScalingRow(4, 0.5, 0.45, 0.6, 0.1, 32),
    ScalingRow(8, None, None, None, 0.2, 0),
    ScalingRow(64, 0.75, 0.7, 0.75, None, 31),
)


def test_each_doubling_is_one_step_and_what_is_missing_is_not_drawn():
    figure = scaling_figure({"Sequential": ROWS}, simulated=False)
    quality, cost = figure.data
    assert [*quality.x] == [2, 3, 6]
    assert [*quality.y] == [0.5, None, 0.75]
    assert [*cost.y] == [0.1, 0.2, None]
    assert not quality.connectgaps
    assert [*quality.error_y.array] == [pytest.approx(0.1), None, 0.0]
    assert [*quality.error_y.arrayminus] == [pytest.approx(0.05), None, pytest.approx(0.05)]
    assert [*figure.layout.xaxis2.ticktext] == ["4", "8", "64"]
    assert "no quality, 0 missions" in quality.hovertext[1]
    assert "unknown a run" in quality.hovertext[2]


@pytest.mark.parametrize("simulated", [True, False])
def test_a_picture_of_simulated_runs_says_so(simulated: bool):
    words = scaling_figure({"Sequential": ROWS}, simulated=simulated).to_json()
    assert ("SIMULATED" in words) == simulated
    assert ("Simulated cost" in words) == simulated


def test_lines_are_told_apart_by_more_than_their_colour():
    figure = scaling_figure({str(number): ROWS for number in range(8)}, simulated=True)
    assert len({trace.marker.symbol for trace in figure.data}) == 8
    assert len({trace.x[0] for trace in figure.data[::2]}) == 8


def test_names_are_drawn_as_they_are_written():
    drawn = scaling_figure({HOSTILE: ROWS}, simulated=True)
    assert not [
        text for trace in drawn.data for text in (trace.name or "", *trace.hovertext) if "<script" in text
    ]


def test_an_amount_that_is_less_than_the_least_is_no_markup():
    drawn = scaling_figure({"x": [replace(ROWS[0], cost_usd=0.00001)]}, simulated=True)
    words = [text for trace in drawn.data for text in (trace.hovertext or ())]
    assert any("&lt;$0.0001 a run" in text for text in words), words


def test_nothing_to_draw_is_an_empty_frame():
    assert scaling_figure({}, simulated=True).data == ()
