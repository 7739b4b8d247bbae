"""A mean, a ratio or a relative difference gets its interval, over missions."""

from dataclasses import dataclass

import numpy as np

from swarm.errors import BadInput
from swarm.stats.relative import ratio_of
from swarm.stats.sample import Sample, mission_means, pair, values_of
from swarm.stats.student import interval, scale_of, spread


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its 95 % interval, and what it rests upon."""

    value: float | None
    """None when it is not defined, such as a ratio to 0."""
    low: float | None
    """None from one mission, or when all missions agree: then nothing says how far the next would be."""
    high: float | None
    missions: int
    runs: int
    """Of both arms, where there are two."""


def mean_of(sample: Sample) -> Estimate:
    """The mean over missions of the means of their repeats, with its t interval.

    Raises:
        BadInput: without a single value, or with one that is not a finite number.

    Examples:
        >>> mean_of({"a": [0.5, 0.75], "b": [0.875]}).value
        0.75
    """
    means = mission_means(sample)
    if not means:
        raise BadInput("there is no value to take the mean of")
    values = np.array([*means.values()])
    mean = float(np.mean(values))
    low, high = interval(mean, spread(values, scale_of(values)), len(values)) or (None, None)
    return Estimate(mean, low, high, len(values), len(values_of(sample, [*means])))


def ratio(arm: Sample, reference: Sample) -> Estimate:
    """The mean of the arm over that of the reference, on common missions; 1 is no difference.

    The ratio of the two means, not the mean of ratios, which a mission with a tiny denominator would rule. See
    `swarm.stats.relative.ratio_of` for the interval.

    Raises:
        BadInput: when the arms have no mission in common.
    """
    pairs = pair(arm, reference)
    found = ratio_of(pairs)
    return Estimate(found.value, found.low, found.high, len(pairs.missions), pairs.runs)


def relative_difference(arm: Sample, reference: Sample) -> Estimate:
    """The difference of the means over the reference's mean, on common missions: `ratio` less 1; 0 is no difference.

    Raises:
        BadInput: when the arms have no mission in common.
    """
    found = ratio(arm, reference)
    value, low, high = (None if part is None else part - 1 for part in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.missions, found.runs)
