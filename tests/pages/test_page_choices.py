"""What somebody chooses, clicks or types on a page is what is shown, started or asked, and nothing beside it."""

from dataclasses import replace

import pytest
import streamlit as st

from pages.claims.detail import _side_cells
from pages.claims.list import choose_claims, show_claims
from pages.drop_my_roles.given_team import show_given_team
from pages.experiments import status as experiment_status
from pages.experiments.over_arms import show_team_sizes
from pages.experiments.threshold import show_threshold
from pages.models.test_message import show_reply
from pages.run import heading as run_heading
from pages.run.organization import show_seat, unfold_clicked
from pages.run.verdict import show_verdict
from pages.shared import state
from pages.shared.badges import STATUS
from pages.shared.resources import cells as stored_cells
from swarm.claims.evidence import SideRuns
from swarm.claims.judging import judge_claims
from swarm.config import read_settings
from swarm.engine.day_purse import DayPurse, Today
from swarm.grid import Experiment, Terms
from swarm.history.rows import RunFilter
from swarm.models.card import Price
from swarm.organization.graph import seats_of
from swarm.organization.grouping import group_of
from swarm.teams.reading.given import GivenRole, GivenTeam, Note
from swarm.verdict import Verdict
from tests.claims.test_claims import BOOK, a_cell, general
from tests.claims.test_claims import GENERAL as A_CLAIM
from tests.comparison.test_over_arms import team as a_team
from tests.comparison.test_threshold import model as a_model
from tests.drawn import drawn, line_of, words_on
from tests.pages.test_page_numbers import ROW
from tests.pages.test_pages import keep_run, opened
from tests.recorded import a_record, a_turn
from tests.staging import PaidModel
from tests.teams.test_verdict import GRID


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def test_a_card_leads_to_its_own_run(settings):
    runs = [keep_run(settings, run_id=f"20261122-120000-{minute:06x}", minute=minute) for minute in range(3)]
    app = opened("start/page.py")
    app.button(key=f"open_{runs[1]}").click().run()
    assert app.query_params["run"] == runs[1]


def test_an_agent_that_is_chosen_is_told_by_its_own_last_words_and_links():
    turns = [
        a_turn(1, text="First."),
        a_turn(2, role="Clerk", text="Middle.", builds_on=[1], reason="Needed.", tokens=500),
        replace(
            a_turn(2, role="Clerk", text="Latest.", builds_on=[1], reports_to=4, reason="Needed."), round=2
        ),
        a_turn(3, builds_on=[2]),
        a_turn(4, "plan"),
        a_turn(5, reports_to=2),
    ]
    record = a_record([replace(turn, index=index) for index, turn in enumerate(turns)])
    app = drawn(show_seat, record, seats_of(record), 2)
    assert [each.value for each in app.text] == ["Latest."]
    said = words_on(app)
    assert "**Clerk** :gray[contributed]" in said
    assert "Builds on 1 · reports to 4 · used by 3, 5 · 900 tokens." in said


def test_a_click_chooses_and_a_second_one_lets_go():
    def clicks():
        told = []
        for number in (3, 5, 5, 4, None):
            state.click("graph", number)
            told.append((state.chosen("graph"), state.take_click("graph"), state.take_click("graph")))
        return told

    expected = [(3, 3, None), (5, 5, None), (None, 5, None), (4, 4, None), (None, None, None)]
    assert drawn(clicks).session_state["returned"] == expected


def test_a_click_on_a_folded_node_unfolds_its_group_and_one_on_a_seat_does_not():
    turns = [
        a_turn(1, role="Clerk"),
        *(a_turn(seat, role="Cook") for seat in (2, 3)),
        a_turn(4, role="Scout"),
    ]
    seats = seats_of(a_record(turns))

    def clicks(clicked: int):
        state.choose("graph", clicked)
        unfold_clicked("run", seats, clicked, "graph")
        return state.unfolded("run"), state.chosen("graph")

    assert drawn(clicks, 2).session_state["returned"] == ((group_of(seats[1]),), None)
    assert drawn(clicks, 4).session_state["returned"] == ((), 4)


