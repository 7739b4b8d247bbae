"""A model plays a script: for tests, demonstrations and rehearsals."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from swarm.models.card import Price
from swarm.models.model import Completion, Request, likely_tokens, most_tokens
from swarm.models.throttle import Throttle
from swarm.turn import Usage

Reply: TypeAlias = str | Completion | BaseException
"""What to say; or what to raise."""


class ScriptedModel:
    """A model that plays its replies, or asks a function for each, and remembers what it was asked."""

    def __init__(
        self,
        name: str,
        replies: Sequence[Reply] | Callable[[Request], Reply],
        *,
        price: Price | None = None,
        delay_s: float | Callable[[Request], float] = 0.0,
    ) -> None:
        """Take a script.

        Args:
            name: the id it goes by.
            replies: one for each request, in order; or a function of the request.
            price: None for a model that costs nothing.
            delay_s: seconds to answer late by; or a function of the request.
        """
        self.name = name
        self.requests: list[Request] = []
        self._replies = replies if callable(replies) else list(replies)
        self.price = price or Price(0.0, 0.0, 0.0, 0.0)
        self._delay_s = delay_s
        self.throttle = Throttle(name)

    @property
    def simulated(self) -> bool:
        """True: nobody real answers."""
        return True

    def most(self, request: Request) -> Usage:
        """The most that `request` can use."""
        tokens = most_tokens(sum(len(message.text.encode()) for message in request.messages))
        return self._usage(tokens, request.max_tokens)

    async def complete(self, request: Request) -> Completion:
        """Play the next reply. A text is given a usage by its length.

        Raises:
            AssertionError: the script is over.
        """
        self.requests.append(request)
        reply = self._reply(request)
        await asyncio.sleep(self._delay_s(request) if callable(self._delay_s) else self._delay_s)
        if isinstance(reply, BaseException):
            raise reply
        if isinstance(reply, Completion):
            return reply
        return Completion(reply, self._usage(likely_tokens(request.chars), likely_tokens(len(reply))))

    def _reply(self, request: Request) -> Reply:
        if callable(self._replies):
            return self._replies(request)
        asked, had = len(self.requests), len(self._replies)
        if asked > had:
            raise AssertionError(f"{self.name} was asked {asked} times but had {had} replies")
        return self._replies[asked - 1]

    def _usage(self, input_tokens: int, output_tokens: int) -> Usage:
        cost = self.price.cost(input_tokens, output_tokens)
        return Usage(input_tokens=input_tokens, output_tokens=output_tokens, cost_usd=cost)
