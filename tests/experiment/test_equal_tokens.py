"""One agent has the tokens of the team it is set against, by default; where it has not, a sentence says so."""

from dataclasses import replace

import pytest

from swarm.experiment.file import experiment_from_toml, experiment_toml
from swarm.experiment.recipe import LEAST_TOKENS, Recipes
from swarm.experiment.results import results
from swarm.experiment.tokens import unequal_tokens
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.mission import Mission, load_library
from tests.compared import arm
from tests.experiment.test_experiment import experiment_of

FILE = """
name = "One or many?"
protocols = ["sequential", "solo"]
models = ["sim/strong"]
agents = [3]
missions = ["food-festival"]
"""


@pytest.fixture
def library(settings):
    return load_library(settings.mission_folders)


def grid_of(library, *ways: Way, **changes) -> Grid:
    usual = {"ways": ways, "missions": tuple(library.values())[:2], "repeats": 1, "equal_tokens": True}
    return experiment_of([], None, **usual | changes).grid


def budgets(grid: Grid, settings) -> list[object]:
    recipes = Recipes(grid, settings)
    return [recipes.of(grid.planned(arm)).options.get("token_budget") for arm in range(len(grid.arms))]


def test_a_file_gives_one_agent_the_tokens_of_the_team_unless_it_says_otherwise(library, settings):
    equal, _ = experiment_from_toml(FILE, "x.toml", library)
    [team, single] = budgets(equal, settings)
    assert team is None
    assert single == max(LEAST_TOKENS, Recipes(equal, settings).expected_tokens(0))
    assert Recipes(equal, settings).expected_tokens(0) == Recipes(
        replace(equal, judge="none"), settings
    ).expected_tokens(0)
    switched_off = experiment_from_toml(FILE + "equal_tokens = false\n", "x.toml", library)
    assert budgets(switched_off.grid, settings) == [None, None]
    assert "equal_tokens = false" in experiment_toml(switched_off)
    assert experiment_from_toml(experiment_toml(switched_off), "x.toml", library) == switched_off
    assert switched_off.grid.id != equal.id


def test_every_team_lends_its_own_tokens_and_the_first_protocol_of_a_team_decides(library, settings):
    grid = grid_of(library, Way("solo"), Way("sequential"), Way("coordinator"), agents=(2, 4))
    recipes, found = Recipes(grid, settings), budgets(grid, settings)
    assert [found[1], found[2], found[4], found[5]] == [None] * 4
    assert (found[0], found[3]) == (recipes.expected_tokens(1), recipes.expected_tokens(4))
    assert 0 < 1.5 * found[0] < found[3]


@pytest.mark.parametrize("ways", [(Way("solo"),), (Way("solo", {"token_budget": 7_000}), Way("sequential"))])
def test_nobody_is_given_what_is_not_there_or_more_than_was_named(ways: tuple[Way, ...], library, settings):
    grid = grid_of(library, *ways)
    assert budgets(grid, settings)[0] == ways[0].options.get("token_budget")


def test_a_grid_without_one_agent_keeps_its_id(library):
    grid = grid_of(library, Way("sequential"), Way("shared"))
    assert grid.id == replace(grid, equal_tokens=False).id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, False),
        ({"equal_tokens": False}, True),
        ({"ways": (Way("sequential"), Way("solo", {"token_budget": 50_000}))}, True),
        ({"ways": (Way("sequential"),), "agents": (1, 4)}, True),
        ({"ways": (Way("sequential"), Way("shared"))}, False),
    ],
    ids=str,
)
def test_one_agent_that_will_not_have_the_tokens_of_its_team_is_named_before(
    changes, said: bool, library, settings
):
    grid = replace(grid_of(library, Way("sequential"), Way("solo"), agents=(4,)), **changes)
    told = unequal_tokens(Recipes(grid, settings))
    assert len(told) == said
    assert all("One agent is expected to use other tokens than the team" in line for line in told)


def test_one_agent_is_one_arm_whatever_tokens_it_was_given():
    cells = [*arm("sequential", 0.1), *arm("solo", 0.0, options='{"token_budget":4321}')]
    experiment = Experiment(
        experiment_of(
            [],
            None,
            ways=(Way("solo"), Way("sequential")),
            missions=(Mission("m", "M", "Bake."),),
            equal_tokens=True,
        ).grid,
        Terms(),
    )
    [(_, found)] = results(experiment, cells).found
    assert [group.name for group in found.groups] == ["Solo", "Sequential"]
