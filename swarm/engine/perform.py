"""One process performs one run: play it, keep its events, heed a request to stop."""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from swarm.config import Settings, ensure_data_folder
from swarm.engine.day_purse import DayPurse
from swarm.engine.measure import keep_speeds
from swarm.engine.run import open_models, play
from swarm.errors import BadInput, DamagedJournal, FolderGone, RunBusy, UnknownRun
from swarm.limits import Limits
from swarm.protocols import find_protocol
from swarm.recording.events import Event, RunDeleted, RunFinished, RunStarted, TurnTaken
from swarm.recording.journal import Journal, journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord, record_of, spec_of
from swarm.spec import RunSpec
from swarm.turn import Call

STOP_POLL_S = 0.2


async def perform(settings: Settings, run_id: str, spec: RunSpec) -> AsyncIterator[Event]:
    """Perform a new run and keep every event in its journal.

    Yields:
        The events, each already kept.

    Raises:
        RunBusy: when a run of this id was started before.
        BadInput: when the spec cannot be played; nothing is kept then.
        FolderGone: at the end, when its folder was moved or deleted meanwhile.
    """
    with _opened(settings, run_id, spec) as journal:
        if journal.path.stat().st_size:
            raise RunBusy(f"run {run_id!r} was started already")
        async for event in _kept(settings, run_id, spec, journal, ()):
            yield event


async def resume(settings: Settings, run_id: str, limits: Limits | None = None) -> AsyncIterator[Event]:
    """Perform what is missing of a run; nothing recorded is asked again.

    Args:
        settings: where it is kept.
        run_id: of the run.
        limits: from now on; None: as before.

    Yields:
        The new events, each already kept.

    Raises:
        RunBusy: when another process performs this run.
        UnknownRun, BadInput, DamagedJournal: see `events_before`.
        FolderGone: at the end, when its folder was moved or deleted meanwhile.
    """
    spec = _under(limits, events_before(run_id, settings, limits))
    with _opened(settings, run_id, spec) as journal:
        # Only who holds the journal knows what was done: somebody else may have gone on until now.
        before = events_before(run_id, settings, limits)
        async for event in _kept(settings, run_id, _under(limits, before), journal, before):
            yield event


def stop_file_of(run_id: str, settings: Settings) -> Path:
    """The file whose existence asks a performer to stop."""
    return journal_of(run_id, settings).with_suffix(".stop")


def events_before(run_id: str, settings: Settings, limits: Limits | None = None) -> list[Event]:
    """The events of a run that may be resumed under `limits` (None: as before).

    Raises:
        UnknownRun: when there is no such run, or it was deleted.
        BadInput: when it has finished, reached a limit that has not been raised, or was performed elsewhere.
        DamagedJournal: when lines are unreadable: what they recorded would be paid for again.
    """
    path = journal_of(run_id, settings)
    if not path.exists():
        experiment = run_id.rpartition("-")[0]
        if experiment and journal_of(experiment, settings).exists():
            raise BadInput(
                f"run {run_id!r} is part of an experiment: `python -m swarm experiment resume {experiment}`"
            )
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
    if events[0].imported:
        raise BadInput(f"run {run_id!r} came from a file; it can be resumed only where it was performed")
    if isinstance(events[-1], RunFinished):
        _check_that_something_is_left(events[-1], record_of(events), limits)
    return events


def _check_that_something_is_left(ending: RunFinished, record: RunRecord, limits: Limits | None) -> None:
    if ending.status == "finished":
        raise BadInput(f"run {ending.run_id!r} has finished; there is nothing to resume")
    if record.played_out:
        raise BadInput(
            f"run {ending.run_id!r} failed when everybody had had their turn ({ending.reason}); there is nothing to "
            "resume: run it anew"
        )
    if ending.status == "limited" and limits is None:
        raise BadInput(
            f"{ending.reason}. Resume it with a higher limit, for instance --max-calls or --max-usd"
        )


def _under(limits: Limits | None, events: Sequence[Event]) -> RunSpec:
    spec = spec_of(events)
    return spec if limits is None else replace(spec, limits=limits)


def _opened(settings: Settings, run_id: str, spec: RunSpec) -> Journal:
    """Open the journal of a run that can be played."""
    ensure_data_folder(settings)
    find_protocol(spec.protocol, spec.options)
    paid = not all(model.simulated for model in open_models(spec).values())
    journal = Journal(journal_of(run_id, settings), paid=paid)
    # Whoever asks for a stop from now on means this performance.
    stop_file_of(run_id, settings).unlink(missing_ok=True)
    return journal


async def _kept(
    settings: Settings, run_id: str, spec: RunSpec, journal: Journal, before: Sequence[Event]
) -> AsyncIterator[Event]:
    """Play a run, keep its events, and heed the stop file and signals."""
    async with heeding_stops(stop_file_of(run_id, settings)) as stop:
        # Simulated money is nobody's.
        purse = DayPurse(settings, mind=journal.mind_place) if journal.paid else None
        playing = play(spec, run_id=run_id, record=journal.record, before=before, stop=stop, purse=purse)
        calls: list[Call] = []
        async for event in playing:
            calls += event.turn.calls if isinstance(event, TurnTaken) else ()
            yield event
        if journal.paid and not journal.gone:
            keep_speeds(calls, settings)
    if journal.gone:
        raise FolderGone(journal.gone)


@asynccontextmanager
async def heeding_stops(
    stop_file: Path, stop: asyncio.Event | None = None
) -> AsyncGenerator[asyncio.Event, None]:
    """An event that is set when the stop file appears, or when Ctrl-C or SIGTERM comes for the first time."""
    stop = stop or asyncio.Event()
    watching = asyncio.create_task(_watch(stop_file, stop))
    _heed_signals(stop)
    try:
        yield stop
    finally:
        watching.cancel()
        stop_file.unlink(missing_ok=True)  # noqa: ASYNC240


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
