"""This file is where the form of an experiment is filled: from a file, or from the link that led here."""

import streamlit as st

from pages.shared import state
from pages.shared.experiment_form import fill_experiment
from pages.shared.resources import cells, missions, settings
from pages.shared.text import sentence
from swarm.claims.file import claim_book
from swarm.claims.gaps import limited, missing, priced
from swarm.errors import SwarmError
from swarm.experiment.file import experiment_from_toml

CLAIM, MODEL = "claim", "model"
"""What a link names to fill the form with the runs that a claim lacks."""


def leads_to_the_form() -> bool:
    """Whether the link that led here wants the form."""
    return CLAIM in st.query_params


def prefill() -> str | None:
    """Fill the form from what the link names or what is uploaded, once.

    Returns:
        What it was filled from, in words, or why it was not; None when it was left alone.
    """
    with st.popover("Begin with a file", icon=":material/file_open:"):
        upload = st.file_uploader("An experiment file", ["toml"], key="exp_file_upload")
    try:
        if upload and state.is_new("exp_file_upload", upload.file_id):
            text = upload.getvalue().decode("utf-8-sig", "replace")
            fill_experiment(experiment_from_toml(text, upload.name, missions()))
            return f"Filled from {upload.name}."
        return _from_claim()
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
        return None


def _from_claim() -> str | None:
    claim_id, model = (st.query_params.get(name) for name in (CLAIM, MODEL))
    if claim_id is None:
        return None
    claim = claim_book().claim(claim_id)
    said = f"Filled with the runs that the claim “{claim.statement}” lacks."
    if not state.is_new("exp_claim", (claim_id, model)):
        return said
    experiment = missing(claim, cells(), missions(), model)
    if experiment is None:
        return f"The claim “{claim.statement}” has a verdict already: it lacks nothing."
    fill_experiment(limited(experiment, priced(experiment, settings())))
    return said
