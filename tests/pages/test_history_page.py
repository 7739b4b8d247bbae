"""The History page: each filter and each order by its own column, the chosen line, and no other, acted upon."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pandas
import pytest
import streamlit as st
from pyarrow import parquet

from pages.history.table import choose_runs
from pages.shared.exports import runs_csv, runs_parquet
from swarm.history.rows import RunFilter, RunRow
from swarm.history.store import History
from swarm.mission import Mission
from swarm.recording.measures import LISTED, MEASURES
from swarm.shock import Shock
from tests.drawn import drawn, line_of, words_on
from tests.made import BEGAN, keep, verdict
from tests.pages.test_pages import keep_run, opened
from tests.recorded import a_turn, events_of

PAGE = "history/page.py"


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def turns(number: int, cost: float) -> list:
    """So many turns that cost so much in all."""
    [asked] = a_turn(1).calls
    paid = replace(asked, usage=replace(asked.usage, cost_usd=cost / number))
    return [replace(a_turn(seat), calls=(paid,)) for seat in range(1, number + 1)]


RUNS: dict[str, dict] = {
    "Ark": {"agents": 2, "turns": 2, "cost": 0.3, "points": 2, "level": "L1", "spec": {"protocol": "shared"}},
    "Bee": {
        "agents": 5,
        "turns": 1,
        "cost": 0.1,
        "points": 4,
        "level": "L2",
        "spec": {"models": ("sim/weak",)},
    },
    "Cow": {"agents": 3, "turns": 3, "cost": 0.5, "points": 1, "level": "L3", "simulated": False},
    "Dog": {"agents": 1, "turns": 1, "cost": 0.4, "ending": "failed"},
    "Elk": {"agents": 7, "turns": 4, "cost": 0.2, "points": 3, "spec": {"shock": Shock.named("hub")}},
}
"""By the title of the mission; no two are alike in anything that can be filtered or sorted by."""


@pytest.fixture
def kept(settings) -> dict[str, str]:
    """The ids of these runs by their titles, each begun a minute after the one before."""
    ids = {}
    for minute, (title, about) in enumerate(RUNS.items()):
        more = {
            name: value for name, value in about.items() if name in ("agents", "spec", "ending", "simulated")
        }
        ids[title] = keep_run(
            settings,
            turns(about["turns"], about["cost"]),
            run_id=f"20261122-120000-{title.lower().encode().hex()}",
            minute=minute,
            mission=Mission(title.lower(), title, "Do it.", level=about.get("level")),
            judged=verdict(about["points"]) if "points" in about else None,
            **more,
        )
    return ids


def listed(app) -> list[str]:
    """The missions of the table, from top to bottom."""
    return [*app.dataframe[0].value["Mission"]] if app.dataframe else []


def select(app, *places: int):
    """Choose lines of the table."""
    app.session_state[app.dataframe[0].key] = {"selection": {"rows": [*places], "columns": [], "cells": []}}
    return app.run()


SORTED = {
    "Newest first": "Elk Dog Cow Bee Ark",
    "Oldest first": "Ark Bee Cow Dog Elk",
    "Best quality first": "Bee Elk Ark Cow Dog",
    "Dearest first": "Cow Dog Ark Elk Bee",
    "Longest first": "Elk Cow Ark Bee Dog",
    "Most agents first": "Elk Bee Cow Ark Dog",
}
FILTERED = {
    "find": ("text_input", "BEE", "", "Bee"),
    "kind": ("segmented_control", "Real", "All", "Cow"),
    "of_protocol": ("multiselect", ["shared"], [], "Ark"),
    "of_model": ("multiselect", ["sim/weak"], [], "Bee"),
    "of_status": ("multiselect", ["failed"], [], "Dog"),
}
"""Of each filter: its widget, a value, the value that filters nothing, and what is left."""


def test_each_order_and_each_filter_goes_by_its_own_column(kept):
    app = opened(PAGE)
    assert [*app.selectbox(key="order").options] == [*SORTED]
    for order, expected in SORTED.items():
        assert listed(app.selectbox(key="order").set_value(order).run()) == expected.split(), order
    app.selectbox(key="order").set_value("Newest first")
    for key, (kind, value, nothing, expected) in FILTERED.items():
        getattr(app, kind)(key=key).set_value(value)
        assert listed(app.run()) == [expected], key
        getattr(app, kind)(key=key).set_value(nothing)
    app.segmented_control(key="kind").set_value("Simulated")
    assert listed(app.run()) == ["Elk", "Dog", "Bee", "Ark"]


def test_what_is_done_is_done_to_the_line_that_was_chosen(kept, settings):
    app = opened(PAGE, order="Oldest first")
    assert "Bee" in words_on(select(app, 1), "markdown")
    app.button(key="delete").click().run()
    app.button(key="delete").click()  # Without a browser, a dialog lives for one run of the page only.
    app.button(key="really_delete").click().run()
    assert listed(app) == ["Ark", "Cow", "Dog", "Elk"]
    assert "Deleted: Bee" in words_on(app)
    assert "delete" not in [button.key for button in app.button]
    assert {row.run_id for row in History(settings).runs()} == {*kept.values()} - {kept["Bee"]}
    select(app, 1).button(key="open").click().run()
    assert app.query_params["run"] == kept["Cow"]
    app.switch_page(f"../{PAGE}")
    app.query_params["order"] = "Oldest first"
    app.run().multiselect(key="pick_1").set_value([kept["Elk"]])
    select(app, 2).button(key="compare").click().run()
    assert app.query_params["run"] == [kept["Dog"], kept["Elk"]]


def test_the_second_page_goes_on_where_the_first_ends_and_leads_to_its_own_runs(settings):
    events = [
        event
        for number in range(60)
        for event in events_of([a_turn(1)], run_id=f"20261122-120000-{number:06x}", minute=number)
    ]
    keep(settings, events, "many")
    app = opened(PAGE)
    first = [*app.dataframe[0].value["Started"]]
    assert len(first) == 50
    app.session_state["history_page"] = 2
    second = [*app.run().dataframe[0].value["Started"]]
    assert [*first, *second] == [BEGAN + timedelta(minutes=59 - number) for number in range(60)]
    select(app, 3).button(key="open").click().run()
    assert app.query_params["run"] == "20261122-120000-000006"


ROW = RunRow(
    run_id="20261122-120000-abcdef", started=BEGAN, status="limited", reason="a limit", mission_id="own",
    mission_title="=Ark", level="L3", protocol="fixed_roles", models="+m ×6", agents=6, seed=7, simulated=True,
    judge="sim/judge", quality=0.8125, mission_relevance=4, unscored=None, depth=8, active=9, abstained=10,
    directed_idle=11, unparsed=12, failed=13, distinct_roles=14, input_tokens=1500, cached_tokens=160,
    output_tokens=17, cost_usd=1.8, judge_cost_usd=0.19, duration_s=20.5, organization="town", imported="there",
    experiment="grid-1", options="{}", shock="swap to sim/weak", prompts="p1", owner="@ann",
    more={key: 21.5 + at for at, key in enumerate(LISTED)},
)  # fmt: skip
"""No two numbers of it are the same."""


def test_every_number_of_a_run_stands_under_its_own_head():
    app = drawn(choose_runs, [ROW, replace(ROW, run_id="b", simulated=False, imported=None, level=None)])
    assert line_of(app.dataframe[0]) == {
        "Mission": "'=Ark", "Protocol": "Fixed roles", "Agents": 6, "Quality": 0.81, "Status": "Limit reached",
        "Started": BEGAN, "Models": "'+m ×6", "Kind": "SIMULATED", "Shock": "swap to sim/weak", "Owner": "'@ann",
        "Origin": "imported", "Level": "Level 3", "Depth": 8, "Roles": 14, "Abstained": 10, "Idle by order": 11,
        "Unreadable": 12, "No reply": 13, "Tokens": 1517,
        **{MEASURES[key].name: 21.5 + at for at, key in enumerate(LISTED)}, "Cost, $": 1.8, "Time, s": 20.5,
    }  # fmt: skip
    other = line_of(app.dataframe[0], 1)
    assert [other[name] for name in ("Kind", "Origin", "Level")] == ["real", "here", "own"]


def test_files_of_the_history_hold_the_runs_of_the_filter_and_no_formula(settings):
    for title, protocol in (("=1+1", "shared"), ("Calm", "solo")):
        keep_run(settings, mission=Mission("own", title, "Do it."), spec={"protocol": protocol})
    where = RunFilter(protocols=("shared",))
    table = pandas.read_csv(io.BytesIO(drawn(runs_csv, where).session_state["returned"]))
    assert [*table["mission_title"]] == ["'=1+1"]
    kept = pandas.read_parquet(io.BytesIO(drawn(runs_parquet, where).session_state["returned"]))
    assert [*kept["mission_title"]] == ["=1+1"]
    assert table["started"][0].endswith("+00:00")
    assert datetime.fromisoformat(table["started"][0]) == kept["started"][0]
    nothing = drawn(runs_parquet, RunFilter(text="nowhere")).session_state["returned"]
    schemas = [
        parquet.read_schema(io.BytesIO(each))
        for each in (nothing, drawn(runs_parquet, RunFilter()).session_state["returned"])
    ]
    assert schemas[0].equals(schemas[1])
    assert "null" not in {str(kind) for kind in schemas[0].types}
