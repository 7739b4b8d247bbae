"""Keys are kept out of what a process says of its own accord: logs and tracebacks.

What providers say is cleaned where it comes in (`swarm.models.failures`); here it is what a bug or a library may say.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType

from swarm.security.keys import without_values


def keep_out_of_logs(values: Sequence[str]) -> None:
    """From now on no record that this process logs holds one of these values, nor does the traceback in it."""
    make = logging.getLogRecordFactory()

    def make_quiet(*arguments: object, **more: object) -> logging.LogRecord:
        record = make(*arguments, **more)  # pyright: ignore[reportArgumentType]
        told = record.getMessage() if _fits(record) else str(record.msg)
        record.msg, record.args = without_values(told, values), ()
        if record.exc_info and record.exc_info[0]:
            # A formatter takes this text, where there is one, instead of making its own.
            record.exc_text = _told(*record.exc_info, values)
        return record

    logging.setLogRecordFactory(make_quiet)
    # Of a record that cannot be written it would show the bug that was being told of, as it is.
    logging.raiseExceptions = False


def keep_out_of_tracebacks(values: Sequence[str]) -> None:
    """From now on what ends this process, or a thread of it, is told without these values."""

    def tell(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        sys.stderr.write(_told(kind, error, where, values) + "\n")

    def tell_of_thread(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None and ended.exc_type is not SystemExit:
            tell(ended.exc_type, ended.exc_value, ended.exc_traceback)

    sys.excepthook = tell
    threading.excepthook = tell_of_thread


def bug_in_words(error: BaseException, values: Sequence[str]) -> str:
    """Describe a bug that ended a run, for its record: in one line without these values."""
    return " ".join(without_values(f"internal error: {type(error).__name__}: {error}", values).split())


def _told(
    kind: type[BaseException] | None,
    error: BaseException | None,
    where: TracebackType | None,
    values: Sequence[str],
) -> str:
    return without_values("".join(traceback.format_exception(kind, error, where)).rstrip(), values)


def _fits(record: logging.LogRecord) -> bool:
    """Say whether a message has places for its arguments; who logs must not fail by it."""
    try:
        record.getMessage()
    except (TypeError, ValueError, KeyError):
        return False
    return True
