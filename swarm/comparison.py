"""This file is where groups of runs are compared: formed by what they differ in, paired by mission, never pooled amiss.

Pure. `swarm/finding.py` puts what was found into words.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from swarm.cell import Cell, Condition, Measure, options_as_kept, sample
from swarm.errors import BadInput
from swarm.grid import FACTORS, Factor
from swarm.stats.estimate import Estimate, mean_of
from swarm.stats.paired import ALPHA, MARGIN, Difference, Word, compare, family, verdict
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


@dataclass(frozen=True, slots=True)
class Contrast:
    """One group against the reference."""

    group: Group
    reference: Group
    difference: Difference
    """In quality."""
    verdict: Word
    cost_ratio: float | None
    """Dollars of a run of the group over those of the reference; None when unknown or nothing."""
    time_ratio: float | None
    """Seconds of a run likewise."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups or more, the first of which is the reference."""

    groups: tuple[Group, ...]
    contrasts: tuple[Contrast, ...]
    """Each other group against the first, in their order; p-values are adjusted over all of them."""
    left_out: int
    """Finished runs that have no counterpart in every group."""
    besides: tuple[Factor, ...]
    """What else the groups differ in."""

    @property
    def simulated(self) -> bool:
        """Whether all its runs are simulated; none of them is otherwise."""
        return next(iter(self.groups[0].conditions)).simulated

    @property
    def missions(self) -> int:
        """Common to all groups."""
        return len(frozenset[str].intersection(*(group.missions for group in self.groups)))


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
        level, context = _split(cell.condition, factor)
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


def compare_groups(groups: Sequence[Group], *, margin: float = MARGIN, left_out: int = 0) -> Comparison:
    """Compare groups in quality, each with the first one.

    Args:
        groups: two or more.
        margin: differences within it are called equivalent.
        left_out: see `groups_by`.

    Raises:
        BadInput: when they say nothing together: fewer than two, simulated and real, other judges or prompts, no
            mission in common, a single run of each, nothing scored. One sentence that says which.
    """
    check_comparable(groups)
    balanced = [_balanced(group) for group in groups]
    found = family([_difference(group, balanced[0], margin) for group in balanced[1:]])
    contrasts = tuple(
        Contrast(group, groups[0], difference, verdict(difference), *_ratios(group, groups[0]))
        for group, difference in zip(groups[1:], found, strict=True)
    )
    return Comparison(tuple(groups), contrasts, left_out, differing(groups))


def compare_in_contexts(
    cells: Iterable[Cell],
    factor: Factor,
    *,
    reference: str | None = None,
    margin: float = MARGIN,
    alpha: float = ALPHA,
) -> tuple[tuple[tuple[Cell, ...], Comparison], ...]:
    """Compare by one factor within each context, which is everything else; p-values are adjusted over all of them.

    Args:
        cells: of an experiment.
        factor: what is compared.
        reference: the name of the group that others are measured against; else the first by name.
        margin: differences within it are called equivalent.
        alpha: of the verdicts; less for an experiment that might have stopped early.

    Returns:
        For each context that can be compared, in order: its cells, and the comparison.

    Raises:
        BadInput: when none can be compared; see `compare_groups`.
    """
    contexts: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        contexts[_split(cell.condition, factor)[1]].append(cell)
    found: list[tuple[tuple[Cell, ...], Comparison]] = []
    refusal: BadInput | None = None
    for context in sorted(contexts, key=str):
        groups, left_out = groups_by(contexts[context], factor, reference)
        try:
            compared = compare_groups(groups, margin=margin, left_out=left_out)
        except BadInput as error:
            refusal = error
        else:
            found.append((tuple(contexts[context]), compared))
    if refusal and not found:
        raise refusal
    return tuple(
        zip((within for within, _ in found), _adjusted([each for _, each in found], alpha), strict=True)
    )


def _adjusted(comparisons: Sequence[Comparison], alpha: float) -> Iterator[Comparison]:
    """The same comparisons as one family."""
    differences = iter(family([each.difference for one in comparisons for each in one.contrasts]))
    for comparison in comparisons:
        contrasts = [replace(each, difference=next(differences)) for each in comparison.contrasts]
        judged = tuple(replace(each, verdict=verdict(each.difference, alpha=alpha)) for each in contrasts)
        yield replace(comparison, contrasts=judged)


def check_comparable(groups: Sequence[Group]) -> None:
    """Refuse groups that say nothing together; see `compare_groups`."""
    if len(groups) < 2:
        raise BadInput("there is only one group of runs: a comparison needs two that differ in something")
    empty = next((group for group in groups if not group.runs), None)
    if empty:
        raise BadInput(f"{empty.name} has no finished run on a mission that every other group has as well")
    conditions = [condition for group in groups for condition in group.conditions]
    if len({condition.simulated for condition in conditions}) > 1:
        raise BadInput("some of these runs are simulated and some are real: such runs are never compared")
    judges = sorted({condition.judge for condition in conditions} - {"none"})
    if len(judges) > 1:
        raise BadInput(
            f"these runs have different judges, {' and '.join(judges)}: their scores do not say the same"
        )
    if len({condition.prompts for condition in conditions}) > 1:
        raise BadInput("these runs were asked in different words: the prompts have changed between them")
    if not frozenset[str].intersection(*(group.missions for group in groups)):
        raise BadInput(
            "these groups have no mission in common: only runs of the same missions can be compared"
        )
    if all(group.runs == 1 for group in groups):
        raise BadInput(
            "there is one run of each: that is an example, not evidence; run them on more missions"
        )


def differing(groups: Sequence[Group]) -> tuple[Factor, ...]:
    """The factors in which groups differ."""
    return tuple(
        factor
        for factor in FACTORS
        if len(
            {frozenset(_split(condition, factor)[0] for condition in group.conditions) for group in groups}
        )
        > 1
    )


def _split(condition: Condition, factor: Factor) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What a factor decides, and all else. As many agents of a model are another entry of `models`."""
    decided = _CONDITIONS[factor]
    values = condition._asdict()
    if factor in ("models", "agents") and "," not in condition.models:
        values["models"] = condition.models.rpartition(" ×")[0]
    level = tuple(values[name] for name in decided)
    return level, tuple(value for name, value in values.items() if name not in decided)


def _balanced(group: Group) -> Group:
    """The group with one value a mission and condition when it has several conditions, so that each counts the same."""
    if len(group.conditions) == 1:
        return group
    return replace(group, cells=tuple(_averaged(cell) for cell in group.cells))


def _averaged(cell: Cell) -> Cell:
    known = cell.known("quality")
    return replace(cell, values={**cell.values, "quality": (fmean(known),) if known else ()})


def _difference(group: Group, reference: Group, margin: float) -> Difference:
    return compare(sample(group.cells, "quality"), sample(reference.cells, "quality"), margin=margin)


def _ratios(group: Group, reference: Group) -> tuple[float | None, float | None]:
    """Of dollars and of seconds, a run on average over common missions."""
    common = group.missions & reference.missions
    sides = [[cell for cell in each.cells if cell.mission in common] for each in (group, reference)]
    return _ratio(sides, "cost_usd"), _ratio(sides, "duration_s")


def _ratio(sides: Sequence[Sequence[Cell]], measure: Measure) -> float | None:
    means = [_mean([value for cell in cells for value in cell.values[measure]]) for cells in sides]
    return means[0] / means[1] if means[0] is not None and means[1] else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(values) else None
