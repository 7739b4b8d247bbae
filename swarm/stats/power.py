"""An experiment is planned before money is spent: what it could find, and what that takes.

Everything is about the paired t-test on means of missions that `swarm.stats.paired` uses.
"""

import math
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from scipy import optimize, special

from swarm.errors import BadInput
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT, Numbers, Sample, pair
from swarm.stats.student import NIL

PAPER_SD = 0.119
"""Standard deviation of quality over runs under one protocol, from arXiv 2603.28990: it reports +44 % and d = 1.86 for
Sequential against Shared in its pilot, which gives this pooled value."""
SHARED = 0.5
"""The part of that variance which repeats do not average away, assumed while no pilot tells: half. Between the two
extremes, 0 and 1, a plan with three repeats can be off by 30 % in the standard deviation."""
PILOT_SURE = 0.8
"""How sure it is that the spread to plan with is no smaller than the true one, were differences normal."""
MOST_MISSIONS = 1_000_000
"""Where the search for a number of missions ends."""
_SLICES = 400
"""Of the distribution of the standard deviation, when integrating over it."""


def power_of(
    difference: float, sd: float, missions: int, *, comparisons: int = 1, alpha: float = 0.05
) -> float:
    """The chance that a true difference is found: two-sided, from the noncentral t-distribution.

    Args:
        difference: true, in units of the values; its sign does not matter.
        sd: standard deviation of paired differences of missions, above 0.
        missions: two or more.
        comparisons: shown together; alpha is divided by it (Bonferroni), which Holm's method never falls behind.
        alpha: of the whole family, two-sided.

    Source: J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapter 2.

    Examples:
        >>> round(power_of(0.5, 1.0, 34), 3)
        0.808
    """
    df = missions - 1
    critical = float(special.stdtrit(df, 1 - alpha / comparisons / 2))
    shift = abs(difference) / sd * math.sqrt(missions)
    above = 1 - float(special.nctdtr(df, shift, critical))
    return min(1.0, above + float(special.nctdtr(df, shift, -critical)))


