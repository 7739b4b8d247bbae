"""Measures of runs that were kept before there was a measure, or while it meant something else."""

from dataclasses import replace

import duckdb
import pytest

from swarm.config import Settings
from swarm.history import measured
from swarm.history.store import History
from swarm.recording.measures import LISTED, MEASURES
from tests.distinct import LISTED_VALUES, RECORD, events
from tests.made import keep


def changed(settings: Settings, *statements: str) -> None:
    with duckdb.connect(settings.history) as connection:
        for each in statements:
            connection.execute(each)


@pytest.mark.parametrize("key", LISTED)
def test_a_history_of_before_a_measure_has_it_of_its_runs(settings: Settings, key: str):
    keep(settings, events())
    now = History(settings).runs()
    changed(settings, f"ALTER TABLE runs DROP COLUMN {key}")
    assert History(settings).runs() == now
    assert now[0].more[key] == LISTED_VALUES[key]
    assert History(settings).cells()[0].values[key] == (LISTED_VALUES[key],)


@pytest.mark.parametrize("key", [key for key, measure in MEASURES.items() if measure.of])
def test_a_measure_whose_definition_changed_is_measured_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str
):
    keep(settings, events())
    now = History(settings).frame()
    changed(settings, f"UPDATE runs SET {key} = 99")
    assert History(settings).frame()[key][0] == 99
    entry = replace(MEASURES[key], edition=MEASURES[key].edition + 1)
    monkeypatch.setattr(measured, "MEASURES", {**MEASURES, key: entry})
    assert History(settings).frame().equals(now)
    changed(settings, f"UPDATE runs SET {key} = 99")
    assert History(settings).frame()[key][0] == 99


def test_runs_without_turns_are_measured_too(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    begun, *_, ended = events()
    keep(settings, [begun, replace(ended, seq=1)])
    assert History(settings).run(RECORD.run_id).turns == ()
    changed(settings, "UPDATE runs SET active = 99")
    monkeypatch.setattr(measured, "MEASURES", {"active": replace(MEASURES["active"], edition=2)})
    assert History(settings).runs()[0].active == 0


def test_a_measure_that_fails_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    keep(settings, events())
    now = History(settings).frame()
    entry = replace(MEASURES["active"], edition=2)
    with monkeypatch.context() as patched:
        patched.setattr(measured, "MEASURES", {"active": entry})
        patched.setattr(measured, "kept", lambda record: {})
        with pytest.raises(KeyError, match="active"):
            History(settings).frame()
    assert History(settings).frame().equals(now)
    changed(settings, "UPDATE runs SET active = 99")
    monkeypatch.setattr(measured, "MEASURES", {"active": entry})
    assert History(settings).frame().equals(now)


def test_all_runs_are_measured_whatever_a_batch_holds(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    for number in range(5):
        keep(settings, [replace(event, run_id=f"run-{number}") for event in events()], f"run-{number}")
    now = History(settings).frame()
    changed(settings, "UPDATE runs SET active = 99")
    monkeypatch.setattr(measured, "BATCH", 2)
    monkeypatch.setattr(measured, "MEASURES", {"active": replace(MEASURES["active"], edition=2)})
    assert History(settings).frame().equals(now)


def test_roles_are_normalised_again_with_the_measure_that_counts_them(settings: Settings):
    keep(settings, events())
    now = History(settings).turns_frame()
    changed(settings, "UPDATE turns SET role_normalised = 'c' WHERE role IS NOT NULL", "DELETE FROM editions")
    assert History(settings).turns_frame().equals(now)
