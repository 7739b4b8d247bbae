"""A mean, a ratio or a relative difference gets its interval, over missions."""

from dataclasses import dataclass

import numpy as np

from swarm.errors import BadInput
from swarm.stats.relative import cut_ratio, ratio_of
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT, Sample, mission_means, pair, values_of
from swarm.stats.student import interval, scale_of, spread
from swarm.stats.tail import Scale, within


@dataclass(frozen=True, slots=True)
class Ranged:
    """A number, its 95 % interval, and what it rests upon."""

    value: float | None
    """None when it is not defined, such as a ratio to 0."""
    low: float | None
    """None with fewer missions than a verdict needs, or when all missions agree: then nothing says how far the next
    would be."""
    high: float | None
    missions: int
    runs: int
    """Of both arms, where there are two."""


def mean_of(sample: Sample, scale: Scale | None = None) -> Ranged:
    """The mean over missions of the means of their repeats, with its t interval.

    Args:
        sample: values by mission.
        scale: of the values: the interval is cut to it. None where every number is possible.

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
    found = None
    if len(values) >= MIN_MISSIONS_FOR_VERDICT:
        found = interval(mean, spread(values, scale_of(values)), len(values))
    low, high = found or (None, None)
    if found and scale:
        least, most = min(mean, scale.low), max(mean, scale.high)
        low, high = within(found[0], least, most), within(found[1], least, most)
    return Ranged(mean, low, high, len(values), len(values_of(sample, [*means])))


def ratio(arm: Sample, reference: Sample, scale: Scale | None = None) -> Ranged:
    """The mean of the arm over that of the reference, on common missions; 1 is no difference.

    The ratio of the two means, not the mean of ratios, which a mission with a tiny denominator would rule. See
    `swarm.stats.relative.ratio_of` for the interval, of which there is none with fewer missions than a verdict needs;
    it is cut to what the scale allows, if one is given.

    Raises:
        BadInput: when the arms have no mission in common.
    """
    pairs = pair(arm, reference)
    found = cut_ratio(ratio_of(pairs), scale)
    enough = len(pairs.missions) >= MIN_MISSIONS_FOR_VERDICT
    low, high = (found.low, found.high) if enough else (None, None)
    return Ranged(found.value, low, high, len(pairs.missions), pairs.runs)


def relative_difference(arm: Sample, reference: Sample) -> Ranged:
    """The difference of the means over the reference's mean, on common missions: `ratio` less 1; 0 is no difference.

    Raises:
        BadInput: when the arms have no mission in common.
    """
    found = ratio(arm, reference)
    value, low, high = (None if part is None else part - 1 for part in (found.value, found.low, found.high))
    return Ranged(value, low, high, found.missions, found.runs)
