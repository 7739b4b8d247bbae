"""Experiments: plan a grid of runs, see its price and what it can show, start it, watch it, read the answer."""

import streamlit as st

from pages.experiments.form import choose_experiment
from pages.experiments.list import choose_from_list
from pages.experiments.plan import show_plan
from pages.experiments.prefill import leads_to_the_form, prefill
from pages.experiments.view import show_experiment
from pages.shared import state
from pages.shared.resources import history, missions
from pages.shared.text import plain, sentence
from pages.shared.views import choose_view
from swarm.errors import SwarmError
from swarm.experiment.sentences import experiment_in_words
from swarm.grid import Experiment

ALL, NEW = "All experiments", "New experiment"


def show_composer() -> None:
    """The form, and beside it what to expect."""
    if said := prefill():
        st.info(plain(said), icon=":material/edit_note:")
    form, outcome = st.columns([7, 5], gap="large")
    with form:
        try:
            experiment = choose_experiment(missions())
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")
            experiment = None
    with outcome:
        st.subheader("What to expect", anchor=False)
        if experiment is None:
            st.caption("First mend the form.")
            return
        try:
            show_plan(experiment)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")


def show_planned(experiment: Experiment) -> None:
    """An experiment that was put together elsewhere: what it plays, its price, and the button that begins it."""
    if st.button("All experiments", icon=":material/arrow_back:", type="tertiary", key="exp_unplan"):
        state.forget_plan()
        st.rerun()
    st.title(plain(experiment.grid.name), anchor=False)
    st.markdown(plain(experiment_in_words(experiment)))
    show_plan(experiment, go=_begun)


def _begun(experiment_id: str) -> None:
    state.forget_plan()
    state.show_experiment(experiment_id)


def show_all() -> None:
    """Every experiment, or how to make the first; and the form for a new one."""
    st.title("Experiments", anchor=False)
    rows = history().experiments()
    if leads_to_the_form() and state.is_new("exp_link", dict(st.query_params)):
        st.session_state["experiments_view"] = NEW
    view = choose_view([ALL, NEW], "experiments_view", ALL if rows else NEW)
    if view == NEW:
        if not rows:
            st.markdown(
                "Play the same missions in several ways, as often as it takes to tell them apart: with intervals, a "
                "price beforehand, and a verdict at the end. Simulated models are free."
            )
        show_composer()
    elif rows:
        choose_from_list(rows)
    else:
        st.markdown("No experiment yet. Choose “New experiment” to plan the first one.")


try:
    shown = state.shown_experiment()
    planned = state.planned_experiment()
    if shown is None and planned is not None and not leads_to_the_form():
        show_planned(planned)
    elif shown is None:
        show_all()
    else:
        if st.button("All experiments", icon=":material/arrow_back:", type="tertiary", key="exp_back"):
            state.leave_pair()
        show_experiment(shown)
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
    st.page_link("../experiments/page.py", label="Go to all experiments", icon=":material/science:")
