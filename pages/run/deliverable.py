"""The deliverable of a team: by part, with who wrote it, or as one text."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.paging import page_of
from pages.shared.text import plain
from pages.shared.views import choose_view
from swarm.recording.record import RunRecord
from swarm.turn import Turn
from swarm.written import plural, visible

BY_PART, AS_ONE = "By part", "As one text"
TALL = 4_000
"""Characters from which the text scrolls in a box of its own."""


def show_deliverable(record: RunRecord) -> None:
    """The deliverable, in the order of speaking; every part with who wrote it, and how much of the whole it is."""
    parts = record.parts
    if not parts:
        st.caption("Nothing was delivered." if record.ended else "Nothing has been delivered yet.")
        return
    manner = choose_view([BY_PART, AS_ONE], "deliverable", BY_PART, "Show")
    if manner == AS_ONE:
        _as_one_text(record)
    else:
        _by_part(parts)


def share_of_words(text: str, texts: Sequence[str]) -> float | None:
    """The share of the words of all texts that stand in one of them, in [0, 1]; None when there are none.

    Examples:
        >>> share_of_words("one", ["one", "two three four"])
        0.25
    """
    words = sum(len(each.split()) for each in texts)
    return len(text.split()) / words if words else None


def _by_part(parts: Sequence[Turn]) -> None:
    texts = [turn.text for turn in parts]
    words = sum(len(text.split()) for text in texts)
    st.caption(
        f"{plural(words, 'word')} in {plural(len(parts), 'part')}, written by agents, in the order of speaking."
    )
    for turn in page_of(parts, key="parts"):
        share = share_of_words(turn.text, texts)
        with st.container(border=True):
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="xsmall"):
                st.markdown(f"**Agent {turn.seat}** · {plain(turn.role or 'no role', 100)}", width="content")
                amount = plural(len(turn.text.split()), "word")
                st.markdown(f":small[:gray[{amount}{_of_the_whole(share)}]]", width="content")
            st.text(visible(turn.text))


def _of_the_whole(share: float | None) -> str:
    if share is None:
        return ""
    return f" · {share:.0%} of the whole" if share >= 0.005 else " · less than 1% of the whole"


def _as_one_text(record: RunRecord) -> None:
    if not record.deliverable:
        st.caption("The parts become one text when the run has ended.")
        return
    judged = " The judge is shown exactly this, without who wrote what." if record.spec.judge else ""
    st.caption(f"Written by agents.{judged}")
    tall = len(record.deliverable) > TALL
    st.code(visible(record.deliverable), language=None, wrap_lines=True, height=640 if tall else "content")
