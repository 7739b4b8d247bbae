"""This file is where pages keep what outlives a rerun: one function for each key of session and URL."""

import time

import streamlit as st

from swarm.run import new_run_id


def shown_run() -> str | None:
    """The run the URL names."""
    return st.query_params.get("run")


def show_run(run_id: str) -> None:
    """Go to a run's page."""
    st.switch_page("../run/run.py", query_params={"run": run_id})


def next_run_id() -> str:
    """The id of this session's next run: the same until it is used, so that two clicks start one run."""
    if "next_run_id" not in st.session_state:
        st.session_state["next_run_id"] = new_run_id()
    return st.session_state["next_run_id"]


def use_up_run_id(run_id: str) -> None:
    """Forget the next run's id, once that run is on screen."""
    if st.session_state.get("next_run_id") == run_id:
        del st.session_state["next_run_id"]


def fill_from_link(name: str, **values: object) -> None:
    """Put values into widgets, by their keys, when the URL has just named something else than before.

    Args:
        name: of the query parameter.
        values: what widgets that are drawn later shall show.
    """
    wanted = st.query_params.get(name)
    if wanted is not None and st.session_state.get(f"link_{name}") != wanted:
        st.session_state[f"link_{name}"] = wanted
        for key, value in values.items():
            st.session_state[key] = value


def show_in_link(name: str, value: object) -> None:
    """Name a widget's value in the URL, so that the URL leads to the same view."""
    if st.query_params.get(name) != str(value):
        st.session_state[f"link_{name}"] = st.query_params[name] = str(value)


def seconds_without_news(run_id: str, last_seq: int) -> float:
    """Seconds since this session first saw a run's latest event: what a running clock has to add."""
    seen = st.session_state.get("latest_news")
    if seen is None or seen[:2] != (run_id, last_seq):
        seen = st.session_state["latest_news"] = (run_id, last_seq, time.monotonic())
    return time.monotonic() - seen[2]
