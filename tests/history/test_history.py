import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from swarm.config import Settings, read_settings
from swarm.errors import DamagedJournal, HistoryBusy, HistoryDamaged, RunBusy, UnknownName, UnknownRun
from swarm.history import intake as history_intake
from swarm.history.file import opened
from swarm.history.rows import COLUMNS, Damage, RunFilter, RunRow, columns_of, row_of
from swarm.history.store import EVERY_RUN, History
from swarm.mission import Mission
from swarm.recording.events import Event, RunDeleted, RunFinished, RunResumed, TurnTaken
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord, record_of
from swarm.shock import Shock
from swarm.spec import PastRole
from swarm.team import generic_roles
from swarm.turn import Usage
from swarm.verdict import Verdict
from tests.made import BAKERY, child, keep, later, spec, told, turn, verdict, writing
from tests.patience import PATIENCE_S
from tests.provider import wait_until
from tests.seed import SEED
from tests.warm import start

ORCHARD = Mission("orchard", "Save the Orchard", "Keep the frost off.")
BRIDGE = Mission("bridge", "Build a bridge", "Across the river.")
NEW = Mission("new", "A new mission", "Something else.")
BY_ID = ("run_id", False)


@pytest.fixture
def history(settings: Settings) -> History:
    return History(settings, patience_s=PATIENCE_S)


def test_a_run_is_what_its_events_say(settings: Settings, history: History):
    turns = [turn(0), turn(1, action="abstain"), turn(2, action="unparsed"), turn(3, action="failed")]
    odd = spec(
        replace(BAKERY, title="Nul \x00, “quotes” and \U0001f950"), agents=4, options={"k": 2, "x": 1.0}
    )
    events = told("run", odd, turns=turns, judged=Verdict("sim/judge", unscored="no\nidea"))
    keep(settings, events)
    assert history.run("run") == record_of(events)
    row = history.runs()[0]
    assert row.mission_title == odd.mission.title
    assert (row.active, row.abstained, row.unparsed, row.failed) == (1, 1, 1, 1)
    assert (row.quality, row.unscored, row.distinct_roles, row.depth) == (None, "no\nidea", 1, 1)


def test_a_line_of_the_table_says_what_the_record_says(settings: Settings, history: History):
    mixed = spec(ORCHARD, models=("2 sim/weak", "sim/strong"), seed=7, organization="north")
    keep(settings, told("run", mixed, minute=90))
    record, row = history.run("run"), history.runs()[0]
    assert row.models == "sim/weak ×2, sim/strong ×1"
    assert (row.started, row.organization, row.seed) == (record.started, "north", 7)
    assert (row.quality, row.mission_relevance) == (0.75, 3)
    assert (row.depth, row.active, row.distinct_roles) == (3, 3, 3)
    assert record.verdict is not None
    assert (row.cost_usd, row.judge_cost_usd) == (record.spent.cost_usd, record.verdict.usage.cost_usd)
    assert (row.input_tokens, row.duration_s) == (record.spent.input_tokens, record.duration_s)


def taken_in_bit_by_bit_and_at_once(settings: Settings, every: int) -> None:
    """The latter after one event of so many, which the seed chooses, and after the last."""
    journals = stories()
    history = History(settings)
    written: dict[str, list[Event]] = {}
    for place, (name, event) in enumerate(in_turns(journals)):
        keep(settings, [event], name)
        written.setdefault(event.run_id, []).append(event)
        assert everything(history) == as_told(written)
        if (place + SEED) % every == 0:
            assert everything(made_at_once(settings)) == as_told(written)
    assert everything(made_at_once(settings)) == as_told(written)


def test_taking_in_bit_by_bit_and_at_once_both_give_what_the_events_say(settings: Settings):
    taken_in_bit_by_bit_and_at_once(settings, every=4)


def test_a_history_that_is_opened_again_knows_what_it_knew(settings: Settings, history: History):
    for name, event in in_turns(stories()):
        keep(settings, [event], name)
    before = everything(history)
    assert everything(History(settings)) == before
    assert everything(history) == before