def smallest_difference(
    missions: int, sd: float, *, comparisons: int = 1, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """The smallest true difference that so many missions find with the wanted chance; arguments as in `power_of`.

    Returns:
        None with fewer missions than a verdict needs: they find nothing, however large.

    Examples:
        >>> round(smallest_difference(32, 0.119), 3)
        0.061
    """
    if missions < MIN_MISSIONS_FOR_VERDICT:
        return None
    _refuse_no_spread(sd)

    def lacking(effect: float) -> float:
        return power_of(effect, 1, missions, comparisons=comparisons, alpha=alpha) - power

    enough = 1.0
    while lacking(enough) < 0:
        enough *= 2
    return sd * cast("float", optimize.brentq(lacking, 0, enough))


def missions_for(
    difference: float, sd: float, *, comparisons: int = 1, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Count the missions that find a true difference with the wanted chance; arguments as in `power_of`.

    Returns:
        At least what a verdict needs. Beyond `MOST_MISSIONS` it is the normal distribution's answer.

    Raises:
        BadInput: when the difference is nil, which no number of missions finds.

    Examples:
        >>> missions_for(0.084, 0.119)
        18
    """
    _refuse_no_spread(sd)
    if not abs(difference) > NIL * sd:
        raise BadInput(f"no number of missions finds a difference of {difference:g}: wish for one above 0")

    def enough(missions: int) -> bool:
        return power_of(difference, sd, missions, comparisons=comparisons, alpha=alpha) >= power

    reached = float(special.ndtri(1 - alpha / comparisons / 2) + special.ndtri(power))
    return _fewest(enough) or math.ceil((reached * sd / difference) ** 2)


def equivalence_power(
    margin: float, sd: float, missions: int, *, difference: float = 0, alpha: float = 0.05
) -> float:
    """The chance that two one-sided tests put a true difference within the margin.

    Args:
        margin: the largest difference that counts as none, above 0.
        sd: standard deviation of paired differences of missions, above 0.
        missions: two or more.
        difference: the true one; the chance is greatest at 0.
        alpha: of each one-sided test.

    Source: exact up to the numerical integration over the standard deviation that will be seen; K. F. Phillips (1990),
    Power of the two one-sided tests procedure in bioequivalence, J. Pharmacokinet. Biopharm. 18, 137–144.
    """
    df = missions - 1
    slices = (np.arange(_SLICES) + 0.5) / _SLICES
    seen: Numbers = np.sqrt(special.chdtri(df, 1 - slices) / df)
    error = sd / math.sqrt(missions)
    critical = float(special.stdtrit(df, 1 - alpha)) * seen
    above: Numbers = special.ndtr((margin - difference) / error - critical)
    below: Numbers = special.ndtr(critical - (margin + difference) / error)
    return float(np.mean(np.maximum(0.0, above - below)))


def missions_for_equivalence(
    margin: float, sd: float, *, difference: float = 0, power: float = 0.8, alpha: float = 0.05
) -> int | None:
    """Count the missions that show equivalence with the wanted chance; arguments as in `equivalence_power`.

    Returns:
        At least what a verdict needs; None when no number does, or more than `MOST_MISSIONS`: a difference as large as
        the margin is never equivalent.
    """
    _refuse_no_spread(sd)
    if abs(difference) >= margin:
        return None
    return _fewest(
        lambda missions: equivalence_power(margin, sd, missions, difference=difference, alpha=alpha) >= power
    )


def sd_of_difference(*, run_sd: float = PAPER_SD, repeats: int, shared: float = SHARED) -> float:
    """Guess the standard deviation of paired differences of missions, before there is a pilot.

    Both arms vary by `run_sd`; of that variance a part belongs to how this arm gets on with this mission and stays,
    the rest is another throw of the dice in each repeat and averages away. That missions differ in difficulty cancels
    in pairs and is not credited here, so the guess is rather too large than too small.

    Args:
        run_sd: standard deviation over runs of one arm.
        repeats: of each mission in each arm, 1 or more.
        shared: in [0, 1]: the part of the variance that repeats do not average away.
    """
    return run_sd * math.sqrt(2 * (shared + (1 - shared) / repeats))


def pilot_sd(arm: Sample, reference: Sample, repeats: int) -> float | None:
    """Predict the standard deviation of paired differences of missions from earlier runs.

    The variance of the differences seen is split into what differs between missions and what repeats of one mission
    differ by; the latter shrinks with the repeats planned.

    Args:
        arm: earlier runs; as many missions and repeats as there are.
        reference: the same of the other arm.
        repeats: planned, of each mission in each arm, 1 or more.

    Returns:
        None with fewer common missions than a verdict needs, when nothing varied, or when an arm has no mission with
        two runs, so that the split is unknown; except that single runs predict single runs.

    Raises:
        BadInput: when the arms have no mission in common.
    """
    pairs = pair(arm, reference)
    if len(pairs.missions) < MIN_MISSIONS_FOR_VERDICT:
        return None
    seen = float(np.var(pairs.differences, ddof=1))
    counts = [np.array([len(sample[mission]) for mission in pairs.missions]) for sample in (arm, reference)]
    if repeats == 1 and all(np.all(count == 1) for count in counts):
        return math.sqrt(seen) or None
    within = [_variance_within(sample, pairs.missions) for sample in (arm, reference)]
    if within[0] is None or within[1] is None:
        return None
    noise = [(within[0], counts[0]), (within[1], counts[1])]
    between = max(0.0, seen - sum(variance * float(np.mean(1 / count)) for variance, count in noise))
    return math.sqrt(between + sum(variance for variance, _ in noise) / repeats) or None


def cautious_sd(sd: float, missions: int) -> float:
    """The standard deviation to plan with when so many missions have shown this one: an upper bound, 80 % sure.

    Few missions mostly show less spread than there is, and far less where a few of them differ by much: a plan with
    what they show reaches .68 to .76 where .80 is planned. With the bound it is .80 to .89, heavy tails included.

    Args:
        sd: seen, above 0.
        missions: that it was seen on, two or more.

    Source: R. H. Browne (1995), On the use of a pilot sample for sample size determination, Stat. Med. 14, 1933-1940.

    Examples:
        >>> round(cautious_sd(0.1, 8), 3), round(cautious_sd(0.1, 100), 3)
        (0.135, 0.107)
    """
    df = missions - 1
    return sd * math.sqrt(df / float(special.chdtri(df, PILOT_SURE)))


def _variance_within(sample: Sample, missions: Sequence[str]) -> float | None:
    repeated = [np.asarray(sample[mission]) for mission in missions if len(sample[mission]) > 1]
    if not repeated:
        return None
    squares = sum(float(np.sum((values - np.mean(values)) ** 2)) for values in repeated)
    return squares / sum(len(values) - 1 for values in repeated)


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """The smallest number of missions that is enough, given that more of them never are less."""
    low = high = MIN_MISSIONS_FOR_VERDICT
    while not enough(high):
        low, high = high + 1, high * 2
        if high > MOST_MISSIONS:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high


def _refuse_no_spread(sd: float) -> None:
    if not sd > 0:
        raise BadInput(f"a plan needs a standard deviation above 0, not {sd!r}")
