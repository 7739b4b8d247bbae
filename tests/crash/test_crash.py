"""Killed at every named point and at random moments: nothing is lost, nothing torn, nothing asked twice."""

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from swarm.config import Settings
from swarm.engine.compose import compose
from swarm.engine.launch import launch
from swarm.engine.wish import Wish
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from tests.crash.experiments import Killed, unkilled
from tests.crash.harness import Stage, staged
from tests.crash.oracle import Broken, Unbroken, state
from tests.provider import wait_until
from tests.seed import SEED

ASKED_AGAIN = {
    "before run_started": 0,
    "half run_started": 0,
    "after run_started": 0,
    "before turn_started": 0,
    "half turn_started": 0,
    "after turn_started": 0,
    "before call_started": 0,
    "half call_started": 0,
    "after call_started": 0,
    "replied": 1,
    "before turn_taken": 1,
    "half turn_taken": 1,
    "after turn_taken": 0,
    "before call_started#3": 0,
    "after call_started#3": 0,
    "replied#3": 1,
    "half turn_taken#3": 1,
    "after turn_taken#3": 0,
    "before call_ended": 1,
    "half call_ended": 1,
    "after call_ended": 0,
    "replied#4": 1,
    "before protocol_ended": 0,
    "half protocol_ended": 0,
    "after protocol_ended": 0,
    "before run_judged": 1,
    "half run_judged": 1,
    "after run_judged": 0,
    "before run_finished": 0,
    "half run_finished": 0,
    "after run_finished": 0,
}
"""By the point where a run was killed: how many requests the provider sees a second time. One that had left and
whose reply was not kept yet; of an announced one that had not left it sees nothing before."""
EXPERIMENT = (
    "half experiment_started",
    "half chunk#2",
    "before chunk",
    "after chunk",
    "before experiment_ended",
)
"""In this order: each kills what takes the experiment up after the one before."""
INTAKE = ("before commit", "after commit", "before commit#2", "after commit#2")
"""Of the schema, and of what was read together with how far: one transaction, the mark is in it."""
EXCHANGE = ("before commit#2", "before exchange", "half exchange", "after exchange")
AT_RANDOM = 9


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("crash")) as made:
        yield made


@pytest.fixture(scope="module")
def unbroken(stage: Stage) -> Unbroken:
    return Unbroken.of(stage)


def test_there_are_forty_kills_of_runs_in_all():
    assert len(ASKED_AGAIN) + AT_RANDOM >= 40


@pytest.mark.parametrize("point", ASKED_AGAIN)
def test_a_kill_at_a_named_point_loses_nothing_and_asks_again_what_was_in_flight_alone(
    stage: Stage, unbroken: Unbroken, point: str
):
    trial = stage.trial()
    assert stage.zygote.wait(trial.begin(point)) == -signal.SIGKILL
    go_on(Broken(trial), unbroken)
    assert trial.asked_again() == ASKED_AGAIN[point]


def test_kills_at_random_moments_lose_nothing_and_ask_nothing_twice(stage: Stage, unbroken: Unbroken):
    kill_at_random(stage, unbroken, AT_RANDOM)


def kill_at_random(stage: Stage, unbroken: Unbroken, kills: int) -> None:
    """Kill so many runs before they end, and hold each against the unbroken one."""
    chance = random.Random(SEED)
    landed, tries, longest_s = 0, 0, unbroken.seconds
    while landed < kills:
        tries += 1
        assert tries <= 3 * kills, f"only {landed} kills came before the end"
        trial = stage.trial()
        if trial.kill_after(trial.begin(), chance.uniform(0.0, longest_s)):
            landed += 1
        else:
            # The unbroken one may have been played on a busier machine.
            longest_s *= 0.8
        go_on(Broken(trial), unbroken)


def go_on(broken: Broken, unbroken: Unbroken) -> None:
    """Take a run up that was killed, and hold it against the unbroken one."""
    trial = broken.trial
    if pid := trial.go_on():
        assert trial.stage.zygote.wait(pid) == 0, (trial.folder / "said").read_text()
    broken.check(unbroken)


@pytest.mark.parametrize("points", [INTAKE, EXCHANGE], ids=["taken in", "made again"])
def test_a_kill_of_who_writes_the_history_leaves_the_old_one_or_the_new_one(
    stage: Stage, unbroken: Unbroken, points: tuple[str, ...]
):
    trial = stage.trial()
    assert stage.zygote.wait(trial.begin()) == 0
    history = trial.folder / "roleless.duckdb"
    for point in points:
        command = ("rebuild",) if points is EXCHANGE else ("list", "--json")
        pid = stage.start(*command, environment=trial.environment(point), folder=trial.folder)
        assert stage.zygote.wait(pid) == -signal.SIGKILL, point
        assert state(trial.kept_in_history()) == unbroken.state, point
        if points is INTAKE:
            history.unlink()
    aside = [path for path in trial.folder.glob("roleless.duckdb.2*") if path.suffix != ".wal"]
    assert len(aside) == (2 if points is EXCHANGE else 0), "those that were replaced are kept"


def test_nothing_but_a_command_line_s_own_environment_makes_a_process_die(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """Streamlit puts what its file of secrets says into the environment of the dashboard."""
    monkeypatch.setenv("ROLELESS_FAULT", "before commit")
    assert History(settings).count() == 0
    monkeypatch.setenv("ROLELESS_FAULT", "before run_started")
    mission = find_mission(load_library(settings.mission_folders), "api-security-review")
    launched = replace(settings, environment={**settings.environment, **os.environ})
    run_id = launch(compose(Wish(mission, agents=2), settings), launched)
    wait_until(lambda: History(settings).run(run_id).status == "finished")


def test_an_experiment_that_is_killed_at_every_border_plays_each_run_once(stage: Stage):
    killed = Killed(stage.trial(), runs=240)
    for point in EXPERIMENT:
        assert killed.perform(point) == -signal.SIGKILL, point
    assert killed.perform() == 0
    killed.check(unkilled(stage, killed.experiment))
