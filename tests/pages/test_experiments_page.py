"""The Experiments page as a script: the form, the price, the start, an experiment that goes on or has ended."""

import re
from dataclasses import replace

import pytest
import streamlit as st

from pages.experiments import plan as experiment_plan
from pages.experiments import status as experiment_status
from pages.experiments.form import DEFAULTS
from swarm.cli.experiment import results as print_results
from swarm.cli.terminal.experiments import print_experiments
from swarm.experiment.file import experiment_from_toml
from swarm.experiment.sentences import STILL_GOING_ON, experiment_in_words
from swarm.grid import Terms, Way
from swarm.history.store import History
from swarm.mission import load_library
from swarm.recording.events import ExperimentStarted
from swarm.turn import Usage
from swarm.verdict import Verdict
from tests.experiment.test_experiment import experiment_of, longer, perform, stopped_after
from tests.made import BEGAN, keep, told, turn
from tests.pages.test_pages import opened, words_of

PAGE = "experiments/page.py"
FREE = Verdict("sim/judge", unscored="it was not to be reached")


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


@pytest.fixture
def missions(settings):
    return [mission for mission in load_library(settings.mission_folders).values() if mission.level == "L1"]


@pytest.fixture
def library(settings):
    return load_library(settings.mission_folders)


@pytest.fixture
def started(monkeypatch) -> list:
    """What the page would have started; nothing is."""
    given: list = []

    def launch(experiment, settings, *, resumed=False):
        given.append((experiment, resumed))
        return experiment.grid.id

    monkeypatch.setattr(experiment_plan, "launch_experiment", launch)
    monkeypatch.setattr(experiment_status, "launch_experiment", launch)
    return given


def test_without_experiments_the_form_shows_what_one_would_take(settings):
    app = opened(PAGE)
    words = words_of(app)
    assert "**32 runs**: 2 arms × 8 missions × 2 repeats" in words
    assert re.search(r"It finds a difference of 0\\\.\d+ in quality with a chance of 80", words)
    assert "Simulated agents are free" in words
    assert app.button(key="exp_start")


