"""A person says what an experiment varies, what it holds, and how often it is repeated."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.labels import level_name
from pages.shared.mission_input import read_upload
from pages.shared.resources import catalogue
from pages.shared.team_input import choose_options, model_label
from swarm.errors import BadInput
from swarm.grid import MARGIN, NO_SHOCK, Experiment, Grid, Terms, Way
from swarm.limits import Limits
from swarm.mission import LEVELS, Mission, find_mission
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS
from swarm.shock import SHOCKS
from swarm.spec import MAX_SEED
from swarm.text.numbers import is_whole

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
    "exp_margin": MARGIN,
}
"""Values that the form's widgets show at first, by their keys."""
LEAST_USD = 0.01
MARGINS = (0.001, 0.5)
"""The smallest and the largest margin that can be chosen."""


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
    shocks, shock_model = _choose_shocks()
    st.subheader("On what", anchor=False)
    missions = _choose_missions(library)
    repeats = _choose_repeats()
    with st.expander("Judge, seed, limits, early stop", icon=":material/settings:"):
        judge, seed, limits, terms = _choose_terms()
    grid = Grid(
        name=name or "",
        ways=ways,
        teams=tuple(teams),
        agents=tuple(_number(text) for text in agents),
        missions=missions,
        repeats=repeats,
        seed=seed,
        shocks=tuple(shocks),
        shock_model=shock_model,
        judge=judge,
        limits=limits,
    )
    return Experiment(grid, terms)


def _choose_ways() -> tuple[Way, ...]:
    protocols = st.multiselect(
        "Protocols",
        [*PROTOCOLS],
        format_func=protocol_name,
        key="exp_protocols",
        help="The first one is what the others are measured against.",
        persist_state="session",
    )
    return tuple(Way(protocol, choose_options(protocol)) for protocol in protocols)


def _choose_many(label: str, key: str, options: Sequence[str], hint: str) -> list[str]:
    listed = [*options, *(value for value in st.session_state[key] if value not in options)]
    return st.multiselect(
        label,
        listed,
        key=key,
        accept_new_options=True,
        format_func=model_label if key == "exp_models" else str,
        help=hint,
        persist_state="session",
    )


def _model_names() -> list[str]:
    return [name for name in catalogue() if name != "sim/judge"]


def _choose_shocks() -> tuple[list[str], str | None]:
    shocks = st.multiselect(
        "Shocks",
        [NO_SHOCK, *SHOCKS],
        format_func=lambda kind: "No shock" if kind == NO_SHOCK else f"{kind.capitalize()}: {SHOCKS[kind]}",
        key="exp_shocks",
        help="What strikes the team in the middle of its work.",
        persist_state="session",
    )
    if "swap" not in shocks:
        return shocks, None
    return shocks, st.selectbox(
        "Model that seats are swapped to",
        _model_names(),
        format_func=model_label,
        key="exp_shock_model",
        accept_new_options=True,
        persist_state="session",
    )


def _choose_missions(library: dict[str, Mission]) -> tuple[Mission, ...]:
    words = st.multiselect(
        "Missions",
        [*LEVELS, *library],
        format_func=lambda word: _mission_label(word, library),
        key="exp_missions",
        help="All of a level, or single ones. A verdict needs 6 missions or more.",
        persist_state="session",
    )
    uploads = st.file_uploader(
        "Missions of your own", ["toml", "md", "txt"], accept_multiple_files=True, key="exp_uploads"
    )
    found = [
        mission
        for word in words
        for mission in (
            [each for each in library.values() if each.level == word]
            if word in LEVELS
            else [find_mission(library, word)]
        )
    ]
    own = [read_upload(upload.name, upload.getvalue()) for upload in uploads]
    # Those of a level that are named as well are meant once.
    return tuple({(mission.id, mission.title): mission for mission in (*found, *own)}.values())


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
    return library[word].title if word in library else word


def _choose_terms() -> tuple[str | None, int, Limits, Terms]:
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
            "Margin of equivalence", *MARGINS, step=0.005, format="%.3f", key="exp_margin",
            help="A difference in quality within it counts as none. Half a point on one criterion is 0.031.",
            persist_state="session",
        )  # fmt: skip
        max_usd = st.number_input(
            "Most dollars in all", LEAST_USD, value=None, step=1.0, format="%.2f", key="exp_max_usd",
            placeholder="required for real models", persist_state="session",
        )  # fmt: skip
        run_usd = st.number_input(
            "Most dollars a run", LEAST_USD, value=None, step=0.1, format="%.2f", key="exp_run_usd",
            placeholder="none", persist_state="session",
        )  # fmt: skip
    stop_when_clear = st.toggle(
        "Stop early when the answer is clear",
        key="exp_stop_when_clear",
        help="Looks after 20, 40, 60 and 80 % of the runs stop it when every comparison is settled at p < .001; at the "
        "end p < .046 is asked for. So the chance of a false alarm stays below 5 %.",
        persist_state="session",
    )
    terms = Terms(max_usd, bool(stop_when_clear), margin)
    return (None if judge == CHOOSE_FOR_ME else judge), seed, Limits(usd=run_usd), terms


def _number(text: str) -> int:
    if not is_whole(text.strip()) or len(text) > 6:
        raise BadInput(f"{text!r} is not a number of agents: give 1 to 256")
    return int(text)