@pytest.mark.parametrize("batch_bytes", [1, 3_000])
def test_small_batches_lose_nothing(settings: Settings, batch_bytes: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history_intake, "BATCH_BYTES", batch_bytes)
    written: dict[str, list[Event]] = {}
    for name, event in in_turns(stories()):
        keep(settings, [event], name)
        written.setdefault(event.run_id, []).append(event)
    assert everything(History(settings)) == as_told(written)


def test_a_run_that_is_resumed_after_others_followed_in_its_journal_is_complete(
    settings: Settings, history: History
):
    stopped = told("early", turns=[turn(0)], ending="stopped")
    keep(settings, stopped, "experiment")
    for number in range(3):
        keep(settings, told(f"between-{number}"), "experiment")
        history.count()
    resumed = later(stopped, RunResumed, (TurnTaken, {"turn": turn(1)}), ENDED)
    keep(settings, resumed[len(stopped) :], "experiment")
    assert history.run("early") == record_of(resumed)
    assert [row.run_id for row in history.runs(order=BY_ID)] == [
        "between-0",
        "between-1",
        "between-2",
        "early",
    ]


def test_a_torn_last_line_is_taken_in_once_it_is_whole(settings: Settings, history: History):
    events = told("run", ending=None)
    path = keep(settings, events)
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    assert history.run("run").last_seq == len(events) - 2
    path.write_bytes(whole)
    assert history.run("run").last_seq == len(events) - 1


def test_a_copied_journal_brings_no_run_twice(settings: Settings, history: History):
    path = keep(settings, told("run"))
    shutil.copy(path, path.with_name("copy.jsonl"))
    assert history.count() == len(history.turns_frame()) / 3 == 1
    assert history.rebuild().runs == 1


@pytest.mark.parametrize("name", ["a copy.jsonl", "z copy.jsonl"])
def test_a_copied_journal_does_not_bring_a_deleted_run_back(settings: Settings, history: History, name: str):
    path = keep(settings, told("run"))
    before = path.read_bytes()
    history.delete("run")
    path.with_name(name).write_bytes(before)
    assert history.count() == 0
    path.with_name(f"2nd {name}").write_bytes(path.read_bytes())
    assert history.count() == history.rebuild().runs == 0


def test_turns_are_in_the_order_of_speaking_however_they_are_stored(settings: Settings, history: History):
    events = told("run", spec(agents=12))
    keep(settings, events)
    history.count()
    with duckdb.connect(settings.history) as connection:
        connection.execute("CREATE TEMP TABLE mixed AS SELECT * FROM turns ORDER BY hash(body)")
        connection.execute("DELETE FROM turns")
        connection.execute("INSERT INTO turns SELECT * FROM mixed")
        stored = connection.execute('SELECT "index" FROM turns').fetchall()
    assert stored != sorted(stored)
    assert history.run("run") == record_of(events)
    assert list(history.turns_frame()["index"]) == list(range(12))
    assert [past.seat for past in remembered(history, "default")] == list(range(1, 13))


# What is deleted.


def test_a_deleted_run_is_shown_nowhere_though_its_journal_keeps_the_facts(
    settings: Settings, history: History
):
    path = keep(settings, told("gone"))
    keep(settings, told("kept"))
    history.delete("gone")
    assert [row.run_id for row in history.runs()] == ["kept"]
    assert history.count() == 1
    assert set(history.frame()["run_id"]) == set(history.turns_frame()["run_id"]) == {"kept"}
    assert len(remembered(history, "default")) == 3
    assert read_journal(path).events[:-1] == told("gone")
    assert isinstance(read_journal(path).events[-1], RunDeleted)
    assert history.rebuild().runs == 1


def test_deleting_twice_says_that_the_run_was_deleted(settings: Settings, history: History):
    keep(settings, told("gone"))
    history.delete("gone")
    for ask in (history.run, history.delete, history.journal_of):
        with pytest.raises(UnknownRun, match="'gone' was deleted"):
            ask("gone")


def test_a_run_that_is_being_performed_is_not_deleted(settings: Settings, history: History):
    path = keep(settings, told("run", ending=None))
    with writing(path), pytest.raises(RunBusy):
        history.delete("run")
    assert history.count() == 1


