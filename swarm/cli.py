"""This file is where the command line is defined: `python -m swarm` does everything the dashboard does.

Exit codes: 0 finished, 1 failed, 2 bad input, 3 stopped or a limit reached. With `--json` a command prints one
JSON value and nothing else to standard output; remarks go to standard error.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from swarm import cli_claims, cli_compare, cli_experiments
from swarm.budget import Limits
from swarm.errors import BadInput, SwarmError

if TYPE_CHECKING:
    from swarm.compose import Remember
    from swarm.config import Settings
    from swarm.events import Event
    from swarm.history import RunRow
    from swarm.mission import Mission
    from swarm.shock import Shock
    from swarm.spec import PastRole, RunSpec

app = typer.Typer(
    name="swarm",
    help="Roleless: compose a mission, watch a team organize itself, find it again.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(cli_experiments.app)
app.command()(cli_claims.claims)
app.command()(cli_compare.compare)

EXIT_CODES = {"finished": 0, "failed": 1, "stopped": 3, "limited": 3, "interrupted": 1, "running": 0}


class Pace(StrEnum):
    """How much of a simulated model's thinking time is waited for."""

    instant = "instant"
    fast = "fast"
    real = "real"


class Format(StrEnum):
    """What a run can be exported as."""

    html = "html"
    md = "md"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    graphml = "graphml"
    eval = "eval"
    otel = "otel"


Json = Annotated[bool, typer.Option("--json", help="Print one JSON value for machines.")]
RunId = Annotated[str, typer.Argument(help="Id of a run; `list` shows them.", metavar="RUN")]


def main() -> NoReturn:
    """Run the command line; every error a person can act upon is one sentence."""
    try:
        if any("\udc80" <= letter <= "\udcff" for argument in sys.argv for letter in argument):
            raise BadInput("an argument is not valid UTF-8 text")
        app()
    except SwarmError as error:
        _remark(f"error: {error}")
        raise SystemExit(2 if isinstance(error, BadInput) else 1) from None
    raise SystemExit(0)


@app.command()
def run(
    mission: Annotated[str | None, typer.Option(help="A mission of the library, by id.")] = None,
    mission_file: Annotated[
        Path | None, typer.Option(help="A mission of your own, TOML or plain text.")
    ] = None,
    goal: Annotated[
        str | None, typer.Option(help="A mission in one sentence; bullet points are requirements.")
    ] = None,
    protocol: Annotated[str, typer.Option(help="Who speaks, when, hearing what.")] = "sequential",
    agents: Annotated[str, typer.Option(help="Number of agents, 1 to 256.", metavar="INTEGER")] = "8",
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="One for all, one per seat, or a mix such as '2 sim/strong, 6 sim/weak'.",
            show_default="sim/strong",
        ),
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="The model that judges, or none. Default: one of another family.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed repeats a simulated run.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="A setting of the protocol, as name=value.")
    ] = None,
    roles_file: Annotated[Path | None, typer.Option(help="Roles for fixed_roles, one a line.")] = None,
    max_usd: Annotated[float | None, typer.Option(help="Most dollars. Real models: 1 unless given.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens, input and output.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Most calls to models.")] = None,
    timeout_s: Annotated[float | None, typer.Option(help="Most seconds.")] = None,
    pace: Annotated[
        Pace, typer.Option(help="How much of simulated thinking time to wait for.")
    ] = Pace.instant,
    organization: Annotated[str, typer.Option(help="Whose memory the roles join.")] = "default",
    shock: Annotated[
        str | None,
        typer.Option(help="What happens in the middle of the run: seat, hub, swap or priorities."),
    ] = None,
    shock_model: Annotated[
        str | None, typer.Option(help="With --shock swap: the model that a quarter of the agents get.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and return at once.")] = False,
    as_json: Json = False,
) -> None:
    """Let a team do a mission."""
    from swarm.compose import compose
    from swarm.config import ensure_data_folder

    settings = _settings()
    ensure_data_folder(settings)
    spec = compose(
        _mission(mission, mission_file, goal, settings),
        settings,
        protocol=protocol,
        options=_options(option, roles_file),
        agents=_number_of_agents(agents),
        models=model or ("sim/strong",),
        judge=judge,
        seed=seed,
        limits=Limits(usd=max_usd, tokens=max_tokens, calls=max_calls, seconds=timeout_s),
        pace=pace.value,
        organization=organization,
        remember=_remember(settings),
        shock=_shock(shock, shock_model),
    )
    for warning in spec.warnings:
        _remark(warning)
    if detach:
        _detach(spec, settings, as_json)
    else:
        from swarm.perform import perform as perform_run
        from swarm.run import new_run_id

        run_id = new_run_id()
        _perform(perform_run(settings, run_id, spec), run_id, settings, as_json)


