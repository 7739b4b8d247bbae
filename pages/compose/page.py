"""Compose: what to deliver, who does it, how they work together; what that will take; run."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from pages.compose.conditions import choose_conditions
from pages.compose.link import fill_form, link_of
from pages.shared import state
from pages.shared.launching import run_and_watch
from pages.shared.mission_input import LIBRARY, choose_mission
from pages.shared.resources import estimates, history, missions, settings, slips
from pages.shared.team_input import choose_protocol, choose_team
from pages.shared.text import plain, sentence
from swarm.engine.command_line import command_line, mission_toml
from swarm.engine.compose import compose
from swarm.engine.estimate import Estimates
from swarm.engine.measure import measure, unmeasured
from swarm.engine.wish import wish_of
from swarm.errors import SwarmError
from swarm.figures.protocol_diagram import speakers
from swarm.models.catalogue import card_of, cost_nothing
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.written import count, lasting, usd, visible

T = TypeVar("T")


@st.dialog("Spend real money?", icon=":material/payments:")
def confirm(spec: RunSpec, expected: Estimates) -> None:
    """Show the price once more before anything is paid for."""
    low, likely, high = expected.low, expected.expected, expected.high
    st.markdown(
        f"**About {usd(likely.cost_usd)}** (between {usd(low.cost_usd)} and {usd(high.cost_usd)}) "
        f"for {count(likely.calls)} calls and {count(likely.input_tokens + likely.output_tokens)} tokens."
    )
    limit = spec.limits.usd
    st.markdown(f"The run stops before it passes **{usd(limit)}**." if limit else "No dollar limit is set.")
    if st.button("Run and pay", type="primary", icon=":material/play_arrow:", width="stretch"):
        try:
            run_and_watch(spec)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")


def show_expectation(spec: RunSpec, expected: Estimates, *, simulated: bool, free: bool) -> None:
    """Show the size of the run, low, expected and high, and its price where there is one."""
    columns = {"Low": expected.low, "**Expected**": expected.expected, "High": expected.high}
    rows = {
        name: [
            count(foretold.calls),
            count(foretold.input_tokens + foretold.output_tokens),
            lasting(foretold.seconds),
            *([] if free else [usd(foretold.cost_usd)]),
        ]
        for name, foretold in columns.items()
    }
    heads = ["Calls", "Tokens", "Time", *([] if free else ["Price"])]
    st.table({"": heads, **rows}, border="horizontal", hide_index=True)
    if expected.expected.seconds is None:
        offer_to_measure(spec)
    if simulated:
        st.caption(
            "Simulated agents are free. The price is what models of their class would cost.",
        )
    likely, limit = expected.expected.cost_usd, spec.limits.usd
    if likely and limit and likely > limit:
        st.warning("The expected price is above the limit: the run would end early.", icon=":material/info:")
    for warning in spec.warnings:
        st.warning(plain(warning), icon=":material/info:")


def offer_to_measure(spec: RunSpec) -> None:
    """Offer to find out how long a server on this machine takes."""
    names = ", ".join(unmeasured(spec, settings()))
    st.caption(f"How fast {plain(names)} answers on this machine is not known yet. One message tells.")
    if st.button("Measure", icon=":material/timer:", key="measure"):
        with st.spinner("Waiting for the reply"):
            asyncio.run(measure(spec, settings()))
        st.rerun()


def show_outcome(spec: RunSpec, judge: str | None) -> None:
    """Show the expectation, the same as a command, and the button."""
    simulated = card_of(next(iter(spec.team.models)), settings()).simulated
    expected, unpaid = estimates(spec), cost_nothing(spec.models, settings())
    show_expectation(spec, expected, simulated=simulated, free=unpaid and not simulated)
    if st.button("Run", type="primary", icon=":material/play_arrow:", width="stretch", key="run"):
        run_and_watch(spec) if unpaid else confirm(spec, expected)
    command = command_line(spec, judge=judge)
    st.caption("The same from a terminal:")
    st.code(visible(command), language="bash", wrap_lines=True)
    if "--mission-file" in command:
        st.download_button("Download mission.toml", lambda: mission_toml(spec.mission), "mission.toml")


def checked(read: Callable[[], T | None]) -> T | None:
    """Read a part of the form; when it cannot be used, None and a sentence there."""
    try:
        return read()
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
        return None


def show_nothing_to_run(mission_is_missing: bool) -> None:
    """Say what is missing, and a button for later."""
    st.caption("First say what the team must deliver." if mission_is_missing else "First mend the team.")
    st.button(
        "Run", type="primary", icon=":material/play_arrow:", width="stretch", key="not_yet", disabled=True
    )


st.title("Compose a run", anchor=False)
for slip in slips():
    st.warning(plain(slip), icon=":material/warning:")
if ignored := fill_form():
    st.error(plain(ignored), icon=":material/error:")

form, outcome = st.columns([8, 5], gap="large")
with form:
    st.subheader("Mission", anchor=False)
    mission = checked(choose_mission(missions()))
    st.subheader("Team", anchor=False)
    agents, models = choose_team()
    team = checked(partial(make_team, models, agents))
    st.subheader("Protocol", anchor=False, help="Who speaks, in what order, and what each agent hears.")
    protocol, options = choose_protocol()
    if agents > 1 and checked(partial(speakers, protocol)) == 1:
        st.caption(f":material/info: One agent works; the other {agents - 1} stay idle.")
    st.subheader("Judge and limits", anchor=False)
    conditions = choose_conditions("sim/" in " ".join(models))
    library_mission = st.session_state["mission"] if st.session_state["mission_source"] == LIBRARY else None
    asked = {"protocol": protocol, "agents": agents, "model": models, **conditions}
    state.write_link(link_of(asked | {"mission": library_mission}, options))
with outcome:
    st.subheader("What to expect", anchor=False)
    try:
        if mission is None or team is None:
            show_nothing_to_run(mission is None)
            st.stop()
        composed = compose(
            wish_of(mission, options, asked),
            settings(),
            remember=history().past_roles,
        )
        show_outcome(composed, conditions["judge"])
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
