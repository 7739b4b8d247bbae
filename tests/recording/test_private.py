"""What is kept is its owner's alone, whatever the umask, and however it was made before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm import config
from swarm.config import ensure_data_folder, private, read_settings
from swarm.engine.compose import compose
from swarm.engine.day_purse import DayPurse
from swarm.engine.launch import launch
from swarm.engine.wish import Wish
from swarm.history.store import History
from swarm.mission import mission_from_text
from swarm.recording.journal import Journal, is_written_to, journal_of
from swarm.recording.journal_lines import read_journal
from swarm.teams.storage import keep_team, kept_team
from tests.engine.test_money import limited, spend
from tests.provider import wait_until
from tests.teams.examples import BAKERY


@pytest.fixture(autouse=True)
def nothing_is_masked() -> Iterator[None]:
    before = os.umask(0)
    yield
    assert os.umask(before) == 0


def open_to_others(folder: Path) -> set[str]:
    """Everything in a data folder, itself included, that is not its owner's alone, with its mode."""
    return {
        f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in [folder, *folder.rglob("*")]
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    }


def test_whatever_is_kept_is_its_owners_alone_and_what_is_older_is_tightened_when_it_is_opened():
    settings = limited(read_settings(), "1")
    run_id = launch(compose(Wish(mission_from_text("Open a bakery"), agents=2), settings), settings)
    wait_until(lambda: not is_written_to(journal_of(run_id, settings)))
    history, team_id = History(settings), keep_team(settings, BAKERY)
    spend(DayPurse(settings), 0.5, 0.25)
    history.delete(run_id)
    history.rebuild()
    log = settings.history.with_name(f"{settings.history.name}.wal")
    with history._fresh() as connection:
        connection.execute("CREATE TABLE more (x INTEGER)")
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
    made = {path.name for path in settings.data.rglob("*")}
    assert {f"{run_id}{end}" for end in (".jsonl", ".lock")} | {"own-teams", "spending"} <= made
    assert open_to_others(settings.data) == set()

    for path in [settings.data, *settings.data.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    history.runs()
    kept_team(settings, team_id)
    spend(DayPurse(settings), 0.1, 0.1)
    assert open_to_others(settings.data) == set()


def test_a_file_that_was_opened_to_others_alone_is_tightened_with_its_reading(settings):
    run_id = "20260101-000000-aaaaaa"
    journal = journal_of(run_id, settings)
    for open_again in (
        lambda: Journal(journal, paid=False).__exit__(None, None, None),
        lambda: read_journal(journal),
    ):
        journal.touch()
        journal.chmod(0o644)
        open_again()
        assert open_to_others(settings.journal) == set()


def test_a_folder_of_everybodys_and_that_of_the_project_stay_open(monkeypatch: pytest.MonkeyPatch, settings):
    for path, mode in ((settings.data, 0o1777), (settings.data, 0o755)):
        path.chmod(mode)
        monkeypatch.setattr(config, "LIBRARY", settings.data if mode == 0o755 else path.parent)
        ensure_data_folder(settings)
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_the_umask_is_strict_until_the_last_one_that_wants_it_has_ended():
    with private():
        with private():
            pass
        assert os.umask(0o077) == 0o077
