"""Rare bad losses are counted: what a mean does not show of an arm that mostly does as well and sometimes fails.

An arm that falls to the lowest quality on one mission in fifteen has a mean that a dozen missions cannot tell from its
reference's: mostly none of the twelve is such a one. So that two arms are alike says more than where the mean lies.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from swarm.stats.sample import Numbers
from swarm.stats.student import NIL

MOST_LOSING = 0.10
"""The largest share of missions with a bad loss that counts as none."""
_MISSIONS_TRIED = 20_000
"""Where the search for a number of missions ends."""


class Scale(NamedTuple):
    """The values that a measure can have, and what is a bad loss on it."""

    low: float
    high: float
    """Infinite where there is no highest value."""
    loss: float
    """A mission on which an arm lies so much below the other, or more, is a bad loss."""

    @property
    def span(self) -> float:
        """The largest difference that two means can have."""
        return self.high - self.low


QUALITY = Scale(0.25, 1.0, 0.15)
"""Four marks of 1 to 4 over 16; more than two of the sixteen points are a bad loss."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The bad losses of one arm to another, over missions."""

    lost: int
    """Missions with a bad loss."""
    missions: int
    most: float
    """The share of missions with a bad loss that has to be excluded, above 0: `MOST_LOSING`, or less where fewer losses
    down to the lowest value would by themselves move the mean by the margin."""

    @property
    def p(self) -> float:
        """The probability of so few losses, did the arm lose on the share `most` of all missions."""
        return float(special.bdtr(self.lost, self.missions, self.most))

    def bound(self, alpha: float = 0.05) -> float:
        """The largest share of missions with a bad loss that is not excluded, in (0, 1].

        Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26, 404–413; one-sided.

        Examples:
            >>> round(Tail(0, 29, 0.1).bound(), 3), round(Tail(0, 12, 0.1).bound(), 3)
            (0.098, 0.221)
        """
        if self.lost >= self.missions:
            return 1.0
        return float(special.betaincinv(self.lost + 1, self.missions - self.lost, 1 - alpha))

    def missions_needed(self, alpha: float = 0.05) -> int | None:
        """Count the missions in all that would exclude the share `most`, if losses stay as rare as they were.

        Returns:
            None when they were not rarer than that: more missions would show it only more clearly.

        Examples:
            >>> [Tail(lost, missions, 0.1).missions_needed() for lost, missions in ((0, 12), (1, 30), (2, 12))]
            [29, 76, None]
        """
        share = self.lost / self.missions
        if share >= self.most:
            return None
        tried = np.arange(self.missions, _MISSIONS_TRIED)
        enough = special.bdtr(np.ceil(share * tried - NIL), tried, self.most) <= alpha
        return int(tried[np.argmax(enough)]) if np.any(enough) else None


def tail_of(differences: Numbers, usual: float, margin: float, scale: Scale) -> Tail:
    """Count the bad losses of an arm.

    Args:
        differences: arm minus the other, by mission; one or more.
        usual: the mean of the other arm: what a loss down to the lowest value costs is counted from there.
        margin: the largest difference of means that counts as none.
        scale: of the values.
    """
    costs = usual - scale.low
    most = min(MOST_LOSING, margin / costs) if costs > 0 else MOST_LOSING
    lost = int(np.sum(differences <= -scale.loss * (1 - NIL)))
    return Tail(lost, len(differences), most)


def within(value: float, low: float, high: float) -> float:
    """The value, or the end of the range that it lies beyond.

    Examples:
        >>> within(1.2, 0.25, 1.0), within(0.2, 0.25, 1.0)
        (1.0, 0.25)
    """
    return max(low, min(high, value))
