"""Commands that perform runs: run, resume, stop."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import typer

from swarm.cli.arguments import Detach, Json, RunId, asking
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
from swarm.engine.wish import BOUNDS, FIELDS, Wish
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
from swarm.text.numbers import whole

EXIT_CODES = {"finished": 0, "failed": 1, "stopped": 3, "limited": 3, "interrupted": 1, "running": 0}


@asking(FIELDS)
def run(*, detach: Detach = False, as_json: Json = False, **asked: Any) -> None:
    """Let a team do a mission."""
    settings = read_settings()
    ensure_data_folder(settings)
    spec = compose(_wish(asked, settings), settings, remember=_remember(settings))
    for warning in spec.warnings:
        remark(warning)
    if detach:
        _detach(spec, settings, as_json)
    else:
        run_id = new_run_id()
        _perform(perform_run(settings, run_id, spec), run_id, settings, as_json)


@asking({name: FIELDS[name]._replace(help="From now on; default: as before.") for name in BOUNDS})
def resume(run_id: RunId, *, as_json: Json = False, **asked: Any) -> None:
    """Finish a run that was interrupted, stopped, limited or failed; finished turns are not asked again.

    A run that reached a limit needs a higher one. What it used before counts.
    """
    settings = read_settings()
    if is_running(run_id, settings):
        raise BadInput(f"run {run_id!r} is being performed; there is nothing to resume")
    raised = {bound: asked[name] for name, bound in BOUNDS.items() if asked[name] is not None}
    limits = replace(spec_of(events_before(run_id, settings, Limits())).limits, **raised) if raised else None
    _perform(resume_run(settings, run_id, limits), run_id, settings, as_json)


def stop(run_id: RunId) -> None:
    """Ask a running run to stop; calls in flight get 5 seconds."""
    ask_to_stop(run_id, read_settings())
    remark(f"asked {run_id} to stop")


def _wish(asked: Mapping[str, Any], settings: Settings) -> Wish:
    return Wish(
        _mission(asked["mission"], asked["mission_file"], asked["goal"], settings),
        protocol=asked["protocol"],
        options=_options(asked["option"], asked["roles_file"]),
        agents=_number_of_agents(asked["agents"]),
        models=asked["model"] or ("sim/strong",),
        judge=asked["judge"],
        seed=asked["seed"],
        limits=Limits(**{bound: asked[name] for name, bound in BOUNDS.items()}),
        pace=asked["pace"],
        organization=asked["organization"],
        shock=_shock(asked["shock"], asked["shock_model"]),
    )


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
        return check_agents(whole(text))
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
