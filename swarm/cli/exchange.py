"""Runs that leave as a file, and come in as one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.arguments import Json, RunId, read_file, write_file
from swarm.cli.terminal import print_json, remark
from swarm.config import read_settings
from swarm.errors import BadInput
from swarm.export import FORMATS, export_run
from swarm.export.intake import import_run
from swarm.history.store import History
from swarm.recording.measures import summary


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
    settings = read_settings()
    run_id = import_run(settings, read_file(file))
    if as_json:
        print_json(summary(History(settings).run(run_id)))
    else:
        typer.echo(run_id)
