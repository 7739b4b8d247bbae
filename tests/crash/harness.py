"""Runs that are killed and resumed: the stage on which that happens, and what can be seen of a run.

A loopback provider answers as simulated minds do, the same whenever it is asked the same, and keeps a log of what it
was asked. All trials play the same run under the same id, each in a folder of its own, so an unbroken one tells how
each must end.
"""

import hashlib
import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvicorn

from swarm.config import Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.wish import Wish
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from swarm.models.catalogue import open_model
from swarm.models.model import Completion, Request
from swarm.recording.events import CallEnded, CallStarted, Event, RunFinished, RunJudged, TurnTaken
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord, record_of
from swarm.serve import make_app
from swarm.spec import SPEC
from swarm.turn import Call
from tests.provider import Witness, wait_until
from tests.warm import Zygote, zygote

RUN = "20261125-120000-crash1"
AGENTS = 4
UNREADABLE = 3
"""The agent whose first reply cannot be read, so that it is kept without a turn, and asked for another one."""


@dataclass
class Log(Witness):
    """A simulated model that keeps what it was asked, by a hash of all of it, and what it answered."""

    hits: Counter[str] = field(default_factory=Counter)
    replies: dict[str, str] = field(default_factory=dict)

    async def complete(self, request: Request) -> Completion:
        told = json.dumps([[message.role, message.text] for message in request.messages])
        asked = hashlib.sha256(f"{told} {request.seed}".encode()).hexdigest()
        self.hits[asked] += 1
        completion = await super().complete(request)
        if request.messages[-1].text.rpartition("\n---\n")[2].startswith(f"You are agent {UNREADABLE} "):
            completion = replace(completion, text="I would rather say it in my own words.")
        # Agents may say the same; spaces behind it, which mean nothing, tell what each was asked.
        text = self.replies.setdefault(asked, completion.text + " " * len(self.replies))
        return replace(completion, text=text)

    def asked_for(self, reply: str) -> int:
        """How often it was asked what it answers with this reply."""
        [asked] = [asked for asked, text in self.replies.items() if text == reply]
        return self.hits[asked]

    def forget(self) -> None:
        self.hits.clear()
        self.replies.clear()


@dataclass
class Stage:
    """Everything a trial needs."""

    zygote: Zygote
    log: Log
    environment: dict[str, str]
    folder: Path
    protocol: str = "sequential"
    trials: int = 0

    def start(self, *arguments: str, environment: dict[str, str], folder: Path, given: str = "") -> int:
        """Start a command line whose words go to one file of the folder; returns its process id."""
        piped, words = folder / "stdin", folder / "said"
        piped.write_text(given)
        return self.zygote.start(*arguments, environment=environment, given=piped, output=words, errors=words)

    def trial(self) -> "Trial":
        """A fresh folder, and a log of its own."""
        self.trials += 1
        self.log.forget()
        return Trial(self, self.folder / f"{self.protocol}-{self.trials}")


@dataclass
class Trial:
    """One run, killed or not."""

    stage: Stage
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()

    @property
    def journal(self) -> Path:
        return self.folder / "journal" / f"{RUN}.jsonl"

    def environment(self, fault: str = "") -> dict[str, str]:
        return {**self.stage.environment, "ROLELESS_DATA": str(self.folder), "ROLELESS_FAULT": fault}

    def settings(self) -> Settings:
        return read_settings(self.environment())

    def begin(self, fault: str = "") -> int:
        """Start the run; returns its process id."""
        environment, settings = self.environment(fault), self.settings()
        mission = find_mission(load_library(settings.mission_folders), "api-security-review")
        spec = compose(
            Wish(
                mission,
                protocol=self.stage.protocol,
                agents=AGENTS,
                models=("openai/sim/strong",),
                judge="openai/sim/strong",
                seed=7,
            ),
            settings,
        )
        given = SPEC.dump_json(spec).decode()
        return self.stage.start("perform", RUN, environment=environment, folder=self.folder, given=given)

    def resume(self, fault: str = "") -> int:
        """Take it up again, if anything is left; returns the process id, or 0."""
        environment = self.environment(fault)
        if self.finished():
            return 0
        return self.stage.start(
            "perform", RUN, "--resume", environment=environment, folder=self.folder, given="null"
        )

    def kill_after(self, pid: int, seconds: float) -> bool:
        """Kill it at that time; says whether it still lived."""
        time.sleep(seconds)  # the moment of the kill is what is tried
        os.kill(pid, signal.SIGKILL)
        ended = self.stage.zygote.wait(pid)
        assert ended in (0, -signal.SIGKILL), (self.folder / "said").read_text()
        return ended != 0

    def go_on(self) -> int:
        """Start it if nothing of it was kept, else take it up again; returns the process id, or 0."""
        return self.resume() if self.events() else self.begin()

    def events(self) -> list[Event]:
        return list(read_journal(self.journal).events) if self.journal.exists() else []

    def finished(self) -> bool:
        """Whether it came to its end; one that was stopped in order has not."""
        return any(isinstance(event, RunFinished) and event.status == "finished" for event in self.events())

    def stored(self) -> dict[int, str]:
        """Turns that are in the journal, by their place, as hashes."""
        return {
            event.turn.index: digest(event.turn) for event in self.events() if isinstance(event, TurnTaken)
        }

    def outcomes(self) -> dict[int, Call]:
        """Calls whose outcome was kept, by number."""
        return {call.number: call for event in self.events() for call in _calls(event)}

    def replies(self) -> set[str]:
        """Replies that were kept."""
        return {call.reply for call in self.outcomes().values() if call.reply is not None}

    def lost(self) -> int:
        """Calls that were in flight when a process died: announced, and nobody knows what became of them."""
        started = {event.number for event in self.events() if isinstance(event, CallStarted)}
        return len(started - self.outcomes().keys())

    def record(self) -> RunRecord:
        return record_of(self.events())

    def asked_again(self) -> int:
        """Requests that the provider saw more than once, each time it did."""
        return sum(times - 1 for times in self.stage.log.hits.values())

    def kept_in_history(self) -> RunRecord:
        """What the history says of it, which is to be the same."""
        return History(self.settings()).run(RUN)


def _calls(event: Event) -> Sequence[Call]:
    if isinstance(event, TurnTaken):
        return event.turn.calls
    if isinstance(event, RunJudged):
        return event.verdict.calls
    return (event.outcome,) if isinstance(event, CallEnded) else ()


def digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


@contextmanager
def staged(folder: Path, protocol: str = "sequential", delay_s: float = 0.01) -> Iterator[Stage]:
    """A provider, while the context lasts."""
    log = Log(open_model("sim/strong", read_settings(), pace="instant"), delay_s)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = make_app({"sim/strong": log})
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_until(lambda: server.started)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    environment = {**os.environ, "OPENAI_API_BASE": base, "OPENAI_API_KEY": "sk-canary-5f2c9e71d0a84b36"}
    try:
        yield Stage(zygote(), log, environment, folder, protocol)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
