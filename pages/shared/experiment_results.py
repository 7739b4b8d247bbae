"""This file is where it is shown what an experiment shows so far: verdicts in words, then the numbers."""

import streamlit as st

from pages.shared.resources import cells
from pages.shared.text import plain
from swarm.comparison import Comparison
from swarm.experiment.results import results
from swarm.finding import finding, findings, remarks
from swarm.grid import Experiment
from swarm.history import RunFilter


def show_results(experiment_id: str, experiment: Experiment) -> None:
    """What its runs show so far, by what they are compared in, context by context.

    Raises:
        BadInput: when nothing can be compared yet; says why.
    """
    found = results(experiment, cells(RunFilter(experiment=experiment_id)))
    for number, (context, comparison) in enumerate(found):
        if context:
            st.subheader(plain(context), anchor=False)
        _show(comparison, f"{experiment_id}_{number}")


def _show(comparison: Comparison, key: str) -> None:
    st.markdown(f"**{plain(finding(comparison))}**")
    for line in (*findings(comparison), *remarks(comparison)):
        st.markdown(plain(line))
