"""Every number of a run stands under its own name, wherever a machine reads it."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from swarm.cell import Cell, Condition
from swarm.cli.history import list_runs, show
from swarm.config import Settings
from swarm.export import export_run
from swarm.history.rows import COLUMNS, RunRow, columns_of, row_of, turn_cells
from swarm.history.store import History
from swarm.metrics.roles import normalise
from swarm.recording.measures import summary
from swarm.recording.record import record_of
from swarm.turn import Usage
from tests import distinct
from tests.distinct import LISTED_VALUES, MORE_VALUES, NAMES, RECORD, RUN_ID, SPENT, TURNS, VERDICT, events
from tests.made import BEGAN, keep

SUMS = {
    "everything": (SPENT, Usage(177_477, 49_240, 8_200, 2.671875, written_tokens=1_154)),
    "the team": (RECORD.spending.team, Usage(164_100, 45_987, 7_641, 2.203125, written_tokens=1_023)),
    "the judge": (RECORD.spending.judge, Usage(12_600, 3_182, 526, 0.40625, written_tokens=118)),
}
PARTICIPATION = {"active": 9, "abstained": 2, "directed_idle": 5, "unparsed": 3, "failed": 4}
ABOUT = {
    "run_id": RUN_ID,
    "status": "finished",
    "protocol": "batched",
    "agents": 23,
    "seed": 47,
    "simulated": True,
    "imported": None,
    "owner": "ada",
    "quality": 0.6875,
    "mission_relevance": 1,
    "depth": 6,
    **PARTICIPATION,
    "distinct_roles": 8,
    "input_tokens": 177_477,
    "cached_tokens": 49_240,
    "output_tokens": 8_200,
    "cost_usd": 2.671875,
    "duration_s": 83.25,
}
"""What the summary and the history call by the same names."""
SUMMARY = (
    ABOUT
    | MORE_VALUES
    | {
        "models": {"sim/strong": 16, "sim/weak": 7},
        "shock": "swap",
        "roles": [*NAMES],
        "deliverable": distinct.DELIVERABLE,
        "estimated": False,
    }
)
ROW = RunRow(
    **ABOUT,
    more=MORE_VALUES,
    started=BEGAN,
    reason=None,
    mission_id="harbour",
    mission_title="Dredge the harbour",
    level="L3",
    models="sim/strong ×16, sim/weak ×7",
    judge="sim/judge",
    unscored=None,
    judge_cost_usd=0.40625,
    organization="north",
    experiment="exp",
    options='{"size":11}',
    shock="swap to sim/weak",
    prompts="p12 m34",
    as_run=11 / 16,
)


@pytest.mark.parametrize("name", SUMS)
def test_each_kind_of_token_is_added_up_by_itself(name: str):
    assert SUMS[name][0] == SUMS[name][1]


def test_a_summary_has_every_number_under_its_own_name():
    assert summary(RECORD) == SUMMARY


def test_a_summary_has_seconds_to_the_millisecond():
    assert summary(replace(RECORD, duration_s=1.23456))["duration_s"] == 1.235


def test_a_run_that_ended_early_says_why_in_its_row():
    ended = replace(
        RECORD, status="limited", reason="too dear", verdict=replace(VERDICT, unscored="no", scores=())
    )
    row = row_of(ended)
    assert (row.status, row.reason, row.unscored, row.quality) == ("limited", "too dear", "no", None)


def test_the_history_has_every_number_under_its_own_name(
    settings: Settings, capsys: pytest.CaptureFixture[str]
):
    keep(settings, events(experiment="exp"))
    history = History(settings)
    assert history.runs() == [ROW]
    assert history.run(RUN_ID) == replace(RECORD, experiment="exp")
    frame = history.frame()
    assert [*frame.columns] == [*COLUMNS]
    assert known(frame.iloc[0]) == known(columns_of(ROW))
    list_runs(as_json=True)
    assert json.loads(capsys.readouterr().out) == [columns_of(ROW) | {"started": "2026-11-22T13:00:00Z"}]
    show(RUN_ID, as_json=True)
    assert json.loads(capsys.readouterr().out) == SUMMARY
    assert history.cells() == [replace(CELL, began=(BEGAN.timestamp(),), experiments=frozenset({"exp"}))]
    turns = history.turns_frame().drop(columns="text").to_dict("records")
    told = [{**turn_cells(RUN_ID, turn)} for turn in TURNS]
    assert [known(row) for row in turns] == [known(cells | {"body": None}) for cells in told]


def known(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells that are not missing, as plain values."""
    listed = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in cells.items()}
    return {name: value for name, value in listed.items() if value is not None and value == value}


