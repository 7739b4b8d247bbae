"""A model is called: reserve, record, ask, retry, read, ask once more, settle.

The one retry loop of Roleless. Models ask once; agents and judges only say what they want to know.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from swarm.engine.budget import Budget
from swarm.engine.waits import Tell, Waits
from swarm.errors import MalformedReply, ModelUnavailable, Stopped
from swarm.faultpoint import reached
from swarm.models.model import Model, Request, whole_characters
from swarm.prompts.render import ask_again, ask_shorter
from swarm.recording.events import CallEnded, CallStarted
from swarm.reply.answer import Answer
from swarm.reply.read import Read, read_reply
from swarm.turn import Call, Usage

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of times a failed call is made again, and the waits before."""

    attempts: int = 3
    first_wait_s: float = 1.0
    """Doubled with each attempt, with jitter; a provider's Retry-After counts instead."""
    longest_wait_s: float = 60.0
    """A provider that wants a longer wait is not waited for."""
    patience_s: float = 600.0
    """A provider that refuses is waited for, by all together, as long as a call comes through so often."""
    failed_turns: int = 3
    """A model that fails this many turns in a row, with no success between, is given up and the run ends."""

    def wait_s(self, attempt: int, error: ModelUnavailable) -> float | None:
        """Seconds to wait after `attempt` (from 1) failed; None when it should not be repeated."""
        # A request whose outcome is unknown may have been billed: it is sent again once only.
        attempts = min(self.attempts, 2) if error.billed == "unknown" else self.attempts
        if not error.retryable or attempt >= attempts:
            return None
        if error.retry_after_s is not None:
            wait = error.retry_after_s * random.uniform(1.0, 1.1)
        else:
            wait = self.first_wait_s * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
        return wait if wait <= self.longest_wait_s else None


@dataclass(frozen=True, slots=True)
class Asked(Generic[A]):
    """An answer, or the reason why there is none."""

    calls: tuple[Call, ...]
    answer: A | None = None
    notes: tuple[str, ...] = ()
    unreadable: str | None = None
    """The reason why the second reply could not be read either."""
    failed: str | None = None
    """The reason why the model gave no reply."""