@pytest.mark.parametrize("run_id", ["bakery-0003", "bakery-3"])
def test_an_unknown_run_is_refused_with_the_nearest_id(settings: Settings, history: History, run_id: str):
    keep(settings, told("bakery-0001", minute=1))
    keep(settings, told("orchard-0009", minute=2))
    with pytest.raises(UnknownRun, match="Did you mean 'bakery-0001'"):
        history.run(run_id)


def test_an_id_like_no_other_gets_no_guess(settings: Settings, history: History):
    keep(settings, told("bakery-0001"))
    with pytest.raises(UnknownRun, match=r"no run 'gone'\. `python"):
        history.run("gone")


@pytest.mark.parametrize("run_id", ["", "../etc/passwd", "a/b", "x" * 81, "a b", "\ud800"])
def test_what_cannot_be_the_id_of_a_run_is_refused(history: History, run_id: str):
    for ask in (history.run, history.delete, history.journal_of):
        with pytest.raises(UnknownRun):
            ask(run_id)


# Running or interrupted.


def test_an_unfinished_run_is_running_while_its_journal_is_written(settings: Settings, history: History):
    path = keep(settings, told("run", ending=None))
    keep(settings, told("done"))
    with writing(path) as performer:
        assert statuses(history) == {"run": "running", "done": "finished"}
        assert history.run("run").status == "running"
        assert ids(history, RunFilter(statuses=("running",))) == ["run"]
        assert ids(history, RunFilter(statuses=("interrupted",))) == []
        performer.kill()
        wait_until(lambda: history.run("run").status == "interrupted")
    assert statuses(history) == {"run": "interrupted", "done": "finished"}
    assert ids(history, RunFilter(statuses=("running",))) == []
    assert ids(history, RunFilter(statuses=("interrupted", "finished"))) == ["run", "done"]
    assert list(history.frame(RunFilter(statuses=("interrupted",)))["status"]) == ["interrupted"]


def test_a_run_is_never_interrupted_on_its_way_to_its_end(settings: Settings, history: History):
    """Only what was abandoned before its last bytes were read is interrupted."""
    with child(PERFORM, settings.data, 60) as performer:
        seen = {history.run("performed").status}
        while "finished" not in seen:
            seen.add(history.run("performed").status)
        assert performer.wait() == 0
    assert seen <= {"running", "finished"}


# Many at once.


def test_four_processes_write_journals_and_ask_at_once_and_nothing_is_lost(settings: Settings):
    children = [start(str(settings.data), str(number), code=WRITE_AND_ASK) for number in range(4)]
    errors = [process.communicate()[1] for process in children]
    assert [process.returncode for process in children] == [0] * 4
    assert errors == [""] * 4
    expected = {
        f"run-{writer}-{number}": told(f"run-{writer}-{number}") for writer in range(4) for number in range(2)
    }
    assert everything(History(settings)) == as_told(expected)


def test_threads_that_share_a_history_get_right_answers(settings: Settings, history: History):
    for number in range(8):
        keep(settings, told(f"run-{number}", spec(seed=number)))
    with ThreadPoolExecutor(8) as threads:
        records = list(threads.map(history.run, [f"run-{number % 8}" for number in range(40)]))
    assert [record.spec.seed for record in records] == [number % 8 for number in range(40)]


def test_a_history_held_by_another_process_is_busy_and_names_it(settings: Settings):
    keep(settings, told("run"))
    with child(HOLD, settings.history) as holder, pytest.raises(HistoryBusy, match=f"process {holder.pid} "):
        History(settings, patience_s=0.1).count()


def test_a_history_held_by_another_process_is_waited_for(settings: Settings):
    keep(settings, told("run"))
    with child(HOLD, settings.history) as holder, ThreadPoolExecutor(1) as threads:
        with pytest.raises(HistoryBusy):
            History(settings, patience_s=0.0).count()
        answer = threads.submit(History(settings, patience_s=60.0).count)
        assert not answer.done()
        assert holder.stdin is not None
        holder.stdin.close()
        assert answer.result() == 1


