"""Run: one run, live or finished."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import state
from pages.shared.measures import show_measures
from pages.shared.numbers import plural
from pages.shared.outcome import show_deliverable, show_recipe, show_spending, show_verdict
from pages.shared.picture import draw_choosable
from pages.shared.resources import history
from pages.shared.run_cards import show_cards
from pages.shared.run_heading import show_heading, show_numbers
from pages.shared.seats import list_seats, show_participation
from pages.shared.text import sentence
from pages.shared.transcript import show_transcript
from pages.shared.words import run_label
from swarm.errors import SwarmError
from swarm.figures import ARRANGEMENTS, role_figure
from swarm.graph import SeatNow, seats_of
from swarm.record import RunRecord

POLL_S = 0.5
CHOICES = 200
LATEST = 6
TABS = ("Transcript", "Deliverable", "Verdict", "Measures", "Tokens and cost", "Recipe")


def pick_a_run() -> None:
    """No run is named: offer the latest ones."""
    st.title("Run", anchor=False)
    rows = history().runs(limit=CHOICES)
    if not rows:
        st.markdown("No run yet. The demo on the Start page makes the first one, or compose your own.")
        st.page_link("../run/start.py", label="Go to Start", icon=":material/play_circle:")
        return
    by_id = {row.run_id: run_label(row) for row in rows}
    chosen = st.selectbox(
        "Which run",
        [*by_id],
        format_func=by_id.__getitem__,
        index=None,
        key="pick_run",
        placeholder="Choose one",
    )
    if chosen:
        state.show_run(chosen)
    st.space("small")
    show_cards(rows[:LATEST])


def show_organization(record: RunRecord) -> int | None:
    """The role graph and who is doing what; returns the seat that was clicked."""
    seats = seats_of(record)
    picture, doings = st.columns([4, 3], gap="medium")
    with picture:
        arrangement = st.segmented_control(
            "Arrange",
            [*ARRANGEMENTS],
            default="seats",
            required=True,
            format_func=ARRANGEMENTS.__getitem__,
            key="arrangement",
            label_visibility="collapsed",
        )
        figure = role_figure(record, arrangement or "seats")
        chosen = draw_choosable(figure, alt="Role graph of this run", key=f"graph_{record.run_id}")
        st.caption(
            "Size: share of the tokens. Same colour: roles alike. Square: leads. Click an agent to read it."
            + (missing_from_layers(seats) if arrangement == "layers" else "")
        )
    with doings:
        show_participation(record.participation, record.status)
        list_seats(seats)
    return chosen


def missing_from_layers(seats: Sequence[SeatNow]) -> str:
    """A sentence on the seats that stand in no layer; empty when all do, or none and so all are drawn."""
    missing = sum(seat.layer is None for seat in seats)
    if missing in (0, len(seats)):
        return ""
    return f" Not drawn, having delivered nothing: {plural(missing, 'agent')}."


def show_details(record: RunRecord, chosen_seat: int | None) -> None:
    """Everything else, one view at a time."""
    transcript, deliverable, verdict, measures, spending, recipe = st.tabs(
        TABS, key="details", on_change="rerun"
    )
    if transcript.open:
        with transcript:
            show_transcript(record, chosen_seat)
    if deliverable.open:
        with deliverable:
            show_deliverable(record)
    if verdict.open:
        with verdict:
            show_verdict(record.verdict, record.spec.judge, record.ended)
    if measures.open:
        with measures:
            show_measures(record)
    if spending.open:
        with spending:
            show_spending(record, seats_of(record))
    if recipe.open:
        with recipe:
            show_recipe(record)


def show_run(run_id: str) -> None:
    """One run; asks again twice a second for as long as it is running."""
    running = history().run(run_id).status == "running"

    @st.fragment(run_every=POLL_S if running else None)
    def live() -> None:
        try:
            record = history().run(run_id)
            if running and record.status != "running":
                st.rerun()
            show_heading(record)
            show_numbers(record)
            show_details(record, show_organization(record))
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")

    live()


try:
    shown = state.shown_run()
    if shown is None:
        pick_a_run()
    else:
        state.use_up_run_id(shown)
        show_run(shown)
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
    st.page_link("../evidence/history.py", label="Go to the history", icon=":material/history:")
