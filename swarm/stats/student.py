"""Student's t-distribution is asked: spread, p-values and intervals of a mean over missions."""

import numpy as np
from scipy import special

from swarm.stats.sample import Numbers

LEVEL = 0.95
"""Of every interval."""
NIL = 1e-9
"""Below this share of the values, a standard deviation is what rounding left of equal ones."""


def spread(values: Numbers, scale: float) -> float | None:
    """The standard deviation of a sample (divisor n - 1).

    Args:
        values: one for each mission.
        scale: the size of the numbers that these were computed from; what is minute beside it is rounding.

    Returns:
        None for fewer than two values; 0.0 when all are equal.
    """
    if len(values) < 2:
        return None
    sd = float(np.std(values, ddof=1))
    return sd if sd > NIL * scale else 0.0


def scale_of(*values: Numbers) -> float:
    """The largest amount among these numbers; 0.0 for none."""
    return max((float(np.max(np.abs(some))) for some in values if len(some)), default=0.0)


def quantile(level: float, df: int) -> float:
    """The t that a two-sided interval of this level reaches on either side."""
    return float(special.stdtrit(df, (1 + level) / 2))


def p_two_sided(t: float, df: int) -> float:
    """The probability that chance alone brings a t as far from 0."""
    return 2 * p_above(abs(t), df)


def p_above(t: float, df: int) -> float:
    """The probability that chance alone brings a t as large."""
    return float(special.stdtr(df, -t))


def interval(mean: float, sd: float | None, n: int) -> tuple[float, float] | None:
    """The 95 % t interval of a mean.

    Returns:
        None without a spread: from one value, or when all are equal.
    """
    if not sd:
        return None
    half = quantile(LEVEL, n - 1) * sd / np.sqrt(n)
    return float(mean - half), float(mean + half)
