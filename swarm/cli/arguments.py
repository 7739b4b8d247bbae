"""Arguments and options that several commands take, and files named on the command line."""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from swarm.engine.wish import FIELDS, Field, accept, read
from swarm.errors import BadInput
from swarm.export.bundle import MAX_BUNDLE_BYTES
from swarm.security.whole import write_whole

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value for machines.")]
RunId = Annotated[str, typer.Argument(help="Id of a run; `list` shows them.", metavar="RUN")]
Detach = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]
Command = TypeVar("Command", bound=Callable[..., None])


def asking(named: Mapping[str, Field]) -> Callable[[Command], Command]:
    """Give a command an option for each field in the place of its `**asked`, before options of its own."""

    def with_options(command: Command) -> Command:
        own = [each for each in signature(command).parameters.values() if each.kind is not each.VAR_KEYWORD]
        options = [_parameter(name, field) for name, field in named.items()]
        # Where Python, and so Typer, looks for it.
        command.__dict__["__signature__"] = Signature(sorted([*options, *own], key=lambda each: each.kind))
        return command

    return with_options


def option(name: str, help: str | None = None) -> Any:
    """Make the option that asks for a field by its name."""
    field = FIELDS[name]
    if field.kind is Path:
        return typer.Option(help=help or field.help)
    looks: dict[str, Any] = {
        "metavar": {int: "INTEGER", float: "NUMBER"}.get(field.kind, "TEXT"),
        **field.shown,
    }
    return typer.Option(help=help or field.help, parser=_reader(name), **looks)


def _reader(name: str) -> Callable[[Any], Any]:
    written = f"--{name.replace('_', '-')}"
    return lambda given: read(name, given, written) if isinstance(given, str) else accept(name, given)


def _parameter(name: str, field: Field) -> Parameter:
    kind = list[str] if field.many else field.kind
    wanted = Annotated[kind if field.usual else kind | None, option(name, field.help)]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=field.usual, annotation=wanted)


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
    """Write a file where the person said, whole or not at all.

    Raises:
        BadInput: when it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise BadInput(f"cannot write {str(path)!r}: {error.strerror}") from error
