"""Cost is weighed against quality without a price: what nothing else beats in both."""

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> tuple[int, ...]:
    """Find the points that no other dominates: costs at most as much, is at least as good, and one of them truly.

    Args:
        points: cost, where less is better, and quality, where more is.

    Returns:
        Their places among `points`, in that order; points that tie in both are all kept. Empty without points.

    Source: K. Miettinen (1999), Nonlinear Multiobjective Optimization, definition 2.2.1.

    Examples:
        >>> pareto_front([(1.0, 0.5), (2.0, 0.75), (3.0, 0.75), (1.0, 0.5)])
        (0, 1, 3)
    """
    return tuple(
        at for at, point in enumerate(points) if not any(_dominates(other, point) for other in points)
    )


def _dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] >= other[1]
