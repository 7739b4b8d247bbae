"""No page may log a traceback, whatever a test does with it."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_page_logs_a_traceback() -> Iterator[None]:
    """In normal use the server's log stays without one."""
    make, found = logging.getLogRecordFactory(), list[logging.LogRecord]()

    def noting(*arguments: object, **more: object) -> logging.LogRecord:
        record = make(*arguments, **more)  # pyright: ignore[reportArgumentType]
        found.extend([record] if record.exc_info else [])
        return record

    logging.setLogRecordFactory(noting)
    yield
    logging.setLogRecordFactory(make)
    assert [f"{record.getMessage()}: {record.exc_info}" for record in found] == []
