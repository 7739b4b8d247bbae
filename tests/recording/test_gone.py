"""A folder that is moved or deleted while a run is paid for: nothing more is bought, and what was bought is kept."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.config import Settings, ensure_data_folder
from swarm.engine.day_purse import DayPurse
from swarm.errors import DataFolderUnusable, FolderGone
from swarm.models.card import Price
from swarm.models.model import Request
from swarm.recording.events import RunFinished, TurnTaken
from swarm.recording.journal import Journal
from swarm.recording.journal_lines import read_journal
from tests.staging import PaidModel, act, ending_of, played, recipe

PRICE = Price(1.0, 0.1, 4.0, 1.0)


def moved(settings: Settings) -> None:
    settings.data.rename(settings.data.with_name("elsewhere"))


def deleted(settings: Settings) -> None:
    shutil.rmtree(settings.data)


def journals_moved(settings: Settings) -> None:
    settings.journal.rename(settings.data.with_name("elsewhere"))


def journals_deleted(settings: Settings) -> None:
    shutil.rmtree(settings.journal)


def begun_anew(settings: Settings) -> None:
    moved(settings)
    settings.journal.mkdir(parents=True)


WAYS = (moved, deleted, journals_moved, journals_deleted, begun_anew)


def kept_elsewhere(settings: Settings) -> Path:
    [found] = [path for path in settings.data.parent.rglob("r1*.jsonl") if path.is_file()]
    return found


@pytest.mark.parametrize("protocol", ["sequential", "broadcast"])
@pytest.mark.parametrize("vanish", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_bought_once_the_journal_is_gone_and_what_was_bought_is_kept(
    vanish: Callable[[Settings], None], protocol: str, settings: Settings
):
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        if len(asked) == 2:
            vanish(settings)
        return act(request)

    with Journal(settings.journal / "r1.jsonl", paid=True) as journal:
        purse = DayPurse(settings, mind=journal.mind_place)
        model = PaidModel("team", answer, price=PRICE)
        events = played(recipe(protocol, 8, judge=None), model, record=journal.record, purse=purse)
        bought = len(asked)
        with pytest.raises(FolderGone, match="no further call is made"):
            journal.mind_place()
    assert bought == 2
    end = ending_of(events)
    assert (end.status, end.reason) == ("failed", journal.gone)
    place = kept_elsewhere(settings)
    assert str(place) in (end.reason or "")
    kept = read_journal(place)
    # What was announced, and then not sent, is kept as well: it counts as spent, to be on the safe side.
    assert [event for event in events if event not in kept.events] == []
    assert not kept.damaged
    assert [type(event) for event in kept.events].count(TurnTaken) >= bought
    assert isinstance(kept.events[-1], RunFinished)


@pytest.mark.parametrize("vanish", [moved, deleted], ids=lambda way: way.__name__)
def test_the_count_of_a_day_is_not_begun_anew_by_a_folder_that_went_away_in_use(
    vanish: Callable[[Settings], None], settings: Settings
):
    ensure_data_folder(settings)
    vanish(settings)
    with pytest.raises(DataFolderUnusable, match="was moved or deleted while it was in use: put it back"):
        ensure_data_folder(settings)
    assert not settings.data.exists()
