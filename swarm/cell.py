"""This file is where runs are gathered for comparison: a cell is one mission under one condition, with all repeats."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from swarm.mission import Level
from swarm.spec import Option
from swarm.team import Team

Measure = Literal[
    "quality",
    "mission_relevance",
    "depth",
    "abstained",
    "idle",
    "unusable",
    "roles",
    "tokens",
    "cost_usd",
    "duration_s",
    "efficiency",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""What is measured of every run. `abstained`, `idle` and `unusable` (unparsed or failed) are shares of seats, `roles`
different normalised roles per active seat, `efficiency` quality per 1,000 tokens; tokens and dollars include the
judge's."""


def models_as_kept(team: Team) -> str:
    """Seats per model as a condition has them.

    Examples:
        >>> from swarm.team import make_team
        >>> models_as_kept(make_team(["2 sim/strong, 6 sim/weak"], 8))
        'sim/strong ×2, sim/weak ×6'
    """
    return ", ".join(f"{model} ×{seated}" for model, seated in team.models.items())


def options_as_kept(options: Mapping[str, Option]) -> str:
    """Settings of a protocol as a condition has them: JSON.

    Examples:
        >>> options_as_kept({"size": 4})
        '{"size":4}'
    """
    return json.dumps(dict(options), ensure_ascii=False, separators=(",", ":"))


class Condition(NamedTuple):
    """What must be equal for runs to be repeats of each other, but for mission and seed."""

    simulated: bool
    protocol: str
    options: str
    """Settings of the protocol that differ from its defaults, as JSON."""
    models: str
    """Seats per model, such as "sim/strong ×8"."""
    agents: int
    shock: str
    """What struck the team in the middle; "none" when nothing did."""
    judge: str
    """"none" when nobody judged."""
    prompts: str
    """Version of the prompts, and of the simulated models where they answered."""


@dataclass(frozen=True, slots=True)
class Cell:
    """All runs of one mission under one condition that have ended."""

    condition: Condition
    mission: str
    """Its id; for missions of one's own, "own: " and the title."""
    title: str
    level: Level | None
    unfinished: int
    """Runs that ended without finishing: left out of everything else here."""
    seeds: tuple[int, ...]
    """Of the finished runs, in their order."""
    values: Mapping[Measure, tuple[float | None, ...]]
    """By measure, one for each finished run in the order of `seeds`; None where it is missing."""

    @property
    def runs(self) -> int:
        """Finished runs."""
        return len(self.seeds)

    @property
    def unscored(self) -> int:
        """Finished runs without a quality."""
        return sum(value is None for value in self.values["quality"])

    def known(self, measure: Measure) -> tuple[float, ...]:
        """The values of a measure that are not missing."""
        return tuple(value for value in self.values[measure] if value is not None)


def sample(cells: Iterable[Cell], measure: Measure) -> dict[str, list[float]]:
    """The values of a measure by mission, for `swarm.stats`; missions without any are left out.

    Args:
        cells: of one arm.
        measure: which.
    """
    found: dict[str, list[float]] = {}
    for cell in cells:
        if values := cell.known(measure):
            found.setdefault(cell.mission, []).extend(values)
    return found
