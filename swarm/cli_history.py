"""This file is where the commands about runs that are kept are defined: list, show, export, import, delete, rebuild."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarm.cli_arguments import Json, RunId, read_file, write_file
from swarm.errors import BadInput

if TYPE_CHECKING:
    from swarm.history import RunRow


def list_runs(
    text: Annotated[
        str | None, typer.Option("--find", help="Only runs whose mission or id contains this.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most runs to show.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    from swarm.config import read_settings
    from swarm.history import History, RunFilter
    from swarm.terminal import print_json, print_runs

    history, where = History(read_settings()), RunFilter(text=text)
    rows = history.runs(where, limit=limit)
    if as_json:
        print_json([_plain(row) for row in rows])
    else:
        print_runs(rows, history.count(where))


def show(run_id: RunId, as_json: Json = False) -> None:
    """Show one run: who took which role, what was delivered, how it was judged."""
    from swarm.config import read_settings
    from swarm.history import History
    from swarm.measures import summary
    from swarm.terminal import print_json, print_record

    record = History(read_settings()).run(run_id)
    if as_json:
        print_json(summary(record))
    else:
        print_record(record)


def export(
    run_id: RunId,
    format: Annotated[str, typer.Option(help="What to make of it; see above.")] = "json",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write; default: standard output.")
    ] = None,
) -> None:
    """Export one run: a report (html, md), tables (csv, parquet), or a file for another program.

    json is the whole run, which `import` reads; graphml is for Gephi and NetworkX, eval for Inspect, otel for
    OpenTelemetry.
    """
    from swarm.config import read_settings
    from swarm.export import FORMATS, export_run
    from swarm.history import History
    from swarm.terminal import remark

    content = export_run(History(read_settings()).run(run_id), format)
    if output:
        write_file(output, content)
        remark(f"wrote {output}")
    elif FORMATS[format].binary and sys.stdout.isatty():
        raise BadInput(f"{format} is not for reading on a terminal; give a file with --output")
    else:
        sys.stdout.buffer.write(content)


def import_file(
    file: Annotated[Path, typer.Argument(help="What `export --format json` wrote.", metavar="FILE")],
    as_json: Json = False,
) -> None:
    """Take in a run that was exported elsewhere; it says so, and cannot be resumed."""
    from swarm.config import read_settings
    from swarm.history import History
    from swarm.imports import import_run
    from swarm.measures import summary
    from swarm.terminal import print_json

    settings = read_settings()
    run_id = import_run(settings, read_file(file))
    if as_json:
        print_json(summary(History(settings).run(run_id)))
    else:
        typer.echo(run_id)


def delete(run_id: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a run from the history."""
    from swarm.config import read_settings
    from swarm.history import History
    from swarm.terminal import remark

    history = History(read_settings())
    title = history.run(run_id).spec.mission.title
    if not yes:
        typer.confirm(f"Delete run {run_id}, {title!r}?", abort=True)
    history.delete(run_id)
    remark(f"deleted {run_id}")


def rebuild() -> None:
    """Make the history anew from the journals; a damaged file is set aside, never deleted."""
    from swarm.config import read_settings
    from swarm.history import History
    from swarm.terminal import remark

    rebuilt = History(read_settings()).rebuild()
    aside = f"; the old file is {rebuilt.set_aside.name}" if rebuilt.set_aside else ""
    damaged = f"; {rebuilt.damaged} unreadable lines were left out" if rebuilt.damaged else ""
    remark(f"rebuilt {rebuilt.runs} runs from {rebuilt.events} events{damaged}{aside}")


def _plain(row: "RunRow") -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(type(row)).dump_python(row, mode="json")
