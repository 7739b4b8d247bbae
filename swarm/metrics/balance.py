"""The paper's balance index: several measures of groups that are compared, as one number each."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"quality": 0.25, "mission_relevance": 0.20, "duration_s": 0.20, "tokens": 0.20, "unusable": 0.15}
)
"""The paper's weights of quality, mission, time, cost and risk, by the measure that stands for each here."""
LESS_IS_BETTER = frozenset({"duration_s", "tokens", "unusable"})


class Balance(NamedTuple):
    """The balance index of groups that are compared."""

    indices: tuple[float | None, ...]
    """Of each group, in their order; in [0, 1]."""
    counted: tuple[str, ...]
    """The measures that they are made of, in the order of `WEIGHTS`; empty when there is none."""


def balance(groups: Sequence[Mapping[str, float | None]]) -> Balance:
    """Balance index: the weighted mean of measures, each scaled from the worst of the groups (0) to the best (1).

    It depends on which groups are compared, so indices of two comparisons cannot be set against each other. With two
    groups every measure counts as 0 or 1. Measures that not every group has, or in which none differs, are left out,
    and the weights of the others scaled up.

    Args:
        groups: means of the keys of `WEIGHTS`; None, or left out, for what is not known.

    Returns:
        Indices of None without a measure that is left.

    Source: arXiv 2603.28990 gives the weights and says neither how measures are scaled nor what risk counts. Assumed
    here: from worst to best within what is compared, less being better of time, cost and risk; cost in tokens, as
    the paper counts it; risk as the share of agents without a usable reply.

    Examples:
        >>> found = balance([{"quality": 0.5, "tokens": 900.0}, {"quality": 0.75, "tokens": 1000.0}])
        >>> [round(index, 2) for index in found.indices], found.counted
        ([0.44, 0.56], ('quality', 'tokens'))
    """
    scaled = {
        key: shares for key in WEIGHTS if (shares := _scaled(key, [group.get(key) for group in groups]))
    }
    whole = sum(WEIGHTS[key] for key in scaled)
    if not scaled:
        return Balance((None,) * len(groups), ())
    weighted = [sum(WEIGHTS[key] * shares[at] for key, shares in scaled.items()) for at in range(len(groups))]
    return Balance(tuple(index / whole for index in weighted), tuple(scaled))


def _scaled(key: str, values: Sequence[float | None]) -> list[float]:
    """From 0 for the worst to 1 for the best; empty when one is unknown or all are the same."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len({*known}) < 2:
        return []
    low, high = min(known), max(known)
    shares = [(value - low) / (high - low) for value in known]
    return [1 - share for share in shares] if key in LESS_IS_BETTER else shares
