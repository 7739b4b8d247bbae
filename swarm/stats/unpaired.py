"""Arms on different missions are compared, such as levels of difficulty: nothing can be paired."""

from typing import Any

import numpy as np
from scipy import stats

from swarm.errors import BadInput
from swarm.stats.ranged import Ranged
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT, Sample, mission_means, values_of
from swarm.stats.student import LEVEL, scale_of, spread


def difference_of_means(arm: Sample, reference: Sample, *, level: float = LEVEL) -> Ranged:
    """The mean over one arm's missions less that over the other's, with Welch's interval.

    Args:
        arm: values by mission.
        reference: the same of other missions.
        level: of the interval.

    Returns:
        Its missions are those of the smaller arm. No interval when an arm has fewer than a verdict needs,
        or neither has a spread.

    Raises:
        BadInput: when an arm has no value, or one that is not a finite number.

    Source: B. L. Welch (1947), Biometrika 34, 28–35.

    Examples:
        >>> difference_of_means({"a": [0.75, 1.0]}, {"b": [0.5], "c": [0.25]}).value
        0.5
    """
    means = [mission_means(arm), mission_means(reference)]
    if not all(means):
        raise BadInput("there is no value to take the mean of in one of the arms")
    one, other = (np.array([*each.values()]) for each in means)
    low, high = None, None
    if min(len(one), len(other)) >= MIN_MISSIONS_FOR_VERDICT and any(
        spread(some, scale_of(one, other)) for some in (one, other)
    ):
        found: Any = stats.ttest_ind(one, other, equal_var=False)
        low, high = map(float, found.confidence_interval(level))
    runs = len(values_of(arm, [*means[0]])) + len(values_of(reference, [*means[1]]))
    return Ranged(float(np.mean(one) - np.mean(other)), low, high, min(len(one), len(other)), runs)
