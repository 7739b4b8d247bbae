"""Start: the question, a picture, one button, the latest runs; after a click, two teams side by side."""

import streamlit as st

from pages.shared import state
from pages.shared.badges import kind_badge
from pages.shared.labels import protocol_sentence
from pages.shared.launching import play_demo
from pages.shared.picture import draw
from pages.shared.resources import history
from pages.shared.run_cards import show_cards
from pages.shared.text import plain, sentence
from pages.start.side_by_side import show_side_by_side
from swarm.errors import SwarmError
from swarm.figures import protocol_diagram, role_figure
from swarm.history.rows import RunFilter, RunRow
from swarm.narrative.labels import protocol_name
from swarm.narrative.role_origin import origin_under
from swarm.protocols import in_a_sentence

LATEST = 6
LOOKED_AT = 20  # finished runs, for one worth drawing
EXPLAINED = {
    "fixed_roles": "Somebody hands out the roles",
    "coordinator": "Somebody is the boss",
    "sequential": "Nobody: agents find their own roles",
}


def show_question() -> None:
    """Say what this is, and offer the demo."""
    st.title("Should I drop my roles, my boss, or most of my agents?", anchor=False)
    st.markdown(
        "Let a team of AI agents organize itself on a real mission, then measure what assigned roles, "
        "a boss or more agents would have been worth."
    )
    with st.container(horizontal=True):
        if st.button(
            "Watch a team organize itself", type="primary", icon=":material/play_arrow:", key="demo"
        ):
            play_demo()
        if st.button("Compose your own", icon=":material/tune:", key="compose"):
            st.switch_page("../compose/page.py")
    st.caption(
        "Eight simulated agents plan a street food festival in two ways at once: one after another, and all at the "
        "same time. Free, no key, half a minute. The example was chosen because it shows all there is to see."
    )


def show_explanation() -> None:
    """Three ways to organize a team, drawn by playing them."""
    with st.grid(3, min_column_width=240, gap="large"):
        for protocol, meaning in EXPLAINED.items():
            with st.container():
                st.markdown(f"**{meaning}**")
                draw(
                    protocol_diagram(protocol, height=200),
                    alt=in_a_sentence(protocol),
                    key=f"explain_{protocol}",
                )
                st.caption(f"{protocol_name(protocol)}. {protocol_sentence(protocol)}")
    st.caption(
        "Five agents, one a row; time runs to the right; a line leads to everybody who hears it. "
        "Diamond: plans. Square: works in a role it was given. Disc: works in a role of its own."
    )


def worth_drawing(row: RunRow) -> bool:
    """Say whether a run shows what the caption says: a small team whose agents chose their roles."""
    chose = origin_under(row.protocol) == "chosen"
    return chose and (row.depth or 0) > 1 and row.agents <= 10 and not row.imported


def show_graph(row: RunRow) -> None:
    """The organization of a finished run."""
    record = history().run(row.run_id)
    draw(role_figure(record, "order", height=440), alt="Role graph of a finished run", key="latest_graph")
    with st.container(horizontal=True):
        kind_badge(record.simulated)
        st.caption(
            f"{plain(row.mission_title)}: every disc is an agent with the role it chose; lines lead to those "
            "whose work it used.",
            width="stretch",
        )


def show_start() -> None:
    """The question, the latest organization or what there might be, the latest runs."""
    finished = history().runs(RunFilter(statuses=("finished",)), limit=LOOKED_AT)
    organized = next(filter(worth_drawing, finished), None)
    if organized is None:
        show_question()
        st.space("medium")
        show_explanation()
    else:
        question, picture = st.columns([6, 7], gap="large", vertical_alignment="center")
        with question:
            show_question()
        with picture:
            show_graph(organized)
    if latest := history().runs(limit=LATEST):
        st.subheader("Latest runs", anchor=False)
        show_cards(latest)


try:
    if pair := state.shown_pair():
        state.use_up_pair(pair)
        if st.button("Back to Start", icon=":material/arrow_back:", type="tertiary", key="back"):
            state.leave_pair()
        show_side_by_side(pair)
    else:
        show_start()
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
