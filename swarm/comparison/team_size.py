"""Team size: what more agents bring in quality and cost, arm by arm. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from statistics import fmean
from typing import TypedDict

from swarm.cell import Cell, sample
from swarm.comparison.group import Group, Key, context_of, in_common, name_of
from swarm.comparison.interleaved import played_together
from swarm.comparison.samples import tasks_of
from swarm.errors import BadInput
from swarm.metrics.scaling import ScalingPoint, scaling_curve
from swarm.stats.groups import KruskalWallis, WorstPair, all_equivalent, kruskal_wallis
from swarm.stats.holm import holm
from swarm.stats.paired import ALPHA, MARGIN, missions_for_alike
from swarm.stats.ranged import mean_of
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT, Sample
from swarm.stats.tail import QUALITY
from swarm.written import p_value, plural

Sizes = Mapping[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class ScalingRow:
    """Results of one number of agents. None is not drawn, and no line leads across."""

    agents: int
    quality: float | None
    """Mean over missions."""
    low: float | None
    """Of the interval around it; None when there is none."""
    high: float | None
    cost_usd: float | None
    """Mean of a run; None when a price is unknown."""
    missions: int
    """That have a quality."""


@dataclass(frozen=True)
class SizeCurve:
    """One protocol with one model, in teams of different sizes."""

    name: str
    rows: tuple[ScalingRow, ...]
    """The smallest team first; what is drawn."""
    points: tuple[ScalingPoint, ...]
    """In the same order, with the gain per doubling."""
    ranked: KruskalWallis
    """Whether sizes differ: the paper's test."""
    p: float | None
    """Of that test, after Holm over all curves that are told together; None when all values are equal."""
    worst: WorstPair
    """The two sizes that are least shown to be equivalent."""
    simulated: bool
    alpha: float
    """Of what is said of the curve."""
    final: bool
    """Whether this is a planned look: at others nothing is said to be shown."""
    apart: bool
    """Whether some sizes were not played together in time: then nothing is said to be shown either."""
    gaps: int
    """Runs whose quality is missing for a reason that is not theirs."""
    doubt_with_gaps: float
    """The doubt that sizes are equivalent, were all that is missing as bad for that as can be; without gaps, as is."""
    p_with_gaps: float | None
    """`p` likewise, were what is missing the lowest quality at sizes that look good and the highest at others."""
    tasks: bool
    """Whether missions of one task with other inputs are counted as one."""
    inputs: int
    """Missions that are one task with other inputs, where there is no other task; 0 where there are several."""

    @property
    def told(self) -> bool:
        """Tell whether a verdict counts here."""
        return self.final and not self.apart and self.worst.difference.missions >= MIN_MISSIONS_FOR_VERDICT

    @property
    def flat(self) -> bool:
        """Tell whether every two sizes are shown to be equivalent, in both mean and tail, whatever is missing."""
        return self.told and max(self.worst.doubt, self.doubt_with_gaps) < self.alpha

    @property
    def differ(self) -> bool:
        """Tell whether sizes are shown to differ, whatever is missing."""
        return (
            self.told
            and not self.flat
            and _below(self.p, self.alpha)
            and _below(self.p_with_gaps, self.alpha)
        )

    @property
    def hangs_on_gaps(self) -> bool:
        """Tell whether a verdict would be given, were nothing missing, that what is missing could turn."""
        would = self.worst.doubt < self.alpha or _below(self.p, self.alpha)
        return self.told and would and not self.flat and not self.differ


