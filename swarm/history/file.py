"""The history file is opened: by one thread of one process at a time.

DuckDB admits one writing process. Whoever comes second waits a little, tries again, and is told in the
end who holds the file. The schema is brought up to date on the way.
"""

import os
import re
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from swarm import __version__
from swarm.config import private
from swarm.errors import DataFolderUnusable, HistoryBusy, HistoryDamaged
from swarm.faultpoint import reached
from swarm.history.migrations import MIGRATIONS

POLL_S = 0.01
"""How often a file held by somebody else is tried again; holders need a few of these."""
REMEDY = "run `python -m swarm rebuild`: it sets the file aside and makes a new history from the journals"

_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # Of 25,000 runs, questions want a tenth of it; unlimited, taking them in keeps as much again for nothing.
    "memory_limit": "400MB",
}
_OUR_OWN_FAULT = (
    duckdb.ProgrammingError,
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.NotSupportedError,
)
_HEAD_BYTES = 12_288
"""No history is shorter than the head of its file."""
_CANNOT_WRITE = "No space left|File too large|quota exceeded|Permission denied|Read-only file system"
_THREADS: dict[Path, threading.Lock] = {}
"""One lock a history file: DuckDB's own does not keep threads of one process apart. A process forked
while a thread holds the file finds it held for ever, instead of losing what it writes."""
_WAITS: dict[Path, float] = {}


def longest_wait_s(path: Path) -> float:
    """The longest that this process has waited for the history file, opening it included; 0.0 before the first time."""
    return _WAITS.get(path, 0.0)


@contextmanager
def opened(path: Path, patience_s: float) -> Generator[DuckDBPyConnection, None, None]:
    """Hold the history file, made or brought up to date if need be, while the context lasts.

    Args:
        path: the file; its folder exists.
        patience_s: how long to wait for others to let it go.

    Raises:
        HistoryBusy: names the process that holds it.
        HistoryDamaged: when it cannot be read, or is of a newer Roleless.
        DataFolderUnusable: when it cannot be written.
    """
    lock = _THREADS.setdefault(path, threading.Lock())
    begun = time.monotonic()
    deadline = begun + patience_s
    if not lock.acquire(timeout=patience_s):
        raise HistoryBusy(_busy(path, "another thread of this process", patience_s))
    try:
        with _translated(path), private():
            connection = _connect(path, deadline, patience_s)
            _WAITS[path] = max(longest_wait_s(path), time.monotonic() - begun)
            try:
                _migrate(connection, path)
                yield connection
            finally:
                connection.close()
    finally:
        lock.release()


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Generator[None, None, None]:
    """Commit what happens in the context, or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    reached("before commit")
    connection.commit()
    reached("after commit")


@contextmanager
def incoming(
    connection: DuckDBPyConnection,
    like: str,
    rows: Sequence[Mapping[str, object]],
    columns: Sequence[str] = ("*",),
) -> Generator[None, None, None]:
    """Let statements read rows, shaped like some columns of a table, under the name `incoming`.

    Arrow brings them in a hundred times faster than one by one.
    """
    schema = connection.table(like).project(", ".join(columns)).limit(0).to_arrow_table().schema
    table = pa.Table.from_pylist(rows, schema=schema)  # pyright: ignore
    connection.register("incoming", table)  # pyright: ignore
    try:
        yield
    finally:
        connection.unregister("incoming")


def _connect(path: Path, deadline: float, patience_s: float) -> DuckDBPyConnection:
    _check_that_files_are(path, log_of(path))
    while True:
        is_new = not os.path.lexists(path)
        try:
            return duckdb.connect(path, config=_LOCKED_DOWN)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                if is_new:
                    # What a full disk leaves of a new file is no history, and would be taken for a damaged one.
                    path.unlink(missing_ok=True)
                if is_new or not _discards_empty(path):
                    raise
            elif time.monotonic() >= deadline:
                holder = re.search(r"PID (\d+)", str(error))
                who = f"process {holder[1]}" if holder else "another process"
                raise HistoryBusy(_busy(path, who, patience_s)) from error
        time.sleep(POLL_S)


def _check_that_files_are(*files: Path) -> None:
    for file in files:
        if file.exists() and not file.is_file():
            # DuckDB would wait for ever for somebody to write into a named pipe.
            raise HistoryDamaged(f"{str(file)!r} is not a file; {REMEDY}")


def _discards_empty(path: Path) -> bool:
    """Take a file away that was made and never written into; a full disk leaves one to who had no time for that."""
    if path.is_symlink():
        return False
    with suppress(FileNotFoundError):
        content = path.read_bytes() if path.stat().st_size <= _HEAD_BYTES else b"unread"
        if content.strip(b"\0"):
            return False
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)
    return True


def log_of(path: Path) -> Path:
    """The file in which DuckDB keeps the last commits to another."""
    return path.with_name(f"{path.name}.wal")


def _migrate(connection: DuckDBPyConnection, path: Path) -> None:
    """Bring the schema up to date, in one transaction."""
    version, roleless = _version(connection)
    if version > len(MIGRATIONS):
        raise HistoryDamaged(
            f"{str(path)!r} has schema {version}, of Roleless {roleless}; this is {__version__}, which "
            f"knows schema {len(MIGRATIONS)}. Use Roleless {roleless} or later, or {REMEDY}"
        )
    if version == len(MIGRATIONS):
        return
    if not version and connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() != [(0,)]:
        raise HistoryDamaged(f"{str(path)!r} is a DuckDB file, but not a history of Roleless; {REMEDY}")
    with transaction(connection):
        connection.execute(
            "CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL, roleless VARCHAR NOT NULL)"
        )
        for number, statements in enumerate(MIGRATIONS[version:], version + 1):
            connection.execute(statements)
            connection.execute("INSERT INTO meta VALUES (?, ?)", [number, __version__])


def _version(connection: DuckDBPyConnection) -> tuple[int, str]:
    """The schema's version, 0 in a new file, and the Roleless that made it."""
    try:
        rows = connection.execute(
            "SELECT version, roleless FROM meta ORDER BY version DESC LIMIT 1"
        ).fetchall()
    except duckdb.CatalogException:
        return 0, ""
    return rows[0] if rows else (0, "")


@contextmanager
def _translated(path: Path) -> Generator[None, None, None]:
    """Say in our words what DuckDB says about the file; what it says about our statements is a bug."""
    try:
        yield
    except _OUR_OWN_FAULT:
        raise
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        if re.search(_CANNOT_WRITE, first):
            raise DataFolderUnusable(unwritable(path, first)) from error
        raise HistoryDamaged(f"the history {str(path)!r} cannot be read ({first}); {REMEDY}") from error


def unwritable(path: Path, why: str) -> str:
    """Say that a history cannot be written, and what would help."""
    return (
        f"cannot write the history {str(path)!r}: {why}. Make room, permit it, or set ROLELESS_DATA elsewhere"
    )


def _busy(path: Path, holder: str, patience_s: float) -> str:
    return (
        f"the history {str(path)!r} has been held by {holder} for more than {patience_s:g} s; "
        "try again, or close what holds it"
    )
