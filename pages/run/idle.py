"""The agents who did not work are shown: four kinds that are never mixed, and their reasons."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shared.picture import draw_choosable
from pages.shared.text import plain
from swarm.export import no_formula
from swarm.figures.idle import BARS_FROM, idle_figure
from swarm.metrics.participation import Participation
from swarm.narrative.labels import BECAME
from swarm.organization.graph import SeatNow, Standing, seats_of
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, count, plural, ranges

LISTED = 16
"""Of more agents all are in a table one can scroll and sort."""
GROUPS = 8
"""So many of the most frequent reasons are listed then."""
IDLE: dict[Standing, str] = {
    "abstained": "Were asked, and chose to sit it out.",
    "directed_idle": "Were never asked to work, by a plan or the protocol.",
    "unparsed": "Answered, but the reply could not be read, even when asked again.",
    "failed": "Their model gave no reply.",
}
"""The meaning of the four kinds."""


def show_idle(record: RunRecord) -> int | None:
    """Show the idle seats by kind and reason; returns the seat that was clicked."""
    seats = seats_of(record)
    idle = [seat for seat in seats if seat.standing in IDLE]
    told = idle_in_words(record, idle)
    st.markdown(plain(told))
    if idle:
        _show_counts(record.participation)
    chosen = draw_choosable(idle_figure(record), alt=told, key=f"idle_{record.run_id}")
    st.caption(_explained(len(seats), record.participation.abstained))
    if idle:
        _show_reasons(record, idle)
    return chosen


def idle_in_words(record: RunRecord, idle: Sequence[SeatNow]) -> str:
    """Count those who sat it out, and those who were not reached or may still speak: they are not idle."""
    agents, left = len(record.spec.team), record.participation.not_reached
    if idle:
        told = f"{len(idle)} of {plural(agents, 'agent')} did not work."
    elif left == agents:
        told = "Nobody has worked yet." if record.status == "running" else "Nobody had a turn."
    else:
        told = "Nobody sat it out: every agent that had its turn delivered something."
    if not left:
        return told
    if record.status == "running":
        return f"{told} {left} may still do so."
    return f"{told} The run ended before the turn of {left}, who are not counted as idle."


def _show_counts(seats: Participation) -> None:
    with st.grid(4, min_column_width=150):
        for kind, meaning in IDLE.items():
            with st.container(gap=None):
                st.metric(_name(kind), count(getattr(seats, kind)))
                st.caption(meaning)


def _explained(agents: int, abstained: int) -> str:
    told = "The team in its order, from left to right, row by row. Click an agent to read it."
    if agents < BARS_FROM or not abstained:
        return told
    return (
        f"{told} Bars: of each tenth of the order, the share that abstained among those who contributed or "
        "abstained; a dash where nobody did either. Under each: its first agent, and how many of how many."
    )


def _show_reasons(record: RunRecord, idle: Sequence[SeatNow]) -> None:
    whys = {seat.number: _why(record, seat) for seat in idle}
    groups, few = _grouped(idle, whys), len(idle) <= LISTED
    shown = groups if few else [group for group in groups if len(group) > 1][:GROUPS]
    if shown:
        _show_groups(shown, whys, named=few)
    if not few:
        others = len(idle) - sum(map(len, shown))
        if shown and others:
            st.caption(f"{plural(others, 'agent')} had other reasons; below, everybody's own.")
        _show_all(idle, whys)


def _grouped(idle: Sequence[SeatNow], whys: Mapping[int, str]) -> list[list[SeatNow]]:
    """Agents of the same kind with the same reason, in seat order; the largest groups first."""
    groups: dict[tuple[Standing, str], list[SeatNow]] = {}
    for seat in idle:
        groups.setdefault((seat.standing, whys[seat.number]), []).append(seat)
    return sorted(groups.values(), key=lambda group: -len(group))


def _show_groups(groups: Sequence[Sequence[SeatNow]], whys: Mapping[int, str], *, named: bool) -> None:
    """The same reasons together: with who they are when `named`, else only how many."""
    who = [_numbers(group) if named else f"**{len(group)}**" for group in groups]
    roles = [", ".join(dict.fromkeys(seat.role for seat in group if seat.role)) for group in groups]
    st.table(
        {
            "Agents" if named else "How many": who,
            "Kind": [_name(group[0].standing) for group in groups],
            "Reason": [plain(whys[group[0].number], 300) for group in groups],
            **({"Role": [plain(role, 80) or UNKNOWN for role in roles]} if named and any(roles) else {}),
        },
        border="horizontal",
        hide_index=True,
        width="content",
        alt="Why agents did not work; the same reasons together",
    )


def _name(kind: Standing) -> str:
    return BECAME[kind].capitalize()


def _numbers(group: Sequence[SeatNow]) -> str:
    numbers = ranges([seat.number for seat in group])
    return numbers if len(group) == 1 else f"{numbers} ({plural(len(group), 'agent')})"


def _show_all(idle: Sequence[SeatNow], whys: Mapping[int, str]) -> None:
    roles = {"Role": [no_formula(seat.role or "") for seat in idle]}
    st.dataframe(
        {
            "Agent": [seat.number for seat in idle],
            "Kind": [_name(seat.standing) for seat in idle],
            "Reason": [no_formula(whys[seat.number]) for seat in idle],
            **(roles if any(seat.role for seat in idle) else {}),
        },
        hide_index=True,
        height=320,
        alt="Every agent that did not work, and why",
    )


def _why(record: RunRecord, seat: SeatNow) -> str:
    """Its own reason, or ours: who was never asked gave none."""
    if seat.standing == "directed_idle":
        planned = any(turn.action == "plan" for turn in record.turns)
        return "The plan gave it nothing to do." if planned else "The protocol never asked it to work."
    return " ".join((seat.reason or "").split()) or "No reason was given."
