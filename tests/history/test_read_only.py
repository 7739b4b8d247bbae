"""A data folder that cannot be written can be looked at, and nothing in it changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from swarm import config
from swarm.config import Settings, is_read_only, read_settings
from swarm.engine.day_purse import DayPurse
from swarm.engine.launch import launch
from swarm.errors import DataFolderUnusable
from swarm.history.store import History
from tests.history.test_history import everything
from tests.made import keep, spec, told
from tests.pages.test_pages import PAGES, opened

Lock = Callable[[], None]


@pytest.fixture
def lock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """From then on nothing may be written to the data folder; permissions would not keep a superuser from it."""
    access = os.access

    def denied(path: Path, mode: int) -> bool:
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(settings.data))

    return lambda: monkeypatch.setattr(config.os, "access", denied)


def state_of(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("taken_in", ["all", "some", "nothing", "damaged"])
def test_all_runs_are_there_and_nothing_changes(
    taken_in: str, settings: Settings, lock: Lock, caplog: pytest.LogCaptureFixture
):
    keep(settings, told("run0"))
    if taken_in != "nothing":
        History(settings).count()
    if taken_in == "damaged":
        settings.history.write_bytes(b"garbage")
    if taken_in != "all":
        keep(settings, told("run1", minute=1))
    lock()
    before = state_of(settings.data)
    history = History(settings)
    found = everything(history)
    assert everything(history) == found
    assert history.count() == (1 if taken_in == "all" else 2)
    assert history.state()[0] == history.count()
    assert history.experiments() == []
    assert state_of(settings.data) == before
    assert [said for said in caplog.messages if "is read-only" in said] == [caplog.messages[0]]


def test_whatever_would_write_refuses_in_one_sentence(settings: Settings, lock: Lock):
    keep(settings, told("run0"))
    lock()
    for write in (
        lambda: launch(spec(), settings),
        History(settings).rebuild,
    ):
        with pytest.raises(DataFolderUnusable, match="Set ROLELESS_DATA to a folder that can be written"):
            write()
    assert DayPurse(settings).so_far().spent == 0


def test_a_folder_that_is_not_there_is_no_read_only_one(tmp_path: Path):
    assert not is_read_only(read_settings({"ROLELESS_DATA": str(tmp_path / "none")}))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_once_that_the_folder_is_read_only(page: str, settings: Settings, lock: Lock):
    keep(settings, told("run0"))
    lock()
    st.cache_resource.clear()
    app = opened(page)
    assert not app.error
    assert sum("nothing can be run" in each.value for each in app.info) == 1
