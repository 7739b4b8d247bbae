"""An event loop whose time passes only while everybody sleeps, and then at once: hours take no time, and are exact."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar
from unittest.mock import patch

T = TypeVar("T")


class Clockwork(asyncio.SelectorEventLoop):
    """A loop that skips to the next moment at which somebody wants to be woken."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        """Seconds that were slept through."""
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def slept_through(coroutine: Coroutine[Any, Any, T]) -> tuple[T, float]:
    """What comes of a coroutine, and how many seconds it slept."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:
        loop = runner.get_loop()
        with patch.object(time, "monotonic", loop.time):
            result = runner.run(coroutine)
            return result, loop.time()