@pytest.mark.parametrize(
    ("status", "simulated", "limit", "asks"),
    [
        ("stopped", True, None, False),
        ("interrupted", True, None, False),
        ("stopped", False, 2.0, True),
        ("stopped", True, 2.0, True),
        ("dear", True, None, True),
        ("limited", True, 2.0, True),
    ],
)
def test_resuming_asks_before_it_may_cost(status, simulated, limit, asks):
    row, experiment = replace(ROW, status=status, simulated=simulated), Experiment(GRID, Terms(max_usd=limit))
    assert experiment_status._asks(row, experiment) is asks


@pytest.mark.parametrize(("status", "offered"), [("limited", 4.0), ("dear", 2.0), ("stopped", 2.0)])
def test_an_experiment_goes_on_under_the_limit_and_at_the_price_that_were_accepted(
    status, offered, monkeypatch, settings
):
    given = []
    monkeypatch.setattr(
        experiment_status, "launch_experiment", lambda it, _, **how: given.append((it.terms, how))
    )
    row, experiment = replace(ROW, status=status), Experiment(GRID, Terms(max_usd=2.0, margin=0.02))
    app = drawn(experiment_status._resume_with, row, experiment)
    assert "Spent so far: **at least $6.50**" in words_on(app)
    assert app.number_input(key="exp_higher").value == offered
    assert [box.label for box in app.checkbox] == ["Go on at this price"] * (status == "dear")
    app.button(key="exp_really_resume").click().run()
    assert given[0] == (Terms(max_usd=offered, margin=0.02), {"resumed": True}), (
        "unasked, no price is accepted"
    )


def test_a_test_message_to_a_real_model_counts_on_the_day_and_one_to_a_simulated_one_does_not(settings):
    model = PaidModel("team", lambda request: "Hello.", price=Price(1e4, 1e3, 1e4, 1e4))
    app = drawn(lambda: show_reply(model, "Hi", simulated=True))
    assert DayPurse(read_settings()).so_far() == Today(0.0, 0.0)
    assert "would cost $" in words_on(app, "caption")
    app = drawn(lambda: show_reply(model, "Hi", simulated=False))
    assert DayPurse(read_settings()).so_far().spent > 0
    assert "would cost" not in words_on(app, "caption")
    assert [text.value for text in app.text] == ["Hello."]


def test_what_was_understood_of_a_team_stands_under_its_own_head():
    team = GivenTeam(
        name="Crew", source="CrewAI",
        roles=(GivenRole("=Cook", "+Bake", "-Paris", "openai/m"), GivenRole("Clerk", "Sell", "", None)),
        notes=tuple(Note(kind, f"{kind} thing", f"because {kind}") for kind in ("understood", "changed", "ignored")),
    )  # fmt: skip
    app = drawn(show_given_team, team)
    assert [line_of(app.dataframe[0], place) for place in (0, 1)] == [
        {"Agent": 1, "Role": "'=Cook", "Goal": "'+Bake", "Background": "'-Paris", "Model": "openai/m"},
        {"Agent": 2, "Role": "Clerk", "Goal": "Sell", "Background": "–", "Model": "–"},
    ]
    inside = {each.label: words_on(each, "markdown") for each in app.expander}
    assert "changed thing: because changed" in inside["Changed: 1"]
    assert "ignored thing: because ignored" in inside["Left out: 1"]
    assert ":material/check: understood thing: because understood" in words_on(app, "caption")


REAL = {"model": "openai/gpt-4.1-mini", "judge": "openai/gpt-5.4"}
JUDGED = judge_claims([*general(0.1), *general(-0.1, missions=7, **REAL)])
BETTER = next(each for each in JUDGED if each.claim.id == A_CLAIM.id)


@pytest.mark.parametrize(("kind", "verdict"), [("Simulated", "supported"), ("Real", "contradicted")])
def test_verdicts_of_simulated_and_of_real_runs_are_filtered_and_listed_each_for_its_own(kind, verdict):
    simulated = kind == "Simulated"

    def chosen_and_shown():
        found, is_simulated = choose_claims(JUDGED, BOOK)
        show_claims([BETTER], simulated=is_simulated)
        return found, is_simulated

    app = drawn(chosen_and_shown, about="All", claim_kind=kind, verdict=verdict.capitalize())
    found, is_simulated = app.session_state["returned"]
    assert is_simulated is simulated
    assert BETTER in found
    assert {each.of_kind(simulated=simulated).verdict for each in found} == {verdict}
    line = line_of(app.dataframe[-1])
    assert (line["Verdict"], line["Id"]) == (verdict.capitalize(), BETTER.claim.id)
    assert (line["Missions"], line["Runs"]) == ((8, 16) if simulated else (7, 14))