@app.command()
def resume(
    run_id: RunId,
    max_usd: Annotated[float | None, typer.Option(help="From now on; default: as before.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="From now on; default: as before.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="From now on; default: as before.")] = None,
    timeout_s: Annotated[float | None, typer.Option(help="From now on; default: as before.")] = None,
    as_json: Json = False,
) -> None:
    """Finish a run that was interrupted, stopped, limited or failed; finished turns are not asked again.

    A run that reached a limit needs a higher one. What it used before counts.
    """
    from swarm.launch import is_running
    from swarm.perform import events_before
    from swarm.perform import resume as resume_run
    from swarm.record import spec_of

    settings = _settings()
    if is_running(run_id, settings):
        raise BadInput(f"run {run_id!r} is being performed; there is nothing to resume")
    given = {"usd": max_usd, "tokens": max_tokens, "calls": max_calls, "seconds": timeout_s}
    raised = {kind: value for kind, value in given.items() if value is not None}
    limits = replace(spec_of(events_before(run_id, settings, Limits())).limits, **raised) if raised else None
    _perform(resume_run(settings, run_id, limits), run_id, settings, as_json)


@app.command()
def stop(run_id: RunId) -> None:
    """Ask a running run to stop; calls in flight get 5 seconds."""
    from swarm import launch

    launch.stop(run_id, _settings())
    _remark(f"asked {run_id} to stop")


@app.command("list")
def list_runs(
    text: Annotated[
        str | None, typer.Option("--find", help="Only runs whose mission or id contains this.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most runs to show.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    from swarm.history import History, RunFilter
    from swarm.terminal import print_runs

    history, where = History(_settings()), RunFilter(text=text)
    rows = history.runs(where, limit=limit)
    if as_json:
        _print_json([_plain(row) for row in rows])
    else:
        print_runs(rows, history.count(where))


@app.command()
def show(run_id: RunId, as_json: Json = False) -> None:
    """Show one run: who took which role, what was delivered, how it was judged."""
    from swarm.history import History
    from swarm.record import summary
    from swarm.terminal import print_record

    record = History(_settings()).run(run_id)
    if as_json:
        _print_json(summary(record))
    else:
        print_record(record)


@app.command()
def export(
    run_id: RunId,
    format: Annotated[Format, typer.Option(help="What to make of it.")] = Format.json,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write; default: standard output.")
    ] = None,
) -> None:
    """Export one run: a report (html, md), tables (csv, parquet), or a file for another program.

    json is the whole run, which `import` reads; graphml is for Gephi and NetworkX, eval for Inspect, otel for
    OpenTelemetry.
    """
    from swarm.export import FORMATS, export_run
    from swarm.history import History

    content = export_run(History(_settings()).run(run_id), format.value)
    if output:
        _write(output, content)
        _remark(f"wrote {output}")
    elif FORMATS[format.value].binary and sys.stdout.isatty():
        raise BadInput(f"{format.value} is not for reading on a terminal; give a file with --output")
    else:
        sys.stdout.buffer.write(content)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="What `export --format json` wrote.", metavar="FILE")],
    as_json: Json = False,
) -> None:
    """Take in a run that was exported elsewhere; it says so, and cannot be resumed."""
    from swarm.history import History
    from swarm.imports import import_run
    from swarm.record import summary

    settings = _settings()
    run_id = import_run(settings, _read(file))
    if as_json:
        _print_json(summary(History(settings).run(run_id)))
    else:
        typer.echo(run_id)


