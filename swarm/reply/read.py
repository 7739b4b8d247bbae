"""A model's text becomes an answer, or the reason why not.

Models asked for one JSON object send it in code fences, between sentences, with slips, wrapped or
quoted. All that is read, and every repair is named. What is cut off or says two things is not read: an
answer is not ours to make up.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar
from xml.sax.saxutils import unescape

from pydantic import ValidationError

from swarm.errors import MalformedReply
from swarm.reply.answer import Answer, keys_of
from swarm.reply.form import check_no_form
from swarm.reply.json_text import INVISIBLE, Json, parse
from swarm.reply.scan import MAX_DEPTH, MAX_VALUES, Piece, pieces

__all__ = ["MAX_DEPTH", "MAX_REPLY_CHARS", "MAX_VALUES", "Read", "read_reply"]

MAX_REPLY_CHARS = 1_000_000
"""The longest reply that is looked at: five times the longest text of an answer."""

A = TypeVar("A", bound=Answer)

_UNFINISHED = {
    "length": "the reply is cut off: it reached the limit of output tokens",
    "content_filter": "the provider refused to send the whole reply",
}
_FENCE = re.compile(r"(?:```|~~~)[\w+.-]*+")
_OPENING_FENCE = re.compile(rf"(?:{_FENCE.pattern}\s*+)?+")
_WHOLE_REPLY_KEYS = (
    "arguments",
    "parameters",
    "input",
    "args",
    "kwargs",
    "output",
    "response",
    "answer",
    "json",
)
"""Under these, what calls a tool or wraps a reply has the object, as a text at times."""
_MOST_STRINGS = 3
"""So many strings around one another are taken off."""
_ENTITIES = {"&quot;": '"', "&#34;": '"', "&apos;": "'", "&#39;": "'"}
_OBJECT_IN_ENTITIES = re.compile(r"[^{]*+\{\s*+&(?:quot|#34);")
_OBJECT_IN_ESCAPES = re.compile(r'[^{"]*+\{(?:\s|\\[nrt])*+\\"')
_FULL_WIDTH = str.maketrans("｛｝［］", "{}[]")


@dataclass(frozen=True, slots=True)
class Read(Generic[A]):
    """An answer as it was read."""

    answer: A
    repairs: tuple[str, ...]
    """Notes on what was left out or mended; empty when the reply was exactly the object."""


def read_reply(text: str, *, finish: str | None, shape: type[A]) -> Read[A]:
    """Find the one answer in a model's text.

    Args:
        text: the reply as it came.
        finish: why the provider says the reply ended; after "length" or "content_filter" none is read.
        shape: the answer that was asked for.

    Raises:
        MalformedReply: when there is no such answer, or no single one; the message is a short reason.

    Examples:
        >>> from swarm.reply.answer import AgentAnswer
        >>> read_reply("Sure! {participate: false,}", finish="stop", shape=AgentAnswer).repairs
        ('left out the text around the object', 'put quotes around a key', 'removed a trailing comma')
    """
    if finish in _UNFINISHED:
        raise MalformedReply(_UNFINISHED[finish])
    if len(text) > MAX_REPLY_CHARS:
        raise MalformedReply(f"longer than {MAX_REPLY_CHARS} characters")
    plain, unpacking = _unpacked(text)
    found = pieces(plain)
    read = _only_answer([piece.text for piece in found if piece.kind == "object"], shape)
    return Read(read.answer, tuple(dict.fromkeys((*unpacking, *_left_out(found), *read.repairs))))


def _unpacked(text: str) -> tuple[str, list[str]]:
    """Take off what may hide a whole reply: invisible characters, HTML entities, a string around it."""
    repairs: list[str] = []
    bare = text.strip().strip(INVISIBLE + " \t\r\n")
    if not bare:
        raise MalformedReply("empty reply")
    if bare != text.strip():
        repairs.append("removed an invisible character")
    if '"' not in bare and _OBJECT_IN_ENTITIES.match(bare):
        bare = unescape(bare, _ENTITIES)
        repairs.append("put characters for HTML entities")
    if "{" not in bare and "｛" in bare:
        bare = bare.translate(_FULL_WIDTH)
        repairs.append("put ASCII marks for full-width ones")
    plain = bare
    for _ in range(_MOST_STRINGS):
        plain = _unquoted(plain)
    if _OBJECT_IN_ESCAPES.match(plain):
        plain = _unescaped(plain)
    if plain != bare:
        repairs.append("took the object out of a string")
    return plain, repairs


def _unescaped(text: str) -> str:
    """Decode a reply that is the inside of a JSON string."""
    try:
        inside = json.JSONDecoder(strict=False).decode(f'"{text}"')
    except json.JSONDecodeError:
        return text
    return inside if isinstance(inside, str) else text


def _unquoted(text: str) -> str:
    """Decode a reply that is, but for a fence around it, one JSON string."""
    fence = _OPENING_FENCE.match(text)
    start = fence.end() if fence else 0
    if not text.startswith('"', start):
        return text
    try:
        inside, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except json.JSONDecodeError as error:
        # Read without its closing quote, the same text could mean something else.
        raise MalformedReply("the string around the reply is cut off or damaged") from error
    return text if text[end:].strip(" \r\n`~") else f"{text[:start]}{inside}{text[end:]}"


def _only_answer(objects: list[str], shape: type[A]) -> Read[A]:
    if not objects:
        raise MalformedReply("no JSON object in the reply")
    reads: list[Read[A]] = []
    refusals: dict[int, MalformedReply] = {}
    for text in objects:
        try:
            reads.append(_answer(text, shape))
        except MalformedReply as refusal:
            refusals[len(text)] = refusal
    if not reads:
        # The longest object is the likeliest to be the answer, so its reason is the one to give.
        raise refusals[max(refusals)]
    if any(read.answer != reads[0].answer for read in reads):
        raise MalformedReply("two different answers in one reply")
    return reads[0]


def _answer(text: str, shape: type[A]) -> Read[A]:
    value, repairs = parse(text)
    layers = _layers(value, shape)
    for depth, layer in enumerate(layers):
        with suppress(MalformedReply):
            unwrapping = ["took the object out of its wrapper"] if depth else []
            answer, mending = _validated(layer, shape)
            return Read(answer, (*repairs, *unwrapping, *mending))
    # The reason to give is that of the layer which tried to answer: the first with a key of the answer.
    tries = (layer for layer in layers if isinstance(layer, dict) and keys_of(layer, shape))
    answer, mending = _validated(next(tries, layers[-1]), shape)
    return Read(answer, (*repairs, *mending))


def _validated(value: Json, shape: type[A]) -> tuple[A, list[str]]:
    if not isinstance(value, dict):
        raise MalformedReply("a list where one object was asked for")
    if _is_schema(value):
        raise MalformedReply("the schema came back instead of an answer")
    mending: list[str] = []
    try:
        answer = shape.model_validate(value, context=mending)
    except ValidationError as error:
        raise MalformedReply(_reason(error)) from error
    return check_no_form(answer, mending), mending


def _layers(value: Json, shape: type[Answer]) -> list[Json]:
    """The value, and what lists of one and wrappers hold, from the outside in."""
    inside = _wrapped(value, shape)
    return [value] if inside is None else [value, *_layers(inside, shape)]


def _wrapped(value: Json, shape: type[Answer]) -> dict[str, Json] | list[Json] | None:
    """What a value that is no answer stands around; None when it is not one thing."""
    match value:
        case [dict() | list() as first, *rest] if all(other == first for other in rest):
            return first
        case dict() if len(value) == 1 and not _is_schema(value):
            [inside] = value.values()
            return inside if isinstance(inside, dict | list) else _quoted(value)
        case dict() if not _is_schema(value) and not keys_of(value, shape):
            inner = [inside for inside in value.values() if isinstance(inside, dict)]
            inner = [inside for inside in inner if keys_of(inside, shape)] or inner
            return inner[0] if len(inner) == 1 else None if inner else _quoted(value)
        case _:
            return None


def _quoted(value: dict[str, Json]) -> dict[str, Json] | None:
    """The object that stands as a text in a wrapper, as the arguments of a tool do."""
    texts = [inside for key, inside in value.items() if key.lower() in _WHOLE_REPLY_KEYS]
    if len(texts) != 1 or not isinstance(texts[0], str):
        return None
    try:
        inside, _ = parse(texts[0].strip())
    except MalformedReply:
        return None
    return inside if isinstance(inside, dict) else None


def _is_schema(value: dict[str, Json]) -> bool:
    return "properties" in value or value.get("type") == "object"


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    said = first["msg"][0].lower() + first["msg"][1:]
    return f"key {'.'.join(map(str, first['loc']))!r}: {said}" if first["loc"] else said


def _left_out(found: list[Piece]) -> Iterator[str]:
    if any(piece.kind == "reasoning" for piece in found):
        yield "left out the reasoning"
    prose = "".join(piece.text for piece in found if piece.kind == "prose")
    around = _FENCE.sub("", prose)
    if around != prose:
        yield "took the object out of a code fence"
    if around.strip().strip(INVISIBLE):
        yield "left out the text around the object"
    if sum(piece.kind == "object" for piece in found) > 1:
        yield "left out another object"
