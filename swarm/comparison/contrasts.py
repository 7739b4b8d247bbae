"""Groups of runs are compared: each with the first, paired by mission, never pooled amiss.

Pure. `swarm/comparison/finding.py` puts what was found into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from swarm.cell import Condition, sample
from swarm.comparison.group import Group, differing, in_common
from swarm.comparison.interleaved import played_together
from swarm.comparison.ratios import cost_ratio, time_ratio
from swarm.comparison.samples import tasks_of
from swarm.errors import BadInput
from swarm.grid import FACTORS, Factor
from swarm.stats.paired import ALPHA, MARGIN, Difference, Word, compare, family, verdict
from swarm.stats.tail import QUALITY

Withheld: TypeAlias = Literal["scores", "time", "look"]
"""Why a verdict is not given: it depends on missing scores; the groups were not played together; it is no planned
look."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One group against the reference, each cut to what both have a scored run of."""

    group: Group
    reference: Group
    difference: Difference
    """In quality."""
    verdict: Word
    """ "undetermined" as well when it is withheld."""
    cost_ratio: float | None
    """How many times as many dollars a run of the group takes on a typical mission; None when a cost is unknown or
    nothing."""
    time_ratio: float | None
    """Seconds of a run over those of the reference; None for simulated runs, whose time is this machine's."""
    alpha: float = ALPHA
    """Of the verdict."""
    cost_low: float | None = None
    """The 95 % interval of `cost_ratio`, over missions; None with fewer missions than a verdict needs, or when the
    ratio is the same on all of them."""
    cost_high: float | None = None
    gaps: int = 0
    """Runs of both whose quality is missing for a reason that is not theirs."""
    extremes: tuple[Difference, Difference] | None = None
    """The difference were all that is missing the lowest quality in the group and the highest in the reference, and the
    other way round; None when nothing is missing."""
    withheld: Withheld | None = None
    inputs: int = 0
    """Missions that are one task with other inputs, where there is no other task: nothing is said of other tasks. 0
    where there are several tasks."""
    extensions: int = 0
    """How often its experiment was extended, so that this is a look after the planned end."""
    further: float | None = None
    """The level that its experiment keeps for a look after one more extension; None when nothing is left, and of runs
    that are no experiment."""

    @property
    def unit(self) -> str:
        """The unit of the difference: mission, or task where some missions are one task with other inputs."""
        tasks = tasks_of(self.group.cells)
        return "task" if 1 < len({*tasks.values()}) < len(tasks) else "mission"

    @property
    def costs_less(self) -> bool:
        """Tell whether a run of the group is shown to cost less."""
        return self.cost_high is not None and self.cost_high < 1

    @property
    def word(self) -> str:
        """The verdict, as a word to be shown."""
        return "no verdict" if self.withheld in ("time", "look") else self.verdict


@dataclass(frozen=True, slots=True)
class Refused:
    """A group that could not be compared, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups or more, the first of which is the reference."""

    groups: tuple[Group, ...]
    """Those of the contrasts, cut to what all of them have a scored run of; nothing, when there is no such thing."""
    contrasts: tuple[Contrast, ...]
    """Each other group against the first, in their order, on what these two have in common."""
    left_out: int
    """Scored runs that have no counterpart in every group."""
    besides: tuple[Factor, ...]
    """What else the groups differ in."""
    comparisons: int
    """Over how many p-values are adjusted: those here, those refused, and those of other contexts."""
    refused: tuple[Refused, ...] = ()
    """Groups of which nothing can be said."""

    @property
    def simulated(self) -> bool:
        """Tell whether its runs are simulated: all, or none."""
        return self.groups[0].simulated

    @property
    def missions(self) -> int:
        """Common to all groups."""
        return len(frozenset[str].intersection(*(group.missions for group in self.groups)))


def compare_groups(
    groups: Sequence[Group], *, margin: float = MARGIN, alpha: float = ALPHA, final: bool = True
) -> Comparison:
    """Compare groups in quality, each with the first one, on what the two have in common.

    Args:
        groups: two or more.
        margin: differences within it are called equivalent.
        alpha: of the verdicts; less for an experiment, which has more looks than one.
        final: whether this is a planned look: at others there are estimates and no verdicts.

    Raises:
        BadInput: when they say nothing together: fewer than two, simulated and real, other judges or prompts, no
            mission in common, a single run of each, nothing scored. One sentence that says which. A group of which
            nothing can be said is refused by itself while there is another one.
    """
    if len(groups) < 2:
        raise BadInput("there is only one group of runs: a comparison needs two that differ in something")
    reference, *others = _of_one_setting(groups)
    made: dict[int, Contrast] = {}
    refused: list[Refused] = []
    for at, group in enumerate(others, 1):
        try:
            made[at] = _contrast(*_paired(group, reference), margin)
        except BadInput as error:
            refused.append(Refused(group.name, str(error)))
    if not made:
        raise BadInput(refused[0].why)
    sides = [side for each in made.values() for side in (each.group, each.reference)]
    _check_alike([condition for side in sides for condition in side.conditions])
    contrasts = judged([*made.values()], planned=len(others), alpha=alpha, final=final)
    shown, left_out = in_common([groups[0], *(groups[at] for at in made)])
    return Comparison(shown, contrasts, left_out, _besides(contrasts), len(others), tuple(refused))


