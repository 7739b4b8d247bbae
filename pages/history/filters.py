"""The choice of which runs the history shows."""

from dataclasses import replace

import streamlit as st

from pages.history.table import ORDERS
from pages.shared.badges import STATUS
from pages.shared.resources import catalogue
from pages.shared.text import plain
from pages.side_by_side.conditions import conditions_in_words, conditions_of_address, forget_conditions
from swarm.history.rows import RunFilter
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS
from swarm.written import visible

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
