"""Calls of a run wait for a place at their provider: all together, told, and not for ever."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from swarm.errors import ModelUnavailable, Stopped
from swarm.models.model import Model, Request, likely_tokens
from swarm.models.throttle import Departure, Throttle
from swarm.recording.events import Fact, ProviderPaused
from swarm.written import lasting

TICK_S = 0.5
"""Who waits for a provider looks so often whether to go on, and for what."""
USUAL_OUTPUT = 300
"""Tokens of a reply, for limits of tokens a minute, until it has come."""


class Tell(Protocol):
    """Record one fact of the run; returns when it is as durable as it has to be."""

    def __call__(self, fact: type[Fact], /, **fields: object) -> Awaitable[None]:
        """Number and date a fact made of `fields`, and record it."""
        ...


@dataclass(slots=True)
class _Waiting:
    """Calls of a run that wait for one provider."""

    calls: int = 0
    told_until: float = 0.0
    """The end of the latest pause that was told, by the clock of the event loop."""


class Waits:
    """All waits of one run for its providers. Owned by one event loop."""

    def __init__(
        self, tell: Tell, clock: Callable[[], float], stop: asyncio.Event, patience_s: float
    ) -> None:
        """Take what waits depend on.

        Args:
            tell: records facts.
            clock: seconds since the run began.
            stop: once it is set, nobody waits any more.
            patience_s: a provider that lets nothing through for so long, or asks for a longer wait, is given up.
        """
        self._tell, self._clock, self._stop, self._patience_s = tell, clock, stop, patience_s
        self._began = clock()
        self._waiting: defaultdict[Throttle, _Waiting] = defaultdict(_Waiting)

    async def depart(self, places: AsyncExitStack, model: Model, request: Request) -> Departure:
        """Wait for a place, which is given back with `places`; tell what is waited for.

        Raises:
            Stopped: when somebody asked the run to stop.
            ModelUnavailable: when it would take too long.
        """
        throttle = model.throttle
        place = throttle.place(likely_tokens(request.chars) + USUAL_OUTPUT)
        if throttle.is_open(place.tokens):
            return await places.enter_async_context(place)
        entering = asyncio.create_task(places.enter_async_context(place))
        waiting = self._waiting[throttle]
        waiting.calls += 1
        try:
            while not (await asyncio.wait({entering}, timeout=TICK_S))[0]:
                if self._stop.is_set():
                    raise Stopped()
                await self._look(model, waiting)
            return entering.result()
        finally:
            waiting.calls -= 1
            entering.cancel()
            await asyncio.wait({entering})

    async def _look(self, model: Model, waiting: _Waiting) -> None:
        """Tell once what all calls to a provider wait for."""
        self.check_patience(model)
        pause = model.throttle.holdup()
        if pause and pause.until > waiting.told_until + TICK_S:
            waiting.told_until = pause.until
            await self._tell(
                ProviderPaused,
                model=model.name,
                because=pause.because,
                wait_s=pause.left_s,
                waiting=waiting.calls,
            )

    def check_patience(self, model: Model, error: ModelUnavailable | None = None) -> None:
        """Give a provider up that has let nothing through for too long, or says that it will not.

        Raises:
            ModelUnavailable: then.
        """
        pause = model.throttle.holdup()
        stuck_s = min(model.throttle.stuck_s(), self._clock() - self._began)
        if pause and pause.left_s > self._patience_s:
            why = f"{pause.because}, and a run waits for {lasting(self._patience_s)} at most"
        elif stuck_s >= self._patience_s:
            why = f"no call has come through for {lasting(stuck_s)}" + (f" ({error})" if error else "")
        else:
            return
        text = f"{model.name}: {why}; resume the run when it may be asked again"
        raise ModelUnavailable("rate_limit", text)
