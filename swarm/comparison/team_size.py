"""Team size: what more agents bring in quality and cost, arm by arm. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from swarm.cell import Cell, sample
from swarm.comparison.group import context_of, name_of
from swarm.errors import BadInput
from swarm.metrics.scaling import ScalingPoint, scaling_curve
from swarm.stats.groups import KruskalWallis, WorstPair, all_equivalent, kruskal_wallis
from swarm.stats.holm import holm
from swarm.stats.paired import ALPHA, MARGIN, missions_for_alike
from swarm.stats.ranged import mean_of
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.stats.tail import QUALITY
from swarm.written import p_value

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

    @property
    def flat(self) -> bool:
        """Tell whether every two sizes are shown to be equivalent, in both mean and tail."""
        return self.final and self.worst.doubt < self.alpha


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
        for sizes in map(_common, arms.values())
        if len(sizes) > 1 and _missions(sizes) > 1
    ]
    if not curves:
        raise BadInput("no arm has runs of the same two missions or more at two numbers of agents or more")
    adjusted = holm([curve.p for curve in curves])
    judged = (replace(curve, p=p) for curve, p in zip(curves, adjusted, strict=True))
    return tuple(sorted(judged, key=lambda curve: curve.name))


def curve_in_words(curve: SizeCurve) -> str:
    """Say what more agents bring an arm, in a sentence or two of plain text."""
    first, last = curve.rows[0], curve.rows[-1]
    found = curve.worst.difference
    p = curve.p
    after = "" if p == curve.ranked.p else " after Holm"
    tested = "all values are equal" if p is None else f"Kruskal–Wallis p{after}: {p_value(p)}"
    told = f"{curve.name}, {first.agents} to {last.agents} agents on {found.missions} missions: "
    if found.missions < MIN_MISSIONS_FOR_VERDICT:
        told += f"too few missions for a verdict, {MIN_MISSIONS_FOR_VERDICT} are needed"
    elif not curve.final:
        told += f"what it shows counts only at the planned end ({tested})"
    elif curve.flat:
        told += f"quality is flat, every two sizes lie within ±{found.margin:g} of each other ({tested})"
    elif p is not None and p < curve.alpha:
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
    condition = next(iter(sizes.values()))[0].condition
    protocol = name_of("protocol", (condition.protocol, condition.options))
    shock = "" if condition.shock == "none" else f", {name_of('shock', (condition.shock,)).lower()}"
    samples = {agents: sample(cells, "quality") for agents, cells in sorted(sizes.items())}
    means = {
        agents: {mission: fmean(values) for mission, values in found.items()}
        for agents, found in samples.items()
    }
    ranked = kruskal_wallis([*samples.values()])
    return SizeCurve(
        name=f"{protocol} with {name_of('models', (condition.models,))}{shock}",
        rows=tuple(_row(agents, sizes[agents]) for agents in samples),
        points=scaling_curve(means),
        ranked=ranked,
        p=ranked.p,
        worst=all_equivalent([*samples.values()], margin),
        simulated=condition.simulated,
        alpha=alpha,
        final=final,
    )


def _row(agents: int, cells: Sequence[Cell]) -> ScalingRow:
    found = mean_of(sample(cells, "quality"), QUALITY)
    costs = [value for cell in cells for value in cell.values["cost_usd"]]
    known = [value for value in costs if value is not None]
    cost = fmean(known) if known and len(known) == len(costs) else None
    return ScalingRow(agents, found.value, found.low, found.high, cost, found.missions)


def _common(sizes: Sizes) -> dict[int, list[Cell]]:
    """The cells of missions that have a quality at every size."""
    scored = [{cell.mission for cell in cells if cell.known("quality")} for cells in sizes.values()]
    common = set[str].intersection(*scored)
    return {agents: [cell for cell in cells if cell.mission in common] for agents, cells in sizes.items()}


def _missions(sizes: Sizes) -> int:
    return len({cell.mission for cells in sizes.values() for cell in cells})
