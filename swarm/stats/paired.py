"""Two arms are compared on the same missions, and where that becomes a verdict.

Interval and p-value are those of the paired t-test on the means of the missions. Of what was tried, only it keeps what
it promises with 8 to 32 missions and a quality in sixteenths: sign-flip permutation finds too little there, because of
ties and because it cannot go below 2 / 2^n, and the bootstrap covers too little. docs/statistics.md has the figures;
`bench.resampling` has both as a second opinion.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from swarm.errors import BadInput
from swarm.grid import MARGIN
from swarm.stats.holm import holm
from swarm.stats.levels import ALPHA
from swarm.stats.power import missions_for, missions_for_equivalence
from swarm.stats.relative import Ratio, cut_ratio, ratio_of
from swarm.stats.sample import MIN_MISSIONS, MIN_MISSIONS_FOR_VERDICT, Numbers, Pairs, Sample, pair
from swarm.stats.student import NIL, interval, p_above, p_two_sided, scale_of, spread
from swarm.stats.tail import QUALITY, Scale, Tail, tail_of, within

Word: TypeAlias = Literal["better", "worse", "equivalent", "undetermined"]
"""What can be said of an arm; "better" is more, and whether more is better is for the reader to know."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm against its reference on their common missions. None stands for what cannot be known, never a number."""

    mean: float
    """Of the means of the common missions; so is `reference_mean`."""
    reference_mean: float
    difference: float
    """Arm minus reference."""
    low: float | None
    """The 95 % interval of the difference, cut to what the scale allows; None when the differences of all missions are
    equal, for then nothing says how far the next one would be from them, and with fewer missions than a verdict
    needs."""
    high: float | None
    relative: float | None
    """Difference over `reference_mean`; None unless that is above 0, and with fewer missions than a verdict needs. The
    interval is Fieller's, cut likewise."""
    relative_low: float | None
    relative_high: float | None
    p: float | None
    """Two-sided; None like the interval."""
    p_holm: float | None
    """Adjusted for the family of comparisons; None until `family` was asked."""
    d: float | None
    """Cohen's d of mission means: difference over the pooled standard deviation of the means of missions, which is how
    much missions differ; None when each arm's means are all equal."""
    d_z: float | None
    """Difference over `sd`; None like the interval."""
    cliffs_delta: float
    """In [-1, 1]: how much more often a run of the arm lies above one of the reference than below."""
    p_equivalence: float | None
    """Of the two one-sided tests of the mean against the margin, the larger p; None like the interval."""
    behind: Tail | None
    """How often the arm lost badly to its reference; None when the values have no scale that says what is bad."""
    ahead: Tail | None
    """How often the reference lost badly to the arm."""
    margin: float
    missions: int
    """Common to both arms: what everything here rests upon."""
    runs: int
    """Of the arm, on common missions; so are `reference_runs`."""
    reference_runs: int
    sd: float
    """Standard deviation of the differences by mission; 0 when all are equal."""
    left_out: tuple[str, ...]
    """Ids of missions that only one of the two arms has."""

    @property
    def p_alike(self) -> float | None:
        """The probability that chance alone makes unlike arms look so alike: the p of "equivalent".

        They are alike when the means lie within the margin and neither arm loses badly on more than a small share of
        missions. All of that has to be shown, so the largest p speaks for all and nothing has to be adjusted
        (intersection–union test). None like `p_equivalence`, and without a scale.

        Source: R. L. Berger (1982), Technometrics 24, 295–300.
        """
        if self.p_equivalence is None or self.behind is None or self.ahead is None:
            return None
        return max(self.p_equivalence, self.behind.p, self.ahead.p)

    def only_tail_open(self, alpha: float) -> bool:
        """Tell whether the means are shown to lie within the margin but bad losses are not excluded."""
        mean_is_shown = self.p_equivalence is not None and self.p_equivalence < alpha
        return mean_is_shown and self.p_alike is not None and self.p_alike >= alpha


def compare(
    arm: Sample, reference: Sample, *, margin: float = MARGIN, scale: Scale | None = QUALITY
) -> Difference:
    """Compare two arms, paired by mission.

    Args:
        arm: values by mission.
        reference: what it is compared with.
        margin: the largest difference that counts as none, above 0, in units of the values.
        scale: of the values; None for those of which nobody says what is a bad loss: such arms are never equivalent.

    Raises:
        BadInput: with fewer than `MIN_MISSIONS` common missions, or a value that is not a finite number.

    Examples:
        >>> found = compare({"a": [0.75, 0.8125], "b": [0.875]}, {"a": [0.5], "b": [0.75]})
        >>> found.difference, found.missions, found.runs, found.reference_runs
        (0.203125, 2, 3, 2)
    """
    pairs = pair(arm, reference)
    n = len(pairs.missions)
    if n < MIN_MISSIONS:
        raise BadInput(
            f"the two arms have only {n} mission in common: a comparison needs {MIN_MISSIONS} or more"
        )
    mean, reference_mean = float(np.mean(pairs.arm)), float(np.mean(pairs.reference))
    sd = spread(pairs.differences, scale_of(pairs.arm, pairs.reference)) or 0.0
    difference = float(np.mean(pairs.differences))
    enough = n >= MIN_MISSIONS_FOR_VERDICT
    low, high = (interval(difference, sd, n) if enough else None) or (None, None)
    low, high = _cut(low, difference, scale), _cut(high, difference, scale)
    ratio = cut_ratio(ratio_of(pairs), scale) if enough else Ratio(None, None, None)
    return Difference(
        mean=mean,
        reference_mean=reference_mean,
        difference=difference,
        low=low,
        high=high,
        relative=_less_one(ratio.value),
        relative_low=_less_one(ratio.low),
        relative_high=_less_one(ratio.high),
        p=p_two_sided(difference / sd * math.sqrt(n), n - 1) if sd and enough else None,
        p_holm=None,
        d=_cohens_d(difference, pairs),
        d_z=difference / sd if sd else None,
        cliffs_delta=cliffs_delta(pairs.arm_runs, pairs.reference_runs),
        p_equivalence=_p_equivalence(difference, sd, n, margin) if enough else None,
        behind=scale and tail_of(pairs.differences, reference_mean, margin, scale),
        ahead=scale and tail_of(-pairs.differences, mean, margin, scale),
        margin=margin,
        missions=n,
        runs=len(pairs.arm_runs),
        reference_runs=len(pairs.reference_runs),
        sd=sd,
        left_out=pairs.left_out,
    )


