"""A person says what an experiment varies, what it holds, and how often it is repeated."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.labels import level_name
from pages.shared.mission_input import read_upload
from pages.shared.resources import catalogue
from pages.shared.team_input import choose_options, limit_input, model_label
from pages.shared.text import plain
from swarm.engine.wish import read
from swarm.experiment.asked import experiment_of
from swarm.grid import MARGIN, NO_SHOCK, Experiment
from swarm.mission import LEVELS, Mission
from swarm.narrative.labels import protocol_name, read_as
from swarm.protocols import PROTOCOLS
from swarm.shock import SHOCKS
from swarm.spec import MAX_SEED
from swarm.written import visible

CHOOSE_FOR_ME = "Choose for me"
USUAL_SIZES = ("1", "2", "4", "8", "16", "32", "64", "128", "256")
DEFAULTS: dict[str, Any] = {
    "exp_name": "Do given roles help?",
    "exp_protocols": ["fixed_roles", "sequential"],
    "exp_models": ["sim/strong"],
    "exp_agents": ["8"],
    "exp_missions": ["L3"],
    "exp_repeats": 2,
    "exp_shocks": [NO_SHOCK],
    "exp_shock_model": "sim/weak",
    "exp_judge": CHOOSE_FOR_ME,
    "exp_seed": 0,
    "exp_max_usd": None,
    "exp_run_usd": None,
    "exp_stop_when_clear": False,
    "exp_may_extend": False,
    "exp_margin": MARGIN,
}
"""Values that the form's widgets show at first, by their keys."""


def choose_experiment(library: dict[str, Mission]) -> Experiment:
    """Draw the form; return what it says.

    Raises:
        BadInput: when that is no experiment, in one sentence.
    """
    for key, value in DEFAULTS.items():
        st.session_state.setdefault(key, value)
    name = st.text_input("Name", key="exp_name", max_chars=200, persist_state="session")
    st.subheader("What is compared", anchor=False)
    ways = _choose_ways()
    teams = _choose_many(
        "Models",
        "exp_models",
        _model_names(),
        "One for all agents, or a mix such as 2 sim/strong, 6 sim/weak.",
    )
    agents = _choose_many("Numbers of agents", "exp_agents", USUAL_SIZES, "1 to 256; type any number.")
    shocks = _choose_shocks()
    st.subheader("On what", anchor=False)
    missions, own = _choose_missions(library)
    repeats = _choose_repeats()
    with st.expander("Judge, seed, limits, early stop", icon=":material/settings:"):
        terms = _choose_terms()
    asked = {
        "name": name,
        "protocols": ways,
        "models": teams,
        "agents": [read("agents", text) for text in agents],
        "missions": missions,
        "repeats": repeats,
    }
    return experiment_of(asked | shocks | terms, library, own=own)


def _choose_ways() -> list[dict[str, Any]]:
    protocols = st.multiselect(
        "Protocols",
        [*PROTOCOLS],
        format_func=protocol_name,
        key="exp_protocols",
        help="The first one is what the others are measured against.",
        persist_state="session",
    )
    return [{"protocol": protocol, **choose_options(protocol)} for protocol in protocols]


def _choose_many(label: str, key: str, options: Sequence[str], hint: str) -> list[str]:
    listed = [*options, *(value for value in st.session_state[key] if value not in options)]
    return st.multiselect(
        label,
        listed,
        key=key,
        accept_new_options=True,
        format_func=model_label if key == "exp_models" else visible,
        help=hint,
        persist_state="session",
    )


def _model_names() -> list[str]:
    return [name for name in catalogue() if name != "sim/judge"]


def _choose_shocks() -> dict[str, Any]:
    shocks = st.multiselect(
        "Shocks",
        [NO_SHOCK, *SHOCKS],
        format_func=lambda kind: "No shock" if kind == NO_SHOCK else f"{kind.capitalize()}: {SHOCKS[kind]}",
        key="exp_shocks",
        help="What strikes the team in the middle of its work.",
        persist_state="session",
    )
    if "swap" not in shocks:
        return {"shocks": shocks}
    model = st.selectbox(
        "Model that seats are swapped to",
        _model_names(),
        format_func=model_label,
        key="exp_shock_model",
        accept_new_options=True,
        persist_state="session",
    )
    return {"shocks": shocks, "shock_model": model}


def _choose_missions(library: dict[str, Mission]) -> tuple[list[str], list[Mission]]:
    """The levels and missions of the library that are named, and those that are brought along."""
    words = st.multiselect(
        "Missions",
        [*LEVELS, *library],
        format_func=lambda word: _mission_label(word, library),
        key="exp_missions",
        help="All of a level, or single ones. A verdict needs 6 missions or more.",
        persist_state="session",
    )
    uploads = st.file_uploader("Missions of your own", accept_multiple_files=True, key="exp_uploads")
    own = [read_upload(upload.name, upload.getvalue()) for upload in uploads]
    for mission in own:
        st.caption(plain(read_as(mission)))
    return words, own


def _choose_repeats() -> int:
    return st.number_input(
        "Repeats of every mission",
        1,
        key="exp_repeats",
        help="Repeats even out chance, but only more missions tell whether a difference holds for missions in general.",
        persist_state="session",
    )


def _mission_label(word: str, library: Mapping[str, Mission]) -> str:
    if word in LEVELS:
        return f"All of {level_name(word).lower()} ({sum(each.level == word for each in library.values())})"
    return visible(library[word].title if word in library else word)


def _choose_terms() -> dict[str, Any]:
    judge = st.selectbox(
        "Judge",
        [CHOOSE_FOR_ME, *catalogue()],
        format_func=lambda name: name if name == CHOOSE_FOR_ME else model_label(name),
        key="exp_judge",
        accept_new_options=True,
        persist_state="session",
    )
    with st.grid(2, min_column_width=160):
        seed = st.number_input(
            "First seed", 0, MAX_SEED, key="exp_seed", help="The same for every arm; repeats count on.",
            persist_state="session",
        )  # fmt: skip
        margin = st.number_input(
            "Margin of equivalence", 0.0, step=0.005, format="%g", key="exp_margin",
            help="A difference in quality within it counts as none. Half a point on one criterion is 0.031.",
            persist_state="session",
        )  # fmt: skip
        max_usd = limit_input("Most dollars in all", "exp_max_usd", 1.0, "required where money is spent")
        run_usd = limit_input("Most dollars a run", "exp_run_usd", 0.1)
    stop_when_clear = st.toggle(
        "Stop early when the answer is clear",
        key="exp_stop_when_clear",
        help="Looks after 20, 40, 60 and 80 % of the runs stop it when every comparison is settled at p < .001; at the "
        "end p < .046 is asked for. So the chance of a false alarm stays below 5 %.",
        persist_state="session",
    )
    may_extend = st.toggle(
        "May be extended later",
        key="exp_may_extend",
        help="Keeps .01 of the level for two looks after more missions, p < .005 each; so the planned end asks for .01 "
        "less. Without it, more missions are an experiment of their own.",
        persist_state="session",
    )
    return {
        "judge": None if judge == CHOOSE_FOR_ME else judge,
        "seed": seed,
        "margin": margin,
        "limits": {"usd": run_usd},
        "max_usd": max_usd,
        "stop_when_clear": bool(stop_when_clear),
        "may_extend": bool(may_extend),
    }
