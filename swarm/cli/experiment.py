"""Commands about experiments: plan, run, watch, stop, resume, read.

Each takes the experiment's file, or its id once it was begun.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from swarm.cli.arguments import Detach, Json, option
from swarm.cli.findings import print_results
from swarm.cli.terminal import print_json, remark
from swarm.cli.terminal.experiments import LiveExperiment, print_experiments, print_plan
from swarm.config import Settings, ensure_data_folder, read_settings
from swarm.engine import launch
from swarm.errors import BadInput
from swarm.experiment.asked import missions_named
from swarm.experiment.file import read_experiment
from swarm.experiment.launch import launch_experiment
from swarm.experiment.looks import added_by, extended
from swarm.experiment.perform import perform
from swarm.experiment.plan import plan as plan_experiment
from swarm.experiment.progress import ignore_progress
from swarm.experiment.recipe import Recipes, checked
from swarm.experiment.results import is_final, resolution, resolution_in_words
from swarm.experiment.sentences import STILL_GOING_ON
from swarm.experiment.tokens import unequal_tokens
from swarm.grid import Experiment, Grid
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import load_library
from swarm.narrative.labels import read_as

EXIT_CODES = {"finished": 0, "clear": 0, "dear": 3, "limited": 3, "stopped": 3, "failed": 1, "incomplete": 1}

READ_SHOWN = 12

File = Annotated[str, typer.Argument(help="An experiment file, or the id of an experiment.", metavar="FILE")]
MaxUsd = Annotated[
    float | None, option("max_usd", "Most dollars for all runs together; default: what the file says.")
]


def plan(
    file: File,
    wanted: Annotated[
        float | None, typer.Option(help="A difference in quality: how many missions would find it?")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what it would take and what it could show: runs, calls, tokens, price, time, smallest difference."""
    settings, history = at_hand()
    print_the_plan(_read(file, settings, history), settings, history, wanted=wanted, as_json=as_json)


def run(
    file: File,
    max_usd: MaxUsd = None,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Perform an experiment. Interrupt or stop it at any moment: `resume` plays what is left, nothing twice."""
    settings, history = at_hand()
    ensure_data_folder(settings)
    experiment = _under(_read(file, settings, history), max_usd=max_usd)
    _perform(experiment, settings, history, resumed=False, detach=detach, as_json=as_json)


def resume(
    file: File,
    max_usd: MaxUsd = None,
    accept_price: Annotated[
        bool,
        typer.Option("--accept-price", help="Go on although it costs more than twice what was foretold."),
    ] = False,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Perform what is left of an experiment; runs that finished are not played again."""
    settings, history = at_hand()
    ensure_data_folder(settings)
    experiment = _under(_read(file, settings, history), max_usd=max_usd, accept_price=accept_price or None)
    if ending_of(experiment, history) == "finished":
        _say_that_it_has_finished(experiment, history, as_json)
        return
    _perform(experiment, settings, history, resumed=True, detach=detach, as_json=as_json)


def extend(
    file: File,
    missions: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ids, levels or files; none: those that the file names under extensions.", metavar="MISSION"
        ),
    ] = None,
    max_usd: MaxUsd = None,
    price: Annotated[bool, typer.Option("--price", help="Only show what it would take.")] = False,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Play more missions after its planned end, for one more look at the level that it has kept for that."""
    settings, history = at_hand()
    asked = _read(file, settings, history)
    row, begun = history.experiment(asked.grid.id)
    added = missions_named(missions or (), load_library(settings.mission_folders), Path())
    if not is_final(row) or row.status == "clear":
        raise BadInput(
            f"the experiment {row.name!r} is {row.status}: only one that came to its planned end is extended"
        )
    experiment = _under(
        extended(begun, added or asked.grid.missions[len(begun.grid.missions) :]), max_usd=max_usd
    )
    if price:
        print_the_plan(experiment, settings, history, played=added_by(experiment.grid), as_json=as_json)
    else:
        _perform(experiment, settings, history, resumed=True, detach=detach, as_json=as_json)


def status(file: File, as_json: Json = False) -> None:
    """Show how far it is: runs finished and failed, dollars spent, time left."""
    settings, history = at_hand()
    row, _ = history.experiment(_id_of(file, settings, history))
    if as_json:
        print_json(asdict(row) | {"left_s": row.left_s})
    else:
        print_experiments([row])


def stop(file: File) -> None:
    """Ask it to stop; calls in flight get 5 seconds."""
    settings, history = at_hand()
    experiment_id = _id_of(file, settings, history)
    launch.stop(experiment_id, settings)
    remark(f"asked {experiment_id} to stop")


def results(file: File, as_json: Json = False) -> None:
    """Say what it shows so far, each difference with its 95 % interval."""
    settings, history = at_hand()
    experiment_id = _id_of(file, settings, history)
    row, experiment = history.experiment(experiment_id)
    if row.status == "running":
        remark(STILL_GOING_ON)
    print_results(experiment, history.cells(RunFilter(experiment=experiment_id)), is_final(row), as_json)


def list_experiments(as_json: Json = False) -> None:
    """List experiments, newest first."""
    _, history = at_hand()
    rows = history.experiments()
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        print_experiments(rows)


def ending_of(experiment: Experiment, history: History) -> str | None:
    """How far an experiment is, in a word; None when it was never begun."""
    return {row.experiment_id: row.status for row in history.experiments()}.get(experiment.grid.id)


def _say_that_it_has_finished(experiment: Experiment, history: History, as_json: bool) -> None:
    experiment_id = experiment.grid.id
    if as_json:
        print_json(asdict(history.experiment(experiment_id)[0]))
    remark(f"{experiment_id} has finished; there is nothing to resume: `experiment results {experiment_id}`")


def at_hand() -> tuple[Settings, History]:
    """The settings and the history of this process."""
    settings = read_settings()
    return settings, History(settings)


def print_the_plan(
    experiment: Experiment,
    settings: Settings,
    history: History,
    *,
    wanted: float | None = None,
    played: Grid | None = None,
    as_json: bool = False,
) -> None:
    """Show what an experiment, or what is played of it, would take, and what all of it could show."""
    recipes = Recipes(played or experiment.grid, settings)
    foretold = plan_experiment(recipes, checked(recipes, None))
    sees = resolution(experiment, history.cells())
    if as_json:
        needed = {} if wanted is None else {"wanted": wanted, "missions_needed": sees.missions_for(wanted)}
        told = {"experiment_id": experiment.grid.id, **asdict(foretold), "resolution": asdict(sees), **needed}
        told["unequal_tokens"] = unequal_tokens(recipes)
        told["missions_read"] = _read_of_files(experiment, settings)
        print_json(told)
    else:
        read = _read_of_files(experiment, settings)
        warnings = (*recipes.warnings, *unequal_tokens(recipes))
        print_plan(experiment, foretold, [*read, *resolution_in_words(sees, wanted), *warnings])


def _read_of_files(experiment: Experiment, settings: Settings) -> list[str]:
    """Say what was read of each mission that is not the library's."""
    library = load_library(settings.mission_folders)
    own = [mission for mission in experiment.grid.missions if library.get(mission.id) != mission]
    more = [f"{len(own) - READ_SHOWN} more missions of your own"] if len(own) > READ_SHOWN else []
    return [read_as(mission) for mission in own[:READ_SHOWN]] + more


