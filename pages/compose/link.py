"""A link such as /compose?mission=food-festival&agents=8 fills the Compose form.

Every field can be read from the link and is written to it, under the name it has on the command line.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import state
from pages.shared.mission_input import LIBRARY
from pages.shared.resources import missions
from pages.shared.state import Link
from pages.shared.team_input import CHOOSE_FOR_ME, MIX, ONE_MODEL, in_lines, option_key
from swarm.engine.wish import BOUNDS, FIELDS, written
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
ALWAYS = ("mission", "protocol", "agents")
"""Names that a link says even where they are as usual."""
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
        except BadInput as error:
            ignored.append(f"{name}={', '.join(link[name])} ({error})")
    return values, ignored


def link_of(asked: Mapping[str, Any], options: Mapping[str, Option]) -> Link:
    """Write the link that fills the form as it is now; what is as usual is left out.

    Args:
        asked: what the form says by its names in FIELDS.
        options: of the protocol.
    """
    link: Link = {name: (str(asked[name]),) for name in ALWAYS if asked[name] is not None}
    # The form's: real agents have none, and simulated ones shall have it again.
    rest = {name: value for name, value in asked.items() if name not in (*ALWAYS, "model")} | {
        "pace": st.session_state.get("pace", USUAL_PACE)
    }
    link |= {name: (text,) for name, text in written(rest, pace=USUAL_PACE).items()}
    link["model"] = _parts(asked["model"])
    return link | {
        name: value if isinstance(value, tuple) else (str(value),) for name, value in options.items()
    }


def _read(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    if name == "model":
        return _models(given)
    if name in options_of(protocol):
        return _option(name, given, protocol)
    if name not in FIELDS or not FIELDS[name].linked:
        raise BadInput("unknown")
    if len(given) != 1:
        raise BadInput("given more than once")
    return _mission(given[0]) if name == "mission" else {WIDGETS.get(name, name): FIELDS[name].read(given[0])}


def _mission(text: str) -> dict[str, Any]:
    mission = find_mission(missions(), text)
    return {"mission_source": LIBRARY, "mission_level": mission.level, "mission": mission.id}


def _models(given: tuple[str, ...]) -> dict[str, Any]:
    names = _parts(given)
    if not names:
        raise BadInput("names no model")
    if len(names) == 1 and not is_whole(names[0].partition(" ")[0]):
        return {"team_mode": ONE_MODEL, "model": names[0]}
    return {"team_mode": MIX, "team_mix": ", ".join(names)}


def _parts(models: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for text in models for part in text.split(",") if part.strip())


def _option(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    many = isinstance(options_of(protocol)[name], tuple)
    value = check_options(protocol, {name: given if many else given[-1]})[name]
    return {option_key(protocol, name): in_lines(value) if many else value}
