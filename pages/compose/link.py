"""A link such as /compose?mission=food-festival&agents=8 fills the Compose form.

Every field can be read from the link and is written to it, under the name it has on the command line.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.shared import state
from pages.shared.mission_input import LIBRARY
from pages.shared.resources import missions
from pages.shared.state import Link
from pages.shared.team_input import CHOOSE_FOR_ME, MIX, NO_SHOCK, ONE_MODEL, Conditions, option_key
from swarm.errors import BadInput
from swarm.mission import find_mission
from swarm.protocols import check_options, find_protocol, options_of
from swarm.shock import SHOCKS
from swarm.spec import MAX_SEED, PACES, Option
from swarm.team import MAX_AGENTS, check_agents

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
    "pace": "fast",
    "organization": "default",
    "shock": NO_SHOCK,
    "shock_model": "sim/weak",
}
"""What the form's widgets show at first, by their keys."""


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
    limits, shock = conditions.limits, conditions.shock
    usual = {"seed": "0", "pace": DEFAULTS["pace"], "organization": DEFAULTS["organization"]}
    facts: dict[str, object] = {
        "mission": mission,
        "protocol": protocol,
        "agents": agents,
        "judge": conditions.judge,
        "seed": conditions.seed,
        "pace": st.session_state.get("pace"),
        "organization": conditions.organization,
        "shock": shock.kind if shock else None,
        "shock_model": shock.model if shock else None,
        "max_usd": limits.usd,
        "max_tokens": limits.tokens,
        "max_calls": limits.calls,
        "timeout_s": limits.seconds,
    }
    link: Link = {
        name: (str(value),)
        for name, value in facts.items()
        if value is not None and str(value) != usual.get(name)
    }
    link["model"] = tuple(part.strip() for text in models for part in text.split(",") if part.strip())
    return link | {
        name: value if isinstance(value, tuple) else (str(value),) for name, value in options.items()
    }


def agents_of(text: str) -> int:
    """Read a number of agents; raises BadInput when it is none."""
    if not text.isdecimal():
        raise BadInput(f"a team has 1 to {MAX_AGENTS} agents")
    return check_agents(int(text))


def _read(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    if name == "model":
        return _models(given)
    if name in options_of(protocol):
        return _option(name, given, protocol)
    if name not in READERS:
        raise BadInput("unknown")
    if len(given) != 1:
        raise BadInput("given more than once")
    return READERS[name](given[0])


def _mission(text: str) -> dict[str, Any]:
    mission = find_mission(missions(), text)
    return {"mission_source": LIBRARY, "mission_level": mission.level, "mission": mission.id}


def _protocol(text: str) -> dict[str, Any]:
    find_protocol(text)
    return {"protocol": text}


def _models(given: tuple[str, ...]) -> dict[str, Any]:
    names = [part.strip() for text in given for part in text.split(",") if part.strip()]
    if not names:
        raise BadInput("names no model")
    if len(names) == 1 and not names[0].partition(" ")[0].isdecimal():
        return {"team_mode": ONE_MODEL, "model": names[0]}
    return {"team_mode": MIX, "team_mix": ", ".join(names)}


def _option(name: str, given: tuple[str, ...], protocol: str) -> dict[str, Any]:
    many = isinstance(options_of(protocol)[name], tuple)
    value = check_options(protocol, {name: given if many else given[-1]})[name]
    return {option_key(protocol, name): "\n".join(value) if many else value}


def _text(key: str, most: int = 200) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        if not text.strip() or len(text) > most:
            raise BadInput(f"give 1 to {most} characters")
        return {key: text.strip()}

    return read


def _number(
    key: str, least: float, most: float = 1e12, *, whole: bool = True
) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        value = int(text) if whole else float(text)
        if not least <= value <= most:
            raise BadInput(f"give a number from {least:g} to {most:g}")
        return {key: value}

    return read


def _pace(text: str) -> dict[str, Any]:
    if text not in PACES:
        raise BadInput(f"known are {', '.join(PACES)}")
    return {"pace": text}


def _shock(text: str) -> dict[str, Any]:
    if text not in (NO_SHOCK, *SHOCKS):
        raise BadInput(f"known are {', '.join(SHOCKS)}")
    return {"shock": text}


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "mission": _mission,
    "protocol": _protocol,
    "agents": lambda text: {"agents": agents_of(text)},
    "judge": _text("judge"),
    "seed": _number("seed", 0, MAX_SEED),
    "pace": _pace,
    "organization": _text("organization", 80),
    "shock": _shock,
    "shock_model": _text("shock_model"),
    "max_usd": _number("limit_usd", 0.01, whole=False),
    "max_tokens": _number("limit_tokens", 1),
    "max_calls": _number("limit_calls", 1),
    "timeout_s": _number("limit_seconds", 1),
}