def family(differences: Sequence[Difference], *, planned: int = 0) -> tuple[Difference, ...]:
    """Adjust the p-values of comparisons that are shown together, after Holm, in the order given.

    A comparison without a p-value stays without, and counts: it was looked at as well.

    Args:
        differences: those that could be made.
        planned: how many were meant to be; those that could not be made count as well.
    """
    adjusted = holm([difference.p for difference in differences], planned)
    return tuple(replace(difference, p_holm=p) for difference, p in zip(differences, adjusted, strict=True))


def verdict(difference: Difference, *, alpha: float = ALPHA) -> Word:
    """Say what a comparison shows: never a winner by mean alone.

    Better or worse when the interval excludes 0 and p, after Holm where there is a family, is below alpha; equivalent
    when the means are shown to lie within the margin and bad losses of either arm to be rare; else undetermined, as
    with fewer than `MIN_MISSIONS_FOR_VERDICT` missions. A difference that is certain and within the margin is still a
    difference.

    Args:
        difference: from `compare` or `family`.
        alpha: at most `ALPHA`; less at the looks of an experiment that may stop early.
    """
    p = difference.p if difference.p_holm is None else difference.p_holm
    if difference.missions < MIN_MISSIONS_FOR_VERDICT or p is None:
        return "undetermined"
    if p < alpha and difference.low is not None and difference.low > 0:
        return "better"
    if p < alpha and difference.high is not None and difference.high < 0:
        return "worse"
    if difference.p_alike is not None and difference.p_alike < alpha:
        return "equivalent"
    return "undetermined"


def missions_needed(
    difference: Difference, *, power: float = 0.8, comparisons: int = 1, alpha: float = ALPHA
) -> int | None:
    """Count the missions in all that would settle it, if the difference and its spread are what they seem.

    That is the smaller number of two: missions to show a difference of the observed size, and missions to show that
    it lies within the margin and that bad losses are as rare as they have to be.

    Args:
        difference: what was found so far; when its verdict stands, the answer is the missions it has.
        power: the wanted chance of settling it.
        comparisons: how many the family has.
        alpha: of the verdict that is wished for; see `verdict`.

    Returns:
        None when no number would: without a known spread.
    """
    if verdict(difference, alpha=alpha) != "undetermined":
        return difference.missions
    if not difference.sd:
        return None
    observed = abs(difference.difference)
    ways = [missions_for_alike(difference, power=power, alpha=alpha)]
    if observed > NIL * difference.sd:
        ways.append(missions_for(observed, difference.sd, comparisons=comparisons, power=power, alpha=alpha))
    needed = min((missions for missions in ways if missions is not None), default=None)
    return None if needed is None else max(needed, difference.missions + 1)


def missions_for_alike(difference: Difference, *, power: float = 0.8, alpha: float = ALPHA) -> int | None:
    """Count the missions in all that would show the arms to be equivalent, if all stays as it seems.

    Returns:
        None when no number of them would, or nothing varied.
    """
    if not difference.sd or difference.behind is None or difference.ahead is None:
        return None
    observed = abs(difference.difference)
    needed = [
        missions_for_equivalence(
            difference.margin, difference.sd, difference=observed, power=power, alpha=alpha
        ),
        difference.behind.missions_needed(alpha),
        difference.ahead.missions_needed(alpha),
    ]
    known = [missions for missions in needed if missions is not None]
    return max(known) if len(known) == len(needed) else None


def cliffs_delta(arm: Numbers, reference: Numbers) -> float:
    """Measure how much more often a value of the arm lies above one of the reference than below it.

    Returns:
        In [-1, 1]: 1 when all of the arm's lie above all of the reference's, 0 when neither is favoured.

    Source: N. Cliff (1993), Dominance statistics, Psychol. Bull. 114, 494–509. It is 2U / nm - 1 of Mann and Whitney.

    Examples:
        >>> cliffs_delta(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
        0.75
    """
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, arm, side="left")
    above = len(ordered) - np.searchsorted(ordered, arm, side="right")
    return float(np.mean(below - above) / len(ordered))


def _less_one(ratio: float | None) -> float | None:
    return None if ratio is None else ratio - 1


def _cut(end: float | None, difference: float, scale: Scale | None) -> float | None:
    """An end of an interval, no further from 0 than two means of this scale can lie apart."""
    if end is None or scale is None:
        return end
    span = max(scale.span, abs(difference))
    return within(end, -span, span)


def _cohens_d(difference: float, pairs: Pairs) -> float | None:
    pooled = math.sqrt(float(np.var(pairs.arm, ddof=1) + np.var(pairs.reference, ddof=1)) / 2)
    return difference / pooled if pooled > NIL * scale_of(pairs.arm, pairs.reference) else None


def _p_equivalence(difference: float, sd: float, n: int, margin: float) -> float | None:
    # D. J. Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680.
    if not sd:
        return None
    error = sd / math.sqrt(n)
    return max(p_above((difference + margin) / error, n - 1), p_above((margin - difference) / error, n - 1))
