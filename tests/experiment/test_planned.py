"""What was planned, and by which terms, decides every number that is told: from cells to findings, wire by wire.

Each value here differs from every default and from every other, so that a number that came by another way is another.
"""

from dataclasses import replace
from itertools import product

import pytest

from swarm.cell import Cell, Condition, sample
from swarm.comparison.contexts import compare_in_contexts
from swarm.comparison.contrasts import Comparison, compare_groups
from swarm.comparison.finding import finding, findings
from swarm.comparison.group import context_of, groups_by
from swarm.comparison.team_size import size_curves
from swarm.comparison.threshold import model_cases
from swarm.errors import BadInput
from swarm.experiment.results import results
from swarm.grid import FACTORS, Experiment, Factor, Grid, Terms, Way
from swarm.mission import Mission
from swarm.stats.paired import compare, missions_needed
from tests.compared import arm, cell

MISSIONS = 8
LAST_LEVEL = 0.046
MARGIN = 0.07


def planned(terms: Terms | None = None, **changes: object) -> Experiment:
    """Three protocols on two models: four comparisons."""
    usual: dict[str, object] = {
        "name": "planned",
        "ways": (Way("shared"), Way("sequential"), Way("solo")),
        "teams": ("sim/strong", "sim/weak"),
        "agents": (8,),
        "missions": tuple(Mission(f"m{n:02}", f"Mission {n}", "Bake.") for n in range(MISSIONS)),
        "repeats": 2,
    }
    return Experiment(Grid(**usual | changes), terms or Terms(margin=MARGIN, stop_when_clear=True))  # type: ignore[arg-type]


def bumpy(protocol: str, shift: float, bumps: float, missions: int = MISSIONS, **more: object) -> list[Cell]:
    """An arm that is `shift` better, more or less by `bumps` on one mission and another, and so of a known spread."""
    return arm(protocol, shift, spread=bumps, missions=missions, **more)


REFERENCE = bumpy("shared", 0.0, 0.0)
UNSURE = bumpy("sequential", 0.05, 0.045)
"""Better with a p of about .016: settled by itself at .05, and neither among four nor midway."""


def seen(cells: list[Cell]) -> dict[str, list[float]]:
    return sample(cells, "quality")


# Comparisons: how many, of what, at which level, within which margin.


def test_a_comparison_of_an_experiment_has_its_plan_its_level_and_its_margin():
    [(_, found)] = results(planned(), [*REFERENCE, *UNSURE]).found
    [contrast], expected = found.contrasts, compare(seen(UNSURE), seen(REFERENCE), margin=MARGIN)
    assert found.comparisons == 4
    assert contrast.alpha == pytest.approx(LAST_LEVEL)
    assert contrast.difference.p == pytest.approx(expected.p)
    assert contrast.difference.p_holm == pytest.approx(4 * expected.p)
    assert contrast.difference.margin == MARGIN
    assert contrast.difference.p_equivalence == pytest.approx(expected.p_equivalence)


@pytest.mark.parametrize(("asked", "counted"), [(None, 2), (1, 2), (2, 2), (7, 7)])
def test_p_is_adjusted_for_all_that_was_planned_and_for_all_that_is_there(asked: int | None, counted: int):
    cells = [*REFERENCE, *UNSURE, *bumpy("solo", 0.0, 0.06)]
    [(_, found)] = compare_in_contexts(cells, "protocol", reference="Shared", comparisons=asked).found
    best = min((each.difference for each in found.contrasts), key=lambda each: each.p)
    assert (found.comparisons, best.p_holm) == (counted, pytest.approx(counted * best.p))


@pytest.mark.parametrize("of_p", [0.99, 1.01])
def test_the_level_of_an_experiment_is_the_one_that_settles(of_p: float):
    """Neither the usual one nor another: p lies one in a hundred beside it."""
    p = compare(seen(UNSURE), seen(REFERENCE)).p
    assert p < 0.04
    groups, _ = groups_by([*REFERENCE, *UNSURE], "protocol", "Shared")
    [(_, within)] = compare_in_contexts(
        [*REFERENCE, *UNSURE], "protocol", reference="Shared", alpha=of_p * p
    ).found
    for found in (within, compare_groups(groups, alpha=of_p * p)):
        assert found.contrasts[0].verdict == ("better" if of_p > 1 else "undetermined")


MANY = 34
"""Missions that are enough to exclude bad losses."""


