import asyncio
import os
import sys
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.config import Settings
from swarm.errors import DamagedJournal, DataFolderUnusable, RunBusy
from swarm.grid import Grid, Terms, Way
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.recording.events import (
    CallEnded,
    CallStarted,
    Event,
    ExperimentEnded,
    ExperimentExtended,
    ExperimentResumed,
    ExperimentStarted,
    ProtocolEnded,
    ProviderPaused,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    ShockStruck,
    TurnStarted,
    TurnTaken,
    to_json,
)
from swarm.recording.journal import Journal, is_written_to
from swarm.recording.journal_lines import line_of, mark_before, read_bodies, read_journal
from swarm.spec import PastRole, RunSpec
from swarm.team import Seat, Team
from swarm.turn import Call, Turn, Usage
from swarm.verdict import Verdict
from tests.made import child, keep, later, told, turn, writing
from tests.provider import wait_until

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**53), 2**53)
USAGES = st.builds(Usage, cost_usd=st.none() | FLOATS)
CALLS = st.builds(Call, usage=USAGES, started_s=FLOATS, ended_s=FLOATS, waited_s=FLOATS)
SOME_CALLS = st.lists(CALLS, max_size=2).map(tuple)
TURNS = st.builds(Turn, calls=SOME_CALLS)
VERDICTS = st.builds(Verdict, calls=SOME_CALLS)
TEAMS = st.lists(st.from_type(Seat), min_size=1, max_size=3).map(lambda seats: Team(tuple(seats)))
BOUNDS = st.none() | st.floats(min_value=0.001, max_value=1e9)
COUNTS = st.none() | st.integers(1, 10**9)
LIMITS = st.builds(Limits, usd=BOUNDS, tokens=COUNTS, calls=COUNTS, seconds=BOUNDS)
OPTIONS = st.dictionaries(
    st.text(), st.booleans() | INTEGERS | FLOATS | st.text() | st.lists(st.text()).map(tuple), max_size=2
)
SPECS = st.builds(
    RunSpec,
    mission=st.from_type(Mission),
    team=TEAMS,
    options=OPTIONS,
    limits=LIMITS,
    memory=st.lists(st.from_type(PastRole), max_size=2).map(tuple),
    temperature=FLOATS,
    call_timeout_s=FLOATS,
)
TERMS = st.builds(Terms, max_usd=BOUNDS, margin=st.floats(0.001, 0.5))
GRIDS = st.builds(
    Grid,
    name=st.text(),
    ways=st.builds(Way, options=OPTIONS).map(lambda way: (way,)),
    teams=st.text().map(lambda models: (models,)),
    agents=st.integers(1, 256).map(lambda agents: (agents,)),
    missions=st.from_type(Mission).map(lambda mission: (mission,)),
    repeats=st.integers(1, 100),
    seed=st.integers(0, 1000),
    shocks=st.text().map(lambda shock: (shock,)),
    limits=LIMITS,
)
MEMORY = st.dictionaries(st.text(), st.lists(st.from_type(PastRole), max_size=2).map(tuple), max_size=2)
FACT = {"at": st.datetimes(timezones=st.just(UTC)), "t": FLOATS}
EVENTS = {
    RunStarted: st.builds(RunStarted, spec=SPECS, **FACT),
    RunResumed: st.builds(RunResumed, **FACT),
    ProtocolEnded: st.builds(ProtocolEnded, **FACT),
    TurnStarted: st.builds(TurnStarted, **FACT),
    CallStarted: st.builds(CallStarted, reserved=USAGES, **FACT),
    CallEnded: st.builds(CallEnded, outcome=CALLS, **FACT),
    ProviderPaused: st.builds(ProviderPaused, wait_s=FLOATS, **FACT),
    TurnTaken: st.builds(TurnTaken, turn=TURNS, **FACT),
    RunJudged: st.builds(RunJudged, verdict=VERDICTS, **FACT),
    RunFinished: st.builds(RunFinished, spent=USAGES, **FACT),
    RunDeleted: st.builds(RunDeleted, **FACT),
    ShockStruck: st.builds(ShockStruck, **FACT),
    ExperimentStarted: st.builds(
        ExperimentStarted, grid=GRIDS, terms=TERMS, expected_usd=st.none() | FLOATS, memory=MEMORY, **FACT
    ),
    ExperimentResumed: st.builds(ExperimentResumed, terms=TERMS, **FACT),
    ExperimentExtended: st.builds(
        ExperimentExtended,
        grid=GRIDS,
        terms=TERMS,
        level=FLOATS,
        expected_usd=st.none() | FLOATS,
        memory=MEMORY,
        **FACT,
    ),
    ExperimentEnded: st.builds(ExperimentEnded, **FACT),
}


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_is_read_back_as_it_was_written(kind: type):
    @settings(max_examples=30)
    @given(st.lists(EVENTS[kind], min_size=1, max_size=3))
    def reads_back(events: list[Event]):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "run.jsonl"
            write(path, events)
            reading = read_journal(path)
            assert (reading.events, reading.damaged) == (events, ())
            assert reading.position == path.stat().st_size

    reads_back()


