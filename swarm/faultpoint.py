"""A process dies on purpose, at a named point, for those who test that nothing is lost by it.

The name is in the environment, `ROLELESS_FAULT`, of a command line when it starts, and comes from nowhere else: neither
a dashboard nor what it launches is ever armed, and nothing that is read later arms anything.
Points are "before KIND", "half KIND" and "after KIND" of an event on its way into a journal, such as
"after turn_taken", or of a "chunk" of an experiment; "replied" when a model's reply has come; "before commit" and
"after commit" of the history; "before", "half" and "after exchange" when a rebuilt history takes the old one's place.
"#3" behind a name means its third time.
"""

import os
import signal
from collections import Counter
from typing import NoReturn

_WANTED: list[str] = []
"""The one point at which this process shall die; empty in all but those of tests."""
_REACHED: Counter[str] = Counter()


def arm(wanted: str) -> None:
    """Let this process die at a point; "" lets it live."""
    _WANTED[:] = [wanted] if wanted else []


def reached(point: str) -> None:
    """Die here, without any warning, if that is wanted."""
    if is_reached(point):
        die()


def die() -> NoReturn:
    """End this process as `kill -9` would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives that")


def is_reached(point: str) -> bool:
    """Tell whether this process shall die at this point now."""
    if not _WANTED:
        return False
    name, _, time = _WANTED[0].partition("#")
    if name != point:
        return False
    _REACHED[point] += 1
    return _REACHED[point] == int(time or 1)
