"""This file is where a process dies on purpose, at a named point, for those who test that nothing is lost by it.

The name comes from the environment of the process, `ROLELESS_FAULT`, and from nowhere else; without it nothing happens.
Points are "before KIND", "half KIND" and "after KIND" of an event on its way into a journal, such as
"after turn_taken", "replied" when a model's reply has come, and "before commit" and "after commit" of the history.
"#3" behind a name means its third time.
"""

import os
import signal
from collections import Counter

from swarm.config import fault_wanted

_REACHED: Counter[str] = Counter()


def reached(point: str) -> None:
    """Die here, without any warning, if that is wanted."""
    if is_reached(point):
        os.kill(os.getpid(), signal.SIGKILL)


def is_reached(point: str) -> bool:
    """Whether this process shall die at this point, now."""
    wanted = fault_wanted()
    if not wanted:
        return False
    name, _, time = wanted.partition("#")
    if name != point:
        return False
    _REACHED[point] += 1
    return _REACHED[point] == int(time or 1)
