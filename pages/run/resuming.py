"""A run that reached a limit is resumed under a higher one."""

from dataclasses import asdict, replace

import streamlit as st

from pages.shared.resources import settings
from pages.shared.text import sentence
from swarm.engine.launch import relaunch
from swarm.errors import SwarmError
from swarm.recording.record import RunRecord

LABELS = {"usd": "Most dollars", "tokens": "Most tokens", "calls": "Most calls", "seconds": "Most seconds"}


@st.dialog("Resume with a higher limit", icon=":material/speed:")
def resume_with_more(record: RunRecord) -> None:
    """Ask for the limits that are set, twice as high to begin with, and resume."""
    st.caption("What the run used before counts.")
    higher = {
        name: _higher(name, limit, record.run_id)
        for name, limit in asdict(record.spec.limits).items()
        if limit is not None
    }
    if st.button("Resume", type="primary", icon=":material/resume:", width="stretch", key="really_resume"):
        try:
            relaunch(record.run_id, settings(), replace(record.spec.limits, **higher))
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")
        else:
            st.rerun()


def _higher(name: str, limit: float, run_id: str) -> float:
    return st.number_input(
        LABELS[name],
        min_value=limit,
        value=2 * limit,
        step=1.0 if isinstance(limit, float) else 1,
        format="%.2f" if name == "usd" and limit >= 0.01 else None,
        key=f"higher_{name}_{run_id}_{limit}",
    )
