"""Limits are kept: reserve the most a call can use, ask, settle what it did use.

At every instant, spent + reserved is within every limit, however many calls are in flight.
"""

import asyncio
from typing import Protocol

from swarm.errors import LimitExceeded, RunEnded
from swarm.limits import Limits, dollars_of
from swarm.turn import Usage


class Purse(Protocol):
    """A limit that holds besides a run's own: that of its experiment, that of a day."""

    async def reserve(self, most: Usage) -> Usage:
        """Set aside the most a call can use; raises RunEnded when it cannot be."""
        ...

    async def settle(self, reservation: Usage, used: Usage) -> None:
        """Replace a reservation by what was used."""
        ...

    async def give_back(self, reservation: Usage) -> None:
        """Undo a reservation for a call that will not be made."""
        ...


class Budget:
    """The money and work that one run has spent and reserved. Owned by one event loop."""

    def __init__(
        self,
        limits: Limits,
        spent: Usage | None = None,
        calls: int = 0,
        spent_usd: float = 0.0,
        purse: Purse | None = None,
        uncounted: int = 0,
    ) -> None:
        """Start with what a resumed run spent before.

        Args:
            limits: of the run.
            spent: all usage so far; its cost is None once any call had no known price.
            calls: made so far.
            spent_usd: the dollars of `spent` that are known: what the dollar limit counts.
            purse: whose limits hold as well, of the experiment the run belongs to, or of the day; what was spent
                before is in there already.
            uncounted: calls that a provider refused for now: no limit counts them.
        """
        self.limits = limits
        self.spent = spent or Usage()
        self.calls = calls
        self._uncounted = uncounted
        self._spent_usd = spent_usd
        self._reserved: list[Usage] = []
        self._settled = asyncio.Condition()
        self._purse = purse
        self.refused: RunEnded | None = None
        """Why the latest call was refused; None as long as none was."""

    @property
    def spent_usd(self) -> float:
        """The dollars spent whose amount is known."""
        return self._spent_usd

    async def reserve(self, most: Usage) -> Usage:
        """Set aside the most a call can use; waits while calls in flight may give enough back.

        Returns:
            The reservation, to be handed to `settle`.

        Raises:
            LimitExceeded: when the call could pass a limit even after all calls in flight are settled.
        """
        if self._purse:
            try:
                await self._purse.reserve(most)
            except RunEnded as refusal:
                self.refused = refusal
                raise
        try:
            await self._set_aside(most)
        except BaseException:
            if self._purse:
                await self._purse.give_back(most)
            raise
        return most

    async def settle(self, reservation: Usage, used: Usage) -> None:
        """Replace a reservation by what was used, which a provider may have made more than reserved."""
        async with self._settled:
            self._reserved.remove(reservation)
            self.spent += used
            self._spent_usd += dollars_of(used, reservation)
            self._settled.notify_all()
        if self._purse:
            await self._purse.settle(reservation, used)

    async def give_back(self, reservation: Usage) -> None:
        """Undo a reservation for a call that will not be made."""
        async with self._settled:
            self._reserved.remove(reservation)
            self.calls -= 1
            self._settled.notify_all()
        if self._purse:
            await self._purse.give_back(reservation)

    def uncount(self) -> None:
        """The provider refused a call for now: it keeps its number, but is none of those that may be made."""
        self._uncounted += 1

    async def _set_aside(self, most: Usage) -> None:
        async with self._settled:
            while (excess := self._excess(most)) is not None:
                if not self._reserved or excess.kind == "calls":
                    self.refused = excess
                    raise excess
                await self._settled.wait()
            self._reserved.append(most)
            self.calls += 1

    def _excess(self, most: Usage) -> LimitExceeded | None:
        tokens = self.spent.tokens + sum(held.tokens for held in self._reserved) + most.tokens
        # Calls of unknown price count nothing here; a run that makes them has a limit of another kind.
        usd = self._spent_usd + sum(held.cost_usd or 0.0 for held in self._reserved)
        checks = (
            ("calls", self.limits.calls, self.calls + 1 - self._uncounted),
            ("tokens", self.limits.tokens, tokens),
            ("dollars", self.limits.usd, usd + (most.cost_usd or 0.0)),
        )
        for kind, limit, value in checks:
            if limit is not None and value > limit:
                return LimitExceeded(kind, limit, value)
        return None
