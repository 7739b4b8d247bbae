"""A reply is checked: its text, why it ended, who served it and what it used.

Figures are held against the reply as it was; the missing and the absurd become our upper estimate.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue

from swarm.models.card import Price
from swarm.turn import Usage

ABSURD_FACTOR = 10
"""A figure this many times above what a request could need is a mistake."""
ABSURD_TOKENS = 10_000_000

_USAGE_KEYS = ("usage", "usageMetadata", "usage_metadata")
_OLLAMA_USAGE = ("prompt_eval_count", "eval_count")
_COUNTS = ("tokens", "tokencount", "_count")

_FINISH: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "tool_use": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "blacklist": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
}
"""Providers' words for the three usual ends. A tool is what some force to get JSON: a normal end."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Tokens as the client library counts them; `read` and `written` are part of `input`."""

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
        most: the upper estimate to fall back on.
        price: None when unknown.

    Returns:
        The usage; `most`, marked as estimated, where the provider's figures are missing or cannot be.
    """
    figures = figures or _stated_figures(raw)
    wrong = (
        not _states_usage(raw)
        or not _plausible(figures.input, most.input_tokens)
        or not _plausible(figures.output, most.output_tokens, least=1 if text else 0)
    )
    if wrong:
        return replace(most, estimated=True)
    read = _part(figures.read, figures.input)
    written = _part(figures.written, figures.input - read)
    cost = None if price is None else price.cost(figures.input, figures.output, read, written)
    doubtful = (figures.read or 0, figures.written or 0) != (read, written)
    return Usage(figures.input, read, figures.output, cost, doubtful, written)


def parsed(body: bytes) -> dict[str, JsonValue] | None:
    """A reply as an object; None when it is not one, or not in Unicode."""
    try:
        content: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def text_of(raw: Mapping[str, JsonValue], read: object) -> str | None:
    """The text of a reply; None when it has none.

    Args:
        raw: the provider's reply.
        read: what the client library made of it, which gives up where only the usage is odd.
    """
    message = (_first(raw, "choices") or {}).get("message")
    said = message if isinstance(message, dict) else {}
    for text in (read, said.get("content"), said.get("refusal")):
        if isinstance(text, str):
            return text
    # Refused, or all tokens went into hidden reasoning: a poor answer, but a billed one.
    return "" if finish_of(raw) in ("content_filter", "length") else None


def finish_of(raw: Mapping[str, JsonValue]) -> str | None:
    """Say why the reply ended: "stop" or "length" or "content_filter" or the provider's own word, or None."""
    candidate = _first(raw, "choices") or _first(raw, "candidates") or raw
    message = candidate.get("message")
    if isinstance(message, dict) and isinstance(message.get("refusal"), str):
        return "content_filter"
    for key in ("finish_reason", "finishReason", "stop_reason", "done_reason"):
        reason = candidate.get(key)
        if isinstance(reason, str):
            return _FINISH.get(reason.lower(), reason.lower() if reason.isupper() else reason)[:80]
    return None


def server_of(raw: Mapping[str, JsonValue], asked: str) -> str | None:
    """The model's name in the reply; None when it is the one asked, or missing."""
    name = raw.get("model") or raw.get("modelVersion")
    if not isinstance(name, str) or name in (asked, asked.split("/", 1)[-1]):
        return None
    return "".join(char for char in name if char.isprintable())[:200] or None


def _stated_figures(raw: Mapping[str, JsonValue]) -> Figures:
    """The usage of a reply in OpenAI's shape."""
    usage = raw.get("usage")
    stated = usage if isinstance(usage, dict) else {}
    return Figures(stated.get("prompt_tokens"), stated.get("completion_tokens"))


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


def _first(raw: Mapping[str, JsonValue], key: str) -> Mapping[str, JsonValue] | None:
    listed = raw.get(key)
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, dict) else None
