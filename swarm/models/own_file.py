"""One's own models file is read entry by entry: a slip costs its entry, and is told with its line."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from swarm.models.catalogue_file import CatalogueFile
from swarm.text.decode import decoded
from swarm.text.toml import toml_of

_HEADER = re.compile(r"[ \t]*\[(?:\[|(?!(?:models|servers)[ \t]*\.))")
"""How a line begins behind which another entry stands; `[models.price]` belongs to the entry before."""
_ID = re.compile(r"^[ \t]*id[ \t]*=[ \t]*[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE)
_AT = re.compile(r" ?\(at line ([0-9]+), column [0-9]+\)")
_BEGINS = re.compile(r"[ \t]*+(?:\[models\.)?[\"']?(\w++)")
"""How a line begins that gives a key."""
_WORD = re.compile(r"\w++")
_NO_MORE = "; this entry is left out"


class Slip(NamedTuple):
    """A mistake in the file."""

    said: str
    """What and where it is, in a sentence with the file's name."""
    id: str | None
    """Of the model that the entry would have been; None when it is not known, or all of the file is meant."""


class OwnFile(NamedTuple):
    """What could be read of a file, and what could not."""

    tables: CatalogueFile
    slips: tuple[Slip, ...] = ()


class _Lines:
    """Where the keys and the entries of a file stand; every line is looked at once, however many slips there are."""

    def __init__(self, text: str) -> None:
        self._begun: dict[str, list[int]] = defaultdict(list)
        self._headers: list[int] = []
        for number, line in enumerate(text.split("\n"), 1):
            if _HEADER.match(line):
                self._headers.append(number)
            elif found := _BEGINS.match(line):
                self._begun[found[1]].append(number)

    def of(self, key: str, begins: int) -> int:
        """The line of a key of the entry that begins at a line; that line when it is not found there."""
        word = _WORD.match(key)
        lines = self._begun.get(word[0], []) if word else []
        at, end = bisect_left(lines, begins), bisect_right(self._headers, begins)
        if at == len(lines) or (end < len(self._headers) and lines[at] > self._headers[end]):
            return begins
        return lines[at]


class _Piece(NamedTuple):
    """One entry: where it begins, from line 1, and the file as if it stood there alone."""

    line: int
    name: str
    content: dict[str, Any]


def read_own_file(path: Path) -> OwnFile:
    """Read all entries of a models file that can be read."""
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        return OwnFile(
            CatalogueFile(models=[]), (Slip(f"cannot read {str(path)!r}: {error.strerror}", None),)
        )
    except ValueError as error:
        return OwnFile(CatalogueFile(models=[]), (Slip(f"{path}: {error}; it is left out", None),))
    good: dict[str, Any] = {"models": []}
    slips: list[Slip] = []
    lines = _Lines(text)
    for piece in _pieces(text, path, slips):
        try:
            CatalogueFile.model_validate({"models": []} | piece.content)
        except ValidationError as error:
            slips.append(_slip(piece, error, lines, path))
        else:
            _join(good, piece.content)
    return OwnFile(CatalogueFile.model_validate(good), tuple(slips))


def _pieces(text: str, path: Path, slips: list[Slip]) -> Iterator[_Piece]:
    """Every entry by itself; where the file is no TOML, those of its parts that are."""
    try:
        yield from _apart(toml_of(text), _headers(text))
    except (RecursionError, ValueError):
        for line, part in _parts(text):
            try:
                content = toml_of(part)
            except (RecursionError, ValueError) as error:
                slips.append(_unreadable(path, line, part, error))
            else:
                yield from _apart(content, [(line, name) for name in content])


def _unreadable(path: Path, line: int, part: str, error: Exception) -> Slip:
    named, at = _ID.search(part), _AT.search(str(error))
    said = _AT.sub("", str(error)).strip()
    where = line + int(at[1]) - 1 if at else line
    return Slip(f"{path}: line {where}: not TOML: {said}{_NO_MORE}", named and named[1])


def _parts(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    starts = [0, *(number for number, line in enumerate(lines) if number and _HEADER.match(line)), len(lines)]
    for start, end in pairwise(starts):
        yield start + 1, "\n".join(lines[start:end])


def _headers(text: str) -> list[tuple[int, str]]:
    """Where tables begin, and the first part of their names."""
    return [
        (number, line.strip().lstrip("[").split(".")[0].split("]")[0].strip())
        for number, line in enumerate(text.split("\n"), 1)
        if _HEADER.match(line)
    ]


def _apart(content: Mapping[str, Any], headers: Sequence[tuple[int, str]]) -> Iterator[_Piece]:
    begun: dict[str, list[int]] = defaultdict(list)
    for line, header in headers:
        begun[header].append(line)
    for name, value in content.items():
        lines = iter(begun[name])
        if isinstance(value, list):
            for place, entry in enumerate(cast("list[Any]", value)):
                yield _Piece(next(lines, 1), f"{name}.{place}", {name: [entry]})
        elif isinstance(value, dict):
            for key, entry in cast("dict[str, Any]", value).items():
                yield _Piece(next(lines, 1), f"{name}.{key}", {name: {key: entry}})
        else:
            yield _Piece(1, name, {name: value})


def _slip(piece: _Piece, error: ValidationError, lines: _Lines, path: Path) -> Slip:
    [value] = piece.content.values()
    entry: Any = cast("list[Any]", value)[0] if isinstance(value, list) else value
    named: Any = cast("dict[str, Any]", entry).get("id") if isinstance(entry, dict) else None
    model = named if isinstance(named, str) else None
    of = f" of {model!r}" if model else ""
    faults = error.errors(include_url=False, include_input=False)
    line = min(_line_of(fault["loc"][2:], piece, lines) for fault in faults)
    said = "; ".join(
        f"{'.'.join([piece.name, *map(str, fault['loc'][2:])])}{of}: {_in_words(fault)}" for fault in faults
    )
    return Slip(f"{path}: line {line}: {said}{_NO_MORE}", model)


def _in_words(fault: Any) -> str:
    return "unknown key" if fault["type"] == "extra_forbidden" else fault["msg"]


def _line_of(where: tuple[int | str, ...], piece: _Piece, lines: _Lines) -> int:
    """The line of a key of an entry; that at which the entry begins when the key is missing."""
    return lines.of(str(where[0]), piece.line) if where else piece.line


def _join(good: dict[str, Any], content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, list):
            good.setdefault(name, []).extend(value)
        elif isinstance(value, dict):
            good.setdefault(name, {}).update(value)
        else:
            good[name] = value
