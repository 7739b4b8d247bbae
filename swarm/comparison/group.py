"""Runs are put into groups: formed by what they differ in, alike in all else. Pure."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from swarm.cell import REMEMBERS, Cell, Condition, options_as_kept
from swarm.comparison.samples import filled, sample_of, scale_of
from swarm.grid import FACTORS, NO_SHOCK, Factor
from swarm.narrative.labels import protocol_name
from swarm.stats.ranged import Ranged, mean_of
from swarm.stats.sample import Sample
from swarm.team import generic_roles

LONGEST_OPTIONS = 50
"""Of the characters that tell a protocol's settings in a group's name."""
DIGITS = 6
"""Of the hash that tells settings apart which a name does not show in full."""
_CONDITIONS: dict[Factor, tuple[str, ...]] = {
    "protocol": ("protocol", "options"),
    "models": ("models",),
    "agents": ("agents",),
    "shock": ("shock",),
}
"""The parts of a condition that each factor decides."""
USUAL_NAMES: Mapping[str, str] = MappingProxyType({})
"""Groups are called as `name_of` calls them."""
Key: TypeAlias = tuple[object, ...]
"""A mission under a context: what cells of two groups must share to be compared."""


@dataclass(frozen=True)
class Group:
    """Runs that are compared as one: a column of the comparison."""

    name: str
    cells: tuple[Cell, ...]
    """All that its numbers are made of."""
    aside: tuple[Cell, ...] = ()
    """Its other cells: without a score, or without a scored counterpart in another group."""
    factor: Factor | None = None
    """What it was formed by; None when it was put together by hand: then its cells are matched by mission alone."""

    @cached_property
    def missions(self) -> frozenset[str]:
        """Missions with at least one finished run."""
        return frozenset(cell.mission for cell in self.cells if cell.runs)

    @property
    def every_cell(self) -> tuple[Cell, ...]:
        """With what was set aside."""
        return self.cells + self.aside

    @property
    def runs(self) -> int:
        """Finished runs."""
        return sum(cell.runs for cell in self.cells)

    @property
    def unscored(self) -> int:
        """Finished runs without a quality, those set aside included: left out of it."""
        return sum(cell.unscored for cell in self.every_cell)

    @property
    def gaps(self) -> int:
        """Runs without a quality for a reason that is not the arm's, those set aside included."""
        return sum(cell.gaps for cell in self.every_cell)

    @property
    def unfinished(self) -> int:
        """Runs that did not finish, those set aside included: left out of everything."""
        return sum(cell.unfinished for cell in self.every_cell)

    @property
    def conditions(self) -> frozenset[Condition]:
        """Under which its runs took place."""
        return frozenset(cell.condition for cell in self.cells)

    @property
    def simulated(self) -> bool:
        """Tell whether its runs are simulated: all, or none."""
        return self.every_cell[0].condition.simulated

    @cached_property
    def scored(self) -> frozenset[Key]:
        """Keys of what has a score, what was set aside included."""
        return frozenset(self.key(cell) for cell in self.every_cell if cell.known("quality"))

    @cached_property
    def tried(self) -> frozenset[Key]:
        """Keys of what has a score, or would have if none were missing."""
        return frozenset(self.key(cell) for cell in self.every_cell if cell.known("quality") or cell.gaps)

    def key(self, cell: Cell) -> Key:
        """The key of a cell, which another group needs as well for this one to count."""
        return (cell.mission, *(context_of(cell.condition, self.factor) if self.factor else ()))

    def sample(self, measure: str) -> Sample:
        """Values of a measure by mission: of each run, or with several conditions the mean under each.

        So every condition counts the same, however often it was repeated. Of missions that are one task with other
        inputs, the means of missions by task, unless there is no other task.
        """
        return sample_of(self.cells, measure)

    def filled(self, keys: Container[Key], value: float) -> Sample:
        """Quality by mission, were it this value in every run whose quality is missing.

        Args:
            keys: what counts, whether or not it was set aside.
            value: in the scale of quality.
        """
        cells = [cell for cell in self.every_cell if self.key(cell) in keys]
        return sample_of([filled(cell, value) for cell in cells], "quality")

    def ranged(self, measure: str) -> Ranged | None:
        """The mean of a measure over missions, its interval cut to what the measure can be; None when no run has it."""
        found = self.sample(measure)
        return mean_of(found, scale_of(measure)) if found else None

    def total(self, measure: str) -> float | None:
        """The sum of a measure over all finished runs; None when one of them has none."""
        values = [value for cell in self.cells for value in cell.values[measure]]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None


