"""A team answers as a model does: the mission is the last message, the reply the deliverable.

Every request is a run like any other: a recipe, a process that performs it, a journal, a place in the history.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from swarm.config import Settings
from swarm.engine.compose import NO_JUDGE, compose
from swarm.engine.launch import launch, stop
from swarm.engine.run import new_run_id
from swarm.engine.wish import Wish
from swarm.errors import BadInput, BadMission, SwarmError, UnknownName
from swarm.history.store import History
from swarm.limits import Limits
from swarm.mission import MAX_MISSION_BYTES, Mission, mission_from_text
from swarm.models.catalogue import card_of
from swarm.protocols import PROTOCOLS, find_protocol
from swarm.recording.events import Event, RunFinished, TurnTaken
from swarm.recording.journal import is_written_to, journal_of
from swarm.recording.journal_lines import read_journal
from swarm.serve.wire import Ask, Refused
from swarm.spec import Pace, RunSpec
from swarm.team import check_agents
from swarm.turn import Turn

MOST_RUNS = 4
"""Runs at a time, those included that are being stopped."""
FULL_WAIT_S = 10.0
"""The wait before one asks again, if there are that many."""
POLL_S = 0.05
SILENCE_S = 1.0
"""After this long without an event it is seen to whether anybody performs the run at all."""
MAX_VALUE_CHARS = 2_000
"""The most that a mission's file allows."""

PREFIX = "roleless/"
_NAME = re.compile(r"roleless/(?P<protocol>[^@]+)-(?P<agents>[0-9]{1,9})@(?P<model>\S+)")
_FORM = "roleless/<protocol>-<agents>@<model>, such as roleless/sequential-8@sim/strong"


@dataclass
class Run:
    """A run that is performed for somebody who waits for it."""

    run_id: str
    spec: RunSpec
    settings: Settings
    over: bool = False
    """Whether its last event was read."""
    left: bool = False
    """Whether nobody waits for it any more."""
    idle: Turn | None = None
    """The latest turn that was taken and contributed nothing."""

    def begin(self) -> None:
        """Start the process that performs it; returns once its first event is kept.

        Raises:
            SwarmError: it did not start.
        """
        launch(self.spec, self.settings, self.run_id)
        if self.left:
            self.leave()

    def leave(self) -> None:
        """Nobody waits for it any more: what is not done by now, nobody is to pay for."""
        self.left = True
        if not self.over:
            with suppress(BadInput):
                stop(self.run_id, self.settings)

    async def events(self) -> AsyncGenerator[Event | None, None]:
        """Its events as they are kept, to the last one; None now and then while there are none.

        Raises:
            Refused: it was interrupted.
        """
        path, position, silent_s = journal_of(self.run_id, self.settings), 0, 0.0
        while not self.over:
            # Asked before reading: what its performer wrote before it ended is read then.
            dead = silent_s >= SILENCE_S and not await asyncio.to_thread(is_written_to, path)
            reading = read_journal(path, position)
            for event in reading.events:
                self.over = isinstance(event, RunFinished)
                if isinstance(event, TurnTaken) and not event.turn.audible:
                    self.idle = event.turn
                yield event
            if dead and not self.over:
                raise Refused(500, f"run {self.run_id} was interrupted", "run_interrupted", headers=ONCE)
            silent_s = 0.0 if reading.events or silent_s >= SILENCE_S else silent_s + POLL_S
            position = reading.position
            yield None
            await asyncio.sleep(0 if self.over else POLL_S)


ONCE = {"x-should-retry": "false"}
"""For OpenAI's clients, which repeat what failed by themselves; here each time would be a run that is paid for."""