@app.command()
def delete(run_id: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a run from the history."""
    from swarm.history import History

    history = History(_settings())
    title = history.run(run_id).spec.mission.title
    if not yes:
        typer.confirm(f"Delete run {run_id}, {title!r}?", abort=True)
    history.delete(run_id)
    _remark(f"deleted {run_id}")


@app.command()
def missions(as_json: Json = False) -> None:
    """List the missions of the library."""
    from swarm.mission import load_library
    from swarm.terminal import print_missions

    library = load_library(_settings().mission_folders)
    if as_json:
        _print_json([asdict(mission) for mission in library.values()])
    else:
        print_missions(list(library.values()))


@app.command()
def models(as_json: Json = False) -> None:
    """List the catalogue: prices, context sizes, and which keys are present (never their values)."""
    from swarm.models.catalogue import load_catalogue, present_keys
    from swarm.terminal import print_models

    settings = _settings()
    cards = list(load_catalogue().values())
    present = {card.id: present_keys(card, settings) for card in cards}
    if as_json:
        _print_json(
            [
                {**asdict(card), "keys_present": present[card.id], "simulated": card.simulated}
                for card in cards
            ]
        )
    else:
        print_models(cards, present)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8600,
    host: Annotated[str, typer.Option(help="Loopback only.")] = "127.0.0.1",
    pace: Annotated[
        Pace, typer.Option(help="How much of simulated thinking time to wait for.")
    ] = Pace.instant,
) -> None:
    """Offer the simulated models to any OpenAI client: http://127.0.0.1:8600/v1."""
    from swarm.models.catalogue import load_catalogue, open_model
    from swarm.serve import serve as serve_models

    settings = _settings()
    simulated = [card.id for card in load_catalogue().values() if card.simulated]
    serve_models(host, port, {name: open_model(name, settings, pace=pace.value) for name in simulated})


@app.command()
def rebuild() -> None:
    """Make the history anew from the journals; a damaged file is set aside, never deleted."""
    from swarm.history import History

    rebuilt = History(_settings()).rebuild()
    aside = f"; the old file is {rebuilt.set_aside.name}" if rebuilt.set_aside else ""
    damaged = f"; {rebuilt.damaged} unreadable lines were left out" if rebuilt.damaged else ""
    _remark(f"rebuilt {rebuilt.runs} runs from {rebuilt.events} events{damaged}{aside}")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check what Roleless needs: Python, packages, data folder, keys by name, local servers, Chromium."""
    from swarm.doctor import examine
    from swarm.terminal import print_findings

    findings = examine(_settings())
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        print_findings(findings)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


@app.command(hidden=True)
def perform(run_id: RunId, resumed: Annotated[bool, typer.Option("--resume")] = False) -> None:
    """Perform a run whose spec, or whose new limits, come on standard input; what the dashboard starts."""
    from swarm import perform as performing
    from swarm.budget import LIMITS
    from swarm.spec import SPEC

    settings = _settings()
    piped = sys.stdin.buffer.read()
    if resumed:
        events = performing.resume(settings, run_id, LIMITS.validate_json(piped))
    else:
        events = performing.perform(settings, run_id, SPEC.validate_json(piped))
    asyncio.run(_drain(events, _ignore))
    _forget_silence(run_id, settings)


@app.command("perform-experiment", hidden=True)
def perform_experiment(resumed: Annotated[bool, typer.Option("--resume")] = False) -> None:
    """Perform an experiment that comes on standard input; what the dashboard starts."""
    from swarm.experiment.perform import perform as perform_experiment
    from swarm.grid import EXPERIMENT

    settings = _settings()
    experiment = EXPERIMENT.validate_json(sys.stdin.buffer.read())
    asyncio.run(perform_experiment(settings, experiment, resumed=resumed, remember=_remember(settings)))
    _forget_silence(experiment.grid.id, settings)


def _forget_silence(written: str, settings: "Settings") -> None:
    # `launch` gives every performer a file to say why it failed; most have nothing to say.
    from swarm.journal import journal_of

    said = journal_of(written, settings).with_suffix(".err")
    if said.exists() and not said.stat().st_size:
        said.unlink()


def _settings() -> "Settings":
    from swarm.config import read_settings

    return read_settings()


def _mission(mission_id: str | None, file: Path | None, goal: str | None, settings: "Settings") -> "Mission":
    from swarm.mission import find_mission, load_library, mission_from_text, read_mission

    if sum(value is not None for value in (mission_id, file, goal)) != 1:
        raise BadInput(
            "give exactly one of --mission ID (see `missions`), --mission-file FILE or --goal TEXT"
        )
    if mission_id is not None:
        return find_mission(load_library(settings.mission_folders), mission_id)
    return read_mission(file) if file is not None else mission_from_text(goal or "")


def _shock(kind: str | None, model: str | None) -> "Shock | None":
    from swarm.shock import Shock

    if kind is None and model is not None:
        raise BadInput(f"--shock-model {model!r} is only for --shock swap")
    return Shock.named(kind, model) if kind else None


def _number_of_agents(text: str) -> int:
    from swarm.team import check_agents

    try:
        return check_agents(int(text))
    except ValueError as error:
        raise BadInput(f"--agents {text!r}: give a number from 1 to 256") from error


def _options(pairs: Sequence[str] | None, roles_file: Path | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--option {pair!r}: write it as name=value, for instance size=4")
        options[name.strip()] = value.strip()
    if roles_file:
        from swarm.team import read_roles

        options["roles"] = read_roles(roles_file)
    return options


def _remember(settings: "Settings") -> "Remember":
    def remember(organization: str, mission: "Mission", simulated: bool) -> "tuple[PastRole, ...]":
        # Most protocols remember nothing, and need not wait for the history to be opened.
        from swarm.history import History

        return History(settings).past_roles(organization, mission, simulated)

    return remember


def _detach(spec: "RunSpec", settings: "Settings", as_json: bool) -> None:
    from swarm.journal import journal_of, read_journal
    from swarm.launch import launch
    from swarm.record import record_of, summary

    run_id = launch(spec, settings)
    if as_json:
        _print_json(summary(record_of(read_journal(journal_of(run_id, settings)).events)))
    else:
        typer.echo(run_id)


def _perform(events: AsyncIterator["Event"], run_id: str, settings: "Settings", as_json: bool) -> NoReturn:
    from swarm.journal import journal_of, read_journal
    from swarm.record import record_of, summary
    from swarm.terminal import LiveRun, print_record

    if as_json:
        asyncio.run(_drain(events, _ignore))
    else:
        with LiveRun() as live:
            asyncio.run(_drain(events, live.show))
    record = record_of(read_journal(journal_of(run_id, settings)).events)
    if as_json:
        _print_json(summary(record))
    else:
        print_record(record)
    if record.reason:
        _remark(record.reason)
    raise SystemExit(EXIT_CODES[record.status])


async def _drain(events: AsyncIterator["Event"], show: Callable[["Event"], None]) -> None:
    async with aclosing(events):  # pyright: ignore[reportArgumentType]
        async for event in events:
            show(event)


def _ignore(event: "Event") -> None:
    """For runs that nobody watches."""


def _plain(row: "RunRow") -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(type(row)).dump_python(row, mode="json")


def _print_json(value: object) -> None:
    from swarm.terminal import print_json

    print_json(value)


def _remark(text: str) -> None:
    from swarm.terminal import remark

    remark(text)


def _read(path: Path) -> bytes:
    from swarm.export.bundle import MAX_BUNDLE_BYTES

    try:
        with path.open("rb") as file:
            # One byte more tells a file that is too large, and a device that never ends.
            return file.read(MAX_BUNDLE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {str(path)!r}: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"cannot write {str(path)!r}: {error.strerror}") from error
