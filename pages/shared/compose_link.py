"""This file is where a link such as /compose?mission=food-festival&agents=8 fills the Compose form."""

import streamlit as st

from pages.shared import state
from pages.shared.resources import missions
from swarm.errors import BadInput
from swarm.mission import find_mission
from swarm.protocols import find_protocol
from swarm.team import MAX_AGENTS, check_agents

DEFAULTS = {"mission": "food-festival", "mission_level": "L3", "agents": 8, "model": "sim/strong"}


def fill_form() -> None:
    """Fill the form from the link that led here, else as it was, else with defaults.

    Raises:
        BadInput: when the link names what does not exist; the form then stays as it was.
    """
    for key, value in DEFAULTS.items():
        st.session_state.setdefault(key, value)
    wanted = st.query_params
    if "mission" in wanted:
        mission = find_mission(missions(), wanted["mission"])
        state.fill_from_link("mission", mission_level=mission.level, mission=mission.id)
    if "protocol" in wanted:
        find_protocol(wanted["protocol"])
        state.fill_from_link("protocol", protocol=wanted["protocol"])
    if "agents" in wanted:
        state.fill_from_link("agents", agents=agents_of(wanted["agents"]))
    if "model" in wanted:
        state.fill_from_link("model", model=wanted["model"])


def agents_of(text: str) -> int:
    """Read a number of agents; raises BadInput when it is none."""
    if not text.isdecimal():
        raise BadInput(f"{text!r} agents: a team has 1 to {MAX_AGENTS} agents")
    return check_agents(int(text))
