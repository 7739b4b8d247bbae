"""A run's transcript is read and searched: filters, how many turns they leave, the turns."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Literal, TypedDict

import streamlit as st

from pages.run.turn_card import show_turn
from pages.shared import state
from pages.shared.paging import page_of
from swarm.narrative.labels import BECAME, DID
from swarm.organization.graph import standings_of
from swarm.recording.record import RunRecord
from swarm.recording.search import Found, TurnFilter, find_turns
from swarm.turn import Action, CueKind, Transcript
from swarm.written import plural, visible

# The keys are the names in the URL, so that what somebody found is a link.
WORDS_KEY, AGENT_KEY, ROLE_KEY, DID_KEY, PAGE_KEY = "q", "agent", "role", "did", "turns"
ASKED: dict[CueKind, str] = {
    "plan": "a leader plans",
    "intend": "agents announce what they will do",
    "contribute": "agents contribute",
}


class Quiet(TypedDict):
    """The looks that all filters have in common: a name that is not drawn, and a place in the address."""

    label_visibility: Literal["collapsed"]
    on_change: Callable[[], None]
    bind: Literal["query-params"]


def _first_page() -> None:
    st.session_state[PAGE_KEY] = 1


QUIET: Quiet = {"label_visibility": "collapsed", "on_change": _first_page, "bind": "query-params"}


def show_transcript(record: RunRecord, chosen_seat: int | None) -> None:
    """The turns, in the order of speaking, as far as the filters let them through.

    Args:
        record: the run.
        chosen_seat: the agent that is chosen in the graph, if any.
    """
    if not record.turns:
        st.caption("Nobody has spoken yet." if record.status == "running" else "Nobody spoke.")
        return
    _heed(record.run_id, chosen_seat)
    where = choose_turns(record)
    found = find_turns(record.turns, where)
    _say_how_many(record, where, found)
    several = len({turn.round for turn in record.turns}) > 1
    shown = page_of(found, key=PAGE_KEY)
    for number, turns in groupby(shown, lambda one: one.turn.round):
        if several:
            st.markdown(f"**Round {number}** :gray[· {_asked_in(record.turns, number)}]")
        for one in turns:
            show_turn(record, one)


def choose_turns(record: RunRecord) -> TurnFilter:
    """Draw the filters; return what is chosen."""
    acted = {turn.action for turn in record.turns}
    with st.grid(4, min_column_width=150, gap="xsmall"):
        words = st.text_input(
            "Search",
            key=WORDS_KEY,
            type="search",
            placeholder="Search words",
            **QUIET,
        )
        seat = st.selectbox(
            "Agent",
            [seat.number for seat in record.spec.team],
            index=None,
            key=AGENT_KEY,
            placeholder="All agents",
            icon=":material/person:",
            **QUIET,
        )
        roles = st.multiselect(
            "Roles, those alike together",
            sorted({turn.role for turn in record.turns if turn.role}, key=str.casefold),
            format_func=visible,
            key=ROLE_KEY,
            placeholder="All roles",
            **QUIET,
        )
        actions: list[Action] = st.multiselect(
            "What they did",
            [action for action in DID if action in acted],
            format_func=DID.__getitem__,
            key=DID_KEY,
            placeholder="Whatever they did",
            **QUIET,
        )
    return TurnFilter(words or "", seat, tuple(roles), tuple(actions))


def _say_how_many(record: RunRecord, where: TurnFilter, found: Sequence[Found]) -> None:
    if not where:
        told = f"{plural(len(found), 'turn')}, word for word, in the order of speaking."
        st.caption(" ".join([told, *_without_turn(record)]))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        told = f"**{len(found):,} of {plural(len(record.turns), 'turn')}**"
        if hits := sum(one.hits for one in found):
            told += f" :gray[· {plural(hits, 'hit')}]"
        st.markdown(told + _silence(record, where, found), width="content")
        st.button(
            "Clear", key="clear_filters", icon=":material/filter_list_off:", type="tertiary", on_click=_clear
        )


def _without_turn(record: RunRecord) -> list[str]:
    """Say why some agents are not in the transcript."""
    seats = record.participation
    silent = {"idle by order": seats.directed_idle}
    if record.status != "running":
        silent["not reached"] = seats.not_reached
    return [f"{plural(agents, 'agent')} had none: {why}." for why, agents in silent.items() if agents]


def _silence(record: RunRecord, where: TurnFilter, found: Sequence[Found]) -> str:
    """Say why the chosen agent has said nothing; empty when it has spoken."""
    if found or where.seat is None or any(turn.seat == where.seat for turn in record.turns):
        return ""
    return f" :gray[· agent {where.seat}: {BECAME[standings_of(record)[where.seat]]}]"


def _asked_in(transcript: Transcript, number: int) -> str:
    cues: dict[CueKind, None] = dict.fromkeys(turn.cue for turn in transcript if turn.round == number)
    return ", ".join(ASKED[cue] for cue in cues)


def _heed(run_id: str, chosen_seat: int | None) -> None:
    """Let a click in the graph choose the agent once, so that it does not overrule what is chosen later."""
    heeded = state.heeded_seat(run_id)
    if heeded == chosen_seat:
        return
    state.heed_seat(run_id, chosen_seat)
    if chosen_seat is not None or st.session_state.get(AGENT_KEY) == heeded:
        st.session_state[AGENT_KEY] = chosen_seat
        _first_page()


def _clear() -> None:
    st.session_state.update({WORDS_KEY: "", AGENT_KEY: None, ROLE_KEY: [], DID_KEY: []})
    _first_page()
