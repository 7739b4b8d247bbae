"""P-values of tests that are shown together are adjusted for there being several."""

from collections.abc import Sequence


def holm(p_values: Sequence[float | None], planned: int = 0) -> tuple[float | None, ...]:
    """Adjust p-values after Holm, in the order given.

    Args:
        p_values: of all tests that are shown together. One that is None stays so, and counts: it was looked at as well.
        planned: how many tests were meant to be; those that could not be made count as well.

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6, 65–70.

    Examples:
        >>> holm([0.04, 0.01, None])
        (0.08, 0.03, None)
    """
    known = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    adjusted: dict[int, float] = {}
    many, largest = max(planned, len(p_values)), 0.0
    for rank, (p, at) in enumerate(known):
        largest = max(largest, min(1.0, p * (many - rank)))
        adjusted[at] = largest
    return tuple(adjusted.get(at) for at in range(len(p_values)))
