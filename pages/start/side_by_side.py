"""Two runs are shown side by side, live or ended, and what differed is said in a sentence."""

from collections.abc import Sequence

import streamlit as st

from pages.run.heading import DEPTH_EXPLAINED, QUALITY_EXPLAINED
from pages.shared import state
from pages.shared.badges import kind_badge, status_badge
from pages.shared.demo import DEMO_SEEDS, SEEDS_TRIED, is_of_demo
from pages.shared.labels import protocol_sentence
from pages.shared.launching import play_demo
from pages.shared.picture import draw
from pages.shared.resources import history, missions, settings
from pages.shared.text import plain, sentence
from swarm.errors import BadInput, SwarmError
from swarm.figures import role_figure
from swarm.narrative.contrast import CAVEAT, check_comparable, contrast
from swarm.narrative.labels import protocol_name
from swarm.narrative.story import story
from swarm.recording.record import RunRecord
from swarm.written import count, lasting, quality

POLL_S = 0.5


def show_side_by_side(pair: Sequence[str]) -> None:
    """Two runs in columns; asks again twice a second for as long as one of them is running.

    Raises:
        SwarmError: when these are not two runs that there are and that can be compared.
    """
    if len(pair) != 2:
        raise BadInput(f"two runs stand side by side, and the link names {len(pair)}")
    records = [history().run(run_id) for run_id in pair]
    check_comparable(*records)
    running = any(map(is_running, records))
    chosen = all(is_of_demo(record.spec, missions(), settings()) for record in records)

    @st.fragment(run_every=POLL_S if running else None)
    def live() -> None:
        try:
            records[:] = [history().run(it.run_id) if is_running(it) else it for it in records]
            if running and not any(map(is_running, records)):
                st.rerun()
            show_heading(records[0], chosen)
            show_difference(*records, replayable=chosen)
            for column, record in zip(st.columns(2, gap="large"), records, strict=True):
                with column:
                    show_side(record)
            st.caption(
                "A disc is an agent in the role it took; its size is its share of the team's tokens. "
                "The same colour, but for green: roles much alike. A line leads to whose work was used."
            )
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")

    live()


def is_running(record: RunRecord) -> bool:
    """Say whether something is still to happen."""
    return record.status == "running"


def show_heading(record: RunRecord, chosen: bool) -> None:
    """Show the subject of both runs, and that they were chosen if they were."""
    with st.container(horizontal=True, vertical_alignment="center"):
        kind_badge(record.simulated)
        if chosen:
            st.caption(
                f"This example was chosen: of {SEEDS_TRIED} tried it is one of {len(DEMO_SEEDS)} that show all "
                "there is to see in half a minute. What they scored was not looked at.",
                width="stretch",
            )
    st.title(plain(record.spec.mission.title), anchor=False)


def show_difference(one: RunRecord, other: RunRecord, replayable: bool) -> None:
    """Tell the difference in one sentence, as soon as both have ended; the demo can be played again."""
    with st.container(border=True):
        if is_running(one) or is_running(other):
            ways = "two runs" if one.spec.protocol == other.spec.protocol else "two ways to organize a team"
            st.markdown(f"**One mission, {ways}. What will differ?**")
            st.caption("One sentence says so here as soon as both teams are done.")
            return
        st.markdown(f"**{plain(contrast(one, other))}**")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(CAVEAT, width="stretch")
            if replayable and st.button("Play again", icon=":material/replay:", key="again"):
                play_demo()


def show_side(record: RunRecord) -> None:
    """One of the two: its protocol, its role graph, a few numbers, the way to its page."""
    protocol = record.spec.protocol
    st.subheader(plain(protocol_name(protocol)), anchor=False)
    st.caption(protocol_sentence(protocol))
    told = story(record)
    with st.container(horizontal=True, vertical_alignment="center"):
        status_badge(record.status)
        if is_running(record):
            st.caption(plain(told[-1]), width="stretch")
        else:
            st.page_link(
                "../run/page.py",
                label="Open this run",
                icon=":material/open_in_new:",
                query_params={"run": record.run_id},
            )
    draw(role_figure(record, "order", height=380), alt=" ".join(told), key=f"side_{record.run_id}")
    show_counters(record)


def show_counters(record: RunRecord) -> None:
    """The numbers in which two ways to organize differ."""
    seats, verdict = record.participation, record.verdict
    passed = state.seconds_without_news(record.run_id, record.last_seq) if is_running(record) else 0.0
    with st.grid(3, min_column_width=90):
        st.metric("Active", f"{seats.active} of {len(record.spec.team)}")
        st.metric("Abstained", count(seats.abstained))
        st.metric("Depth", count(record.depth), help=DEPTH_EXPLAINED)
        st.metric("Time", lasting(record.duration_s + passed))
        st.metric("Tokens", count(record.spent.tokens))
        st.metric("Quality", quality(verdict.quality if verdict else None), help=QUALITY_EXPLAINED)
