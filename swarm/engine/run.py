"""A run is played: the whole story of one team on one mission, told as events.

There is one loop. The command line, the dashboard, tests and notebooks all drain `play`:

    >>> from swarm.mission import mission_from_text
    >>> from swarm.team import make_team
    >>> async def last():
    ...     spec = RunSpec(mission_from_text("Open a bakery"), make_team(["sim/strong"], 3))
    ...     return [event async for event in play(spec)][-1]
    >>> asyncio.run(last()).status
    'finished'
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from swarm import __version__
from swarm.config import read_settings
from swarm.engine.agent import dropped_out, take_turn
from swarm.engine.budget import Budget, Purse
from swarm.engine.call import Caller, RetryPolicy
from swarm.engine.judge import judge
from swarm.engine.recorder import Recorder, Teller
from swarm.engine.shock_effects import Strike
from swarm.engine.stage import Cued, drive
from swarm.errors import (
    BadInput,
    DayLimitReached,
    LimitExceeded,
    ModelUnavailable,
    RunEnded,
    Stopped,
)
from swarm.models.catalogue import open_model, price_table_version
from swarm.models.model import Model, prices_of
from swarm.prompts import render
from swarm.protocols import find_protocol
from swarm.recording.events import (
    Ending,
    Event,
    ProtocolEnded,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    TurnStarted,
    TurnTaken,
)
from swarm.recording.record import progress_of
from swarm.security.logs import bug_in_words
from swarm.spec import RunSpec
from swarm.turn import Turn, delivered, why_nothing

STOP_GRACE_S = 5.0
"""Calls in flight may go on so long after a stop: they are paid for."""


def new_run_id() -> str:
    """A unique id that sorts by time, such as "20261122-132501-7f3a9c"."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def open_models(spec: RunSpec) -> dict[str, Model]:
    """Open every model the spec names.

    Raises:
        UnknownName: for a model nobody knows.
        MissingKey: when a provider's key is not in the environment.
    """
    settings = read_settings()
    return {name: open_model(name, settings, pace=spec.pace) for name in spec.models}


async def play(
    spec: RunSpec,
    *,
    run_id: str | None = None,
    models: Mapping[str, Model] | None = None,
    record: Recorder | None = None,
    before: Sequence[Event] = (),
    stop: asyncio.Event | None = None,
    policy: RetryPolicy | None = None,
    experiment: str | None = None,
    purse: Purse | None = None,
) -> AsyncIterator[Event]:
    """Play a run, or what is missing of one.

    Args:
        spec: the recipe.
        run_id: a new one by default.
        models: by the ids that seats and judge name; opened from the catalogue by default.
        record: keeps each event before anything depends on it; by default nothing is kept.
        before: the events of the run so far, when it is resumed. What they hold is not asked again.
        stop: set by whoever wants the run to end early; calls in flight get 5 seconds.
        policy: when failed calls are made again.
        experiment: the experiment that the run belongs to, if any.
        purse: of that experiment, or of the day; no call of the run passes its limits.

    Yields:
        `RunStarted` (or `RunResumed`), then what happens, and exactly one `RunFinished`, last.

    Raises:
        BadInput: before the first event, when the spec names an unknown protocol, option or model, or the run
            to resume was begun with other prompts.
        Exception: a bug; the run is recorded as failed first.
    """
    performance = _Performance(
        spec=_in_these_words(spec, before),
        models=open_models(spec) if models is None else models,
        teller=Teller(run_id or new_run_id(), record, before),
        before=before,
        stop=stop or asyncio.Event(),
        policy=policy or RetryPolicy(),
        experiment=experiment,
        purse=purse,
    )
    async with _going_on(performance.perform()) as performing:
        async for event in performance.teller.events():
            yield event
        await performing


def _in_these_words(spec: RunSpec, before: Sequence[Event]) -> RunSpec:
    if before and spec.prompts and spec.prompts != render.version():
        raise BadInput(
            f"the run was begun with prompts {spec.prompts}, and these are {render.version()}: half of it would "
            "have been asked in other words; run it anew"
        )
    return replace(spec, prompts=spec.prompts or render.version())


