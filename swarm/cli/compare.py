"""The command that compares runs, or groups of runs."""

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from swarm.cell import Cell, missing_in
from swarm.claims.gaps import limited, priced
from swarm.cli.arguments import Json
from swarm.cli.terminal import harmless, print_json, remark
from swarm.cli.terminal.comparison import print_comparison, print_runs_compared
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import finding, findings, remarks
from swarm.comparison.group import groups_by
from swarm.comparison.levels import cells_by_level
from swarm.comparison.strays import compare_without_strays, usual_reference
from swarm.comparison.tradeoff import balance_of
from swarm.comparison.withstood import told_of_shocks
from swarm.config import read_settings
from swarm.errors import BadInput, UnknownName
from swarm.experiment.file import experiment_from_toml, experiment_toml
from swarm.experiment.interleave import apart_in_time, interleaved, missions_played
from swarm.experiment.results import Agreed, agreed
from swarm.grid import Factor
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import load_library
from swarm.narrative.contrast import CAVEAT, contrast
from swarm.recording.measures import COMPARED, summary

MOST_SINGLE = 4


class By(StrEnum):
    """Things that groups can be formed by."""

    protocol = "protocol"
    models = "models"
    agents = "agents"
    shock = "shock"


def compare(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Two to four runs of one mission.", metavar="RUN")
    ] = None,
    by: Annotated[By | None, typer.Option(help="Compare groups of runs, formed by this.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Only runs of this experiment, by id.")] = None,
    simulated: Annotated[
        bool | None, typer.Option("--simulated/--real", help="Which runs; needed when there are both.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Only these groups, such as Sequential; more than one.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="The group that others are set against.",
            show_default="the first that can be compared with the others",
        ),
    ] = None,
    interleave: Annotated[
        Path | None,
        typer.Option(
            help="Write an experiment to this file that plays interleaved what was not played together."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which is better, with its interval and price, or that nothing can be said: two runs, or groups of runs."""
    history = History(read_settings())
    if by is None and experiment is None:
        _compare_runs(history, runs or (), as_json)
        return
    where = RunFilter(experiment=experiment, simulated=simulated, run_ids=tuple(runs or ()))
    comparison = _compare_groups(
        history, where, _factor(history, by, experiment), group or (), reference, as_json
    )
    if interleave:
        _write_interleaved(comparison, history, interleave)


def _compare_runs(history: History, run_ids: Sequence[str], as_json: bool) -> None:
    if not 2 <= len(run_ids) <= MOST_SINGLE:
        raise BadInput(
            f"{len(run_ids)} runs: name two to four of one mission, or compare groups with --by protocol, models, "
            "agents or shock"
        )
    records = [history.run(run_id) for run_id in run_ids]
    sentences = [contrast(records[0], other) for other in records[1:]]
    if as_json:
        print_json(
            {"sentences": sentences, "caveat": CAVEAT, "runs": [summary(record) for record in records]}
        )
    else:
        print_runs_compared(records, sentences)


def _compare_groups(
    history: History,
    where: RunFilter,
    factor: Factor,
    chosen: Sequence[str],
    reference: str | None,
    as_json: bool,
) -> Comparison:
    cells = _chosen(_of_one_kind(history.cells(where)), factor, chosen, reference)
    groups, _ = groups_by(cells, factor, reference or usual_reference(groups_by(cells, factor)[0]))
    comparison = compare_without_strays(groups, **terms_of(history, where.experiment))
    if as_json:
        print_json({**told(comparison, factor), "resilience": told_of_shocks(cells)})
    else:
        print_comparison(comparison, factor)
        for line in told_of_shocks(cells):
            typer.echo(f"\n{harmless(line)}")
    return comparison


def _write_interleaved(comparison: Comparison, history: History, file: Path) -> None:
    if not apart_in_time(comparison):
        raise BadInput("all of these groups were played together: there is nothing to interleave")
    settings = read_settings()
    library = load_library(settings.mission_folders)
    planned = interleaved(comparison, missions_played(comparison, library, history))
    text = experiment_toml(limited(planned, priced(planned, settings)))
    experiment_from_toml(text, str(file), library)  # What was played may be in no library any more.
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except OSError as error:
        raise BadInput(f"cannot write {str(file)!r}: {error.strerror}") from error
    remark(f"wrote {file}; `python -m swarm experiment plan {file}` tells its price")


def terms_of(history: History, experiment_id: str | None) -> Agreed:
    """Return what an experiment agreed on, so that its verdicts are the same here; else the usual."""
    if experiment_id is None:
        return {}
    row, experiment = history.experiment(experiment_id)
    return agreed(experiment, row)


def told(comparison: Comparison, factor: Factor) -> dict[str, Any]:
    """A comparison as one JSON value: the sentences, and every number they rest upon; None is what is not known."""
    balance = balance_of(comparison.groups)
    return {
        "finding": finding(comparison),
        "findings": findings(comparison),
        "remarks": remarks(comparison, factor),
        "by": factor,
        "simulated": comparison.simulated,
        "missions": comparison.missions,
        "left_out": comparison.left_out,
        "comparisons": comparison.comparisons,
        "refused": [asdict(each) for each in comparison.refused],
        "balance_counts": balance.counted,
        "groups": [
            {
                "name": each.name,
                "runs": each.runs,
                "unscored": each.unscored,
                "unfinished": each.unfinished,
                "nothing": sum(cell.nothing for cell in each.every_cell),
                "missing": missing_in(each.every_cell),
                "balance": index,
                "measures": {
                    measure: asdict(found) if (found := each.ranged(measure)) else None
                    for measure in COMPARED
                },
            }
            for each, index in zip(comparison.groups, balance.indices, strict=True)
        ],
        "contrasts": [
            {
                "group": each.group.name,
                "reference": each.reference.name,
                "verdict": each.verdict,
                "withheld": each.withheld,
                "gaps": each.gaps,
                "difference": asdict(each.difference),
                "cost_ratio": each.cost_ratio,
                "cost_low": each.cost_low,
                "cost_high": each.cost_high,
                "time_ratio": each.time_ratio,
            }
            for each in comparison.contrasts
        ],
    }


def _factor(history: History, by: By | None, experiment: str | None) -> Factor:
    if by is not None:
        return by.value
    assert experiment is not None
    factor = history.experiment(experiment)[1].grid.factor
    if factor is None:
        raise BadInput(f"the experiment {experiment!r} has a single arm: nothing stands against it")
    return factor


def _of_one_kind(cells: list[Cell]) -> list[Cell]:
    counts = {
        kind: sum(cell.runs for cell in cells if cell.condition.simulated is kind) for kind in (True, False)
    }
    if not any(counts.values()):
        raise BadInput("no run that came to its end matches")
    if all(counts.values()):
        raise BadInput(
            f"there are {counts[True]:,} simulated and {counts[False]:,} real runs, which are never compared: choose "
            "--simulated or --real"
        )
    return cells


def _chosen(cells: list[Cell], factor: Factor, chosen: Sequence[str], reference: str | None) -> list[Cell]:
    """The cells of the chosen groups; of all when none was chosen."""
    levels = cells_by_level(cells, factor)
    for name in (*chosen, *([reference] if reference else [])):
        if name not in levels:
            raise UnknownName("group", name, levels)
    wanted = {*(chosen or levels), *([reference] if reference else [])}
    return [cell for name, found in levels.items() if name in wanted for cell in found]
