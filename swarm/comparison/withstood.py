"""Shocks withstood: what is left of the quality that a team would have had. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from swarm.cell import Cell
from swarm.comparison.group import context_of, name_of
from swarm.errors import BadInput
from swarm.grid import NO_SHOCK
from swarm.metrics.resilience import Blow, Resilience, resilience
from swarm.stats.estimate import Estimate, mean_of


@dataclass(frozen=True)
class Stand:
    """How one arm stood the shocks it was struck by."""

    name: str
    found: Resilience
    kept: Mapping[str, Estimate]
    """The mean of quality after over quality before, by shock, with its 95 % interval over missions."""
    simulated: bool


def stands(cells: Iterable[Cell]) -> tuple[Stand, ...]:
    """Compare each arm's struck runs with its runs without a shock, by mission.

    Repeats of a mission are averaged first, over the seeds that both have.

    Returns:
        The most resilient first; those of which nothing is known last.

    Raises:
        BadInput: when no arm has runs of one mission both with and without a shock.
    """
    arms: dict[tuple[object, ...], dict[str, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        arms[context_of(cell.condition, "shock")][cell.condition.shock][cell.mission] = cell
    found = [_stand(shocks) for shocks in arms.values() if NO_SHOCK in shocks and len(shocks) > 1]
    if not any(stand.kept for stand in found):
        raise BadInput("no arm has runs of one mission both with and without a shock, of the same seeds")
    return tuple(sorted(found, key=lambda stand: -(stand.found.index or 0.0)))


def stand_in_words(stand: Stand) -> str:
    """How an arm stood its shocks, in a sentence of plain text."""
    if stand.found.index is None:
        return f"{stand.name}: nothing is known of how it stands shocks."
    each = ", ".join(f"{shock} {_share(estimate)}" for shock, estimate in stand.kept.items())
    out = f"; {stand.found.left_out} pairs lack a score" if stand.found.left_out else ""
    kind = "simulated " if stand.simulated else ""
    return f"{stand.name} keeps {stand.found.index:.0%} of its {kind}quality on average ({each}){out}."


def _share(estimate: Estimate) -> str:
    if estimate.value is None:
        return "unknown"
    interval = (
        ""
        if estimate.low is None or estimate.high is None
        else f", {estimate.low:.0%} to {estimate.high:.0%}"
    )
    return f"{estimate.value:.0%}{interval} on {estimate.missions} missions"


def _stand(shocks: Mapping[str, Mapping[str, Cell]]) -> Stand:
    calm = shocks[NO_SHOCK]
    blows = {
        shock: {mission: blow(calm[mission], struck) for mission, struck in found.items() if mission in calm}
        for shock, found in sorted(shocks.items())
        if shock != NO_SHOCK
    }
    condition = next(iter(calm.values())).condition
    protocol = name_of("protocol", (condition.protocol, condition.options))
    return Stand(
        name=f"{protocol}, {condition.agents} agents of {name_of('models', (condition.models,))}",
        found=resilience({shock: [*pairs.values()] for shock, pairs in blows.items()}),
        kept={shock: kept for shock, pairs in blows.items() if (kept := _kept(pairs))},
        simulated=condition.simulated,
    )


def _kept(pairs: Mapping[str, Blow]) -> Estimate | None:
    ratios = {
        mission: [pair.after / pair.before]
        for mission, pair in pairs.items()
        if pair.before and pair.after is not None
    }
    return mean_of(ratios) if ratios else None


def blow(calm: Cell, struck: Cell) -> Blow:
    """A mission without and with a shock, averaged over the seeds that have a score in both; None without any."""
    before = dict(zip(calm.seeds, calm.values["quality"], strict=True))
    after = dict(zip(struck.seeds, struck.values["quality"], strict=True))
    both = [
        (one, other)
        for seed in before.keys() & after.keys()
        if (one := before[seed]) is not None and (other := after[seed]) is not None
    ]
    if not both:
        return Blow(None, None)
    return Blow(fmean(one for one, _ in both), fmean(other for _, other in both))
