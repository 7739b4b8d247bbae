"""Shocks withstood: what is left of the quality that a team would have had. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from swarm.cell import Cell
from swarm.comparison.group import context_of, name_of
from swarm.errors import BadInput
from swarm.grid import NO_SHOCK
from swarm.metrics.resilience import Blow, all_shocks
from swarm.stats.ranged import Ranged, ratio
from swarm.written import plural


@dataclass(frozen=True)
class Stand:
    """The way one arm stood the shocks it was struck by."""

    name: str
    resilience: Ranged | None
    """Over all its shocks, on missions of which every one is known; None without such a mission."""
    kept: Mapping[str, Ranged]
    """By shock, on all missions that have it."""
    left_out: int
    """Missions of its shocks that lack a quality, before or after: nothing is known of them."""
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
    return tuple(sorted(found, key=lambda stand: -(_value(stand.resilience) or 0.0)))


def told_of_shocks(cells: Sequence[Cell]) -> list[str]:
    """Say for each arm how it stood its shocks or why that is unknown; empty when no run was to be struck."""
    if all(cell.condition.shock == NO_SHOCK for cell in cells):
        return []
    try:
        return [stand_in_words(stand) for stand in stands(cells)]
    except BadInput as error:
        return [f"How shocks are withstood is not known: {error}."]


def stand_in_words(stand: Stand) -> str:
    """Say how an arm stood its shocks, in a sentence of plain text."""
    if not stand.kept:
        return f"{stand.name}: nothing is known of how it stands shocks."
    each = ", ".join(f"{shock} {_share(ranged)}" for shock, ranged in stand.kept.items())
    out = f"; {plural(stand.left_out, 'pair')} without a score left out" if stand.left_out else ""
    kind = "simulated " if stand.simulated else ""
    if stand.resilience is None:
        return f"{stand.name} has no mission with a score under every shock; of its {kind}quality it keeps {each}{out}."
    return (
        f"{stand.name} keeps {_ranged(stand.resilience)} of its {kind}quality over all shocks ({each}){out}."
    )


def _share(ranged: Ranged) -> str:
    return f"{_ranged(ranged)} on {plural(ranged.missions, 'mission')}"


def _ranged(ranged: Ranged) -> str:
    if ranged.value is None:
        return "an unknown share"
    known = ranged.low is not None and ranged.high is not None
    interval = f" ({ranged.low:.0%} to {ranged.high:.0%})" if known else ""
    return f"{ranged.value:.0%}{interval}"


def _value(ranged: Ranged | None) -> float | None:
    return ranged.value if ranged else None


def _stand(shocks: Mapping[str, Mapping[str, Cell]]) -> Stand:
    blows = blows_of(shocks)
    pairs = [pair for found in blows.values() for pair in found.values()]
    condition = next(iter(shocks[NO_SHOCK].values())).condition
    protocol = name_of("protocol", (condition.protocol, condition.options))
    return Stand(
        name=f"{protocol}, {condition.agents} agents of {name_of('models', (condition.models,))}",
        resilience=kept_of(all_shocks(blows)),
        kept={shock: kept for shock, found in blows.items() if (kept := kept_of(found))},
        left_out=sum(pair.known is None for pair in pairs),
        simulated=condition.simulated,
    )


def blows_of(shocks: Mapping[str, Mapping[str, Cell]]) -> dict[str, dict[str, Blow]]:
    """The blows that each shock dealt an arm, by shock and mission.

    Args:
        shocks: the arm's cells by shock and mission; those that nothing struck under `NO_SHOCK`.
    """
    calm = shocks[NO_SHOCK]
    return {
        shock: {mission: blow(calm[mission], struck) for mission, struck in found.items() if mission in calm}
        for shock, found in sorted(shocks.items())
        if shock != NO_SHOCK
    }


def kept_of(blows: Mapping[str, Blow]) -> Ranged | None:
    """The mean quality after over that before, over missions, with its 95 % interval; None without a known blow.

    A ratio of means: see `swarm.metrics.resilience.resilience`, and `swarm.stats.relative.ratio_of` for the interval.
    """
    known = {mission: found for mission, pair in blows.items() if (found := pair.known)}
    after = {mission: [quality] for mission, (_, quality) in known.items()}
    return ratio(after, {mission: [quality] for mission, (quality, _) in known.items()}) if known else None


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
