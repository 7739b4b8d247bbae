"""This file is where the organization of a run is shown: the role graph and who is doing what."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import state
from pages.shared.numbers import plural
from pages.shared.picture import draw_choosable
from pages.shared.seats import list_seats, show_participation
from swarm.figures import ARRANGEMENTS, SHOWN, best_arrangement, role_figure
from swarm.figures.role_graph import FOLDED_FROM, Arrangement, Shown
from swarm.folding import fold, group_of
from swarm.graph import SeatNow, seats_of
from swarm.record import RunRecord

FOLDABLE_FROM = 17
"""Smaller teams have room for every seat and its role."""


def show_organization(record: RunRecord) -> int | None:
    """The role graph and who is doing what; returns the seat that was clicked."""
    seats = seats_of(record)
    looks = choose_looks(record)
    picture, doings = st.columns([4, 3], gap="medium")
    with picture:
        chosen = show_graph(record, seats, *looks)
    with doings:
        show_participation(record.participation, record.status)
        list_seats(seats)
    return chosen


def show_graph(
    record: RunRecord, seats: Sequence[SeatNow], arrangement: Arrangement, shown: Shown, folded: bool
) -> int | None:
    """The role graph as one wants it; a click on a folded node unfolds it."""
    unfolded = state.unfolded(record.run_id) if folded else None
    # A number means another node when others are folded.
    key = f"graph_{record.run_id}_{len(unfolded or ())}_{folded}"
    figure = role_figure(record, arrangement, shown=shown, unfolded=unfolded, focus=state.chosen(key))
    clicked = draw_choosable(figure, alt=f"Role graph of this run. {SHOWN[shown]}.", key=key)
    st.caption(_explained(seats, arrangement, shown))
    group = folded_group(seats, clicked, unfolded)
    if group:
        state.choose(key, None)
        state.unfold(record.run_id, group)
        st.rerun(scope="fragment")
    return clicked


def choose_looks(record: RunRecord) -> tuple[Arrangement, Shown, bool]:
    """How the graph is arranged, which links it shows, and whether equal roles are one node."""
    best = best_arrangement(record)
    with st.container(horizontal=True, vertical_alignment="center"):
        arrangement = st.segmented_control(
            "Arrange",
            [*ARRANGEMENTS],
            default=best,
            required=True,
            format_func=ARRANGEMENTS.__getitem__,
            key=f"arrange_{best}",
            label_visibility="collapsed",
        )
        shown = st.segmented_control(
            "Show",
            [*SHOWN],
            default="declared",
            required=True,
            format_func=SHOWN.__getitem__,
            key="shown",
            label_visibility="collapsed",
        )
        folded = len(record.spec.team) >= FOLDABLE_FROM and st.toggle(
            "Fold equal roles",
            value=record.ended and len(record.spec.team) >= FOLDED_FROM,
            key=f"fold_{record.run_id}",
            help="Agents with nearly the same role become one node; click it to unfold it.",
        )
        unfolded = state.unfolded(record.run_id)
        if folded and unfolded and st.button("Fold all", type="tertiary", icon=":material/unfold_less:"):
            state.fold_all(record.run_id)
            st.rerun(scope="fragment")
    return arrangement or best, shown or "declared", folded


def folded_group(seats: Sequence[SeatNow], clicked: int | None, unfolded: Sequence[str] | None) -> str | None:
    """The group of a folded node that was clicked; None for a single seat or no click."""
    if clicked is None or unfolded is None:
        return None
    node = next(node for node in fold(seats, unfolded) if node.number == clicked)
    return group_of(node.seats[0]) if node.folded else None


def _explained(seats: Sequence[SeatNow], arrangement: Arrangement, shown: Shown) -> str:
    links = {
        "declared": "A line leads to whose work an agent says it used.",
        "heard": "A line leads to whom an agent was shown, used or not: the protocol decides that.",
    }
    missing = sum(seat.layer is None for seat in seats)
    left_out = arrangement == "layers" and missing not in (0, len(seats))
    return (
        "A disc is an agent; size: its share of the tokens; same colour: roles alike; square: leads. "
        f"{links[shown]} Point at an agent to see its links, click to read it."
        + (f" Not drawn, having delivered nothing: {plural(missing, 'agent')}." if left_out else "")
    )
