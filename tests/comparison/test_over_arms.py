"""Team sizes and shocks, arm by arm: flat, different or neither; and what is left after a blow."""

import asyncio
import json
from functools import partial

import pytest
import streamlit as st

from swarm.cli.compare import By, compare
from swarm.cli.experiment import results as print_results
from swarm.comparison.team_size import curve_in_words, size_curves
from swarm.comparison.withstood import blow, stand_in_words, stands, told_of_shocks
from swarm.config import PROJECT
from swarm.errors import BadInput
from swarm.experiment.perform import perform
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.metrics.resilience import Blow
from swarm.mission import load_library
from swarm.stats.ranged import ratio
from tests.comparison.test_comparison import cell
from tests.pages.test_pages import opened, words_of

MISSIONS, MANY = 7, 42


def team(agents: int, shift: float, *, missions: int = MISSIONS, cost: float = 0.1, **changes):
    """Runs of one team size whose quality differs from the usual by `shift`, a little less on some missions."""
    rest = {"agents": agents, "models": f"sim/small ×{agents}"} | changes
    return [
        cell(
            f"m{n}",
            0.5 + 0.05 * (n % 3) + shift + 0.002 * ((n * agents) % 5),
            cost=cost * agents,
            **rest,
        )
        for n in range(missions)
    ]


def test_sizes_that_lie_within_the_margin_are_flat():
    [curve] = size_curves(
        [
            cell
            for agents, shift in ((8, 0.0), (16, 0.004), (32, -0.002))
            for cell in team(agents, shift, missions=MANY)
        ]
    )
    assert curve.flat
    assert "quality is flat" in curve_in_words(curve)
    assert [row.agents for row in curve.rows] == [8, 16, 32]
    assert "4 times the agents take 4.0 times the simulated cost" in curve_in_words(curve)


@pytest.mark.parametrize(("shift", "flat"), [(0.02, True), (0.04, False)])
def test_two_sizes_that_differ_by_the_same_on_every_mission_are_flat_within_the_margin(shift, flat):
    """Agents 8 and 48 are the same but for the shift."""
    sizes = ((8, 0.0), (48, shift), (16, 0.01))
    [curve] = size_curves([cell for size, by in sizes for cell in team(size, by, missions=MANY)])
    assert curve.flat is flat
    [few] = size_curves([*team(8, 0.0), *team(48, shift), *team(16, 0.01)])
    assert not few.flat


def test_sizes_whose_means_are_alike_on_few_missions_are_told_with_what_is_not_excluded():
    [curve] = size_curves([*team(8, 0.0), *team(16, 0.004)])
    assert not curve.flat
    assert "neither a difference nor flatness is shown" in curve_in_words(curve)
    assert (
        ": that one size loses 0.15 or more to another on up to 35% of missions is not excluded; 29 missions would"
        in curve_in_words(curve)
    )


def test_a_look_that_was_not_planned_shows_no_flatness():
    cells = [*team(8, 0.0, missions=MANY), *team(16, 0.004, missions=MANY)]
    [curve] = size_curves(cells, final=False)
    assert not curve.flat
    assert "counts only at the planned end" in curve_in_words(curve)


def test_sizes_that_differ_are_told_with_the_papers_test():
    [curve] = size_curves([*team(8, 0.0), *team(16, 0.2), *team(32, 0.3)])
    assert not curve.flat
    assert "sizes differ in quality (Kruskal–Wallis p: " in curve_in_words(curve)
    assert [round(point.marginal, 2) for point in curve.points[1:]] == [0.2, 0.1]


def rising(protocol: str = "sequential"):
    """Two sizes whose ranks differ with a p that one curve may have, and none of three."""
    return [*team(8, 0.0, protocol=protocol), *team(16, 0.08, protocol=protocol)]


def test_of_several_curves_a_difference_must_be_clearer_than_of_one():
    [alone] = size_curves(rising())
    assert 0.05 / 3 < alone.p < 0.05
    assert "sizes differ in quality (Kruskal–Wallis p: " in curve_in_words(alone)
    *_, third = size_curves([*rising(), *rising("shared"), *rising("broadcast")])
    assert third.p == pytest.approx(3 * alone.p)
    assert "neither a difference nor flatness is shown (Kruskal–Wallis p after Holm: " in curve_in_words(
        third
    )


