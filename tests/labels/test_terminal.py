"""Every number stands in its own column in a terminal."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.console import Console

from swarm.cli.terminal.comparison import print_runs_compared
from swarm.cli.terminal.experiments import LiveExperiment, print_experiments, print_plan
from swarm.cli.terminal.lists import print_missions, print_models
from swarm.cli.terminal.runs import LiveRun, print_record, print_runs
from swarm.engine.estimate import Estimate
from swarm.experiment.plan import Plan
from swarm.experiment.progress import GridProgress
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.experiments import ExperimentRow
from swarm.history.rows import row_of
from swarm.limits import Limits
from swarm.models.card import ModelCard, Price
from tests.distinct import LISTED_SAID, MISSION, NAMES, OTHER, OTHER_SAID, POINTS, RECORD, RUN_ID, events


@pytest.fixture
def lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], list[list[str]]]:
    """What was printed since the last time on a wide terminal: lines, each in its columns."""
    monkeypatch.setenv("COLUMNS", "220")
    return lambda: columns(capsys.readouterr().out)


def columns(text: str) -> list[list[str]]:
    """Lines with something in them, cut where two blanks stand."""
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]


def test_a_run_in_a_terminal_has_every_number_in_its_own_column():
    console = Console(width=220, file=io.StringIO())
    print_record(RECORD, console)
    assert isinstance(console.file, io.StringIO)
    shown = columns(console.file.getvalue())
    assert shown[1] == ["agent", "did", "role", "builds on", "why"]
    assert shown[2] == ["2", "announced", "Cooks", "–", "reason 0"]
    assert shown[8] == ["6", "contributed", "Welder", "5", "reason 6"]
    verdict = shown.index(["criterion", "points", "reason"]) + 1
    assert shown[verdict : verdict + 5] == [
        [name.replace("_", " "), f"{points} of 4", f"because of {name}"] for name, points in POINTS.items()
    ]
    assert " ".join(shown[-1]) == (
        f"SIMULATED {RUN_ID} finished · quality 0.688 · depth 6 · "
        f"{''.join(f'{name.lower()} {said} · ' for name, said in LISTED_SAID.items())}"
        "9 active, 2 abstained, 5 idle by order · "
        "177,477 tokens in, 8,200 out, $2.67 (simulated) · 1 min 23 s"
    )


def test_a_live_run_adds_up_what_it_has_spent_and_shows_each_seat_as_it_is():
    live = LiveRun()
    for event in events():
        live.show(event)
    console = Console(width=120, file=io.StringIO())
    console.print(live._table())
    assert isinstance(console.file, io.StringIO)
    shown = columns(console.file.getvalue())
    assert shown[1] == ["agent", "does", "role"]
    assert shown[2:11] == [[str(seat), "contributed", name] for seat, name in enumerate(NAMES, 1)]
    assert [shown[11], shown[13], shown[16]] == [
        ["10", "abstained", "reason 10"],
        ["12", "unreadable reply", "reason 12"],
        ["15", "no reply", "reason 15"],
    ]
    assert shown[-1] == ["176,700 tokens in, 8,167 out, $2.61 (simulated)"]


def test_lists_in_a_terminal_have_every_number_in_its_own_column(lines: Callable[[], list[list[str]]]):
    print_runs([row_of(RECORD)], 31)
    assert lines() == [
        ["run", "status", "mission", "protocol", "agents", "quality"],
        [RUN_ID, "finished", "Dredge the harbour", "batched", "23", "0.688", "SIM"],
        ["1 of 31 runs; --limit shows more"],
    ]
    print_missions([MISSION])
    assert lines()[1] == ["harbour", "L3", "Dredge the harbour"]
    card = ModelCard(
        "acme/x",
        "X",
        "acme",
        keys=("ACME_KEY",),
        price=Price(1.5, 0.25, 7.5, 3.5),
        context=128_000,
        max_output=4_321,
    )
    print_models([card], {"acme/x": ()})
    assert lines() == [
        ["model", "input $/M", "output $/M", "context", "key"],
        ["acme/x", "1.5", "7.5", "128,000", "missing: ACME_KEY"],
    ]


def test_two_runs_in_a_terminal_have_every_number_in_the_line_and_column_of_its_own(
    lines: Callable[[], list[list[str]]],
):
    print_runs_compared([RECORD, OTHER], [])
    assert lines()[2:] == [
        [RUN_ID, "20261122-140000-07e500"],
        ["protocol", "batched", "shared"],
        ["quality", "0.688", "0.250"],
        ["depth", "6", "4"],
        ["active", "9 of 23", "5 of 19"],
        ["abstained", "2", "1"],
        *([name.lower(), said, OTHER_SAID[name]] for name, said in LISTED_SAID.items()),
        ["tokens", "185,677", "52,300"],
        ["cost", "$2.67", "$0.75"],
        ["time", "1 min 23 s", "7.5 s"],
    ]


PLAN = Plan(
    runs=240,
    arms=5,
    missions=16,
    repeats=3,
    comparisons=4,
    simulated=True,
    free=True,
    low=Estimate(1_000, 20_000, 300, 1.5, 11),
    expected=Estimate(2_000, 50_000, 700, 2.5, 22),
    high=Estimate(4_000, 90_000, 1_100, 8.5, 88),
    expected_by_arm=(1.0,),
)
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
EXPERIMENT = ExperimentRow(
    experiment_id="roles-abc",
    name="Roles",
    started=AT,
    resumed=AT.replace(minute=10),
    ended=None,
    status="running",
    reason=None,
    runs=240,
    arms=5,
    simulated=True,
    expected_usd=9.5,
    finished=60,
    finished_since=40,
    failed=7,
    unscored=3,
    spent_usd=4.5,
    unpriced=2,
    latest=AT.replace(minute=12),
    begun=80,
    nothing=13,
)


def test_a_plan_in_a_terminal_has_every_number_in_its_own_column(lines: Callable[[], list[list[str]]]):
    grid = Grid("Roles", (Way("shared"),), ("sim/strong",), (4,), (MISSION,), limits=Limits())
    print_plan(Experiment(grid, Terms()), PLAN, ["It sees."])
    assert lines()[1:] == [
        ["240 runs: 5 arms × 16 missions × 3 repeats", "SIMULATED"],
        ["calls", "tokens", "time", "price"],
        ["low", "1,000", "20,300", "11 s", "$1.50"],
        ["expected", "2,000", "50,700", "22 s", "$2.50"],
        ["high", "4,000", "91,100", "1 min 28 s", "$8.50"],
        ["It sees."],
    ]


def test_experiments_in_a_terminal_have_every_number_in_its_own_column(
    lines: Callable[[], list[list[str]]],
):
    assert EXPERIMENT.left_s == 180 * 120 / 40
    print_experiments([EXPERIMENT])
    assert lines() == [
        ["experiment", "status", "played", "of", "cut short", "spent", "left"],
        ["roles-abc", "running", "60", "240", "7", "at least $4.50", "9 min 0 s", "SIM"],
    ]


def test_an_experiment_that_goes_on_shows_failures_dollars_and_what_is_left():
    live = LiveExperiment("Roles")
    live.show(GridProgress(240, 60, failed=7, spent_usd=4.5, done_before=20, elapsed_s=120.0))
    (task,) = live._bar.tasks
    live._bar.stop()
    assert (task.completed, task.total) == (60, 240)
    assert task.fields["figures"] == "7 cut short  $4.50  9 min 0 s left"
