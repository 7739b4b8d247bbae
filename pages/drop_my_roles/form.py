"""A person says how an imported team is tested: on which missions, with which models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.experiments.form import CHOOSE_FOR_ME
from pages.shared import state
from pages.shared.team_input import model_label
from pages.shared.text import plain, sentence
from swarm.config import Settings
from swarm.errors import SwarmError
from swarm.experiment.recipe import Recipes, models_of
from swarm.export import no_formula, without_guard
from swarm.grid import Experiment
from swarm.mission import Mission
from swarm.models.catalogue import cost_nothing, load_catalogue
from swarm.spec import MAX_SEED
from swarm.teams.inputs import MAX_SETS
from swarm.teams.reading.given import GivenTeam
from swarm.teams.reading.input_set import InputSet
from swarm.teams.trial.arms import (
    ARM_NAMES,
    USUAL_MISSIONS,
    Arm,
    lowered,
    own_in_words,
    own_missions,
    placeholders,
    related_missions,
    team_test,
)
from swarm.teams.trial.further import Wanted
from swarm.teams.uploads import read_table
from swarm.written import plural

ONE_FOR_ALL, AS_NAMED = "One model for all", "The models of the file"
MOST_OF_LIBRARY = 32
USUAL_MAX_USD = 5.0
USUAL_MODEL = "sim/strong"
CHEAPER_MODEL = "sim/weak"
USUAL: tuple[Arm, ...] = ("free", "solo")


def choose_test(team: GivenTeam, library: Mapping[str, Mission], settings: Settings) -> Experiment:
    """Draw the form; return the test it describes.

    Raises:
        BadInput: when that cannot be played, in one sentence.
    """
    model = _choose_model(team)
    missions = _choose_missions(team, library)
    further, left_out = _choose_arms(team)
    with st.expander("Repeats, judge, seed, limit", icon=":material/settings:"):
        repeats, judge, seed = _choose_rest()
        test = team_test(
            team,
            missions,
            settings,
            model=model,
            judge=judge,
            repeats=repeats,
            seed=seed,
            further=further,
            left_out=left_out,
        )
        models = models_of(Recipes(test.grid, settings))
        unpaid = cost_nothing(models, settings)
        if unpaid and not any(name.startswith("sim/") for name in models):
            return test
        max_usd = st.number_input(
            "Most dollars in all",
            0.0,
            value=lowered(USUAL_MAX_USD, team.max_usd) or USUAL_MAX_USD,
            step=1.0,
            format="%g",
            key="team_max_usd",
            help="The test stops before it passes this. Simulated agents only pretend to spend.",
        )
    return test if unpaid else Experiment(test.grid, replace(test.terms, max_usd=max_usd))


def _choose_model(team: GivenTeam) -> str | None:
    complete = all(role.model for role in team.roles)
    kind = ONE_FOR_ALL
    if complete:
        kind = st.segmented_control(
            "Models", [ONE_FOR_ALL, AS_NAMED], default=ONE_FOR_ALL, required=True, key="team_models"
        )
    if kind == AS_NAMED:
        st.caption(plain(", ".join(team.models)))
        return None
    names = [name for name in load_catalogue() if name != "sim/judge"]
    return st.selectbox(
        "Model of every agent",
        names,
        names.index(USUAL_MODEL),
        format_func=model_label,
        key="team_model",
        accept_new_options=True,
        help="All arms use it. Simulated models are free and need no key; what they say of your roles says "
        "nothing of real models.",
    )


def _choose_arms(team: GivenTeam) -> tuple[Wanted, list[Arm]]:
    """The arms that are asked for beside the usual ones, and the usual ones that are not wanted."""
    roles = {f"{number}. {role.name}": number for number, role in enumerate(team.roles, 1)}
    with st.expander("What your roles are set against", icon=":material/alt_route:"):
        left_out: list[Arm] = [
            arm for arm in USUAL if not st.checkbox(ARM_NAMES[arm], True, key=f"team_arm_{arm}")
        ]
        leaderless = team.coordination == "leader" and st.checkbox(
            "Your roles without the leader: is the manager worth it?", key="team_arm_leader"
        )
        several = len(team.roles) > 1
        each = several and st.checkbox(
            "Your roles without one, each left out in turn: which one earns its tokens?", key="team_arm_each"
        )
        without = several and not each and st.checkbox("Your roles without these:", key="team_arm_without")
        gone = st.multiselect("Left out, an arm each", [*roles], key="team_gone") if without else []
        cheap = st.checkbox("Your roles on a cheaper model", key="team_arm_cheap")
        model, lowered_for = _choose_cheaper([*roles]) if cheap else (None, [])
        st.caption("The price below is that of all arms that are ticked.")
    wanted = Wanted(
        leaderless,
        bool(each),
        tuple(roles[name] for name in gone),
        model,
        tuple(roles[name] for name in lowered_for),
    )
    return wanted, left_out


def _choose_cheaper(roles: list[str]) -> tuple[str, list[str]]:
    names = [name for name in load_catalogue() if name != "sim/judge"]
    model = st.selectbox(
        "The cheaper model",
        names,
        names.index(CHEAPER_MODEL),
        format_func=model_label,
        key="team_cheap_model",
        accept_new_options=True,
    )
    chosen = st.multiselect(
        "For these roles, an arm each; none: for all in one arm", roles, key="team_cheap_for"
    )
    return model, chosen


def _choose_missions(team: GivenTeam, library: Mapping[str, Mission]) -> tuple[Mission, ...]:
    own = _choose_own(team)
    usual = max(0, USUAL_MISSIONS - len(own))
    count = st.slider(
        "Missions of the library beside them" if own else "Missions of the library",
        0,
        min(MOST_OF_LIBRARY, len(library)),
        usual,
        key=f"team_library_{len(own)}",
        help="Those nearest to what your team is about. A verdict needs 6 missions in all; more find smaller ones.",
    )
    related = related_missions(team, library.values(), count)
    if related:
        with st.expander(f"Which {plural(len(related), 'mission')}", icon=":material/flag:"):
            st.markdown("\n".join(f"- {plain(mission.title)}" for mission in related))
    st.caption(f"{own_in_words(len(own), len(own) + len(related)).capitalize()}.")
    return (*own, *related)


def _choose_own(team: GivenTeam) -> tuple[Mission, ...]:
    """The missions that the team's own tasks make; what is wrong with them is told, and none is made then."""
    if not team.tasks:
        st.caption("The files hold no tasks: the team is told what to do when it is started.")
        return ()
    if not st.toggle("The team's own tasks", True, key="team_own"):
        return ()
    try:
        return own_missions(team, _choose_inputs(team) if placeholders(team) else ())
    except SwarmError as error:
        st.warning(
            f"{sentence(error)} Until every blank of the table is filled in, the test has missions of the library "
            "alone.",
            icon=":material/edit:",
        )
        return ()


