"""Quality is weighed against cost, and against all that the paper weighs; both in numbers and in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from swarm.comparison.finding import is_simulated
from swarm.comparison.group import Group
from swarm.metrics.balance import WEIGHTS, Balance, balance
from swarm.recording.measures import MEASURES
from swarm.stats.pareto import pareto_front
from swarm.stats.ranged import Ranged
from swarm.written import listed, number


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The place of a group in cost and quality; None where one of them is not known."""

    name: str
    cost: Ranged
    """Dollars of a run, mean over missions; so is `quality`."""
    quality: Ranged
    beaten_by: str | None = None
    """A group that costs no more, is no worse, and is truly better in one of them, by the means; None: nothing is."""

    @property
    def point(self) -> tuple[float, float]:
        """Cost and quality."""
        assert self.cost.value is not None
        assert self.quality.value is not None
        return self.cost.value, self.quality.value


def standpoints(groups: Sequence[Group]) -> tuple[Standpoint, ...]:
    """Standpoints of groups in their order; groups without known cost or quality are left out."""
    found: list[Standpoint] = []
    for group in groups:
        cost = group.ranged("cost_usd") if group.total("cost_usd") is not None else None
        quality = group.ranged("quality")
        if cost and quality:
            found.append(Standpoint(group.name, cost, quality))
    front = {found[at].name: found[at] for at in pareto_front([each.point for each in found])}
    return tuple(
        each
        if each.name in front
        else Standpoint(each.name, each.cost, each.quality, _beater(each, [*front.values()]))
        for each in found
    )


def weighed(points: Sequence[Standpoint], groups: Sequence[Group]) -> str:
    """Say which groups nothing beats in both cost and quality, and what beats the others.

    Args:
        points: from `standpoints`.
        groups: all of them, so that those whose price is unknown are named.
    """
    unknown = [group.name for group in groups if group.name not in {each.name for each in points}]
    missing = f"Of {listed(unknown)}, cost or quality is not known." if unknown else ""
    if len(points) < 2:
        return missing or "There is nothing to weigh."
    front = [each.name for each in points if each.beaten_by is None]
    kind = "simulated cost" if is_simulated(groups[0]) else "cost"
    verb = "is" if len(front) == 1 else "are each"
    said = [f"By their means, {listed(front)} {verb} beaten by nothing in both quality and {kind}."]
    beaten = [_beaten(each, points) for each in points if each.beaten_by]
    said += [*beaten, "Means settle nothing by themselves; verdicts do."] if beaten else []
    return " ".join([*said, *([missing] if missing else [])])


def _beater(beaten: Standpoint, front: Sequence[Standpoint]) -> str:
    """Of those on the front that beat it, the best."""
    cost, quality = beaten.point
    beating = [each for each in front if each.point[0] <= cost and each.point[1] >= quality]
    return max(beating, key=lambda each: each.point[1]).name


def _beaten(beaten: Standpoint, points: Sequence[Standpoint]) -> str:
    by = next(each for each in points if each.name == beaten.beaten_by)
    (cost, quality), (less, more) = beaten.point, by.point
    how = " and ".join(word for word, so in (("dearer", cost > less), ("worse", quality < more)) if so)
    alike = "" if cost > less and quality < more else ", else the same"
    return f"{beaten.name} lies behind {by.name}: {how}{alike}."


def balance_of(groups: Sequence[Group]) -> Balance:
    """The balance index of groups, by their means; the time of simulated runs, which is this machine's, is left out."""
    simulated = any(group.simulated for group in groups)
    keys = [key for key in WEIGHTS if not (simulated and key == "duration_s")]
    return balance([{key: _mean(group, key) for key in keys} for group in groups])


def balance_in_words(groups: Sequence[Group]) -> str:
    """The balance index of groups and what it is made of, in plain text."""
    found = balance_of(groups)
    if not found.counted:
        return "Balance index (the paper's): none, as these groups differ in nothing that it weighs and all have."
    each = ", ".join(
        f"{group.name} {number(index, 2)}" for group, index in zip(groups, found.indices, strict=True)
    )
    weights = listed([f"{MEASURES[key].name.lower()} ({WEIGHTS[key]:g})" for key in found.counted])
    kind = ", simulated" if groups[0].simulated else ""
    return (
        f"Balance index (the paper's{kind}): {each}. By means alone, it weighs {weights}, each from 0 for the worst of "
        "these groups to 1 for the best, so it holds among them only and settles nothing."
    )


def _mean(group: Group, key: str) -> float | None:
    ranged = group.ranged(key)
    return ranged.value if ranged else None