CELL = Cell(
    Condition(
        True,
        "batched",
        '{"size":11}',
        "sim/strong ×16, sim/weak ×7",
        23,
        "swap to sim/weak",
        "sim/judge",
        "p12 m34",
    ),
    "harbour",
    "Dredge the harbour",
    "L3",
    0,
    (47,),
    {
        "quality": (0.6875,),
        "mission_relevance": (1.0,),
        "depth": (6.0,),
        "abstained": (2 / 23,),
        "directed_idle": (5 / 23,),
        "idle": (14 / 23,),
        "unusable": (7 / 23,),
        "roles": (8 / 9,),
        "roles_as_written": (1.0,),
        "tokens": (185_677.0,),
        "cost_usd": (2.671875,),
        "duration_s": (83.25,),
        **{key: (value,) for key, value in LISTED_VALUES.items()},
        "efficiency": (pytest.approx(0.6875 / 171.741),),
    },
)
"""What is measured of the run when it is compared."""


def test_a_turn_in_the_history_has_every_number_under_its_own_name():
    turn = TURNS[8]
    assert {name: value for name, value in turn_cells("r", turn).items() if name != "body"} == {
        "run_id": "r",
        "index": 8,
        "seat": 8,
        "round": 2,
        "cue": "contribute",
        "action": "contribute",
        "role": "Tailor",
        "role_normalised": normalise("Tailor"),
        "reason": "reason 8",
        "words": 8,
        "characters": 47,
        "builds_on": [],
        "reports_to": 5,
        "input_tokens": 10_900,
        "cached_tokens": 3_063,
        "output_tokens": 509,
        "cost_usd": 0.140625,
        "started_s": 27.0,
        "ended_s": 28.5625,
    }


# Tables.

EIGHTH = {
    "run_id": RUN_ID,
    "simulated": True,
    "imported": None,
    "protocol": "batched",
    "index": 8,
    "seat": 8,
    "round": 2,
    "cue": "contribute",
    "action": "contribute",
    "role": "Tailor",
    "reason": "reason 8",
    "text": "work8 " * 7 + "work8",
    "builds_on": "",
    "reports_to": 5,
    "heard": "2.1 2.2 2.3 2.4 2.5 2.6 2.7",
    "model": "sim/strong",
    "input_tokens": 10_900,
    "cached_tokens": 3_063,
    "output_tokens": 509,
    "cost_usd": 0.140625,
    "estimated": False,
    "started_s": 27.0,
    "ended_s": 28.5625,
}
"""The row of a turn in the tables."""


def test_a_table_has_every_number_of_a_turn_in_its_own_column():
    table = pd.read_parquet(io.BytesIO(export_run(RECORD, "parquet")))
    assert [*table.columns] == [*EIGHTH]
    assert known(table.iloc[8]) == known(EIGHTH)
    assert table["model"].tolist() == [RECORD.spec.team.seats[turn.seat - 1].model for turn in TURNS]
    assert Counter(table["model"]) == {"sim/strong": 17, "sim/weak": 2}
    assert table["ended_s"].tolist() == [turn.calls[-1].ended_s for turn in TURNS]


def test_a_spreadsheet_says_what_the_table_says():
    text = export_run(RECORD, "csv").decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text, newline=""))]
    assert rows[8] == {name: "" if value is None else str(value) for name, value in EIGHTH.items()}
    assert [row["seat"] for row in rows] == [str(turn.seat) for turn in TURNS]


# Programs.


def test_a_bundle_holds_the_record_and_its_summary():
    bundle = json.loads(export_run(RECORD, "json"))
    assert bundle["summary"] == SUMMARY
    assert (bundle["simulated"], bundle["prompts"]) == (True, "p12")


def test_a_role_graph_has_every_number_of_a_seat_under_its_own_name():
    graph = nx.read_graphml(io.BytesIO(export_run(RECORD, "graphml")), node_type=int)
    assert graph.nodes[8] == {
        "number": 8,
        "model": "sim/strong",
        "standing": "active",
        "role": "Tailor",
        "cluster": "Tailor",
        "shared_by": 1,
        "leads": False,
        "layer": 6,
        "reason": "reason 8",
        "tokens": 11_409,
        "builds_on": "",
        "reports_to": "5",
    }
    assert {seat for seat, leads in graph.nodes(data="leads") if leads} == {distinct.LEADER}
    assert graph.nodes[2]["tokens"] == 10_100 + 501 + 10_300 + 503
    assert (graph.nodes[4]["builds_on"], graph.nodes[1]["shared_by"], graph.nodes[4]["layer"]) == ("3", 2, 4)
    assert dict(graph.edges) == {(seat, seat - 1): {"kinds": "builds_on"} for seat in range(2, 7)} | {
        (seat, 5): {"kinds": "reports_to"} for seat in (8, 9)
    }


def test_a_record_read_from_its_events_has_every_field():
    imported = record_of(events(imported="there", experiment="exp", price_table="t56"))
    assert (imported.imported, imported.experiment, imported.price_table) == ("there", "exp", "t56")
    assert (imported.owner, imported.version, imported.calls) == ("ada", "9.8", 27)
    assert (imported.duration_s, imported.started, imported.struck) == (83.25, BEGAN, RECORD.struck)
