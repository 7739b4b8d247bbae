"""History: every run; filter, sort, open, compare, delete, export."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.history.importing import show_import
from pages.history.roles_over_runs import forget_sequence, show_roles_over_runs
from pages.history.table import ORDERS, choose_runs
from pages.shared import state
from pages.shared.badges import STATUS
from pages.shared.exports import export_runs
from pages.shared.labels import run_label
from pages.shared.resources import catalogue, history
from pages.shared.text import plain, sentence
from pages.shared.views import choose_view
from pages.side_by_side.conditions import conditions_in_words, conditions_of_address, forget_conditions
from pages.side_by_side.link import differing_in, link_to_groups, show_side_by_side_of
from swarm.errors import SwarmError
from swarm.history.rows import RunFilter, RunRow
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS
from swarm.written import plural, visible

PER_PAGE = 50
MOST_COLUMNS = 4
"""More runs than these are compared as groups."""
VIEWS = ("Runs", "Roles over runs")
KINDS = {"All": None, "Simulated": True, "Real": False}


def choose_filter(*, sortable: bool) -> tuple[RunFilter, str]:
    """Draw the filters and, for what can be sorted, the order; return both."""
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        text = st.text_input(
            "Search",
            key="find",
            type="search",
            placeholder="Mission, run or owner",
            bind="query-params",
            width=260,
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
        models = st.multiselect(
            "Models", [*catalogue()], format_func=visible, key="of_model", bind="query-params"
        )
        statuses = st.multiselect(
            "Status",
            [*STATUS],
            format_func=lambda status: STATUS[status].label,
            key="of_status",
            bind="query-params",
        )
    where = replace(
        choose_conditions(),
        text=text or None,
        protocols=tuple(protocols),
        models=tuple(models),
        statuses=tuple(statuses),
        simulated=KINDS[kind or "All"],
        experiment=choose_experiment(),
    )
    return where, order


def choose_conditions() -> RunFilter:
    """The conditions the address names, if any, and a way to be rid of them."""
    where = conditions_of_address()
    if said := conditions_in_words(where):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Only runs with {plain('; '.join(said))}.")
            if st.button("Any condition", icon=":material/close:", type="tertiary", key="any_condition"):
                forget_conditions()
                st.rerun()
    return where


def choose_experiment() -> str | None:
    """The experiment the address names, if any, and a way to be rid of it."""
    experiment = st.query_params.get("experiment")
    if experiment is None:
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Only runs of experiment **{plain(experiment)}**")
        if st.button("All runs", icon=":material/close:", type="tertiary", key="all_runs"):
            del st.query_params["experiment"]
            st.rerun()
    return experiment


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