def alike(bumps: float = 0.11) -> list[Cell]:
    return [*bumpy("shared", 0.0, 0.0, MANY), *bumpy("sequential", 0.0, bumps, MANY)]


@pytest.mark.parametrize(("margin", "word"), [(0.03, "undetermined"), (0.12, "equivalent")])
def test_the_margin_that_was_agreed_decides_what_is_alike(margin: float, word: str):
    groups, _ = groups_by(alike(), "protocol", "Shared")
    of_experiment = results(planned(Terms(margin=margin)), alike()).found[0][1]
    for found in (compare_groups(groups, margin=margin), of_experiment):
        assert found.contrasts[0].verdict == word
        assert found.contrasts[0].difference.margin == margin


@pytest.mark.parametrize(("margin", "flat"), [(0.03, False), (0.12, True)])
def test_the_margin_that_was_agreed_decides_what_is_flat_and_what_roles_change(margin: float, flat: bool):
    small = [
        replace(each, condition=each.condition._replace(agents=4, models="sim/strong ×4"))
        for each in alike()[:MANY]
    ]
    as_large = [
        replace(each, condition=each.condition._replace(protocol="shared")) for each in alike()[MANY:]
    ]
    [curve] = size_curves([*small, *as_large], margin=margin)
    assert (curve.flat, curve.worst.difference.margin) == (flat, margin)
    given = [
        replace(each, condition=each.condition._replace(protocol="fixed_roles")) for each in alike()[:MANY]
    ]
    [case] = model_cases([*given, *alike()[MANY:]], margin=margin)
    assert case.advice == ("either" if flat else "unknown")


def test_what_would_settle_it_is_asked_at_the_level_and_for_all_comparisons_of_the_experiment():
    experiment = planned(Terms(margin=0.01, stop_when_clear=True))
    dear = bumpy("sequential", 0.05, 0.1, measures={"cost_usd": 0.13})
    [(_, found)] = results(experiment, [*REFERENCE, *dear]).found
    contrast = found.contrasts[0]
    needed = missions_needed(contrast.difference, comparisons=4, alpha=contrast.alpha)
    others = {
        missions_needed(contrast.difference, comparisons=many, alpha=level)
        for many, level in ((1, contrast.alpha), (4, 0.05), (4, 0.001))
    }
    assert needed not in others
    price = needed * 2 * (0.05 + 0.13)
    for said in (finding(found), *findings(found)):
        assert (
            f"about {needed} missions would settle it in an experiment of its own, for about ${price:.2f} of"
            in said
        )


# Which rows are set against which.


REST: dict[Factor, tuple[str, ...]] = {
    "protocol": ("simulated", "models", "agents", "shock", "judge", "prompts"),
    "models": ("simulated", "protocol", "options", "agents", "shock", "judge", "prompts"),
    "agents": ("simulated", "protocol", "options", "models", "shock", "judge", "prompts"),
    "shock": ("simulated", "protocol", "options", "models", "agents", "judge", "prompts"),
}
OTHER: dict[str, object] = {
    "simulated": False,
    "protocol": "broadcast",
    "options": '{"size":4}',
    "models": "sim/small ×8",
    "agents": 16,
    "shock": "hub",
    "judge": "sim/other",
    "prompts": "p2",
}


@pytest.mark.parametrize(
    ("factor", "field"), [(each, field) for each in FACTORS for field in Condition._fields]
)
def test_runs_are_compared_within_all_that_they_are_not_compared_by(factor: Factor, field: str):
    usual = REFERENCE[0].condition
    same = context_of(usual, factor) == context_of(usual._replace(**{field: OTHER[field]}), factor)
    assert same == (field not in REST[factor])


def test_a_context_holds_runs_of_one_kind_and_one_wording():
    others = [{"simulated": False}, {"prompts": "p2"}, {"judge": "sim/other"}, {"agents": 16}]
    cells = [
        each for other in ({}, *others) for each in (*told_as(REFERENCE, other), *told_as(UNSURE, other))
    ]
    found = compare_in_contexts(cells, "protocol", reference="Shared")
    assert (len(found.found), found.refused) == (5, ())


def told_as(cells: list[Cell], other: dict[str, object]) -> list[Cell]:
    return [replace(each, condition=each.condition._replace(**other)) for each in cells]


