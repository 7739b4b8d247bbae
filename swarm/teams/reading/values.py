"""The text of a file becomes plain values: YAML, JSON and JSON5, safely and within limits.

Errors name the file and the line, and never repeat a value: it may be a key.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

import pyjson5
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from swarm.errors import BadInput
from swarm.security.keys import without_secrets

MAX_NESTING = 40
MAX_ALIASES = 200
MAX_VALUES = 100_000
"""Of a YAML file, with aliases replaced by what they stand for."""
MAX_BITS = 4_000
"""Of a whole number: Python refuses to write out much longer ones."""
Data: TypeAlias = dict[str, Any]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, where PyYAML was built with it, takes a tenth of the time."""
_COLUMN = re.compile(r"near (\d+)")
_QUOTED = re.compile(r"""(?<=['"])[^'"<>\s]{4,}(?=['"])""")
"""Names of aliases, anchors and tags in the words of the YAML parser; what it wanted is shorter, or in angles."""


class BadTeam(BadInput):
    """A file of a team that cannot be used; the message names the file and the place."""

    def __init__(self, path: str, place: str, fault: str) -> None:
        super().__init__(f"{_shown(path)}{', ' + place if place else ''}: {fault}")
        self.path = path


class Unparsed(BadTeam):
    """A file that is not in the language that its name promises; others may be read without it."""

    more: "tuple[Unparsed, ...]" = ()
    """Other such files."""


class Tolerant(BaseModel):
    """Base of the shapes of foreign files: what is not known is kept apart, to be told as ignored."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


Shape = TypeVar("Shape", bound=Tolerant)


def read_yaml(path: str, text: str) -> Any:
    """Read YAML without tags, of at most 40 levels and 200 aliases, none of which leads back to itself.

    Raises:
        Unparsed: names the line.
    """
    try:
        _check_events(path, text)
        return _checked(path, yaml.load(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        fault = error.problem or "not YAML"
        # The parser in C puts the end of a file that ends without a line break into the line behind it.
        place = f"line {min(mark.line, text.count(chr(10))) + 1}" if mark else ""
        raise Unparsed(path, place, _shown(_QUOTED.sub("…", fault))) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise Unparsed(path, "", "not YAML that can be read") from error


def read_json(path: str, text: str) -> Any:
    """Read JSON of at most 40 levels.

    Raises:
        Unparsed: names the line.
    """
    try:
        return _checked(path, json.loads(text))
    except json.JSONDecodeError as error:
        raise Unparsed(path, f"line {error.lineno}", f"not JSON: {error.msg.lower()}") from error
    except (RecursionError, ValueError) as error:
        raise Unparsed(
            path, "", "not JSON that can be read: nested too deeply, or a number is too long"
        ) from error


def read_json5(path: str, text: str) -> Any:
    """Read JSON with comments and trailing commas, or JSON5, of at most 40 levels.

    Raises:
        Unparsed: names the line.
    """
    try:
        return _checked(path, pyjson5.decode(text, maxdepth=MAX_NESTING))
    except pyjson5.Json5Exception as error:
        near = _COLUMN.search(str(error.args[0]))
        line = f"line {text.count(chr(10), 0, int(near[1])) + 1}" if near else ""
        raise Unparsed(path, line, "not JSON5 that can be read") from error
    except (RecursionError, ValueError) as error:
        raise Unparsed(path, "", "not JSON5 that can be read") from error


def shaped(shape: type[Shape], path: str, place: str, value: Any) -> Shape:
    """Hold a value against a shape.

    Args:
        shape: what is wanted.
        path: of the file.
        place: where in the file, such as "agents.writer"; empty for all of it.
        value: what stands there.

    Raises:
        BadTeam: names the first thing that does not fit.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        inner = ".".join(str(step)[:60] for step in fault["loc"])
        where = ".".join(part for part in (place, inner) if part)
        raise BadTeam(path, _shown(where), _shown(fault["msg"][0].lower() + fault["msg"][1:])) from error


def mapping(path: str, place: str, value: Any) -> Data:
    """A value as a mapping with names for keys.

    Raises:
        BadTeam: when it is none.
    """
    if not isinstance(value, Mapping):
        raise BadTeam(path, place, "a mapping of names was expected here")
    return {str(key): each for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def unknown_keys(shape: Tolerant) -> Iterator[str]:
    """Keys of a shape that nobody asked for; never their values."""
    yield from (_shown(str(key)[:60]) for key in (shape.model_extra or {}))


class _Unfolded:
    """The size of a YAML file with its aliases replaced by what they stand for."""

    def __init__(self) -> None:
        self.aliases = self.values = 0
        self._sizes: dict[str | None, int] = {}
        self._open: list[tuple[str | None, int]] = []

    def take(self, event: yaml.Event) -> None:
        """Count one more event."""
        anchor: str | None = getattr(event, "anchor", None)
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((anchor, self.values))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            self._sizes[anchor] = self.values - before + 1
        if isinstance(event, yaml.AliasEvent):
            self.aliases += 1
            self.values += self._sizes.get(anchor, 1) if self._is_closed(anchor) else MAX_VALUES
        elif isinstance(event, yaml.NodeEvent):
            self.values += 1

    def _is_closed(self, anchor: str | None) -> bool:
        return all(anchor != each for each, _ in self._open)

    def fault(self) -> str | None:
        """Name the excess, if there is one."""
        if len(self._open) > MAX_NESTING:
            return "nested too deeply"
        if self.aliases > MAX_ALIASES:
            return f"more than {MAX_ALIASES} aliases"
        return f"more than {MAX_VALUES:,} values, aliases unfolded" if self.values >= MAX_VALUES else None


def _check_events(path: str, text: str) -> None:
    """Aliases can blow a small file up beyond all memory, so they are counted before anything is built."""
    unfolded = _Unfolded()
    for event in yaml.parse(text, Loader=_LOADER):  # pyright: ignore[reportUnknownVariableType]
        unfolded.take(event)  # pyright: ignore[reportUnknownArgumentType]
        fault = unfolded.fault()
        if fault:
            raise Unparsed(path, f"line {event.start_mark.line + 1}", fault)


def _checked(path: str, value: Any) -> Any:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_NESTING:
            raise Unparsed(path, "", f"nested more than {MAX_NESTING} levels deep")
        if isinstance(each, int) and each.bit_length() > MAX_BITS:
            raise Unparsed(path, "", "a number is too long")
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for pair in each.items() for inner in pair]  # pyright: ignore
        elif isinstance(each, list | tuple | set):
            waiting += [(inner, depth + 1) for inner in each]  # pyright: ignore
    return value


def _shown(text: str) -> str:
    """A parser's words or a place, safe to show on one line."""
    plain = "".join(letter if letter.isprintable() else " " for letter in without_secrets(text)[0])
    return " ".join(plain.split())[:200]
