"""The ratio of two paired means gets its interval, after Fieller."""

import math
from dataclasses import dataclass

import numpy as np

from swarm.stats.sample import Pairs
from swarm.stats.student import LEVEL, quantile, scale_of, spread


@dataclass(frozen=True, slots=True)
class Ratio:
    """The mean of the arm over that of the reference, and its 95 % interval."""

    value: float | None
    """None when the reference's mean is not above 0."""
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


def _fieller(pairs: Pairs, arm: float, reference: float) -> tuple[float, float] | tuple[None, None]:
    n = len(pairs.missions)
    covariance = np.cov(pairs.arm, pairs.reference) * quantile(LEVEL, n - 1) ** 2 / n
    square = reference**2 - float(covariance[1, 1])
    if square <= 0:
        return None, None
    middle = arm * reference - float(covariance[0, 1])
    root = math.sqrt(max(0.0, middle**2 - square * (arm**2 - float(covariance[0, 0]))))
    return (middle - root) / square, (middle + root) / square