def test_of_what_is_alike_the_surest_is_told_first():
    """By how sure it is that they are alike, and not that they differ."""
    near, sure = bumpy("sequential", 0.003, 0.04, MANY), bumpy("solo", 0.0, 0.001, MANY)
    cells = [*bumpy("shared", 0.0, 0.0, MANY), *near, *sure]
    found = compare_groups(groups_by(cells, "protocol", "Shared")[0])
    assert [each.verdict for each in found.contrasts] == ["equivalent", "equivalent"]
    assert [said.partition(" did")[0].rpartition(" ")[2] for said in findings(found)] == [
        "Solo",
        "Sequential",
    ]


def by_hand(cells: list[Cell]) -> dict[str, list[float]]:
    """Every run by itself, whatever its condition."""
    found: dict[str, list[float]] = {}
    for each in cells:
        found.setdefault(each.mission, []).extend(
            value for value in each.values["quality"] if value is not None
        )
    return found


def test_every_number_of_a_contrast_is_of_its_own_side_and_unit():
    """Two conditions, real models, unequal repeats, prices, times and missions: no two numbers are the same."""
    four = {"agents": 4, "models": "a/one ×4"}
    eight = {"agents": 8, "models": "a/one ×8"}
    real = {"simulated": False}
    prices = {"shared": (0.02, 2.0), "sequential": (0.06, 5.0)}
    cells: list[Cell] = []
    for (protocol, (usd, seconds)), size, n in product(prices.items(), (four, eight), range(7)):
        free, large = protocol == "sequential", size is eight
        runs = [0.4 + 0.03 * n + (0.11 + 0.02 * (n % 3)) * free - 0.2 * large] * (1 + 2 * free + 3 * large)
        runs[0] += 0.05
        more = {"measures": {"cost_usd": usd, "duration_s": seconds}, "protocol": protocol, **size, **real}
        cells.append(cell(n, runs, **more))
    cells = [each for each in cells if (each.mission, each.condition.agents) != ("m03", 4) or free_of(each)]
    cells.append(cell(9, [0.9], protocol="sequential", measures={"cost_usd": 9.0}, **four, **real))
    groups, _ = groups_by(cells, "protocol", "Shared")
    [contrast] = compare_groups(groups).contrasts
    kept = [
        each
        for each in cells
        if each.mission != "m09" and (each.mission, each.condition.agents) != ("m03", 4)
    ]
    free, shared = ([each for each in kept if free_of(each) is kind] for kind in (True, False))
    found, runs = contrast.difference, compare(by_hand(free), by_hand(shared))
    assert (found.runs, found.reference_runs) == (6 * 3 + 7 * 6, 6 * 1 + 7 * 4)
    of_missions = compare(contrast.group.sample("quality"), contrast.reference.sample("quality"))
    assert (found.d, found.cliffs_delta) == (of_missions.d, pytest.approx(runs.cliffs_delta))
    assert found.d != pytest.approx(runs.d)
    assert found.difference > 0
    assert found.difference != pytest.approx(runs.difference)
    assert (found.missions, found.left_out) == (7, ("m09",))
    assert (contrast.cost_ratio, contrast.time_ratio) == (pytest.approx(3.0), pytest.approx(2.5))
    assert contrast.group.total("cost_usd") == pytest.approx(0.06 * found.runs)


def free_of(each: Cell) -> bool:
    return each.condition.protocol == "sequential"


def test_the_time_of_simulated_runs_is_no_ones():
    assert (
        compare_groups(groups_by([*REFERENCE, *UNSURE], "protocol", "Shared")[0]).contrasts[0].time_ratio
        is None
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [({"judge": "sim/other"}, "different judges"), ({"prompts": "p2"}, "have changed between them")],
)
def test_scores_of_another_setting_are_not_mixed_over_contrasts(other: dict[str, object], said: str):
    """A third group shares its missions with the reference under the other setting only."""
    strangers = [*bumpy("shared", 0.3, 0.0, **other), *bumpy("solo", 0.1, 0.02, **other)]
    with_its_own = [*REFERENCE, *UNSURE, *bumpy("solo", 0.02, 0.03), *strangers]
    found = compare_groups(groups_by(with_its_own, "protocol", "Shared")[0])
    assert numbers(found) == numbers(
        compare_groups(groups_by(with_its_own[: -2 * MISSIONS], "protocol", "Shared")[0])
    )
    with pytest.raises(BadInput, match=said):
        compare_groups(groups_by([*REFERENCE, *UNSURE, *strangers], "protocol", "Shared")[0])


def numbers(found: Comparison) -> list[object]:
    return [replace(each.difference, left_out=()) for each in found.contrasts]
