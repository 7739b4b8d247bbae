"""Many kills, at random: of runs, of those that resume them, of experiments; and signals."""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from swarm.grid import EXPERIMENT, Experiment, Grid, Terms, Way
from swarm.history import History, RunFilter
from swarm.mission import load_library
from tests.crash.harness import Stage, check_broken, staged, state
from tests.crash.test_crash import go_on
from tests.provider import wait_until

pytestmark = pytest.mark.soak
SEED = 20261125
KILLS, KILLS_OF_RESUMES, KILLS_OF_EXPERIMENT = 200, 50, 20
RUNS = 2_000


@pytest.fixture(scope="module", params=["sequential", "broadcast"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("crash"), request.param) as made:
        yield made


@pytest.fixture(scope="module")
def unbroken(stage: Stage) -> str:
    trial = stage.trial()
    assert stage.zygote.wait(trial.begin()) == 0
    return state(trial.record())


def test_two_hundred_kills_at_random_lose_nothing(stage: Stage, unbroken: str):
    chance = random.Random(SEED)
    for number in range(KILLS // 2):
        trial = stage.trial()
        trial.kill_after(trial.begin(), chance.uniform(0.02, 0.5))
        go_on(stage, trial, unbroken, f"kill {number}, seed {SEED}")


def test_kills_of_those_who_resume_come_to_the_same_end(stage: Stage, unbroken: str):
    chance = random.Random(SEED)
    for _ in range(5):
        trial = stage.trial()
        trial.kill_after(trial.begin(), chance.uniform(0.1, 0.2))
        in_flight, kills = trial.in_flight(), 0
        while not trial.finished() and kills < KILLS_OF_RESUMES // 10:
            pid = trial.resume()
            if not pid:
                break
            trial.kill_after(pid, chance.uniform(0.02, 0.2))
            in_flight += trial.in_flight()
            kills += 1
        stored = trial.stored()
        if pid := trial.resume():
            assert stage.zygote.wait(pid) == 0
        check_broken(trial, unbroken, stored, in_flight)


def test_an_experiment_that_is_killed_twenty_times_plays_every_run_once(stage: Stage):
    if stage.protocol != "sequential":
        pytest.skip("one experiment is enough")
    trial = stage.trial()
    environment = trial.environment()
    settings = replace(stage_settings(trial), environment=environment)
    missions = tuple(load_library(settings.mission_folders).values())[:20]
    grid = Grid("Killed", (Way("sequential"), Way("solo")), ("sim/strong",), (3,), missions, RUNS // 40)
    assert grid.size == RUNS
    given = EXPERIMENT.dump_json(Experiment(grid, Terms())).decode()
    chance = random.Random(SEED)
    begun: list[str] = []
    for _ in range(KILLS_OF_EXPERIMENT):
        pid = stage.zygote.start(
            "perform-experiment", *begun, environment=environment, folder=trial.folder, given=given
        )
        begun = ["--resume"]
        trial.kill_after(pid, chance.uniform(0.6, 1.2))
    pid = stage.zygote.start(
        "perform-experiment", *begun, environment=environment, folder=trial.folder, given=given
    )
    assert stage.zygote.wait(pid) == 0, (trial.folder / "said").read_text()
    row, _ = History(settings).experiment(grid.id)
    assert (row.finished, row.failed) == (RUNS, 0)
    runs = History(settings).runs(RunFilter(experiment=grid.id), limit=RUNS + 1)
    assert len({run.run_id for run in runs}) == len(runs) == RUNS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_in_order_and_a_second_one_at_once(
    stage: Stage, unbroken: str, number: signal.Signals
):
    trial = stage.trial()
    pid = trial.begin()
    wait_until(lambda: len(trial.stored()) >= 1)
    os.kill(pid, number)
    os.kill(pid, number)
    stage.zygote.wait(pid)
    go_on(stage, trial, unbroken, f"signal {number}")


def test_a_machine_that_sleeps_in_the_middle_asks_nothing_twice(stage: Stage, unbroken: str):
    trial = stage.trial()
    pid = trial.begin()
    wait_until(lambda: len(trial.stored()) >= 1)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(5)  # asleep
    os.kill(pid, signal.SIGCONT)
    assert stage.zygote.wait(pid) == 0
    check_broken(trial, unbroken, trial.stored(), 0)


def test_no_request_leaves_a_second_after_somebody_asked_to_stop(tmp_path):
    with staged(tmp_path, "sequential", delay_s=0.05) as stage:
        trial = stage.trial()
        pid = trial.begin()
        wait_until(lambda: len(trial.stored()) >= 1)
        (trial.folder / "journal" / f"{trial.journal.stem}.stop").touch()
        time.sleep(1.0)  # what the promise allows
        asked = stage.log.hits.total()
        stage.zygote.wait(pid)
        assert stage.log.hits.total() == asked


def stage_settings(trial):
    from swarm.config import read_settings

    return read_settings(trial.environment())