def test_an_experiment_that_may_stop_early_asks_for_more():
    [usual], [strict] = size_curves(rising()), size_curves(rising(), alpha=0.001)
    assert "sizes differ" in curve_in_words(usual)
    assert "neither a difference nor flatness" in curve_in_words(strict)
    near = [*team(8, 0.0, missions=MANY), *team(16, 0.024, missions=MANY)]
    [usual], [strict] = size_curves(near), size_curves(near, alpha=1e-3)
    assert (usual.flat, strict.flat) == (True, False)


def test_neither_is_neither():
    wild = [cell(f"m{n}", 0.5 + 0.1 * (-1) ** n, agents=16, models="sim/small ×16") for n in range(MISSIONS)]
    [curve] = size_curves([*team(8, 0.0), *wild])
    assert "neither a difference nor flatness is shown" in curve_in_words(curve)


def test_too_few_missions_are_no_verdict():
    [curve] = size_curves([*team(8, 0.0, missions=5), *team(16, 0.0, missions=5)])
    assert not curve.flat
    assert "too few missions" in curve_in_words(curve)


def test_only_missions_of_every_size_count():
    lost = [
        cell("lost", quality, agents=n, models=f"sim/small ×{n}") for n, quality in ((8, 1.0), (16, None))
    ]
    easy = cell("easy", 1.0, agents=8, models="sim/small ×8")
    [curve] = size_curves([*team(8, 0.0), easy, *lost, *team(16, 0.0)])
    assert {row.missions for row in curve.rows} == {MISSIONS}


def test_arms_are_followed_apart_and_one_size_alone_is_refused():
    cells = [
        *team(8, 0.0),
        *team(16, 0.0),
        *team(8, 0.0, protocol="shared"),
        *team(16, 0.1, protocol="shared"),
    ]
    assert [curve.name for curve in size_curves(cells)] == [
        "Sequential with sim/small",
        "Shared with sim/small",
    ]
    with pytest.raises(BadInput, match="two numbers of agents or more"):
        size_curves(team(8, 0.0))


def struck(shock: str, factor: float, protocol: str = "sequential"):
    return [
        cell(f"m{n}", 0.6 * factor, 0.5 * factor, protocol=protocol, shock=shock) for n in range(MISSIONS)
    ]


def test_resilience_is_what_is_left_after_each_shock_on_average():
    [stand] = stands([*struck("none", 1.0), *struck("hub", 0.8), *struck("seat", 0.9)])
    assert stand.resilience.value == pytest.approx(0.85)
    assert {shock: each.value for shock, each in stand.kept.items()} == pytest.approx(
        {"hub": 0.8, "seat": 0.9}
    )
    assert "keeps 85% of its simulated quality" in stand_in_words(stand)


def test_the_most_resilient_comes_first():
    cells = [
        *struck("none", 1.0), *struck("hub", 0.5), *struck("none", 1.0, "shared"), *struck("hub", 0.9, "shared")
    ]  # fmt: skip
    assert [stand.name.partition(",")[0] for stand in stands(cells)] == ["Shared", "Sequential"]


def test_only_seeds_with_a_score_before_and_after_are_compared():
    calm = [cell("m0", 0.8, None, 0.4), cell("m1", 0.5)]
    hit = [cell("m0", 0.4, 0.9, None, shock="hub"), cell("m1", None, shock="hub")]
    [stand] = stands([*calm, *hit])
    assert stand.kept["hub"].value == pytest.approx(0.5)
    assert (stand.kept["hub"].missions, stand.left_out) == (1, 1)


def uneven(shock: str, *qualities: float | None):
    return [cell(f"m{n}", quality, shock=shock) for n, quality in enumerate(qualities)]


def test_resilience_is_a_ratio_of_means_with_fiellers_interval():
    [stand] = stands([*uneven("none", 0.25, 1.0, 0.75), *uneven("hub", 0.5, 0.5, 0.5)])
    calm = {f"m{n}": [quality] for n, quality in enumerate((0.25, 1.0, 0.75))}
    expected = ratio({mission: [0.5] for mission in calm}, calm)
    assert stand.resilience == stand.kept["hub"] == expected
    assert expected.value == pytest.approx(0.75)


