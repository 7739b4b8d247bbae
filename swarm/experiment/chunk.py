"""Instant simulated runs are played in processes of their own: one core is not enough for them.

What they cost is processor time only, so they are handed out in chunks; each comes back as lines for the journal.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from swarm.engine.run import play
from swarm.experiment.past import Outcome
from swarm.experiment.recipe import Recipes
from swarm.recording.journal_lines import line_of
from swarm.security.logs import keep_out_of_logs, keep_out_of_tracebacks

PROCESSES = os.cpu_count() or 1
RUNS_PER_CHUNK = 20
WORTH_PROCESSES = 200
"""Fewer runs are played before the processes have started."""


class Chunk(NamedTuple):
    """Runs that were played together."""

    lines: bytes
    """Their events, as lines of a journal."""
    outcomes: tuple[Outcome, ...]


def open_pool(recipes: Recipes) -> ProcessPoolExecutor:
    """Start processes, one a core, that play runs of an experiment; close it by `shutdown`."""
    return ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), _begin, (recipes,))


def play_chunk(numbers: Sequence[int]) -> Chunk:
    """Play runs of the experiment that this process was started for, by their numbers."""
    return asyncio.run(_play(numbers))


_recipes: list[Recipes] = []
"""Of the one experiment that a process of the pool plays; empty in all other processes."""


def _begin(recipes: Recipes) -> None:
    _recipes[:] = [recipes]
    # What these processes say lands where the performer's words are kept.
    secrets = recipes.settings.secret_values()
    keep_out_of_logs(secrets)
    keep_out_of_tracebacks(secrets)
    # Ctrl-C is for the process that keeps the journal; should that one die, nobody wants our runs any more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


async def _play(numbers: Sequence[int]) -> Chunk:
    [recipes] = _recipes
    grid = recipes.grid
    lines: list[bytes] = []
    outcomes: list[Outcome] = []
    for number in numbers:
        spec, run_id = recipes.of(grid.planned(number)), grid.run_id(number)
        events = [event async for event in play(spec, run_id=run_id, experiment=grid.id)]
        lines += map(line_of, events)
        outcomes.append(Outcome.of(number, events))
    return Chunk(b"".join(lines), tuple(outcomes))
