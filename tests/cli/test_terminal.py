"""What others wrote is text in a terminal: it moves no cursor, has no colour, and no word of it is lost."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from swarm.claims.judging import judge_claims
from swarm.cli.doctor import print_findings
from swarm.cli.examination import Finding
from swarm.cli.terminal import remark
from swarm.cli.terminal.claims import print_claim, print_claims
from swarm.cli.terminal.comparison import print_comparison, print_runs_compared
from swarm.cli.terminal.experiments import LiveExperiment, print_experiments, print_plan
from swarm.cli.terminal.lists import print_missions, print_models
from swarm.cli.terminal.runs import LiveRun, print_record, print_runs
from swarm.cli.terminal.teams import print_team, print_verdict
from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import groups_by
from swarm.experiment.plan import plan
from swarm.experiment.recipe import Recipes
from swarm.grid import Experiment
from swarm.history.store import History
from swarm.models.catalogue import known_models
from swarm.narrative.story import story
from swarm.shock import Shock
from swarm.teams.trial.verdict import team_verdict
from swarm.verdict import Verdict
from swarm.written import UNSEEN
from tests.claims.test_claims import BOOK, general
from tests.made import keep
from tests.marked import (
    MISSION,
    TEAM,
    keep_groups,
    keep_own_things,
    mark,
    marked_record,
    marked_run,
    marked_team,
)


def live(settings) -> None:
    """A run as it goes on."""
    with LiveRun() as shown:
        for event in marked_run(protocol=mark("proto")):
            shown.show(event)
    # Where nobody looks it leaves nothing behind.
    Console().print(shown._table())


def every_run(settings) -> None:
    """The runs that are kept, one of another protocol."""
    keep(settings, marked_run(protocol="\x1b[1mzq<u>*b*[l]"))
    print_runs(History(settings).runs(), 9)


def scored(settings) -> None:
    """A run with scores."""
    print_record(marked_record())


def unscored(settings) -> None:
    """A run without scores."""
    print_record(
        marked_record(
            judged=Verdict(mark("judge"), unscored=mark("unscored")), shock=Shock("swap", mark("swap"))
        )
    )


def groups(settings) -> None:
    """Runs as groups by models."""
    keep_groups(settings)
    cells = History(settings).cells()
    print_comparison(compare_groups(groups_by(cells, "models")[0]), "models")


def two_runs(settings) -> None:
    """Two runs beside each other, with sentences on them."""
    record = marked_record(protocol=mark("proto"))
    print_runs_compared([record, record], story(record))


def team(settings) -> None:
    """A team that was imported."""
    print_team(TEAM)


def own_things(settings) -> None:
    """One's own models and missions, and what the doctor says of them."""
    keep_own_things(settings)
    cards = [*known_models(settings).values()]
    print_models(cards, {card.id: () for card in cards})
    print_missions([MISSION])
    print_findings([Finding("models.toml", "bad", mark("found"))])
    remark(mark("remark"))


def experiments(settings) -> None:
    """An experiment that failed, its plan, and how far it is."""
    marked_team(settings)
    [row] = History(settings).experiments()
    print_experiments([replace(row, reason=mark("halt"))])
    experiment = History(settings).experiment(row.experiment_id)[1]
    experiment = Experiment(replace(experiment.grid, name=mark("name")), experiment.terms)
    Console().print(LiveExperiment(mark("name"))._bar.get_renderable())
    print_plan(experiment, plan(Recipes(experiment.grid, settings), True), ["nothing"])
    print_verdict(team_verdict(experiment, History(settings).cells()))


def claims(settings) -> None:
    """Claims, and what is said of each whose runs are of a model that somebody named."""
    judged = judge_claims(general(0.1, model=mark("model")))
    print_claims(judged, BOOK)
    for each in judged:
        print_claim(each, {})


WAYS = (live, every_run, scored, unscored, groups, two_runs, team, own_things, experiments, claims)


@pytest.mark.parametrize("show", WAYS, ids=lambda way: way.__name__)
def test_what_others_wrote_is_text_in_a_terminal(show: Callable, settings, monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "2000")
    show(settings)
    said = "".join(capfd.readouterr())
    assert "zq" in said
    assert not UNSEEN.search(said)
    # What looks like a tag of the library that draws tables is kept as well.
    assert re.findall(r"zq\w*<u>\*b\*(?![\[(]l[\])])", said) == []
