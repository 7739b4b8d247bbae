"""History: every run; filter, sort, open, compare, delete, export."""

from collections.abc import Sequence

import streamlit as st

from pages.history.filters import choose_filter
from pages.history.importing import show_import
from pages.history.roles_over_runs import forget_sequence, show_roles_over_runs
from pages.history.table import ORDERS, choose_runs
from pages.shared import state
from pages.shared.exports import export_runs
from pages.shared.labels import run_label
from pages.shared.resources import history
from pages.shared.text import plain, sentence
from pages.shared.views import choose_view
from pages.side_by_side.link import differing_in, link_to_groups, show_side_by_side_of
from swarm.errors import SwarmError
from swarm.history.rows import RunFilter, RunRow
from swarm.narrative.labels import protocol_name
from swarm.written import plural

PER_PAGE = 50
MOST_COLUMNS = 4
"""More runs than these are compared as groups."""
VIEWS = ("Runs", "Roles over runs")


def show_choice(rows: Sequence[RunRow]) -> None:
    """Show the actions on the chosen runs."""
    if not rows:
        st.caption("Choose a run in the table to open or delete it; choose several to compare them.")
    elif len(rows) == 1:
        show_one(rows[0])
    else:
        show_several(rows)


def show_several(rows: Sequence[RunRow]) -> None:
    """Compare the chosen runs: a few in columns, more as groups by what they differ in."""
    few = len(rows) <= MOST_COLUMNS
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Compare {len(rows)} runs" if few else f"Compare {len(rows)} runs as groups",
            type="primary",
            icon=":material/splitscreen_left:",
            key="compare",
        ):
            ids = tuple(row.run_id for row in rows)
            chosen = {"run": [*ids]} if few else link_to_groups(differing_in(rows), RunFilter(run_ids=ids))
            show_side_by_side_of(**chosen)
        st.markdown(f":gray[{plain(', '.join(dict.fromkeys(protocol_name(row.protocol) for row in rows)))}]")


def show_one(row: RunRow) -> None:
    """Open or delete the chosen run."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open", type="primary", icon=":material/open_in_full:", key="open"):
            state.show_run(row.run_id)
        if st.button("Delete", icon=":material/delete:", key="delete"):
            confirm_deletion(row)
        st.markdown(f":gray[{plain(run_label(row))}]")


def compare_all(where: RunFilter) -> None:
    """Lead to all runs that match, as groups; those that did not finish are counted there."""
    # A link and no button: a button may not set parameters of the address that the filters here are bound to.
    st.page_link(
        "../side_by_side/page.py",
        label="Compare all that match",
        icon=":material/splitscreen_left:",
        help="Finished runs as groups by protocol, models, number of agents or shock.",
        query_params=link_to_groups("protocol", where),
    )


@st.dialog("Delete this run?", icon=":material/delete:")
def confirm_deletion(row: RunRow) -> None:
    """Delete a run once somebody has said so twice."""
    st.markdown(plain(run_label(row)))
    st.caption("It disappears from every page and export. The journal keeps its events on disk.")
    if st.button("Delete", type="primary", icon=":material/delete:", width="stretch", key="really_delete"):
        try:
            history().delete(row.run_id)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")
        else:
            state.tell_deleted(row.mission_title)
            st.rerun()


def show_damages() -> None:
    """Say so when journals have lines nobody can read."""
    damages = history().damages()
    if damages:
        files = ", ".join(sorted({damage.journal for damage in damages}))
        st.warning(
            f"{plural(len(damages), 'line')} of the journal cannot be read: {plain(files)}. "
            "Runs in these files may be incomplete.",
            icon=":material/broken_image:",
        )


st.title("History", anchor=False)
try:
    show_damages()
    if deleted := state.just_deleted():
        st.success(f"Deleted: {plain(deleted)}", icon=":material/delete:")
    if not history().count():
        st.markdown("No run yet. The demo on the Start page makes the first one, or compose your own.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link("../start/page.py", label="Go to Start", icon=":material/play_circle:")
            show_import()
        st.stop()
    view = choose_view(VIEWS, "history_view", VIEWS[0])
    if view == VIEWS[0]:
        forget_sequence()
    wanted, order = choose_filter(sortable=view == VIEWS[0])
    found = history().count(wanted)
    if not found:
        st.caption("No run matches. Take a filter away.")
        st.stop()
    if view == VIEWS[1]:
        show_roles_over_runs(wanted)
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center"):
        pages = -(-found // PER_PAGE)
        page = st.pagination(pages, key="history_page") if pages > 1 else 1
        st.space("stretch")
        compare_all(wanted)
        show_import()
        export_runs(wanted, found)
    listed = history().runs(wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, order=ORDERS[order])
    actions = st.container()
    chosen = choose_runs(listed)
    with actions:
        show_choice(chosen)
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
