"""Commands about teams of other frameworks: import, test, take home."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.arguments import Json, option, read_file, write_file
from swarm.cli.compare import told
from swarm.cli.experiment import EXIT_CODES, at_hand, ending_of, print_the_plan, watched
from swarm.cli.terminal import print_json, remark
from swarm.cli.terminal.teams import print_team, print_verdict
from swarm.config import Settings, read_settings
from swarm.errors import BadInput, UnknownName
from swarm.experiment.recipe import Recipes
from swarm.experiment.results import is_final
from swarm.grid import Experiment
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import Mission, load_library
from swarm.teams.export import export_team, write_files
from swarm.teams.formats import import_team as read
from swarm.teams.inputs import read_inputs
from swarm.teams.reading.given import GivenTeam
from swarm.teams.storage import keep_team
from swarm.teams.trial.arms import (
    ARM_NAMES,
    USUAL_MISSIONS,
    Arm,
    lowered,
    own_missions,
    placeholders,
    related_missions,
    team_test,
)
from swarm.teams.trial.further import Wanted, seats_called
from swarm.teams.trial.report import as_report
from swarm.teams.trial.sentences import verdict_in_words
from swarm.teams.trial.verdict import TeamVerdict, team_verdict

Path_ = Annotated[Path, typer.Argument(help="A file, a folder or a zip of the team's files.", metavar="PATH")]
Chosen = Annotated[
    str | None, typer.Option("--team", help="Which, where the files hold several: a name that was offered.")
]
Test = Annotated[str, typer.Argument(help="The id of a test.", metavar="TEST")]


def import_team(path: Path_, chosen: Chosen = None, as_json: Json = False) -> None:
    """Show what is understood of a team, what is ignored, and why; keep it, and run nothing."""
    team = read(path, chosen)
    team_id = keep_team(read_settings(), team)
    if as_json:
        print_json({"team_id": team_id, **asdict(team)})
    else:
        print_team(team)
        if team.names_alone:
            remark(f"{team.names_alone}; a test of names alone wants --names-only")
        which = f" --team {chosen}" if chosen else ""
        remark(f"kept as {team_id}; `python -m swarm team test {path}{which} --model MODEL`")


def try_team(
    path: Path_,
    model: Annotated[
        str | None, typer.Option(help="A model for every seat, or a mix; default: those of the file.")
    ] = None,
    missions: Annotated[
        int | None, typer.Option(min=1, max=1_000, help="How many; the library fills up. Default: 12.")
    ] = None,
    inputs: Annotated[
        Path | None, typer.Option(help="A CSV file with a column for each placeholder: a mission a line.")
    ] = None,
    library_only: Annotated[
        bool,
        typer.Option("--library-only", help="Leave the team's own tasks out: missions of the library alone."),
    ] = False,
    repeats: Annotated[int, typer.Option(min=1, help="Of every mission.")] = 1,
    judge: Annotated[str | None, option("judge", "A model that judges; default: chosen for you.")] = None,
    seed: Annotated[int, option("seed", "Of the first repeat.")] = 0,
    max_usd: Annotated[float | None, option("max_usd", "Most dollars for all runs together.")] = None,
    without_leader: Annotated[
        bool, typer.Option("--without-leader", help="An arm more: is the manager worth it?")
    ] = False,
    without_each: Annotated[
        bool,
        typer.Option("--without-each", help="An arm more for each role left out: which earns its tokens?"),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="An arm more without this role; may be given again."),
    ] = None,
    cheaper: Annotated[
        str | None, typer.Option(metavar="MODEL", help="An arm more with this model on all seats.")
    ] = None,
    cheaper_for: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="With --cheaper: on this role's seat alone; may be given again."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM", help="Not to play free (no roles) or solo (one agent), beside such arms."
        ),
    ] = None,
    chosen: Chosen = None,
    names_only: Annotated[
        bool, typer.Option("--names-only", help="Test roles of which nothing but the names is known.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only show the price and what it can show.")] = False,
    as_json: Json = False,
) -> None:
    """Play the team's roles, no roles, and one agent on the same missions; say whether to drop the roles.

    With --without-leader, --without-each, --without and --cheaper, also the team without its leader, without a role, on
    a cheaper model.
    """
    settings, history = at_hand()
    team = read(path, chosen)
    if team.names_alone and not names_only:
        raise BadInput(
            f"{team.names_alone}; give the files that hold them, or --names-only to test the names"
        )
    if library_only and inputs is not None:
        raise BadInput(
            "--inputs fills the team's own tasks, which --library-only leaves out: give one of them"
        )
    own = () if library_only else _own_missions(team, inputs)
    made = team_test(
        team,
        _missions(team, settings, own, missions),
        settings,
        model=model,
        judge=judge,
        repeats=repeats,
        seed=seed,
        max_usd=lowered(max_usd, team.max_usd),
        further=Wanted(
            without_leader,
            without_each,
            seats_called(team, without or ()),
            cheaper,
            seats_called(team, cheaper_for or ()),
        ),
        left_out=[_usual_arm(name) for name in leave_out or ()],
    )
    if plan:
        print_the_plan(made, settings, history, as_json=as_json)
        return
    keep_team(settings, team)
    code = _play(made, settings, history, as_json)
    _show(made, history, as_json)
    raise typer.Exit(code)


def verdict(
    test: Test,
    html: Annotated[Path | None, typer.Option(help="Write the report to this file as well.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a test shows so far."""
    _, history = at_hand()
    _, experiment = history.experiment(test)
    if html is not None:
        write_file(html, as_report(_verdict(experiment, history), experiment, _kin(experiment)))
    _show(experiment, history, as_json)


