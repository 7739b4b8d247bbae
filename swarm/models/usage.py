"""What a call used: the provider's figures, held against prompt and reply as they were.

The missing and the absurd are estimated, and marked as such.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from swarm.models.card import Price
from swarm.models.model import likely_tokens, most_tokens
from swarm.models.reading import finish_of, reasoning_of
from swarm.turn import Usage

ABSURD_FACTOR = 10
"""A figure this many times above what a request could need is a mistake."""
ABSURD_TOKENS = 10_000_000

_SHORT_PROMPT_CHARS = 6_000
"""Too short for any server to cut."""
_USAGE_KEYS = ("usage", "usageMetadata", "usage_metadata")
_OLLAMA_USAGE = ("prompt_eval_count", "eval_count")
_COUNTS = ("tokens", "tokencount", "_count")


@dataclass(frozen=True, slots=True)
class Figures:
    """Tokens as the client library counts them; `read` and `written` are part of `input`. None: not stated."""

    input: Any
    output: Any
    read: Any = 0
    written: Any = 0


def metered(
    raw: Mapping[str, JsonValue], figures: Figures | None, *, text: str, most: Usage, price: Price | None
) -> Usage:
    """Check and price what a call used.

    Args:
        raw: the provider's reply.
        figures: the same usage, in one shape for all providers; None when the client could not read it.
        text: the reply; one that says something took some tokens.
        most: the upper estimate of all; its input stands for one that is not stated.
        price: None when unknown.

    Returns:
        The usage; where the provider's figures are missing or cannot be, an estimate that is marked as such: of the
        input by the prompt, of the output by what was said.
    """
    if figures is None or _is_ollama(raw):
        figures = _stated_figures(raw)
    known = _states_usage(raw)
    asked, answered = figures.input, figures.output
    if not known or not _plausible(asked, most.input_tokens):
        asked = None
    if not known or not _plausible(answered, most.output_tokens, least=1 if text else 0):
        answered = None
    if asked is None or answered is None:
        return _guessed(asked, answered, _said_bytes(raw, text), most, price)
    read = _part(figures.read, asked)
    written = _part(figures.written, asked - read)
    cost = None if price is None else price.cost(asked, answered, read, written)
    doubtful = (figures.read or 0, figures.written or 0) != (read, written)
    return Usage(asked, read, answered, cost, doubtful, written)


def _guessed(
    asked: int | None, answered: int | None, said_bytes: int, most: Usage, price: Price | None
) -> Usage:
    """What a reply took that does not state all of it: one that was cut took all that it was given."""
    written = most.written_tokens if asked is None else 0
    input_tokens = most.input_tokens if asked is None else asked
    output_tokens = min(most_tokens(said_bytes), most.output_tokens) if answered is None else answered
    cost = None if price is None else price.cost(input_tokens, output_tokens, written_tokens=written)
    return Usage(input_tokens, 0, output_tokens, cost, True, written)


def _said_bytes(raw: Mapping[str, JsonValue], text: str) -> int:
    """The bytes of a reply, of its reasoning as well; without an end where the reply was cut."""
    if finish_of(raw) == "length":
        return ABSURD_TOKENS
    return len(f"{text}{reasoning_of(raw)}".encode("utf-8", "replace"))


def remark_on_prompt(usage: Usage, chars: int) -> str | None:
    """Say that a server can have seen a part of the prompt only; None when it may have seen all.

    Args:
        usage: as the reply states it.
        chars: of the prompt.
    """
    likely = likely_tokens(chars)
    seen = usage.input_tokens
    # Servers cut at whole kilotokens; what else is few tokens may be a script or a tokenizer that needs few.
    cut = seen < likely * (0.75 if seen % 1024 in (0, 1023) else 0.5)
    if usage.estimated or chars < _SHORT_PROMPT_CHARS or not cut:
        return None
    return f"the server saw {seen:,} tokens of about {likely:,}: it cut the prompt"


def _stated_figures(raw: Mapping[str, JsonValue]) -> Figures:
    """The usage of a reply in the shape of OpenAI, Anthropic, Gemini or Ollama, without what nobody states."""
    stated = next(
        (usage for key in _USAGE_KEYS if isinstance(usage := raw.get(key), dict)), dict[str, JsonValue]()
    )
    if _is_ollama(raw):
        return Figures(raw.get("prompt_eval_count"), raw.get("eval_count"))
    if "promptTokenCount" in stated:
        answered = _sum(stated.get("candidatesTokenCount") or 0, stated.get("thoughtsTokenCount"))
        return Figures(stated["promptTokenCount"], answered, stated.get("cachedContentTokenCount"))
    if "input_tokens" in stated:
        read, written = stated.get("cache_read_input_tokens"), stated.get("cache_creation_input_tokens")
        return Figures(
            _sum(stated["input_tokens"], read, written), stated.get("output_tokens"), read, written
        )
    details = stated.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return Figures(stated.get("prompt_tokens"), stated.get("completion_tokens"), cached)


def _sum(first: JsonValue, *more: JsonValue) -> JsonValue:
    """The sum of a count and of those beside it that are counts; what is no count stays as it is."""
    if type(first) is not int:
        return first
    return first + sum(count for count in more if type(count) is int)


def _is_ollama(raw: Mapping[str, JsonValue]) -> bool:
    return "done" in raw and not any(raw.get(key) for key in _USAGE_KEYS)


def _states_usage(raw: Mapping[str, JsonValue]) -> bool:
    stated = next((raw[key] for key in _USAGE_KEYS if raw.get(key)), None)
    if stated is None:
        stated = {key: raw.get(key) for key in _OLLAMA_USAGE}
    counts = list(_counts(stated))
    return bool(counts) and all(type(count) is int and count >= 0 for count in counts)


def _counts(stated: JsonValue) -> Iterator[JsonValue]:
    """All token counts of a usage, however deep; None stands for one that does not apply."""
    if not isinstance(stated, dict):
        return
    for key, value in stated.items():
        if isinstance(value, dict):
            yield from _counts(value)
        elif value is not None and key.lower().endswith(_COUNTS):
            yield value


def _plausible(count: object, most: int, least: int = 1) -> bool:
    return (
        isinstance(count, int)
        and not isinstance(count, bool)
        and least <= count <= min(ABSURD_FACTOR * most, ABSURD_TOKENS)
    )


def _part(count: object, whole: int) -> int:
    return count if isinstance(count, int) and 0 <= count <= whole else 0
