"""A comparison gets a second opinion that assumes no distribution: sign flips and the bootstrap.

Verdicts do not rest upon it; `swarm.stats.paired` says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from swarm.errors import BadInput
from swarm.stats.sample import MIN_MISSIONS, Numbers, Pairs, Sample, pair
from swarm.stats.student import LEVEL, scale_of, spread

RESAMPLES = 9999
SEED = 1
_AT_ONCE = 2_000_000
"""Numbers that are resampled in one go: 16 MB."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What resampling the missions says of a difference."""

    p: float
    """Two-sided, of the sign-flip permutation test: exact up to 13 missions, from `RESAMPLES` flips beyond. Never
    below 2 / 2^n, and too large rather than too small where many differences are equal."""
    low: float | None
    """The 95 % BCa bootstrap interval of the difference; too narrow with few missions. None when the differences of all
    missions are equal."""
    high: float | None
    relative_low: float | None
    """That of the relative difference; None as well when a mission's reference is not above 0."""
    relative_high: float | None


def second_opinion(arm: Sample, reference: Sample, *, seed: int = SEED) -> SecondOpinion:
    """Resample whole missions, repeats and all, to check a comparison; the same seed gives the same answer.

    Raises:
        BadInput: with fewer than `MIN_MISSIONS` common missions.

    Source: B. Efron (1987), Better bootstrap confidence intervals, J. Am. Stat. Assoc. 82, 171–185; the permutation
    test is R. A. Fisher's (1935), The Design of Experiments, section 21.
    """
    pairs = pair(arm, reference)
    if len(pairs.missions) < MIN_MISSIONS:
        raise BadInput(f"resampling needs {MIN_MISSIONS} common missions or more, not {len(pairs.missions)}")
    p = _sign_flips(pairs.differences, seed)
    if not spread(pairs.differences, scale_of(pairs.arm, pairs.reference)):
        return SecondOpinion(p, None, None, None, None)
    return SecondOpinion(p, *_bootstrap(pairs, seed), *_relative_bootstrap(pairs, seed))


def _sign_flips(differences: Numbers, seed: int) -> float:
    found: Any = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=max(1, _AT_ONCE // len(differences)),
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def _bootstrap(pairs: Pairs, seed: int) -> tuple[float, float]:
    def difference(arm: Numbers, reference: Numbers, axis: int = -1) -> Numbers:
        return np.mean(arm, axis=axis) - np.mean(reference, axis=axis)

    return _interval(pairs, difference, seed)


def _relative_bootstrap(pairs: Pairs, seed: int) -> tuple[float, float] | tuple[None, None]:
    def relative(arm: Numbers, reference: Numbers, axis: int = -1) -> Numbers:
        return np.mean(arm, axis=axis) / np.mean(reference, axis=axis) - 1

    if np.min(pairs.reference) <= 0:
        return None, None
    ratios = pairs.arm / pairs.reference
    return _interval(pairs, relative, seed) if spread(ratios, scale_of(ratios)) else (None, None)


def _interval(pairs: Pairs, statistic: Callable[..., Numbers], seed: int) -> tuple[float, float]:
    found: Any = stats.bootstrap(
        (pairs.arm, pairs.reference),
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, _AT_ONCE // len(pairs.missions)),
        confidence_level=LEVEL,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return float(low), float(high)
