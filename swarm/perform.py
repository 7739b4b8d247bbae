"""This file is where one process performs one run: play it, keep its events, heed a request to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from swarm.config import Settings, ensure_data_folder
from swarm.errors import BadInput, DamagedJournal, UnknownRun
from swarm.events import Event, RunDeleted, RunFinished, RunStarted
from swarm.journal import Journal, journal_of, read_journal
from swarm.run import open_models, play
from swarm.spec import RunSpec

STOP_POLL_S = 0.2


async def perform(
    spec: RunSpec, settings: Settings, run_id: str, before: Sequence[Event] = ()
) -> AsyncIterator[Event]:
    """Perform a run and keep every event in its journal.

    Args:
        spec: the recipe.
        settings: where to keep it.
        run_id: a new id, or that of the run to resume.
        before: the events of the run so far, when it is resumed.

    Yields:
        The events, each already kept.

    Raises:
        RunBusy: when another process performs this run.
        BadInput: when the spec cannot be played; nothing is kept then.
    """
    ensure_data_folder(settings)
    models = open_models(spec)
    paid = not all(model.simulated for model in models.values())
    stop_file = stop_file_of(run_id, settings)
    stop = asyncio.Event()
    with Journal(journal_of(run_id, settings), paid=paid) as journal:
        stop_file.unlink(missing_ok=True)
        watching = asyncio.create_task(_watch(stop_file, stop))
        _heed_signals(stop)
        try:
            events = play(spec, run_id=run_id, models=models, record=journal.record, before=before, stop=stop)
            async for event in events:
                yield event
        finally:
            watching.cancel()
            stop_file.unlink(missing_ok=True)


def stop_file_of(run_id: str, settings: Settings) -> Path:
    """The file whose existence asks a performer to stop."""
    return journal_of(run_id, settings).with_suffix(".stop")


def events_before(run_id: str, settings: Settings) -> list[Event]:
    """The events of a run that may be resumed.

    Raises:
        UnknownRun: when there is no such run, or it was deleted.
        BadInput: when it has finished, so that there is nothing to resume.
        DamagedJournal: when lines are unreadable: what they recorded would be paid for again.
    """
    path = journal_of(run_id, settings)
    if not path.exists():
        raise UnknownRun(f"no run {run_id!r}; `python -m swarm list` shows them")
    reading = read_journal(path)
    events = reading.events
    if reading.damaged:
        raise DamagedJournal(
            f"{path.name}: {len(reading.damaged)} unreadable line(s), the first at byte {reading.damaged[0]}; "
            "resuming would ask again what they recorded"
        )
    if not events or not isinstance(events[0], RunStarted) or isinstance(events[-1], RunDeleted):
        raise UnknownRun(f"run {run_id!r} was deleted, or never started")
    if isinstance(events[-1], RunFinished) and events[-1].status == "finished":
        raise BadInput(f"run {run_id!r} has finished; there is nothing to resume")
    return events


def spec_of(events: Sequence[Event]) -> RunSpec:
    """The recipe of a run that has started."""
    first = events[0]
    assert isinstance(first, RunStarted)
    return first.spec


async def _watch(stop_file: Path, stop: asyncio.Event) -> None:
    # A look at one file takes microseconds; a thread for it would take longer.
    while not stop_file.exists():  # noqa: ASYNC110, ASYNC240
        await asyncio.sleep(STOP_POLL_S)
    stop.set()


def _heed_signals(stop: asyncio.Event) -> None:
    """The first Ctrl-C or SIGTERM asks the run to stop; the next one ends the process."""
    loop = asyncio.get_running_loop()

    def heed(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    # Only the main thread of a Unix process can have them.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, heed, number)
