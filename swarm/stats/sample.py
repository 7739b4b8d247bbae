"""Values become means by mission, and two arms become pairs. The mission is the unit.

Repeats of a mission are averaged and never counted as independent: they share its difficulty, so counting them one by
one would make intervals too narrow and p-values too small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from swarm.errors import BadInput

Sample: TypeAlias = Mapping[str, Sequence[float]]
"""Values of one arm by mission id; the values of a mission are its repeats, in any order. A mission without values is
one that the arm has not. What is missing is left out by the caller: no value stands for it."""
Numbers: TypeAlias = NDArray[np.float64]

MIN_MISSIONS = 2
"""Common missions below which there is no interval: one mission says nothing of how missions differ."""
MIN_MISSIONS_FOR_VERDICT = 6
"""Common missions below which there is no verdict. With five, even if all of them point the same way, chance alone
does so once in sixteen times (2 / 2^5 = 6 %): only the assumption of a normal distribution could call that a
difference."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two arms on their common missions."""

    missions: tuple[str, ...]
    """Ids, sorted; never empty."""
    arm: Numbers
    """The mean of each mission's repeats, in the order of `missions`; so is `reference`."""
    reference: Numbers
    arm_runs: Numbers
    """The values of all its runs on common missions."""
    reference_runs: Numbers
    left_out: tuple[str, ...]
    """Ids of missions that only one of the two arms has, sorted."""

    @property
    def differences(self) -> Numbers:
        """Arm minus reference, by mission."""
        return self.arm - self.reference

    @property
    def runs(self) -> int:
        """Runs of both arms."""
        return len(self.arm_runs) + len(self.reference_runs)


def mission_means(sample: Sample) -> dict[str, float]:
    """The mean of each mission's repeats, sorted by mission id; missions without values are left out.

    Raises:
        BadInput: when a value is not a finite number.

    Examples:
        >>> mission_means({"b": [0.5, 0.75], "a": [1.0], "c": []})
        {'a': 1.0, 'b': 0.625}
    """
    means = {mission: fmean(sample[mission]) for mission in sorted(sample) if len(sample[mission])}
    for mission, mean in means.items():
        if not np.isfinite(mean):
            raise BadInput(
                f"a value of mission {mission!r} is not a finite number: leave out what is missing"
            )
    return means


def values_of(sample: Sample, missions: Sequence[str]) -> Numbers:
    """All values of these missions, one after another."""
    return np.array([*chain.from_iterable(sample[mission] for mission in missions)], dtype=np.float64)


def pair(arm: Sample, reference: Sample) -> Pairs:
    """Pair two arms by mission.

    Raises:
        BadInput: when they have no mission in common, or a value is not a finite number.
    """
    means, reference_means = mission_means(arm), mission_means(reference)
    common = tuple(mission for mission in means if mission in reference_means)
    if not common:
        raise BadInput(
            "the two arms have no mission in common: compare arms that were run on the same missions"
        )
    return Pairs(
        common,
        np.array([means[mission] for mission in common]),
        np.array([reference_means[mission] for mission in common]),
        values_of(arm, common),
        values_of(reference, common),
        tuple(sorted(means.keys() ^ reference_means.keys())),
    )
