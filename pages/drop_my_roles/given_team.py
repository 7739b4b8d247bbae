"""An imported team as it was understood, and what was not, before anything runs."""

import streamlit as st

from pages.shared.text import plain
from swarm.export import no_formula
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.trial.described import coordination_in_words, order_in_words
from swarm.written import UNKNOWN, plural, visible

ICONS = {
    "understood": ":material/check:",
    "changed": ":material/change_circle:",
    "ignored": ":material/block:",
}
TITLES = {"changed": "Changed", "ignored": "Left out"}

FEW = 12
"""Turns that are shown without being asked for."""


def show_given_team(team: GivenTeam) -> None:
    """Roles, order, tasks, and what became of the rest."""
    st.title(plain(team.name), anchor=False)
    st.markdown(f"{plain(team.source)} team. {plain(coordination_in_words(team))}")
    understood = [note for note in team.notes if note.kind == "understood"]
    for note in understood:
        st.caption(_line(note))
    _show_roles(team)
    if order := order_in_words(team):
        with st.expander(
            f"Order of work: {plural(len(order), 'turn')}",
            icon=":material/format_list_numbered:",
            expanded=len(order) <= FEW,
        ):
            st.text(visible("\n".join(order)))
    if team.tasks:
        with st.expander(f"What it delivers: {plural(len(team.tasks), 'task')}", icon=":material/checklist:"):
            for number, task in enumerate(team.tasks, 1):
                expected = f"\nExpected: {task.expected}" if task.expected else ""
                st.text(visible(f"R{number}. {task.text}{expected}"))
    for kind, title in TITLES.items():
        _show_notes(title, [note for note in team.notes if note.kind == kind])


def _show_roles(team: GivenTeam) -> None:
    named = bool(team.models)
    st.dataframe(
        [
            {
                "Agent": number,
                "Role": no_formula(role.name),
                "Goal": no_formula(role.goal) or UNKNOWN,
                "Background": no_formula(role.background) or UNKNOWN,
                **({"Model": no_formula(role.model or UNKNOWN)} if named else {}),
            }
            for number, role in enumerate(team.roles, 1)
        ],
        hide_index=True,
        column_config={
            "Agent": st.column_config.NumberColumn(width=60),
            "Role": st.column_config.TextColumn(width=170),
        },
        placeholder=UNKNOWN,
        alt="The roles of the team, one a line",
    )


def _show_notes(title: str, notes: list[Note]) -> None:
    if notes:
        with st.expander(
            f"{title}: {len(notes)}", icon=ICONS[notes[0].kind], expanded=notes[0].kind == "changed"
        ):
            for note in notes:
                st.markdown(_line(note))


def _line(note: Note) -> str:
    why = f": {plain(note.why)}" if note.why else ""
    return f"{ICONS[note.kind]} {plain(note.what)}{why}"