def test_a_history_held_by_another_thread_is_busy(settings: Settings):
    history = History(settings, patience_s=0.05)
    with opened(settings.history, 1.0), ThreadPoolExecutor(1) as threads:
        asked = threads.submit(history.count)
        with pytest.raises(HistoryBusy, match="thread of this process"):
            asked.result()
    assert history.count() == 0


# What is damaged.


@pytest.mark.parametrize("damage", ["garbage", "cut", "zeros", "foreign", "folder", "pipe", "link", "log"])
def test_a_damaged_history_is_reported_set_aside_and_rebuilt(
    settings: Settings, history: History, damage: str
):
    for name, event in in_turns(stories()):
        keep(settings, [event], name)
    before = everything(history)
    DAMAGES[damage](settings.history)
    with pytest.raises(HistoryDamaged, match="python -m swarm rebuild"):
        everything(history)
    made = history.rebuild()
    assert made.set_aside is not None
    assert os.path.lexists(made.set_aside)
    assert (made.runs, made.events) == (3, len(list(in_turns(stories()))))
    assert everything(history) == before


def test_rebuilding_sets_the_old_history_aside_whole(settings: Settings, history: History):
    keep(settings, told("run"))
    before = everything(history)
    aside = history.rebuild().set_aside
    assert aside is not None
    for file in settings.journal.iterdir():
        assert file.exists()
    aside.replace(settings.history)
    assert everything(History(settings)) == before


def test_rebuilding_without_a_history_makes_one(settings: Settings, history: History):
    keep(settings, told("run"))
    assert history.rebuild().set_aside is None
    assert history.count() == 1


def test_rebuilding_twice_at_once_sets_two_histories_aside(settings: Settings, history: History):
    keep(settings, told("run"))
    history.count()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: history.rebuild(), range(8)))
    assert [each.runs for each in made] == [1] * 8
    assert len({each.set_aside for each in made}) == 8
    assert not list(settings.data.glob("*.new-*"))


def test_rebuilding_while_others_ask_loses_nothing(settings: Settings, history: History):
    keep(settings, told("run"))
    with ThreadPoolExecutor(4) as threads:
        counts = [threads.submit(history.count) for _ in range(20)]
        for _ in range(3):
            assert history.rebuild().runs == 1
        assert {count.result() for count in counts} == {1}


def test_a_history_of_a_newer_roleless_is_refused_with_the_version_needed(
    settings: Settings, history: History
):
    history.count()
    with duckdb.connect(settings.history) as connection:
        connection.execute("INSERT INTO meta VALUES (99, '9.9.1')")
    with pytest.raises(HistoryDamaged, match=r"schema 99.*Use Roleless 9\.9\.1 or later"):
        history.count()


def test_a_database_without_tables_becomes_a_history(settings: Settings, history: History):
    duckdb.connect(settings.history).close()
    keep(settings, told("run"))
    assert history.count() == 1


@pytest.mark.parametrize(("left", "lost"), [("half", 4), ("nothing", 8), ("no file", 9)])
def test_a_journal_that_lost_bytes_is_reported_until_the_history_is_rebuilt(
    settings: Settings, history: History, left: str, lost: int
):
    path = keep(settings, told("run"))
    keep(settings, told("other", minute=1))
    assert history.count() == 2
    size = path.stat().st_size
    path.unlink()
    if left != "no file":
        keep(settings, told("run")[: 5 if left == "half" else 0] or told("run")[:1], "run")
    now = path.stat().st_size if path.exists() else 0
    for _ in range(2):
        with pytest.raises(
            DamagedJournal,
            match=rf"run\.jsonl' has {now:,} bytes, but {size:,} were read before: {lost} of 9 lines are lost; put "
            "it back from a copy, or run `python -m swarm rebuild`",
        ):
            history.count()
    assert history.rebuild().runs == history.count() == (1 if left == "no file" else 2)


