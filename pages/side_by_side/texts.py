"""Two deliverables stand beside each other, and the words that differ are marked."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.paging import page_of
from pages.shared.text import plain
from swarm.narrative.redline import Beside, Passage, marked, side_by_side
from swarm.recording.record import RunRecord
from swarm.written import plural


def show_texts(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    """Show the deliverables of two runs, part by part; of more than two, the second one is chosen."""
    at = 1
    if len(records) > 2:
        at = st.segmented_control(
            f"{plain(names[0])} beside",
            [*range(1, len(records))],
            default=1,
            required=True,
            format_func=lambda place: plain(names[place]),
            key="compared_text",
        )
    one, other = records[0], records[at or 1]
    pair = (names[0], names[at or 1])
    if not (one.deliverable and other.deliverable):
        missing = [name for name, record in zip(pair, (one, other), strict=True) if not record.deliverable]
        st.caption(f"Nothing was delivered by {plain(' and '.join(missing))}.")
        return
    parts = side_by_side(one.deliverable, other.deliverable)
    st.markdown(_summary(parts, pair))
    st.caption(
        "Written by agents. **Bold on a coloured ground:** words that the other text has not in this place. Parts that "
        "begin with the same line, or share half of their words, stand beside each other."
    )
    for part in page_of(parts, key="compared_parts"):
        _show_part(part, pair)


def _summary(parts: Sequence[Beside], names: tuple[str, str]) -> str:
    same = sum(part.same for part in parts)
    both = sum(part.one is not None and part.other is not None for part in parts)
    only = [sum(part.other is None for part in parts), sum(part.one is None for part in parts)]
    said = [f"**{plural(len(parts), 'part')}**: {both - same} in other words", f"{same} the same"]
    said += [f"{number} only in {plain(name)}" for number, name in zip(only, names, strict=True)]
    return ", ".join(said) + "."


def _show_part(part: Beside, names: tuple[str, str]) -> None:
    sign = "=" if part.same else "≠"
    texts = (part.one, part.other)
    with st.container(border=True), st.grid(2, min_column_width=300, gap="medium"):
        for name, text, counterpart in zip(names, texts, texts[::-1], strict=True):
            with st.container(gap="xxsmall"):
                if text is None:
                    st.caption(f"{plain(name)}: nothing that corresponds")
                    continue
                alone = " · only here" if counterpart is None else ""
                st.caption(f"{sign} {plain(name)}{alone}")
                st.markdown(
                    markdown_of(marked(text, counterpart) if counterpart else (Passage(text, False),))
                )


def markdown_of(pieces: Sequence[Passage]) -> str:
    """Pieces as Markdown in which nothing that agents wrote is markup; lines stay lines."""
    written: list[str] = []
    for text, differs in pieces:
        for line in text.splitlines(keepends=True):
            words = plain(line)
            if words:
                written.append(f":orange-background[**{words}**]" if differs else words)
            # Two spaces before a line break keep it in Markdown.
            written.append("  \n" if line.endswith("\n") else " ")
    return "".join(written).strip()
