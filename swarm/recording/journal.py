"""Events are kept: append-only files, one JSON object a line, one writer each. The truth.

What a line is: `journal_lines`. What a real model was asked or answered is synced to disk before anything depends on
it; simulated turns, which cost nothing to repeat, once a run. A writer holds an operating-system lock for as
long as it lives, so an unfinished run that nobody locks is interrupted.
"""

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout

from swarm.config import Settings, private, tighten
from swarm.errors import DataFolderUnusable, RunBusy, UnknownRun
from swarm.faultpoint import die, is_reached, reached
from swarm.recording.events import (
    CallEnded,
    CallStarted,
    Event,
    ExperimentEnded,
    ExperimentExtended,
    ExperimentResumed,
    ExperimentStarted,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    TurnTaken,
)
from swarm.recording.journal_lines import is_torn, line_of, tail_of

SYNCED_ALWAYS = (
    RunFinished,
    RunDeleted,
    ExperimentStarted,
    ExperimentResumed,
    ExperimentExtended,
    ExperimentEnded,
)
SYNCED_WHEN_PAID = (RunStarted, RunResumed, CallStarted, CallEnded, TurnTaken, RunJudged)


class Journal:
    """A journal file open for appending. Use as a context manager; the lock goes with it."""

    def __init__(self, path: Path, *, paid: bool) -> None:
        """Open or create a journal file.

        Args:
            path: the file; its folder exists.
            paid: whether repeating what it records would cost money, so that each fact is synced.

        Raises:
            RunBusy: when another process writes this file.
            DataFolderUnusable: when it may not be written.
        """
        self.path = path
        self.paid = paid
        self._lock = FileLock(_lock_path(path), timeout=2.0, mode=0o600)
        try:
            with private():
                self._lock.acquire()
                self._file = _open_at_line_end(path)
        except Timeout as error:
            raise RunBusy(
                f"another process is performing {path.stem!r}; stop it first, or watch it"
            ) from error
        except OSError as error:
            self._lock.release()
            raise self._unwritable(error.strerror) from error
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


def journal_of(run_id: str, settings: Settings) -> Path:
    """Return the file in which a single run keeps its events.

    Raises:
        UnknownRun: when the id cannot be one.
    """
    if not run_id or not all(part.isalnum() for part in run_id.split("-")) or len(run_id) > 80:
        raise UnknownRun(f"{run_id[:80]!r} is not the id of a run; `python -m swarm list` shows them")
    return settings.journal / f"{run_id}.jsonl"


def is_written_to(path: Path) -> bool:
    """Tell whether a living process holds this journal file."""
    if not _lock_path(path).exists():
        return False
    try:
        # Others may be looking at the same instant, each for microseconds: hence a little patience.
        with FileLock(_lock_path(path), timeout=0.03, poll_interval=0.005, mode=0o600):
            return False
    except Timeout:
        return True


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _open_at_line_end(path: Path) -> BinaryIO:
    """Open for appending; a torn last line, which nobody was told of, is cut off. A damaged one is ended, and kept."""
    file = path.open("ab", buffering=0)
    tighten(path)
    end, tail = tail_of(path)
    if not is_torn(tail):
        file.write(b"\n")
    elif tail:
        file.truncate(end)
        file.seek(end)
    return file  # pyright: ignore[reportReturnType]
