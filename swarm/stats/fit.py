"""This file is where two measures of the same runs are held against each other, such as quality and length."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from swarm.errors import BadInput
from swarm.stats.sample import Numbers, Sample
from swarm.stats.student import p_two_sided, scale_of, spread


@dataclass(frozen=True, slots=True)
class Correlation:
    """How far two measures go together."""

    r: float | None
    """In [-1, 1]; None when one of them does not vary within its groups."""
    p: float | None
    """Two-sided; None with too few runs, or when r is 1 or -1."""
    runs: int
    groups: int


def partial_correlation(one: Sample, other: Sample) -> Correlation:
    """The correlation of two measures of the same runs within groups, such as missions.

    Every group's mean is taken off first, so it does not count that hard missions have long texts and poor marks, nor,
    when a group is an arm on a mission, that one arm writes more and is better.

    Args:
        one: values by group; here, values at the same place belong to the same run.
        other: the same groups with as many values.

    Raises:
        BadInput: when groups or numbers of values differ, or there are none.

    Source: the partial correlation given the groups as dummy variables; its degrees of freedom are runs - groups - 1.
    """
    sizes, other_sizes = ({group: len(values) for group, values in sample.items()} for sample in (one, other))
    if sizes != other_sizes or not any(sizes.values()):
        raise BadInput("two measures of the same runs need the same groups and as many values in each")
    groups = [group for group, size in sizes.items() if size]
    runs, df = sum(sizes.values()), sum(sizes.values()) - len(groups) - 1
    r = _correlation(_within(one, groups), _within(other, groups))
    p = None
    if r is not None and df > 0 and abs(r) < 1:
        p = p_two_sided(r * math.sqrt(df / (1 - r * r)), df)
    return Correlation(r, p, runs, len(groups))


def _within(sample: Sample, groups: Sequence[str]) -> tuple[Numbers, float]:
    """What is left of the values without the means of their groups, and the scale of the values."""
    values = [np.asarray(sample[group], dtype=np.float64) for group in groups]
    return np.concatenate([some - np.mean(some) for some in values]), scale_of(*values)


def _correlation(one: tuple[Numbers, float], other: tuple[Numbers, float]) -> float | None:
    if not spread(*one) or not spread(*other):
        return None
    return float(np.clip(np.corrcoef(one[0], other[0])[0, 1], -1, 1))