def test_a_damaged_line_is_reported_and_costs_nothing_else(settings: Settings, history: History):
    events = told("run")
    path = keep(settings, events)
    keep(settings, told("other"))
    offset = read_journal(path).entries[4].offset
    content = bytearray(path.read_bytes())
    content[offset + 50] ^= 1
    path.write_bytes(content)
    assert history.damages() == [Damage("run.jsonl", offset)]
    assert history.run("run") == record_of(events[:4] + events[5:])
    assert history.count() == 2
    keep(settings, told("third"), "run")
    assert history.damages() == [Damage("run.jsonl", offset)]
    assert history.rebuild().damaged == 1


def test_a_run_whose_first_line_is_damaged_is_not_made_up(settings: Settings, history: History):
    path = keep(settings, told("run"), "experiment")
    keep(settings, told("other"), "experiment")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert ids(history) == ["other"]
    assert history.damages() == [Damage("experiment.jsonl", 0)]


# What is asked.


FILTERS: list[tuple[RunFilter, str]] = [
    (RunFilter(), "a b c d"),
    (RunFilter(text="ORCHARD"), "b"),
    (RunFilter(text="bakery"), "a c"),
    (RunFilter(text="D"), "b d"),
    (RunFilter(text="100%_'"), ""),
    (RunFilter(protocols=("shared", "solo")), "b c"),
    (RunFilter(protocols=("unheard",)), ""),
    (RunFilter(models=("sim/weak",)), "c d"),
    (RunFilter(models=("sim/weak", "sim/strong")), "a b c d"),
    (RunFilter(statuses=("failed", "limited")), "b d"),
    (RunFilter(statuses=("interrupted",)), "c"),
    (RunFilter(simulated=True), "a b c"),
    (RunFilter(simulated=False), "d"),
    (RunFilter(organization="north"), "b d"),
    (RunFilter(text="o", models=("sim/weak",), organization="default"), "c"),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_a_filter_finds_the_runs_it_means(
    settings: Settings, history: History, where: RunFilter, expected: str
):
    keep_four(settings)
    found = expected.split()
    assert [row.run_id for row in history.runs(where, order=BY_ID)] == found
    assert history.count(where) == len(found)
    assert sorted(history.frame(where)["run_id"]) == found
    assert set(history.turns_frame(where)["run_id"]) == set(found)


CONDITIONS: list[tuple[RunFilter, str]] = [
    (RunFilter(agents=(2, 5)), "c e f"),
    (RunFilter(agents=(8,)), ""),
    (RunFilter(levels=("L3", "L4")), "e"),
    (RunFilter(shocks=("none",)), "a b c d f"),
    (RunFilter(shocks=("none", "swap")), "a b c d e f"),
    (RunFilter(shocks=("hub",)), ""),
    (RunFilter(judge="none"), "f"),
    (RunFilter(judge="sim/judge", agents=(2,)), "c"),
    (RunFilter(prompts="p1 m1"), "e"),
    (RunFilter(prompts="p1"), ""),
    (RunFilter(usual=True), "a b d e"),
]


@pytest.mark.parametrize(("where", "expected"), CONDITIONS)
def test_a_filter_finds_the_conditions_it_means(settings: Settings, history: History, where, expected):
    keep_four(settings)
    struck = replace(spec(replace(BAKERY, level="L3"), agents=5), shock=Shock("swap", "sim/weak"))
    keep(settings, told("e", replace(struck, prompts="p1", minds="m1")))
    keep(settings, told("f", replace(spec(protocol="batched", agents=5, options={"size": 4}), judge=None)))
    assert [row.run_id for row in history.runs(where, order=BY_ID)] == expected.split()


def test_given_roles_are_usual_when_they_are_the_generic_ones(settings: Settings, history: History):
    for name, given in (("generic", generic_roles()), ("other", ("Wizard",))):
        keep(settings, told(name, spec(protocol="fixed_roles", options={"roles": given})))
    assert ids(history, RunFilter(usual=True)) == ["generic"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
def test_runs_come_in_order_with_missing_values_last(
    settings: Settings, history: History, column: str, descending: bool
):
    keep_four(settings)
    values = [columns_of(row)[column] for row in history.runs(order=(column, descending))]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert values == known + [None] * (4 - len(known))


def test_pages_are_the_whole_in_pieces(settings: Settings, history: History):
    for number in range(7):
        keep(settings, told(f"run-{number}", minute=number // 3))
    for order in [("started", True), ("protocol", False), ("quality", True)]:
        pages = [history.runs(limit=3, offset=start, order=order) for start in (0, 3, 6, 9)]
        assert [row for page in pages for row in page] == history.runs(order=order)
    assert ids(history) == ["run-6", "run-5", "run-4", "run-3", "run-2", "run-1", "run-0"]


@pytest.mark.parametrize("column", ["body", "run_id; DROP TABLE runs", "Quality", ""])
def test_only_columns_of_the_table_can_be_ordered_by(history: History, column: str):
    with pytest.raises(UnknownName, match="unknown column"):
        history.runs(order=(column, True))


def test_frames_have_typed_columns_even_without_runs(history: History):
    assert list(history.frame().columns) == list(COLUMNS)
    assert str(history.frame()["started"].dtype).endswith("UTC]")
    assert {"run_id", "index", "role", "text", "cost_usd"} <= set(history.turns_frame().columns)


# What is remembered.


def test_an_organization_remembers_its_last_finished_runs_of_other_missions(
    settings: Settings, history: History
):
    for minute, (mission, role) in enumerate([(BRIDGE, "Mason"), (ORCHARD, "Pruner"), (BRIDGE, "Welder")]):
        one = told(f"run-{minute}", spec(mission, agents=1), turns=[turn(0, role=role)], minute=minute)
        keep(settings, one)
    assert roles(history) == ["Mason", "Pruner", "Welder"]
    assert roles(history, missions=2) == ["Pruner", "Welder"]
    assert history.past_roles("default", mission=ORCHARD, simulated=True) == (
        PastRole("Build a bridge", 1, "Mason"),
        PastRole("Build a bridge", 1, "Welder"),
    )
    assert roles(history, mission=replace(ORCHARD, title="Another orchard")) == ["Mason", "Pruner", "Welder"]


def test_simulated_and_real_teams_remember_different_pasts(settings: Settings, history: History):
    keep(settings, told("real", turns=[turn(0, role="Human expert")], simulated=False))
    keep(settings, told("simulated", turns=[turn(0, role="Automaton")]))
    assert roles(history, simulated=False) == ["Human expert"]
    assert roles(history, simulated=True) == ["Automaton"]


def test_only_roles_that_were_taken_in_finished_runs_of_the_organization_are_remembered(
    settings: Settings, history: History
):
    keep(settings, told("stopped", turns=[turn(0, role="Stopped")], ending="stopped"))
    keep(settings, told("unfinished", turns=[turn(0, role="Unfinished")], ending=None))
    keep(settings, told("elsewhere", spec(organization="north"), turns=[turn(0, role="Northerner")]))
    revised = [turn(0, role="Novice"), replace(turn(1, role="Master"), seat=1, round=2)]
    keep(settings, told("done", turns=[*revised, replace(turn(2, action="abstain"), index=2)]))
    assert roles(history) == ["Master"]
    assert [past.role for past in remembered(history, "north")] == ["Northerner"]


# How all this is written and asked.

ENDED = (RunFinished, {"status": "finished", "spent": Usage(), "calls": 2})
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
PERFORM = """
import sys
from pathlib import Path
from swarm.config import read_settings
from swarm.recording.journal import Journal, journal_of
from tests.made import spec, told
settings = read_settings({"ROLELESS_DATA": sys.argv[1]})
with Journal(journal_of("performed", settings), paid=False) as journal:
    for event in told("performed", spec(agents=int(sys.argv[2]))):
        journal.append(event)
        print("told", flush=True)
"""
WRITE_AND_ASK = """
import sys
from swarm.config import read_settings
from swarm.history.store import History
from swarm.recording.record import record_of
from tests.made import keep, told
settings = read_settings({"ROLELESS_DATA": sys.argv[1]})
history = History(settings, patience_s=120.0)
for number in range(2):
    events = told(f"run-{sys.argv[2]}-{number}")
    for done in range(0, len(events), 3):
        keep(settings, events[done : done + 3])
        assert history.run(events[0].run_id).last_seq == min(done + 3, len(events)) - 1
    assert history.run(events[0].run_id) == record_of(events)
    assert history.count() > number
"""


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link_instead(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nowhere" / path.name)


def foreign_instead(path: Path) -> None:
    path.unlink()
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE runs (speed DOUBLE)")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: path.write_text("once upon a time " * 1000),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "zeros": lambda path: path.write_bytes(path.read_bytes()[:8192] + bytes(path.stat().st_size - 8192)),
    "foreign": foreign_instead,
    "folder": folder_instead,
    "pipe": pipe_instead,
    "link": link_instead,
    "log": lambda path: os.mkfifo(path.with_name(f"{path.name}.wal")),
}


def stories() -> dict[str, list[list[Event]]]:
    """Journals of runs told at the same time: finished, resumed, deleted and unfinished ones."""
    stopped = told("stopped", turns=[turn(0)], ending="stopped", minute=1)
    resumed = later(stopped, RunResumed, (TurnTaken, {"turn": turn(1)}), ENDED)
    deleted = later(told("deleted", spec(agents=1), minute=2), RunDeleted)
    return {
        "experiment": [told("finished", spec(agents=2)), resumed, deleted],
        "alone": [told("alone", spec(ORCHARD, models=("sim/weak",), agents=2), ending=None, minute=3)],
    }


def in_turns(journals: dict[str, list[list[Event]]]):
    """All events with their journals, the runs by turns."""
    runs = [(name, list(events)) for name, run in journals.items() for events in run]
    while any(events for _, events in runs):
        for name, events in runs:
            if events:
                yield name, events.pop(0)


@pytest.mark.parametrize("content", [b"", bytes(4_096), bytes(12_288)])
def test_a_history_that_was_made_and_never_written_into_is_made_anew(content: bytes, settings):
    keep(settings, told("run"))
    settings.history.write_bytes(content)
    settings.history.with_name("roleless.duckdb.wal").write_bytes(b"")
    assert History(settings).count() == 1
    assert [path.name for path in settings.data.glob("roleless.duckdb*")] == ["roleless.duckdb"]


def everything(history: History) -> tuple[list[RunRow], list[RunRecord]]:
    rows = history.runs(order=BY_ID)
    return rows, [history.run(row.run_id) for row in rows]


def as_told(written: dict[str, list[Event]]) -> tuple[list[RunRow], list[RunRecord]]:
    """What the history must answer when nobody is writing."""
    records = [record_of(events) for _, events in sorted(written.items())]
    left = [
        replace(each, status="interrupted") if not each.ended else each
        for each in records
        if not each.deleted
    ]
    return [row_of(record) for record in left], left


def made_at_once(settings: Settings) -> History:
    """A history of a copy of the journals, as they are now."""
    copy = read_settings({"ROLELESS_DATA": str(settings.data.with_name("copy"))})
    shutil.rmtree(copy.data, ignore_errors=True)
    shutil.copytree(settings.journal, copy.journal)
    return History(copy)


def keep_four(settings: Settings) -> None:
    north, weak = {"organization": "north"}, ("sim/weak", "sim/strong")
    keep(settings, told("a", spec(seed=3), minute=2))
    keep(settings, told("b", spec(ORCHARD, protocol="shared", **north), ending="failed", minute=1))
    keep(settings, told("c", spec(protocol="solo", models=weak, agents=2), ending=None, minute=4))
    keep(
        settings,
        told(
            "d", spec(BRIDGE, models=weak[:1], **north), ending="limited", simulated=False, judged=verdict(4)
        ),
    )


def ids(history: History, where: RunFilter = EVERY_RUN) -> list[str]:
    return [row.run_id for row in history.runs(where)]


def statuses(history: History) -> dict[str, str]:
    return {row.run_id: row.status for row in history.runs()}


def remembered(history: History, organization: str) -> Sequence[PastRole]:
    return history.past_roles(organization, mission=NEW, simulated=True)


def roles(
    history: History,
    mission: Mission = NEW,
    simulated: bool = True,
    missions: int = 5,
):
    past = history.past_roles("default", mission=mission, simulated=simulated, missions=missions)
    return [each.role for each in past]
