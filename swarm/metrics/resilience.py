"""Measure how a team stands a shock: by the quality left of what it would have had without one."""

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import NamedTuple


class Blow(NamedTuple):
    """Qualities that differ by a shock alone, of one mission; None for what nothing is known of."""

    before: float | None
    """Without the shock: same mission and seeds, and all else equal."""
    after: float | None
    """With the shock."""

    @property
    def known(self) -> tuple[float, float] | None:
        """Before and after; None unless both are known."""
        return None if self.before is None or self.after is None else (self.before, self.after)


def resilience(blows: Iterable[Blow]) -> float | None:
    """Resilience: the mean quality with a shock over the mean quality without it.

    A ratio of means: in a mean of ratios, missions that go badly anyway would rule, and chance alone would lift it
    above 1. Of several shocks, give `all_shocks`: then it is the mean over them of what is kept of each.

    Args:
        blows: one a mission; those that lack a quality are left out. Repeats of a mission are to be averaged first.

    Returns:
        In [0.25, 4], as quality lies in [0.25, 1]: 1 when shocks did nothing, above 1 when struck runs were the
        better ones, as may be by chance. None without a known blow, or when there was nothing to lose.

    Source: arXiv 2603.28990 reports a Resilience Index for three shocks and does not define it. This is the reading
    that its values (0.844 to 0.959) suggest; with it, its numbers cannot be checked.

    Examples:
        >>> resilience([Blow(0.75, 0.5), Blow(0.25, 0.25), Blow(0.5, None)])
        0.75
        >>> resilience([]) is None
        True
    """
    known = [blow.known for blow in blows if blow.known]
    before = sum(one for one, _ in known)
    return sum(other for _, other in known) / before if before > 0 else None


def all_shocks(blows: Mapping[str, Mapping[str, Blow]]) -> dict[str, Blow]:
    """Blows of several shocks as one: by mission, the mean before and the mean after over the shocks.

    Args:
        blows: by shock, then by mission.

    Returns:
        Only missions of which every shock is known, so that each counts the same and all rest upon the same
        missions. A shock of which nothing at all is known is left out.

    Examples:
        >>> all_shocks({"hub": {"m": Blow(1.0, 0.5), "n": Blow(0.5, 0.5)}, "seat": {"m": Blow(1.0, 0.75)}})
        {'m': Blow(before=1.0, after=0.625)}
    """
    known = [
        {mission: blow.known for mission, blow in found.items() if blow.known} for found in blows.values()
    ]
    struck = [found for found in known if found]
    missions = (
        [mission for mission in struck[0] if all(mission in found for found in struck)] if struck else []
    )
    return {
        mission: Blow(
            *(fmean(qualities) for qualities in zip(*(found[mission] for found in struck), strict=True))
        )
        for mission in missions
    }


def shares_kept(blows: Mapping[str, Blow]) -> dict[str, float]:
    """Split `resilience` into a value per mission, so that teams can be compared mission by mission.

    Their mean is the resilience, and their spread that of the ratio of means (its linearisation): with R for the
    ratio, R + (after - R before) / mean before.

    Args:
        blows: by mission.

    Returns:
        Of missions of which both qualities are known; empty when there was nothing to lose.

    Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., section 6.4, on the variance of a ratio.

    Examples:
        >>> shares_kept({"m": Blow(0.75, 0.5), "n": Blow(0.25, 0.25)})
        {'m': 0.625, 'n': 0.875}
    """
    known = {mission: blow.known for mission, blow in blows.items() if blow.known}
    kept = resilience(blows.values())
    if kept is None:
        return {}
    usual = fmean(before for before, _ in known.values())
    return {mission: kept + (after - kept * before) / usual for mission, (before, after) in known.items()}
