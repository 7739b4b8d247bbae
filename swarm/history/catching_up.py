"""What journals hold beyond the history is taken in ahead of the questions, by whoever has the time."""

from swarm.config import Settings
from swarm.history.store import History

PATIENCE_S = 30.0


def catch_up(settings: Settings) -> int:
    """Take in all that the history lacks; returns the number of runs.

    Raises:
        SwarmError: as any question to the history.
    """
    return History(settings, patience_s=PATIENCE_S).count()