def _choose_inputs(team: GivenTeam) -> Sequence[Mapping[str, str]]:
    """One set of values for each mission: typed into a table, or from a CSV file."""
    names = placeholders(team)
    st.markdown("Each line is a mission: what your team is started with.")
    upload = st.file_uploader("Values as CSV, a column each", key="team_inputs")
    if upload is not None:
        return _values_of(upload.name, upload.getvalue())
    first = {name: team.inputs.get(name, "") for name in names}
    rows: list[dict[str, Any]] = st.data_editor(
        [_row(first, each) for each in _sets_for(names)] or [_row(first, {})],
        num_rows="dynamic",
        hide_index=True,
        key=f"team_inputs_table_{hash(names)}",
        column_config={name: st.column_config.TextColumn(required=True) for name in names},
        alt="Values of the placeholders, a mission a line",
    )
    filled = [
        InputSet({name: without_guard(str(row.get(name) or "").strip()) for name in names}, f"row {number}")
        for number, row in enumerate(rows[:MAX_SETS], 1)
    ]
    return [row for row in filled if any(row.values())]


@st.cache_data(max_entries=20, show_spinner="Reading the values…")
def _values_of(name: str, content: bytes) -> Sequence[InputSet]:
    """The values of a table, read once for all reruns."""
    return read_table(name, content)


def _sets_for(names: Sequence[str]) -> list[Mapping[str, str]]:
    """The sets that came with the files, by the names of placeholders; those that have none of these are left out."""
    folded = [{name.casefold(): value for name, value in each.items()} for each in state.input_sets()]
    found = [{name: each[name.casefold()] for name in names if name.casefold() in each} for each in folded]
    return [each for each in found if each]


def _row(first: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """A row of the table, which can be downloaded as CSV."""
    return {name: no_formula(value) for name, value in {**first, **values}.items()}


def _choose_rest() -> tuple[int, str | None, int]:
    repeats = st.number_input("Repeats of every mission", 1, value=1, key="team_repeats")
    judge = st.selectbox(
        "Judge",
        [CHOOSE_FOR_ME, *load_catalogue()],
        format_func=lambda name: name if name == CHOOSE_FOR_ME else model_label(name),
        key="team_judge",
        accept_new_options=True,
    )
    seed = st.number_input("First seed", 0, MAX_SEED, key="team_seed", help="The same for every arm.")
    return repeats, None if judge == CHOOSE_FOR_ME else judge, seed
