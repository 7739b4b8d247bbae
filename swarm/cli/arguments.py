"""Arguments and options that several commands take, and files named on the command line."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from swarm.errors import BadInput
from swarm.export.bundle import MAX_BUNDLE_BYTES

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value for machines.")]
RunId = Annotated[str, typer.Argument(help="Id of a run; `list` shows them.", metavar="RUN")]


class Pace(StrEnum):
    """How much of a simulated model's thinking time is waited for."""

    instant = "instant"
    fast = "fast"
    real = "real"


def read_file(path: Path) -> bytes:
    """Read a file that may be a run's bundle; of one that is too large, a byte more than a bundle may have.

    Raises:
        BadInput: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            # One byte more tells a file that is too large, and a device that never ends.
            return file.read(MAX_BUNDLE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {str(path)!r}: {error.strerror}") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file where the person said.

    Raises:
        BadInput: when it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"cannot write {str(path)!r}: {error.strerror}") from error
