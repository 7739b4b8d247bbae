"""A reply is read: its text, why it ended, who served it, what it refuses and which error it is.

The shapes of OpenAI, Anthropic, Gemini and Ollama, as they come over the wire, streams included.
"""

import json
from collections import defaultdict
from collections.abc import Mapping

from pydantic import JsonValue

_TEXT_PARTS = ("text", "output_text")
_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where servers put what a model thought beside its reply."""
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


def reasoning_of(raw: Mapping[str, JsonValue]) -> str:
    """What a model thought beside its reply, as far as the reply has it."""
    return "".join(_joined(_message(raw).get(key)) for key in _REASONING)


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


def _first(raw: Mapping[str, JsonValue], key: str) -> Mapping[str, JsonValue] | None:
    listed = raw.get(key)
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, dict) else None