def groups_by(
    cells: Iterable[Cell],
    factor: Factor,
    reference: str | None = None,
    names: Mapping[str, str] = USUAL_NAMES,
) -> tuple[tuple[Group, ...], int]:
    """Form groups by one factor, of what is alike in all else.

    Only missions under conditions that every group has a scored run of are kept, so that no group is credited with
    easier ones; the rest is set aside, where a contrast of two groups may find more. A group without any scored run
    takes nothing from the others.

    Args:
        cells: of all groups.
        factor: what they differ in.
        reference: the name of the group that shall come first, if there is one of that name.
        names: what groups are called instead of their usual names, by these.

    Returns:
        Groups in order of their levels (numbers ascending, else by name), and how many scored runs had to be set
        aside for want of a counterpart.
    """
    levels: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        levels[split_by(cell.condition, factor)[0]].append(cell)

    def called(level: Sequence[object]) -> str:
        name = name_of(factor, level)
        return names.get(name, name)

    ordered = sorted(
        levels,
        key=lambda level: (
            called(level) != reference,
            level != (NO_SHOCK,),
            *((isinstance(part, str), part) for part in level),
        ),
    )
    return in_common([Group(called(level), tuple(levels[level]), factor=factor) for level in ordered])


def in_common(groups: Sequence[Group]) -> tuple[tuple[Group, ...], int]:
    """Cut groups to what all of them have a scored run of, but for those that have none at all.

    Returns:
        The groups in their order, with all else set aside; and how many scored runs that is.
    """
    keys = [group.scored for group in groups if group.scored]
    common = keys[0].intersection(*keys[1:]) if keys else frozenset[Key]()
    cut = tuple(_cut(group, common) for group in groups)
    return cut, sum(len(cell.known("quality")) for group in cut for cell in group.aside)


def _cut(group: Group, common: frozenset[Key]) -> Group:
    kept: list[Cell] = []
    aside: list[Cell] = []
    for cell in group.every_cell:
        (kept if cell.known("quality") and group.key(cell) in common else aside).append(cell)
    return replace(group, cells=tuple(kept), aside=tuple(aside))


def name_of(factor: Factor, level: Sequence[object]) -> str:
    """A level of a factor as the name of its group: levels that differ have names that differ.

    Examples:
        >>> name_of("protocol", ("fixed_roles", "{}")), name_of("protocol", ("batched", '{"size":4}'))
        ('Fixed roles', 'Batched (size 4)')
        >>> name_of("agents", (8,)), name_of("models", ("sim/strong ×8",)), name_of("shock", ("none",))
        ('8 agents', 'sim/strong', 'No shock')
    """
    first = str(level[0])
    if factor == "protocol":
        options = _options_named(str(level[1]))
        return protocol_name(first) + (f" ({options})" if options else "")
    if factor == "agents":
        return f"{first} agent{'' if first == '1' else 's'}"
    if factor == "models":
        return first if "," in first else first.rpartition(" ×")[0] or first
    return "No shock" if first == "none" else f"Shock: {first}"


def is_usual(condition: Condition) -> bool:
    """Tell if a protocol was played with its usual settings: Fixed roles with the generic ones."""
    if condition.protocol != "fixed_roles":
        return condition.options == "{}"
    return condition.options in ("{}", options_as_kept({"roles": generic_roles()}))


def _options_named(kept: str) -> str:
    """Settings of a protocol in a few words, with a hash when they are not told in full; empty for the usual ones."""
    if kept == "{}" or kept == options_as_kept({"roles": generic_roles()}):
        return ""
    options: dict[str, object] = json.loads(kept)
    if title := options.get("title"):
        return f"{str(title)[:LONGEST_OPTIONS]} #{hashlib.sha256(kept.encode()).hexdigest()[:DIGITS]}"
    said = ", ".join(_option_named(name, value) for name, value in options.items())
    short = said if len(said) <= LONGEST_OPTIONS else said[: LONGEST_OPTIONS - 1] + "…"
    if "…" not in short:
        return short
    return f"{short} #{hashlib.sha256(kept.encode()).hexdigest()[:DIGITS]}"


def _option_named(name: str, value: object) -> str:
    if name == REMEMBERS:
        return "with memory"
    if isinstance(value, list):
        return f"{len(value)} {name}: {value[0]} …"  # pyright: ignore
    return f"{name} {value}"


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
    """Split a condition by a factor; a model is the same with another number of agents."""
    decided = _CONDITIONS[factor]
    values = condition._asdict()
    if factor in ("models", "agents") and "," not in condition.models:
        values["models"] = condition.models.rpartition(" ×")[0]
    level = tuple(values[name] for name in decided)
    return level, tuple(value for name, value in values.items() if name not in decided)
