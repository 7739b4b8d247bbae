"""Every number of a list in the dashboard stands in its own column, in its unit."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from pages.experiments import list as experiment_list
from pages.experiments.plan import _show_price
from pages.experiments.view import show_progress
from pages.history import roles_over_runs
from pages.history import table as run_table
from pages.models.catalogue import show_catalogue
from swarm.config import Settings
from swarm.history.rows import row_of
from swarm.history.store import History
from swarm.metrics.over_runs import RoleStep, RunRoles
from swarm.models.card import ModelCard, Price
from swarm.recording.events import RunFinished
from swarm.recording.measures import MEASURES
from tests.distinct import LISTED_VALUES, RECORD
from tests.labels.test_pages import bare, formats, lines, metrics, shown
from tests.labels.test_terminal import EXPERIMENT, PLAN
from tests.made import BAKERY, BEGAN, keep, spec, told, turn, verdict
from tests.pages.test_pages import opened


def test_the_table_of_runs_has_every_number_in_its_own_column():
    (table,) = shown(lambda: run_table.choose_runs([row_of(replace(RECORD, imported="there"))])).dataframe
    assert table.value.iloc[0].to_dict() == {
        "Mission": "Dredge the harbour",
        "Protocol": "Batched",
        "Agents": 23,
        "Quality": 0.69,
        "Status": "Finished",
        "Started": BEGAN,
        "Models": "sim/strong ×16, sim/weak ×7",
        "Kind": "SIMULATED",
        "Shock": "swap to sim/weak",
        "Owner": "ada",
        "Origin": "imported",
        "Level": "Level 3",
        "Depth": 6,
        "Roles": 8,
        "Abstained": 2,
        "Idle by order": 5,
        "Unreadable": 3,
        "No reply": 4,
        **{MEASURES[key].name: value for key, value in LISTED_VALUES.items()},
        "Tokens": 185_677,
        "Cost, $": 2.671875,
        "Time, s": 83.25,
    }
    assert formats(table) == {
        "Started": "YYYY-MM-DD HH:mm Z",
        "Quality": "%.2f",
        **{MEASURES[key].name: f"%.{MEASURES[key].digits}f" for key in LISTED_VALUES},
        "Tokens": "localized",
        "Cost, $": "%.4f",
        "Time, s": "%.1f",
    }


def test_an_experiment_has_every_number_beside_its_label():
    app = shown(
        lambda: _show_price(PLAN),
        lambda: show_progress(EXPERIMENT),
        lambda: experiment_list.choose_from_list([EXPERIMENT]),
    )
    assert [*app.table[0].value.columns] == ["", "Low", "**Expected**", "High"]
    assert lines(app.table[0]) == [
        ["Calls", "1,000", "2,000", "4,000"],
        ["Tokens", "20,300", "50,700", "91,100"],
        ["Time", "11 s", "22 s", "1 min 28 s"],
        ["Price", "$1.50", "$2.50", "$8.50"],
    ]
    assert metrics(app) == {
        "Runs played": "60 of 240",
        "Cut short": "7",
        "Without a score": "3",
        "Simulated cost": "at least $4.50",
    }
    assert bare(app.metric[3].delta) == "$9.50 expected"
    (progress,) = app.get("progress")
    assert (progress.proto.value, progress.proto.text) == (25, "60 of 240 runs · about 9 min 0 s left")
    row = app.dataframe[0].value.iloc[0].to_dict()
    assert row.pop("Started") == BEGAN
    assert row == {
        "Experiment": "Roles",
        "Status": "Running",
        "Played": 0.25,
        "Runs": 240,
        "Arms": 5,
        "Cut short": 7,
        "Not played": 160,
        "Spent, $": 4.5,
        "Of unknown cost": 2,
        "Kind": "SIMULATED",
    }
    assert formats(app.dataframe[0]) == {
        "Played": ("percent", 1),
        "Runs": "localized",
        "Spent, $": "%.2f",
        "Started": "YYYY-MM-DD HH:mm Z",
    }


def test_the_catalogue_has_every_price_in_its_own_column():
    card = ModelCard(
        "acme/x",
        "X",
        "acme",
        keys=("ACME_API_KEY",),
        price=Price(1.5, 0.25, 7.5, 3.5),
        priced_on=date(2026, 11, 1),
        context=128_000,
        max_output=4_321,
    )
    (table,) = shown(lambda: show_catalogue([card])).dataframe
    assert table.value.iloc[0].to_dict() == {
        "Model": "X",
        "Id": "acme/x",
        "Input, $": 1.5,
        "Cached, $": 0.25,
        "Output, $": 7.5,
        "Context, tokens": 128_000,
        "Key": "missing",
        "Priced on": date(2026, 11, 1),
        "Asked at": "–",
        "Note": "",
    }
    dollars = dict.fromkeys(["Input, $", "Cached, $", "Output, $"], "%.3g")
    assert formats(table) == dollars | {"Context, tokens": "localized"}


def test_roles_over_runs_have_every_number_in_its_own_column():
    run = RunRoles(
        "r", BEGAN, "m", "Mission", "shared", "x", 23, True, "north", {1: "Cook"}, frozenset({10, 11})
    )
    step = RoleStep(run, repeats=False, kept=3, both=4, new=5, cumulative=7)
    (table,) = shown(lambda: roles_over_runs._list_runs([step])).dataframe
    assert formats(table) == {"Started": "YYYY-MM-DD HH:mm Z", "Kept their role": "percent"}
    assert table.value.iloc[0].to_dict() == {
        "Run": 1,
        "Mission": "Mission",
        "Started": BEGAN,
        "Kept their role": 0.75,
        "of agents": 4,
        "New roles": 5,
        "So far": 7,
        "Abstained": 2,
        "Open": "/run?run=r",
    }


def test_each_order_of_the_history_puts_its_own_run_first(settings: Settings):
    firsts: dict[str, dict[str, Any]] = {
        "Newest first": {"minute": 9},
        "Oldest first": {"minute": -9},
        "Best quality first": {"judged": verdict(4)},
        "Dearest first": {"usd": 5.0},
        "Longest first": {"seconds": 500.0},
        "Most agents first": {"agents": 9},
    }
    for at, (order, unlike) in enumerate(firsts.items()):
        recipe = spec(replace(BAKERY, title=order), agents=unlike.pop("agents", 3))
        usd, seconds = unlike.pop("usd", 0.5), unlike.pop("seconds", 5.0)
        *rest, end = told(f"run-{at}", recipe, turns=[turn(0)], **unlike)
        assert isinstance(end, RunFinished)
        keep(settings, [*rest, replace(end, t=seconds, spent=replace(end.spent, cost_usd=usd))])
    st.cache_resource.clear()
    for order, by in run_table.ORDERS.items():
        assert History(settings).runs(order=by)[0].mission_title == order
    assert [*firsts] == [*run_table.ORDERS]
    chosen = opened("history/page.py", order="Dearest first").multiselect(key="pick_0").options
    assert " · Dearest first · " in chosen[0]


def test_what_a_composed_run_would_take_stands_in_its_own_line_and_column(settings: Settings):
    st.cache_resource.clear()
    app = opened("compose/page.py", mission="food-festival", agents="8")
    (table,) = [table for table in app.table if "High" in table.value.columns]
    assert [*table.value.columns] == ["", "Low", "**Expected**", "High"]
    (calls, tokens, time, price) = lines(table)
    assert [calls[0], tokens[0], time[0], price[0]] == ["Calls", "Tokens", "Time", "Price"]
    assert calls[1:] == ["9", "9", "9"]
    low, expected, high = (int(each.replace(",", "")) for each in tokens[1:])
    assert 1_000 < low < expected < high
    assert [each[0] for each in price[1:]] == ["$", "$", "$"]
    assert price[1:] == sorted(price[1:])
    assert all(re.fullmatch(r"[\d.]+ (ms|s)", each) for each in time[1:])