def test_shocks_count_together_where_all_of_them_have_a_score():
    cells = [*uneven("none", 0.5, 1.0), *uneven("hub", 0.25, 0.5), *uneven("seat", 0.5, None)]
    [stand] = stands(cells)
    assert (stand.resilience.value, stand.kept["hub"].value, stand.kept["seat"].value) == (0.75, 0.5, 1.0)
    [never] = stands([*uneven("none", 0.5, 1.0), *uneven("hub", 0.25, None), *uneven("seat", None, 0.5)])
    assert never.resilience is None
    assert "no mission with a score under every shock; of its simulated quality it keeps hub 50% on 1" in (
        stand_in_words(never)
    )


def test_what_is_told_of_shocks_is_nothing_without_any_and_a_reason_where_nothing_is_known():
    assert told_of_shocks(uneven("none", 0.5)) == []
    assert told_of_shocks(uneven("hub", 0.5))[0].startswith(
        "How shocks are withstood is not known: no arm has"
    )
    assert (
        "keeps 50% of its simulated quality"
        in told_of_shocks([*uneven("none", 0.5), *uneven("hub", 0.25)])[0]
    )


def test_shocks_without_a_calm_counterpart_are_refused():
    with pytest.raises(BadInput, match="both with and without a shock"):
        stands(struck("hub", 0.8))
    with pytest.raises(BadInput, match="both with and without a shock"):
        stands([cell("m0", 0.8), cell("m1", 0.8, shock="hub")])


def test_a_struck_team_that_came_to_nothing_kept_nothing():
    calm, struck = cell("m1", 0.5, 0.8), cell("m1", 0.0, 0.4, shock="leave")
    assert blow(calm, struck) == Blow(0.65, 0.2)
    assert blow(calm, cell("m1", None, 0.4, shock="leave")) == Blow(0.8, 0.4)
    assert blow(calm, cell("m1", None, None, shock="leave")) == Blow(None, None)


def test_arms_of_another_setting_are_not_held_against_each_other():
    calm = [*team(8, 0.0), *team(8, 0.2, judge="other")]
    struck = [*team(8, -0.1, shock="leave"), *team(8, 0.1, judge="other", shock="leave")]
    assert len(stands([*calm, *struck])) == 2


def test_resilience_and_balance_are_told_wherever_a_struck_experiment_is_compared(settings, capsys):
    st.cache_resource.clear()
    missions = tuple(load_library((PROJECT / "data" / "missions",)).values())[:3]
    grid = Grid(
        "Blow", (Way("sequential"), Way("shared")), ("sim/strong",), (3,), missions, shocks=("none", "hub")
    )
    asyncio.run(perform(settings, Experiment(grid, Terms())))
    held = told_of_shocks(History(settings).cells(RunFilter(experiment=grid.id)))
    assert [line.partition(" agents ")[0] for line in sorted(held)] == ["Sequential, 3", "Shared, 3"]
    for say in (partial(print_results, grid.id), partial(compare, by=By.protocol, experiment=grid.id)):
        say(as_json=False)
        printed = " ".join(capsys.readouterr().out.split())
        assert all(line in printed for line in held)
        assert "Balance index (the paper's, simulated): " in printed
        say(as_json=True)
        found = json.loads(capsys.readouterr().out)
        one, told = (
            (found, found["resilience"])
            if isinstance(found, dict)
            else (found[0], [each["resilience"] for each in found if "resilience" in each])
        )
        assert told == held
        assert {"quality", "tokens"} >= {*one["balance_counts"]} - {"mission_relevance", "unusable"}
        assert all(0 <= group["balance"] <= 1 for group in one["groups"])
    for page in ("side_by_side/page.py", "experiments/page.py"):
        shown = words_of(opened(page, experiment=grid.id)).replace("\\", "")
        assert "Balance index (the paper's, simulated): " in shown
    assert all(
        line in words_of(opened("side_by_side/page.py", experiment=grid.id)).replace("\\", "")
        for line in held
    )