def _read(file: str, settings: Settings, history: History) -> Experiment:
    """The experiment in a file, or the one of an id; terms as they are in the file, or were at last."""
    path = Path(file)
    if path.exists() or path.suffix:
        return read_experiment(path, load_library(settings.mission_folders))
    return history.experiment(file)[1]


def _id_of(file: str, settings: Settings, history: History) -> str:
    return _read(file, settings, history).grid.id


def _under(experiment: Experiment, **terms: Any) -> Experiment:
    given = {name: value for name, value in terms.items() if value is not None}
    return experiment._replace(terms=replace(experiment.terms, **given))


def _perform(
    experiment: Experiment,
    settings: Settings,
    history: History,
    *,
    resumed: bool,
    detach: bool,
    as_json: bool,
) -> None:
    if detach:
        experiment_id = launch_experiment(experiment, settings, resumed=resumed)
        print_json({"experiment_id": experiment_id}) if as_json else typer.echo(experiment_id)
        return
    try:
        ended = asyncio.run(watched(experiment, settings, history, resumed, as_json))
    except KeyboardInterrupt:
        remark("stopped before it began; nothing was lost")
        raise typer.Exit(EXIT_CODES["stopped"]) from None
    if as_json:
        row, _ = history.experiment(experiment.grid.id)
        print_json(asdict(row))
    if ended.reason:
        remark(ended.reason)
    rest = "results" if ended.status in ("finished", "clear") else "resume"
    remark(f"{experiment.grid.id} {ended.status}; `python -m swarm experiment {rest} {experiment.grid.id}`")
    raise typer.Exit(EXIT_CODES[ended.status])


async def watched(
    experiment: Experiment, settings: Settings, history: History, resumed: bool, as_json: bool
) -> Any:
    """Perform an experiment with a progress bar, or without one for machines; returns how it ended."""

    async def play(watch: Callable[..., None]) -> Any:
        return await perform(settings, experiment, resumed=resumed, remember=history.past_roles, watch=watch)

    if as_json:
        return await play(ignore_progress)
    with LiveExperiment(experiment.grid.name) as live:
        return await play(live.show)
