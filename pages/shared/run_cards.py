"""Runs are shown as cards that lead to them."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import state
from pages.shared.badges import kind_badge, origin_badge, status_badge
from pages.shared.labels import team_words
from pages.shared.text import plain
from swarm.history.rows import RunRow
from swarm.written import ago, quality


def show_cards(rows: Sequence[RunRow]) -> None:
    """One card for every run."""
    with st.grid(3, min_column_width=280):
        for row in rows:
            with st.container(border=True, height="stretch", gap="xxsmall"):
                if st.button(plain(row.mission_title, 70), type="tertiary", key=f"open_{row.run_id}"):
                    state.show_run(row.run_id)
                scored = f" · quality {quality(row.quality)}" if row.quality is not None else ""
                st.caption(f"{team_words(row.agents, row.protocol)}{scored} · {ago(row.started)}")
                with st.container(horizontal=True):
                    status_badge(row.status, row.imported)
                    kind_badge(row.simulated)
                    origin_badge(row.imported)
