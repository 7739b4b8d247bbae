"""What says nothing is one sentence wherever it is asked about, and never a number that looks like evidence."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from swarm.cell import Cell
from swarm.cli.findings import print_results
from swarm.comparison.group import groups_by
from swarm.comparison.strays import compare_without_strays
from swarm.comparison.team_size import size_curves
from swarm.comparison.threshold import model_cases
from swarm.errors import BadInput
from swarm.experiment.results import results
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.teams.trial.verdict import team_verdict
from tests.compared import cell

WAYS = {"fixed_roles": {}, "given_team": {"title": "T"}, "sequential": {}, "solo": {"token_budget": 5_000}}
EVIDENCE = re.compile(r"interval|\bp [<=]|better|worse|equivalent|[+−]0\.\d")


def experiment_of(*protocols: str) -> Experiment:
    ways = tuple(Way(name, WAYS[name]) for name in protocols)  # type: ignore[arg-type]
    return Experiment(Grid("x", ways, ("sim/strong",), (8,), (Mission("m00", "M", "Bake."),)), Terms())


def kept(protocol: str, missions: int, qualities: Sequence[float | None], **more: object) -> list[Cell]:
    options = (
        '{"title":"T"}'
        if protocol == "given_team"
        else '{"token_budget":5000}'
        if protocol == "solo"
        else "{}"
    )
    return [cell(at, qualities, protocol=protocol, options=options, **more) for at in range(missions)]


def arms(case: str, protocols: Sequence[str]) -> list[Cell]:
    missions, quality = (1, (0.5, 0.6)) if case == "one mission" else (8, (0.5, 0.6))
    found: list[Cell] = []
    for at, protocol in enumerate(protocols):
        judge = f"judge/{at}" if case == "two judges" else "sim/judge"
        scores = (None, None) if case == "all unscored" else tuple(each + 0.1 * at for each in quality)
        found += kept(protocol, missions, scores, judge=judge)
    return found


def compared(cells: list[Cell]) -> object:
    return compare_without_strays(groups_by(cells, "protocol")[0])


PAIR = ("fixed_roles", "sequential")
TEAM = ("given_team", "sequential", "solo")
READERS: dict[str, tuple[Sequence[str], Callable[[list[Cell]], object]]] = {
    "groups": (PAIR, compared),
    "experiment": (PAIR, lambda cells: results(experiment_of(*PAIR), cells)),
    "command": (PAIR, lambda cells: print_results(experiment_of(*PAIR), cells, final=True, as_json=True)),
    "threshold": (PAIR, model_cases),
    "team": (TEAM, lambda cells: team_verdict(experiment_of(*TEAM), cells)),
}


@pytest.mark.parametrize("case", ["one mission", "all unscored", "two judges"])
@pytest.mark.parametrize("reader", READERS)
def test_what_says_nothing_is_one_sentence_without_a_number(
    reader: str, case: str, capsys: pytest.CaptureFixture[str]
):
    protocols, read = READERS[reader]
    with pytest.raises(BadInput) as refused:
        read(arms(case, protocols))
    said = str(refused.value)
    assert not EVIDENCE.search(said), said
    assert said.count(". ") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("case", ["one mission", "all unscored"])
def test_sizes_that_say_nothing_are_one_sentence(case: str):
    cells = [
        replace(each, condition=each.condition._replace(agents=agents, models=f"sim/strong ×{agents}"))
        for agents in (2, 4)
        for each in arms(case, ["sequential"])
    ]
    with pytest.raises(BadInput, match="no arm has runs of the same two missions"):
        size_curves(cells)
