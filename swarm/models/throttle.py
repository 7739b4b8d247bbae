"""Calls are let through to a provider as fast as it takes them: places in flight, a pace, and common pauses.

A refusal (HTTP 429, 529, 503) says that a limit was reached, so it holds for all who ask that provider. They wait in
one queue, in the order of coming. What the provider states of its limits is heeded; what it does not state is
learned: when it refuses, its allowance is used up, so what it took between two refusals is what it takes in that time.
"""

import asyncio
import random
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from types import TracebackType
from typing import Self

from swarm.errors import ModelUnavailable
from swarm.models.allowance import Bucket, Holdup, Minute, ProviderLimits, Stated
from swarm.models.local_queue import FIRST_IN_FLIGHT, Deadlines, Trial
from swarm.written import lasting

FIRST_GAP_S = 0.02
"""Between the first calls to a provider, so that one that refuses is not asked by all before it has said so."""
CAREFUL_GAP_S = 0.1
"""After a first refusal, as long as the provider's pace is not known."""
LEAST_GAP_S = 0.005
LONGEST_GAP_S = 20.0
LONGEST_PAUSE_S = 60.0
"""When it does not say how long it wants to be left alone."""
LOADING_S = 5.0
"""The longest wait between two looks at a server that loads its model and does not say how long it will."""
FORGOTTEN_S = 120.0
"""A pace that was learned is forgotten when nothing was sent for so long."""
REMEMBERED = 4_096
"""Calls whose departure is remembered."""
_AT_ONCE_S = 1e-6