def test_what_the_form_says_is_what_is_started(settings, started):
    app = opened(PAGE)
    app.multiselect(key="exp_protocols").set_value(["shared", "batched"])
    app.multiselect(key="exp_missions").set_value(["L1", "food-festival"])
    app.number_input(key="exp_repeats").set_value(3)
    app.run()
    app.number_input(key="option_batched_size").set_value(2).run()
    assert "**54 runs**: 2 arms × 9 missions × 3 repeats" in words_of(app)
    app.button(key="exp_start").click().run()
    [(experiment, resumed)] = started
    assert not resumed
    assert experiment.grid.ways == (Way("shared"), Way("batched", {"size": 2}))
    assert (len(experiment.grid.missions), experiment.grid.repeats, experiment.terms) == (9, 3, Terms())


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("exp_protocols", [], "The grid is empty: it has no protocol"),
        ("exp_missions", [], "The grid is empty: it has no mission"),
        ("exp_models", [], "The grid is empty: it has no model"),
        ("exp_agents", ["8", "many"], "Agents 'many': a team has 1 to 256 agents"),
        ("exp_agents", ["257"], "Agents '257': a team has 1 to 256"),
        ("exp_models", ["sim/strong", "openai/gpt-4.1-mini"], "mixes simulated and real models"),
        ("exp_shocks", [], "The grid is empty: it has no shock"),
    ],
)
def test_a_form_that_is_no_experiment_gets_one_sentence_and_no_start(key, value, said, settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    app = opened(PAGE)
    app.multiselect(key=key).set_value(value).run()
    assert not app.exception
    assert [said in error.value.replace("\\", "") for error in app.error] == [True]
    assert "exp_start" not in [button.key for button in app.button]


def test_real_money_needs_a_limit_and_a_second_click(settings, started, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    app = opened(PAGE)
    app.multiselect(key="exp_models").set_value(["openai/gpt-4.1-mini"]).run()
    app.button(key="exp_start").click().run()
    assert "give max_usd" in app.error[0].value.replace("\\", "")
    app.number_input(key="exp_max_usd").set_value(3.5).run()
    app.button(key="exp_start").click().run()
    assert started == []
    assert "It stops before it passes **\\$3\\.50**" in words_of(app)
    low, likely, high = (app.table[0].value[name].iloc[3] for name in ("Low", "**Expected**", "High"))
    assert f"**About {likely}** (between {low} and {high})" in words_of(app)
    assert len({low, likely, high}) == 3
    app.button(key="exp_start").click()  # Without a browser, a dialog lives for one run of the page only.
    app.button(key="exp_pay").click().run()
    assert [experiment.terms.max_usd for experiment, _ in started] == [3.5]


def test_a_finished_experiment_shows_its_verdict_in_words(settings, missions):
    experiment = experiment_of(missions, missions=tuple(missions[:6]), repeats=1, agents=(3,))
    perform(settings, experiment)
    app = opened(PAGE, experiment=experiment.grid.id)
    words = words_of(app).replace("\\", "")
    assert "SIMULATED" in words
    assert re.search(r"On 6 missions \(18 simulated runs\), .*Fixed roles", words)
    assert "95 % interval" in words
    assert {metric.label: metric.value for metric in app.metric}["Runs played"] == "18 of 18"
    assert not app.error


@pytest.mark.parametrize("repeats", [1, 2])
def test_one_mission_is_no_evidence_however_often_it_is_repeated(repeats, settings, missions):
    experiment = experiment_of(missions, missions=tuple(missions[:1]), repeats=repeats)
    perform(settings, experiment)
    app = opened(PAGE, experiment=experiment.grid.id)
    assert "95 % interval" not in words_of(app)
    assert len(app.info) == 1


def test_models_are_told_whether_to_drop_their_roles(settings, missions):
    experiment = experiment_of(
        missions, teams=("sim/strong", "sim/weak"), missions=tuple(missions[:6]), repeats=1, agents=(3,)
    )
    perform(settings, experiment)
    app = opened(PAGE, experiment=experiment.grid.id, experiment_view="Capability threshold")
    words = words_of(app).replace("\\", "")
    assert re.search(
        r"For sim/strong with 3 agents, (drop|keep) the roles|makes no difference|not enough runs", words
    )
    assert "For sim/weak with 3 agents" in words


def test_a_stopped_experiment_is_resumed_under_its_own_terms(settings, missions, started):
    experiment = longer(missions, Terms(margin=0.02))
    stopped_after(settings, experiment, 2)
    app = opened(PAGE, experiment=experiment.grid.id)
    assert "Stopped: somebody asked it to stop" in words_of(app).replace("\\", "")
    app.button(key="exp_resume").click().run()
    assert started == [(experiment, True)]


def test_a_limited_experiment_is_resumed_with_more_money(settings, missions, started):
    experiment = experiment_of(missions, Terms(max_usd=0.08))
    assert perform(settings, experiment).status == "limited"
    app = opened(PAGE, experiment=experiment.grid.id)
    app.button(key="exp_resume").click()
    app.run()
    assert app.number_input(key="exp_higher").value == 0.16
    app.button(key="exp_resume").click()
    app.button(key="exp_really_resume").click().run()
    assert started == [(experiment._replace(terms=replace(experiment.terms, max_usd=0.16)), True)]


def test_an_unknown_experiment_gets_one_sentence_and_a_way_on(settings):
    app = opened(PAGE, experiment="nothing-here")
    assert "No experiment 'nothing-here'" in app.error[0].value.replace("\\", "")


def test_experiments_are_listed(settings, missions):
    for name in ("first", "second"):
        stopped_after(settings, experiment_of(missions, name=name), 1)
    app = opened(PAGE)
    [table] = app.dataframe
    assert [*table.value["Experiment"]] == ["second", "first"]
    assert set(table.value["Kind"]) == {"SIMULATED"}
    first = next(row for row in History(settings).experiments() if row.name == "first")
    app.session_state[table.key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    assert app.run().query_params["experiment"] == first.experiment_id
    app = opened(PAGE)
    app.selectbox(key="pick_experiment").set_value(first.experiment_id).run()
    assert app.query_params["experiment"] == first.experiment_id


def test_a_link_of_a_claim_fills_the_form_with_what_it_lacks(settings):
    from swarm.claims.file import claim_book

    claim = claim_book().claims[0]
    app = opened(PAGE, claim=claim.id)
    assert claim.statement[:30] in app.info[0].value.replace("\\", "")
    assert app.multiselect(key="exp_missions").value
    assert app.button(key="exp_start")


def half_told(settings, missions, costs) -> str:
    """Keep an experiment on a real model whose runs so far cost this; returns its id."""
    experiment = experiment_of(missions)
    grid = experiment.grid
    facts = {"run_id": grid.id, "seq": 0, "at": BEGAN, "t": 0.0, "simulated": False, "judge": None}
    begun = {"prompts": "p", "expected_usd": None, "version": "0.1"}
    keep(settings, [ExperimentStarted(grid=grid, terms=experiment.terms, **facts, **begun)])
    for number, cost in enumerate(costs):
        [paid] = turn(0).calls
        told_turn = replace(turn(0), calls=(replace(paid, usage=Usage(9, 0, 9, cost)),))
        first, *rest = told(grid.run_id(number), turns=[told_turn], judged=FREE, simulated=False)
        keep(settings, [replace(first, experiment=grid.id), *rest])
    return grid.id


@pytest.mark.parametrize(
    ("costs", "spent", "unpriced", "said"),
    [
        ([], 0, 0, "$0"),
        ([0.25, 0.5], 0.75, 0, "$0.75"),
        ([0.25, None, 0.5], 0.75, 1, "at least $0.75"),
        ([None, None], None, 2, "unknown"),
    ],
)
def test_money_that_is_not_known_is_not_nothing(costs, spent, unpriced, said, settings, missions):
    experiment_id = half_told(settings, missions, costs)
    row, _ = History(settings).experiment(experiment_id)
    assert (row.spent_usd, row.unpriced) == (spent, unpriced)
    app = opened(PAGE, experiment=experiment_id)
    assert {each.label: each.value.replace("\\", "") for each in app.metric}["Spent"] == said
    [listed] = opened(PAGE).dataframe
    assert [*listed.value["Of unknown cost"]] == [unpriced]


def test_the_terminal_tells_what_was_spent_at_least(settings, missions, capsys):
    half_told(settings, missions, [0.25, None])
    print_experiments(History(settings).experiments())
    assert "at least $0.25" in " ".join(capsys.readouterr().out.split())


def test_an_experiment_is_told_in_a_sentence(missions):
    ways = (Way("sequential"), Way("fixed_roles", {"roles": ("Boss", "Clerk")}), Way("batched", {"size": 3}))
    more = {"agents": (4, 8), "repeats": 1, "shocks": ("none", "hub")}
    assert experiment_in_words(experiment_of(missions, ways=ways, **more)) == (
        "Sequential, Fixed roles (roles 2) and Batched (size 3), 4 and 8 agents of sim/strong, shocks none and hub, "
        "on 2 missions, each repeated 1 time"
    )


@pytest.mark.parametrize("as_json", [False, True])
def test_results_of_a_running_experiment_are_printed_with_a_warning(as_json, settings, missions, capsys):
    experiment = experiment_of(missions, missions=tuple(missions[:6]), repeats=1)
    said = []

    def watch(progress):
        if progress.done == progress.runs:
            print_results(experiment.grid.id, as_json)
            said.append(capsys.readouterr())

    perform(settings, experiment, watch=watch)
    assert said[0].err == f"{STILL_GOING_ON}\n"
    assert STILL_GOING_ON not in said[0].out
    assert "Sequential" in said[0].out
    print_results(experiment.grid.id, as_json)
    assert capsys.readouterr().err == ""


FILE = """
name = "From a file"
protocols = ["shared", { protocol = "batched", size = 3 }]
models = ["sim/weak"]
agents = [5]
missions = ["L1"]
repeats = 4
seed = 11
limits = { usd = 0.25 }
max_usd = 2.5
margin = 0.02
"""


WHOLE = (
    FILE.replace('["L1"]', '["food-festival", "sepsis-alert"]')
    + """
judge = "sim/weak"
shocks = ["none", "hub", "swap"]
shock_model = "sim/small"
stop_when_clear = true
may_extend = true
"""
)
"""All that a file can say and the form can hold, each unlike what the form shows at first."""


def filled(app, text: str) -> str:
    """Hand a file to the form; returns what is said of it."""
    app.file_uploader(key="exp_file_upload").upload("x.toml", text.encode(), "application/toml").run()
    assert not app.exception
    return "\n".join(each.value.replace("\\", "") for each in (*app.info, *app.error))


def test_a_file_in_the_form_is_started_as_it_stands(settings, started, library):
    app = opened(PAGE)
    app.multiselect(key="exp_protocols").set_value(["batched"]).run()
    app.number_input(key="option_batched_size").set_value(2).run()
    assert filled(app, WHOLE) == "Filled from x.toml."
    shown = experiment_from_toml(app.code[0].value, "shown.toml", library)
    app.button(key="exp_start").click().run()
    assert [experiment for experiment, _ in started] == [experiment_from_toml(WHOLE, "x.toml", library)]
    assert DEFAULTS.keys() == {key for key, usual in DEFAULTS.items() if app.session_state[key] != usual}
    assert shown == started[0][0], "the file that is shown does the same"


def test_an_option_that_a_file_does_not_name_is_not_what_stood_in_the_form(settings, started):
    app = opened(PAGE)
    app.multiselect(key="exp_protocols").set_value(["batched"]).run()
    app.number_input(key="option_batched_size").set_value(2).run()
    filled(app, FILE.replace(", size = 3", ""))
    app.button(key="exp_start").click().run()
    assert started[0][0].grid.ways == (Way("shared"), Way("batched"))


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("usd = 0.25", "tokens = 9000, calls = 50", "a limit of 9,000 tokens and a limit of 50 calls"),
        ("usd = 0.25", "seconds = 1.5", "a limit of 1.5 seconds"),
        ("seed = 11", 'pace = "fast"', "the pace 'fast'"),
        ("seed = 11", 'organization = "Bakers"', "the organization 'Bakers'"),
        ('"shared"', '{ protocol = "batched", size = 2 }', "Batched twice, with different options"),
    ],
)
def test_what_the_form_cannot_hold_is_refused_and_leaves_it_as_it_was(line, instead, said, settings, started):
    app = opened(PAGE)
    expected = f"X.toml: the form cannot hold {said}: run it by the command line"
    assert filled(app, FILE.replace(line, instead)).lower() == expected.lower()
    app.button(key="exp_start").click().run()
    assert [experiment.grid.name for experiment, _ in started] == ["Do given roles help?"]


def test_a_run_of_an_experiment_leads_to_it_and_cannot_be_resumed_alone(settings, missions):
    perform(settings, experiment_of(missions, Terms(max_usd=0.08)))
    row = next(row for row in History(settings).runs() if row.status == "limited")
    app = opened("run/page.py", run=row.run_id)
    assert "resume" not in [button.key for button in app.button]
