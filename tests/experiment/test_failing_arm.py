"""An arm that fails on most missions is not the better for it: from a real server to the verdict."""

import asyncio
import re

import pytest

from swarm.cli.terminal.comparison import print_comparison
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import remarks
from swarm.config import Settings, read_settings
from swarm.experiment.perform import perform
from swarm.experiment.results import results
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.store import History
from swarm.mission import Mission
from swarm.models.model import Request
from swarm.models.scripted import ScriptedModel
from tests.provider import serving
from tests.staging import GARBAGE, judged, said

MISSIONS = tuple(Mission(f"m{n:02}", f"Mission {n:02}", f"Open bakery {n:02}.") for n in range(24))
UNREAD = 15
"""Missions on which the spotty model says nothing that can be read."""
SPOTTY, FAIR, JUDGE = "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4.1"


def number_in(request: Request) -> int:
    found = re.search(r"bakery (\d\d)", request.messages[1].text)
    assert found
    return int(found[1])


def spotty(request: Request) -> str:
    return GARBAGE if number_in(request) < UNREAD else said("A brilliant plan.")


def verdict(request: Request) -> str:
    brilliant = "A brilliant plan." in request.messages[1].text
    return judged(4) if brilliant else judged(3, accuracy=2 + number_in(request) % 2)


@pytest.fixture
def played(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[Experiment, Settings]:
    """One repeat of 24 missions by either model, alone; real requests, real prices."""
    teams = tuple(f"openai/{name}" for name in (FAIR, SPOTTY))
    grid = Grid("Spotty or fair", (Way("sequential"),), teams, (1,), MISSIONS, 1, judge=f"openai/{JUDGE}")
    experiment = Experiment(grid, Terms(max_usd=5.0, accept_price=True))
    models = {
        SPOTTY: ScriptedModel(SPOTTY, spotty),
        FAIR: ScriptedModel(FAIR, lambda _: said("A fair plan.")),
        JUDGE: ScriptedModel(JUDGE, verdict),
    }
    with serving(models) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        ended = asyncio.run(perform(read_settings(), experiment))
    assert (ended.status, ended.reason) == ("finished", None)
    return experiment, settings


def compared(experiment: Experiment, settings: Settings) -> Comparison:
    ((_, comparison),) = results(experiment, History(settings).cells()).found
    return comparison


def test_an_arm_that_is_unreadable_on_most_missions_is_not_better_and_all_its_runs_count(
    played: tuple[Experiment, Settings], capsys: pytest.CaptureFixture[str]
):
    comparison = compared(*played)
    fair, arm = comparison.groups
    (contrast,) = comparison.contrasts
    assert (arm.name, arm.runs, fair.runs) == (f"openai/{SPOTTY}", 24, 24)
    assert contrast.verdict == "worse"
    assert contrast.difference.difference < -0.1
    means = {name: arm.ranged(name) for name in ("unusable", "quality", "tokens", "cost_usd")}
    assert {name: found.missions for name, found in means.items() if found} == dict.fromkeys(means, 24)
    assert means["unusable"]
    assert means["unusable"].value == UNREAD / 24
    assert means["quality"]
    assert means["quality"].value == pytest.approx((UNREAD * 0.25 + (24 - UNREAD)) / 24)
    assert f"counted with the lowest quality, 0.25: 15 of 24 runs of openai/{SPOTTY}." in " ".join(
        remarks(comparison)
    )
    print_comparison(comparison, "models")
    assert "62%" in capsys.readouterr().out
    (row,) = History(played[1]).experiments()
    assert (row.finished, row.failed, row.nothing, row.unscored, row.not_played) == (48, 0, UNREAD, 0, 0)
    assert sum(cell.gaps for cell in arm.every_cell) == 0
    # The run itself has no score, and says why.
    failed = [run for run in History(played[1]).runs() if run.shortfall == "own"]
    assert {(run.status, run.quality, run.unscored) for run in failed} == {
        ("failed", None, "nothing was delivered")
    }
