"""The effect of more agents: a value against the number of agents, and its gain per doubling."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from statistics import fmean
from typing import TypeAlias

Values: TypeAlias = Mapping[str, float | None]
"""A value by mission, repeats averaged; None where there is none, such as the quality of unscored runs."""


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """A value at one number of agents."""

    agents: int
    mean: float | None
    """Over missions; None when none has a value."""
    missions: int
    """Missions that have a value."""
    left_out: int
    """Missions without one."""
    marginal: float | None
    """The mean gain per doubling of the team since the next smaller number of agents, over the missions that have a
    value at both; None for the smallest team, and without such a mission."""


def scaling_curve(values: Mapping[int, Values]) -> tuple[ScalingPoint, ...]:
    """Follow a value from the smallest team to the largest.

    The gain from m to n agents is divided by log2(n / m), so that steps of any width can be compared. It is of
    missions that were done by both, for teams of different size that did different missions show no gain.

    Args:
        values: by number of agents, then by mission.

    Returns:
        A point for every number of agents, the smallest first; empty without any.

    Source: arXiv 2603.28990 compares 4 to 64 and 64 to 256 agents by their means alone.

    Examples:
        >>> curve = scaling_curve({8: {"a": 0.75, "b": 0.5}, 2: {"a": 0.25, "b": None}})
        >>> [(point.agents, point.mean, point.missions, point.left_out, point.marginal) for point in curve]
        [(2, 0.25, 1, 1, None), (8, 0.625, 2, 0, 0.25)]
        >>> scaling_curve({})
        ()
    """
    points: list[ScalingPoint] = []
    smaller: int | None = None
    for agents in sorted(values):
        known = [value for value in values[agents].values() if value is not None]
        marginal = None if smaller is None else _gain(values[smaller], values[agents], log2(agents / smaller))
        left_out = len(values[agents]) - len(known)
        points.append(ScalingPoint(agents, fmean(known) if known else None, len(known), left_out, marginal))
        smaller = agents
    return tuple(points)


def _gain(few: Values, many: Values, doublings: float) -> float | None:
    pairs = ((few[mission], many[mission]) for mission in few if mission in many)
    gains = [after - before for before, after in pairs if before is not None and after is not None]
    return fmean(gains) / doublings if gains else None
