"""A link such as /compose?mission=food-festival&agents=8 fills the Compose form.

Every field can be read from the link and is written to it, under the name it has on the command line.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shared import state
from pages.shared.mission_input import LIBRARY
from pages.shared.resources import missions
from pages.shared.state import Link
from pages.shared.team_input import CHOOSE_FOR_ME, MIX, ONE_MODEL, option_key
from swarm.engine.wish import BOUNDS, FIELDS, Conditions, named
from swarm.errors import BadInput
from swarm.grid import NO_SHOCK
from swarm.mission import find_mission
from swarm.protocols import check_options, options_of
from swarm.spec import Option, Pace
from swarm.text.numbers import is_whole

USUAL_PACE: Pace = "fast"
DEFAULTS = {
    "mission_source": LIBRARY,
    "mission": "food-festival",
    "mission_level": "L3",
    "agents": 8,
    "team_mode": ONE_MODEL,
    "model": "sim/strong",
    "team_mix": "2 sim/strong, 6 sim/weak",
    "protocol": "sequential",
    "judge": CHOOSE_FOR_ME,
    "seed": 0,
    "pace": USUAL_PACE,
    "organization": "default",
    "shock": NO_SHOCK,
    "shock_model": "sim/weak",
}
"""Values that the form's widgets show at first, by their keys."""
WIDGETS = {name: f"limit_{bound}" for name, bound in BOUNDS.items()}
"""Keys of the widgets that are not called as the field is."""


def fill_form() -> str | None:
    """Fill the form from the link that led here, else leave it as it was, at first with defaults.

    Returns:
        A sentence that names what could not be read of the latest link; None when everything could.
    """
    for key, value in DEFAULTS.items():
        st.session_state.setdefault(key, value)
    link = state.new_link()
    if link is not None:
        values, ignored = read_link(link, st.session_state["protocol"])
        st.session_state.update(values)
        st.session_state["link_ignored"] = f"Ignored in the link: {'; '.join(ignored)}" if ignored else None
    return st.session_state.get("link_ignored")


def read_link(link: Link, protocol: str) -> tuple[dict[str, Any], list[str]]:
    """Read a link.

    Args:
        link: its parameters.
        protocol: the protocol whose options it means when it names none.

    Returns:
        Values of widgets by their keys, and what could not be used, each with the reason.
    """
    values: dict[str, Any] = {}
    ignored: list[str] = []
    for name in sorted(link, key=lambda name: name != "protocol"):
        try:
            values |= _read(name, link[name], values.get("protocol", protocol))
        except (BadInput, ValueError) as error:
            reason = str(error) if isinstance(error, BadInput) else "not a usable number"
            ignored.append(f"{name}={', '.join(link[name])} ({reason})")
    return values, ignored


def link_of(
    mission: str | None,
    agents: int,
    models: tuple[str, ...],
    protocol: str,
    options: Mapping[str, Option],
    conditions: Conditions,
) -> Link:
    """The link that fills the form as it is now; what is as usual is left out."""
    asked = {
        "mission": mission,
        "protocol": protocol,
        "agents": agents,
        # The form's: real agents have none, and simulated ones shall have it again.
        **named(replace(conditions, pace=st.session_state.get("pace", USUAL_PACE)), pace=USUAL_PACE),
    }
    link: Link = {name: (str(value),) for name, value in asked.items() if value is not None}
    link["model"] = tuple(part.strip() for text in models for part in text.split(",") if part.strip())
    return link | {
        name: value if isinstance(value, tuple) else (str(value),) for name, value in options.items()
    }


def _read(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    if name == "model":
        return _models(given)
    if name in options_of(protocol):
        return _option(name, given, protocol)
    read = FIELDS[name].read if name in FIELDS else None
    if read is None:
        raise BadInput("unknown")
    if len(given) != 1:
        raise BadInput("given more than once")
    return _mission(given[0]) if name == "mission" else {WIDGETS.get(name, name): read(given[0])}


def _mission(text: str) -> dict[str, Any]:
    mission = find_mission(missions(), text)
    return {"mission_source": LIBRARY, "mission_level": mission.level, "mission": mission.id}


def _models(given: tuple[str, ...]) -> dict[str, Any]:
    names = [part.strip() for text in given for part in text.split(",") if part.strip()]
    if not names:
        raise BadInput("names no model")
    if len(names) == 1 and not is_whole(names[0].partition(" ")[0]):
        return {"team_mode": ONE_MODEL, "model": names[0]}
    return {"team_mode": MIX, "team_mix": ", ".join(names)}


def _option(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    many = isinstance(options_of(protocol)[name], tuple)
    value = check_options(protocol, {name: given if many else given[-1]})[name]
    return {option_key(protocol, name): "\n".join(value) if many else value}