@dataclass
class Teams:
    """The teams that can be asked, and the runs that are performed for those who asked. Owned by one event loop."""

    settings: Settings
    limits: Limits = field(default_factory=Limits)
    """Of each run."""
    pace: Pace = "instant"
    _runs: int = 0
    _ending: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def usual(self) -> list[str]:
        """Names of teams to choose from; many others can be asked as well."""
        return [f"{PREFIX}{protocol}-8@sim/strong" for protocol in PROTOCOLS]

    async def check(self, name: str) -> None:
        """Make sure that a team can be asked by this name.

        Raises:
            Refused: it cannot, with the reason.
        """
        await asyncio.to_thread(self._named, name)

    async def start(self, ask: Ask) -> Run:
        """Begin the run that a request asks for. Whoever gets it has to `end` it.

        Raises:
            Refused: it cannot be, with the reason.
        """
        if self._runs >= MOST_RUNS:
            raise _full()
        self._runs += 1
        try:
            # Another thread, because models that are not listed are looked up in LiteLLM, which takes seconds.
            spec = await asyncio.to_thread(self._compose, ask)
        except BaseException:
            self._runs -= 1
            raise
        run = Run(new_run_id(), spec, self.settings)
        try:
            await asyncio.to_thread(run.begin)
        except BaseException as error:
            self.end(run)
            if isinstance(error, SwarmError):
                raise Refused(500, str(error), "run_not_started", headers=ONCE) from error
            raise
        return run

    def end(self, run: Run) -> None:
        """Nobody waits for a run any more; its place is free as soon as its process has ended."""
        run.leave()
        ending = asyncio.get_running_loop().create_task(self._await_end(run))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _await_end(self, run: Run) -> None:
        try:
            # Only the lock of another process tells; there is nothing to wait for.
            while await asyncio.to_thread(is_written_to, journal_of(run.run_id, self.settings)):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
        finally:
            self._runs -= 1

    def _compose(self, ask: Ask) -> RunSpec:
        protocol, agents, model = self._named(ask.model)
        try:
            return compose(
                Wish(
                    _mission(ask),
                    protocol=protocol,
                    agents=agents,
                    models=(model,),
                    judge=NO_JUDGE,
                    seed=ask.seed or 0,
                    limits=self.limits,
                    pace=self.pace,
                ),
                self.settings,
                remember=History(self.settings).past_roles,
            )
        except SwarmError as error:
            raise Refused(400, str(error)) from error

    def _named(self, name: str) -> tuple[str, int, str]:
        found = _NAME.fullmatch(name)
        if found is None:
            raise Refused(404, f"unknown model {name!r}: a team is asked as {_FORM}", "model_not_found")
        protocol, agents, model = found["protocol"], int(found["agents"]), found["model"]
        try:
            find_protocol(protocol)
            check_agents(agents)
            card_of(model, self.settings)
        except UnknownName as error:
            raise Refused(404, str(error), "model_not_found") from error
        except SwarmError as error:
            raise Refused(400, str(error)) from error
        return protocol, agents, model


def _full() -> Refused:
    return Refused(
        429, f"{MOST_RUNS} runs are going on, and no more go at once: ask again", "busy", wait_s=FULL_WAIT_S
    )


def _mission(ask: Ask) -> Mission:
    """The mission of a request: its last user message; lines of its system messages are the values.

    Raises:
        BadMission: there is none, or it is too long.
    """
    messages = ask.said()
    wanted = next((message.text for message in reversed(messages) if message.role == "user"), None)
    if wanted is None:
        raise BadMission("the mission is the last message of the user, and there is none")
    if [message.role for message in messages if message.role != "system"][-1] == "assistant":
        raise BadMission(
            "the conversation ends with an assistant's message, so its mission was answered already: add one of the "
            "user, which becomes the mission"
        )
    system = "\n".join(message.text for message in messages if message.role == "system")
    values = tuple(line.strip() for line in system.splitlines() if line.strip())
    if len(system.encode()) > MAX_MISSION_BYTES or any(len(value) > MAX_VALUE_CHARS for value in values):
        raise BadMission(
            f"the system text becomes the mission's values, a line each: at most {MAX_MISSION_BYTES:,} bytes, and "
            f"{MAX_VALUE_CHARS:,} characters a line"
        )
    return replace(mission_from_text(wanted), values=values)
