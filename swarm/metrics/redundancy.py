"""The part of the work that was done twice."""

from collections.abc import Sequence
from itertools import combinations

from swarm.metrics.roles import normalise

MAX_TEXTS = 64
"""Beyond this many contributions, the first ones stand for all: pairs grow with the square."""


def redundancy(texts: Sequence[str]) -> float | None:
    """Mean pairwise similarity of contributions: the Jaccard index of their words.

    Returns:
        In [0, 1]: 0 when no two share a word, 1 when all are the same; None with fewer than two texts.

    Examples:
        >>> redundancy(["build the stage", "build the kitchen"])
        0.3333333333333333
    """
    words = [frozenset(normalise(text).split()) for text in texts[:MAX_TEXTS]]
    pairs = list(combinations(words, 2))
    if not pairs:
        return None
    return sum(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs) / len(pairs)
