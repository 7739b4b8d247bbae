"""A person says who is on the team, how it works together, and under what conditions."""

import streamlit as st

from pages.shared.labels import protocol_sentence
from pages.shared.picture import draw
from pages.shared.resources import catalogue
from pages.shared.text import plain
from swarm.engine.compose import NO_JUDGE
from swarm.engine.wish import Conditions
from swarm.errors import SwarmError
from swarm.figures import protocol_diagram
from swarm.grid import NO_SHOCK
from swarm.limits import DEFAULT_MAX_USD, Limits
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS, in_a_sentence, options_of
from swarm.shock import SHOCKS, Shock
from swarm.spec import MAX_SEED, PACES, Option, Pace
from swarm.written import usd, visible

ONE_MODEL, MIX = "One model for all", "A mix"
CHOOSE_FOR_ME = "Choose for me"
PACE_WORDS: dict[Pace, str] = {"instant": "At once", "fast": "Ten times real", "real": "As real models"}
SHOCK_WORDS = {
    NO_SHOCK: "None",
    "seat": "An agent drops out",
    "hub": "The hub drops out",
    "swap": "A quarter of the agents is swapped",
    "priorities": "A quarter of the requirements comes late",
}
OPTION_WORDS = {
    "size": "Agents per group",
    "token_budget": "Tokens to spend on revising its own work",
    "roles": "Roles, one a line (empty: eight generic jobs)",
    "title": "Name of the team",
    "briefs": "Goal and background of each role, one a line",
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


def choose_conditions(agents_are_simulated: bool) -> Conditions:
    """Draw judge, limits, shock, seed, pace and organization."""
    judges = [CHOOSE_FOR_ME, NO_JUDGE, *catalogue()]
    judge = st.selectbox(
        "Judge",
        judges,
        format_func=lambda name: (
            {CHOOSE_FOR_ME: CHOOSE_FOR_ME, NO_JUDGE: "Nobody"}.get(name) or model_label(name)
        ),
        key="judge",
        accept_new_options=True,
        help="A model that scores the result on five criteria; by default of another family than the team.",
        persist_state="session",
    )
    limits = _choose_limits(agents_are_simulated)
    with st.expander("Shock, seed, pace and organization", icon=":material/settings:"):
        shock = _choose_shock()
        seed, pace, organization = _choose_the_rest(agents_are_simulated)
    return Conditions(None if judge == CHOOSE_FOR_ME else judge, limits, seed, pace, organization, shock)


def option_key(protocol: str, name: str) -> str:
    """The key of the widget that sets an option."""
    return f"option_{protocol}_{name}"


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
    st.session_state.setdefault(key, "\n".join(default) if isinstance(default, tuple) else default)
    if isinstance(default, bool):
        return st.toggle(label, key=key, persist_state="session")
    if isinstance(default, int):
        return st.number_input(label, 0, key=key, persist_state="session")
    if isinstance(default, tuple):
        text = st.text_area(label, height=100, key=key, persist_state="session")
        return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
    return st.text_input(label, key=key, persist_state="session")


def _choose_limits(agents_are_simulated: bool) -> Limits:
    usual = "none" if agents_are_simulated else f"{DEFAULT_MAX_USD:g} (default)"
    with st.grid(4, min_column_width=120):
        usd_limit = _limit("Most dollars", "limit_usd", 0.01, "%.2f", usual)
        tokens = _limit("Most tokens", "limit_tokens", 1_000)
        calls = _limit("Most calls", "limit_calls", 1)
        duration = _limit("Most seconds", "limit_seconds", 10)
    tokens, calls = (None if most is None else int(most) for most in (tokens, calls))
    return Limits(usd_limit, tokens, calls, duration)


def _limit(label: str, key: str, step: float, form: str | None = None, unset: str = "none") -> float | None:
    return st.number_input(
        label,
        min_value=step if step < 1 else 1,
        value=None,
        step=step,
        format=form,
        placeholder=unset,
        key=key,
        persist_state="session",
    )


def _choose_shock() -> Shock | None:
    kind = st.selectbox(
        "Shock",
        [NO_SHOCK, *SHOCKS],
        format_func=lambda name: SHOCK_WORDS[name],
        key="shock",
        help="What happens to the team once, when half of its work is done.",
        persist_state="session",
    )
    if kind not in SHOCKS:
        return None
    st.caption(plain(SHOCKS[kind]))
    if kind != "swap":
        return Shock.named(kind)
    model = st.selectbox(
        "Swapped to",
        [name for name in catalogue() if name != "sim/judge"],
        format_func=model_label,
        key="shock_model",
        accept_new_options=True,
        persist_state="session",
    )
    return Shock.named(kind, model)


def _choose_the_rest(agents_are_simulated: bool) -> tuple[int, Pace, str]:
    seed = st.number_input(
        "Seed",
        0,
        MAX_SEED,
        key="seed",
        help="The same seed repeats a simulated run exactly.",
        persist_state="session",
    )
    pace = st.segmented_control(
        "Pace of simulated agents",
        list(PACES),
        required=True,
        format_func=PACE_WORDS.__getitem__,
        key="pace",
        disabled=not agents_are_simulated,
        help="How long simulated agents take to think.",
        persist_state="session",
    )
    organization = st.text_input(
        "Organization",
        key="organization",
        help="Roles are remembered within an organization. Only the Shared protocol tells agents about them.",
        persist_state="session",
    )
    kept_pace: Pace = pace if pace and agents_are_simulated else "instant"
    return seed, kept_pace, (organization or "").strip() or "default"
