"""How far a performance of an experiment is, for whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class GridProgress:
    """The progress of a performance of an experiment."""

    runs: int
    """All of the grid."""
    done: int
    """Came to their end, in this performance or before; see `Outcome.done`."""
    failed: int = 0
    """Were cut short, in this performance."""
    spent_usd: float = 0.0
    done_before: int = 0
    elapsed_s: float = 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds to go at the pace so far; None before the first run has finished."""
        done = self.done - self.done_before
        return (self.runs - self.done) * self.elapsed_s / done if done else None


Watch = Callable[[GridProgress], None]


def ignore_progress(progress: GridProgress) -> None:
    """For experiments that nobody watches."""
