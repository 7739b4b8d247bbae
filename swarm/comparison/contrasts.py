"""This file is where groups of runs are compared: each with the first, paired by mission, never pooled amiss.

Pure. `swarm/comparison/finding.py` puts what was found into words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from swarm.cell import Cell, Measure, sample
from swarm.comparison.group import Group, context_of, differing, groups_by
from swarm.errors import BadInput
from swarm.grid import Factor
from swarm.stats.paired import ALPHA, MARGIN, Difference, Word, compare, family, verdict
from swarm.stats.sample import Sample


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


def compare_groups(
    groups: Sequence[Group], *, margin: float = MARGIN, alpha: float = ALPHA, left_out: int = 0
) -> Comparison:
    """Compare groups in quality, each with the first one.

    Args:
        groups: two or more.
        margin: differences within it are called equivalent.
        alpha: of the verdicts; less for an experiment that might have stopped early.
        left_out: see `groups_by`.

    Raises:
        BadInput: when they say nothing together: fewer than two, simulated and real, other judges or prompts, no
            mission in common, a single run of each, nothing scored. One sentence that says which.
    """
    check_comparable(groups)
    found = family([_difference(group, groups[0], margin) for group in groups[1:]])
    contrasts = tuple(
        Contrast(group, groups[0], difference, verdict(difference, alpha=alpha), *_ratios(group, groups[0]))
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
        contexts[context_of(cell.condition, factor)].append(cell)
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
        changed = "the prompts or the simulated models" if conditions[0].simulated else "the prompts"
        raise BadInput(f"these runs do not say the same: {changed} have changed between them")
    if not frozenset[str].intersection(*(group.missions for group in groups)):
        raise BadInput(
            "these groups have no mission in common: only runs of the same missions can be compared"
        )
    if all(group.runs == 1 for group in groups):
        raise BadInput(
            "there is one run of each: that is an example, not evidence; run them on more missions"
        )


def _difference(group: Group, reference: Group, margin: float) -> Difference:
    """Every condition of a group counts the same in the difference; what is said of runs is of all runs."""
    found = compare(_balanced(group), _balanced(reference), margin=margin)
    of_runs = compare(sample(group.cells, "quality"), sample(reference.cells, "quality"), margin=margin)
    return replace(
        found,
        runs=of_runs.runs,
        reference_runs=of_runs.reference_runs,
        d=of_runs.d,
        cliffs_delta=of_runs.cliffs_delta,
    )


def _balanced(group: Group) -> Sample:
    """Qualities by mission: of each run, or with several conditions the mean under each."""
    if len(group.conditions) == 1:
        return sample(group.cells, "quality")
    return sample([_averaged(cell) for cell in group.cells], "quality")


def _averaged(cell: Cell) -> Cell:
    known = cell.known("quality")
    return replace(cell, values={**cell.values, "quality": (fmean(known),) if known else ()})


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
