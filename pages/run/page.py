"""Run: one run, live or finished."""

import streamlit as st

from pages.run.deliverable import show_deliverable
from pages.run.heading import show_heading, show_numbers, show_story, show_waiting
from pages.run.hierarchy import show_hierarchy
from pages.run.idle import show_idle
from pages.run.measures import show_measures
from pages.run.organization import show_organization
from pages.run.recipe import show_recipe
from pages.run.replay import show_replay
from pages.run.roles import show_roles
from pages.run.spending import show_spending
from pages.run.timeline import show_timeline
from pages.run.transcript import show_transcript
from pages.run.verdict import show_verdict
from pages.shared import state
from pages.shared.labels import run_label
from pages.shared.resources import history
from pages.shared.run_cards import show_cards
from pages.shared.text import sentence
from pages.shared.views import choose_view
from swarm.errors import SwarmError
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord
from swarm.recording.shortfall import LOWEST_QUALITY, shortfall
from swarm.written import visible

POLL_S = 0.5
CHOICES = 200
LATEST = 6
VIEWS = ("Role graph", "Replay", "Timeline", "Hierarchy", "Roles", "Idle agents")
TABS = ("Transcript", "Deliverable", "Verdict", "Measures", "Tokens and cost", "Recipe")


def pick_a_run() -> None:
    """No run is named: offer the latest ones."""
    st.title("Run", anchor=False)
    rows = history().runs(limit=CHOICES)
    if not rows:
        st.markdown("No run yet. The demo on the Start page makes the first one, or compose your own.")
        st.page_link("../start/page.py", label="Go to Start", icon=":material/play_circle:")
        return
    by_id = {row.run_id: run_label(row) for row in rows}
    chosen = st.selectbox(
        "Which run",
        [*by_id],
        format_func=lambda run_id: visible(by_id[run_id]),
        index=None,
        key="pick_run",
        placeholder="Choose one",
    )
    if chosen:
        state.show_run(chosen)
    st.space("small")
    show_cards(rows[:LATEST])


def show_view(record: RunRecord) -> int | None:
    """One way to look at the organization; returns the seat that was clicked."""
    view = choose_view(VIEWS, "view", VIEWS[0])
    # A name of its own, so that whoever looks from outside knows which view is there and not only asked for.
    with st.container(key=f"view-{view}"):
        match view:
            case "Replay":
                show_replay(record)
            case "Timeline":
                show_timeline(record)
            case "Hierarchy":
                return show_hierarchy(record)
            case "Roles":
                show_roles(record)
            case "Idle agents":
                return show_idle(record)
            case _:
                return show_organization(record)
    return None


def show_details(record: RunRecord, chosen_seat: int | None) -> None:
    """Show what was said, delivered, judged and spent, one at a time."""
    transcript, deliverable, verdict, measures, spending, recipe = st.tabs(
        TABS, key="details", on_change="rerun", bind="query-params"
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
            if shortfall(record) == "own" and record.spec.judge:
                st.caption(
                    f"Its own team failed: comparisons count the run with a quality of {LOWEST_QUALITY}."
                )
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
            show_waiting(record)
            show_story(record)
            show_details(record, show_view(record))
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
    st.page_link("../history/page.py", label="Go to the history", icon=":material/history:")
