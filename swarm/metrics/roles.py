"""The roles agents invent: how many there really are, and how evenly they are shared out."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_NOT_A_WORD = re.compile(r"[^\w]+")
_EMPTY_WORDS = frozenset(["a", "an", "and", "for", "of", "on", "the", "to", "with", "in"])


@dataclass(frozen=True, slots=True)
class DistinctRoles:
    """The number of different roles, counted three ways; each at most the one before."""

    as_written: int
    normalised: int
    """After `normalise`."""
    clusters: int
    """After joining near-synonyms; see `clusters`."""


def normalise(role: str) -> str:
    """A role without case, punctuation, plural endings and filler words.

    Examples:
        >>> normalise("The Permit-Risk Analysts")
        'permit risk analyst'
    """
    words = [word for word in _NOT_A_WORD.split(role.casefold()) if word and word not in _EMPTY_WORDS]
    return " ".join(_singular(word) for word in words)


def distinct_roles(roles: Sequence[str]) -> DistinctRoles:
    """Count different roles; 0 three times for no roles.

    Source: arXiv 2603.28990 counts strings as written, which near-synonyms inflate; hence three counts.

    Examples:
        >>> distinct_roles(["Risk analyst", "risk analysts", "Permit risk analyst", "Cook"])
        DistinctRoles(as_written=4, normalised=3, clusters=2)
    """
    normal = {normalise(role) for role in roles}
    return DistinctRoles(len(set(roles)), len(normal), len(set(clusters(roles).values())))


def clusters(roles: Sequence[str]) -> dict[str, str]:
    """Join near-synonyms: roles that share at least half of their words (Jaccard index), in order of appearance.

    Returns:
        For every role as written, the first role of its cluster. Deterministic in the order given.
    """
    heads: dict[str, frozenset[str]] = {}
    cluster_of: dict[str, str] = {}
    for role in dict.fromkeys(roles):
        words = frozenset(normalise(role).split())
        head = next((name for name, other in heads.items() if _jaccard(words, other) >= 0.5), role)
        heads.setdefault(head, words)
        cluster_of[role] = head
    return cluster_of


def evenness(roles: Sequence[str]) -> float | None:
    """Role evenness: normalised Shannon entropy of the (normalised) roles of active seats (Pielou's J).

    Returns:
        In [0, 1]: 1 when every role is taken equally often. None with fewer than two different roles, for which
        evenness has no meaning.

    Examples:
        >>> evenness(["cook", "baker"])
        1.0
    """
    counts = Counter(normalise(role) for role in roles)
    if len(counts) < 2:
        return None
    shares = [count / len(roles) for count in counts.values()]
    return -sum(share * math.log(share) for share in shares) / math.log(len(counts))


def gini(amounts: Sequence[float]) -> float | None:
    """Gini coefficient of non-negative amounts, such as tokens over seats.

    Returns:
        In [0, 1): 0 when all have the same; None for no amounts or when all are 0.

    Examples:
        >>> gini([1, 1, 1])
        0.0
        >>> gini([0, 4])
        0.5
    """
    ordered, whole = sorted(amounts), sum(amounts)
    if not whole:
        return None
    n = len(ordered)
    return 2 * sum(rank * amount for rank, amount in enumerate(ordered, 1)) / (n * whole) - (n + 1) / n


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
