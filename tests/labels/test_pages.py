"""Every number of a run stands beside its own label in the dashboard, in its unit."""

import json
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.run.heading import show_numbers
from pages.run.hierarchy import depth_in_words
from pages.run.idle import show_idle
from pages.run.measures import show_measures
from pages.run.recipe import show_recipe
from pages.run.roles import show_roles
from pages.run.seats import list_seats, show_participation
from pages.run.spending import show_spending
from pages.run.timeline import timeline_in_words
from pages.run.turn_card import show_turn
from pages.run.verdict import show_verdict
from pages.side_by_side.runs import FACTS
from pages.start.side_by_side import show_counters
from swarm.organization.graph import seats_of
from swarm.recording.search import Found
from tests.distinct import LISTED_SAID, NAMES, OTHER, OTHER_SAID, POINTS, RECORD, TURNS, VERDICT

SEATS = seats_of(RECORD)


def page() -> None:
    """A script that shows the views that its session holds."""
    import streamlit as st

    for show in st.session_state["views"]:
        show()


def shown(*views: Callable[[], object]) -> AppTest:
    """A page of these views."""
    app = AppTest.from_function(page, default_timeout=30)
    app.session_state["views"] = views
    app.run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: bare(metric.value) for metric in app.metric}


def bare(text: str) -> str:
    """A text without the marks that keep it from being markup."""
    return text.replace("\\", "")


def formats(frame: Any) -> dict[str, Any]:
    """How the numbers of a table are written, by column; of a bar, also where it is full."""
    kinds = {name: config.get("type_config", {}) for name, config in json.loads(frame.proto.columns).items()}
    return {
        name: (kind["format"], kind["max_value"]) if kind["type"] == "progress" else kind["format"]
        for name, kind in kinds.items()
        if kind.get("format")
    }


def lines(table: Any) -> list[list[str]]:
    return [[bare(str(cell)) for cell in row] for row in table.value.to_numpy().tolist()]


def test_the_headline_of_a_run_has_every_number_beside_its_label():
    assert metrics(shown(lambda: show_numbers(RECORD))) == {
        "Quality": "0.69",
        "Depth": "6",
        "Active": "9 of 23",
        "Tokens": "185,677",
        "Cost": "$2.67",
        "Time": "1 min 23 s",
    }
    assert metrics(shown(lambda: show_counters(RECORD))) == {
        "Active": "9 of 23",
        "Abstained": "2",
        "Depth": "6",
        "Time": "1 min 23 s",
        "Tokens": "185,677",
        "Quality": "0.69",
    }


def test_each_measure_of_a_run_stands_in_its_own_line():
    (table,) = shown(lambda: show_measures(RECORD)).table
    assert [[name.partition("**  ")[0].strip("*"), value] for name, value in lines(table)] == [
        ["Hierarchy depth", "6"],
        ["Visibility chain", "9"],
        ["Inequality of effort", "0.44"],
        ["Distinct roles", "9 / 8 / 7"],
        ["Role evenness", "0.98"],
        *([name, said] for name, said in LISTED_SAID.items()),
        ["Passed on word for word", "none"],
        ["Coordination overhead", "0.06"],
        ["Quality per 1,000 tokens", "0.0040"],
        ["Quality per dollar", "0.31"],
    ]


def test_what_a_run_took_stands_in_its_own_line_and_column():
    app = shown(lambda: show_spending(RECORD, SEATS))
    sums, agents = app.dataframe
    assert [*sums.value.columns] == ["", "Team", "Judge", "Unfinished", "Whole run"]
    assert lines(sums) == [
        ["Input tokens", "164,100", "12,600", "777", "177,477"],
        ["of them cached", "45,987", "3,182", "71", "49,240"],
        ["Output tokens", "7,641", "526", "33", "8,200"],
        ["Cost", "$2.20", "$0.4062", "$0.0625", "$2.67"],
    ]
    assert agents.value.iloc[7].to_dict() == {
        "Agent": 8,
        "Cost, $": 0.140625,
        "Time, s": 1.5625,
        "Input tokens": 10_900,
        "of them cached": 3_063,
        "Output tokens": 509,
        "Role": "Tailor",
    }
    assert formats(agents) == {
        "Input tokens": "localized",
        "of them cached": "localized",
        "Output tokens": "localized",
        "Cost, $": "%.4f",
        "Time, s": "%.1f",
    }
    assert (
        "27 calls in 1 min 23 s. Plans and announcements took 6% of the team's tokens."
        in app.caption[0].value
    )


def test_what_became_of_the_seats_stands_beside_its_label():
    app = shown(lambda: show_participation(RECORD.participation, "finished"), lambda: show_idle(RECORD))
    assert app.caption[0].value == (
        "**9** active · **2** abstained by choice · **5** idle by order · **3** unreadable reply · **4** no reply"
    )
    assert bare(app.markdown[0].value) == "14 of 23 agents did not work."
    assert metrics(app) == {
        "Abstained by choice": "2",
        "Idle by order": "5",
        "Unreadable reply": "3",
        "No reply": "4",
    }
    (reasons,) = app.table
    assert [line[:2] for line in lines(reasons)][:5] == [
        ["19–23 (5 agents)", "Idle by order"],
        ["10", "Abstained by choice"],
        ["11", "Abstained by choice"],
        ["12", "Unreadable reply"],
        ["13", "Unreadable reply"],
    ]
    (seats,) = shown(lambda: list_seats(SEATS)).dataframe
    assert seats.value.iloc[7].to_dict() == {
        "Agent": 8,
        "Doing": "contributed",
        "Role": "Tailor",
        "Tokens": 11_409,
    }


