"""Every number of an experiment stands under its own name, in the history, in JSON and in words."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from swarm.cli.experiment import list_experiments, print_the_plan, status
from swarm.config import Settings
from swarm.experiment.results import Resolution, resolution_in_words
from swarm.experiment.sentences import experiment_in_words
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.experiments import ExperimentRow
from swarm.history.store import History
from swarm.mission import Mission
from swarm.recording.events import Event, ExperimentResumed, ExperimentStarted, RunFinished, RunStarted
from swarm.turn import Usage
from swarm.verdict import Verdict
from tests.made import BEGAN, keep, told, turn, verdict

MISSIONS = tuple(Mission(f"m{number}", f"Mission {number}", "Do it.") for number in range(4))
GRID = Grid(
    "Sizes",
    (Way("shared"), Way("batched", {"size": 2})),
    ("sim/strong",),
    (4, 6, 8),
    MISSIONS,
    repeats=5,
    shocks=("none", "hub"),
)
TERMS = Terms(max_usd=9.0, margin=0.04)
ENDS = {
    1: "finished",
    2: "finished",
    3: "finished",
    4: "failed",
    5: "stopped",
    31: "finished",
    32: "finished",
} | {
    33: "finished",
    34: "finished",
    35: "limited",
    36: None,
}
"""How runs ended, by the minute they began in; at minute 30 the experiment was taken up again."""


def a_run(minute: int, cost_usd: float | None) -> list[Event]:
    """A run of the experiment that cost so much."""
    ending = ENDS[minute]
    unscored = Verdict("sim/judge", unscored="no") if minute in (2, 31) else None
    judged = unscored or (verdict() if ending == "finished" else None)
    first, *rest = told(
        GRID.run_id(minute),
        turns=[turn(0)],
        judged=judged,
        ending=ending,
        minute=minute,  # type: ignore[arg-type]
    )
    assert isinstance(first, RunStarted)
    paid = Usage(100, 0, 20, cost_usd)
    spent = [replace(each, spent=paid) if isinstance(each, RunFinished) else each for each in rest]
    return [replace(first, experiment=GRID.id), *spent]


def keep_experiment(settings: Settings) -> None:
    """An experiment of which eleven runs were played."""
    where = {"run_id": GRID.id, "t": 0.0}
    begun = ExperimentStarted(
        seq=0,
        at=BEGAN,
        grid=GRID,
        terms=TERMS,
        simulated=True,
        judge="sim/judge",
        prompts="p",
        expected_usd=7.25,
        version="9",
        **where,
    )
    resumed = ExperimentResumed(seq=1, at=BEGAN + timedelta(minutes=30), terms=TERMS, **where)
    runs = [event for minute in ENDS for event in a_run(minute, None if minute == 32 else 0.125)]
    keep(settings, [begun, resumed, *runs], GRID.id)


ROW = ExperimentRow(
    experiment_id=GRID.id,
    name="Sizes",
    started=BEGAN,
    resumed=BEGAN + timedelta(minutes=30),
    ended=None,
    status="interrupted",
    reason=None,
    runs=240,
    arms=12,
    simulated=True,
    expected_usd=7.25,
    finished=7,
    finished_since=4,
    failed=3,
    unscored=2,
    spent_usd=9 * 0.125 + 0.001,
    unpriced=1,
    latest=BEGAN + timedelta(minutes=36),
    begun=11,
)


def test_the_history_counts_each_kind_of_run_of_an_experiment_by_itself(
    settings: Settings, capsys: pytest.CaptureFixture[str]
):
    keep_experiment(settings)
    row, experiment = History(settings).experiment(GRID.id)
    assert (row, experiment) == (ROW, Experiment(GRID, TERMS))
    assert History(settings).experiments() == [ROW]
    plain = json.loads(json.dumps(asdict(ROW), default=str))
    list_experiments(as_json=True)
    assert json.loads(capsys.readouterr().out) == [plain]
    status(GRID.id, as_json=True)
    assert json.loads(capsys.readouterr().out) == plain | {"left_s": None}


def test_what_is_left_is_told_by_the_pace_since_it_was_taken_up():
    going = replace(ROW, status="running", latest=ROW.resumed + timedelta(seconds=100))
    assert going.left_s == 233 * 100 / 4


def test_a_plan_in_json_has_every_number_under_its_own_name(
    settings: Settings, capsys: pytest.CaptureFixture[str]
):
    print_the_plan(Experiment(GRID, TERMS), settings, History(settings), wanted=0.05, as_json=True)
    found = json.loads(capsys.readouterr().out)
    counts = ("runs", "arms", "missions", "repeats", "comparisons", "simulated", "wanted")
    assert [found[name] for name in counts] == [240, 12, 4, 5, 6, True, 0.05]
    for figure in ("calls", "input_tokens", "output_tokens", "cost_usd", "seconds"):
        low, expected, high = (found[name][figure] for name in ("low", "expected", "high"))
        assert 0 < low <= expected <= high, figure
    assert found["low"]["output_tokens"] < found["expected"]["output_tokens"] < found["high"]["output_tokens"]
    assert all(found[name]["output_tokens"] < found[name]["input_tokens"] for name in ("low", "high"))
    assert found["missions_needed"] > found["missions"]


def test_an_experiment_in_words_has_every_number_where_it_belongs():
    assert experiment_in_words(Experiment(GRID, TERMS)) == (
        "Shared and Batched (size 2), 4, 6 and 8 agents of sim/strong, shocks none and hub, on 4 missions, each "
        "repeated 5 times"
    )


def test_what_an_experiment_could_show_has_every_number_where_it_belongs():
    sees = Resolution(missions=12, comparisons=6, sd=0.127, pilot=True, smallest=0.083, alpha=0.05)
    assert resolution_in_words(sees, 0.05)[:2] == [
        "It finds a difference of 0.083 in quality with a chance of 80 %, over 6 comparisons.",
        "Standard deviation of differences between missions: 0.127 (seen in earlier runs, with an "
        "allowance for how few they are).",
    ]
