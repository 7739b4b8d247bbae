"""One's own models file is read entry by entry: a slip costs its entry, and is told with its line."""

import re
from collections.abc import Iterator, Mapping
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
    for piece in _pieces(text, path, slips):
        try:
            CatalogueFile.model_validate({"models": []} | piece.content)
        except ValidationError as error:
            slips.append(_slip(piece, error, text, path))
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
                # Empty lines before it keep the numbers of its lines.
                content = toml_of("\n" * (line - 1) + part)
            except (RecursionError, ValueError) as error:
                slips.append(_unreadable(path, line, part, error))
            else:
                yield from _apart(content, [(line, name) for name in content])


def _unreadable(path: Path, line: int, part: str, error: Exception) -> Slip:
    named, at = _ID.search(part), _AT.search(str(error))
    said = _AT.sub("", str(error)).strip()
    return Slip(f"{path}: line {at[1] if at else line}: not TOML: {said}{_NO_MORE}", named and named[1])


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


def _apart(content: Mapping[str, Any], headers: list[tuple[int, str]]) -> Iterator[_Piece]:
    for name, value in content.items():
        lines = iter([line for line, header in headers if header == name])
        if isinstance(value, list):
            for place, entry in enumerate(cast("list[Any]", value)):
                yield _Piece(next(lines, 1), f"{name}.{place}", {name: [entry]})
        elif isinstance(value, dict):
            for key, entry in cast("dict[str, Any]", value).items():
                yield _Piece(next(lines, 1), f"{name}.{key}", {name: {key: entry}})
        else:
            yield _Piece(1, name, {name: value})


def _slip(piece: _Piece, error: ValidationError, text: str, path: Path) -> Slip:
    [value] = piece.content.values()
    entry: Any = cast("list[Any]", value)[0] if isinstance(value, list) else value
    named: Any = cast("dict[str, Any]", entry).get("id") if isinstance(entry, dict) else None
    model = named if isinstance(named, str) else None
    of = f" of {model!r}" if model else ""
    faults = error.errors(include_url=False, include_input=False)
    line = min(_line_of(fault["loc"][2:], piece, text) for fault in faults)
    said = "; ".join(
        f"{'.'.join([piece.name, *map(str, fault['loc'][2:])])}{of}: {_in_words(fault)}" for fault in faults
    )
    return Slip(f"{path}: line {line}: {said}{_NO_MORE}", model)


def _in_words(fault: Any) -> str:
    return "unknown key" if fault["type"] == "extra_forbidden" else fault["msg"]


def _line_of(where: tuple[int | str, ...], piece: _Piece, text: str) -> int:
    """The line of a key of an entry; that at which the entry begins when the key is missing."""
    lines = text.split("\n")
    for number in range(piece.line - 1, len(lines)):
        if number >= piece.line and _HEADER.match(lines[number]):
            break
        if where and re.match(rf"[ \t]*(?:\[models\.)?[\"']?{re.escape(str(where[0]))}\b", lines[number]):
            return number + 1
    return piece.line


def _join(good: dict[str, Any], content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, list):
            good.setdefault(name, []).extend(value)
        elif isinstance(value, dict):
            good.setdefault(name, {}).update(value)
        else:
            good[name] = value
