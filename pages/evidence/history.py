"""History: every run; filter, sort, open, delete, export."""

import streamlit as st

from pages.shared import state
from pages.shared.badges import STATUS
from pages.shared.exports import export_runs
from pages.shared.numbers import plural
from pages.shared.resources import history
from pages.shared.roles_over_runs import forget_sequence, show_roles_over_runs
from pages.shared.run_import import show_import
from pages.shared.run_table import choose_run
from pages.shared.text import plain, sentence
from pages.shared.words import protocol_name, run_label
from swarm.errors import SwarmError
from swarm.history import RunFilter, RunRow
from swarm.models.catalogue import load_catalogue
from swarm.protocols import PROTOCOLS

PER_PAGE = 50
VIEWS = ("Runs", "Roles over runs")
KINDS = {"All": None, "Simulated": True, "Real": False}
ORDERS = {
    "Newest first": ("started", True),
    "Oldest first": ("started", False),
    "Best quality first": ("quality", True),
    "Dearest first": ("cost_usd", True),
    "Longest first": ("duration_s", True),
    "Most agents first": ("agents", True),
}


def choose_filter(*, sortable: bool) -> tuple[RunFilter, str]:
    """Draw the filters and, for what can be sorted, the order; return both."""
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        text = st.text_input(
            "Search", key="find", type="search", placeholder="Mission or run", bind="query-params", width=260
        )
        kind = st.segmented_control(
            "Models are", [*KINDS], default="All", required=True, key="kind", bind="query-params"
        )
        order = next(iter(ORDERS))
        if sortable:
            order = st.selectbox("Order", [*ORDERS], key="order", width=220, bind="query-params")
    with st.expander("More filters", icon=":material/filter_list:"), st.grid(3, min_column_width=220):
        protocols = st.multiselect(
            "Protocols", [*PROTOCOLS], format_func=protocol_name, key="of_protocol", bind="query-params"
        )
        models = st.multiselect("Models", [*load_catalogue()], key="of_model", bind="query-params")
        statuses = st.multiselect(
            "Status",
            [*STATUS],
            format_func=lambda status: STATUS[status].label,
            key="of_status",
            bind="query-params",
        )
    where = RunFilter(text or None, tuple(protocols), tuple(models), tuple(statuses), KINDS[kind or "All"])
    return where, order


def show_choice(row: RunRow | None) -> None:
    """What can be done with the chosen run."""
    if row is None:
        st.caption("Choose a run in the table to open or delete it.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open", type="primary", icon=":material/open_in_full:", key="open"):
            state.show_run(row.run_id)
        if st.button("Delete", icon=":material/delete:", key="delete"):
            confirm_deletion(row)
        st.markdown(f":gray[{plain(run_label(row))}]")


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
            st.page_link("../run/start.py", label="Go to Start", icon=":material/play_circle:")
            show_import()
        st.stop()
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="history_view",
        bind="query-params",
        label_visibility="collapsed",
    )
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
        show_import()
        export_runs(wanted, found)
    listed = history().runs(wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, order=ORDERS[order])
    actions = st.container()
    chosen = choose_run(listed)
    with actions:
        show_choice(next((row for row in listed if row.run_id == chosen), None))
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
