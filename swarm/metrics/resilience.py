"""How a team stands a shock: the quality that is left of what it would have had without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple


class Blow(NamedTuple):
    """Qualities of two runs that differ in the shock alone; None for a run that has none."""

    before: float | None
    """Of the run without a shock: same mission and seed, and all else equal."""
    after: float | None
    """Of the run with the shock."""


@dataclass(frozen=True, slots=True)
class Withstood:
    """How one shock was withstood."""

    kept: float | None
    """The mean of quality after over quality before; None without a pair that has both."""
    pairs: int
    """Pairs that have both."""
    left_out: int
    """Pairs that lack a quality, before or after: nothing is known of them."""


@dataclass(frozen=True, slots=True)
class Resilience:
    """How several shocks were withstood."""

    index: float | None
    """The mean of what was kept over those shocks of which that is known; None when it is of none."""
    by_shock: Mapping[str, Withstood]
    """In the order given."""

    @property
    def left_out(self) -> int:
        """Pairs of all shocks that lack a quality."""
        return sum(found.left_out for found in self.by_shock.values())


def resilience(blows: Mapping[str, Sequence[Blow]]) -> Resilience:
    """Resilience: the mean over shocks of quality after over quality before.

    Quality lies in [0.25, 1], so the ratio of a pair lies in [0.25, 4]: 1 when the shock did nothing, above 1 when
    the struck run was the better one, as may be by chance. Every shock counts the same, however many pairs it has.

    Args:
        blows: pairs by shock. Repeats of a mission are to be averaged first: the unit is the mission.

    Source: arXiv 2603.28990 reports a Resilience Index for three shocks and does not define it. This is the reading
    that its values (0.844 to 0.959) suggest; with it, its numbers cannot be checked.

    Examples:
        >>> found = resilience({"hub": [Blow(0.8, 0.6), Blow(0.5, 0.5)], "seat": [Blow(0.5, None)]})
        >>> found.index, found.by_shock["hub"].kept, found.by_shock["seat"].kept, found.left_out
        (0.875, 0.875, None, 1)
        >>> resilience({}).index is None
        True
    """
    by_shock = {shock: _withstood(pairs) for shock, pairs in blows.items()}
    known = [found.kept for found in by_shock.values() if found.kept is not None]
    return Resilience(fmean(known) if known else None, by_shock)


def _withstood(blows: Sequence[Blow]) -> Withstood:
    ratios = [after / before for before, after in blows if before and after is not None]
    return Withstood(fmean(ratios) if ratios else None, len(ratios), len(blows) - len(ratios))
