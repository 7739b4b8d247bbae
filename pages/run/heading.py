"""A run is introduced: how it stands, what can be done about it, its headline numbers."""

import streamlit as st

from pages.run.resuming import resume_with_more
from pages.run.seats import PARTS_EXPLAINED
from pages.shared import state
from pages.shared.badges import STATUS, kind_badge, origin_badge, shock_badge, status_badge
from pages.shared.exports import export_menu
from pages.shared.labels import protocol_sentence
from pages.shared.resources import settings
from pages.shared.text import plain
from swarm.engine.launch import relaunch, stop
from swarm.narrative.labels import protocol_name, waited_for
from swarm.narrative.story import story
from swarm.recording.measures import MEASURES
from swarm.recording.record import RunRecord
from swarm.written import about, count, lasting, plural, quality, usd

QUALITY_EXPLAINED = (
    "The judge's points for accuracy, completeness, coherence and actionability, divided by 16."
)
DEPTH_EXPLAINED = MEASURES["depth"].meaning


def show_heading(record: RunRecord) -> None:
    """Show the run's name, its status and what can be done about it."""
    spec = record.spec
    with st.container(horizontal=True, vertical_alignment="center"):
        status_badge(record.status, record.imported)
        kind_badge(record.simulated)
        origin_badge(record.imported)
        shock_badge(spec.shock)
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
        banner = st.error if record.status == "failed" else st.warning
        banner(plain(f"{STATUS[record.status].label}: {record.reason}"), icon=STATUS[record.status].icon)
    elif record.status == "interrupted":
        st.warning(
            "The process that performed this run is gone. What was done is kept.",
            icon=":material/power_off:",
        )
    if record.owner != "local":
        st.caption(f":material/person: Started by {plain(record.owner)}")
    for warning in spec.warnings:
        st.caption(f":material/info: {plain(warning)}")


def show_actions(record: RunRecord) -> None:
    """Stop or resume, and export; a run of an experiment is stopped and resumed with it."""
    if record.experiment:
        st.page_link(
            "../experiments/page.py",
            label="Part of an experiment",
            icon=":material/science:",
            query_params={"experiment": record.experiment},
        )
        export_menu(record)
        return
    if record.status == "running":
        show_stop(record.run_id)
    else:
        state.forget_stopping(record.run_id)
    left = record.status not in ("running", "finished") and not record.played_out
    resumable = left and not record.imported
    if resumable and st.button("Resume", icon=":material/resume:", key="resume", type="primary"):
        if record.status == "limited":
            resume_with_more(record)
        else:
            relaunch(record.run_id, settings())
            st.rerun()
    export_menu(record)


def show_stop(run_id: str) -> None:
    """The button that stops a run; once used, it says so until the run has ended."""
    if state.is_stopping(run_id):
        st.button(
            "Stopping…",
            icon=":material/hourglass_top:",
            key="stopping",
            disabled=True,
            help="Calls in flight are finished first.",
        )
    elif st.button("Stop", icon=":material/stop_circle:", key="stop"):
        stop(run_id, settings())
        state.mark_stopping(run_id)
        st.rerun()


def show_numbers(record: RunRecord) -> None:
    """The headline numbers."""
    verdict, spent, seats = record.verdict, record.spent, len(record.spec.team)
    with st.grid(6, min_column_width=140):
        st.metric(
            "Quality", quality(verdict.quality if verdict else None), border=True, help=QUALITY_EXPLAINED
        )
        st.metric("Depth", count(record.depth), border=True, help=DEPTH_EXPLAINED)
        st.metric("Active", f"{record.participation.active} of {seats}", border=True, help=PARTS_EXPLAINED)
        st.metric(
            "Tokens",
            about(count(spent.tokens), spent.estimated),
            border=True,
            help="Input and output, the judge's included.",
        )
        simulated = "Simulated money: what models of this class would cost." if record.simulated else None
        st.metric("Cost", plain(about(usd(spent.cost_usd), spent.estimated)), border=True, help=simulated)
        ticking = record.status == "running"
        passed = state.seconds_without_news(record.run_id, record.last_seq) if ticking else 0.0
        st.metric("Time", lasting(record.duration_s + passed), border=True)


def show_waiting(record: RunRecord) -> None:
    """Say what agents wait for before they can be asked, if they do."""
    since_s = state.seconds_without_news(record.run_id, record.last_seq)
    if words := waited_for(record, since_s):
        st.info(plain(words[0].upper() + words[1:] + "."), icon=":material/hourglass_top:")


def show_story(record: RunRecord) -> None:
    """Tell what happened, in a few plain sentences."""
    st.markdown(plain(" ".join(story(record))))
