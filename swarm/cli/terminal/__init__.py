"""Sentences and tables in a terminal: a model's text is shown as text, without markup or control codes."""

import io
import json
import logging
import os
import sys

from swarm.errors import REMARKS
from swarm.written import visible as harmless


def write_what_can_be() -> None:
    """Let no letter end a command that a terminal or a pipe has no place for; it is a question mark there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say_nothing_more() -> None:
    """Drop what could not be printed, or Python would try once more, and complain, when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Remarks(logging.Handler):
    """Says each remark once."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless it was said."""
        if (said := record.getMessage()) not in self._said:
            self._said.add(said)
            remark(said)


def say_remarks() -> None:
    """From now on this process says what is remarked anywhere in it."""
    REMARKS.handlers[:] = [_Remarks()]


def print_json(value: object) -> None:
    """Print one JSON value and nothing else; whatever is not ASCII is escaped."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def remark(text: str) -> None:
    """Say something to the person, beside what is printed for machines."""
    sys.stderr.write(harmless(text) + "\n")


__all__ = ["harmless", "print_json", "remark"]
