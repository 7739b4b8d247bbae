"""Drop my roles?: import a team, see what was understood, test it against no roles and one agent, read the verdict."""

import streamlit as st

from pages.drop_my_roles.form import choose_test
from pages.drop_my_roles.given_team import show_given_team
from pages.drop_my_roles.importing import choose_files, show_earlier_tests
from pages.drop_my_roles.verdict import show_team_test
from pages.experiments.plan import show_plan
from pages.shared import state
from pages.shared.resources import missions, settings
from pages.shared.text import sentence
from swarm.errors import BadInput, SwarmError
from swarm.teams.reading.given import GivenTeam
from swarm.teams.storage import kept_team

INTRODUCTION = (
    "You have a team with roles: a crew, a group chat, a company of agents. Would the same agents do as well without "
    "their roles, or one agent alone? Hand over its files, look at what was understood, and press one button."
)


def show_team(team: GivenTeam) -> None:
    """Show what was understood, and beside it what a test would take, and the button."""
    understood, outcome = st.columns([7, 5], gap="large")
    with understood:
        show_given_team(team)
    with outcome:
        st.subheader("Test it", anchor=False)
        if team.names_alone:
            st.warning(sentence(BadInput(team.names_alone)), icon=":material/person_off:")
            if not st.checkbox("Test the names alone", key="team_names_only"):
                return
        try:
            test = choose_test(team, missions(), settings())
            show_plan(test, label="Test my team", go=state.show_team_test)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")


def show_beginning() -> None:
    """Show the ways to hand over a team, and the tests there are."""
    st.title("Should I drop my roles?", anchor=False)
    st.markdown(INTRODUCTION)
    choose_files()
    show_earlier_tests()


try:
    shown, team_id = state.shown_experiment(), state.shown_team()
    if (shown or team_id) and st.button(
        "Another team", icon=":material/arrow_back:", type="tertiary", key="team_back"
    ):
        state.leave_pair()
    if shown:
        show_team_test(shown)
    elif team_id:
        show_team(kept_team(settings(), team_id))
    else:
        show_beginning()
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
    st.page_link("../drop_my_roles/page.py", label="Begin anew", icon=":material/person_off:")
