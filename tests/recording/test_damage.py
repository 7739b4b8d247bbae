"""Files that were cut, flipped, emptied, lost or filled up: never a silent wrong answer, and nothing is deleted."""

import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from swarm.config import PROJECT, Settings
from swarm.errors import DamagedJournal, DataFolderUnusable, HistoryDamaged, SwarmError
from swarm.history.file import MIGRATIONS
from swarm.history.store import History
from swarm.recording.events import RunResumed
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import record_of
from tests.engine.test_processes import MISSION
from tests.history.test_history import everything
from tests.made import keep, later, spec, told, turn
from tests.patience import PATIENCE_S
from tests.seed import SEED
from tests.warm import swarm

TRIALS = 12


def kept_runs(settings: Settings) -> dict[str, object]:
    """Three runs, taken in; returns what the history says of them."""
    for number in range(3):
        keep(settings, told(f"run{number}", minute=number))
    return everything(History(settings))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The same bytes, cut, with a flipped bit, with a zeroed block, or none at all."""
    at = chance.randrange(len(content))
    match chance.randint(0, 3):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes([content[at] ^ (1 << chance.randint(0, 7))]) + content[at + 1 :]
        case 2:
            return content[:at] + bytes(min(4_096, len(content) - at)) + content[at + 4_096 :]
        case _:
            return b""


def right_or_refused(history: History, before: dict[str, object]) -> bool:
    """Whether the history answered; what it answers is right, or it says that it is damaged and can be made anew."""
    try:
        found = everything(history)
    except (HistoryDamaged, DamagedJournal) as error:
        if "rebuild" in str(error):
            return False
        raise
    assert found == before
    return True


def history_survives(settings: Settings, trials: int) -> None:
    chance, before = random.Random(SEED), kept_runs(settings)
    whole = settings.history.read_bytes()
    for _ in range(trials):
        settings.history.write_bytes(damaged(whole, chance))
        history = History(settings)
        if not right_or_refused(history, before):
            made = history.rebuild()
            assert made.set_aside is not None
            assert made.set_aside.exists()
            assert everything(history) == before


def test_a_history_damaged_anywhere_is_right_or_refused_and_set_aside(settings: Settings):
    history_survives(settings, TRIALS)


def journals_survive(settings: Settings, trials: int) -> None:
    chance, before = random.Random(SEED), kept_runs(settings)
    path = settings.journal / "run1.jsonl"
    whole, taken_in = path.read_bytes(), settings.history.read_bytes()
    for _ in range(trials):
        settings.history.write_bytes(taken_in)
        content = damaged(whole, chance)
        path.write_bytes(content)
        if len(content) < len(whole):
            with pytest.raises(DamagedJournal, match=rf"has {len(content):,} bytes, but {len(whole):,}"):
                everything(History(settings))
            assert path.read_bytes() == content
            History(settings).rebuild()
        elif content != whole:
            reading = read_journal(path)
            assert reading.damaged, "a flipped bit was not seen"
            # What was taken in before stays right; made anew, the history names the line.
            assert everything(History(settings)) == before
            History(settings).rebuild()
            assert [damage.offset for damage in History(settings).damages()] == list(reading.damaged)


def test_a_journal_damaged_anywhere_is_told_with_its_bytes_and_kept(settings: Settings):
    journals_survive(settings, TRIALS)


def overwritten(path: Path, place: int, byte: bytes = b"\x01") -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(byte)


@pytest.mark.parametrize("back", [1, 2, 40, 64])
def test_a_journal_with_other_last_bytes_than_were_read_is_told_when_it_grows(settings: Settings, back: int):
    path, history = keep(settings, told("run", ending=None)), History(settings)
    before, size = everything(history), path.stat().st_size
    overwritten(path, size - back)
    assert everything(history) == before
    keep(settings, told("other"), "run")
    with pytest.raises(
        DamagedJournal,
        match=rf"run\.jsonl' holds something else before byte {size:,} than was read there; put it back from a copy",
    ):
        history.count()
    assert history.rebuild().damaged == 1


def test_an_exchanged_journal_that_is_longer_is_told(settings: Settings):
    path, history = keep(settings, told("run")), History(settings)
    history.count()
    path.unlink()
    keep(settings, told("run", spec(agents=9)))
    with pytest.raises(DamagedJournal, match="holds something else"):
        history.count()


@pytest.mark.parametrize(("seq", "within"), [(0, 0), (0, 80), (2, 300), (3, -1), (8, -1)])
def test_a_run_that_goes_on_though_a_line_of_before_is_damaged_is_not_shortened(
    settings: Settings, seq: int, within: int
):
    path, history, events = keep(settings, told("run"), "both"), History(settings), told("run")
    keep(settings, told("other"), "both")
    history.count()
    starts = [entry.offset for entry in read_journal(path).entries]
    overwritten(path, starts[seq] + within if within >= 0 else starts[seq + 1] - 1)
    keep(settings, later(events, RunResumed)[-1:], "both")
    with pytest.raises(
        DamagedJournal,
        match=rf"damaged after it was read: \d unreadable line\(s\), the first at byte {starts[seq]:,}; put it back",
    ):
        history.count()


def test_a_run_goes_on_behind_a_line_that_was_known_to_be_damaged(settings: Settings):
    path, history, events = keep(settings, told("run")), History(settings), told("run")
    overwritten(path, read_journal(path).entries[4].offset + 50)
    assert len(history.damages()) == 1
    keep(settings, later(events, RunResumed)[-1:])
    assert history.run("run").turns == record_of(read_journal(path).events).turns
    assert history.run("run").last_seq == events[-1].seq + 1


def test_a_journal_read_by_an_older_roleless_grows_and_is_told_when_it_shrinks(settings: Settings):
    path, history = keep(settings, told("run")), History(settings)
    history.count()
    size = path.stat().st_size
    with duckdb.connect(settings.history) as connection:
        connection.execute("UPDATE journals SET lines = NULL, mark = NULL")
    os.truncate(path, size - 9)
    with pytest.raises(
        DamagedJournal, match=rf"has {size - 9:,} bytes, but {size:,} were read before; put it"
    ):
        history.count()
    path.unlink()
    keep(settings, told("run"))
    keep(settings, told("other"), "run")
    assert history.count() == 2


@pytest.mark.parametrize("odd", ["link", "folder", "pipe"])
def test_a_journal_that_is_no_file_is_named(settings: Settings, odd: str):
    path = settings.journal / "odd.jsonl"
    {"link": lambda: path.symlink_to("nowhere"), "folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}[odd]()
    keep(settings, told("run"))
    for ask in (History(settings).count, History(settings).state, History(settings).rebuild):
        with pytest.raises(DamagedJournal, match=r"odd\.jsonl' is not a file; move it out of the folder"):
            ask()
    assert not list(settings.data.glob("*.new-*"))


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 5_000, 20_000, 300_000])
def test_a_full_disk_costs_no_history_and_leaves_no_half_one(settings: Settings, size: int):
    kept_runs(settings)
    settings.history.unlink()
    # Random letters, so that no compression makes room for them.
    text = random.Random(SEED).randbytes(400_000).hex()
    keep(settings, told("big", turns=[replace(turn(0), text=text)]))
    full = pytest.raises(DataFolderUnusable, match=r"cannot write the history .*Make room")
    with full_disk(size), full:
        History(settings).count()
    before = everything(History(settings))
    old = settings.history.read_bytes()
    with full_disk(size), full:
        History(settings).rebuild()
    assert [path.name for path in settings.data.glob("roleless.duckdb*")] == ["roleless.duckdb"]
    assert settings.history.read_bytes() == old
    assert everything(History(settings)) == before


def test_a_new_history_that_could_not_be_written_to_its_end_takes_nobodys_place(settings: Settings):
    before = kept_runs(settings)
    old = settings.history.read_bytes()
    # Enough for the log of its commits, and not for the file that closing makes of them.
    with (
        full_disk(200_000),
        pytest.raises(DataFolderUnusable, match=r"could not be written whole\. Make room"),
    ):
        History(settings).rebuild()
    assert settings.history.read_bytes() == old
    assert [path.name for path in settings.data.glob("roleless.duckdb*")] == ["roleless.duckdb"]
    assert everything(History(settings)) == before


def in_child(settings: Settings, *arguments: str, fault: str = "", prepare: Callable[[], None] | None = None):
    environment = {"ROLELESS_DATA": str(settings.data), "ROLELESS_FAULT": fault}
    if prepare is None:
        return swarm(*arguments, **environment)
    return subprocess.run(
        [sys.executable, "-m", "swarm", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        preexec_fn=prepare,
    )


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "deleted", "of another"])
def test_a_log_of_the_history_that_is_damaged_costs_no_run(settings: Settings, tmp_path: Path, damage: str):
    """A process that died right behind a commit leaves the last ones in a log beside the file."""
    before = kept_runs(settings)
    settings.history.unlink()
    in_child(settings, "list", "--json", fault="after commit#2")
    log = settings.history.with_name("roleless.duckdb.wal")
    assert log.exists(), "the commit is in the log"
    content = log.read_bytes()
    if damage == "deleted":
        log.unlink()
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        other = content[::-1]
        log.write_bytes(
            {"cut": content[:middle], "flipped": flipped, "emptied": b"", "of another": other}[damage]
        )
    history = History(settings)
    if not right_or_refused(history, before):
        history.rebuild()
        assert everything(history) == before


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_history_of_any_older_schema_is_brought_up_to_date(settings: Settings, version: int):
    before = kept_runs(settings)
    settings.history.unlink()
    with duckdb.connect(settings.history) as connection:
        connection.execute("CREATE TABLE meta (version INTEGER NOT NULL, roleless VARCHAR NOT NULL)")
        for number, statements in enumerate(MIGRATIONS[:version], 1):
            connection.execute(statements)
            connection.execute("INSERT INTO meta VALUES (?, '0.0.1')", [number])
    assert everything(History(settings)) == before


def limit_files(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_fills_up_ends_a_run_in_one_sentence_and_it_goes_on_when_there_is_room(
    settings: Settings,
):
    full = in_child(settings, "run", *MISSION, "--agents", "6", "--json", prepare=limit_files(12_000))
    assert full.returncode in (1, 2)
    assert "Traceback" not in full.stderr
    assert "cannot write to the journal" in full.stderr
    [journal] = settings.journal.glob("*.jsonl")
    assert read_journal(journal).events
    assert not read_journal(journal).damaged
    resumed = swarm("resume", journal.stem, "--json")
    assert resumed.returncode == 0, resumed.stderr


def test_a_folder_that_cannot_be_written_is_named_with_a_remedy(settings: Settings, tmp_path: Path):
    if os.geteuid() != 0:
        settings.journal.chmod(0o500)
        with pytest.raises(SwarmError, match="Set ROLELESS_DATA"):
            keep(settings, told("run"))
        return
    (tmp_path / "file").write_text("in the way")
    blocked = replace(settings, data=tmp_path / "file" / "data")
    done = in_child(blocked, "run", *MISSION, "--agents", "1")
    assert done.returncode == 2
    assert "Set ROLELESS_DATA to a folder that can be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_that_is_set_aside_is_ever_overwritten(settings: Settings):
    kept_runs(settings)
    asides: set[Path] = set()
    for number in range(3):
        settings.history.write_bytes(b"garbage %d" % number)
        aside = History(settings).rebuild().set_aside
        assert aside is not None
        asides.add(aside)
    assert len(asides) == 3
    assert sorted(path.read_bytes() for path in asides) == [b"garbage %d" % number for number in range(3)]
    shutil.rmtree(settings.journal)
    with pytest.raises(DamagedJournal):
        everything(History(settings))
