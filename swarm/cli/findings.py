"""What the runs of an experiment show is printed."""

from collections.abc import Mapping, Sequence

import typer

from swarm.cell import Cell
from swarm.cli.compare import told
from swarm.cli.terminal import harmless, print_json
from swarm.cli.terminal.comparison import print_comparison
from swarm.comparison.threshold import (
    NO_ADVICE,
    advice_in_words,
    model_cases,
    tells_threshold,
    threshold_in_words,
)
from swarm.comparison.withstood import told_of_shocks
from swarm.config import read_settings
from swarm.errors import BadInput
from swarm.experiment.looks import alpha_of, looks_in_words, looks_of
from swarm.experiment.recipe import Recipes
from swarm.experiment.results import results as results_of
from swarm.grid import Experiment


def print_results(experiment: Experiment, cells: Sequence[Cell], final: bool, as_json: bool) -> None:
    """Print an experiment's findings, or their JSON.

    Raises:
        BadInput: when no run has ended.
    """
    if not cells:
        raise BadInput("no run of this experiment has ended yet")
    found = results_of(experiment, cells, final=final)
    factor = experiment.grid.factor
    assert factor is not None
    if as_json:
        compared = [{"context": context, **told(comparison, factor)} for context, comparison in found.found]
        refused = [{"context": each.name, "refused": each.why} for each in found.refused]
        simulated = cells[0].condition.simulated
        key = "rehearsal" if simulated else "advice"
        told_more: list[Mapping[str, object]] = [{key: line} for line in _advice(experiment, cells, final)]
        told_more += [{"advice": None, "why": NO_ADVICE}] if simulated else []
        told_more += [
            {"looks": [look._asdict() for look in looks_of(experiment)], "told": looks_in_words(experiment)}
        ]
        told_more += [{"judge": line} for line in Recipes(experiment.grid, read_settings()).warnings_later]
        told_more += [{"resilience": line} for line in told_of_shocks(cells)]
        print_json([*compared, *refused, *told_more])
        return
    for context, comparison in found.found:
        if context:
            typer.echo(f"\n{context}")
        print_comparison(comparison, factor)
    for each in found.refused:
        typer.echo(f"\n{each.name}: {each.why}" if each.name else f"\n{each.why}")
    kin = Recipes(experiment.grid, read_settings()).warnings_later
    looked = looks_in_words(experiment)
    for line in (
        *([looked] if looked else []),
        *kin,
        *told_of_shocks(cells),
        *_advice(experiment, cells, final),
    ):
        typer.echo(f"\n{harmless(line)}")


def _advice(experiment: Experiment, cells: Sequence[Cell], final: bool) -> list[str]:
    """Name the models to drop the roles with; empty where the experiment cannot tell."""
    if not tells_threshold(experiment.grid):
        return []
    try:
        cases = model_cases(cells, margin=experiment.terms.margin, alpha=alpha_of(experiment), final=final)
    except BadInput as error:
        return [str(error)]
    return [threshold_in_words(cases), *(advice_in_words(case) for case in cases)]
