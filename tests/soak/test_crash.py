"""Many kills, at random: of runs, of those that resume them, of experiments; and signals, and sleep."""

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from swarm.engine.perform import stop_file_of
from swarm.recording.events import RunFinished
from tests.crash.experiments import Killed, unkilled
from tests.crash.harness import RUN, Stage, Trial, staged
from tests.crash.oracle import Broken, Unbroken, state
from tests.crash.test_crash import go_on, kill_at_random
from tests.provider import wait_until
from tests.seed import SEED

pytestmark = pytest.mark.soak
KILLS, KILLS_OF_RESUMES, KILLS_OF_EXPERIMENT = 200, 50, 20
RUNS = 2_000
ASLEEP_S = 60.0


@pytest.fixture(scope="module", params=["sequential", "broadcast"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("crash"), request.param) as made:
        yield made


@pytest.fixture(scope="module")
def unbroken(stage: Stage) -> Unbroken:
    return Unbroken.of(stage)


@pytest.fixture
def slow(stage: Stage) -> Iterator[Stage]:
    """The same, with a provider that thinks for so long that a call is in flight whenever a signal comes."""
    before, stage.log.delay_s = stage.log.delay_s, 2.0
    yield stage
    stage.log.delay_s = before


def test_two_hundred_kills_at_random_lose_nothing(stage: Stage, unbroken: Unbroken):
    kill_at_random(stage, unbroken, KILLS)


def test_kills_of_those_who_resume_come_to_the_same_end(stage: Stage, unbroken: Unbroken):
    chance, landed = random.Random(SEED), 0
    while landed < KILLS_OF_RESUMES:
        trial = stage.trial()
        trial.kill_after(trial.begin(), chance.uniform(0.0, unbroken.seconds))
        while not trial.finished() and landed < KILLS_OF_RESUMES:
            broken = Broken(trial)
            landed += trial.kill_after(trial.go_on(), chance.uniform(0.0, unbroken.seconds / 2))
            broken.check_so_far()
        go_on(Broken(trial), unbroken)


def test_an_experiment_that_is_killed_twenty_times_plays_every_run_once(tmp_path):
    chance = random.Random(SEED)
    with staged(tmp_path) as stage:
        killed = Killed(stage.trial(), RUNS)
        unbroken = unkilled(stage, killed.experiment)
        for number in range(KILLS_OF_EXPERIMENT):
            pid, before = killed.begin(), killed.size()
            # However fast this machine is, the last kill comes before the end.
            more = chance.uniform(0.0, unbroken.size() / (KILLS_OF_EXPERIMENT + 1))
            wait_until(lambda: killed.size() > before + more)  # noqa: B023
            assert killed.trial.kill_after(pid, 0.0), f"it was finished after {number} kills"
        assert killed.perform() == 0, (killed.trial.folder / "said").read_text()
        killed.check(unbroken)


def sent_while_a_call_is_in_flight(trial: Trial, pid: int, *numbers: signal.Signals) -> None:
    """Send signals to who performs a run once a turn is kept and the next request has arrived."""
    wait_until(lambda: trial.stage.log.hits.total() > len(trial.outcomes()) >= 1)
    for number in numbers:
        os.kill(pid, number)
        time.sleep(0.3)  # two of a kind that come at once are one


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_in_order_and_keeps_the_call_in_flight(
    slow: Stage, unbroken: Unbroken, number: signal.Signals
):
    if slow.protocol == "broadcast":
        pytest.skip("what is in flight is told by counting one call")
    trial = slow.trial()
    pid = trial.begin()
    sent_while_a_call_is_in_flight(trial, pid, number)
    assert slow.zygote.wait(pid) == 0
    *_, last = trial.events()
    assert isinstance(last, RunFinished)
    assert (last.status, len(trial.stored()), trial.lost()) == ("stopped", 2, 0)
    go_on(Broken(trial), unbroken)
    assert trial.asked_again() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_a_run_at_once(slow: Stage, unbroken: Unbroken, number: signal.Signals):
    if slow.protocol == "broadcast":
        pytest.skip("what is in flight is told by counting one call")
    trial = slow.trial()
    pid = trial.begin()
    sent_while_a_call_is_in_flight(trial, pid, number, number)
    begun = time.monotonic()
    assert slow.zygote.wait(pid) != 0
    assert time.monotonic() - begun < 1.0
    assert (len(trial.stored()), trial.lost()) == (1, 1)
    go_on(Broken(trial), unbroken)


def test_a_process_that_sleeps_keeps_its_run_and_asks_nothing_twice(slow: Stage, unbroken: Unbroken):
    if slow.protocol == "sequential":
        pytest.skip("more is in flight at once in the other one")
    trial = slow.trial()
    pid = trial.begin()
    wait_until(lambda: slow.log.hits.total() >= 3)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(ASLEEP_S)
    assert slow.zygote.wait(trial.resume()) == 2, "nobody else takes over from one that sleeps"
    os.kill(pid, signal.SIGCONT)
    assert slow.zygote.wait(pid) == 0
    assert (trial.asked_again(), trial.lost()) == (0, 0)
    assert state(trial.record()) == unbroken.state


def test_no_request_leaves_a_second_after_somebody_asked_to_stop(tmp_path):
    with staged(tmp_path, delay_s=0.5) as stage:
        trial = stage.trial()
        pid = trial.begin()
        wait_until(lambda: len(trial.stored()) >= 1)
        stop_file_of(RUN, trial.settings()).touch()
        time.sleep(1.0)  # what the promise allows
        asked = stage.log.hits.total()
        assert stage.zygote.wait(pid) == 0
        assert stage.log.hits.total() == asked
        *_, last = trial.events()
        assert isinstance(last, RunFinished)
        assert last.status == "stopped"
