"""A run that was performed elsewhere is taken in: its facts are told once more, into a journal.

An imported run has an id of its own, made of what it tells, so that nothing is overwritten and nothing comes twice.
It says so, cannot be resumed, and is no part of an organization's memory.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias

from swarm.config import Settings, ensure_data_folder
from swarm.errors import BadInput
from swarm.export.bundle import read_bundle
from swarm.recording.events import (
    CallEnded,
    Event,
    Fact,
    ProtocolEnded,
    ProviderPaused,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    ShockStruck,
    TurnTaken,
    to_json,
)
from swarm.recording.journal import Journal, journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord

UNFINISHED = "it had not ended when it was exported"
_Telling: TypeAlias = tuple[float, type[Fact], dict[str, Any]]
"""The moment in the run, the fact, and its fields."""


def import_run(settings: Settings, content: bytes) -> str:
    """Take in a run from a bundle; returns its new id. One that was deleted here may be imported again.

    Raises:
        BadInput: when it is no bundle, tells what cannot be, or is here already.
        RunBusy: when somebody imports the same file at this moment.
        DataFolderUnusable: when it cannot be kept; importing it again goes on from there.
    """
    record = read_bundle(content)
    ensure_data_folder(settings)
    stem = f"imported-{_digest(record)}"
    for number in count(1):
        run_id = stem if number == 1 else f"{stem}-{number}"
        if _keep(settings, events_from(record, run_id, settings.owner)):
            return run_id
    raise AssertionError("count() ends never")


def events_from(record: RunRecord, run_id: str, owner: str = "local") -> list[Event]:
    """Tell a run again, under another id: what `record_of` makes of it is the record, but for the following.

    The id, `imported` and the owner; numbers of events; a run that had not ended is stopped; who was speaking is
    forgotten.
    The deliverable is what the turns make it, whatever the record says.
    """
    tellings = sorted(_tellings(record), key=lambda telling: telling[0])
    first: _Telling = (
        0.0,
        RunStarted,
        {
            "spec": record.spec,
            "simulated": record.simulated,
            "version": record.version,
            "imported": record.imported or record.run_id,
            "owner": owner,
            "prices": record.prices,
            "price_table": record.price_table,
        },
    )
    return [
        _event(record, run_id, seq, telling)
        for seq, telling in enumerate([first, *tellings, *_ending(record)])
    ]


def _tellings(record: RunRecord) -> Iterator[_Telling]:
    latest, struck = 0.0, record.struck
    for first_call, prices in record.repriced.items():
        yield 0.0, RunResumed, {"prices": prices, "first_call": first_call}
    for turn in record.turns:
        if struck and turn.index >= struck.index:
            yield latest, ShockStruck, {"struck": struck}
            struck = None
        # A turn that nobody was asked for has no time of its own.
        latest = max(latest, turn.ended_s)
        yield turn.ended_s if turn.calls else latest, TurnTaken, {"turn": turn}
    if struck:
        yield latest, ShockStruck, {"struck": struck}
    for event in record.asked_again:
        fields = {"index": event.index, "outcome": event.outcome, "because": event.because, "at": event.at}
        yield event.t, CallEnded, fields
    for event in record.pauses:
        told = {
            "model": event.model,
            "because": event.because,
            "wait_s": event.wait_s,
            "waiting": event.waiting,
        }
        yield event.t, ProviderPaused, {**told, "at": event.at}


def _ending(record: RunRecord) -> Iterator[_Telling]:
    """Return the run's end; it comes last, whatever the clocks say."""
    end = record.duration_s
    if record.protocol_ended:
        yield end, ProtocolEnded, {}
    if record.verdict:
        yield end, RunJudged, {"verdict": record.verdict}
    how = {"status": record.status, "reason": record.reason}
    if not record.ended:
        how = {"status": "stopped", "reason": UNFINISHED}
    sums = {
        "deliverable": "\n\n".join(turn.text for turn in record.parts),
        "spent": record.spent,
        "calls": record.calls,
    }
    yield end, RunFinished, {**how, **sums}


def _event(record: RunRecord, run_id: str, seq: int, telling: _Telling) -> Event:
    seconds, fact, fields = telling
    dated = {"at": record.started + timedelta(seconds=seconds), **fields}
    return fact(run_id=run_id, seq=seq, t=seconds, **dated)  # pyright: ignore[reportReturnType]


def _digest(record: RunRecord) -> str:
    """A name for what is told, the same for a run and for what was exported of its import."""
    told = b"\n".join(to_json(event) for event in events_from(record, ""))
    return hashlib.sha256(told).hexdigest()[:12]


def _keep(settings: Settings, events: Sequence[Event]) -> bool:
    """Write what is missing of a run into its journal; False when somebody deleted it there.

    Whoever was killed in the middle of this leaves a beginning, which is completed.
    """
    run_id = events[0].run_id
    with Journal(journal_of(run_id, settings), paid=True) as journal:
        kept = read_journal(journal.path).events
        if kept and isinstance(kept[-1], RunDeleted):
            return False
        if len(kept) >= len(events):
            raise BadInput(f"the run of this file is here already, imported as {run_id!r}")
        for event in events[len(kept) :]:
            journal.append(event)
        asyncio.run(journal.sync())
    return True


__all__ = ["UNFINISHED", "events_from", "import_run"]
