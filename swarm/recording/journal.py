"""Events are kept: append-only files, one JSON object a line, one writer each. The truth.

What a line is: `journal_lines`. What a real model was asked or answered is synced to disk before anything depends on
it; simulated turns, which cost nothing to repeat, once a run. A writer holds an operating-system lock for as
long as it lives, so an unfinished run that nobody locks is interrupted.
"""

import asyncio
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout

from swarm.config import Settings, private, tighten
from swarm.errors import DataFolderUnusable, FolderGone, RunBusy, UnknownRun
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

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

SYNCED_ALWAYS = (
    RunFinished,
    RunDeleted,
    ExperimentStarted,
    ExperimentResumed,
    ExperimentExtended,
    ExperimentEnded,
)
_NO_MORE = "so no further call is made; what was bought is"
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
        self.gone: str | None = None
        """What became of the file while it was written, and where its lines are; None while it is in its place."""
        self._written = self._synced = self._file.tell()
        self._syncing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._lock.release()

    def mind_place(self) -> None:
        """Make sure that whoever looks for the journal finds what is written now.

        Raises:
            FolderGone: when its folder was moved or deleted; says where its lines are. Whatever is appended joins them.
        """
        self._follow()
        if self.gone:
            raise FolderGone(self.gone)

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

    def _follow(self) -> None:
        """Go on in a file elsewhere when this one was deleted; one that was moved goes on where it is."""
        if self.gone:
            return
        here = os.fstat(self._file.fileno())
        with suppress(OSError):
            if os.path.samestat(here, self.path.stat()):
                return
        if here.st_nlink:
            self.gone = (
                f"{_was(self.path)} moved{_place_of(self._file)} while it was written, {_NO_MORE} in it"
            )
        else:
            self._file, said = _rescued(self._file, self.path)
            self.gone = f"{_was(self.path)} deleted while it was written, {_NO_MORE} {said}"

    def _write(self, lines: bytes) -> None:
        self._follow()
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
        """Append, and return when the event is as durable as it has to be.

        Raises:
            DataFolderUnusable: as `append`.
            FolderGone: for a call that is to be paid for and could not be kept where anybody looks.
        """
        buys = self.paid and isinstance(event, CallStarted)
        if buys:
            self.mind_place()
        self.append(event)
        if isinstance(event, SYNCED_ALWAYS) or (self.paid and isinstance(event, SYNCED_WHEN_PAID)):
            await self.sync()
        if buys:
            # That took its time.
            self.mind_place()

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
    except OSError:
        return _is_locked(_lock_path(path))


def _is_locked(lock: Path) -> bool:
    """Tell whether somebody holds a lock, where nothing may be written."""
    if fcntl is None:
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _was(path: Path) -> str:
    return f"the journal {str(path)!r} was"


def _place_of(file: BinaryIO) -> str:
    """Say where an open file is, where a system tells it."""
    try:
        return f" to {str(Path(f'/proc/self/fd/{file.fileno()}').readlink())!r}"
    except OSError:
        return ""


def _rescued(file: BinaryIO, path: Path) -> tuple[BinaryIO, str]:
    """Save the lines of a file that has no name any more; returns the file to go on in, and where that is."""
    for folder in (*path.parents[1:], Path(gettempdir())):
        with suppress(OSError):
            saved = (folder / f"{path.stem}-rescued-{secrets.token_hex(3)}.jsonl").open("xb", buffering=0)
            file.seek(0)
            shutil.copyfileobj(file, saved)
            file.close()
            return saved, f"kept in {saved.name!r}"  # pyright: ignore[reportReturnType]
    return file, "lost, for nothing can be written anywhere"


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _open_at_line_end(path: Path) -> BinaryIO:
    """Open for appending; a torn last line, which nobody was told of, is cut off. A damaged one is ended, and kept."""
    # Read as well, to save what is in it should it be deleted meanwhile.
    file = path.open("a+b", buffering=0)
    tighten(path)
    end, tail = tail_of(path)
    if not is_torn(tail):
        file.write(b"\n")
    elif tail:
        file.truncate(end)
        file.seek(end)
    return file  # pyright: ignore[reportReturnType]
