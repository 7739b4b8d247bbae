"""Side by side says what it is for, when nothing was named, and offers what can be compared."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.resources import cells as stored_cells
from pages.shared.resources import history
from pages.shared.text import plain
from pages.side_by_side.conditions import KINDS
from pages.side_by_side.link import FACTOR_NAMES, show_side_by_side_of
from swarm.cell import Cell
from swarm.comparison.levels import cells_by_level
from swarm.grid import FACTORS
from swarm.history.store import EVERY_RUN
from swarm.written import plural

LATEST = 6
"""Experiments that are offered."""


def offer_choices() -> None:
    """Three ways to say what shall be compared."""
    st.markdown(
        "Set two to four runs beside each other to see how they went, or whole groups of runs to learn which way to "
        "work is better: the verdict comes first, in words, with its interval and its price."
    )
    cells = [cell for cell in stored_cells(EVERY_RUN) if cell.runs]
    if not cells:
        st.markdown("No run has finished yet. The demo on the Start page makes the first two.")
        st.page_link("../start/page.py", label="Go to Start", icon=":material/play_circle:")
        return
    with st.grid(3, min_column_width=290, gap="medium"):
        with st.container(border=True, height="stretch"):
            _offer_runs()
        with st.container(border=True, height="stretch"):
            _offer_experiments()
        with st.container(border=True, height="stretch"):
            _offer_groups(cells)


def _offer_runs() -> None:
    st.markdown("##### Single runs")
    st.caption("Two to four runs of one mission: role graphs, timelines and texts beside each other.")
    st.page_link("../history/page.py", label="Choose runs in the history", icon=":material/history:")


def _offer_experiments() -> None:
    st.markdown("##### An experiment")
    st.caption("All runs of an experiment, as groups of what it asks about.")
    found = [row for row in history().experiments() if row.finished][:LATEST]
    if not found:
        st.page_link("../experiments/page.py", label="Plan an experiment", icon=":material/science:")
    for row in found:
        kind = "SIMULATED" if row.simulated else "real"
        if st.button(
            f"{plain(row.name, 60)} · {plural(row.finished, 'run')} · {kind}",
            key=f"experiment_{row.experiment_id}",
            width="stretch",
        ):
            show_side_by_side_of(experiment=row.experiment_id)


def _offer_groups(cells: Sequence[Cell]) -> None:
    st.markdown("##### All runs, as groups")
    st.caption("Runs that are alike in all else, on the missions that every group has.")
    for kind, simulated in KINDS.items():
        chosen = [cell for cell in cells if cell.condition.simulated == simulated]
        if not chosen:
            continue
        badge = ":violet-badge[SIMULATED]" if simulated else ":gray-badge[Real models]"
        st.markdown(f"{badge} {plural(sum(cell.runs for cell in chosen), 'finished run')}")
        with st.container(horizontal=True):
            for factor in FACTORS:
                levels = len(cells_by_level(chosen, factor))
                if st.button(
                    f"{FACTOR_NAMES[factor]} · {levels}",
                    key=f"by_{factor}_{kind}",
                    disabled=levels < 2,
                    help=None if levels > 1 else "All runs are the same in this.",
                ):
                    show_side_by_side_of(by=factor, kind=kind)