class Departure:
    """A place among the calls in flight. Use as a context manager: entering waits for it."""

    __slots__ = ("_throttle", "at", "tokens")

    def __init__(self, throttle: "Throttle", tokens: int) -> None:
        self._throttle = throttle
        self.tokens = tokens
        """The tokens that the call is expected to take."""
        self.at = 0.0
        """When it was let through, by the clock of the event loop."""

    async def __aenter__(self) -> Self:
        await self._throttle.enter(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._throttle.leave()


class Throttle:
    """The state of one provider. Owned by one event loop."""

    def __init__(
        self, name: str, limits: ProviderLimits | None = None, *, most: float = inf, here: bool = False
    ) -> None:
        """Open it.

        Args:
            name: of the provider, as people know it.
            limits: what a person said that it allows.
            most: places in flight, unless `limits` says so; infinite where nobody need be held back at all.
            here: whether it is a server on this machine, whose places are found out by trying twice as many.
        """
        limits = limits or ProviderLimits()
        self.name = name
        self.limits = limits
        self.most: float = limits.max_in_flight or most
        self._trial = Trial() if here and limits.max_in_flight is None else None
        self.places: float = min(self.most, FIRST_IN_FLIGHT) if self._trial else self.most
        self._least_gap_s, self.gap_s = (0.0, 0.0) if most == inf else (LEAST_GAP_S, FIRST_GAP_S)
        self.in_flight = 0
        self.waiting = 0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._pause = Holdup("", 0.0, 0.0)
        self._stated: dict[str, Bucket] = {}
        self._heeded_at = 0.0
        self._minutes = [Minute(each) for each in (limits.requests_per_minute, limits.tokens_per_minute)]
        self._left_at = -inf
        self._known_since = -inf
        """When the latest refusal was heard of: calls that left before could not know."""
        self._used_up_at: float | None = None
        """When a call left that found the allowance used up; None when nobody had to wait since."""
        self._left: deque[float] = deque(maxlen=REMEMBERED)
        """When the latest calls left that were not refused, as far as is known."""
        self._refused_at: float = inf
        """Calls in flight when one was refused."""
        self._learned = False
        self._burst = self._saved_up = 0
        """Calls that it took before it first refused one, and those that it takes at once after a pause."""
        self._in_a_row = 0
        self._good = 0
        self._stuck_since: float | None = None
        self.deadlines = Deadlines() if here else None
        """Of the calls to a server on this machine; None for others."""

    # Who wants to leave.

    def place(self, tokens: int = 0) -> Departure:
        """A place for a call that is expected to take so many tokens."""
        return Departure(self, tokens)

    def is_open(self, tokens: int = 0) -> bool:
        """Tell whether a call could leave at once."""
        return not self.waiting and self._wait_s(tokens) <= 0

    async def enter(self, departure: Departure) -> None:
        """Return when the call may leave; first come, first served."""
        if self.is_open(departure.tokens):
            # Who did not have to wait tells nothing about what the provider takes.
            self._used_up_at = None
            return self._leaves(departure)
        if not self.waiting:
            # They belong to the event loop in which somebody first waited.
            self._turn, self._changed = asyncio.Lock(), asyncio.Event()
        self.waiting += 1
        try:
            async with self._turn:
                while (wait_s := self._wait_s(departure.tokens)) > 0:
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(None if wait_s == inf else wait_s):
                            await self._changed.wait()
                self._leaves(departure)
        finally:
            self.waiting -= 1

    def leave(self) -> None:
        """A call ended, however it did: its place is free."""
        self.in_flight -= 1
        self._changed.set()

    def holdup(self) -> Holdup | None:
        """What keeps all calls waiting now, other than those in flight; None when nothing does."""
        now = _now()
        if self._pause.until > now:
            return Holdup(self._pause.because, self._pause.until, self._pause.until - now)
        for minute, what in zip(self._minutes, ("requests", "tokens"), strict=True):
            if (left_s := minute.wait_s(1, now)) > 0:
                return Holdup(
                    f"the limit of {minute.most:,} {what} a minute is reached", now + left_s, left_s
                )
        if (left_s := self._stated_s(now)) > 0:
            words = f"{self.name} says that its limit is reached for {lasting(left_s)}"
            return Holdup(words, now + left_s, left_s)
        return None

    def _stated_s(self, now: float) -> float:
        return max((bucket.wait_s(1, now) for bucket in self._stated.values()), default=0.0)

    def stuck_s(self) -> float:
        """Seconds since the first refusal after which no call has come through; 0.0 when the latest did."""
        return 0.0 if self._stuck_since is None else _now() - self._stuck_since

    def _wait_s(self, tokens: int) -> float:
        if self.in_flight + 1 > max(1.0, self.places):
            return inf
        now = _now()
        wait_s = max(self._pause.until, self._left_at + self._gap_now_s) - now
        amounts = 1, max(1, tokens)
        for minute, amount in zip(self._minutes, amounts, strict=True):
            wait_s = max(wait_s, minute.wait_s(amount, now))
        for what, bucket in self._stated.items():
            wait_s = max(wait_s, bucket.wait_s(amounts[what != "requests"], now))
        return wait_s if wait_s > _AT_ONCE_S else 0.0

    @property
    def _gap_now_s(self) -> float:
        return min(FIRST_GAP_S, self.gap_s) if self._saved_up else self.gap_s

    def _leaves(self, departure: Departure) -> None:
        now = _now()
        if now - self._left_at > FORGOTTEN_S and self._learned:
            self._learned, self.gap_s = False, FIRST_GAP_S
        departure.at = self._left_at = now
        self.in_flight += 1
        self._saved_up = max(0, self._saved_up - 1)
        self._left.append(now)
        for minute, amount in zip(self._minutes, (1, departure.tokens), strict=True):
            minute.take(amount, now)
        for what, bucket in self._stated.items():
            bucket.take(1 if what == "requests" else departure.tokens, now)

    # What the provider did.

    def passed(self, departure: Departure, tokens: int) -> None:
        """A call came through, and took so many tokens: a little more may be in flight, a little faster."""
        self._minutes[1].correct(departure.tokens, tokens)
        self._in_a_row, self._stuck_since = 0, None
        self._good += 1
        # Slowly at first, so that what was learned is not lost at once; faster the longer it goes well.
        self.gap_s = max(self._least_gap_s, self.gap_s * max(0.5, 1.0 - 0.01 * self._good))
        if self._trial:
            self._try(self._trial)
        else:
            more = 1.0 if self.places + 1 < self._refused_at else 1.0 / max(1.0, self.places)
            self.places = min(self.most, self.places + more)
        self._changed.set()

    def _try(self, trial: Trial) -> None:
        times = trial.verdict(self.places, _now(), full=self.waiting > 0)
        self.places = min(self.most, max(1.0, times * self.places))
        if times < 1:
            self._trial, self.most = None, self.places

    def refused(self, departure: Departure, error: ModelUnavailable, first_wait_s: float = 1.0) -> None:
        """A call was refused for now: everybody waits, and then fewer are in flight, at the pace that was learned.

        Args:
            departure: of the call.
            error: says why, and how long the provider asks to wait.
            first_wait_s: to wait where nothing is known, doubled as long as no call comes through.
        """
        now = _now()
        if departure.at > self._known_since:
            self._known_since = now
            self._slow_down(departure, error)
        if departure.at in self._left:
            self._left.remove(departure.at)
        if self._stuck_since is None:
            self._stuck_since = now
        pause = self._pause_after(error, first_wait_s)
        if pause.until > self._pause.until:
            self._pause = pause
            # Where nothing was learned, the first ones after the pause find out for the others.
            self.gap_s = (
                self.gap_s if self._learned else max(self.gap_s, min(CAREFUL_GAP_S, pause.left_s / 5))
            )
            self._left_at = min(self._left_at, pause.until - self.gap_s)
            self._saved_up = (
                min(self._burst, int(pause.left_s / max(_AT_ONCE_S, self.gap_s))) if self._learned else 0
            )

    def heed(self, stated: Mapping[str, Stated], sent_at: float) -> None:
        """Take in what the reply to a call that was sent then states of the provider's limits."""
        if sent_at < self._heeded_at:
            return
        self._heeded_at = sent_at
        later = sum(at > sent_at for at in self._left)
        for what, each in stated.items():
            amount = later if what == "requests" else 0
            self._stated[what] = Bucket(each, _now(), amount, self._stated.get(what))

    def _slow_down(self, departure: Departure, error: ModelUnavailable) -> None:
        self._in_a_row += 1
        self._good = 0
        self._trial = None
        if self._refused_at == inf:
            self._burst = sum(at < departure.at for at in self._left)
        self._refused_at = min(self.places, self.in_flight)
        self.places = max(1.0, self._refused_at / 2)
        since = self._used_up_at
        taken = 0 if since is None else sum(since < at < departure.at for at in self._left)
        if since is not None and taken:
            # Who has too much to do refuses now and then, whatever the pace: half a call for the one refused.
            taken += 0.0 if error.kind == "rate_limit" else 0.5
            found_s = min(LONGEST_GAP_S, (departure.at - since) / taken)
            # Without a word on when to come back, what was found has waits in it that were too long.
            guessed = error.retry_after_s is None and self._learned and self.gap_s < found_s
            self.gap_s = (self.gap_s + found_s) / 2 if guessed else found_s
            self._learned = True
        if since is None or taken:
            self._used_up_at = departure.at
        if self._in_a_row > 1:
            # It was waited for as stated, and still refused: what is stated comes all at once, in the end.
            for bucket in self._stated.values():
                bucket.in_steps = True

    def _pause_after(self, error: ModelUnavailable, first_wait_s: float) -> Holdup:
        now = _now()
        doubled = 2.0 ** min(10, max(0, self._in_a_row - 1))
        own_s = min(LONGEST_PAUSE_S, (self.gap_s if self._learned else first_wait_s / 4) * doubled)
        said_s = error.retry_after_s
        if said_s is None:
            said_s = self._stated_s(now) or None
        if error.kind == "loading":
            wait_s = min(LOADING_S, own_s) if said_s is None else min(LONGEST_PAUSE_S, max(said_s, own_s))
            return Holdup(f"{self.name} is loading the model", now + wait_s, wait_s)
        if said_s is None:
            return Holdup(f"{self.name} refuses calls for now", now + own_s, own_s)
        told = f"{self.name} asks us to wait {lasting(said_s)}"
        wait_s = max(said_s * random.uniform(1.0, 1.05), own_s if self._in_a_row > 1 else 0.0)
        return Holdup(told, now + wait_s, wait_s)


def _now() -> float:
    return asyncio.get_running_loop().time()
