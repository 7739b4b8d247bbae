"""An event loop whose time passes only while everybody sleeps, and then at once: hours take no time, and are exact."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch

from swarm.engine.run import play
from swarm.models.model import Completion, Request
from swarm.models.scripted import Reply, ScriptedModel
from swarm.recording.events import Event
from swarm.spec import RunSpec
from tests.staging import Listener, act, speaker, stage

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


class Played(NamedTuple):
    """What can be seen of a run."""

    events: list[Event]
    asked: list[tuple[str, Request]]
    """Models and what they were asked, in the order in which they were."""
    slept_s: float

    def team(self) -> list[Request]:
        """What agents were asked."""
        return [request for _, request in self.asked if speaker(request)]

    def judge(self) -> Request:
        """What the judge was asked."""
        [judging] = [request for _, request in self.asked if not speaker(request)]
        return judging


class Asked(Listener):
    """A model whose requests are kept together with those of the others."""

    def __init__(self, model: Any, asked: list[tuple[str, Request]]) -> None:
        super().__init__(model)
        self.asked = asked

    async def complete(self, request: Request) -> Completion:
        """Keep it, and ask."""
        self.asked.append((self.name, request))
        return await super().complete(request)


def play_through(spec: RunSpec, reply: Callable[[Request], Reply] = act, **how: Any) -> Played:
    """Play a run of scripted models in a time that passes at once."""
    asked: list[tuple[str, Request]] = []
    cast = {"team": ScriptedModel("team", reply, delay_s=8.0), "other": ScriptedModel("other", reply)}
    models = {name: Asked(model, asked) for name, model in (stage() | cast).items()}

    async def drain() -> list[Event]:
        return [event async for event in play(spec, run_id="r1", models=models, **how)]

    return Played(*(lambda told: (told[0], asked, told[1]))(slept_through(drain())))
