"""A person says who is on the team, how it works together, and under what conditions."""

import re

import streamlit as st

from pages.shared.labels import protocol_sentence
from pages.shared.picture import draw
from pages.shared.resources import catalogue
from swarm.errors import SwarmError
from swarm.figures import protocol_diagram
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS, in_a_sentence, options_of
from swarm.spec import Option
from swarm.written import usd, visible

_TOLD = re.compile(r"\\([\\n])")
ONE_MODEL, MIX = "One model for all", "A mix"
CHOOSE_FOR_ME = "Choose for me"
OPTION_WORDS = {
    "size": "Agents per group",
    "token_budget": "Tokens to spend on revising its own work",
    "roles": "Roles, one a line (empty: eight generic jobs)",
    "title": "Name of the team",
    "briefs": "Goal and background of each role, one a line (\\n breaks a line in two)",
    "steps": "Order of work, one step a line, such as “2 write_report hears 1” (empty: seat order)",
    "led": "Agent 1 leads",
}


def choose_team() -> tuple[int, tuple[str, ...]]:
    """Draw the choice of the team; return the number of agents and the models as `make_team` takes them."""
    number, kind = st.columns([1, 2], vertical_alignment="top")
    with number:
        # No upper bound here: a number that is too large shall be told, not cut.
        agents = st.number_input("Agents", 1, key="agents", persist_state="session")
    with kind:
        mode = st.segmented_control(
            "Models",
            [ONE_MODEL, MIX],
            required=True,
            key="team_mode",
            persist_state="session",
        )
    if mode == MIX:
        mix = st.text_input(
            "Models and how many seats each",
            key="team_mix",
            help="In seat order. The numbers must add up; one entry without a number takes the rest.",
            persist_state="session",
        )
        return agents, (mix or "",)
    model = st.selectbox(
        "Model",
        [name for name in catalogue() if name != "sim/judge"],
        format_func=model_label,
        key="model",
        accept_new_options=True,
        help="Any LiteLLM name works, such as ollama_chat/llama3.2: type it and press Enter.",
        persist_state="session",
    )
    return agents, (str(model),)


def choose_protocol() -> tuple[str, dict[str, Option]]:
    """Draw the choice of the protocol, each with its sentence and the chosen one with its picture."""
    names, picture = st.columns([3, 2], gap="medium")
    with names:
        protocol = st.radio(
            "Protocol",
            [*PROTOCOLS],
            format_func=protocol_name,
            captions=[protocol_sentence(name) for name in PROTOCOLS],
            key="protocol",
            label_visibility="collapsed",
            persist_state="session",
        )
    with picture:
        options = choose_options(str(protocol))
        _show_diagram(str(protocol), options)
    return str(protocol), options


def option_key(protocol: str, name: str) -> str:
    """The key of the widget that sets an option."""
    return f"option_{protocol}_{name}"


def in_lines(values: tuple[str, ...]) -> str:
    r"""Write texts one a line; their own line breaks are told as \n.

    Examples:
        >>> in_lines(("a", "b\nc")) == "a\nb" + chr(92) + "nc"
        True
    """
    return "\n".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in values)


def of_lines(text: str) -> tuple[str, ...]:
    """Read texts one a line, as `in_lines` writes them; blank lines are none."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_TOLD.sub(lambda told: "\n" if told[1] == "n" else told[1], line) for line in lines if line)


def model_label(name: str) -> str:
    """A model with its price, for lists to choose from."""
    card = catalogue().get(name)
    if card is None:
        return visible(name)
    label = visible(card.label)
    if card.simulated:
        return f"{label} · free, no key"
    price = f"{usd(card.price.input)} in, {usd(card.price.output)} out" if card.price else "price unknown"
    return f"{label} · {price}"


def _show_diagram(protocol: str, options: dict[str, Option]) -> None:
    try:
        figure = protocol_diagram(protocol, options, height=240)
    except SwarmError:
        return  # the same error is told beside the Run button
    draw(figure, alt=in_a_sentence(protocol), key="protocol_diagram")
    st.caption(
        "Five agents, one a row. A line leads from a turn to those who hear it. "
        "Diamond: plans. Circle: announces. Disc: works in a role of its own. Square: in a given one."
    )


def choose_options(protocol: str) -> dict[str, Option]:
    """Draw the settings of a protocol, if it has any; return those that differ from its defaults."""
    chosen = {name: _choose_option(protocol, name, default) for name, default in options_of(protocol).items()}
    return {name: value for name, value in chosen.items() if value != options_of(protocol)[name]}


def _choose_option(protocol: str, name: str, default: Option) -> Option:
    label = OPTION_WORDS.get(name, protocol_name(name))
    key = option_key(protocol, name)
    st.session_state.setdefault(key, in_lines(default) if isinstance(default, tuple) else default)
    if isinstance(default, bool):
        return st.toggle(label, key=key, persist_state="session")
    if isinstance(default, int):
        return st.number_input(label, 0, key=key, persist_state="session")
    if isinstance(default, tuple):
        text = st.text_area(label, height=100, key=key, persist_state="session")
        return of_lines(text or "")
    return st.text_input(label, key=key, persist_state="session")


def limit_input(label: str, key: str, step: float, unset: str = "none") -> float | None:
    """Draw a limit that need not be set; what it cannot be is said where it is read."""
    return st.number_input(
        label,
        min_value=0.0 if isinstance(step, float) else 1,
        value=None,
        step=step,
        format="%g" if isinstance(step, float) else None,
        placeholder=unset,
        key=key,
        persist_state="session",
    )
