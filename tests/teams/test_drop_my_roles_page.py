"""The page Drop my roles? as a script: what its form says is what is started, and the verdict is told arm by arm."""

from dataclasses import replace

import pytest
import streamlit as st

from pages.drop_my_roles.importing import _choose_one
from pages.drop_my_roles.verdict import _content, _show_card, _show_set_ups
from pages.experiments import plan as experiment_plan
from pages.shared import state
from swarm.config import LIBRARY, read_settings
from swarm.grid import Experiment, Terms, Way
from swarm.mission import load_library
from swarm.recording.events import ExperimentStarted
from swarm.teams.export import TARGETS
from swarm.teams.formats import read_team, settled
from swarm.teams.inputs import read_inputs
from swarm.teams.reading.files import files_of
from swarm.teams.reading.given import GivenRole, GivenTeam
from swarm.teams.storage import keep_team, kept_teams
from swarm.teams.trial.arms import ARM_NAMES, own_missions, related_missions, team_test
from swarm.teams.trial.further import names_of_further
from swarm.teams.trial.sentences import advice, rehearsal, winner_on_quality, winner_per_dollar
from tests.drawn import drawn, words_on
from tests.made import BEGAN, keep
from tests.pages.test_pages import opened
from tests.teams.test_verdict import GRID, judged

PAGE = "drop_my_roles/page.py"
EXAMPLE = LIBRARY / "teams" / "museum-guide"
INPUTS = read_inputs("inputs.csv", (EXAMPLE / "inputs.csv").read_bytes())


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


@pytest.fixture
def team():
    return read_team(files_of(EXAMPLE))


@pytest.fixture
def started(monkeypatch) -> list[Experiment]:
    """What the page would have started; nothing is."""
    given: list[Experiment] = []

    def launch(experiment, settings, *, resumed=False):
        given.append(experiment)
        return experiment.grid.id

    monkeypatch.setattr(experiment_plan, "launch_experiment", launch)
    return given


def test_what_the_form_says_of_a_test_is_what_is_started(settings, started, team):
    library = load_library(settings.mission_folders)
    app = opened(PAGE)
    app.button(key="team_example").click().run()
    assert not app.exception
    assert [app.query_params["team"]] == kept_teams(settings)
    assert app.title[0].value == team.name
    app.selectbox(key="team_model").set_value("sim/weak")
    app.selectbox(key="team_judge").set_value("sim/strong")
    app.number_input(key="team_repeats").set_value(2)
    app.number_input(key="team_seed").set_value(7)
    own = own_missions(team, INPUTS)
    app.slider(key=f"team_library_{len(own)}").set_value(3).run()
    app.button(key="exp_start").click().run()
    assert not app.exception
    [experiment] = started
    missions = (*own, *related_missions(team, library.values(), 3))
    assert [mission.title for mission in experiment.grid.missions] == [mission.title for mission in missions]
    expected = team_test(
        team, missions, read_settings(), model="sim/weak", judge="sim/strong", repeats=2, seed=7, max_usd=None
    )
    assert experiment == expected
    assert app.query_params["experiment"] == experiment.grid.id


