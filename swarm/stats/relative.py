"""Ratios of two paired arms get their intervals: of means, after Fieller; of prices, on the scale of logarithms."""

import math
from dataclasses import dataclass

import numpy as np

from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT, Pairs
from swarm.stats.student import LEVEL, interval, quantile, scale_of, spread
from swarm.stats.tail import Scale, within


@dataclass(frozen=True, slots=True)
class Ratio:
    """The arm as a multiple of the reference, with the 95 % interval of that."""

    value: float | None
    """None when it is not defined, as where a mean or a price is not above 0."""
    low: float | None
    high: float | None


def ratio_of(pairs: Pairs) -> Ratio:
    """The ratio of two means over the same missions.

    The interval is Fieller's: all ratios R for which a paired t-test of arm against R times reference finds no
    difference. Its great merit: it excludes 1 exactly when the interval of the difference excludes 0.

    Returns:
        No interval from one mission, when the difference, or what is left of it after scaling, has no spread, or when
        the reference's mean is so uncertain that any ratio is possible.

    Source: E. C. Fieller (1954), Some problems in interval estimation, J. R. Stat. Soc. B 16, 175–185.
    """
    arm, reference = float(np.mean(pairs.arm)), float(np.mean(pairs.reference))
    if reference <= 0:
        return Ratio(None, None, None)
    ratio, scale = arm / reference, scale_of(pairs.arm, pairs.reference)
    if not spread(pairs.differences, scale) or not spread(pairs.arm - ratio * pairs.reference, scale):
        return Ratio(ratio, None, None)
    return Ratio(ratio, *_fieller(pairs, arm, reference))


def typical_ratio(pairs: Pairs) -> Ratio:
    """The ratio of arm to reference on a typical mission: for prices, all above 0 and differing by factors.

    The geometric mean over missions of arm over reference, with the t interval of its logarithm. Swapping the arms
    turns it upside down, and no mission with a large price rules it.

    Returns:
        No value when some value is not above 0; no interval with fewer missions than a verdict needs, or when the
        ratio is the same on all of them.

    Examples:
        >>> from swarm.stats.sample import pair
        >>> typical_ratio(pair({"a": [2.0], "b": [8.0]}, {"a": [1.0], "b": [1.0]})).value
        4.0
    """
    if min(float(np.min(pairs.arm)), float(np.min(pairs.reference))) <= 0:
        return Ratio(None, None, None)
    logs = np.log(pairs.arm) - np.log(pairs.reference)
    mean, n = float(np.mean(logs)), len(logs)
    found = (
        interval(mean, spread(logs, max(1.0, scale_of(logs))), n) if n >= MIN_MISSIONS_FOR_VERDICT else None
    )
    low, high = (math.exp(found[0]), math.exp(found[1])) if found else (None, None)
    return Ratio(math.exp(mean), low, high)


def cut_ratio(ratio: Ratio, scale: Scale | None) -> Ratio:
    """The ratio with an interval no wider than two means of this scale allow; as it is without a scale."""
    if scale is None or scale.low <= 0 or ratio.value is None or ratio.low is None or ratio.high is None:
        return ratio
    least, most = min(ratio.value, scale.low / scale.high), max(ratio.value, scale.high / scale.low)
    return Ratio(ratio.value, within(ratio.low, least, most), within(ratio.high, least, most))


def _fieller(pairs: Pairs, arm: float, reference: float) -> tuple[float, float] | tuple[None, None]:
    n = len(pairs.missions)
    covariance = np.cov(pairs.arm, pairs.reference) * quantile(LEVEL, n - 1) ** 2 / n
    square = reference**2 - float(covariance[1, 1])
    if square <= 0:
        return None, None
    middle = arm * reference - float(covariance[0, 1])
    root = math.sqrt(max(0.0, middle**2 - square * (arm**2 - float(covariance[0, 0]))))
    return (middle - root) / square, (middle + root) / square
