"""A request takes the form in which it is handed to LiteLLM."""

import re
from functools import cache
from typing import Any

from pydantic import BaseModel, JsonValue

from swarm.models.card import Structured
from swarm.models.model import Message

_REFUSED = ("default", "title", "maxLength", "minLength", "minimum", "maximum", "pattern", "format")
"""What one provider or another refuses in a schema; the reader of the reply checks it anyway."""


MAX_CHARS = {"role": 80, "reason": 400, "job": 400, "plan": 1_000, "contribution": 2_000}
"""Of texts in bounded schemas: llama.cpp takes no more than 2,000 repetitions; an answer has about 300 words."""


_FULL_TEXT = re.compile(rf'"(?:[^"\\]|\\.){{{max(MAX_CHARS.values())}}}"', re.DOTALL)


def remark_on_bound(text: str) -> str | None:
    """Say that a text of a reply may have been ended by its schema; None when none is that long."""
    most = max(MAX_CHARS.values())
    return (
        f"a text ends at the {most:,} characters that its schema allows" if _FULL_TEXT.search(text) else None
    )


def in_one_text(message: Message) -> dict[str, Any]:
    """A message as one text."""
    return {"role": message.role, "content": message.text}


def in_marked_blocks(message: Message) -> dict[str, Any]:
    """A message in blocks, marked where the part ends that the next request repeats."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in _without_blanks(message.parts)]
    stable = blocks if message.role == "system" else blocks[:-1]
    if stable:
        stable[-1]["cache_control"] = {"type": "ephemeral"}
    return {"role": message.role, "content": blocks}


def _without_blanks(parts: tuple[str, ...]) -> list[str]:
    """The same text in parts that are not blank, because providers refuse blank blocks."""
    texts: list[str] = []
    for part in parts:
        if texts and not (part.strip() and texts[-1].strip()):
            texts[-1] += part
        else:
            texts.append(part)
    return texts


def response_format(
    structured: Structured, answer: type[BaseModel] | None, nameable: tuple[int, ...] | None = None
) -> dict[str, Any] | None:
    """Return what to ask for so that the reply is JSON, or None to leave it to the prompt.

    Args:
        structured: what the model can be asked for.
        answer: the shape wanted; None for free text.
        nameable: the agents that it may name, for servers that hold a model to its schema token by token: what is
            not bounded there goes on to the limit of tokens. None for providers that keep each new schema in a cache,
            or refuse bounds: they get the same one always.
    """
    if answer is None or structured == "none":
        return None
    if structured == "json":
        return {"type": "json_object"}
    # LiteLLM would take the class itself, but OpenAI refuses the defaults in its schema.
    return {
        "type": "json_schema",
        "json_schema": {
            "name": answer.__name__,
            "schema": schema_of(answer) if nameable is None else bounded_schema(answer, nameable),
            "strict": True,
        },
    }


def bounded_schema(answer: type[BaseModel], nameable: tuple[int, ...]) -> JsonValue:
    """The schema of one request: no text, list or number of it is without bounds.

    Args:
        answer: the shape wanted.
        nameable: the agents that it may name.
    """
    return _bounded(_without_refs(schema_of(answer)), nameable)


def _without_refs(schema: JsonValue) -> JsonValue:
    """The schema with its definitions where they are used."""
    definitions = schema.get("$defs") if isinstance(schema, dict) else None
    known = definitions if isinstance(definitions, dict) else dict[str, JsonValue]()

    def written_out(part: JsonValue) -> JsonValue:
        if isinstance(part, list):
            return [written_out(item) for item in part]
        if not isinstance(part, dict):
            return part
        if isinstance(name := part.get("$ref"), str):
            return written_out(known[name.rpartition("/")[2]])
        return {key: written_out(value) for key, value in part.items() if key != "$defs"}

    return written_out(schema)


def _bounded(schema: JsonValue, nameable: tuple[int, ...], name: str = "") -> JsonValue:
    if isinstance(schema, list):
        return [_bounded(part, nameable, name) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(properties := schema.get("properties"), dict):
        inside = {key: _bounded(value, nameable, key) for key, value in properties.items()}
        return {**schema, "properties": inside}
    match schema.get("type"):
        case "string":
            return {**schema, "maxLength": MAX_CHARS.get(name, MAX_CHARS["reason"])}
        case "integer":
            return {"enum": [1, 2, 3, 4] if name == "score" else [*nameable]}
        case "array":
            items: JsonValue = {"type": "integer"}
            items = _bounded(schema.get("items"), nameable, name) if nameable else items
            return {**schema, "items": items, "maxItems": len(nameable)}
        case _:
            pass
    if isinstance(options := schema.get("anyOf"), list):
        # Nobody was heard whom it could name.
        kept = [option for option in options if nameable or option == {"type": "null"}]
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return (
            {**rest, "anyOf": _bounded(kept, nameable, name)} if len(kept) > 1 else {**rest, "type": "null"}
        )
    return schema


@cache
def schema_of(answer: type[BaseModel]) -> JsonValue:
    """The schema of an answer with what all providers with structured output understand."""
    return _strict(answer.model_json_schema())


def _strict(schema: JsonValue) -> JsonValue:
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    strict = {key: _strict_member(key, value) for key, value in schema.items() if key not in _REFUSED}
    if isinstance(properties := schema.get("properties"), dict):
        strict |= {"required": list(properties), "additionalProperties": False}
    return strict


def _strict_member(key: str, value: JsonValue) -> JsonValue:
    """A schema, or, under two keys, schemas by names that must not be mistaken for keywords."""
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: _strict(schema) for name, schema in value.items()}
    return _strict(value)
