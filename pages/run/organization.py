"""The organization of a run is shown: the role graph and who is doing what."""

from collections.abc import Sequence

import streamlit as st

from pages.run.seats import list_seats, show_participation
from pages.shared import state
from pages.shared.picture import draw_choosable
from pages.shared.text import plain
from swarm.figures import ARRANGEMENTS, SHOWN, best_arrangement, role_figure
from swarm.figures.role_graph import FOLDED_FROM, Arrangement, Shown
from swarm.narrative.labels import BECAME
from swarm.organization.graph import SeatNow, seats_of
from swarm.organization.grouping import fold, group_of
from swarm.recording.record import RunRecord
from swarm.written import count, plural, visible

SHOWN_CHARS = 700
"""So much of what an agent said is shown beside the graph."""
FOLDABLE_FROM = 17
"""Smaller teams have room for every seat and its role."""


def show_organization(record: RunRecord) -> int | None:
    """The role graph and who is doing what; returns the seat that was chosen in either."""
    seats = seats_of(record)
    looks = choose_looks(record)
    key = f"graph_{record.run_id}"
    picture, doings = st.columns([4, 3], gap="medium")
    with picture:
        show_graph(record, seats, key, *looks)
    with doings:
        show_participation(record.participation, record.status)
        chosen = choose_seat(seats, key)
        if chosen is None:
            list_seats(seats)
        else:
            show_seat(record, seats, chosen)
    return chosen


def choose_seat(seats: Sequence[SeatNow], key: str) -> int | None:
    """A list of the agents, which goes with the graph: choosing in one chooses in the other."""
    named = {seat.number: f"Agent {seat.number}" + (f" · {seat.role}" if seat.role else "") for seat in seats}
    st.session_state[f"seat_{key}"] = state.chosen(key)
    st.selectbox(
        "Agent",
        [*named],
        format_func=lambda seat: visible(named[seat]),
        key=f"seat_{key}",
        placeholder="All agents; choose one, or click it",
        on_change=lambda: state.choose(key, st.session_state[f"seat_{key}"]),
        label_visibility="collapsed",
    )
    return state.chosen(key)


def show_seat(record: RunRecord, seats: Sequence[SeatNow], number: int) -> None:
    """One agent in short: what it said, why, whom it leans on and who leans on it."""
    seat = next(seat for seat in seats if seat.number == number)
    users = [other.number for other in seats if number in (*other.builds_on, *other.reports_to)]
    said = next((turn.text for turn in reversed(record.turns) if turn.seat == number and turn.text), "")
    with st.container(border=True):
        st.markdown(f"**{plain(seat.role or f'Agent {number}', 100)}** :gray[{BECAME[seat.standing]}]")
        if seat.reason:
            st.caption(f"Reason: {plain(seat.reason, 300)}")
        if said:
            said = visible(said)
            st.text(said if len(said) <= SHOWN_CHARS else f"{said[:SHOWN_CHARS].rstrip()}…")
        leans = ", ".join(map(str, seat.builds_on)) or "nobody"
        st.caption(
            f"Builds on {leans}"
            + (f" · reports to {', '.join(map(str, seat.reports_to))}" if seat.reports_to else "")
            + f" · used by {', '.join(map(str, users)) or 'nobody'} · {count(seat.tokens)} tokens. "
            "The whole turn is in the transcript below."
        )


def show_graph(
    record: RunRecord,
    seats: Sequence[SeatNow],
    key: str,
    arrangement: Arrangement,
    shown: Shown,
    folded: bool,
) -> None:
    """The role graph as one wants it; a click on a folded node unfolds it."""
    clicked = state.take_click(key)
    if folded:
        unfold_clicked(record.run_id, seats, clicked, key)
    unfolded = state.unfolded(record.run_id) if folded else None
    figure = role_figure(record, arrangement, shown=shown, unfolded=unfolded, focus=state.chosen(key))
    draw_choosable(figure, alt=f"Role graph of this run. {SHOWN[shown]}.", key=key)
    if unfolded:
        st.button(
            "Fold all",
            type="tertiary",
            icon=":material/unfold_less:",
            on_click=state.fold_all,
            args=(record.run_id,),
        )
    st.caption(_explained(seats, arrangement, shown))


def unfold_clicked(run_id: str, seats: Sequence[SeatNow], clicked: int | None, key: str) -> None:
    """Unfold the group of the node that has just been clicked, if it is folded; the click chooses nobody then."""
    nodes = fold(seats, state.unfolded(run_id))
    node = next((node for node in nodes if node.number == clicked and node.folded), None)
    if node:
        state.unfold(run_id, group_of(node.seats[0]))
        state.choose(key, None)


def choose_looks(record: RunRecord) -> tuple[Arrangement, Shown, bool]:
    """Choose the arrangement, the links that are shown, and whether equal roles are one node."""
    best = best_arrangement(record)
    with st.container(horizontal=True, vertical_alignment="center"):
        arrangement: Arrangement = st.segmented_control(
            "Arrange",
            [*ARRANGEMENTS],
            default=best,
            required=True,
            format_func=ARRANGEMENTS.__getitem__,
            key=f"arrange_{best}",
            bind="query-params",
            label_visibility="collapsed",
        )
        shown: Shown = st.segmented_control(
            "Show",
            list(SHOWN),
            default="declared",
            required=True,
            format_func=SHOWN.__getitem__,
            key="shown",
            bind="query-params",
            label_visibility="collapsed",
        )
        many = record.ended and len(record.spec.team) >= FOLDED_FROM
        folded = len(record.spec.team) >= FOLDABLE_FROM and st.toggle(
            "Fold equal roles",
            value=many,
            key=f"fold_{record.run_id}_{many}",
            help="Agents with nearly the same role become one node; click it to unfold it.",
        )
    return arrangement or best, shown or "declared", folded


def _explained(seats: Sequence[SeatNow], arrangement: Arrangement, shown: Shown) -> str:
    reports = any(seat.leads for seat in seats)
    links = {
        "declared": "A line leads to whose work an agent says it used"
        + ("; a dashed one to whom it reports." if reports else "."),
        "heard": "A line leads to whom an agent was shown, used or not: the protocol decides that.",
    }
    missing = sum(seat.layer is None for seat in seats)
    left_out = arrangement == "layers" and missing not in (0, len(seats))
    return (
        "A disc is an agent; its size is its share of the tokens. One colour, but for green and grey: roles much "
        f"alike.{' Square: leads.' if reports else ''} {links[shown]} Point at an agent: green lines lead to those "
        "it leans on, orange ones come from those who lean on it."
        + (f" Not drawn, having delivered nothing: {plural(missing, 'agent')}." if left_out else "")
    )
