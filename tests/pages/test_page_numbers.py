"""On every page each number stands under its own name: all are different here, so that none can pass for another."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pages.experiments.list import choose_from_list
from pages.experiments.plan import _show_price
from pages.experiments.view import show_progress
from pages.models.catalogue import show_catalogue, show_keys
from pages.run.heading import show_numbers
from pages.run.idle import _show_counts
from pages.run.measures import show_measures
from pages.run.recipe import show_recipe
from pages.run.spending import show_spending
from pages.run.verdict import CRITERION, arithmetic, show_verdict
from pages.side_by_side.runs import FACTS
from pages.start.side_by_side import show_counters
from swarm.engine.estimate import Estimate
from swarm.experiment.plan import Plan
from swarm.history.experiments import ExperimentRow
from swarm.limits import Limits
from swarm.metrics.participation import Participation
from swarm.models.card import ModelCard, Price
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord
from swarm.shock import Shock
from swarm.turn import Usage
from swarm.verdict import CRITERIA, QUALITY_CRITERIA, Score, Verdict
from tests.drawn import drawn, line_of
from tests.made import BEGAN, call
from tests.recorded import a_record, a_turn

POINTS = {"accuracy": 1, "completeness": 2, "coherence": 3, "actionability": 4, "mission_relevance": 2}
ACTS = ["contribute"] * 5 + ["abstain"] * 1 + ["unparsed"] * 2 + ["failed"] * 3
"""Then four more seats that are never asked."""


def a_run() -> RunRecord:
    turns = []
    for seat, action in enumerate(ACTS, 1):
        turn = a_turn(
            seat, action, role=f"Role{min(seat, 4)}", builds_on=[seat - 1] if seat in (2, 3) else []
        )
        usage = Usage(1000 * seat, 100 * seat, 10 * seat, 0.001 * seat)
        [asked] = turn.calls
        timed = replace(asked, usage=usage, started_s=float(seat), ended_s=seat + 0.1 * seat)
        turns.append(replace(turn, calls=(timed,), text=turn.text and f"{turn.text} Or {seat}."))
    scores = tuple(Score(name, POINTS[name], f"why {name}") for name in CRITERIA)
    judge = replace(call(90), usage=Usage(7000, 5000, 300, 0.5))
    record = a_record(turns, agents=15, judged=Verdict("sim/judge", scores, calls=(judge,)), spec=RECIPE)
    return replace(record, protocol_ended=True)


RECIPE = {
    "protocol": "batched",
    "options": {"size": 6},
    "seed": 7,
    "limits": Limits(usd=1.5, tokens=8_000, calls=9, seconds=10.5),
    "shock": Shock.named("hub"),
    "organization": "town",
}
RECORD = a_run()


def metrics_of(app) -> dict[str, str]:
    return {each.label: each.value.replace("\\", "") for each in app.metric}


def test_the_head_of_a_run_and_its_column_beside_another_say_each_number_under_its_name():
    expected = {"Quality": "0.62", "Depth": "3", "Active": "5 of 15", "Tokens": "73,960", "Cost": "$0.566"}
    head = metrics_of(drawn(show_numbers, RECORD))
    assert {name: head[name] for name in expected} == expected
    facts = {name: say(RECORD) for name, _, say in FACTS}
    assert {name: facts[name] for name in expected} == expected
    assert head["Time"] == facts["Time"]
    counted = {
        "Abstained": "1",
        "Unreadable": "2",
        "No reply": "3",
        "Idle by order": "4",
        "Different roles": "4",
    }
    assert {name: facts[name] for name in counted} == counted
    assert (facts["Seed"], facts["Status"], facts["Team"]) == ("7", "Finished", "15 × sim/strong")
    assert facts["Words delivered"] == f"{len(RECORD.deliverable.split())}"
    beside = metrics_of(drawn(show_counters, RECORD))
    shared = ("Active", "Depth", "Tokens", "Quality", "Time", "Abstained")
    assert beside == {name: facts[name] for name in shared}


def test_every_criterion_has_its_own_points_question_and_reason():
    app = drawn(show_verdict, RECORD.verdict, "sim/judge", True)
    table = app.table[0].value
    assert metrics_of(app) == {"Quality": "0.62", "Mission relevance": "2 of 4"}
    for name, points, said in zip(CRITERIA, table.iloc[:, 0], table.iloc[:, 1], strict=True):
        assert points == f"{'●' * POINTS[name]}{'○' * (4 - POINTS[name])}  \n:gray[{POINTS[name]} of 4]"
        assert f"**{CRITERION[name]}**" in said
        assert CRITERIA[name] in said
        assert f"why {name}" in said.replace("\\", "")
        assert ("reported apart" in said) is (name not in QUALITY_CRITERIA)
    assert {name: word.lower().replace(" ", "_") for name, word in CRITERION.items()} == {
        n: n for n in CRITERIA
    }
    assert arithmetic(RECORD.verdict) == "Quality = (1 + 2 + 3 + 4) / 16 = 0.62."


def test_tokens_money_and_time_are_each_agents_own():
    sums, agents = drawn(show_spending, RECORD, seats_of(RECORD)).dataframe
    table = sums.value.set_index("")
    assert {who: [*table[who]] for who in table} == {
        "Team": ["66,000", "6,600", "660", "$0.066"],
        "Judge": ["7,000", "5,000", "300", "$0.50"],
        "Whole run": ["73,000", "11,600", "960", "$0.566"],
    }
    assert [*table.index] == ["Input tokens", "of them cached", "Output tokens", "Cost"]
    assert line_of(agents, 2) == {
        "Agent": 3, "Cost, $": 0.003, "Time, s": pytest.approx(0.3), "Input tokens": 3000, "of them cached": 300,
        "Output tokens": 30, "Role": "Role3",
    }  # fmt: skip


def test_a_recipe_says_every_condition_under_its_own_name():
    facts = drawn(show_recipe, RECORD).table[0].value
    said = {
        str(name): str(value).replace("\\", "")
        for name, value in zip(facts.index, facts.iloc[:, 0], strict=True)
    }
    assert {name: said[name] for name in list(said)[:9]} == {
        "Mission": "Open a bakery", "Protocol": "Batched", "Options": "size = 6", "Models": "15 × sim/strong",
        "Judge": "sim/judge", "Limits": "1.5 dollars, 8000 tokens, 9 calls, 10.5 seconds", "Seed": "7",
        "Shock": said["Shock"], "Organization": "town",
    }  # fmt: skip
    assert "hub" in said["Shock"]


def test_every_measure_of_a_run_is_its_own():
    table = drawn(show_measures, RECORD).table[0].value
    names = [re.sub(r"\*\*(.*?)\*\*.*", r"\1", name, flags=re.S) for name in table["Measure"]]
    said = dict(zip(names, table["Value"], strict=True))
    assert said == {
        "Hierarchy depth": "3", "Visibility chain": "11", "Inequality of effort": "0.49", "Distinct roles": "4 / 4 / 4",
        "Role evenness": "0.96", "Redundancy": "0.60", "Passed on word for word": "none",
        "Coordination overhead": "0.00", "Quality per 1,000 tokens": "0.0094", "Quality per dollar": "9.47",
    }  # fmt: skip


def test_the_four_kinds_of_not_working_are_counted_each_under_its_meaning():
    app = drawn(_show_counts, Participation(1, 2, 3, 4, 5, 6))
    assert metrics_of(app) == {
        "Abstained by choice": "2", "Idle by order": "3", "Unreadable reply": "4", "No reply": "5",
    }  # fmt: skip


ROW = ExperimentRow(
    experiment_id="grid-1", name="=Grid", started=BEGAN, resumed=BEGAN, ended=None, status="running", reason=None,
    runs=40, arms=3, simulated=False, expected_usd=1.25, finished=10, finished_since=10, failed=4, unscored=5,
    spent_usd=6.5, unpriced=7, latest=BEGAN + timedelta(seconds=100), begun=14, nothing=6,
)  # fmt: skip


def test_an_experiment_says_how_far_it_is_under_the_right_names():
    app = drawn(show_progress, ROW)
    assert metrics_of(app) == {
        "Runs played": "10 of 40", "Cut short": "4", "Without a score": "5", "Spent": "at least $6.50",
    }  # fmt: skip
    spent = app.metric[-1]
    assert spent.delta.replace("\\", "") == "$1.25 expected"
    assert "7 runs of unknown cost" in spent.help
    [bar] = app.get("progress")
    assert (bar.proto.value, bar.proto.text) == (25, "10 of 40 runs · about 5 min 0 s left")
    failed = "6 runs failed by their own team, which is a result: counted with a quality of 0.25."
    assert [caption.value for caption in app.caption] == [failed]
    ended = drawn(show_progress, replace(ROW, status="stopped"))
    assert [caption.value for caption in ended.caption] == [failed, "26 runs not played."]


def test_experiments_are_listed_with_their_own_numbers():
    def the_list():
        choose_from_list([replace(ROW, experiment_id="other", name="Other", simulated=True), ROW])

    table = drawn(the_list).dataframe[0]
    assert line_of(table, 1) == {
        "Experiment": "'=Grid", "Status": "Running", "Played": 0.25, "Runs": 40, "Arms": 3, "Cut short": 4,
        "Not played": 26, "Spent, $": 6.5, "Of unknown cost": 7, "Kind": "real", "Started": BEGAN,
    }  # fmt: skip
    assert line_of(table, 0)["Kind"] == "SIMULATED"


def test_low_expected_and_high_are_foretold_in_that_order():
    low, likely, high = (
        Estimate(calls=n, input_tokens=10 * n, output_tokens=n, cost_usd=1.5 * n, seconds=float(n))
        for n in (1, 2, 4)
    )
    plan = Plan(1, 1, 1, 1, 0, True, True, low, likely, high, (None,))
    table = drawn(_show_price, plan).table[0].value
    assert {name: [each.replace("\\", "") for each in table[name]] for name in table.columns[1:]} == {
        "Low": ["1", "11", "1.0 s", "$1.50"],
        "**Expected**": ["2", "22", "2.0 s", "$3.00"],
        "High": ["4", "44", "4.0 s", "$6.00"],
    }
    assert [*table.iloc[:, 0]] == ["Calls", "Tokens", "Time", "Price"]


def test_a_model_is_listed_with_its_own_prices_and_whether_its_key_is_here(monkeypatch, settings):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    card = ModelCard(
        id="openai/own", family="gpt", label="Own", context=5_000, price=Price(1.5, 0.25, 4.0, 2.0),
        keys=("OPENAI_API_KEY",), note="Mind it.",
    )  # fmt: skip
    away = replace(card, id="b", keys=("MISTRAL_API_KEY",), price=None, note="")
    free = replace(card, id="c", keys=())
    table = drawn(show_catalogue, [card, away, free]).dataframe[0]
    assert line_of(table) == {
        "Model": "Own", "Id": "openai/own", "Input, $": 1.5, "Cached, $": 0.25, "Output, $": 4.0,
        "Context, tokens": 5_000, "Key": "present", "Priced on": None, "Asked at": "–", "Note": line_of(table)["Note"],
    }  # fmt: skip
    assert line_of(table)["Note"].startswith("Mind it.")
    assert [*table.value["Key"]] == ["present", "missing", "none needed"]
    said = [each.value.replace("\\", "") for each in drawn(show_keys, [card, away]).markdown]
    assert said == [
        ":gray-badge[:material/radio_button_unchecked: MISTRAL_API_KEY: missing]",
        ":green-badge[:material/check_circle: OPENAI_API_KEY: present]",
    ]
