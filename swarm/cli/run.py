"""Commands that perform runs: run, resume, stop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from swarm.cli.arguments import Json, Pace, RunId
from swarm.cli.perform import drain, ignore
from swarm.cli.terminal import print_json, remark
from swarm.cli.terminal.runs import LiveRun, print_record
from swarm.config import Settings, ensure_data_folder, read_settings
from swarm.engine.compose import Remember, compose
from swarm.engine.launch import is_running, launch
from swarm.engine.launch import stop as ask_to_stop
from swarm.engine.perform import events_before
from swarm.engine.perform import perform as perform_run
from swarm.engine.perform import resume as resume_run
from swarm.engine.run import new_run_id
from swarm.engine.wish import Wish
from swarm.errors import BadInput
from swarm.limits import Limits
from swarm.mission import Mission, find_mission, load_library, mission_from_text, read_mission
from swarm.recording.events import Event
from swarm.recording.journal import journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.measures import summary
from swarm.recording.record import record_of, spec_of
from swarm.shock import Shock
from swarm.spec import PastRole, RunSpec
from swarm.team import check_agents, read_roles

EXIT_CODES = {"finished": 0, "failed": 1, "stopped": 3, "limited": 3, "interrupted": 1, "running": 0}


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
    settings = read_settings()
    ensure_data_folder(settings)
    spec = compose(
        Wish(
            _mission(mission, mission_file, goal, settings),
            protocol=protocol,
            options=_options(option, roles_file),
            agents=_number_of_agents(agents),
            models=model or ("sim/strong",),
            judge=judge,
            seed=seed,
            limits=Limits(usd=max_usd, tokens=max_tokens, calls=max_calls, seconds=timeout_s),
            pace=pace.value,
            organization=organization,
            shock=_shock(shock, shock_model),
        ),
        settings,
        remember=_remember(settings),
    )
    for warning in spec.warnings:
        remark(warning)
    if detach:
        _detach(spec, settings, as_json)
    else:
        run_id = new_run_id()
        _perform(perform_run(settings, run_id, spec), run_id, settings, as_json)


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
    settings = read_settings()
    if is_running(run_id, settings):
        raise BadInput(f"run {run_id!r} is being performed; there is nothing to resume")
    given = {"usd": max_usd, "tokens": max_tokens, "calls": max_calls, "seconds": timeout_s}
    raised = {kind: value for kind, value in given.items() if value is not None}
    limits = replace(spec_of(events_before(run_id, settings, Limits())).limits, **raised) if raised else None
    _perform(resume_run(settings, run_id, limits), run_id, settings, as_json)


def stop(run_id: RunId) -> None:
    """Ask a running run to stop; calls in flight get 5 seconds."""
    ask_to_stop(run_id, read_settings())
    remark(f"asked {run_id} to stop")


def _mission(mission_id: str | None, file: Path | None, goal: str | None, settings: Settings) -> Mission:

    if sum(value is not None for value in (mission_id, file, goal)) != 1:
        raise BadInput(
            "give exactly one of --mission ID (see `missions`), --mission-file FILE or --goal TEXT"
        )
    if mission_id is not None:
        return find_mission(load_library(settings.mission_folders), mission_id)
    return read_mission(file) if file is not None else mission_from_text(goal or "")


def _shock(kind: str | None, model: str | None) -> Shock | None:

    if kind is None and model is not None:
        raise BadInput(f"--shock-model {model!r} is only for --shock swap")
    return Shock.named(kind, model) if kind else None


def _number_of_agents(text: str) -> int:

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
        options["roles"] = read_roles(roles_file)
    return options


def _remember(settings: Settings) -> Remember:
    def remember(organization: str, mission: Mission, simulated: bool) -> tuple[PastRole, ...]:
        # Most protocols remember nothing, and need not wait for the history to be opened.
        from swarm.history.store import History

        return History(settings).past_roles(organization, mission, simulated)

    return remember


def _detach(spec: RunSpec, settings: Settings, as_json: bool) -> None:

    run_id = launch(spec, settings)
    if as_json:
        print_json(summary(record_of(read_journal(journal_of(run_id, settings)).events)))
    else:
        typer.echo(run_id)


def _perform(events: AsyncIterator[Event], run_id: str, settings: Settings, as_json: bool) -> NoReturn:

    if as_json:
        asyncio.run(drain(events, ignore))
    else:
        with LiveRun() as live:
            asyncio.run(drain(events, live.show))
    record = record_of(read_journal(journal_of(run_id, settings)).events)
    if as_json:
        print_json(summary(record))
    else:
        print_record(record)
    if record.reason:
        remark(record.reason)
    raise SystemExit(EXIT_CODES[record.status])
