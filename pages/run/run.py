"""Run: one run, live or finished."""

import streamlit as st

from pages.shared import state
from pages.shared.badges import STATUS, kind_badge, status_badge
from pages.shared.exports import export_menu
from pages.shared.numbers import count, plural, quality, seconds, usd
from pages.shared.outcome import show_deliverable, show_recipe, show_spending, show_verdict
from pages.shared.picture import draw_choosable
from pages.shared.resources import history, settings
from pages.shared.seats import PARTS_EXPLAINED, list_seats, show_participation
from pages.shared.text import plain
from pages.shared.transcript import show_transcript
from pages.shared.words import protocol_name, protocol_sentence, run_label
from swarm.errors import SwarmError
from swarm.figures import ARRANGEMENTS, role_figure
from swarm.graph import seats_of
from swarm.launch import relaunch, stop
from swarm.record import RunRecord

POLL_S = 0.5
CHOICES = 200
QUALITY_EXPLAINED = (
    "The judge's points for accuracy, completeness, coherence and actionability, divided by 16."
)
DEPTH_EXPLAINED = "Layers of who builds on or reports to whom, as the agents say; 1 is flat."
TABS = ("Transcript", "Deliverable", "Verdict", "Tokens and cost", "Recipe")


def pick_a_run() -> None:
    """No run is named: offer the latest ones."""
    st.title("Run", anchor=False)
    rows = history().runs(limit=CHOICES)
    if not rows:
        st.markdown("No run yet. The demo on the Start page makes the first one, or compose your own.")
        st.page_link("../run/start.py", label="Go to Start", icon=":material/play_circle:")
        return
    by_id = {row.run_id: run_label(row) for row in rows}
    chosen = st.selectbox("Which run", [*by_id], format_func=by_id.__getitem__, index=None, key="pick_run")
    if chosen:
        state.show_run(chosen)


def show_heading(record: RunRecord) -> None:
    """What this run is, how it stands, and what can be done about it."""
    spec = record.spec
    with st.container(horizontal=True, vertical_alignment="center"):
        status_badge(record.status)
        kind_badge(record.simulated)
        st.space("stretch")
        show_actions(record)
    st.title(plain(spec.mission.title), anchor=False)
    models = ", ".join(f"{seated} × {model}" for model, seated in spec.team.models.items())
    st.markdown(
        f"**{plain(protocol_name(spec.protocol))}** with {plural(len(spec.team), 'agent')} "
        f"({plain(models)}). "
        f":gray[{protocol_sentence(spec.protocol)}]"
    )
    if record.reason:
        st.warning(plain(f"{STATUS[record.status].label}: {record.reason}"), icon=STATUS[record.status].icon)
    elif record.status == "interrupted":
        st.warning(
            "The process that performed this run is gone. What was done is kept.",
            icon=":material/power_off:",
        )
    for warning in spec.warnings:
        st.caption(f":material/info: {plain(warning)}")


def show_actions(record: RunRecord) -> None:
    """Stop or resume, and export."""
    if record.status == "running" and st.button("Stop", icon=":material/stop_circle:", key="stop"):
        stop(record.run_id, settings())
        st.toast("Stopping: calls in flight are finished first.")
    resumable = record.status not in ("running", "finished")
    if resumable and st.button("Resume", icon=":material/resume:", key="resume", type="primary"):
        relaunch(record.run_id, settings())
        st.rerun()
    export_menu(record)


def show_numbers(record: RunRecord) -> None:
    """The headline numbers."""
    verdict, spent, seats = record.verdict, record.spent, len(record.spec.team)
    with st.grid(6, min_column_width=140):
        st.metric(
            "Quality", quality(verdict.quality if verdict else None), border=True, help=QUALITY_EXPLAINED
        )
        st.metric("Depth", count(record.depth), border=True, help=DEPTH_EXPLAINED)
        st.metric(
            "Active agents", f"{record.participation.active} of {seats}", border=True, help=PARTS_EXPLAINED
        )
        st.metric("Tokens", count(spent.tokens), border=True, help="Input and output, the judge's included.")
        cost = "Cost, simulated" if record.simulated else "Cost"
        st.metric(cost, plain(usd(spent.cost_usd)), border=True)
        ticking = record.status == "running"
        passed = state.seconds_without_news(record.run_id, record.last_seq) if ticking else 0.0
        st.metric("Time", seconds(record.duration_s + passed), border=True)


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
        )
    with doings:
        show_participation(record.participation, record.status)
        list_seats(seats)
    return chosen


def show_details(record: RunRecord, chosen_seat: int | None) -> None:
    """Everything else, one view at a time."""
    transcript, deliverable, verdict, spending, recipe = st.tabs(TABS, key="details", on_change="rerun")
    if transcript.open:
        with transcript:
            show_transcript(record, chosen_seat)
    if deliverable.open:
        with deliverable:
            show_deliverable(record)
    if verdict.open:
        with verdict:
            show_verdict(record.verdict, record.spec.judge, record.ended)
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
            st.error(plain(error))

    live()


try:
    shown = state.shown_run()
    if shown is None:
        pick_a_run()
    else:
        state.use_up_run_id(shown)
        show_run(shown)
except SwarmError as error:
    st.error(plain(error))
    st.page_link("../evidence/history.py", label="Go to the history", icon=":material/history:")
