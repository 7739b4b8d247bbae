"""The facts of a run are told: numbered, dated, kept, and handed to whoever listens."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from swarm.recording.events import Event, Fact

Recorder: TypeAlias = Callable[[Event], Awaitable[None]]
"""Keeps one event; returns when it is as durable as it has to be."""


class Teller:
    """Numbers and dates the facts of a run, keeps them, and hands them to whoever listens."""

    def __init__(self, run_id: str, record: Recorder | None, before: Sequence[Event]) -> None:
        self.run_id = run_id
        self._record = record
        self._seq = before[-1].seq + 1 if before else 0
        self._began = time.monotonic() - (before[-1].t if before else 0.0)
        self._told: asyncio.Queue[Event | None] = asyncio.Queue()

    def clock(self) -> float:
        """Seconds since the run began, not counting the time it lay interrupted."""
        return time.monotonic() - self._began

    async def tell(self, fact: type[Fact], /, **fields: object) -> None:
        """Make a fact, keep it, pass it on."""
        numbered = {"run_id": self.run_id, "seq": self._seq, "at": datetime.now(UTC), "t": self.clock()}
        self._seq += 1
        event: Event = fact(**numbered, **fields)  # pyright: ignore[reportAssignmentType, reportArgumentType]
        if self._record:
            await self._record(event)
        self._told.put_nowait(event)

    def close(self) -> None:
        """Nothing more will be told."""
        self._told.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        """Yield all that is told until it ends."""
        while (event := await self._told.get()) is not None:
            yield event