def test_a_test_with_real_models_is_held_to_the_limit_and_asked_for_twice(settings, started, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    app = opened(PAGE)
    app.button(key="team_example").click().run()
    app.selectbox(key="team_model").set_value("openai/gpt-4.1-mini")
    app.number_input(key="team_max_usd").set_value(3.25).run()
    app.button(key="exp_start").click().run()
    assert started == []
    assert "It stops before it passes **$3.25**" in words_on(app)
    app.button(key="exp_start").click()  # Without a browser, a dialog lives for one run of the page only.
    app.button(key="exp_pay").click().run()
    assert [each.terms.max_usd for each in started] == [3.25]


def test_only_tests_of_teams_are_offered_again_and_each_link_is_its_own(settings):
    free = replace(GRID, ways=GRID.ways[1:], name="No team")
    other = replace(GRID, ways=(Way("given_team", {"title": "Second"}), *GRID.ways[1:]))
    for minute, grid in enumerate((GRID, free, other)):
        facts = {"run_id": grid.id, "seq": 0, "at": BEGAN, "t": 0.0, "simulated": minute != 2, "judge": None}
        told = ExperimentStarted(
            grid=grid, terms=Terms(), prompts="p", expected_usd=None, version="0.1", **facts
        )
        keep(settings, [told])
    links = {each.proto.label: each.proto.query_string for each in opened(PAGE).get("page_link")}
    assert {label.replace("\\", "").partition(" · ")[0]: query for label, query in links.items()} == {
        "Bakery <b>launch</b>": f"experiment={GRID.id}",
        "Second": f"experiment={other.id}",
    }
    assert {label.partition(" ")[0]: "SIMULATED" in label for label in links} == {
        "Bakery": True,
        "Second": False,
    }


@pytest.mark.parametrize(
    ("free", "solo", "recommended"), [(0.05, -0.1, "free"), (-0.05, 0.1, "solo"), (0.0, -0.1, "given")]
)
def test_the_card_advises_and_the_set_up_that_is_advised_is_taken_home_first(
    free, solo, recommended, team, settings
):
    found = judged(free, solo, missions=36)
    assert found.recommended == recommended
    app = drawn(_show_card, found)
    said = words_on(app)
    assert app.subheader[0].value.replace("\\", "") == advice(found)
    assert winner_on_quality(found) in said
    assert winner_per_dollar(found) in said
    rows = [name.strip("*").replace("\\", "") for name in app.table[0].value.iloc[:, 0]]
    assert rows == ["Verdict", "Difference", "d of mission means", "Cost", "Time"]
    names = [each.group.name for each in found.comparison.contrasts]
    assert [name.replace("\\", "") for name in app.table[0].value.columns[1:]] == names
    home = drawn(_show_set_ups, team, found)
    assert home.radio(key="team_arm").value == recommended
    assert [option for option in home.radio(key="team_arm").options if "recommended" in option] == [
        f"{ARM_NAMES[recommended]} (recommended)"
    ]
    offered = {each.proto.label: each.proto for each in home.get("download_button")}
    assert [*offered] == [target.label for target in TARGETS.values()]


def test_the_card_of_a_rehearsal_advises_nothing_and_says_what_a_real_test_takes(team, settings):
    found = judged(0.05, -0.1, missions=36, simulated=True)
    app = drawn(_show_card, found)
    assert app.subheader[0].value == "Rehearsal"
    assert rehearsal(found) in words_on(app)
    rows = [name.strip("*").replace("\\", "") for name in app.table[0].value.iloc[:, 0]]
    assert rows == ["Verdict", "Difference", "d of mission means", "Cost"], "their time says nothing"
    home = drawn(_show_set_ups, team, found)
    assert not any("recommended" in option for option in home.radio(key="team_arm").options)


def test_no_two_arms_and_no_two_forms_are_taken_home_alike(team):
    contents = [_content(team, arm, target) for arm in ARM_NAMES for target in TARGETS]
    assert len({*contents}) == len(ARM_NAMES) * len(TARGETS)


def test_values_that_came_with_a_team_are_kept_for_its_form_and_no_other():
    def keep_and_read():
        before = state.input_sets()
        state.keep_input_sets([{"topic": "Vases"}])
        first = state.input_sets()
        state.keep_input_sets([])
        return before, first, state.input_sets()

    assert drawn(keep_and_read).session_state["returned"] == ((), ({"topic": "Vases"},), ())


def test_roles_of_names_alone_are_tested_only_when_that_is_asked_for(settings):
    team = settled(GivenTeam("Bare", (GivenRole("Ann"), GivenRole("Bob"))))
    app = opened(PAGE, team=keep_team(settings, team))
    assert "neither a goal nor a background was found" in app.warning[0].value.lower()
    assert not [button for button in app.button if button.key == "exp_start"]
    app.checkbox(key="team_names_only").check().run()
    assert [button for button in app.button if button.key == "exp_start"]
    assert not app.exception


def test_of_several_teams_in_the_files_one_is_asked_for_by_the_names_there_are():
    def asked() -> None:
        state.keep_team_choices(("north", "south"))
        _choose_one()

    assert drawn(asked).selectbox(key="team_choice").options == ["north", "south"]


def test_arms_are_chosen_by_ticking_and_the_usual_ones_are_ticked(settings, started, team):
    keep_team(settings, team)
    app = opened(PAGE, team=keep_team(settings, team))
    app.checkbox(key="team_arm_solo").uncheck()
    app.checkbox(key="team_arm_without").check()
    app.checkbox(key="team_arm_cheap").check().run()
    app.multiselect(key="team_gone").select(f"2. {team.roles[1].name}")
    app.multiselect(key="team_cheap_for").select(f"1. {team.roles[0].name}").run()
    app.button(key="exp_start").click().run()
    assert not app.exception
    [experiment] = started
    assert [way.protocol for way in experiment.grid.ways] == ["given_team", "sequential"]
    assert names_of_further(experiment.grid) == (
        f"Without {team.roles[1].name}",
        f"{team.roles[0].name} on sim/weak",
    )
