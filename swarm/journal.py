"""This file is where events are kept: append-only files, one JSON object a line, one writer each. The truth.

A line is `{"crc":"<CRC-32 of the event's bytes, hex>","event":{…}}`. What a real model was asked or
answered is synced to disk before anything depends on it; simulated turns, which cost nothing to repeat, once
a run. A writer holds an operating-system lock for as long as it lives, so an unfinished run that nobody locks
is interrupted.
"""

import asyncio
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from swarm.config import Settings
from swarm.errors import DataFolderUnusable, RunBusy, UnknownRun
from swarm.events import (
    CallEnded,
    CallStarted,
    Event,
    ExperimentEnded,
    ExperimentResumed,
    ExperimentStarted,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    TurnTaken,
    from_json,
    to_json,
)
from swarm.faultpoint import die, is_reached, reached

SYNCED_ALWAYS = (RunFinished, RunDeleted, ExperimentStarted, ExperimentResumed, ExperimentEnded)
SYNCED_WHEN_PAID = (RunStarted, RunResumed, CallStarted, CallEnded, TurnTaken, RunJudged)
_MARK = b'{"crc":"'
"""How every line begins. Quotes inside JSON texts are escaped, so no event contains it."""
_BLOCK = 65_536
_HEAD = len(b'{"crc":"01234567","event":')


class Entry(NamedTuple):
    """One event and where its line begins, in bytes."""

    offset: int
    event: Event


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a journal file."""

    entries: tuple[Entry, ...] = ()
    position: int = 0
    """Just behind the last complete line; an incomplete last line is not read."""
    damaged: tuple[int, ...] = ()
    """Offsets of complete lines that are not what was written."""

    @property
    def events(self) -> list[Event]:
        """The events alone."""
        return [entry.event for entry in self.entries]


class Journal:
    """A journal file open for appending. Use as a context manager; the lock goes with it."""

    def __init__(self, path: Path, *, paid: bool) -> None:
        """Open or create a journal file.

        Args:
            path: the file; its folder exists.
            paid: whether repeating what it records would cost money, so that each fact is synced.

        Raises:
            RunBusy: when another process writes this file.
        """
        self.path = path
        self.paid = paid
        self._lock = FileLock(_lock_path(path), timeout=2.0)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise RunBusy(
                f"another process is performing {path.stem!r}; stop it first, or watch it"
            ) from error
        self._file = _open_at_line_end(path)
        self._written = self._synced = self._file.tell()
        self._syncing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._lock.release()

    def append(self, event: Event) -> None:
        """Write one event; it survives the death of this process, though not yet that of the machine.

        Raises:
            DataFolderUnusable: when it cannot be written whole; nothing of it is left in the file then.
        """
        self._append(line_of(event), event.kind)

    def append_lines(self, lines: bytes) -> None:
        """Write whole lines, as `line_of` makes them.

        Raises:
            DataFolderUnusable: as `append`.
        """
        self._append(lines, "chunk")

    def _append(self, lines: bytes, what: str) -> None:
        reached(f"before {what}")
        if is_reached(f"half {what}"):
            self._file.write(lines[: len(lines) // 2])
            die()
        self._write(lines)
        reached(f"after {what}")

    def _write(self, lines: bytes) -> None:
        try:
            complete = self._file.write(lines) == len(lines)
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        if not complete:
            # A full disk takes a part of a line without an error; the next line must not be glued to it.
            self._file.truncate(self._written)
            raise self._unwritable("no space left on the device")
        self._written += len(lines)

    async def record(self, event: Event) -> None:
        """Append, and return when the event is as durable as it has to be."""
        self.append(event)
        if isinstance(event, SYNCED_ALWAYS) or (self.paid and isinstance(event, SYNCED_WHEN_PAID)):
            await self.sync()

    async def sync(self) -> None:
        """Return when everything appended so far is on disk; concurrent callers share one sync."""
        wanted = self._written
        while self._synced < wanted:
            if self._syncing is None:
                self._syncing = asyncio.create_task(self._sync_once())
            # A caller that is cancelled must not take the others' sync with it.
            await asyncio.shield(self._syncing)

    def _unwritable(self, reason: str | None) -> DataFolderUnusable:
        return DataFolderUnusable(f"cannot write to the journal {str(self.path)!r}: {reason}")

    async def _sync_once(self) -> None:
        reached = self._written
        try:
            await asyncio.to_thread(os.fsync, self._file.fileno())
            self._synced = reached
        finally:
            self._syncing = None


def line_of(event: Event) -> bytes:
    """One event as a line of a journal."""
    body = to_json(event)
    return b'{"crc":"%08x","event":%s}\n' % (zlib.crc32(body), body)


def read_bodies(path: Path, piece: int = 16_000_000) -> Iterator[tuple[int, bytes | None]]:
    """Read the complete lines of a journal without reading the events in them; a few of its bytes at a time.

    Yields:
        Where a line begins, and its event as JSON; None for a line that is not what was written.
    """
    with path.open("rb") as file:
        begin, rest = 0, b""
        while block := file.read(piece):
            lines = rest + block
            complete = lines.rfind(b"\n") + 1
            yield from ((offset, _body(line)) for offset, line in _lines(lines[:complete], begin))
            begin, rest = begin + complete, lines[complete:]


def read_journal(path: Path, start: int = 0, end: int | None = None) -> Reading:
    """Read the complete lines of a journal file from byte `start` on, up to byte `end` or to the last one."""
    with path.open("rb") as file:
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
    return Reading(tuple(entries), start + complete, tuple(damaged))


def journal_of(run_id: str, settings: Settings) -> Path:
    """Where a single run keeps its events.

    Raises:
        UnknownRun: when the id cannot be one.
    """
    if not run_id or not all(part.isalnum() for part in run_id.split("-")) or len(run_id) > 80:
        raise UnknownRun(f"{run_id[:80]!r} is not the id of a run; `python -m swarm list` shows them")
    return settings.journal / f"{run_id}.jsonl"


def is_written_to(path: Path) -> bool:
    """Whether a living process holds this journal file."""
    if not _lock_path(path).exists():
        return False
    try:
        # Others may be looking at the same instant, each for microseconds: hence a little patience.
        with FileLock(_lock_path(path), timeout=0.03, poll_interval=0.005):
            return False
    except Timeout:
        return True


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _open_at_line_end(path: Path) -> BinaryIO:
    """Open for appending; a torn last line, which nobody was told of, is cut off."""
    file = path.open("ab", buffering=0)
    size = file.tell()
    end = _end_of_last_line(path, size)
    if end < size:
        file.truncate(end)
        file.seek(end)
    return file  # pyright: ignore[reportReturnType]


def _end_of_last_line(path: Path, size: int) -> int:
    """Where the last complete line ends; looked for from behind, as an experiment's journal may be huge."""
    with path.open("rb") as file:
        end = size
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


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
