"""A real HTTP server on loopback that answers as simulated minds do, and remembers what it was asked."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from swarm.config import read_settings
from swarm.models.catalogue import open_model
from swarm.models.model import Completion, Model, Request
from swarm.serve import make_app
from tests.patience import PATIENCE_S


@dataclass
class Witness:
    """A simulated model that notes every request, and answers late if told so."""

    inner: Model
    delay_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    """The last lines of each request's last message, in order of arrival."""

    @property
    def name(self):
        return self.inner.name

    @property
    def simulated(self):
        return True

    @property
    def price(self):
        return self.inner.price

    @property
    def throttle(self):
        return self.inner.throttle

    def most(self, request: Request):
        return self.inner.most(request)

    async def complete(self, request: Request) -> Completion:
        self.asked.append(request.messages[-1].text.rpartition("\n---\n")[2])
        await asyncio.sleep(self.delay_s)
        return await self.inner.complete(request)

    def asked_of(self, seat: int) -> int:
        """How often the agent on a seat was asked."""
        return sum(lines.startswith(f"You are agent {seat} ") for lines in self.asked)


@contextmanager
def provider(delay_s: float = 0.0, serves: str = "sim/strong") -> Iterator[tuple[Witness, dict[str, str]]]:
    """Serve a strong mind by that name; yields the witness and the environment that points OpenAI clients here."""
    witness = Witness(open_model("sim/strong", read_settings(), pace="instant"), delay_s)
    with serving({serves: witness}) as environment:
        yield witness, environment


@contextmanager
def serving(models: Mapping[str, Model]) -> Iterator[dict[str, str]]:
    """Serve models by these names; yields the environment that points OpenAI clients here."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = make_app(models)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_until(lambda: server.started)
    try:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        yield {"OPENAI_API_BASE": base, "OPENAI_API_KEY": "sk-canary-5f2c9e71d0a84b36"}
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def wait_until(condition, deadline_s: float = PATIENCE_S) -> None:
    """Poll until something holds; fails the test at the deadline."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "the deadline passed"
        time.sleep(0.01)
