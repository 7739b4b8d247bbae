"""The history takes journals in: the new bytes of every file.

A run that goes on is read again from its first event, so that a row is always made of all of them. Rows
and positions change in one transaction: at every instant, the history is that of a prefix of every file.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from swarm.history.experiments import add_experiments
from swarm.history.file import incoming, transaction
from swarm.history.journals import Behind, behind, read_again
from swarm.history.rows import run_cells, turn_cells
from swarm.recording.events import Event, ExperimentFact, RunDeleted, RunStarted
from swarm.recording.journal_lines import Reading, mark_before, read_journal
from swarm.recording.record import record_of

BATCH_BYTES = 16_000_000
"""About how much is taken in at a time: bounds memory, and how long others wait for the file."""

_KNOWN = """
    SELECT run_id, journal, first_offset, next_offset FROM runs
    WHERE run_id IN (SELECT unnest($ids::VARCHAR[]))
    UNION ALL
    SELECT run_id, '', 0, 0 FROM deleted WHERE run_id IN (SELECT unnest($ids::VARCHAR[]))
"""
_FORGET = (
    "DELETE FROM runs WHERE run_id IN (SELECT unnest($ids::VARCHAR[]))",
    "DELETE FROM turns WHERE run_id IN (SELECT unnest($ids::VARCHAR[]))",
)
_ADD = {
    "runs": "INSERT INTO runs BY NAME SELECT * FROM incoming",
    "turns": "INSERT INTO turns BY NAME SELECT * FROM incoming",
    "deleted": "INSERT INTO deleted BY NAME SELECT * FROM incoming",
    "journals": """
        MERGE INTO journals USING incoming USING (path)
        WHEN MATCHED THEN UPDATE SET position = incoming.position, size = incoming.size,
            damaged = list_concat(journals.damaged, incoming.damaged),
            lines = journals.lines + incoming.lines, mark = incoming.mark
        WHEN NOT MATCHED THEN INSERT BY NAME
    """,
}


class Taken(NamedTuple):
    """The amount taken in at a time."""

    events: int
    complete: bool
    """Whether there was nothing more."""


@dataclass(slots=True)
class _Stretch:
    """Events of one run, and where they lie in its journal."""

    run_id: str
    journal: str
    first: int
    next: int
    """Where the line behind the last event begins."""
    events: list[Event] = field(default_factory=list[Event])

    @property
    def deleted(self) -> bool:
        """Tell whether the run was deleted."""
        return any(isinstance(event, RunDeleted) for event in self.events)


def take_in(connection: DuckDBPyConnection, folder: Path, sizes: Mapping[str, int]) -> Taken:
    """Take in one batch of what the journals hold beyond what the history has of them.

    Args:
        connection: to the history.
        folder: of the journals.
        sizes: of all journals, as seen a moment ago.

    Raises:
        DamagedJournal: when a journal does not hold any more what was read of it before.
    """
    readings, complete = _read_batch(folder, behind(connection, folder, sizes))
    if not readings:
        return Taken(0, complete)
    stretches = _stretches(readings)
    known = _known(connection, {each.run_id for each in stretches})
    gone = {each.run_id: each.journal for each in stretches if each.deleted}
    there = [each for each in _owned(stretches, known) if each.run_id not in gone]
    _prepend_earlier(connection, folder, there, known)
    with transaction(connection):
        _forget(connection, known.keys() & {*gone, *(each.run_id for each in there)})
        _add_runs(connection, there)
        add_experiments(connection, _experiment_facts(readings))
        _add(connection, "deleted", [{"run_id": run_id, "journal": path} for run_id, path in gone.items()])
        _add(connection, "journals", [_journal_cells(folder, *each) for each in readings])
    return Taken(sum(len(reading.entries) for _, reading in readings), complete)


def _read_batch(folder: Path, journals: Iterable[Behind]) -> tuple[list[tuple[Behind, Reading]], bool]:
    """Read on until it is enough; say whether that was all. Files without a new line are left out."""
    readings: list[tuple[Behind, Reading]] = []
    read = 0
    for journal in journals:
        if read >= BATCH_BYTES:
            return readings, False
        reading = _read_on(folder / journal.path, journal)
        if reading.position > journal.position:
            readings.append((journal, reading))
            read += reading.position - journal.position
    return readings, all(journal.size - journal.position <= BATCH_BYTES for journal, _ in readings)


def _read_on(path: Path, journal: Behind) -> Reading:
    reading = read_journal(path, journal.position, journal.position + BATCH_BYTES)
    # A single line may be longer than a batch.
    return reading if reading.position > journal.position else read_journal(path, journal.position)


def _stretches(readings: Iterable[tuple[Behind, Reading]]) -> list[_Stretch]:
    """Gather what was read, by run and journal."""
    stretches: dict[tuple[str, str], _Stretch] = {}
    for journal, reading in readings:
        ends = [*(entry.offset for entry in reading.entries[1:]), reading.position]
        for entry, end in zip(reading.entries, ends, strict=False):
            if isinstance(entry.event, ExperimentFact):
                continue
            run_id = entry.event.run_id
            new = _Stretch(run_id, journal.path, entry.offset, end)
            stretch = stretches.setdefault((run_id, journal.path), new)
            stretch.next = end
            stretch.events.append(entry.event)
    return list(stretches.values())


def _experiment_facts(readings: Iterable[tuple[Behind, Reading]]) -> list[tuple[str, ExperimentFact]]:
    """Facts of experiments themselves, each with its journal, in their order."""
    return [
        (journal.path, entry.event)
        for journal, reading in readings
        for entry in reading.entries
        if isinstance(entry.event, ExperimentFact)
    ]


def _owned(stretches: Iterable[_Stretch], known: Mapping[str, _Stretch]) -> list[_Stretch]:
    """A run belongs to the journal it was first read from, a deleted one to none: copies bring nothing."""
    owner = {run_id: before.journal for run_id, before in known.items()}
    return [each for each in stretches if owner.setdefault(each.run_id, each.journal) == each.journal]


def _known(connection: DuckDBPyConnection, run_ids: Collection[str]) -> dict[str, _Stretch]:
    """Find where the events of runs taken in before lie. A deleted run is in the journal ""."""
    rows = connection.execute(_KNOWN, {"ids": list(run_ids)}).fetchall()
    return {row[0]: _Stretch(*row) for row in rows}


def _prepend_earlier(
    connection: DuckDBPyConnection, folder: Path, news: Iterable[_Stretch], known: Mapping[str, _Stretch]
) -> None:
    """Complete the stretches of runs that go on by their events of before, read once more."""
    going_on = {new.run_id: new for new in news if new.run_id in known}
    earlier: dict[str, list[Event]] = defaultdict(list)
    for journal, start, end in _pieces([known[run_id] for run_id in going_on]):
        for event in read_again(connection, folder / journal, start, end).events:
            earlier[event.run_id].append(event)
    for run_id, new in going_on.items():
        new.first = known[run_id].first
        new.events[:0] = earlier[run_id]


def _pieces(stretches: Iterable[_Stretch]) -> list[tuple[str, int, int]]:
    """The pieces of journals that stretches cover, none twice: file, start and end."""
    pieces: list[tuple[str, int, int]] = []
    for journal, first, end in sorted((each.journal, each.first, each.next) for each in stretches):
        if pieces and pieces[-1][0] == journal and first <= pieces[-1][2]:
            start = pieces[-1][1]
            pieces[-1] = (journal, start, max(end, pieces[-1][2]))
        else:
            pieces.append((journal, first, end))
    return pieces


def _journal_cells(folder: Path, journal: Behind, reading: Reading) -> dict[str, object]:
    return {
        "path": journal.path,
        "position": reading.position,
        "size": max(journal.size, reading.position),
        "damaged": list(reading.damaged),
        "lines": reading.lines,
        "mark": mark_before(folder / journal.path, reading.position),
    }


def _forget(connection: DuckDBPyConnection, run_ids: Collection[str]) -> None:
    for statement in _FORGET if run_ids else ():
        connection.execute(statement, {"ids": list(run_ids)})


def _add_runs(connection: DuckDBPyConnection, stretches: Iterable[_Stretch]) -> None:
    runs: list[Mapping[str, object]] = []
    turns: list[Mapping[str, object]] = []
    for stretch in stretches:
        # A run whose first line is damaged cannot be shown; the damaged line is reported.
        if isinstance(stretch.events[0], RunStarted):
            record = record_of(stretch.events)
            where = {
                "journal": stretch.journal,
                "first_offset": stretch.first,
                "next_offset": stretch.next,
            }
            runs.append({**run_cells(record), **where})
            turns += [turn_cells(record.run_id, turn) for turn in record.turns]
    _add(connection, "runs", runs)
    _add(connection, "turns", turns)


def _add(connection: DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        with incoming(connection, table, rows):
            connection.execute(_ADD[table])