def judged(contrasts: Sequence[Contrast], *, planned: int, alpha: float, final: bool) -> tuple[Contrast, ...]:
    """The same contrasts as one family, each with its verdict or why there is none.

    Args:
        contrasts: all that are told together.
        planned: how many were meant to be.
        alpha: of the verdicts.
        final: see `compare_groups`.
    """
    found = family([each.difference for each in contrasts], planned=planned)
    words: list[Word] = [verdict(difference, alpha=alpha) for difference in found]
    made: list[Contrast] = []
    for at, (each, difference, word) in enumerate(zip(contrasts, found, words, strict=True)):
        others = [*found[:at], *found[at + 1 :]]
        withheld = _withheld(each, word, others, planned, alpha) if final else "look"
        said: Word = "undetermined" if withheld else word
        made.append(replace(each, difference=difference, verdict=said, alpha=alpha, withheld=withheld))
    return tuple(made)


def _withheld(
    contrast: Contrast, word: Word, others: Sequence[Difference], planned: int, alpha: float
) -> Withheld | None:
    if not played_together(contrast.group, contrast.reference):
        return "time"
    if word == "undetermined" or contrast.extremes is None:
        return None
    worst, best = (
        verdict(family([extreme, *others], planned=planned)[0], alpha=alpha) for extreme in contrast.extremes
    )
    told = {"better": [worst], "worse": [best], "equivalent": [worst, best]}[word]
    return None if all(each == word for each in told) else "scores"


def _contrast(group: Group, reference: Group, margin: float) -> Contrast:
    keys = group.tried & reference.tried
    gaps = sum(cell.gaps for side in (group, reference) for cell in side.every_cell if side.key(cell) in keys)
    extremes = None
    if gaps:
        low, high = (
            compare(group.filled(keys, one), reference.filled(keys, other), margin=margin)
            for one, other in ((QUALITY.low, QUALITY.high), (QUALITY.high, QUALITY.low))
        )
        extremes = low, high
    cost = cost_ratio(group, reference)
    return Contrast(
        group,
        reference,
        _difference(group, reference, margin),
        "undetermined",
        cost.value,
        time_ratio(group, reference),
        cost_low=cost.low,
        cost_high=cost.high,
        gaps=gaps,
        extremes=extremes,
        inputs=_inputs(group),
    )


def _inputs(group: Group) -> int:
    tasks = tasks_of(group.cells)
    return len(tasks) if len({*tasks.values()}) == 1 < len(tasks) else 0


def _of_one_setting(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups without what other judges scored, or other prompts asked, than what all of them have, if they have any."""
    shown, _ = in_common(groups)
    settings = {_setting(condition) for group in shown for condition in group.conditions}
    if not settings:
        return shown
    return tuple(
        replace(group, aside=tuple(cell for cell in group.aside if _setting(cell.condition) in settings))
        for group in shown
    )


def _setting(condition: Condition) -> tuple[object, ...]:
    return condition.simulated, condition.judge, condition.prompts


def _paired(group: Group, reference: Group) -> tuple[Group, Group]:
    """Two groups cut to what both have a scored run of.

    Raises:
        BadInput: when that says nothing.
    """
    for each in (group, reference):
        if not each.scored:
            lacking = "scored" if any(cell.runs for cell in each.every_cell) else "finished"
            raise BadInput(f"{each.name} has no {lacking} run, so nothing can be said of it")
    (one, other), _ = in_common([group, reference])
    if not one.cells:
        scored = (cell for each in (one, other) for cell in each.every_cell if cell.known("quality"))
        _check_alike([cell.condition for cell in scored])
        raise BadInput(
            f"{group.name} and {reference.name} have no mission in common under the same conditions: only runs of the "
            "same missions can be compared"
        )
    _check_alike([*one.conditions, *other.conditions])
    if all(len(cell.known("quality")) == cell.nothing for cell in one.cells + other.cells):
        raise BadInput(
            f"the runs of {group.name} and {reference.name} all failed by their own teams: no judge has seen any work"
        )
    if one.runs == other.runs == 1:
        raise BadInput(
            "there is one run of each: that is an example, not evidence; run them on more missions"
        )
    return one, other


def _check_alike(conditions: Sequence[Condition]) -> None:
    """Refuse what is never compared: simulated with real runs, scores of two judges, answers to other prompts."""
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


def _difference(group: Group, reference: Group, margin: float) -> Difference:
    """Every condition of a group counts the same in the difference; what is said of runs is of all runs."""
    found = compare(group.sample("quality"), reference.sample("quality"), margin=margin)
    of_runs = compare(sample(group.cells, "quality"), sample(reference.cells, "quality"), margin=margin)
    left_out = {cell.mission for each in (group, reference) for cell in each.aside if cell.known("quality")}
    return replace(
        found,
        runs=of_runs.runs,
        reference_runs=of_runs.reference_runs,
        cliffs_delta=of_runs.cliffs_delta,
        left_out=tuple(sorted(left_out - group.missions)),
    )


def _besides(contrasts: Iterable[Contrast]) -> tuple[Factor, ...]:
    found = {factor for each in contrasts for factor in differing([each.reference, each.group])}
    return tuple(factor for factor in FACTORS if factor in found)