def size_curves(
    cells: Iterable[Cell], *, margin: float = MARGIN, alpha: float = ALPHA, final: bool = True
) -> tuple[SizeCurve, ...]:
    """Follow each arm over the numbers of agents; only missions that all its sizes have count.

    Args:
        cells: of any arms.
        margin: differences within it count as none.
        alpha: of what is said; less for an experiment, which has more looks than one.
        final: whether this is a planned look.

    Returns:
        By name; arms with one size, or with fewer than two common missions, are left out.

    Raises:
        BadInput: when none is left; says why.
    """
    arms: dict[tuple[object, ...], dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        arms[context_of(cell.condition, "agents")][cell.condition.agents].append(cell)
    curves = [
        _curve(sizes, margin, alpha, final)
        for sizes in arms.values()
        if len(sizes) > 1 and _missions(sizes) > 1
    ]
    if not curves:
        raise BadInput("no arm has runs of the same two missions or more at two numbers of agents or more")
    adjusted, with_gaps = holm([curve.p for curve in curves]), holm([curve.p_with_gaps for curve in curves])
    judged = (
        replace(curve, p=p, p_with_gaps=worst)
        for curve, p, worst in zip(curves, adjusted, with_gaps, strict=True)
    )
    return tuple(sorted(judged, key=lambda curve: curve.name))


def curve_in_words(curve: SizeCurve) -> str:
    """Say what more agents bring an arm, in a sentence or two of plain text."""
    first, last = curve.rows[0], curve.rows[-1]
    found = curve.worst.difference
    p = curve.p
    unit, like_these = (
        ("task" if curve.tasks else "mission"),
        (", on inputs like these" if curve.inputs else ""),
    )
    after = "" if p == curve.ranked.p else " after Holm"
    tested = "all values are equal" if p is None else f"Kruskal–Wallis p{after}: {p_value(p)}"
    told = f"{curve.name}, {first.agents} to {last.agents} agents on {plural(found.missions, unit)}{like_these}: "
    if found.missions < MIN_MISSIONS_FOR_VERDICT:
        told += f"too few missions for a verdict, {MIN_MISSIONS_FOR_VERDICT} are needed"
    elif not curve.final:
        told += f"what it shows counts only at the planned end ({tested})"
    elif curve.apart:
        told += f"sizes were not played together in time, so nothing is said of them; play them interleaved ({tested})"
    elif curve.hangs_on_gaps:
        told += f"the verdict depends on {plural(curve.gaps, 'missing score')} ({tested})"
    elif curve.flat:
        told += f"quality is flat, every two sizes lie within ±{found.margin:g} of each other ({tested})"
    elif curve.differ:
        told += f"sizes differ in quality ({tested})"
    else:
        told += f"neither a difference nor flatness is shown ({tested}){_not_excluded(curve)}"
    if first.cost_usd and last.cost_usd is not None:
        money = "simulated cost" if curve.simulated else "cost"
        times, dearer = last.agents / first.agents, last.cost_usd / first.cost_usd
        told += f"; {times:g} times the agents take {dearer:.1f} times the {money}"
    return f"{told}."


def _not_excluded(curve: SizeCurve) -> str:
    """Say what keeps sizes with like means from being called flat."""
    found = curve.worst.difference
    if not found.only_tail_open(curve.alpha):
        return ""
    share = max(tail.bound(curve.alpha) for tail in (found.behind, found.ahead) if tail)
    needed = missions_for_alike(found, alpha=curve.alpha)
    enough = f"; {needed} missions would, if losses stay as rare" if needed else ""
    lost = f"that one size loses {QUALITY.loss:g} or more to another on up to {share:.0%} of missions"
    return f": {lost} is not excluded{enough}"


def _curve(sizes: Sizes, margin: float, alpha: float, final: bool) -> SizeCurve:
    groups = in_common([Group(str(agents), tuple(cells)) for agents, cells in sorted(sizes.items())])[0]
    condition = groups[0].cells[0].condition
    protocol = name_of("protocol", (condition.protocol, condition.options))
    shock = "" if condition.shock == "none" else f", {name_of('shock', (condition.shock,)).lower()}"
    samples = [group.sample("quality") for group in groups]
    means = [
        {mission: fmean(values) for mission, values in sample(group.cells, "quality").items()}
        for group in groups
    ]
    named = dict(zip(sorted(sizes), means, strict=True))
    ranked, worst = kruskal_wallis(samples), all_equivalent(samples, margin)
    tasks = {*tasks_of(groups[0].cells).values()}
    return SizeCurve(
        name=f"{protocol} with {name_of('models', (condition.models,))}{shock}",
        rows=tuple(_row(agents, group.cells) for agents, group in zip(sorted(sizes), groups, strict=True)),
        points=scaling_curve(named),
        ranked=ranked,
        p=ranked.p,
        worst=worst,
        simulated=condition.simulated,
        alpha=alpha,
        final=final,
        apart=not all(played_together(one, other) for one, other in combinations(groups, 2)),
        tasks=1 < len(tasks) < len(groups[0].missions),
        inputs=len(groups[0].missions) if len(tasks) == 1 < len(groups[0].missions) else 0,
        **_with_gaps(groups, worst.doubt, ranked.p, margin),
    )


class _Gaps(TypedDict):
    gaps: int
    doubt_with_gaps: float
    p_with_gaps: float | None


def _with_gaps(groups: Sequence[Group], doubt: float, p: float | None, margin: float) -> _Gaps:
    """What is said of sizes, were all that is missing as bad for it as can be."""
    keys = frozenset[Key].intersection(*(group.tried for group in groups))
    gaps = sum(cell.gaps for group in groups for cell in group.every_cell if group.key(cell) in keys)
    if not gaps:
        return _Gaps(gaps=0, doubt_with_gaps=doubt, p_with_gaps=p)
    low, high = ([group.filled(keys, value) for group in groups] for value in (QUALITY.low, QUALITY.high))
    pairs = permutations(range(len(groups)), 2)
    doubts = [all_equivalent([low[one], high[other]], margin).doubt for one, other in pairs]
    heights = [_height(group.sample("quality")) for group in groups]
    filled = [low[at] if height >= fmean(heights) else high[at] for at, height in enumerate(heights)]
    highest, lowest = heights.index(max(heights)), heights.index(min(heights))
    # What turns the order makes sizes look alike on its way.
    turned = _height(filled[highest]) <= _height(filled[lowest])
    worst = 1.0 if turned else _larger(p, kruskal_wallis(filled).p)
    return _Gaps(gaps=gaps, doubt_with_gaps=max(doubt, *doubts), p_with_gaps=worst)


def _height(found: Sample) -> float:
    return fmean(map(fmean, found.values()))


def _larger(p: float | None, other: float | None) -> float | None:
    return None if p is None or other is None else max(p, other)


def _below(p: float | None, alpha: float) -> bool:
    return p is not None and p < alpha


def _row(agents: int, cells: Sequence[Cell]) -> ScalingRow:
    found = mean_of(sample(cells, "quality"), QUALITY)
    costs = [value for cell in cells for value in cell.values["cost_usd"]]
    known = [value for value in costs if value is not None]
    cost = fmean(known) if known and len(known) == len(costs) else None
    return ScalingRow(agents, found.value, found.low, found.high, cost, found.missions)


def _missions(sizes: Sizes) -> int:
    """Missions that have a quality at every size."""
    scored = [{cell.mission for cell in cells if cell.known("quality")} for cells in sizes.values()]
    return len(set[str].intersection(*scored))
