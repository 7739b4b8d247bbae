"""The paper's claims meet our runs: supported, contradicted or undetermined, and what is missing.

One rule for all. Supported: our interval lies inside what the claim predicts. Contradicted: it lies wholly outside.
Undetermined: anything else, and whatever rests on too few missions. Simulated and real runs are never pooled.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from swarm.cell import Cell
from swarm.claims.evidence import (
    Attempt,
    Gathered,
    Setting,
    SideRuns,
    attempts,
    gather,
    measured,
    ranked,
)
from swarm.claims.file import Band, Claim, claim_book
from swarm.claims.needed import missions_needed
from swarm.claims.sentences import band_words, figure_words, interval_words, side_words
from swarm.stats.estimate import Estimate
from swarm.stats.groups import KruskalWallis, WorstPair, all_equivalent
from swarm.stats.paired import ALPHA, missions_for_alike
from swarm.stats.sample import MIN_MISSIONS, MIN_MISSIONS_FOR_VERDICT
from swarm.written import listed

Verdict = Literal["supported", "contradicted", "undetermined"]
VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "undetermined")
BEYOND = (
    "The simulated models cannot show what this claim says, so these runs count neither for nor against it."
)


@dataclass(frozen=True)
class Evidence:
    """All that the runs of one kind (simulated or real) say of a claim."""

    claim: Claim
    simulated: bool
    verdict: Verdict
    reason: str
    """Of the verdict, in a sentence."""
    estimate: Estimate | None
    """None when no mission has a value on every side."""
    sides: tuple[SideRuns, ...]
    """Of the claim, in its order; empty when there is no run at all."""
    setting: Setting | None
    """Under which these runs took place; None when there is no run at all."""
    left_out: int
    """Finished runs that the claim asks for, under another judge, other prompts or of another model."""
    kruskal: KruskalWallis | None
    """The paper's own test of team sizes, where it was used."""
    needed: int | None
    """How many missions in all a verdict probably takes; None with a verdict, or when that cannot be said, as without a
    mission to go by."""

    @property
    def is_beyond(self) -> bool:
        """Tell whether it has runs of models that cannot show what the claim says: they count neither way."""
        return self.simulated and bool(self.claim.missed) and self.estimate is not None

    @property
    def missions(self) -> int:
        """That the estimate rests upon."""
        return self.estimate.missions if self.estimate else 0

    @property
    def more(self) -> int | None:
        """Of the missions that are needed, those to come."""
        return None if self.needed is None else self.needed - self.missions

    @property
    def runs(self) -> int:
        """Finished runs that the estimate rests upon."""
        return sum(runs for _, runs in self.counted) if self.estimate else 0

    @property
    def counted(self) -> tuple[tuple[int, int], ...]:
        """For each side, on how many missions and runs the estimate rests: common missions where sides are paired."""
        own = [frozenset(side.sample) for side in self.sides]
        common = own[0].intersection(*own[1:]) if own and self.claim.paired else None
        missions = own if common is None else [common] * len(own)
        return tuple((len(ids), side.runs_on(ids)) for side, ids in zip(self.sides, missions, strict=True))


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim and what runs say of it, simulated and real ones apart."""

    claim: Claim
    simulated: Evidence
    real: Evidence

    def of_kind(self, *, simulated: bool) -> Evidence:
        """The evidence of the runs of one kind."""
        return self.simulated if simulated else self.real


def judge_claims(cells: Iterable[Cell]) -> tuple[Judged, ...]:
    """Hold every claim against the runs there are.

    Args:
        cells: of the whole history.

    Returns:
        In the order of data/claims.toml.
    """
    listed_cells = list(cells)
    simulated, real = (gather(listed_cells, simulated=kind) for kind in (True, False))
    return tuple(
        Judged(claim, evidence_of(claim, simulated), evidence_of(claim, real))
        for claim in claim_book().claims
    )


def evidence_of(claim: Claim, gathered: Gathered) -> Evidence:
    """Judge a claim by all runs of one kind."""
    found = attempts(claim, gathered, claim_book().models)
    if not found:
        reason = f"No {_kind(gathered.simulated)} run of what it speaks of."
        return Evidence(claim, gathered.simulated, "undetermined", reason, None, (), None, 0, None, None)
    chosen = found[0]
    estimate = measured(claim, chosen) if chosen.missions else None
    word, worst = verdict_of(claim.band, estimate), worst_of(claim, chosen)
    evidence = Evidence(
        claim=claim,
        simulated=gathered.simulated,
        verdict=word,
        reason=_reason(claim, chosen, estimate, word),
        estimate=estimate,
        sides=chosen.sides,
        setting=chosen.setting,
        left_out=_runs_of(found) - _runs_of([chosen]),
        kruskal=ranked(claim, chosen),
        needed=missions_needed(claim, estimate) if word == "undetermined" else None,
    )
    if word == "supported" and worst and worst.doubt >= ALPHA:
        needed = missions_for_alike(worst.difference)
        evidence = replace(evidence, verdict="undetermined", reason=_rare_losses(evidence), needed=needed)
    if evidence.is_beyond:
        return replace(evidence, verdict="undetermined", reason=BEYOND, needed=None)
    return evidence


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


def verdict_of(band: Band, estimate: Estimate | None) -> Verdict:
    """The one rule: where the interval lies, given enough missions.

    Examples:
        >>> verdict_of(Band(0, None), Estimate(0.1, 0.05, 0.15, missions=8, runs=16))
        'supported'
        >>> verdict_of(Band(0.2, 0.3), Estimate(0.1, 0.05, 0.15, missions=8, runs=16))
        'contradicted'
    """
    if estimate is None or estimate.low is None or estimate.high is None:
        return "undetermined"
    if estimate.missions < MIN_MISSIONS_FOR_VERDICT:
        return "undetermined"
    low, high = (-math.inf if band.low is None else band.low), (math.inf if band.high is None else band.high)
    if low < estimate.low and estimate.high < high:
        return "supported"
    return "contradicted" if estimate.high < low or high < estimate.low else "undetermined"


def tally(judged: Sequence[Judged], *, simulated: bool) -> Mapping[Verdict, int]:
    """Count the claims by verdict."""
    counts = Counter(each.of_kind(simulated=simulated).verdict for each in judged)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _reason(claim: Claim, chosen: Attempt, estimate: Estimate | None, word: Verdict) -> str:
    if estimate is None:
        return _lacking(chosen)
    if estimate.missions < MIN_MISSIONS_FOR_VERDICT:
        return f"{MIN_MISSIONS_FOR_VERDICT} missions are needed, {estimate.missions} are there."
    if estimate.value is None:
        return "There is no ratio to nothing."
    if estimate.low is None:
        found = figure_words(claim, estimate.value)
        return (
            f"{found} has no interval: either all {estimate.missions} missions give the same, so that nothing says how "
            "far the next would be, or what it is held against varies too much."
        )
    part = {"supported": "The whole", "contradicted": "No part", "undetermined": "Only a part"}[word]
    of_the = "" if word == "supported" else " of the"
    return f"{part}{of_the} interval, {interval_words(claim, estimate)}, lies {band_words(claim)}."


def _rare_losses(evidence: Evidence) -> str:
    found = evidence.reason.removesuffix(".")
    return f"{found}, but {evidence.missions} missions do not exclude that bad losses happen."


def _lacking(chosen: Attempt) -> str:
    without = [side for side in chosen.sides if not side.runs]
    if without:
        return f"No run of {listed([side_words(side.side, model=side.model) for side in without])}."
    unmeasured = next((side for side in chosen.sides if not side.sample), None)
    if unmeasured:
        what = "all shocks" if unmeasured.measure == "resilience" else f"a {unmeasured.measure}"
        return f"No run of {side_words(unmeasured.side, model=unmeasured.model)} has {what}."
    return "Its sides have no mission in common."


def _runs_of(found: Iterable[Attempt]) -> int:
    """Finished runs, each counted once although settings may share sides."""
    cells = {id(cell): cell.runs for one in found for side in one.sides for cell in side.cells}
    return sum(cells.values())


def _kind(simulated: bool) -> str:
    return "simulated" if simulated else "real"