class Caller:
    """Makes all calls of one run. Owned by one event loop."""

    def __init__(
        self,
        models: Mapping[str, Model],
        budget: Budget,
        tell: Tell,
        clock: Callable[[], float],
        stored: Mapping[int | None, Sequence[Call]],
        policy: RetryPolicy,
        stop: asyncio.Event,
    ) -> None:
        """Take what a run needs for its calls.

        Args:
            models: by the ids that seats and judge name.
            budget: of the run.
            tell: records facts.
            clock: seconds since the run began.
            stored: calls made before the run was interrupted, by turn index (None: the judge's).
            policy: when to ask again.
            stop: once it is set, no further request leaves.
        """
        self._models = models
        self._budget = budget
        self._tell = tell
        self._clock = clock
        self._stored = stored
        self._policy = policy
        self._stop = stop
        self._waits = Waits(tell, clock, stop, policy.patience_s)
        self._failed_turns: Counter[str] = Counter()
        self._given_up: dict[str, ModelUnavailable] = {}

    async def ask_for(self, model: str, request: Request, shape: type[A], index: int | None) -> Asked[A]:
        """Ask until there is an answer of the wanted shape: retries after failures, one re-ask if unreadable.

        Raises:
            LimitExceeded: when a call could pass a limit of the run.
            Stopped: when somebody asked the run to stop.
            ModelUnavailable: when no call to this model can succeed any more.
        """
        calls = list(self._stored.get(index, ()))
        first = next((call for call in reversed(calls) if call.reply is not None), None)
        remembered = first is not None
        if first is None:
            first = await self._ask(self._models[model], request, calls, index)
        read = _read(first, shape)
        if not isinstance(read, str):
            return Asked(tuple(calls), read.answer, (*first.remarks, *read.repairs))
        if first.reply is None:
            return Asked(tuple(calls), failed=read)
        if not remembered:
            await self._tell(CallEnded, index=index, outcome=first, because=read)
        if first.finish == "length":
            messages = ask_shorter(request.messages, request.max_tokens)
        else:
            messages = ask_again(request.messages, first.reply, read)
        again = replace(request, messages=messages)
        return await self._ask_again(model, again, shape, calls, index, note=f"asked again: {read}")

    async def _ask_again(
        self, model: str, request: Request, shape: type[A], calls: list[Call], index: int | None, note: str
    ) -> Asked[A]:
        """The one re-ask after an unreadable reply."""
        reply = await self._ask(self._models[model], request, calls, index)
        read = _read(reply, shape)
        if not isinstance(read, str):
            return Asked(tuple(calls), read.answer, (note, *reply.remarks, *read.repairs))
        if reply.reply is None:
            return Asked(tuple(calls), failed=read, notes=(note,))
        return Asked(tuple(calls), unreadable=read, notes=(note,))

    async def _ask(self, model: Model, request: Request, calls: list[Call], index: int | None) -> Call:
        """Call with retries; every attempt is added to `calls`. Returns the last one."""
        attempt = 0
        while True:
            outcome, error = await self._call(model, request)
            calls.append(outcome)
            if error is None:
                self._failed_turns[model.name] = 0
                return outcome
            if error.adapts:
                # No attempt, and nobody's failure: the next request is another one.
                await self._tell(CallEnded, index=index, outcome=outcome, because=str(error))
                continue
            if error.waited_for:
                # No attempt: it is told, and a place is waited for again, behind the others.
                await self._tell(CallEnded, index=index, outcome=outcome, because=str(error))
                self._waits.check_patience(model, error)
                continue
            attempt += 1
            wait_s = self._policy.wait_s(attempt, error)
            gives_up = wait_s is None and self._gives_up(model, error)
            if wait_s is None and not gives_up:
                return outcome
            await self._tell(CallEnded, index=index, outcome=outcome, because=str(error))
            if gives_up:
                raise error
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait_s)

    async def _call(self, model: Model, request: Request) -> tuple[Call, ModelUnavailable | None]:
        """One attempt: wait for a place, set the money aside, ask, settle."""
        queued = self._clock()
        async with AsyncExitStack() as places:
            departure = await self._waits.depart(places, model, request)
            if model.name in self._given_up:
                raise self._given_up[model.name]
            reservation = await self._budget.reserve(model.most(request))
            # Places and money may have been waited for, and somebody may have asked to stop meanwhile.
            if self._stop.is_set():
                await self._budget.give_back(reservation)
                raise Stopped()
            call, error = await self._exchange(model, request, reservation, self._budget.calls, queued)
            if error is None:
                model.throttle.passed(departure, call.usage.tokens)
            elif error.waited_for:
                self._budget.uncount()
                model.throttle.refused(departure, error, self._policy.first_wait_s)
            return call, error

    async def _exchange(
        self, model: Model, request: Request, most: Usage, number: int, queued: float
    ) -> tuple[Call, ModelUnavailable | None]:
        """One request, for which `most` is set aside and, whatever happens, settled."""
        used = Usage()
        started = self._clock()
        try:
            if not model.simulated:
                await self._tell(CallStarted, number=number, model=model.name, reserved=most)
                used = replace(most, estimated=True)
            reply = await model.complete(request)
            reached("replied")
            used = reply.usage
            return Call(
                number,
                model.name,
                reply=whole_characters(reply.text),
                finish=reply.finish and whole_characters(reply.finish),
                usage=used,
                started_s=started,
                ended_s=self._clock(),
                waited_s=started - queued,
                served_by=reply.served_by and whole_characters(reply.served_by),
                remarks=reply.remarks,
            ), None
        except ModelUnavailable as error:
            used = error.used or (Usage() if error.billed == "no" else used)
            said = whole_characters(str(error))
            call = Call(number, model.name, error=said, usage=used, started_s=started, ended_s=self._clock())
            return replace(call, waited_s=started - queued, failure=error.kind), error
        finally:
            await self._budget.settle(most, used)

    def _gives_up(self, model: Model, error: ModelUnavailable) -> bool:
        self._failed_turns[model.name] += 1
        hopeless = error.fatal or self._failed_turns[model.name] >= self._policy.failed_turns
        if hopeless:
            self._given_up[model.name] = error
        return hopeless


def _read(call: Call, shape: type[A]) -> Read[A] | str:
    """The answer in a call's reply, or the reason why there is none."""
    if call.reply is None:
        return call.error or "no reply"
    try:
        return read_reply(call.reply, finish=call.finish, shape=shape)
    except MalformedReply as error:
        return str(error)
