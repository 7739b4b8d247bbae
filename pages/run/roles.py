"""The roles of a run are shown: which, whose, how many there really are, where they come from."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.picture import draw
from pages.shared.text import plain
from swarm.export import no_formula
from swarm.figures.roles import roles_figure
from swarm.metrics.roles import (
    DistinctRoles,
    RoleGroup,
    WordsShared,
    distinct_roles,
    evenness,
    role_groups,
    roles_taken,
    words_shared,
)
from swarm.narrative.role_origin import Origin, origin_of_roles
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, count, plural

WORDS_NAMED = 24
ALIKE = "Roles are alike when they share at least half of their words."
ORIGINS: dict[Origin, str] = {
    "planned": "The plan assigned them: these are the coordinator's words.",
    "given": "They were given to the agents before the run.",
    "chosen": "Nobody assigned them: every agent named its own.",
    "unknown": "Whether they were chosen or given is not known: this protocol is not registered here.",
}


def show_roles(record: RunRecord) -> None:
    """The roles of those who contributed: counted, drawn and listed."""
    taken = roles_taken(record.turns)
    if not taken:
        st.caption(
            "Nobody contributed, so nobody took a role." if record.ended else "Nobody has taken a role yet."
        )
        return
    roles, groups = [*taken.values()], role_groups(taken)
    found, echo = distinct_roles(roles), words_shared(roles, record.spec.mission)
    st.markdown(f"{_summary(found, len(taken))} {ORIGINS[origin_of_roles(record)]}")
    _show_numbers(found, evenness(roles), echo)
    if echo:
        st.caption(f"In the mission as well: {_words(echo.words)}. The roles' own words: {_words(echo.own)}.")
    picture, table = st.columns([1, 1], gap="large")
    with picture:
        alt = (
            f"{plural(len(groups), 'kind')} of roles; the largest has {plural(len(groups[0].seats), 'agent')}"
        )
        draw(roles_figure(record), alt=alt, key=f"roles_{record.run_id}")
        st.caption(f"One bar for roles that are alike; its length is the number of agents. {ALIKE}")
    with table:
        _list_roles(groups)


def _summary(found: DistinctRoles, agents: int) -> str:
    if agents == 1:
        return "One agent contributed, in one role."
    if found.clusters == agents:
        return f"**{agents} agents, {agents} different roles:** no two are alike."
    alike = "" if found.clusters == found.as_written else f", **{plural(found.clusters, 'kind')}** of work"
    return f"**{agents} agents** contributed in **{plural(found.as_written, 'role')}** by name{alike}."


def _show_numbers(found: DistinctRoles, even: float | None, echo: WordsShared | None) -> None:
    with st.grid(5, min_column_width=150):
        st.metric("Names as written", count(found.as_written), border=True, help="Every spelling counts.")
        st.metric(
            "Names, normalised",
            count(found.normalised),
            border=True,
            help="Without case, punctuation, plural endings and words such as “the” and “of”.",
        )
        st.metric("Kinds of role", count(found.clusters), border=True, help=f"Near-synonyms joined. {ALIKE}")
        st.metric(
            "Evenness",
            UNKNOWN if even is None else f"{even:.2f}",
            border=True,
            help="1 when every normalised role is taken equally often, towards 0 when almost everybody takes the "
            "same (normalised Shannon entropy). Needs two different roles.",
        )
        st.metric(
            "From the mission",
            UNKNOWN if echo is None else f"{echo.share:.0%}",
            border=True,
            help="Share of the different words in role names that the mission's title, goal or requirements use "
            "as well. High: roles echo the mission. Low: they add something.",
        )


def _words(words: Sequence[str]) -> str:
    if not words:
        return "none"
    more = f" and {len(words) - WORDS_NAMED} more" if len(words) > WORDS_NAMED else ""
    return ", ".join(plain(word, 40) for word in words[:WORDS_NAMED]) + more


def _list_roles(groups: Sequence[RoleGroup]) -> None:
    any_alike = any(len(group.roles) > 1 for group in groups)
    rows = [
        {"Role": no_formula(role), "Agent numbers": ", ".join(map(str, seats))}
        | ({"Alike to": no_formula(group.name) if len(group.roles) > 1 else None} if any_alike else {})
        for group in groups
        for role, seats in group.roles.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        height="auto" if len(rows) < 12 else 440,
        column_config={
            "Role": st.column_config.TextColumn(width="medium"),
            "Agent numbers": st.column_config.TextColumn(
                help="Seat numbers of those who took it.", width="small"
            ),
            "Alike to": st.column_config.TextColumn(help=f"The first role of its kind. {ALIKE}"),
        },
        placeholder=UNKNOWN,
        alt="Every role, who took it, and which role it is alike to",
    )
