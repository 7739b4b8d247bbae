"""Comparisons: agreement with statsmodels and pingouin, what they must not depend on, and when nothing can be said."""

import itertools
import json
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.null import drawing
from bench.resampling import second_opinion
from swarm.errors import BadInput
from swarm.stats.paired import (
    MARGIN,
    MIN_MISSIONS,
    MIN_MISSIONS_FOR_VERDICT,
    Difference,
    cliffs_delta,
    compare,
    family,
    missions_needed,
    verdict,
)
from swarm.stats.power import missions_for, missions_for_equivalence
from swarm.stats.ranged import mean_of, ratio, relative_difference
from swarm.stats.relative import typical_ratio
from swarm.stats.sample import Sample, pair
from swarm.stats.tail import MOST_LOSING, QUALITY, Tail

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "fixtures" / "stats" / "reference.json").read_text(encoding="utf-8")
)
SETS: dict[str, dict[str, Any]] = REFERENCE["sets"]
NUMBERS = ("difference", "sd", "low", "high", "p", "p_equivalence", "relative_low", "relative_high")
EFFECTS = ("d", "d_z", "cliffs_delta")

sixteenths = st.integers(4, 16).map(lambda points: points / 16)
arms = st.lists(st.lists(sixteenths, min_size=1, max_size=4), min_size=6, max_size=12)


def sample(values: Sequence[Sequence[float]]) -> dict[str, list[float]]:
    return {f"mission-{number:02}": list(repeats) for number, repeats in enumerate(values)}


def single(*values: float) -> dict[str, list[float]]:
    return sample([[value] for value in values])


