"""The state of an experiment is shown, and where it is stopped and resumed."""

from dataclasses import replace

import streamlit as st

from pages.experiments.extension import extend, may_be_extended
from pages.run.heading import show_stop
from pages.shared import state
from pages.shared.badges import Look
from pages.shared.resources import settings
from pages.shared.text import plain, sentence
from swarm.errors import SwarmError
from swarm.experiment.launch import launch_experiment
from swarm.experiment.sentences import spent_in_words
from swarm.grid import Experiment
from swarm.history.experiments import ExperimentRow, ExperimentStatus

STATUS: dict[ExperimentStatus, Look] = {
    "running": Look("Running", ":material/play_circle:", "primary", "Runs are being played."),
    "finished": Look("Finished", ":material/check_circle:", "green", "Every run was played."),
    "clear": Look(
        "Ended early", ":material/task_alt:", "green", "The answer was clear before all runs were played."
    ),
    "dear": Look(
        "Too dear", ":material/payments:", "orange", "The first runs cost more than twice what was foretold."
    ),
    "limited": Look(
        "Limit reached", ":material/speed:", "orange", "The next call would have passed the spend limit."
    ),
    "stopped": Look("Stopped", ":material/stop_circle:", "gray", "Somebody stopped it; it can be resumed."),
    "failed": Look(
        "Failed", ":material/error:", "red", "Too many runs in a row could not go on; it can be resumed."
    ),
    "incomplete": Look(
        "Incomplete", ":material/rule:", "orange", "All runs were played, some were cut short."
    ),
    "interrupted": Look(
        "Interrupted", ":material/power_off:", "orange", "Its process is gone; it can be resumed."
    ),
}


def experiment_badge(status: ExperimentStatus) -> None:
    """Show how an experiment stands."""
    look = STATUS[status]
    st.badge(look.label, icon=look.icon, color=look.colour, help=look.meaning)


def show_actions(row: ExperimentRow, experiment: Experiment) -> None:
    """Stop it, or play what is left."""
    if row.status == "running":
        show_stop(row.experiment_id)
        return
    state.forget_stopping(row.experiment_id)
    if may_be_extended(row, experiment) and st.button(
        "Extend", icon=":material/add_chart:", key="exp_extend", help="Play more missions for one more look."
    ):
        extend(experiment)
    if row.status == "finished":
        return
    if st.button("Resume", icon=":material/resume:", key="exp_resume", type="primary"):
        _resume_with(row, experiment) if _asks(row, experiment) else _resume(experiment)


def _asks(row: ExperimentRow, experiment: Experiment) -> bool:
    """Say whether something has to be decided first: more money, or that the price is accepted."""
    return row.status in ("dear", "limited") or not row.simulated or experiment.terms.max_usd is not None


def _resume(experiment: Experiment) -> None:
    launch_experiment(experiment, settings(), resumed=True)
    st.rerun()


@st.dialog("Resume the experiment", icon=":material/resume:")
def _resume_with(row: ExperimentRow, experiment: Experiment) -> None:
    terms = experiment.terms
    st.markdown(f"Spent so far: **{plain(spent_in_words(row))}**. Runs that finished are not played again.")
    if terms.max_usd is not None:
        higher = 2 * terms.max_usd if row.status == "limited" else terms.max_usd
        limit = st.number_input(
            "Most dollars in all", 0.01, value=higher, step=1.0, format="%.2f", key="exp_higher"
        )
        terms = replace(terms, max_usd=limit)
    if row.status == "dear":
        terms = replace(terms, accept_price=st.checkbox("Go on at this price", key="exp_accept"))
    if st.button(
        "Resume", type="primary", icon=":material/resume:", width="stretch", key="exp_really_resume"
    ):
        try:
            _resume(experiment._replace(terms=terms))
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")