def test_a_torn_last_line_is_never_read(tmp_path: Path):
    path, events = tmp_path / "run.jsonl", told("run")
    write(path, events)
    whole, start = path.read_bytes(), read_journal(path).entries[-1].offset
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        reading = read_journal(path)
        assert (reading.events, reading.position, reading.damaged) == (events[:-1], start, ())


@pytest.mark.parametrize("kept", [0, 3, 9])
@pytest.mark.parametrize("torn", [1, 65_535, 65_536, 65_537, 200_000])
def test_a_torn_last_line_is_cut_off_when_the_journal_is_continued(tmp_path: Path, kept: int, torn: int):
    path, events = tmp_path / "run.jsonl", told("run")
    write(path, events[:kept])
    with path.open("ab") as file:
        file.write(LONG[:torn])
    write(path, events[kept:])
    reading = read_journal(path)
    assert (reading.events, reading.damaged) == (events, ())


@pytest.mark.parametrize("tail", ["end changed", "zeros", "half zeros", "foreign", "two lines", "long zeros"])
def test_a_last_line_that_no_crash_leaves_is_damaged_and_kept(tmp_path: Path, tail: str):
    path, events = tmp_path / "run.jsonl", told("run")
    write(path, events[:3])
    place = path.stat().st_size
    with path.open("ab") as file:
        file.write(TAILS[tail])
    whole, reading = path.read_bytes(), read_journal(path)
    assert (reading.events, reading.damaged, reading.position) == (events[:3], (place,), len(whole))
    assert reading.lines == 4
    assert list(read_bodies(path, 1_000))[-1] == (place, None)
    write(path, events[3:])
    after = read_journal(path)
    assert path.read_bytes().startswith(whole)
    assert (after.events, after.damaged[0]) == (events, place)


def test_what_was_read_in_pieces_and_at_once_is_the_same(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(map(line_of, told("run"))) + LONG + LONG[:99])
    bodies = [(entry.offset, to_json(entry.event)) for entry in read_journal(path).entries]
    assert len(bodies) == 10
    for piece in (1_000, 16_000_000):
        assert list(read_bodies(path, piece)) == bodies


