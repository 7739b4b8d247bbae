"""Whose a run is: recorded when it begins, shown wherever runs are told of, and never believed of a file."""

import asyncio
import json
from dataclasses import replace

import pytest

from swarm.config import read_settings
from swarm.engine.compose import compose
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.export import export_run
from swarm.export.intake import import_run
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from swarm.recording.events import RunStarted, from_json, to_json
from swarm.recording.record import RunRecord, record_of
from tests.engine.test_processes import MISSION
from tests.made import keep, told
from tests.warm import swarm

ADA = "ada@example.org"


@pytest.mark.parametrize(
    ("said", "owner"),
    [("", "local"), ("  ", "local"), (f" {ADA} ", ADA), ("a\x1b[31m\nb", "a[31mb"), ("x" * 500, "x" * 120)],
)
def test_an_owner_is_one_short_line(said: str, owner: str):
    assert read_settings({"ROLELESS_OWNER": said}).owner == owner


def test_a_run_tells_whose_it_is_in_every_list(settings):
    ran = json.loads(swarm("run", *MISSION, "--agents", "1", "--json", ROLELESS_OWNER=ADA).stdout)
    keep(settings, told("20260101-000000-aaaaaa"))
    assert ran["owner"] == ADA
    assert json.loads(swarm("show", ran["run_id"], "--json").stdout)["owner"] == ADA
    assert History(settings).run(ran["run_id"]).owner == ADA
    assert sorted(History(settings).frame(RunFilter())["owner"]) == [ADA, "local"]
    assert [row.run_id for row in History(settings).runs(RunFilter(text="ADA@"))] == [ran["run_id"]]


def test_a_run_of_before_owners_were_recorded_is_local(settings):
    first, *rest = told("20260101-000000-aaaaaa")
    fields = json.loads(to_json(first))
    del fields["owner"]
    old = from_json(json.dumps(fields).encode())
    assert isinstance(old, RunStarted)
    keep(settings, [old, *rest])
    assert [row.owner for row in History(settings).runs()] == ["local"]


def test_an_imported_run_is_the_importers_whatever_its_file_says(settings, monkeypatch: pytest.MonkeyPatch):
    spec = compose(
        Wish(find_mission(load_library(settings.mission_folders), "food-festival"), agents=1), settings
    )

    async def played() -> RunRecord:
        return record_of([event async for event in play(spec)])

    record = asyncio.run(played())
    bundle = export_run(replace(record, owner="somebody-else"), "json")
    assert b"somebody-else" in bundle
    monkeypatch.setenv("ROLELESS_OWNER", ADA)
    imported = History(settings).run(import_run(read_settings(), bundle))
    assert (imported.owner, imported.imported) == (ADA, record.run_id)
