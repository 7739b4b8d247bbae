"""Eight performers, a dashboard and a command line on one folder for a minute: nothing lost, no long wait."""

import os
import subprocess
import sys
import threading
import time

import pytest

from swarm.config import PROJECT
from swarm.history.file import longest_wait_s
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.recording.events import RunFinished
from swarm.recording.journal_lines import read_journal
from tests.browser.conftest import dashboard, warm  # noqa: F401
from tests.engine.test_processes import MISSION
from tests.warm import swarm

pytestmark = pytest.mark.soak
LASTS_S = 60.0
LONGEST_WAIT_S = 2.0
PERFORMERS = 8
PAGES_ASK_EVERY_S = 0.25
"""Twice as often as a page that watches a run."""


def crowd(settings, ask, lasts_s: float) -> tuple[int, float]:
    """Perform and ask for that long; returns runs that ended and the longest answer in seconds."""
    end = time.monotonic() + lasts_s
    failures: list[str] = []
    longest = [0.0]

    def perform(number: int) -> None:
        seed = number * 1_000
        while time.monotonic() < end:
            seed += 1
            done = subprocess.run(
                [sys.executable, "-m", "swarm", "run", *MISSION, "--agents", "6", "--seed", str(seed), "--json"],
                cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                failures.append(done.stderr)

    def watch() -> None:
        while time.monotonic() < end:
            longest[0] = max(longest[0], answered_s(ask))
            time.sleep(PAGES_ASK_EVERY_S)

    threads = [threading.Thread(target=perform, args=(number,)) for number in range(PERFORMERS)]
    threads += [threading.Thread(target=watch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return all_ended(settings), longest[0]


def answered_s(ask) -> float:
    """How long an answer takes."""
    begun = time.monotonic()
    ask()
    return time.monotonic() - begun


def all_ended(settings) -> int:
    """How many runs ended; none of them was lost or left in the middle."""
    journals = [read_journal(path) for path in settings.journal.glob("*.jsonl")]
    assert not any(journal.damaged for journal in journals)
    ended = sum(isinstance(journal.events[-1], RunFinished) for journal in journals)
    assert ended == len(journals)
    return ended


def test_a_crowd_on_one_folder_loses_nothing_and_waits_for_nobody_long(settings, dashboard):  # noqa: F811
    history = History(settings)

    def ask() -> None:
        history.runs(RunFilter(), limit=50)
        history.count()

    lists: list[int] = []
    stop = threading.Event()

    def command_line() -> None:
        while not stop.is_set():
            lists.append(swarm("list", "--json").returncode)

    listing = threading.Thread(target=command_line)
    listing.start()
    try:
        ended, longest_s = crowd(settings, ask, LASTS_S)
    finally:
        stop.set()
        listing.join()
    assert set(lists) == {0}
    rows = history.runs(RunFilter(), limit=100_000)
    assert len(rows) == ended
    assert {row.status for row in rows} == {"finished"}
    assert longest_wait_s(settings.history) <= LONGEST_WAIT_S
    print(  # noqa: T201
        f"{ended} runs, {len(lists)} lists, the longest answer took {longest_s:.2f} s "
        f"and the longest wait for the file {longest_wait_s(settings.history):.2f} s"
    )
