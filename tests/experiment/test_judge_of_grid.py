"""Whoever reads a plan or an outcome learns when the judge is of the same family as an arm."""

import pytest

from swarm.config import Settings
from swarm.experiment.recipe import Recipes
from swarm.grid import Grid, Way
from swarm.mission import Mission
from swarm.teams.trial.report import as_report
from tests.teams.judged import TEST, judged

CLAUDE, GPT = "anthropic/claude-sonnet-4-6", "openai/gpt-4.1-mini"


def grid(judge: str | None, *models: str) -> Grid:
    missions = (Mission("own", "Bakery", "Open it."),)
    return Grid("Kin", (Way("sequential"), Way("shared")), models, (2,), missions, judge=judge)


@pytest.mark.parametrize(
    ("judge", "models", "said"),
    [
        (CLAUDE, (CLAUDE, GPT), CLAUDE),
        (CLAUDE, (GPT,), ""),
        ("none", (CLAUDE,), ""),
        ("sim/judge", ("sim/weak",), ""),
    ],
)
def test_a_judge_of_an_arms_family_is_told_for_the_whole_grid(
    settings: Settings, judge: str, models: tuple[str, ...], said: str
):
    told = Recipes(grid(judge, *models), settings).warnings_later
    assert told == (
        (f"The judge {judge} is of the same family as {said}: it may favour its own kind.",) if said else ()
    )


def test_a_model_that_is_not_known_any_more_leaves_that_open_and_says_so(settings: Settings):
    (told,) = Recipes(grid(CLAUDE, "sim/gone"), settings).warnings_later
    assert told.startswith("Whose family the judge is of cannot be told: ")
    assert "sim/gone" in told


def test_a_report_says_it():
    assert b"it may favour its own kind" in as_report(judged(0.0, 0.0), TEST, ["it may favour its own kind"])
