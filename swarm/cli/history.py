"""Commands about runs that are kept: list, show, delete, rebuild."""

from typing import Annotated

import typer
from pydantic_core import to_jsonable_python

from swarm.cli.arguments import Json, RunId
from swarm.cli.terminal import print_json, remark
from swarm.cli.terminal.runs import print_record, print_runs
from swarm.config import ensure_data_folder, read_settings
from swarm.history.rows import RunFilter, columns_of
from swarm.history.store import History
from swarm.recording.measures import summary


def list_runs(
    text: Annotated[
        str | None, typer.Option("--find", help="Only runs whose mission or id contains this.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most runs to show.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    history, where = History(read_settings()), RunFilter(text=text)
    rows = history.runs(where, limit=limit)
    if as_json:
        print_json([to_jsonable_python(columns_of(row)) for row in rows])
    else:
        print_runs(rows, history.count(where))


def show(run_id: RunId, as_json: Json = False) -> None:
    """Show one run: who took which role, what was delivered, how it was judged."""
    record = History(read_settings()).run(run_id)
    if as_json:
        print_json(summary(record))
    else:
        print_record(record)


def delete(run_id: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a run from the history."""
    settings = read_settings()
    ensure_data_folder(settings)
    history = History(settings)
    title = history.run(run_id).spec.mission.title
    if not yes:
        typer.confirm(f"Delete run {run_id}, {title!r}?", abort=True)
    history.delete(run_id)
    remark(f"deleted {run_id}")


def rebuild() -> None:
    """Make the history anew from the journals; a damaged file is set aside, never deleted."""
    rebuilt = History(read_settings()).rebuild()
    aside = f"; the old file is {rebuilt.set_aside.name}" if rebuilt.set_aside else ""
    damaged = f"; {rebuilt.damaged} unreadable lines were left out" if rebuilt.damaged else ""
    remark(f"rebuilt {rebuilt.runs} runs from {rebuilt.events} events{damaged}{aside}")
