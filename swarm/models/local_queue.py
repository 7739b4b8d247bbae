"""A server on this machine answers a few calls at once, and keeps the others in a queue of its own.

So it is found out how many it answers at once, and a deadline does not count the time in its queue.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

FIRST_IN_FLIGHT = 4
"""More than a server can answer at once would only lie in its queue."""
WORTH_IT = 1.3
"""Twice as many calls in flight must be answered so much faster, or the half was enough."""
_AT_ONCE_S = 1e-6


class Deadlines:
    """Deadlines of calls to one server that answers in the order of asking: time in its queue is not a call's own."""

    def __init__(self) -> None:
        self._in_order: list[tuple[asyncio.Timeout, float]] = []

    @contextmanager
    def renewing(self, deadline: asyncio.Timeout, seconds: float) -> Generator[None, None, None]:
        """While it lasts, the deadline begins anew whenever a call ends that left before this one."""
        self._in_order.append((deadline, seconds))
        try:
            yield
        finally:
            at = self._in_order.index((deadline, seconds))
            del self._in_order[at]
            now = asyncio.get_running_loop().time()
            for later, its_seconds in self._in_order[at:]:
                if not later.expired():
                    later.reschedule(now + its_seconds)


class Trial:
    """Finds out how many calls a server answers at once, by trying twice as many as long as it is faster so."""

    def __init__(self) -> None:
        self._replies, self._began, self._pace = 0, 0.0, 0.0

    def verdict(self, places: float, now: float, *, full: bool) -> float:
        """Take in a reply.

        Args:
            places: calls in flight at most, now.
            now: seconds by any clock.
            full: whether more calls are waiting, without which nothing is found out.

        Returns:
            How many times as many places are worth trying: 1 while that is not known, 2, or one half in the end.
        """
        if not full or not self._replies:
            self._replies, self._began = int(full), now
            return 1.0
        self._replies += 1
        if self._replies <= 2 * places:
            return 1.0
        pace, before = (self._replies - 1) / max(_AT_ONCE_S, now - self._began), self._pace
        self._replies, self._pace = 0, pace
        return 0.5 if pace < WORTH_IT * before else 2.0
