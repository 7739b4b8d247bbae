"""A person says what the team must deliver: from the library, in own words, as a file."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from pages.shared.labels import level_name
from pages.shared.text import plain
from swarm.errors import SwarmError
from swarm.mission import (
    LEVELS,
    Mission,
    Requirement,
    find_mission,
    mission_from_bytes,
    mission_from_text,
)
from swarm.narrative.labels import read_as
from swarm.text.outline import outline
from swarm.written import plural, visible

LIBRARY, OWN_WORDS, FILE = "Library", "Your own words", "A file"
_LEVEL = re.compile(r"\bL(\d)\b")


def choose_mission(library: Mapping[str, Mission]) -> Callable[[], Mission | None]:
    """Draw the choice of a mission.

    Returns:
        A function that reads what was chosen; None when nothing is there yet.

            It raises BadMission when that is not one.
    """
    source = st.segmented_control(
        "Where the mission comes from",
        [LIBRARY, OWN_WORDS, FILE],
        required=True,
        key="mission_source",
        label_visibility="collapsed",
        persist_state="session",
    )
    if source == OWN_WORDS:
        return show_what_was_read(_own_words())
    return show_what_was_read(_file()) if source == FILE else _from_library(library)


def own_mission(goal: str, values: str, requirements: str) -> Mission:
    """Make a mission of three text fields: every line of the latter two is a value, or a requirement.

    Marks of lists and boxes go, and what is indented below a line belongs to it.

    Raises:
        BadMission: when there is no goal, or it is too long.
    """
    mission = mission_from_text(goal)
    wanted = tuple(Requirement(line) for line in _lines(requirements))
    return replace(mission, values=_lines(values), requirements=mission.requirements + wanted)


def read_upload(name: str, content: bytes) -> Mission:
    """Read an uploaded or pasted mission, as `mission_from_bytes` does.

    Raises:
        BadMission: when it is no text or not a mission.
    """
    return replace(mission_from_bytes(content, name), id="own")


def show_mission(mission: Mission) -> None:
    """Show what the team is told."""
    st.text(visible(mission.goal))
    if mission.requirements:
        with st.expander(plural(len(mission.requirements), "requirement"), icon=":material/checklist:"):
            st.markdown("\n".join(f"{n}. {_requirement(r)}" for n, r in enumerate(mission.requirements, 1)))
    if mission.stakeholders or mission.unknowns:
        title = f"{plural(len(mission.stakeholders), 'stakeholder')}, {len(mission.unknowns)} not known"
        with st.expander(title, icon=":material/groups:"):
            wants = [f"- **{plain(who.name)}** wants: {plain(who.wants)}" for who in mission.stakeholders]
            unknown = [f"- Not known: {plain(line)}" for line in mission.unknowns]
            st.markdown("\n".join([*wants, *unknown]))
    if mission.values:
        with st.expander(plural(len(mission.values), "value"), icon=":material/favorite:"):
            st.markdown("\n".join(f"- {plain(value)}" for value in mission.values))


def show_what_was_read(read: Callable[[], Mission | None]) -> Callable[[], Mission | None]:
    """Show a mission of one's own as it was read; nothing when it cannot be, of which whoever reads it tells."""
    with suppress(SwarmError):
        if mission := read():
            with st.expander(plain(read_as(mission)), icon=":material/fact_check:"):
                st.markdown(f"**{plain(mission.title)}**")
                show_mission(mission)
    return read


def _from_library(library: Mapping[str, Mission]) -> Callable[[], Mission]:
    level = st.segmented_control(
        "Difficulty",
        list(LEVELS),
        required=True,
        format_func=level_name,
        key="mission_level",
        persist_state="session",
    )
    st.caption(_LEVEL.sub(r"Level \1", LEVELS[level or "L1"]))
    of_level = [mission.id for mission in library.values() if mission.level == level] or [*library]
    chosen = st.selectbox(
        "Mission",
        of_level,
        format_func=lambda mission_id: visible(library[mission_id].title),
        key="mission",
        persist_state="session",
    )
    if chosen in library:
        with st.container(border=True):
            show_mission(library[chosen])
    return lambda: find_mission(dict(library), str(chosen))


def _own_words() -> Callable[[], Mission | None]:
    goal = st.text_area(
        "Goal",
        key="own_goal",
        height=140,
        placeholder="Plan the move of our office of 40 people to the new building by the end of June.",
        persist_state="session",
    )
    requirements = st.text_area(
        "Requirements, one a line",
        key="own_requirements",
        placeholder="Draw the floor plan with everybody's wishes\nMove the servers without a day of silence",
        help="What the result must contain. Without any, the agents read them out of the goal.",
        persist_state="session",
    )
    values = st.text_area(
        "Values, one a line (optional)",
        key="own_values",
        height=80,
        placeholder="Nobody works a weekend for this.",
        help="What your organization holds dear. Every agent reads them.",
        persist_state="session",
    )
    if not any((text or "").strip() for text in (goal, requirements, values)):
        return _nothing_yet
    return lambda: own_mission(goal or "", values or "", requirements or "")


def _file() -> Callable[[], Mission | None]:
    # Whatever is brought, its reader says what it is: of a wrong suffix, the widget says only that it is one.
    upload = st.file_uploader("Mission file (TOML, Markdown or plain text)", key="mission_upload")
    pasted = st.text_area("Or paste it", key="mission_pasted", height=160, persist_state="session")
    if upload is not None:
        return lambda: read_upload(upload.name, upload.getvalue())
    if not (pasted or "").strip():
        return _nothing_yet
    return lambda: read_upload("what was pasted", (pasted or "").encode("utf-8", "replace"))


def _nothing_yet() -> None:
    """Nothing was written or chosen so far."""


def _requirement(requirement: Requirement) -> str:
    needs = ", ".join(map(str, requirement.needs))
    conflict = " against ".join(map(plain, requirement.conflict))
    facts = [f"needs {needs}" if needs else "", f"in conflict: {conflict}" if conflict else ""]
    known = "; ".join(fact for fact in facts if fact)
    return plain(requirement.text) + (f" :gray[({known})]" if known else "")


def _lines(text: str) -> tuple[str, ...]:
    return outline(text.replace("\r\n", "\n"), every_line=True).points
