"""This file is where the form of an experiment is filled from a file, or from the link that led here."""

import streamlit as st

from pages.shared import state
from pages.shared.experiment_form import fill_experiment
from pages.shared.resources import missions
from pages.shared.text import sentence
from swarm.errors import SwarmError
from swarm.experiment.file import experiment_from_toml


def prefill() -> str | None:
    """Fill the form from what the link names or what is uploaded.

    Returns:
        What it was filled from, in words; None when it was left alone.
    """
    with st.popover("Begin with a file", icon=":material/file_open:"):
        upload = st.file_uploader("An experiment file", ["toml"], key="exp_file_upload")
    if upload and state.is_new("exp_file_upload", upload.file_id):
        try:
            text = upload.getvalue().decode("utf-8-sig", "replace")
            fill_experiment(experiment_from_toml(text, upload.name, missions()))
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")
            return None
        return f"Filled from {upload.name}."
    return None