def test_what_is_no_file_is_not_read_and_not_written(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    os.mkfifo(path)
    for read in (read_journal, lambda path: list(read_bodies(path)), lambda path: mark_before(path, 9)):
        with pytest.raises(DamagedJournal, match=r"run\.jsonl' is not a file; move it out of the folder"):
            read(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(DataFolderUnusable, match=r"cannot write to the journal .*run\.jsonl"):
        Journal(path, paid=False)
    assert not is_written_to(path), "who could not open it has let go of it"


def test_a_flipped_bit_damages_its_own_line_and_no_other(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    # A bit makes J a line end, and a line end something else.
    role = 'Jester \\n\n{"crc":"'
    started = [TurnStarted(run_id="run", seq=seq, at=told("run")[0].at, t=0.0, index=seq, seat=1, round=1,
                           cue="contribute", role=role) for seq in range(3)]  # fmt: skip
    write(path, started)
    first, middle, last = read_journal(path).entries
    whole = path.read_bytes()
    for place in range(middle.offset, last.offset):
        for bit in range(8):
            path.write_bytes(flipped(whole, place, bit))
            reading = read_journal(path)
            assert reading.events == [first.event, last.event]
            assert reading.damaged
            assert all(middle.offset <= offset < last.offset for offset in reading.damaged)


def test_reading_between_two_positions_gives_the_lines_between_them(tmp_path: Path):
    path, events = tmp_path / "run.jsonl", told("run")
    write(path, events)
    entries = read_journal(path).entries
    between = read_journal(path, entries[2].offset, entries[5].offset)
    assert (between.events, between.position) == (events[2:5], entries[5].offset)
    assert read_journal(path, entries[2].offset, entries[5].offset + 9) == between


def test_a_second_writer_is_refused(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    with writing(path), pytest.raises(RunBusy, match="run"):
        Journal(path, paid=False)


def test_paid_events_that_happen_at_once_share_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, synced = tmp_path / "run.jsonl", sizes_at_sync(tmp_path / "run.jsonl", monkeypatch)
    begun = later(told("run", ending=None), *[CALL] * 20)

    async def record() -> None:
        async with asyncio.TaskGroup() as together:
            for event in begun:
                together.create_task(journal.record(event))

    with Journal(path, paid=True) as journal:
        asyncio.run(record())
    assert len(synced) <= 2
    assert synced[-1] == path.stat().st_size


def test_each_paid_event_is_on_disk_when_it_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, synced = tmp_path / "run.jsonl", sizes_at_sync(tmp_path / "run.jsonl", monkeypatch)

    async def record() -> None:
        for event in later(told("run", ending=None), CALL, RunResumed, RunDeleted):
            await journal.record(event)
            assert isinstance(event, TurnStarted) or synced[-1] == path.stat().st_size

    with Journal(path, paid=True) as journal:
        asyncio.run(record())


def test_a_simulated_run_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, synced = tmp_path / "run.jsonl", sizes_at_sync(tmp_path / "run.jsonl", monkeypatch)

    async def record() -> None:
        for event in told("run"):
            await journal.record(event)

    with Journal(path, paid=False) as journal:
        asyncio.run(record())
    assert synced == [path.stat().st_size]


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot limit its own files there")
def test_what_a_full_disk_cuts_off_is_not_left_in_the_journal(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    with child(FULL_DISK, path) as process:
        process.communicate()
    reading = read_journal(path)
    assert [event.seq for event in reading.events] == [0, 1, 2, 4]
    assert (reading.damaged, reading.position) == ((), path.stat().st_size)


def test_a_journal_is_written_to_as_long_as_its_writer_lives(settings: Settings):
    path = keep(settings, told("run"))
    assert not is_written_to(path)
    with writing(path) as writer:
        assert is_written_to(path)
        writer.kill()
        wait_until(lambda: not is_written_to(path))


LONG = line_of(later(told("run"), (TurnTaken, {"turn": turn(3, words=40_000)}))[-1])
TAILS = {
    "end changed": LONG[:-1] + b"x",
    "zeros": bytes(512),
    "half zeros": LONG[:40] + bytes(9),
    "foreign": b"once upon a time",
    "two lines": LONG[:60] + LONG[:60],
    "long zeros": LONG[:66_000] + bytes(66_000),
}
CALL = (CallStarted, {"number": 1, "model": "m", "reserved": Usage()})
FULL_DISK = """
import resource, sys
from pathlib import Path
from tests.made import told
from swarm.errors import DataFolderUnusable
from swarm.recording.journal import Journal
path, events = Path(sys.argv[1]), told("run")
with Journal(path, paid=False) as journal:
    for event in events[:3]:
        journal.append(event)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, unlimited[1]))
    try:
        journal.append(events[3])
    except DataFolderUnusable:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        journal.append(events[4])
print("done", flush=True)
"""


def write(path: Path, events: list[Event]) -> None:
    with Journal(path, paid=False) as journal:
        for event in events:
            journal.append(event)


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def sizes_at_sync(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes of the file each sync brings to disk, from now on."""
    sizes: list[int] = []
    sync = os.fsync

    def counted(descriptor: int) -> None:
        sizes.append(os.fstat(descriptor).st_size)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    return sizes
