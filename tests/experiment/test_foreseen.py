"""What an experiment is said to see follows from its missions, repeats, comparisons, level and earlier runs."""

import os

import pytest

from swarm.cell import Cell
from swarm.config import read_settings
from swarm.engine.compose import current_wording
from swarm.experiment.recipe import Recipes
from swarm.experiment.results import resolution, resolution_in_words
from swarm.models.catalogue import card_of
from swarm.stats.power import cautious_sd, missions_for, pilot_sd, sd_of_difference, smallest_difference
from tests.compared import cell
from tests.experiment.test_planned import LAST_LEVEL, MISSIONS, planned, seen


def test_what_can_be_seen_follows_from_missions_repeats_comparisons_and_level():
    experiment = planned(repeats=3)
    sees, sd = resolution(experiment), sd_of_difference(repeats=3)
    smallest = smallest_difference(MISSIONS, sd, comparisons=4, alpha=LAST_LEVEL)
    wanted = missions_for(0.06, sd, comparisons=4, alpha=LAST_LEVEL)
    assert (sees.missions, sees.comparisons, sees.sd) == (MISSIONS, 4, pytest.approx(sd))
    assert sees.smallest == pytest.approx(smallest)
    assert sees.missions_for(0.06) == wanted
    said = " ".join(resolution_in_words(sees, 0.06))
    assert f"a difference of {smallest:.3f} in quality with a chance of 80 %, over 4 comparisons" in said
    assert f"{sd:.3f} (assumed" in said
    assert f"A difference of 0.06 would want {wanted} missions" in said


def noisy(protocol: str, bumps: float, **more: object) -> list[Cell]:
    """An arm whose missions differ by `bumps`, and whose repeats do as well."""
    return [
        cell(
            n,
            [0.5 + bumps * (-1) ** n + 0.02 * (n % 3) * (-1) ** at for at in range(2)],
            protocol=protocol,
            **more,
        )
        for n in range(MISSIONS)
    ]


@pytest.mark.parametrize("simulated", [True, False])
def test_earlier_runs_tell_the_largest_spread_of_any_planned_comparison(simulated: bool):
    model = "sim/strong" if simulated else "openai/gpt-4.1-mini"
    experiment = planned(teams=(model,), repeats=3, judge="none")
    more = {"simulated": simulated, "models": f"{model} ×8", "prompts": current_wording(simulated)}
    arms = {name: noisy(name, bumps, **more) for name, bumps in (("shared", 0.1), ("sequential", 0.12))}
    arms["solo"] = noisy("solo", -0.07, **more)
    spreads = [pilot_sd(seen(arms[name]), seen(arms["shared"]), 3) for name in ("sequential", "solo")]
    sees = resolution(experiment, [each for found in arms.values() for each in found])
    assert (sees.pilot, sees.sd) == (True, pytest.approx(cautious_sd(max(spreads), MISSIONS)))
    assert spreads[0] < spreads[1] < pilot_sd(seen(arms["solo"]), seen(arms["sequential"]), 3)


GPT, CLAUDE, GEMINI = "openai/gpt-4.1-mini", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash"
KEYS = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY"), "k" * 24)


def recipes_of(judge: str | None = None, **keys: str) -> Recipes:
    return Recipes(planned(teams=(GPT, CLAUDE), judge=judge).grid, read_settings({**os.environ, **keys}))


def test_one_judge_is_chosen_for_all_arms_and_a_stranger_to_each_of_them():
    recipes = recipes_of(**KEYS, GEMINI_API_KEY="k" * 24)
    judge, warnings = recipes.default_judge
    families = {card_of(name, recipes.settings).family for name in (GPT, CLAUDE)}
    assert card_of(judge, recipes.settings).family not in families
    assert (warnings, recipes.warnings) == ((), ())
    assert {recipes.of(recipes.grid.planned(arm)).judge for arm in range(len(recipes.grid.arms))} == {judge}


@pytest.mark.parametrize(("judge", "kin"), [(None, GPT), (CLAUDE, CLAUDE)])
def test_a_judge_of_the_family_of_one_arm_is_said_to_be_so(judge: str | None, kin: str):
    [warning] = recipes_of(judge, **KEYS).warnings
    assert f"The judge {kin} is of the same family" in warning


def test_a_judge_of_no_arms_family_needs_no_warning():
    assert recipes_of(GEMINI, **KEYS, GEMINI_API_KEY="k" * 24).warnings == ()
