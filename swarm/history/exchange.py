"""A history that was made anew takes the place of the old one, which is set aside."""

import os
import shutil
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from swarm.errors import DataFolderUnusable, HistoryDamaged
from swarm.faultpoint import reached
from swarm.history.file import log_of, opened, unwritable


def exchange(path: Path, new: Path, patience_s: float) -> Path | None:
    """Put a new history in the place of the old one.

    Returns:
        Where the old one is now; None when there was none.

    Raises:
        HistoryBusy: when somebody holds the old one for too long; nothing has changed then.
        DataFolderUnusable: when the new one could not be written whole; nothing has changed then either.
    """
    reached("before exchange")
    if log_of(new).exists():
        # Closing merges the log, and says nothing when a full disk keeps it from that.
        raise DataFolderUnusable(unwritable(new, "it could not be written whole"))
    # A link to nowhere does not "exist".
    if not os.path.lexists(path):
        new.replace(path)
        return None
    aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
    log = log_of(path)
    with ExitStack() as held:
        # While we hold the old file, nobody writes under its name; what cannot be opened, nobody holds.
        # It is opened twice as closing merges a write-ahead log, which must not happen after the move.
        with suppress(HistoryDamaged):
            with opened(path, patience_s):
                pass
            held.enter_context(opened(path, patience_s))
        path.rename(aside)
        if log.exists():
            log.rename(log_of(aside))
        reached("half exchange")
        new.replace(path)
    reached("after exchange")
    return aside


def discard(new: Path) -> None:
    """Delete a history in the making, of which nobody knows yet."""
    for file in (new, log_of(new)):
        file.unlink(missing_ok=True)


def copied(history: Path) -> Path:
    """A copy of a history in a folder of its own; where it cannot be read, the copy is made of the journals later.

    Raises:
        DataFolderUnusable: when there is no place for a copy either.
    """
    try:
        copy = Path(mkdtemp(prefix="roleless-")) / history.name
    except OSError as error:
        raise DataFolderUnusable(unwritable(history, f"nor is there a place for a copy: {error}")) from error
    try:
        for file, beside in ((history, copy), (log_of(history), log_of(copy))):
            if file.exists():
                shutil.copyfile(file, beside)
        with opened(copy, 0.0):
            pass
    except (OSError, HistoryDamaged):
        discard(copy)
    return copy
