"""Lines of journals: written, read, and damaged ones told from what a crash leaves.

A line is `{"crc":"<CRC-32 of the event's bytes, hex>","event":{…}}`. A process that dies leaves the beginning of a
line, of which nobody was told: it is torn. Whatever else is not a line that was written is damaged.
"""

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import ValidationError

from swarm.config import tighten
from swarm.errors import DamagedJournal, DataFolderUnusable
from swarm.recording.events import Event, from_json, to_json

_MARK = b'{"crc":"'
"""How every line begins. Quotes inside JSON texts are escaped, so no event contains it."""
_BLOCK = 65_536
_HEAD = len(b'{"crc":"01234567","event":')
_LAST = 64
"""Bytes by which a journal is recognised; more than half of them are a checksum or differ from line to line."""
_NEVER_WRITTEN = re.compile(rb"[\x00-\x1f]")
"""JSON escapes them."""


class Entry(NamedTuple):
    """One event and where its line begins, in bytes."""

    offset: int
    event: Event


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines that were read from a journal file."""

    entries: tuple[Entry, ...] = ()
    position: int = 0
    """Just behind the last complete or damaged line; a torn last line is not read."""
    damaged: tuple[int, ...] = ()
    """Offsets of lines that are not what was written."""

    @property
    def events(self) -> list[Event]:
        """The events alone."""
        return [entry.event for entry in self.entries]

    @property
    def lines(self) -> int:
        """Count the lines that were read, damaged ones included."""
        return len(self.entries) + len(self.damaged)


def line_of(event: Event) -> bytes:
    """One event as a line of a journal."""
    body = to_json(event)
    return b'{"crc":"%08x","event":%s}\n' % (zlib.crc32(body), body)


def read_bodies(path: Path, piece: int = 16_000_000) -> Iterator[tuple[int, bytes | None]]:
    """Read the lines of a journal without reading the events in them; a few of its bytes at a time.

    Yields:
        Where a line begins, and its event as JSON; None for a line that is not what was written.

    Raises:
        DataFolderUnusable, DamagedJournal: as `read_journal`.
    """
    with _opened(path) as file:
        begin, rest = 0, b""
        while block := file.read(piece):
            lines = rest + block
            complete = lines.rfind(b"\n") + 1
            yield from ((offset, _body(line)) for offset, line in _lines(lines[:complete], begin))
            begin, rest = begin + complete, lines[complete:]
        if not is_torn(rest):
            yield begin, None


def read_journal(path: Path, start: int = 0, end: int | None = None) -> Reading:
    """Read the lines of a journal file from byte `start` on, up to byte `end` or to the last one.

    Raises:
        DataFolderUnusable: when it may not be read.
        DamagedJournal: when it is a folder, a pipe or the like.
    """
    with _opened(path) as file:
        file.seek(start)
        content = file.read(-1 if end is None else end - start)
    complete = content.rfind(b"\n") + 1
    entries: list[Entry] = []
    damaged: list[int] = []
    for offset, line in _lines(content[:complete], start):
        event = _read_line(line)
        if event is None:
            damaged.append(offset)
        else:
            entries.append(Entry(offset, event))
    if (end is None or len(content) < end - start) and not is_torn(content[complete:]):
        damaged.append(start + complete)
        complete = len(content)
    return Reading(tuple(entries), start + complete, tuple(damaged))


def is_torn(tail: bytes) -> bool:
    """Tell whether nothing or the beginning of a line stands behind the last line end."""
    begins = tail.startswith(_MARK[: len(tail)])
    # A whole line with one byte more was complete: its end was damaged.
    another = tail.find(_MARK, 1) > 0 or _body(tail[:-1]) is not None
    return begins and not another and _NEVER_WRITTEN.search(tail) is None


def tail_of(path: Path) -> tuple[int, bytes]:
    """Find where the last complete line of a file ends and what stands behind it.

    It is looked for from behind, as an experiment's journal may be huge.
    """
    tail = b""
    with path.open("rb") as file:
        start = file.seek(0, os.SEEK_END)
        while start:
            end, start = start, max(0, start - _BLOCK)
            file.seek(start)
            tail = file.read(end - start) + tail
            if (found := tail.rfind(b"\n")) >= 0:
                return start + found + 1, tail[found + 1 :]
    return 0, tail


def mark_before(path: Path, position: int) -> int:
    """By what a journal is recognised that was read up to a position: the checksum of its last bytes before that."""
    start = max(0, position - _LAST)
    with _opened(path) as file:
        file.seek(start)
        return zlib.crc32(file.read(position - start))


def _opened(path: Path) -> BinaryIO:
    # Whoever opens a named pipe waits for ever for somebody to write into it.
    if path.exists() and not path.is_file():
        raise DamagedJournal(f"the journal {str(path)!r} is not a file; move it out of the folder")
    tighten(path)
    try:
        return path.open("rb")
    except PermissionError as error:
        raise DataFolderUnusable(f"cannot read the journal {str(path)!r}: {error.strerror}") from error


def _lines(content: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    offset = start
    # Not splitlines(): a damaged line may contain other line ends.
    for line in content.split(b"\n"):
        if line:
            yield from _unglued(line, offset)
        offset += len(line) + 1


def _unglued(line: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Cut a line where others begin: they are glued together when the line end between them is damaged."""
    begin = 0
    while (found := line.find(_MARK, begin + 1)) > 0:
        yield offset + begin, line[begin:found]
        begin = found
    yield offset + begin, line[begin:]


def _body(line: bytes) -> bytes | None:
    """The event in a line, as JSON; None when it is not what was written."""
    body = line[_HEAD:-1]
    written = line[:_HEAD] == b'{"crc":"%08x","event":' % zlib.crc32(body) and line[-1:] == b"}"
    return body if written else None


def _read_line(line: bytes) -> Event | None:
    body = _body(line)
    try:
        return None if body is None else from_json(body)
    except ValidationError:
        return None
