"""Attempts at a claim become numbers with intervals."""

from dataclasses import replace
from statistics import fmean

from swarm.claims.evidence import EQUIVALENCE_LEVEL, Attempt, SideRuns
from swarm.claims.file import Claim
from swarm.comparison.withstood import kept_of
from swarm.stats.groups import KruskalWallis, WorstPair, all_equivalent, kruskal_wallis
from swarm.stats.ranged import Ranged, mean_of, ratio, relative_difference
from swarm.stats.sample import MIN_MISSIONS, Sample
from swarm.stats.student import LEVEL, quantile
from swarm.stats.unpaired import difference_of_means


def measured(claim: Claim, attempt: Attempt) -> Ranged:
    """The figure that the claim asks for, with its interval; needs a mission.

    The interval is one of 95 %, of 90 % for "flat". Of sides that shall be flat, the estimate is that of the pair that
    is least shown to be. When every mission gives the same there is none, as in a comparison of the same runs: nothing
    says how far the next mission would be.
    """
    relative = {"ratio": ratio, "relative_difference": relative_difference}.get(claim.statistic)
    if relative is None:
        return _absolute(claim, attempt)
    arm, reference = attempt.samples
    return relative(arm, reference)


def ranked(claim: Claim, attempt: Attempt) -> KruskalWallis | None:
    """The paper's own test beside a claim that team sizes are flat; None for other claims, or without runs."""
    if claim.statistic != "flat" or len(claim.sides) < 3 or not attempt.missions:
        return None
    return kruskal_wallis(attempt.samples)


def worst_of(claim: Claim, attempt: Attempt) -> WorstPair | None:
    """Of sides that shall be flat, the pair that is least shown to be; None for other claims, and without pairs.

    Comparisons call two sides equivalent when their means are alike and neither loses badly too often, so claims do. A
    claim of the size of a difference in quality says as much: that it is so large on missions in general. So its two
    sides, one of them moved by the difference, have to be alike in the same sense.
    """
    if not claim.paired or attempt.missions < MIN_MISSIONS:
        return None
    if claim.margin is not None:
        return all_equivalent(attempt.samples, claim.margin)
    if claim.half_width is None or claim.measure != "quality" or len(attempt.samples) != 2:
        return None
    arm, reference = (
        {mission: fmean(values) for mission, values in each.items()} for each in attempt.samples
    )
    shift = fmean(arm[mission] - reference[mission] for mission in arm)
    moved = {mission: [value - shift] for mission, value in arm.items()}
    unit = fmean(reference.values()) if claim.statistic == "relative_difference" else 1.0
    return all_equivalent(
        [moved, {name: [value] for name, value in reference.items()}], claim.half_width * unit
    )


def level_of(claim: Claim) -> float:
    """Of the claim's interval."""
    return EQUIVALENCE_LEVEL if claim.statistic == "flat" else LEVEL


def _absolute(claim: Claim, attempt: Attempt) -> Ranged:
    samples = attempt.samples
    if claim.statistic == "mean" and claim.measure == "resilience":
        return _resilience(attempt.sides[0])
    if claim.statistic == "mean":
        return mean_of(samples[0])
    if claim.statistic == "flat":
        return _flat(claim, attempt)
    if not claim.paired:
        return difference_of_means(samples[0], samples[1])
    return _difference(samples[0], samples[1])


def _resilience(side: SideRuns) -> Ranged:
    """As a comparison tells it of the same runs."""
    found = kept_of(side.blows)
    assert found is not None, "a claim is measured on a mission at least"
    return found


def _flat(claim: Claim, attempt: Attempt) -> Ranged:
    samples, margin = attempt.samples, claim.margin
    assert margin is not None
    if not claim.paired:
        return difference_of_means(samples[0], samples[1], level=EQUIVALENCE_LEVEL)
    runs = sum(len(values) for each in samples for values in each.values())
    if attempt.missions < MIN_MISSIONS:
        means = [fmean(fmean(values) for values in each.values()) for each in samples]
        return Ranged(max(means) - min(means), None, None, attempt.missions, runs)
    worst = all_equivalent(samples, margin).difference
    half = quantile(EQUIVALENCE_LEVEL, worst.missions - 1) * worst.sd / worst.missions**0.5
    low, high = (worst.difference - half, worst.difference + half) if worst.sd else (None, None)
    return Ranged(worst.difference, low, high, worst.missions, runs)


def _difference(arm: Sample, reference: Sample) -> Ranged:
    # Of any measure: what is known of a quality's scale would cut the interval of a depth.
    found = mean_of({mission: [fmean(arm[mission]) - fmean(reference[mission])] for mission in arm})
    runs = sum(len(values) for each in (arm, reference) for values in each.values())
    return replace(found, runs=runs)