def test_roles_are_counted_beside_their_labels():
    app = shown(lambda: show_roles(RECORD))
    assert metrics(app) == {
        "Names as written": "9",
        "Names, normalised": "8",
        "Kinds of role": "7",
        "Evenness": "0.98",
        "From the mission": "12%",
    }
    assert app.markdown[0].value.startswith(
        "**9 agents** contributed in **9 roles** by name, **7 kinds** of work."
    )
    told = {
        (row["Role"], row["Agent numbers"], row["Alike to"]) for _, row in app.dataframe[0].value.iterrows()
    }
    assert {each for each in told if isinstance(each[2], str)} == {
        ("Cook", "1", "Cook"),
        ("Cooks", "2", "Cook"),
        ("Harbour pilot", "4", "Harbour pilot"),
        ("Pilot", "5", "Harbour pilot"),
    }
    assert {role: seats for role, seats, _ in told} == {name: str(seat) for seat, name in enumerate(NAMES, 1)}


def test_a_verdict_has_every_criterion_with_its_own_points_and_reason():
    app = shown(lambda: show_verdict(VERDICT, "sim/judge", ended=True))
    assert metrics(app) == {"Quality": "0.69", "Mission relevance": "1 of 4"}
    assert app.caption[0].value.startswith("Quality = (4 + 3 + 2 + 2) / 16 = 0.69.")
    for (points, why), (name, given) in zip(lines(app.table[0]), POINTS.items(), strict=True):
        assert points == f"{'●' * given}{'○' * (4 - given)}  \n:gray[{given} of 4]"
        assert why.startswith(f"**{name.replace('_', ' ').capitalize()}**")
        assert why.endswith(f"because of {name}")


def test_a_turn_says_what_it_took_itself():
    app = shown(lambda: show_turn(RECORD, Found(TURNS[8])), lambda: show_turn(RECORD, Found(TURNS[5])))
    told = [caption.value for caption in app.caption if "tokens" in caption.value]
    assert [bare(each) for each in told] == [
        "Reports to agent 5 · 11,409 tokens · cost $0.1406, simulated · took 1.6 s",
        "Builds on agent 4 · 11,106 tokens · cost $0.0938, simulated · took 1.4 s",
    ]


def test_sentences_of_a_run_have_its_own_numbers():
    assert depth_in_words(RECORD) == (
        "Depth 6: agent 6 (Welder) builds on agent 5 (Pilot), who leans, through 3 more agents, on agent 1 (Cook); 2 "
        "more stand as deep. Depth 1 would mean that everybody worked side by side."
    )
    assert timeline_in_words(RECORD).startswith(
        "18 agents took 1 min 15 s without the judge, one turn after another; the longest, agent 3's, took 7% of the "
        "time."
    )


def test_a_recipe_has_every_setting_and_limit_beside_its_label():
    app = shown(lambda: show_recipe(RECORD))
    (table,) = app.table
    facts = {name: bare(value) for name, value in table.value["value"].items()}
    assert facts.pop("Recipe").startswith("fingerprint ")
    assert facts == {
        "Mission": "Dredge the harbour",
        "Protocol": "Batched",
        "Options": "size = 11",
        "Models": "16 × sim/strong, 7 × sim/weak",
        "Judge": "sim/judge",
        "Limits": "7 dollars, 990000 tokens, 61 calls, 4321 seconds",
        "Seed": "47",
        "Shock": "swap to sim/weak",
        "Organization": "north",
        "Roles remembered from earlier missions": "0",
        "Prompts": "version p12",
        "Roleless": "version 9.8",
    }
    assert app.code[0].value.partition(" run ")[2] == (
        "--mission harbour --protocol batched --option size=11 --agents 23 --model '16 sim/strong, 7 sim/weak' --judge "
        "sim/judge --seed 47 --shock swap --shock-model sim/weak --max-usd 7 --max-tokens 990000 --max-calls 61 "
        "--timeout-s 4321 --organization north"
    )


def test_runs_in_columns_have_every_fact_in_the_line_of_its_own():
    assert {name: (say(RECORD), say(OTHER)) for name, _, say in FACTS} == {
        "Status": ("Finished", "Finished"),
        "Team": ("16 × sim/strong, 7 × sim/weak", "19 × sim/strong"),
        "Seed": ("47", "53"),
        "Quality": ("0.69", "0.25"),
        "Depth": ("6", "4"),
        "Active": ("9 of 23", "5 of 19"),
        "Abstained": ("2", "1"),
        "Idle by order": ("5", "8"),
        "Unreadable": ("3", "3"),
        "No reply": ("4", "2"),
        "Different roles": ("8", "4"),
        **{name: (said, OTHER_SAID[name]) for name, said in LISTED_SAID.items()},
        "Words delivered": ("45", "5"),
        "Tokens": ("185,677", "52,300"),
        "Cost": ("$2.67", "$0.75"),
        "Time": ("1 min 23 s", "7.5 s"),
    }
