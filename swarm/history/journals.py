"""Journals that hold more than the history read of them, and still what it read.

Bytes that were read and are gone, or are others now, are told with their number: nothing is answered from half of them.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from swarm.errors import DamagedJournal
from swarm.history.file import REMEDY, incoming
from swarm.recording.journal_lines import Reading, mark_before, read_journal

COPY_OR_REMEDY = f"put it back from a copy, or {REMEDY}"
_BEHIND = """
    SELECT path, coalesce(journals.position, 0), coalesce(incoming.size, 0), journals.lines, journals.mark
    FROM incoming FULL JOIN journals USING (path)
    WHERE coalesce(journals.position, 0) <> coalesce(incoming.size, 0)
    ORDER BY path
"""
_KNOWN_DAMAGES = "SELECT damaged FROM journals WHERE path = $path"


class Behind(NamedTuple):
    """A journal of which not everything is in the history."""

    path: str
    position: int
    size: int
    lines: int | None
    """Read before; None when that is unknown."""
    mark: int | None
    """By what the file is recognised; None when that is unknown."""


def sizes_of(folder: Path) -> dict[str, int]:
    """Bytes of every journal file in a folder, by name.

    Raises:
        DamagedJournal: for what is no file, such as a link to nowhere.
    """
    if not folder.exists():
        return {}
    with os.scandir(folder) as entries:
        return {entry.name: _size_of(entry) for entry in entries if entry.name.endswith(".jsonl")}


def _size_of(entry: os.DirEntry[str]) -> int:
    with suppress(OSError):
        if entry.is_file():
            return entry.stat().st_size
    raise DamagedJournal(f"the journal {entry.path!r} is not a file; move it out of the folder")


def behind(connection: DuckDBPyConnection, folder: Path, sizes: Mapping[str, int]) -> list[Behind]:
    """The journals of which the history has not everything, in order.

    Raises:
        DamagedJournal: when one is shorter than what was read of it before, or holds something else there.
    """
    found = [{"path": name, "size": size} for name, size in sizes.items()]
    with incoming(connection, "journals", found):
        journals = [Behind(*row) for row in connection.execute(_BEHIND).fetchall()]
    return [_checked(folder, journal) for journal in journals]


def _checked(folder: Path, journal: Behind) -> Behind:
    """A journal that holds more than was read, and still what was read.

    Others may have taken in what was written since sizes were seen; otherwise bytes are missing.
    """
    path = folder / journal.path
    size = path.stat().st_size if path.exists() else 0
    if size < journal.position:
        raise DamagedJournal(_shorter(path, size, journal))
    if journal.position and journal.mark not in (None, mark_before(path, journal.position)):
        raise DamagedJournal(
            f"the journal {str(path)!r} holds something else before byte {journal.position:,} than was read there; "
            f"{COPY_OR_REMEDY}"
        )
    return journal._replace(size=size)


def _shorter(path: Path, size: int, journal: Behind) -> str:
    left = read_journal(path).lines if size else 0
    # Another file in its place may be shorter and hold more lines.
    lost = max(0, (journal.lines or 0) - left)
    lines = f": {lost:,} of {journal.lines:,} lines are lost" if lost else ""
    return (
        f"the journal {str(path)!r} has {size:,} bytes, but {journal.position:,} were read before{lines}; "
        f"{COPY_OR_REMEDY}"
    )


def read_again(connection: DuckDBPyConnection, path: Path, start: int, end: int) -> Reading:
    """Read lines once more that were read before, the last of which ended at byte `end`.

    Raises:
        DamagedJournal: when one of them cannot be read any more; otherwise it would silently be missing.
    """
    reading = read_journal(path, start, end)
    known = connection.execute(_KNOWN_DAMAGES, {"path": path.name}).fetchall()[0][0]
    # The last line end may be what was damaged.
    cut = [reading.position] if reading.position < end else []
    if lost := sorted({*reading.damaged, *cut}.difference(known)):
        raise DamagedJournal(
            f"the journal {str(path)!r} was damaged after it was read: {len(lost)} unreadable line(s), the first at "
            f"byte {lost[0]:,}; {COPY_OR_REMEDY}"
        )
    return reading
