"""A request takes the form in which it is handed to LiteLLM."""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, JsonValue

from swarm.models.card import Structured
from swarm.models.model import Message

_REFUSED = ("default", "title", "maxLength", "minLength", "minimum", "maximum", "pattern", "format")
"""What one provider or another refuses in a schema; the reader of the reply checks it anyway."""


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


def response_format(structured: Structured, answer: type[BaseModel] | None) -> dict[str, Any] | None:
    """Return what to ask for so that the reply is JSON, or None to leave it to the prompt."""
    if answer is None or structured == "none":
        return None
    if structured == "json":
        return {"type": "json_object"}
    # LiteLLM would take the class itself, but OpenAI refuses the defaults in its schema.
    return {
        "type": "json_schema",
        "json_schema": {"name": answer.__name__, "schema": schema_of(answer), "strict": True},
    }


@cache
def schema_of(answer: type[BaseModel]) -> JsonValue:
    """The schema of an answer with what all providers with structured output understand."""
    return _strict(answer.model_json_schema())


@cache
def schema_bytes(answer: type[BaseModel]) -> int:
    """Size of the schema that goes with every request."""
    return len(json.dumps(schema_of(answer)).encode())


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