@st.composite
def two_arms(draw: st.DrawFn) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Two arms on the same missions, with any number of repeats, whose differences vary."""
    one = draw(arms)
    other = draw(st.lists(st.lists(sixteenths, min_size=1, max_size=4), min_size=len(one), max_size=len(one)))
    arm, reference = sample(one), sample(other)
    assume(compare(arm, reference).sd > 1e-6)
    return arm, reference


def same(one: Difference, other: Difference, *, but: Sequence[str] = ()) -> None:
    ours, theirs = asdict(one), asdict(other)
    for name in ours.keys() - set(but):
        assert ours[name] == (
            pytest.approx(theirs[name], abs=1e-9) if name != "left_out" else theirs[name]
        ), name


# Agreement with independent implementations; tests/fixtures/stats/make.py computed the numbers.


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    "field",
    [*NUMBERS, *EFFECTS],
)
def test_a_comparison_agrees_with_statsmodels_and_pingouin(name: str, field: str):
    arms = (sample(SETS[name][side]) for side in ("arm", "reference"))
    scale = None if name.startswith("costs") else QUALITY
    found = compare(*arms, margin=REFERENCE["margin"], scale=scale)
    assert getattr(found, field) == pytest.approx(SETS[name]["expected"][field], abs=1e-6)


@pytest.mark.parametrize("name", SETS)
def test_sign_flips_agree_with_going_through_all_of_them(name: str):
    found = second_opinion(sample(SETS[name]["arm"]), sample(SETS[name]["reference"]))
    assert found.p == pytest.approx(SETS[name]["expected"]["p_sign_flips"], abs=1e-9)


def test_holm_agrees_with_statsmodels():
    found = [compare(sample(one["arm"]), sample(one["reference"])) for one in SETS.values()]
    assert [one.p_holm for one in family(found)] == pytest.approx(REFERENCE["holm"], abs=1e-9)


# What a comparison must not depend on.


@given(two_arms())
def test_swapping_the_arms_turns_the_difference_round(pair: tuple[Sample, Sample]):
    arm, reference = pair
    there, back = compare(arm, reference), compare(reference, arm)
    assert back.difference == pytest.approx(-there.difference)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))  # type: ignore[operator]
    assert (back.d_z, back.cliffs_delta) == pytest.approx((-there.d_z, -there.cliffs_delta))  # type: ignore[operator]
    assert (back.p, back.p_equivalence) == pytest.approx((there.p, there.p_equivalence))
    assert (back.mean, back.reference_mean) == (there.reference_mean, there.mean)


@given(two_arms(), st.floats(-2, 2))
def test_adding_the_same_to_all_values_moves_nothing_but_the_means(pair: tuple[Sample, Sample], added: float):
    arm, reference = ({m: [v + added for v in values] for m, values in one.items()} for one in pair)
    # Cliff's delta sees order, and adding may join neighbours by rounding; sixteenths are far enough apart.
    relative = ("mean", "reference_mean", "relative", "relative_low", "relative_high", "cliffs_delta")
    # What a loss down to the lowest quality costs depends on how high the means are.
    relative += ("behind", "ahead")
    same(compare(arm, reference), compare(*pair), but=relative)


@given(two_arms(), st.randoms(use_true_random=False))
def test_the_order_of_repeats_and_of_missions_changes_nothing(
    pair: tuple[Sample, Sample], chance: random.Random
):
    def shuffled(one: Sample) -> dict[str, list[float]]:
        missions = list(one)
        chance.shuffle(missions)
        return {mission: chance.sample(list(one[mission]), len(one[mission])) for mission in missions}

    same(compare(shuffled(pair[0]), shuffled(pair[1])), compare(*pair))


@given(two_arms())
def test_doing_every_run_over_with_the_same_result_is_no_new_evidence(pair: tuple[Sample, Sample]):
    arm, reference = ({mission: [*values, *values] for mission, values in one.items()} for one in pair)
    same(compare(arm, reference), compare(*pair), but=("runs", "reference_runs"))


@given(two_arms(), st.randoms(use_true_random=False))
def test_the_names_of_missions_do_not_matter(pair: tuple[Sample, Sample], chance: random.Random):
    names = [f"x{number}" for number in range(len(pair[0]))]
    chance.shuffle(names)
    new = dict(zip(pair[0], names, strict=True))
    arm, reference = ({new[mission]: values for mission, values in one.items()} for one in pair)
    same(compare(arm, reference), compare(*pair))


@given(two_arms())
def test_the_relative_interval_excludes_zero_exactly_when_the_interval_does(pair: tuple[Sample, Sample]):
    found = compare(*pair)
    assume(found.relative_low is not None and found.p is not None and abs(found.p - 0.05) > 1e-6)
    apart, relative_apart = (
        not low < 0 < high  # type: ignore[operator]
        for low, high in ((found.low, found.high), (found.relative_low, found.relative_high))
    )
    assert apart == relative_apart == (found.p < 0.05)  # type: ignore[operator]


@given(two_arms())
def test_pairing_matters(pair: tuple[Sample, Sample]):
    arm, reference = pair
    harder = {mission: place for place, mission in enumerate(arm)}
    moved = [{m: [v + harder[m] for v in values] for m, values in one.items()} for one in (arm, reference)]
    assert compare(*moved).p == pytest.approx(compare(*pair).p)


# Missions and runs.


def test_missions_of_one_arm_only_are_left_out_by_name():
    arm = {"a": [0.5], "b": [0.75, 1.0], "c": [0.625], "x": [0.9]}
    reference = {"b": [0.5], "a": [0.25], "c": [0.5], "y": [0.1], "empty": []}
    found = compare(arm, reference)
    assert (found.missions, found.runs, found.reference_runs, found.left_out) == (3, 4, 3, ("x", "y"))
    assert (found.mean, found.reference_mean) == (pytest.approx(2 / 3), pytest.approx(1.25 / 3))


def test_a_mission_with_many_repeats_counts_as_one():
    arm, reference = {"a": [1.0] * 9, "b": [0.5]}, {"a": [0.5], "b": [0.5]}
    assert compare(arm, reference).difference == 0.25
    assert mean_of(arm).value == 0.75


def test_a_mission_without_values_is_one_that_the_arm_has_not():
    found = compare({**single(0.5, 0.75, 1), "z": []}, {**single(0.5, 0.5, 0.5), "z": [0.5]})
    assert (found.missions, found.left_out) == (3, ("z",))


@pytest.mark.parametrize(
    ("arm", "reference", "said"),
    [
        ({"a": [1.0]}, {"b": [1.0]}, "no mission in common"),
        ({}, {}, "no mission in common"),
        ({"a": [1.0]}, {"a": [1.0]}, "only 1 mission in common"),
        ({"a": [1.0], "b": [math.nan]}, {"a": [1.0], "b": [1.0]}, "'b' is not a finite number"),
        ({"a": [1.0], "b": [1.0]}, {"a": [math.inf, -1.0], "b": [1.0]}, "'a' is not a finite number"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(arm: Sample, reference: Sample, said: str):
    with pytest.raises(BadInput, match=said):
        compare(arm, reference)
    assert MIN_MISSIONS == 2


# Nothing that looks like evidence where there is none.


@pytest.mark.parametrize("gain", [0.0, 0.0625, -0.1])
def test_differences_that_are_all_equal_are_no_evidence(gain: float):
    reference = single(0.3, 0.4, 0.55, 0.6, 0.7, 0.8, 0.45, 0.35)
    found = compare({mission: [values[0] + gain] for mission, values in reference.items()}, reference)
    assert found.difference == pytest.approx(gain)
    assert found.sd == 0
    unknown = (found.low, found.high, found.p, found.d_z, found.p_equivalence, found.relative_low)
    assert unknown == (None,) * 6
    assert verdict(found) == "undetermined"
    assert missions_needed(found) is None
    opinion = second_opinion({m: [v[0] + gain] for m, v in reference.items()}, reference)
    assert (opinion.low, opinion.relative_low) == (None, None)


def test_constant_values_have_no_effect_size():
    found = compare(single(*[0.5] * 6), single(*[0.4] * 6))
    assert (found.d, found.d_z, found.cliffs_delta) == (None, None, 1.0)


@pytest.mark.parametrize("reference", [single(0, 0, 0, 0, 0, 0), single(-1, -2, -1, -3, -2, -1)])
def test_nothing_is_relative_to_a_reference_that_is_not_above_zero(reference: Sample):
    arm = single(1, 2, 3, 2, 1, 2)
    found, ranged = compare(arm, reference), relative_difference(arm, reference)
    assert (found.relative, found.relative_low, found.relative_high) == (None, None, None)
    assert (ranged.value, ranged.low, ranged.high) == (None, None, None)
    assert second_opinion(arm, reference).relative_low is None


def test_a_ratio_to_what_may_as_well_be_zero_has_no_interval():
    found = ratio(single(1, 2, 3), single(0.1, -4, 5))
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


# Verdicts.


@pytest.fixture
def gain() -> Difference:
    reference = [0.5, 0.625, 0.4375, 0.75, 0.5625, 0.6875, 0.625, 0.5]
    more = [0.125, 0.0625, 0.1875, 0.125, 0.0625, 0.125, 0.1875, 0.0625]
    arm = [one + other for one, other in zip(reference, more, strict=True)]
    return compare(single(*arm), single(*reference))


def test_a_difference_is_better_or_worse_by_its_direction(gain: Difference):
    assert verdict(gain) == "better"
    assert verdict(replace(gain, difference=-0.1, low=-0.2, high=-0.05)) == "worse"


def test_holm_has_the_last_word(gain: Difference):
    assert verdict(replace(gain, p_holm=0.051)) == "undetermined"
    assert verdict(replace(gain, p_holm=0.049)) == "better"


def test_no_verdict_against_the_interval(gain: Difference):
    assert verdict(replace(gain, low=-0.001)) == "undetermined"


def test_no_verdict_on_five_missions(gain: Difference):
    assert verdict(replace(gain, missions=5)) == "undetermined"
    assert verdict(replace(gain, missions=MIN_MISSIONS_FOR_VERDICT)) == "better"


def test_a_stricter_level_asks_for_more(gain: Difference):
    assert gain.p is not None
    assert verdict(gain, alpha=gain.p / 2) == "undetermined"


def flat(spread: float, missions: int = 30) -> Difference:
    return compare(single(*(0.5 + spread * (-1) ** at for at in range(missions))), single(*[0.5] * missions))


def test_arms_within_the_margin_are_equivalent_only_when_that_is_sure():
    assert verdict(flat(0.02)) == "equivalent"
    assert verdict(flat(0.2)) == "undetermined"


@pytest.mark.parametrize(("missions", "word"), [(28, "undetermined"), (29, "equivalent")])
def test_arms_are_equivalent_only_on_so_many_missions_that_rare_losses_would_have_shown(missions, word):
    found = flat(0.02, missions)
    assert found.p_equivalence is not None
    assert found.p_equivalence < 0.001
    assert (verdict(found), found.only_tail_open(0.05)) == (word, word == "undetermined")
    assert found.behind is not None
    assert (found.behind.bound() <= MOST_LOSING) == (word == "equivalent")


@pytest.mark.parametrize("loser", ["arm", "reference"])
def test_arms_of_which_either_loses_badly_on_some_missions_are_not_equivalent(loser: str):
    steady = [0.5 + 0.01 * (-1) ** at for at in range(120)]
    losing = [0.52] * 113 + [0.25] * 7
    arms = (losing, steady) if loser == "arm" else (steady, losing)
    found = compare(*(single(*values) for values in arms))
    assert found.p_equivalence is not None
    assert found.p_equivalence < 0.05
    assert verdict(found) == "undetermined"


def test_where_a_loss_to_the_bottom_costs_more_fewer_of_them_are_excluded():
    """Six in a hundred losses from .75 to .25 alone move the mean by .03."""
    high = {mission: [value + 0.25 for value in values] for mission, values in single(*[0.5] * 48).items()}
    arm = {mission: [values[0] + 0.01 * (-1) ** at] for at, (mission, values) in enumerate(high.items())}
    found = compare(arm, high)
    assert found.behind is not None
    assert found.behind.most == pytest.approx(0.06)
    assert (verdict(found), found.behind.missions_needed()) == ("undetermined", 49)


def test_without_a_scale_nobody_knows_what_a_bad_loss_is():
    found = compare(single(*[5.0, 5.01] * 30), single(*[5.0] * 60), scale=None)
    assert (found.p_alike, verdict(replace(found, p=0.9))) == (None, "undetermined")


@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from([0.05, 0.04, 0.001]))
def test_the_bound_on_bad_losses_is_below_the_share_exactly_when_its_p_is_below_alpha(n, lost, alpha):
    tail = Tail(min(lost, n), n, MOST_LOSING)
    bound = tail.bound(alpha)
    assume(abs(bound - MOST_LOSING) > 1e-9)
    assert (bound < MOST_LOSING) == (tail.p < alpha)
    assert 0 < bound <= 1


def test_intervals_stay_within_what_quality_can_be():
    wild, low = single(*[1.0, 0.25] * 3), single(*[0.25, 0.25, 0.25, 0.25, 0.25, 0.3])
    found = compare(wild, low)
    assert (found.low, found.high) == (pytest.approx(-0.0744, abs=1e-3), 0.75)
    assert found.relative_high == 3.0
    assert mean_of(wild, QUALITY).high == 1.0
    assert (mean_of(wild, QUALITY).low, mean_of(low, QUALITY).low) == (0.25, 0.25)
    assert mean_of(wild).high is not None
    assert mean_of(wild).high > 1  # type: ignore[operator]


def test_fewer_than_six_missions_have_no_interval():
    arm, reference = single(0.5, 0.6, 0.75, 0.5, 0.8), single(0.4, 0.55, 0.5, 0.6, 0.7)
    found = compare(arm, reference)
    unknown = (found.low, found.high, found.relative, found.relative_low, found.p, found.p_equivalence)
    assert unknown == (None,) * 6
    assert found.difference == pytest.approx(0.08)
    assert [each.low for each in (mean_of(arm), ratio(arm, reference))] == [None] * 2


def test_a_typical_price_is_turned_upside_down_by_swapping_the_arms():
    cheap, dear = single(1, 2, 4, 3, 1, 9), single(2, 4, 9, 6, 2, 20)
    there, back = typical_ratio(pair(dear, cheap)), typical_ratio(pair(cheap, dear))
    logs = np.log([2, 2, 2.25, 2, 2, 20 / 9])
    half = 2.570581835636314 * np.std(logs, ddof=1) / math.sqrt(6)
    assert there.value == pytest.approx(math.exp(np.mean(logs)))
    assert (there.low, there.high) == pytest.approx(
        (math.exp(np.mean(logs) - half), math.exp(np.mean(logs) + half))
    )
    assert (back.value, back.low, back.high) == pytest.approx(
        (1 / there.value, 1 / there.high, 1 / there.low)  # type: ignore[operator]
    )


@pytest.mark.parametrize("price", [0.0, -1.0])
def test_what_costs_nothing_has_no_ratio(price: float):
    paid = single(1, 2, 4, 3, 1, 9)
    free = single(1, 2, 4, 3, 1, price)
    assert typical_ratio(pair(free, paid)).value is None
    assert typical_ratio(pair(paid, free)).value is None


def test_a_sure_difference_is_told_even_within_the_margin():
    arm = single(*(0.5 + 0.01 + 0.001 * sign for sign in (1, -1) * 6))
    found = compare(arm, single(*[0.5] * 12))
    assert found.p_equivalence is not None
    assert found.p_equivalence < 0.05
    assert verdict(found) == "better"


def test_the_margin_is_half_a_point_on_one_criterion():
    assert 0 <= 0.5 / 16 - MARGIN < 0.002


def test_holm_counts_a_comparison_that_has_no_p(gain: Difference):
    assert gain.p is not None
    both = family([gain, replace(gain, p=None)])
    assert (both[0].p_holm, both[1].p_holm) == (2 * gain.p, None)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_holm_keeps_the_order_and_never_makes_smaller(ps: list[float], chance: random.Random):
    plain = compare(single(1, 2), single(1, 3))
    found = family([replace(plain, p=p) for p in ps])
    for one in found:
        assert one.p <= one.p_holm <= min(1, len(ps) * one.p) + 1e-12  # type: ignore[operator]
    by_p = sorted(found, key=lambda one: one.p or 0)
    assert [one.p_holm for one in by_p] == sorted(one.p_holm or 0 for one in found)
    chance.shuffle(ps)
    assert sorted(one.p_holm or 0 for one in family([replace(plain, p=p) for p in ps])) == [
        one.p_holm for one in by_p
    ]


# How many missions would settle it.


def test_what_is_settled_needs_no_more(gain: Difference):
    assert missions_needed(gain) == gain.missions


def test_what_is_not_settled_needs_more_than_it_has():
    for spread, shift in itertools.product((0.05, 0.14), (0, 0.005, 0.03)):
        arm = single(*(0.5 + shift + spread * sign for sign in (1, -1) * 4))
        found = compare(arm, single(*[0.5] * 8))
        needed = missions_needed(found)
        assert needed is not None
        assert needed > found.missions


def test_what_only_holm_leaves_open_needs_one_more_at_least(gain: Difference):
    assert missions_needed(replace(gain, p_holm=0.06)) == gain.missions + 1


def test_a_larger_family_or_power_needs_more(gain: Difference):
    open_one = replace(gain, p=0.2, low=-0.01, difference=0.1, sd=0.2, p_equivalence=0.9)
    for settings in ({"comparisons": 3}, {"power": 0.9}, {"comparisons": 3, "power": 0.9}):
        assert missions_needed(open_one, **settings) == missions_for(0.1, 0.2, **settings)  # type: ignore[arg-type]


def test_the_shorter_way_is_taken(gain: Difference):
    rare = Tail(0, gain.missions, 0.1)
    open_one = replace(
        gain, p=0.2, low=-0.01, difference=0.1, sd=0.2, p_equivalence=0.9, behind=rare, ahead=rare
    )
    assert missions_needed(open_one) == missions_for(0.1, 0.2)
    nearly_nil = replace(open_one, difference=0.001)
    assert missions_needed(nearly_nil) == missions_for_equivalence(MARGIN, 0.2, difference=0.001)
    assert missions_needed(replace(open_one, difference=0.0)) == missions_for_equivalence(MARGIN, 0.2)
    assert missions_needed(replace(open_one, difference=0.0, sd=0.001)) == 29


# Estimates.


def test_a_mean_has_the_interval_of_its_missions():
    found = mean_of({"a": [0.5, 0.7], "b": [0.4], "c": [0.8], "d": [0.6], "e": [0.4], "f": [0.8]})
    half = 2.570581835636314 * math.sqrt(0.032) / math.sqrt(6)
    assert (found.value, found.missions, found.runs) == (pytest.approx(0.6), 6, 7)
    assert (found.low, found.high) == pytest.approx((0.6 - half, 0.6 + half))


@pytest.mark.parametrize("values", [{"a": [0.5, 0.9]}, {"a": [0.5], "b": [0.5]}])
def test_a_mean_without_spread_over_missions_has_no_interval(values: Sample):
    found = mean_of(values)
    assert (found.low, found.high) == (None, None)


def test_a_mean_of_nothing_is_refused():
    with pytest.raises(BadInput, match="no value"):
        mean_of({"a": []})


def test_a_ratio_is_of_means_and_less_one_the_relative_difference():
    arm, reference = single(2, 4, 9, 5, 6, 8), single(1, 3, 4, 2, 3, 4)
    found, relative, compared = (
        ratio(arm, reference),
        relative_difference(arm, reference),
        compare(arm, reference, scale=None),
    )
    assert (found.value, found.missions, found.runs) == (2.0, 6, 12)
    assert (relative.value, relative.low, relative.high) == (
        compared.relative,
        compared.relative_low,
        compared.relative_high,
    )
    assert found.low == pytest.approx(1 + compared.relative_low)  # type: ignore[operator]


def test_cliffs_delta_is_the_share_above_less_the_share_below():
    dice = np.random.default_rng(3)
    one, other = dice.integers(0, 9, 40) / 8, dice.integers(0, 7, 25) / 8
    pairs = [np.sign(mine - yours) for mine in one for yours in other]
    assert cliffs_delta(one, other) == pytest.approx(np.mean(pairs))


# Promises, on few experiments; bench/null.py measures them on many.


@pytest.mark.parametrize("world", ["alike", "skewed"])
def test_nothing_is_found_about_once_in_twenty_times_when_there_is_nothing(world: str):
    draw = drawing(5, world, 8, 1, [0.0])
    found = [compare(arm, reference) for reference, arm in (draw() for _ in range(2000))]
    wrong = sum(verdict(one) in ("better", "worse") for one in found) / len(found)
    assert 0.035 < wrong < 0.065


def test_resampling_agrees_with_student_on_many_missions_and_repeats_itself():
    reference, arm = drawing(7, "alike", 60, 3, [0.03])()
    found, opinion = compare(arm, reference), second_opinion(arm, reference)
    assert opinion.p == pytest.approx(found.p, abs=0.01)
    assert (opinion.low, opinion.high) == pytest.approx((found.low, found.high), abs=0.004)
    assert (opinion.relative_low, opinion.relative_high) == pytest.approx(
        (found.relative_low, found.relative_high), abs=0.008
    )
    assert second_opinion(arm, reference) == opinion


def test_resampling_needs_two_missions():
    with pytest.raises(BadInput, match="2 common missions"):
        second_opinion({"a": [1.0]}, {"a": [2.0]})
