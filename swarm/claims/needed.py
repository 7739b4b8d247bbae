"""Foretell how many missions a claim takes to be decided, from its band and from how much missions vary."""

import math
from collections.abc import Mapping

from swarm.claims.file import Claim
from swarm.claims.measuring import level_of
from swarm.mission import Mission
from swarm.stats.power import (
    MOST_MISSIONS,
    PAPER_SD,
    missions_for,
    missions_for_equivalence,
    sd_of_difference,
)
from swarm.stats.ranged import Ranged
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.stats.student import quantile

NEAR = 1000
"""A bound nearer than one part in so many of the standard deviation is not told from the value."""


def missions_needed(claim: Claim, ranged: Ranged | None) -> int | None:
    """Missions in all until the interval most likely has a side, if value and spread stay what they are.

    Args:
        claim: what is asked.
        ranged: what was found so far.

    Returns:
        With 80 % power; for levels, of each. What a verdict needs at least while there are fewer; None without a
        mission, without a spread to go by, or when no number would do.
    """
    if ranged is None:
        return None
    missions = ranged.missions
    if missions < MIN_MISSIONS_FOR_VERDICT:
        return MIN_MISSIONS_FOR_VERDICT
    if ranged.value is None or ranged.low is None or ranged.high is None:
        return None
    half = (ranged.high - ranged.low) / 2
    sd = half * math.sqrt(missions) / quantile(level_of(claim), missions - 1)
    needed = _missions(claim, ranged.value, sd)
    return None if needed is None else max(needed, missions + 1)


def missions_planned(claim: Claim) -> int | None:
    """Missions that decide a claim before there is a run: if the paper is right and runs vary as much as its own.

    Returns:
        With 80 % power and one run a mission; for levels, of each. None for all but quality, of whose spread alone the
        paper tells (d = 1.86), and where no number would do: its figure lies where the claim says it does not.
    """
    if claim.measure != "quality" or not _inside(claim, claim.figure):
        return None
    sd = PAPER_SD if claim.statistic == "mean" else sd_of_difference(repeats=1)
    return _missions(claim, claim.figure, sd / (claim.reference or 1.0))


def planned_words(claim: Claim, library: Mapping[str, Mission]) -> str:
    """Say how many missions decide a claim, beside how many there are; empty where that cannot be foretold.

    Args:
        claim: what is asked.
        library: missions by id.
    """
    needed = missions_planned(claim)
    if needed is None:
        return ""
    there = min(sum(mission.level in side.levels for mission in library.values()) for side in claim.sides)
    each = "" if claim.paired else " of each level"
    return (
        f"About {needed:,} missions{each} decide it if the paper is right and runs vary as much as its own (standard "
        f"deviation {PAPER_SD:.3f}), one run each; the library has {there:,}."
    )


def _missions(claim: Claim, value: float, sd: float) -> int | None:
    low, high = claim.band
    alpha = 1 - level_of(claim)
    if low is not None and high is not None and _inside(claim, value):
        off = abs(value - (low + high) / 2)
        return missions_for_equivalence((high - low) / 2, sd, difference=off, alpha=alpha / 2)
    away = min(abs(value - bound) for bound in claim.band if bound is not None)
    if not away > sd / NEAR:
        return None
    needed = missions_for(away, sd, alpha=alpha)
    return needed if needed < MOST_MISSIONS else None


def _inside(claim: Claim, value: float) -> bool:
    low, high = claim.band
    return (low is None or low < value) and (high is None or value < high)
