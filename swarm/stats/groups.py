"""More than two arms are compared at once, such as team sizes: do they differ, or are they flat?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from swarm.errors import BadInput
from swarm.stats.paired import MARGIN, Difference, compare
from swarm.stats.sample import Sample, mission_means
from swarm.stats.tail import QUALITY, Scale


@dataclass(frozen=True, slots=True)
class KruskalWallis:
    """The test whether groups lie at different heights."""

    h: float | None
    """Corrected for ties; None when all values are equal."""
    df: int
    p: float | None
    """From the chi-squared distribution; None when all values are equal."""
    groups: int
    n: int
    """Means of missions, over all groups."""


@dataclass(frozen=True, slots=True)
class WorstPair:
    """Of all pairs of arms, the one that is least shown to be equivalent."""

    arm: int
    """Its place among the samples, from 0; so is `reference`."""
    reference: int
    difference: Difference

    @property
    def doubt(self) -> float:
        """The doubt that all arms are equivalent, 0 to 1: the p of "equivalent" and so small when they are.

        When every mission gives the same difference there is no p of the mean. Then there is no doubt of it either: 0
        when that difference lies within the margin, 1 when it does not. That bad losses are rare has to be shown all
        the same, and takes its number of missions.
        """
        found = self.difference
        of_mean = found.p_equivalence
        if found.sd == 0:
            of_mean = 0.0 if abs(found.difference) < found.margin else 1.0
        tails = [tail.p for tail in (found.behind, found.ahead) if tail]
        return max([1.0 if of_mean is None else of_mean, *tails])


def kruskal_wallis(samples: Sequence[Sample]) -> KruskalWallis:
    """Ask whether arms differ, by the ranks of their means of missions.

    The paper's test for scaling. It does not know that arms share missions, whose differences in difficulty it takes
    for noise; so it misses what the paired comparison finds, and a large p is no evidence that arms are equal: see
    `all_equivalent` for that.

    Raises:
        BadInput: with fewer than two arms, or one without values.

    Source: W. H. Kruskal and W. A. Wallis (1952), J. Am. Stat. Assoc. 47, 583–621.
    """
    groups = [np.array([*mission_means(sample).values()]) for sample in samples]
    if len(groups) < 2 or not all(len(group) for group in groups):
        raise BadInput("Kruskal–Wallis needs two arms or more, each with a value")
    n, df = sum(len(group) for group in groups), len(groups) - 1
    if len(np.unique(np.concatenate(groups))) == 1:
        return KruskalWallis(None, df, None, len(groups), n)
    found: Any = stats.kruskal(*groups)
    return KruskalWallis(float(found.statistic), df, float(found.pvalue), len(groups), n)


def all_equivalent(
    samples: Sequence[Sample], margin: float = MARGIN, scale: Scale | None = QUALITY
) -> WorstPair:
    """Ask whether arms are flat: every pair of them equivalent, in the mean and in the tail.

    All pairs must pass, so the worst one speaks for all and nothing has to be adjusted (intersection–union test).

    Args:
        samples: two arms or more, on common missions.
        margin: the largest difference that counts as none, in units of the values.
        scale: of the values; None where nobody says what is a bad loss: then the mean alone decides.

    Returns:
        The pair with the most doubt of equivalence; of equals, that with the largest difference.

    Raises:
        BadInput: with fewer than two arms, or when two of them cannot be compared.

    Source: R. L. Berger (1982), Technometrics 24, 295–300.
    """
    if len(samples) < 2:
        raise BadInput("a claim that arms are equivalent needs two arms or more")
    pairs = [
        WorstPair(arm, reference, compare(samples[arm], samples[reference], margin=margin, scale=scale))
        for reference, arm in combinations(range(len(samples)), 2)
    ]
    return max(pairs, key=lambda pair: (pair.doubt, abs(pair.difference.difference)))
