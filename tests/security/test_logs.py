"""Keys by the ways they come in and the places they could stay: each way alone, so that no other one hides it."""

import asyncio
import io
import logging
import runpy
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from swarm.config import PROJECT, read_settings
from swarm.engine.run import play
from swarm.experiment.chunk import open_pool
from swarm.experiment.perform import perform
from swarm.experiment.recipe import Recipes
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.store import History
from swarm.mission import Mission
from swarm.models.model import Request
from swarm.models.scripted import ScriptedModel
from swarm.recording.events import Event
from swarm.security.logs import bug_in_words, keep_out_of_logs, keep_out_of_tracebacks
from tests.canaries import CANARIES, EVERY, found_in, found_in_folder, in_environment
from tests.staging import recipe


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """All canaries are in the environment; these are their values."""
    return in_environment(monkeypatch)


@pytest.mark.parametrize("name", [*CANARIES, "MY_KEYS", "HOUSE_APIKEY", "lower_token"])
def test_a_variable_that_is_named_like_a_key_is_secret(name: str):
    assert read_settings({name: " a-value-like-any "}).secret_values() == ("a-value-like-any",)
    assert read_settings({"HOUSE_WORD": "a-value-like-any"}).secret_values(["HOUSE_WORD"]) == (
        "a-value-like-any",
    )
    assert read_settings({"HOUSE_WORD": "a-value-like-any", "MONKEY": "x"}).secret_values() == ()


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is kept out of logs and tracebacks here is so in no other test."""
    make = logging.getLogRecordFactory()
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.setLogRecordFactory(make)


# What a process says of its own accord.


def broken() -> None:
    """A bug whose cause and whose own words hold every key."""
    try:
        raise KeyError(EVERY)
    except KeyError as error:
        raise RuntimeError(f"a bug with {EVERY}") from error


def log_a_bug() -> None:
    """As libraries do that go on after it."""
    try:
        broken()
    except RuntimeError:
        logging.getLogger("x").exception("a log of it")


def log_a_bug_where_nothing_can_be_written() -> None:
    """As on a full disk; another handler says it nevertheless."""
    gone = logging.StreamHandler(io.StringIO())
    gone.stream.close()
    logging.getLogger("x").addHandler(gone)
    try:
        log_a_bug()
    finally:
        logging.getLogger("x").removeHandler(gone)


def die() -> None:
    """As what ends a process is told."""
    try:
        broken()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def die_in_a_thread() -> None:
    """As what ends a thread is told."""
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()


SAID: dict[str, Callable[[], None]] = {
    "a message": lambda: logging.getLogger("x").error(f"a log of {EVERY}"),
    "its arguments": lambda: logging.getLogger("x").error("a log of %s", [EVERY, *CANARIES.values()]),
    "arguments that do not fit": lambda: logging.getLogger("x").error(f"a log of {EVERY} %d", "one"),
    "a bug that is logged": log_a_bug,
    "a bug that cannot be logged": log_a_bug_where_nothing_can_be_written,
    "the end of a process": die,
    "the end of a thread": die_in_a_thread,
}


def keep_out(values: tuple[str, ...]) -> None:
    """As a performer does."""
    keep_out_of_logs(values)
    keep_out_of_tracebacks(values)


BEGINNINGS = {
    "a performer": keep_out,
    "the dashboard": lambda values: runpy.run_path(str(PROJECT / "app.py")),
}


@pytest.fixture(params=BEGINNINGS)
def quiet(request: pytest.FixtureRequest, secrets: tuple[str, ...]) -> Iterator[io.StringIO]:
    """This process keeps the canaries to itself, and logs the rest to this place."""
    log = io.StringIO()
    said = logging.StreamHandler(log)
    logging.getLogger("x").addHandler(said)
    BEGINNINGS[request.param](secrets)
    yield log
    logging.getLogger("x").removeHandler(said)


@pytest.mark.parametrize("way", SAID)
def test_nothing_that_a_process_says_holds_a_key(way: str, capsys, quiet: io.StringIO):
    SAID[way]()
    said = capsys.readouterr().err + quiet.getvalue()
    assert "a log of" in said or "RuntimeError: a bug with" in said
    assert found_in(said, way) == []


def say_everything() -> None:
    """In a process of a pool."""
    log_a_bug()
    die_in_a_thread()


def test_the_processes_that_play_instant_runs_are_quiet_as_well(secrets, settings, capfd):
    grid = Grid("x", (Way("solo"),), ("sim/strong",), (1,), (Mission("m", "M", "Do it."),))
    with open_pool(Recipes(grid, read_settings())) as pool:
        assert isinstance(pool, ProcessPoolExecutor)
        pool.submit(say_everything).result()
    said = capfd.readouterr().err
    assert said.count("RuntimeError: a bug with") == 2
    assert found_in(said, "the pool") == []


# What is kept of a bug.


def test_a_bug_is_told_in_one_line_without_keys(secrets):
    told = bug_in_words(RuntimeError(f"a bug\nwith {EVERY}"), secrets)
    assert told.startswith("internal error: RuntimeError: a bug with ")
    assert found_in(told, "the bug") == []


def test_a_run_that_ends_by_a_bug_keeps_no_key(secrets):
    def bug(request: Request) -> str:
        raise RuntimeError(f"a bug with {EVERY}")

    events: list[Event] = []
    models = {name: ScriptedModel(name, bug) for name in ("team", "judge")}

    async def run() -> None:
        async for event in play(recipe(), models=models):
            events.append(event)

    with pytest.raises(RuntimeError):
        asyncio.run(run())
    assert "a bug with" in events[-1].reason
    assert found_in(repr(events), "the events") == []


def test_an_experiment_that_ends_by_a_bug_keeps_no_key(secrets, settings):
    def watch(progress: object) -> None:
        raise RuntimeError(f"a bug with {EVERY}")

    grid = Grid("x", (Way("solo"), Way("shared")), ("sim/strong",), (1,), (Mission("m", "M", "Do it."),))
    settings = read_settings()
    with pytest.raises(RuntimeError):
        asyncio.run(perform(settings, Experiment(grid, Terms()), watch=watch))
    [row] = History(settings).experiments()
    assert (row.status, "a bug with" in (row.reason or "")) == ("failed", True)
    assert found_in_folder(settings.data) == []
