"""One agent is set against a team by what it makes of the same tokens; where it cannot be, a sentence says so."""

from collections.abc import Iterator

from swarm.cell import options_as_kept
from swarm.comparison.group import name_of
from swarm.comparison.price import EQUAL_TOKENS, times
from swarm.experiment.recipe import Recipes
from swarm.grid import ALONE, Arm
from swarm.written import listed

NAMED = 3
"""Comparisons that are named with their ratio; of more, it is said how many."""


def unequal_tokens(recipes: Recipes) -> tuple[str, ...]:
    """Say before anything is played which single agents will have other tokens than the team they are set against.

    Args:
        recipes: of the experiment.

    Returns:
        One sentence of plain text; nothing when all are expected to be equal, within a twentieth.
    """
    unequal = [*_unequal(recipes)]
    if not unequal:
        return ()
    rest = f" and {len(unequal) - NAMED} more" if len(unequal) > NAMED else ""
    return (
        f"One agent is expected to use other tokens than the team it is set against: {listed(unequal[:NAMED])}{rest}. "
        "Such a difference is one of tokens too, and the verdict says what was used.",
    )


def _unequal(recipes: Recipes) -> Iterator[str]:
    grid = recipes.grid
    for pair in grid.comparisons:
        alone = [arm for arm in pair if _is_alone(grid.arms[arm])]
        if len(alone) != 1:
            continue
        [single], [team] = alone, [arm for arm in pair if arm not in alone]
        if grid.team_of(single) == team:
            continue
        ratio = recipes.expected_tokens(single) / recipes.expected_tokens(team)
        if abs(ratio - 1) > EQUAL_TOKENS:
            yield f"{_name(grid.arms[single])} {times(ratio)} those of {_name(grid.arms[team])}"


def _is_alone(arm: Arm) -> bool:
    return arm.way.protocol == ALONE or arm.agents == 1


def _name(arm: Arm) -> str:
    protocol = name_of("protocol", (arm.way.protocol, options_as_kept(arm.way.options)))
    return f"{protocol} with {arm.agents} {'agent' if arm.agents == 1 else 'agents'} of {arm.models}"