def export(
    path: Path_,
    to: Annotated[str, typer.Option(help="crewai, autogen, prompt or roleless.")],
    out: Annotated[Path, typer.Option(help="A folder; files that are there are kept.")],
    set_up: Annotated[str, typer.Option(help="given, free (no roles) or solo (one agent).")] = "free",
    chosen: Chosen = None,
) -> None:
    """Write a set-up of the team: as it is, without roles, or one agent."""
    arm: Arm | None = next((name for name in ARM_NAMES if name == set_up), None)
    if arm is None:
        raise UnknownName("set-up", set_up, ARM_NAMES)
    files = export_team(read(path, chosen), arm, to)
    write_files(files, out)
    for name in files:
        typer.echo(out / name)


def _usual_arm(name: str) -> Arm:
    arms: dict[str, Arm] = {"free": "free", "solo": "solo"}
    if name not in arms:
        raise UnknownName("arm to leave out", name, arms)
    return arms[name]


def _missions(
    team: GivenTeam, settings: Settings, own: tuple[Mission, ...], wanted: int | None
) -> tuple[Mission, ...]:
    """The team's own missions, and as many of the library as are wanted beside them."""
    library = load_library(settings.mission_folders).values()
    missing = (wanted or USUAL_MISSIONS) - len(own)
    if missing < 0:
        return own[:wanted] if wanted else own
    found = (*own, *related_missions(team, library, missing))
    if wanted and len(found) < wanted:
        raise BadInput(f"{wanted} missions: the team's own and the library's together are {len(found)}")
    return found


def _own_missions(team: GivenTeam, inputs: Path | None) -> tuple[Mission, ...]:
    try:
        return own_missions(team, read_inputs(f"--inputs {inputs}", read_file(inputs)) if inputs else ())
    except BadInput as error:
        if inputs is not None or not placeholders(team):
            raise
        names = ",".join(placeholders(team))
        raise BadInput(
            f"{error}: --inputs values.csv, whose first line is {names}; or --library-only, which plays missions of "
            "the library and none of your own"
        ) from error


def _play(experiment: Experiment, settings: Settings, history: History, as_json: bool) -> int:
    """Play what is missing of a test; returns the exit code. What was played before is not played again."""
    there = ending_of(experiment, history)
    if there in ("finished", "clear"):
        remark(f"{experiment.grid.id} was played already; give another --seed to play it anew")
        return 0
    try:
        ended = asyncio.run(watched(experiment, settings, history, there is not None, as_json))
    except KeyboardInterrupt:
        remark("stopped before it began; nothing was lost")
        raise typer.Exit(EXIT_CODES["stopped"]) from None
    if ended.reason:
        remark(ended.reason)
    left = "" if ended.status == "finished" else "; the same command plays what is left"
    remark(f"{experiment.grid.id} {ended.status}{left}")
    return EXIT_CODES[ended.status]


def _kin(experiment: Experiment) -> tuple[str, ...]:
    return Recipes(experiment.grid, read_settings()).warnings_later


def _verdict(experiment: Experiment, history: History) -> TeamVerdict:
    row, _ = history.experiment(experiment.grid.id)
    played = history.cells(RunFilter(experiment=experiment.grid.id))
    return team_verdict(experiment, played, final=is_final(row))


def _show(experiment: Experiment, history: History, as_json: bool) -> None:
    found = _verdict(experiment, history)
    if as_json:
        said = {
            "experiment_id": experiment.grid.id,
            "recommended": found.recommended,
            **verdict_in_words(found),
            "warnings": _kin(experiment),
        }
        print_json({**said, "comparison": told(found.comparison, "protocol")})
    else:
        print_verdict(found, warnings=_kin(experiment))
