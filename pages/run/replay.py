"""A run is replayed."""

import streamlit as st

from pages.shared import state
from pages.shared.picture import draw_replay, paper
from pages.shared.resources import replay_of
from swarm.recording.record import RunRecord


def show_replay(record: RunRecord) -> None:
    """The run as it came about, moment by moment; the address of the page leads to the moment shown."""
    if not record.turns:
        st.caption("Nobody has spoken, so there is nothing to replay.")
        return
    if record.status == "running":
        st.caption("The run can be replayed as soon as it has ended.")
        return
    figure = replay_of(record, state.shown_moment(), paper())
    draw_replay(figure, alt="Replay of this run, moment by moment", key=f"replay_{record.run_id}")
    st.caption(
        "Every moment at which somebody had spoken. Play it, drag the slider, or click the picture and use the "
        "arrow keys and the space bar. Idle: abstained, idle by order, unreadable or without a reply. The address "
        "of this page always leads to the moment shown: copy it to show somebody else."
    )