def test_the_runs_of_a_side_are_counted_each_under_its_own_name():
    cells = [replace(a_cell(f"m{number}", [0.5, 0.6, None]), unfinished=number) for number in range(4)]
    told = _side_cells(SideRuns(A_CLAIM.sides[0], "sim/strong", tuple(cells), "quality"), (2, 5))
    assert {name: told[name] for name in list(told)[1:]} == {
        "Missions counted": "2 of 4", "Runs counted": "5 of 12", "Without a value": 4, "Cut short": 6,
    }  # fmt: skip


def test_models_are_advised_for_the_team_size_that_is_chosen():
    cells = [*a_model("strong", 0.7, 0.1), *a_model("strong", 0.5, -0.1, agents=64)]
    first = drawn(show_threshold, cells, 0.03, 0.05, True)
    assert first.segmented_control(key="threshold_agents").value == 8
    assert "person_off" in words_on(first, "markdown")
    assert "with 64 agents" not in words_on(first, "markdown")
    other = words_on(drawn(show_threshold, cells, 0.03, 0.05, True, threshold_agents="64"), "markdown")
    assert "with 64 agents" in other
    assert "with 8 agents" not in other


def test_team_sizes_are_compared_without_runs_that_were_struck():
    calm = [*a_team(8, 0.0), *a_team(16, 0.1)]
    struck = [*a_team(8, -0.2, shock="hub"), *a_team(16, -0.2, shock="hub")]
    app = drawn(show_team_sizes, [*calm, *struck], 0.03, 0.05, True)
    table = app.dataframe[0].value
    assert [*table["Agents"]] == [8, 16]
    assert min(table["Quality"]) > 0.5
    assert [round(each, 3) for each in table["Cost of a run, $"]] == [0.8, 1.6]


def test_cells_that_were_gathered_under_one_filter_are_not_handed_out_under_another(settings):
    keep_run(settings)
    keep_run(settings, spec={"protocol": "shared"})

    def gathered():
        wheres = [RunFilter(protocols=("shared",)), RunFilter(protocols=("sequential",)), RunFilter()]
        return [sorted({cell.condition.protocol for cell in stored_cells(where)}) for where in wheres]

    found = drawn(gathered).session_state["returned"]
    assert found == [["shared"], ["sequential"], ["sequential", "shared"]]


def test_why_a_run_has_no_quality_is_told_as_it_is():
    def all_of_them():
        for judge in ("sim/judge", None):
            for ended in (True, False):
                show_verdict(None, judge, ended)
        show_verdict(Verdict("sim/judge", unscored="it was out"), "sim/judge", True)

    app = drawn(all_of_them)
    nobody = "Nobody judges this run, so it has no quality."
    assert [each.value for each in app.caption] == [
        "The run ended before the judge was asked.", "The judge is asked at the end.", nobody, nobody,
    ]  # fmt: skip
    assert [each.value.replace("\\", "") for each in app.warning] == ["Unscored: it was out"]


@pytest.mark.parametrize("imported", [None, "there"])
@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("running", "Stop"),
        ("finished", None),
        ("stopped", "Resume"),
        ("failed", "Resume"),
        ("interrupted", "Resume"),
    ],
)
def test_what_can_be_done_about_a_run_depends_on_how_it_stands(status, offered, imported, monkeypatch):
    asked = []
    monkeypatch.setattr(run_heading, "relaunch", lambda run_id, _: asked.append(run_id))
    record = replace(a_record([a_turn(1)]), status=status, imported=imported, owner="ann", reason="so it was")
    app = drawn(run_heading.show_heading, record)
    buttons = [button.label for button in app.button]
    assert buttons == ([offered] if offered and not (imported and offered == "Resume") else [])
    said = words_on(app)
    assert "Started by ann" in said
    assert [each.value.replace("\\", "") for each in (*app.error, *app.warning)] == [
        f"{STATUS[status].label}: so it was"
    ]
    assert len(app.error) == (status == "failed")
    assert ("Imported" in said) is (imported is not None)
    if "Resume" in buttons:
        app.button(key="resume").click().run()
        assert asked == [record.run_id]
