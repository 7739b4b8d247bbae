"""A reply is checked: its text, why it ended, who served it and what it used.

Figures are held against the reply as it was; the missing and the absurd become our upper estimate.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from swarm.models.card import Price
from swarm.models.model import likely_tokens, most_tokens
from swarm.turn import Usage

ABSURD_FACTOR = 10
"""A figure this many times above what a request could need is a mistake."""
ABSURD_TOKENS = 10_000_000

_SHORT_PROMPT_CHARS = 6_000
"""Too short for any server to cut."""
_TEXT_PARTS = ("text", "output_text")
_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where servers put what a model thought beside its reply."""
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
    message = _message(raw)
    thought = (message.get(key) for key in _REASONING)
    return len(text.encode("utf-8", "replace")) + sum(
        len(str(part).encode("utf-8", "replace")) for part in thought if part
    )


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


def parsed(body: bytes) -> dict[str, JsonValue] | None:
    """A reply as an object, one that came as a stream put together; None when it is neither, or not in Unicode."""
    try:
        content: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return _from_stream(body)
    return content if isinstance(content, dict) else None


def _from_stream(body: bytes) -> dict[str, JsonValue] | None:
    """The one reply that the events of a stream say in pieces, when it has come to its end."""
    if not body.lstrip().startswith((b"data:", b"event:", b":")):
        return None
    whole: dict[str, JsonValue] = {}
    said: defaultdict[str, list[str]] = defaultdict(list)
    finish: JsonValue = None
    for line in body.decode("utf-8", "replace").splitlines():
        chunk = _chunk(line)
        whole |= {key: value for key, value in chunk.items() if key != "choices" and value is not None}
        piece = _first(chunk, "choices") or {}
        finish = piece.get("finish_reason") or finish
        delta = piece.get("delta")
        for key, part in delta.items() if isinstance(delta, dict) else ():
            if isinstance(part, str) and key != "role":
                said[key].append(part)
    if finish is None and "error" not in whole:
        return None
    message: JsonValue = {key: "".join(parts) for key, parts in said.items()}
    choice: JsonValue = {"index": 0, "finish_reason": finish, "message": message}
    return {**whole, "choices": [choice]}


def _chunk(line: str) -> dict[str, JsonValue]:
    if not line.startswith("data:"):
        return {}
    try:
        content: JsonValue = json.loads(line[5:])
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def text_of(raw: Mapping[str, JsonValue], read: object) -> str | None:
    """The text of a reply; None when it has none.

    Args:
        raw: the provider's reply.
        read: what the client library made of it, which gives up where only the usage is odd.
    """
    if isinstance(read, str) and read.strip():
        return read
    message = _message(raw)
    for text in (_joined(message.get("content")), _called(message), _thought_aloud(raw, message)):
        if text.strip():
            return text
    # All tokens went into hidden reasoning: a poor answer, but a billed one.
    return "" if finish_of(raw) == "length" else None


def _joined(content: JsonValue) -> str:
    """A content as one text: a text, or the texts among its parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (
        part.get("text")
        for part in parts
        if isinstance(part, dict) and part.get("type", "text") in _TEXT_PARTS
    )
    return "".join(text for text in texts if isinstance(text, str))


def _called(message: Mapping[str, JsonValue]) -> str:
    """What the one tool was called with, which is how some answer who are asked for JSON; empty without one."""
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    function = call.get("function") if isinstance(call, dict) else message.get("function_call")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return (
        json.dumps(arguments)
        if isinstance(arguments, dict)
        else arguments
        if isinstance(arguments, str)
        else ""
    )


def _thought_aloud(raw: Mapping[str, JsonValue], message: Mapping[str, JsonValue]) -> str:
    """Reasoning that has an object in it, beside an empty content: some servers put the whole reply there."""
    if finish_of(raw) != "stop":
        return ""
    texts = [_joined(message.get(key)) for key in _REASONING]
    return next((text for text in texts if "{" in text), "")


def refusal_of(raw: Mapping[str, JsonValue]) -> str | None:
    """What a provider says that refused to answer; empty when it says nothing more, None when it did not refuse."""
    feedback = raw.get("promptFeedback")
    if isinstance(feedback, dict) and feedback.get("blockReason"):
        why = feedback.get("blockReasonMessage")
        return f"{feedback['blockReason']}{f': {why}' if isinstance(why, str) else ''}"
    if finish_of(raw) != "content_filter":
        return None
    candidate = _first(raw, "choices") or _first(raw, "candidates") or raw
    said = (_message(raw).get("refusal"), candidate.get("finishMessage"), _message(raw).get("content"))
    words = next((text for text in map(_joined, said) if text.strip()), "")
    return words or str(_stated_finish(candidate) or "")


def error_within(raw: Mapping[str, JsonValue]) -> JsonValue:
    """The error that a reply is, or that its choice has; None when there is none."""
    choice = _first(raw, "choices") or {}
    return raw.get("error") or choice.get("error") or _message(raw).get("error") or _failed(raw)


def _failed(raw: Mapping[str, JsonValue]) -> JsonValue:
    return dict(raw) if raw.get("object") == "error" or raw.get("type") == "error" else None


def why_empty(raw: Mapping[str, JsonValue]) -> str | None:
    """Say that a reply has no content, and how it says that it ended; None where it is no reply at all."""
    candidate = _first(raw, "choices") or _first(raw, "candidates") or raw
    ended = _stated_finish(candidate)
    return f"empty content, ended with {ended!r}" if ended else None


def _message(raw: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """The message of a reply, whatever shape the reply has; empty without one."""
    candidate = _first(raw, "choices") or _first(raw, "candidates") or raw
    for holder in (candidate.get("message"), candidate.get("content")):
        if isinstance(holder, dict):
            return holder | {"content": holder.get("parts", holder.get("content"))}
    return candidate if "content" in candidate or "text" in candidate else {}


def finish_of(raw: Mapping[str, JsonValue]) -> str | None:
    """Say why the reply ended: "stop" or "length" or "content_filter" or the provider's own word, or None."""
    candidate = _first(raw, "choices") or _first(raw, "candidates") or raw
    refusal = _message(raw).get("refusal")
    if isinstance(refusal, str) and refusal.strip():
        return "content_filter"
    reason = _stated_finish(candidate)
    if reason is None:
        return None
    return _FINISH.get(reason.lower(), reason.lower() if reason.isupper() else reason)[:80]


def _stated_finish(candidate: Mapping[str, JsonValue]) -> str | None:
    """Why a reply ended, in the provider's own word."""
    keys = ("finish_reason", "finishReason", "stop_reason", "done_reason")
    return next((reason for key in keys if isinstance(reason := candidate.get(key), str)), None)


def server_of(raw: Mapping[str, JsonValue], asked: str) -> str | None:
    """The model's name in the reply; None when it is the one asked, or missing."""
    name = raw.get("model") or raw.get("modelVersion")
    if not isinstance(name, str) or name in (asked, asked.split("/", 1)[-1]):
        return None
    return "".join(char for char in name if char.isprintable())[:200] or None


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


def _first(raw: Mapping[str, JsonValue], key: str) -> Mapping[str, JsonValue] | None:
    listed = raw.get(key)
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, dict) else None
