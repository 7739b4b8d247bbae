"""Plans, groups, looks and fronts: agreement with statsmodels and pingouin, and cases known by hand."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.null import ARM_SD, RUN_SD, STEP, drawing, sd_of
from swarm.errors import BadInput
from swarm.stats.groups import all_equivalent, kruskal_wallis
from swarm.stats.paired import Difference, compare, verdict
from swarm.stats.pareto import pareto_front
from swarm.stats.power import (
    PAPER_SD,
    equivalence_power,
    missions_for,
    missions_for_equivalence,
    pilot_sd,
    power_of,
    sd_of_difference,
    smallest_difference,
)
from swarm.stats.sample import Sample
from swarm.stats.sequential import LOOKS, clear, look_after, look_alpha
from swarm.stats.tail import Tail

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "fixtures" / "stats" / "reference.json").read_text(encoding="utf-8")
)
PLANS: dict[str, list[list[float]]] = REFERENCE["plans"]


def single(*values: float) -> dict[str, list[float]]:
    return {f"mission-{number:02}": [value] for number, value in enumerate(values)}


# Power.


@pytest.mark.parametrize(("effect", "n", "alpha", "expected"), PLANS["power"])
def test_power_agrees_with_statsmodels(effect: float, n: int, alpha: float, expected: float):
    assert power_of(effect, 1, n, alpha=alpha) == pytest.approx(expected, abs=1e-6)
    assert power_of(-2 * effect, 2, n, comparisons=2, alpha=2 * alpha) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "alpha", "expected"), PLANS["smallest"])
def test_the_smallest_difference_agrees_with_statsmodels(n: int, alpha: float, expected: float):
    assert smallest_difference(n, 0.1, alpha=alpha) == pytest.approx(0.1 * expected, abs=1e-6)


@pytest.mark.parametrize(("effect", "alpha", "power", "expected"), PLANS["missions"])
def test_the_number_of_missions_agrees_with_statsmodels(
    effect: float, alpha: float, power: float, expected: float
):
    assert missions_for(effect, 1, alpha=alpha, power=power) == max(6, math.ceil(expected))


@pytest.mark.parametrize(("margin", "sd", "n", "difference", "expected"), PLANS["equivalence"])
def test_the_power_of_equivalence_agrees_with_adaptive_integration(
    margin: float, sd: float, n: int, difference: float, expected: float
):
    assert equivalence_power(margin, sd, n, difference=difference) == pytest.approx(expected, abs=5e-4)


@given(st.floats(0.01, 3), st.floats(0.01, 2), st.integers(1, 6))
def test_the_number_of_missions_is_the_fewest_that_do(difference: float, sd: float, comparisons: int):
    missions = missions_for(difference, sd, comparisons=comparisons)
    assert power_of(difference, sd, missions, comparisons=comparisons) >= 0.8
    assert missions == 6 or power_of(difference, sd, missions - 1, comparisons=comparisons) < 0.8


def test_the_number_of_missions_for_equivalence_is_the_fewest_that_do():
    missions = missions_for_equivalence(0.03, 0.1, difference=0.01)
    assert missions is not None
    assert equivalence_power(0.03, 0.1, missions, difference=0.01) >= 0.8
    assert equivalence_power(0.03, 0.1, missions - 1, difference=0.01) < 0.8


def test_the_smallest_difference_and_the_number_of_missions_are_each_others_inverse():
    for missions in (6, 12, 24, 100):
        found = smallest_difference(missions, PAPER_SD, comparisons=3)
        assert found is not None
        assert missions_for(found * 1.0001, PAPER_SD, comparisons=3) == missions


def test_fewer_missions_than_a_verdict_needs_find_nothing():
    assert smallest_difference(5, 0.1) is None
    assert missions_for(100, 0.1) == 6
    assert missions_for_equivalence(1, 0.001) == 6


def test_a_tiny_difference_takes_very_many_missions():
    assert missions_for(1e-5, 0.1) == pytest.approx((2.8015852 * 1e4) ** 2, rel=1e-5)


def test_no_number_of_missions_shows_equivalence_at_the_margin():
    assert missions_for_equivalence(0.03, 0.1, difference=0.03) is None
    assert missions_for_equivalence(0.03, 0.1, difference=-0.04) is None
    assert missions_for_equivalence(0.03, 0.1, difference=0.02999) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda: missions_for(0, 0.1),
        lambda: missions_for(0.1, 0),
        lambda: missions_for(0.1, math.nan),
        lambda: smallest_difference(8, 0),
        lambda: missions_for_equivalence(0.03, -1),
    ],
)
def test_a_plan_without_a_spread_or_a_difference_is_refused(ask: Any):
    with pytest.raises(BadInput, match="above 0"):
        ask()


# The spread to plan with.


def test_repeats_average_away_what_is_not_shared():
    assert sd_of_difference(repeats=1) == pytest.approx(PAPER_SD * math.sqrt(2))
    assert sd_of_difference(run_sd=1, repeats=4, shared=0.2) == pytest.approx(math.sqrt(2 * 0.4))
    assert sd_of_difference(run_sd=1, repeats=9, shared=1) == pytest.approx(math.sqrt(2))
    assert sd_of_difference(run_sd=1, repeats=50, shared=0) == pytest.approx(0.2)


@pytest.mark.parametrize("repeats", [1, 3, 10])
def test_a_pilot_predicts_the_spread_for_another_number_of_repeats(repeats: int):
    reference, arm = drawing(11, "alike", 3000, 3, [0.05])()
    assert pilot_sd(arm, reference, repeats) == pytest.approx(sd_of(repeats), rel=0.03)


def test_a_pilot_with_uneven_repeats_predicts_as_well():
    reference, arm = drawing(12, "alike", 3000, 4, [0.05])()
    uneven = {mission: values[: 1 + number % 4] for number, (mission, values) in enumerate(arm.items())}
    within = 2 * (RUN_SD**2 + STEP**2 / 12)
    assert pilot_sd(uneven, reference, 2) == pytest.approx(math.sqrt(2 * ARM_SD**2 + within / 2), rel=0.03)


def test_single_runs_predict_single_runs_only():
    arm, reference = single(1, 2, 4, 3, 5, 7), single(1, 1, 3, 3, 4, 5)
    assert pilot_sd(arm, reference, 1) == pytest.approx(compare(arm, reference).sd)
    assert pilot_sd(arm, reference, 3) is None


def test_a_pilot_that_tells_nothing_predicts_nothing():
    arm, reference = single(1, 2, 4, 3, 5), single(1, 1, 3, 3, 4)
    assert pilot_sd(arm, reference, 1) is None
    still = single(*[0.5] * 8)
    assert pilot_sd(still, still, 1) is None
    doubled = {mission: values * 2 for mission, values in still.items()}
    assert pilot_sd(doubled, doubled, 3) is None


# Many arms.


def test_kruskal_wallis_agrees_with_pingouin():
    groups, expected = REFERENCE["kruskal"]["groups"], REFERENCE["kruskal"]["expected"]
    found = kruskal_wallis([single(*group) for group in groups])
    assert (found.h, found.df, found.p) == pytest.approx(
        (expected["h"], expected["df"], expected["p"]), abs=1e-6
    )
    assert (found.groups, found.n) == (len(groups), sum(map(len, groups)))


def test_repeats_do_not_count_in_kruskal_wallis():
    once, twice = (
        single(1, 2, 3, 4),
        {mission: [value[0]] * 5 for mission, value in single(3, 5, 6, 7).items()},
    )
    assert kruskal_wallis([once, twice]) == kruskal_wallis([once, single(3, 5, 6, 7)])


def test_equal_values_have_no_rank():
    found = kruskal_wallis([single(1, 1), single(1, 1)])
    assert (found.h, found.p, found.n) == (None, None, 4)


@pytest.mark.parametrize("samples", [[], [single(1, 2)], [single(1, 2), {}]])
def test_kruskal_wallis_needs_two_arms_with_values(samples: list[Sample]):
    with pytest.raises(BadInput, match="two arms"):
        kruskal_wallis(samples)


def wave(shift: float, size: float) -> dict[str, list[float]]:
    return single(*(0.5 + shift + size * sign for sign in (1, -1, 1, 1, -1, -1) * 8))


def test_the_worst_pair_speaks_for_all():
    arms = [wave(0, 0), wave(0.001, 0.003), wave(0.05, 0.004), wave(0.002, 0.006)]
    found = all_equivalent(arms, 0.02)
    assert (found.reference, found.arm, found.difference.difference) == (0, 2, pytest.approx(0.05))
    assert found.doubt == found.difference.p_alike
    assert found.doubt == max(
        compare(arms[b], arms[a], margin=0.02).p_alike or 0 for a in range(4) for b in range(a)
    )
    assert all_equivalent([*arms[:2], arms[3]], 0.02).doubt < 0.05


@pytest.mark.parametrize(
    ("arms", "worst", "doubt"),
    [
        ([wave(0, 0.01), wave(0, 0.01), wave(0.02, 0.01)], (2, 0), 0),
        ([wave(0, 0.01), wave(0, 0.01), wave(0.001, 0)], (2, 0), None),
        ([wave(0, 0), wave(0.2, 0.01), wave(0.01, 0)], (1, 0), None),
        ([wave(0, 0), wave(0.031, 0), wave(0.001, 0.002)], (1, 0), 1),
    ],
)
def test_a_pair_that_agrees_on_every_mission_is_certain_by_its_difference(arms, worst, doubt):
    found = all_equivalent(arms, 0.03)
    assert (found.arm, found.reference) == worst
    tail = found.difference.behind
    assert tail
    assert found.doubt == max(found.difference.p_equivalence if doubt is None else doubt, tail.p)


def test_sizes_that_agree_on_few_missions_are_not_flat_for_all_that():
    few = [{mission: arm[mission] for mission in [*arm][:12]} for arm in (wave(0, 0), wave(0, 0))]
    assert all_equivalent(few).doubt == pytest.approx(0.9**12)


def test_one_arm_is_equivalent_to_nothing():
    with pytest.raises(BadInput, match="two arms"):
        all_equivalent([wave(0, 0.1)])


# Early stopping.


def test_the_levels_of_all_looks_add_up_to_one_in_twenty():
    assert sum(look_alpha(look) for look in range(1, len(LOOKS) + 1)) == pytest.approx(0.05)
    assert {look_alpha(look) for look in range(1, len(LOOKS))} == {0.001}


@pytest.mark.parametrize("look", [0, 6])
def test_there_are_five_looks(look: int):
    with pytest.raises(BadInput, match="looks 1 to 5"):
        look_alpha(look)


@pytest.mark.parametrize("planned", [1, 2, 3, 5, 7, 24, 25, 100])
def test_every_experiment_has_a_last_look_at_its_end_and_looks_in_order(planned: int):
    looks = [look_after(done, planned) for done in range(1, planned + 1)]
    seen = [look for look in looks if look is not None]
    assert looks[-1] == len(LOOKS)
    assert seen == sorted(set(seen))
    for done, look in enumerate(looks, 1):
        assert look is None or done >= LOOKS[look - 1] * planned - 1e-9


def test_looks_come_where_they_were_planned():
    due = {done: look_after(done, 25) for done in range(1, 26) if look_after(done, 25)}
    assert due == {5: 1, 10: 2, 15: 3, 20: 4, 25: 5}


@pytest.fixture
def found() -> Difference:
    plain = compare(single(*range(1, 9)), single(2, 2, 4, 3, 7, 5, 9, 8))
    rare = Tail(0, 100, 0.1)
    return replace(
        plain, difference=0.1, low=0.05, high=0.15, p=0.0004, p_equivalence=0.99, behind=rare, ahead=rare
    )


def test_a_look_is_clear_when_all_comparisons_are(found: Difference):
    unclear = replace(found, p=0.2, low=-0.1)
    assert clear([found], 1)
    assert clear([found, replace(found, p=0.00001)], 1)
    assert not clear([found, unclear], 1)
    assert clear([replace(unclear, p_equivalence=0.0004)], 1)
    assert not clear([replace(unclear, p_equivalence=0.004)], 1)
    assert not clear([replace(unclear, p_equivalence=0.0004, behind=Tail(0, 60, 0.1))], 1)
    assert not clear([], 1)


def test_a_look_adjusts_for_the_family(found: Difference):
    assert not clear([found, found, found], 1)
    assert clear([replace(found, p=0.0003)] * 3, 1)


def test_what_is_settled_at_the_end_is_not_yet_midway(found: Difference):
    late = replace(found, p=0.045)
    assert not clear([late], 4)
    assert clear([late], 5)
    assert not clear([replace(found, p=0.048)], 5)
    assert verdict(replace(found, p=0.048)) == "better"


# Cost against quality.


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([], ()),
        ([(1, 1)], (0,)),
        ([(1, 0.5), (2, 0.6), (3, 0.55), (4, 0.7)], (0, 1, 3)),
        ([(1, 0.5), (1, 0.6)], (1,)),
        ([(2, 0.5), (1, 0.5)], (1,)),
        ([(1, 0.5), (1, 0.5), (2, 0.5)], (0, 1)),
    ],
)
def test_the_front_is_what_nothing_beats(points: Sequence[tuple[float, float]], front: tuple[int, ...]):
    assert pareto_front(points) == front


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_whatever_is_not_on_the_front_is_beaten_by_something_on_it(points: list[tuple[int, int]]):
    front = pareto_front(points)
    for at, (cost, quality) in enumerate(points):
        beaten = any(
            points[other] != (cost, quality) and points[other][0] <= cost and points[other][1] >= quality
            for other in front
        )
        assert beaten == (at not in front)
