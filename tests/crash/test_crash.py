"""Killed at every named point and at random moments: nothing is lost, nothing torn, nothing asked twice."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.harness import Stage, check_broken, staged, state

KINDS = (
    "run_started",
    "turn_started",
    "call_started",
    "turn_taken",
    "protocol_ended",
    "run_judged",
    "run_finished",
)
POINTS = [
    *(f"{when} {kind}" for kind in KINDS for when in ("before", "half", "after")),
    "replied",
    "before call_started#3",
    "after call_started#3",
    "replied#3",
    "half turn_taken#3",
    "after turn_taken#3",
]
AT_RANDOM = 13
SEED = 20261125


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("crash")) as made:
        yield made


@pytest.fixture(scope="module")
def unbroken(stage: Stage) -> str:
    """How the run ends when nobody kills it."""
    trial = stage.trial()
    assert stage.zygote.wait(trial.begin()) == 0, (trial.folder / "said").read_text()
    assert trial.asked_again() == 0
    return state(trial.record())


def test_there_are_forty_kills_in_all():
    assert len(POINTS) + AT_RANDOM >= 40


def test_a_kill_at_any_named_point_loses_nothing_and_asks_nothing_twice(stage: Stage, unbroken: str):
    for point in POINTS:
        trial = stage.trial()
        assert stage.zygote.wait(trial.begin(point)) == -signal.SIGKILL, point
        go_on(stage, trial, unbroken, point)


def test_a_kill_at_a_random_moment_loses_nothing_and_asks_nothing_twice(stage: Stage, unbroken: str):
    chance = random.Random(SEED)
    for _ in range(AT_RANDOM):
        trial = stage.trial()
        seconds = chance.uniform(0.02, 0.6)
        ended = trial.kill_after(trial.begin(), seconds)
        assert ended in (0, -signal.SIGKILL)
        go_on(stage, trial, unbroken, f"{seconds:.3f} s, seed {SEED}")


def go_on(stage: Stage, trial, unbroken: str, what: str) -> None:
    """Take a run up that was killed, and hold it against the unbroken one."""
    stored, in_flight = trial.stored(), trial.in_flight()
    if not any(event.kind == "run_started" for event in trial.events()):
        # Killed before anything was kept: it never began, and begins now.
        if trial.journal.exists():
            trial.journal.unlink()
        assert stage.zygote.wait(trial.begin()) == 0, what
    elif pid := trial.resume():
        assert stage.zygote.wait(pid) == 0, (what, (trial.folder / "said").read_text())
    check_broken(trial, unbroken, stored, in_flight)


def test_a_kill_while_the_history_takes_events_in_leaves_the_old_one_or_the_new_one(
    stage: Stage, unbroken: str
):
    trial = stage.trial()
    assert stage.zygote.wait(trial.begin()) == 0
    for point in ("before commit", "before commit#2", "after commit", "after commit#2"):
        pid = stage.zygote.start("list", "--json", environment=trial.environment(point), folder=trial.folder)
        assert stage.zygote.wait(pid) in (-signal.SIGKILL, 0)
        assert state(trial.kept_in_history()) == unbroken, point
        history = Path(trial.folder / "roleless.duckdb")
        history.unlink()
