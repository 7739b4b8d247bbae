"""A person says under what conditions a run takes place."""

from typing import Any

import streamlit as st

from pages.shared.resources import catalogue
from pages.shared.team_input import CHOOSE_FOR_ME, limit_input, model_label
from pages.shared.text import plain
from swarm.engine.compose import NO_JUDGE
from swarm.grid import NO_SHOCK
from swarm.limits import DEFAULT_MAX_USD
from swarm.shock import SHOCKS
from swarm.spec import MAX_SEED, PACES, Pace

PACE_WORDS: dict[Pace, str] = {"instant": "At once", "fast": "Ten times real", "real": "As real models"}


SHOCK_WORDS = {
    NO_SHOCK: "None",
    "seat": "An agent drops out",
    "hub": "The hub drops out",
    "swap": "A quarter of the agents is swapped",
    "priorities": "A quarter of the requirements comes late",
}


def choose_conditions(agents_are_simulated: bool) -> dict[str, Any]:
    """Draw judge, limits, shock, seed, pace and organization; return what was chosen by its name in FIELDS."""
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
        rest = _choose_the_rest(agents_are_simulated)
    return {"judge": None if judge == CHOOSE_FOR_ME else judge, **limits, **shock, **rest}


def _choose_limits(agents_are_simulated: bool) -> dict[str, Any]:
    usual = "none" if agents_are_simulated else f"{DEFAULT_MAX_USD:g} (default)"
    with st.grid(4, min_column_width=120):
        return {
            "max_usd": limit_input("Most dollars", "limit_usd", 0.01, usual),
            "max_tokens": limit_input("Most tokens", "limit_tokens", 1_000),
            "max_calls": limit_input("Most calls", "limit_calls", 1),
            "timeout_s": limit_input("Most seconds", "limit_seconds", 10.0),
        }


def _choose_shock() -> dict[str, Any]:
    kind = st.selectbox(
        "Shock",
        [NO_SHOCK, *SHOCKS],
        format_func=lambda name: SHOCK_WORDS[name],
        key="shock",
        help="What happens to the team once, when half of its work is done.",
        persist_state="session",
    )
    if kind in SHOCKS:
        st.caption(plain(SHOCKS[kind]))
    if kind != "swap":
        return {"shock": None if kind == NO_SHOCK else kind}
    model = st.selectbox(
        "Swapped to",
        [name for name in catalogue() if name != "sim/judge"],
        format_func=model_label,
        key="shock_model",
        accept_new_options=True,
        persist_state="session",
    )
    return {"shock": kind, "shock_model": model}


def _choose_the_rest(agents_are_simulated: bool) -> dict[str, Any]:
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
    return {
        "seed": seed,
        "pace": pace if pace and agents_are_simulated else None,
        "organization": (organization or "").strip() or None,
    }
