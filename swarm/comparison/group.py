"""This file is where runs are put into groups: formed by what they differ in, alike in all else. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from swarm.cell import Cell, Condition, Measure, options_as_kept, sample
from swarm.grid import FACTORS, Factor
from swarm.stats.estimate import Estimate, mean_of
from swarm.team import generic_roles

LONGEST_OPTIONS = 50
"""Of the characters that tell a protocol's settings in a group's name."""
_CONDITIONS: dict[Factor, tuple[str, ...]] = {
    "protocol": ("protocol", "options"),
    "models": ("models",),
    "agents": ("agents",),
    "shock": ("shock",),
}
"""The parts of a condition that each factor decides."""


@dataclass(frozen=True)
class Group:
    """Runs that are compared as one: a column of the comparison."""

    name: str
    cells: tuple[Cell, ...]

    @cached_property
    def missions(self) -> frozenset[str]:
        """Missions with at least one finished run."""
        return frozenset(cell.mission for cell in self.cells if cell.runs)

    @property
    def runs(self) -> int:
        """Finished runs."""
        return sum(cell.runs for cell in self.cells)

    @property
    def unscored(self) -> int:
        """Finished runs without a quality: left out of it."""
        return sum(cell.unscored for cell in self.cells)

    @property
    def unfinished(self) -> int:
        """Runs that did not finish: left out of everything."""
        return sum(cell.unfinished for cell in self.cells)

    @property
    def conditions(self) -> frozenset[Condition]:
        """Under which its runs took place."""
        return frozenset(cell.condition for cell in self.cells)

    def estimate(self, measure: Measure) -> Estimate | None:
        """The mean of a measure over missions; None when no run has it."""
        found = sample(self.cells, measure)
        return mean_of(found) if found else None

    def total(self, measure: Measure) -> float | None:
        """The sum of a measure over all finished runs; None when one of them has none."""
        values = [value for cell in self.cells for value in cell.values[measure]]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None


def groups_by(
    cells: Iterable[Cell], factor: Factor, reference: str | None = None
) -> tuple[tuple[Group, ...], int]:
    """Form groups by one factor, of what is alike in all else.

    Only missions under conditions that every group has are kept, so that no group is credited with easier ones.

    Args:
        cells: of all groups.
        factor: what they differ in.
        reference: the name of the group that shall come first, if there is one of that name.

    Returns:
        Groups in order of their levels (numbers ascending, else by name), and how many finished runs had to be
        left out for want of a counterpart.
    """
    levels: dict[tuple[object, ...], dict[tuple[object, ...], Cell]] = defaultdict(dict)
    for cell in cells:
        level, context = split_by(cell.condition, factor)
        levels[level][(cell.mission, *context)] = cell
    keys = [frozenset(found) for found in levels.values()]
    common = keys[0].intersection(*keys[1:]) if keys else frozenset[tuple[object, ...]]()
    ordered = sorted(
        levels,
        key=lambda level: (
            name_of(factor, level) != reference,
            *((isinstance(part, str), part) for part in level),
        ),
    )
    groups = tuple(
        Group(name_of(factor, level), tuple(cell for key, cell in levels[level].items() if key in common))
        for level in ordered
    )
    out = sum(cell.runs for found in levels.values() for key, cell in found.items() if key not in common)
    return groups, out


def name_of(factor: Factor, level: Sequence[object]) -> str:
    """A level of a factor as the name of its group.

    Examples:
        >>> name_of("protocol", ("fixed_roles", "{}")), name_of("protocol", ("batched", '{"size":4}'))
        ('Fixed roles', 'Batched (size 4)')
        >>> name_of("agents", (8,)), name_of("models", ("sim/strong ×8",)), name_of("shock", ("none",))
        ('8 agents', 'sim/strong', 'No shock')
    """
    first = str(level[0])
    if factor == "protocol":
        options = _options_named(str(level[1]))
        return first.replace("_", " ").capitalize() + (f" ({options})" if options else "")
    if factor == "agents":
        return f"{first} agent{'' if first == '1' else 's'}"
    if factor == "models":
        return first if "," in first else first.rpartition(" ×")[0] or first
    return "No shock" if first == "none" else f"Shock: {first}"


def _options_named(kept: str) -> str:
    """Settings of a protocol in a few words; empty when they are the usual ones."""
    options: dict[str, object] = (
        {} if kept == options_as_kept({"roles": generic_roles()}) else json.loads(kept)
    )
    said = ", ".join(
        f"{len(value)} {name}: {value[0]} …" if isinstance(value, list) else f"{name} {value}"  # pyright: ignore
        for name, value in options.items()
    )
    return said if len(said) <= LONGEST_OPTIONS else said[: LONGEST_OPTIONS - 1] + "…"


def differing(groups: Sequence[Group]) -> tuple[Factor, ...]:
    """The factors in which groups differ."""
    return tuple(
        factor
        for factor in FACTORS
        if len(
            {frozenset(split_by(condition, factor)[0] for condition in group.conditions) for group in groups}
        )
        > 1
    )


def context_of(condition: Condition, factor: Factor) -> tuple[object, ...]:
    """All of a condition that a factor does not decide: equal for runs that can be compared by it."""
    return split_by(condition, factor)[1]


def split_by(condition: Condition, factor: Factor) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What a factor decides of a condition, and all else; a model is the same with another number of agents."""
    decided = _CONDITIONS[factor]
    values = condition._asdict()
    if factor in ("models", "agents") and "," not in condition.models:
        values["models"] = condition.models.rpartition(" ×")[0]
    level = tuple(values[name] for name in decided)
    return level, tuple(value for name, value in values.items() if name not in decided)
