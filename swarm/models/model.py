"""A model is defined: something that completes a request, or says why it cannot.

It knows no provider. Retries, limits and recording are not a model's business: swarm/engine/call.py has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel

from swarm.models.card import Price
from swarm.models.throttle import Throttle
from swarm.turn import Usage

_HALVES = re.compile("[\ud800-\udfff]")
CHARS_PER_TOKEN = 4
"""Characters per token of English prose, for expectations; bounds use `most_tokens`."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request.

    Its text is kept in parts: every part but the last is the same, byte for byte, in the request of the next
    agent, so providers that want cache marks can have them between parts.
    """

    role: Literal["system", "user", "assistant"]
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """All parts, joined."""
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class Request:
    """The complete request to a model, which looks at nothing else."""

    messages: tuple[Message, ...]
    answer: type[BaseModel] | None = None
    """The shape of the JSON object wanted; None for free text."""
    temperature: float = 0.7
    seed: int = 0
    max_tokens: int = 4_000
    """Most tokens of the reply, hidden reasoning included."""
    timeout_s: float = 120.0
    """The reply must be complete by then, whatever bytes have arrived."""
    nameable: tuple[int, ...] = ()
    """Agents that the answer may name in its links, or give jobs to."""

    @property
    def chars(self) -> int:
        """Length of all messages, in characters."""
        return sum(len(part) for message in self.messages for part in message.parts)


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply of a model."""

    text: str
    usage: Usage = field(default_factory=Usage)
    finish: str | None = "stop"
    """Why it ended: "stop", "length" (cut off), "content_filter" (refused), …"""
    served_by: str | None = None
    """The model's name in the reply, when it differs from the one asked."""
    remarks: tuple[str, ...] = ()
    """What a person should know of this reply, in words; that the server cut the prompt, for instance."""


class Model(Protocol):
    """The one shape of all models: simulated, scripted or behind a provider."""

    @property
    def name(self) -> str:
        """The id under which it is asked for, such as "sim/strong" or "openai/gpt-4.1-mini"."""
        ...

    @property
    def simulated(self) -> bool:
        """Tell whether its replies are simulated or scripted, never pooled with real ones."""
        ...

    @property
    def price(self) -> Price | None:
        """The price of its tokens, None when that is unknown."""
        ...

    @property
    def throttle(self) -> Throttle:
        """What this model's provider lets through; waited for before money is set aside."""
        ...

    def most(self, request: Request) -> Usage:
        """The most that `request` can use; the money to reserve. Cost None when the price is unknown."""
        ...

    async def complete(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            ModelUnavailable: when there is no reply; says whether asking again may help.
        """
        ...


def prices_of(models: Mapping[str, Model]) -> dict[str, Price]:
    """The prices of models as far as they are known, by the names that the models go by here."""
    return {name: model.price for name, model in models.items() if model.price}


def whole_characters(text: str) -> str:
    """A text in which halves of characters, which no file can hold, are replaced by U+FFFD.

    Examples:
        >>> whole_characters("a" + chr(0xD800))
        'a�'
    """
    return _HALVES.sub("\ufffd", text)


def most_tokens(text_bytes: int) -> int:
    """A generous estimate of the tokens of a text of that many UTF-8 bytes, for reservations.

    English prose has about 4 bytes a token; code, digits and other scripts two to three.
    """
    return text_bytes // 2 + 16


def likely_tokens(chars: int) -> int:
    """The expected tokens of English prose of that many characters; at least 1 for a non-empty text."""
    return -(-chars // CHARS_PER_TOKEN)