@asynccontextmanager
async def _going_on(work: Coroutine[Any, Any, None]) -> AsyncGenerator[asyncio.Task[None], None]:
    """Let it go on beside; whoever leaves before it has ended ends it."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class _Performance:
    """One playing of a run: what it is made of and how far it is."""

    spec: RunSpec
    models: Mapping[str, Model]
    teller: Teller
    before: Sequence[Event]
    stop: asyncio.Event
    policy: RetryPolicy
    experiment: str | None = None
    purse: Purse | None = None

    def __post_init__(self) -> None:
        self.progress = progress_of(self.before)
        self.transcript = list(self.progress.turns.values())
        self.simulated = any(model.simulated for model in self.models.values())
        find_protocol(self.spec.protocol, self.spec.options)  # or refuse, before anything is told
        self.strike = Strike(self.spec, self.progress.struck, self.transcript, self.teller.tell)
        self.code = render.mark(self.spec, None if self.simulated else self.teller.run_id)
        self.budget = Budget(
            self.spec.limits,
            self.progress.spent,
            self.progress.calls,
            self.progress.spent_usd,
            self.purse,
            self.progress.refused,
        )
        self.caller = Caller(
            self.models,
            self.budget,
            self.teller.tell,
            self.teller.clock,
            self.progress.unfinished,
            self.policy,
            self.stop,
        )

    async def perform(self) -> None:
        """Play to the end, and tell how it ended."""
        prices = {"prices": prices_of(self.models), "price_table": price_table_version()}
        try:
            if self.before:
                await self.teller.tell(RunResumed, limits=self.spec.limits, **self.progress.repriced(prices))
            else:
                await self.teller.tell(
                    RunStarted,
                    spec=self.spec,
                    simulated=self.simulated,
                    version=__version__,
                    experiment=self.experiment,
                    **prices,
                    owner=read_settings().owner,
                )
            status, reason = await self._until_it_ends()
            await self._finish(status, reason)
        except Exception as error:
            await self._finish("failed", bug_in_words(error, read_settings().secret_values()))
            raise
        finally:
            self.teller.close()

    async def _until_it_ends(self) -> tuple[Ending, str | None]:
        limit = self.spec.limits.seconds
        left = None if limit is None else max(0.0, limit - self.teller.clock())
        try:
            async with asyncio.timeout(left) as deadline:
                await self._speak_and_judge_until(deadline)
        except RunEnded as error:
            return _ending(error)
        except ModelUnavailable as error:
            return "failed", str(error)
        except TimeoutError:
            if self.stop.is_set():
                return _ending(Stopped())
            return _ending(LimitExceeded("seconds", limit or 0.0, self.teller.clock()))
        nothing = why_nothing(self.transcript, len(self.spec.team), self._deliverable())
        return ("failed", nothing) if nothing else ("finished", None)

    async def _speak_and_judge_until(self, deadline: asyncio.Timeout) -> None:
        grace = asyncio.create_task(self._give_grace(deadline))
        try:
            await self._speak_and_judge()
        finally:
            grace.cancel()

    async def _give_grace(self, deadline: asyncio.Timeout) -> None:
        await self.stop.wait()
        end_of_grace = asyncio.get_running_loop().time() + STOP_GRACE_S
        deadline.reschedule(min(end_of_grace, deadline.when() or end_of_grace))

    async def _speak_and_judge(self) -> None:
        async for _turn in drive(self.spec, self.strike.around, self._turn_of):
            pass
        if not self.progress.protocol_ended:
            await self.teller.tell(ProtocolEnded)
        if self.spec.judge and self.progress.verdict is None:
            if self.stop.is_set():
                raise Stopped()
            verdict = await judge(self.caller, self.spec.judge, self.spec, self._deliverable())
            await self.teller.tell(RunJudged, verdict=verdict)

    async def _turn_of(self, cued: Cued) -> Turn:
        """One seat speaks, or is remembered to have spoken."""
        turn = cued.recorded_in(self.progress.turns)
        if turn is None:
            if self.stop.is_set():
                raise Stopped()
            await self.teller.tell(
                TurnStarted,
                index=cued.index,
                seat=cued.seat.number,
                round=cued.cue.round,
                cue=cued.cue.kind,
                role=cued.cue.role,
                heard=cued.heard_keys,
            )
            if cued.gone:
                turn = dropped_out(cued)
            else:
                turn = await take_turn(self.caller, self.spec, self.code, cued)
            await self.teller.tell(TurnTaken, turn=turn)
            self.transcript.append(turn)
        return turn

    def _deliverable(self) -> str:
        return delivered(self.transcript, self.spec.deliverable, self.strike.gone)

    async def _finish(self, status: Ending, reason: str | None) -> None:
        await self.teller.tell(
            RunFinished,
            status=status,
            reason=reason,
            deliverable=self._deliverable(),
            spent=self.budget.spent,
            calls=self.budget.calls,
        )


def _ending(error: BaseException) -> tuple[Ending, str]:
    # What a day's limit stopped can go on as it is on another one.
    stopped: dict[type[BaseException], Ending] = {Stopped: "stopped", DayLimitReached: "stopped"}
    ending: Ending = "limited" if isinstance(error, LimitExceeded) else "failed"
    return stopped.get(type(error), ending), str(error)


__all__ = ["RunSpec", "new_run_id", "open_models", "play"]
