"""A JSON schema is held against values, as far as is needed to give a client an object of its schema."""

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

LONG = "x" * 1_000_000
"""As long as no deliverable is; a schema that takes it takes any text."""
MOST_DEPTH = 40
MOST_STEPS = 20_000
"""Looks at a part of a value; more are no schema that somebody wrote."""

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SAID_ONLY = {
    "title",
    "description",
    "default",
    "examples",
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$comment",
}
"""Keywords that forbid nothing."""
_BOUNDS = {"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"}
_PARTS = {"properties", "required", "additionalProperties", "items"}
_KNOWN = _SAID_ONLY | _BOUNDS | _PARTS | {"type", "enum", "const", "anyOf", "$ref"}


class NotUnderstood(ValueError):
    """A schema of which it cannot be said what fits."""


def fits(value: JsonValue, schema: JsonValue) -> bool:
    """Tell whether a value is what a JSON schema describes.

    The usual keywords are known; patterns and formats, which can take for ever, are not among them.

    Raises:
        NotUnderstood: a keyword is not known, it is no schema, or it is too much to look at.
    """
    return _Look(schema).fits(value, schema, 0)


class _Look:
    """One look at a value: references point into the whole schema, and there is an end to it."""

    def __init__(self, root: JsonValue) -> None:
        self._root, self._steps = root, 0

    def fits(self, value: JsonValue, schema: JsonValue, depth: int) -> bool:
        self._steps += 1
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict) or depth > MOST_DEPTH or self._steps > MOST_STEPS:
            raise NotUnderstood(f"a schema is an object, nested at most {MOST_DEPTH} deep")
        if unknown := sorted(set(schema) - _KNOWN):
            raise NotUnderstood(f"the keyword {unknown[0][:60]!r} is not understood here")
        return (
            _is_of_type(value, schema.get("type"))
            and _is_allowed(value, schema)
            and _is_within(value, schema)
            and self._is_chosen(value, schema, depth + 1)
            and self._has_parts(value, schema, depth + 1)
        )

    def _is_chosen(self, value: JsonValue, schema: Mapping[str, JsonValue], depth: int) -> bool:
        referred = "$ref" not in schema or self.fits(value, _referred(schema["$ref"], self._root), depth)
        choices = schema.get("anyOf")
        return referred and (choices is None or any(self.fits(value, each, depth) for each in _list(choices)))

    def _has_parts(self, value: JsonValue, schema: Mapping[str, JsonValue], depth: int) -> bool:
        if isinstance(value, dict):
            return _holds(value, schema) and all(
                self.fits(part, of, depth) for part, of in _members(value, schema)
            )
        items = schema.get("items", True)
        return not isinstance(value, list) or all(self.fits(each, items, depth) for each in value)


def text_key(schema: Mapping[str, JsonValue]) -> str | None:
    """The key under which any text makes an object of a schema; None: there is no such key.

    Raises:
        NotUnderstood: of the schema it cannot be said.

    Examples:
        >>> text_key({"type": "object", "properties": {"plan": {"type": "string"}}, "required": ["plan"]})
        'plan'
    """
    properties = schema.get("properties")
    wanted = schema.get("required") or (list(properties) if isinstance(properties, dict) else [])
    if not isinstance(wanted, list) or not all(isinstance(key, str) for key in wanted):
        raise NotUnderstood("`required` is a list of names")
    keys = cast("list[str]", wanted)
    whole = dict(schema)
    return next((key for key in keys if all(fits({key: text}, whole) for text in ("x", LONG))), None)


def object_in(text: str) -> dict[str, JsonValue] | None:
    """The JSON object that a text is, or has within other words; None when there is none."""
    for piece in (text, text[text.find("{") : text.rfind("}") + 1]):
        try:
            found = json.loads(piece)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return cast("dict[str, JsonValue]", found)
    return None


def _is_of_type(value: JsonValue, kinds: JsonValue) -> bool:
    if kinds is None:
        return True
    names = kinds if isinstance(kinds, list) else [kinds]
    if not all(isinstance(name, str) and name in _KINDS for name in names):
        raise NotUnderstood(f"the type {kinds!r:.60} is not known")
    as_bool = isinstance(value, bool)
    return any(name == "boolean" if as_bool else isinstance(value, _KINDS[str(name)]) for name in names)


def _is_allowed(value: JsonValue, schema: Mapping[str, JsonValue]) -> bool:
    listed = _list(schema["enum"]) if "enum" in schema else [value]
    return any(_same(value, each) for each in listed) and _same(value, schema.get("const", value))


def _same(one: JsonValue, other: JsonValue) -> bool:
    # To Python true is 1.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_within(value: JsonValue, schema: Mapping[str, JsonValue]) -> bool:
    size: float | None = None
    names = ("minimum", "maximum")
    if isinstance(value, str | list):
        size, names = (
            len(value),
            ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems"),
        )
    elif isinstance(value, int | float) and not isinstance(value, bool):
        size = value
    if size is None:
        return True
    return _bound(schema, names[0], -float("inf")) <= size <= _bound(schema, names[1], float("inf"))


def _bound(schema: Mapping[str, JsonValue], name: str, otherwise: float) -> float:
    bound = schema.get(name, otherwise)
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise NotUnderstood(f"{name} is a number")
    return bound


def _holds(value: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]) -> bool:
    return all(isinstance(key, str) and key in value for key in _list(schema.get("required", [])))


def _members(value: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]) -> list[tuple[Any, JsonValue]]:
    """Every member of an object with the schema that holds for it."""
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not isinstance(known, dict):
        raise NotUnderstood("`properties` is an object")
    return [(member, known.get(key, other)) for key, member in value.items()]


def _referred(name: JsonValue, root: JsonValue) -> JsonValue:
    """What a reference within the schema points to; others are never followed."""
    if not isinstance(name, str) or not name.startswith("#"):
        raise NotUnderstood("references point into the schema itself, as #/$defs/… does")
    found = root
    for step in filter(None, name[1:].split("/")):
        found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        raise NotUnderstood(f"{name[:60]!r} points nowhere")
    return found


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise NotUnderstood("`enum`, `anyOf` and `required` are lists")
    return value
