"""Two to four single runs stand in columns, on the same scales, and what differs is marked."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from pages.run.heading import DEPTH_EXPLAINED, QUALITY_EXPLAINED
from pages.run.timeline import timeline_in_words
from pages.shared.badges import STATUS, kind_badge, origin_badge, status_badge
from pages.shared.labels import protocol_sentence
from pages.shared.picture import draw
from pages.shared.resources import history
from pages.shared.text import plain
from pages.side_by_side.link import check_number
from pages.side_by_side.tables import show_rows
from pages.side_by_side.texts import show_texts
from swarm.comparison.rows import Row
from swarm.figures import aligned_timelines, role_figure, standings_figure
from swarm.narrative.contrast import CAVEAT, check_comparable, contrast
from swarm.narrative.labels import models_named, protocol_name
from swarm.narrative.story import story
from swarm.organization.graph import seats_of
from swarm.recording.measures import LISTED, MEASURES, kept, listed
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, about, count, lasting, quality, usd

POLL_S = 1.0
COLUMN_PX = {2: 420, 3: 290, 4: 420}
"""Least width of a column by how many there are; four stand two by two, as names need room."""


def show_runs(run_ids: tuple[str, ...]) -> None:
    """Two to four runs of one mission, side by side.

    Raises:
        SwarmError: when there are no such runs, or they cannot be compared.
    """
    check_number(run_ids)
    records = [history().run(run_id) for run_id in run_ids]
    for other in records[1:]:
        check_comparable(records[0], other)
    names = names_of(records)
    _show_heading(records, names)
    _show_graphs(records, names)
    st.subheader("Measures", anchor=False)
    _show_facts(records, names)
    st.subheader("What became of the agents", anchor=False)
    alt = "; ".join(
        f"{name}: {record.participation.active} active" for name, record in zip(names, records, strict=True)
    )
    draw(standings_figure(records, names), alt=alt, key="standings")
    _show_timelines(records, names)
    st.subheader("What was delivered", anchor=False)
    show_texts(records, names)


def names_of(records: Sequence[RunRecord]) -> list[str]:
    """Name the runs: by protocol, and by place too when protocols repeat."""
    protocols = [protocol_name(record.spec.protocol) for record in records]
    if len({*protocols}) == len(protocols):
        return protocols
    return [f"{place}: {name}" for place, name in enumerate(protocols, 1)]


def _show_heading(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        kind_badge(records[0].simulated)
        st.caption(f"{len(records)} runs of one mission", width="content")
    st.title(plain(records[0].spec.mission.title), anchor=False)
    with st.container(border=True):
        if any(record.status == "running" for record in records):
            _wait_for_the_end(records)
            return
        for name, other in zip(names[1:], records[1:], strict=True):
            several = f"{plain(names[0])} and {plain(name)}. " if len(records) > 2 else ""
            st.markdown(f"**{several}{plain(contrast(records[0], other))}**")
        st.caption(f"{CAVEAT} Compare groups of runs on several missions to learn what holds in general.")


def _wait_for_the_end(records: Sequence[RunRecord]) -> None:
    """Say that it goes on, and show the page anew when it does not."""
    st.markdown("**Some of these are still running.** What differs is said here as soon as all have ended.")

    @st.fragment(run_every=POLL_S)
    def wait() -> None:
        if all(history().run(record.run_id).status != "running" for record in records):
            st.rerun()

    wait()


def _show_graphs(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    most = max((seat.tokens for record in records for seat in seats_of(record)), default=0)
    with st.grid(len(records), min_column_width=COLUMN_PX[len(records)], gap="medium"):
        for name, record in zip(names, records, strict=True):
            with st.container(gap="small"):
                st.subheader(plain(name), anchor=False)
                st.caption(protocol_sentence(record.spec.protocol))
                with st.container(horizontal=True, vertical_alignment="center"):
                    status_badge(record.status, record.imported)
                    origin_badge(record.imported)
                    st.page_link(
                        "../run/page.py",
                        label="Open this run",
                        icon=":material/open_in_new:",
                        query_params={"run": record.run_id},
                    )
                figure = role_figure(record, "order", height=400, most_tokens=most or None)
                draw(figure, alt=" ".join(story(record)), key=f"graph_{record.run_id}")
    st.caption(
        "A disc is an agent in the role it took; its size is its tokens, on the same scale everywhere. The same "
        "colour, but for green: roles much alike. A line leads to whose work was used."
    )


def _listed(name: str, record: RunRecord) -> str:
    return listed(record)[name]


FACTS: tuple[tuple[str, str, Callable[[RunRecord], str]], ...] = (
    ("Status", "", lambda it: STATUS[it.status].label),
    ("Team", "", lambda it: models_named(it.spec.team)),
    ("Seed", "", lambda it: str(it.spec.seed)),
    ("Quality", QUALITY_EXPLAINED, lambda it: quality(it.verdict.quality if it.verdict else None)),
    ("Depth", DEPTH_EXPLAINED, lambda it: count(it.depth)),
    (
        "Active",
        "Agents that delivered something.",
        lambda it: f"{it.participation.active} of {len(it.spec.team)}",
    ),
    ("Abstained", "Chose to sit it out.", lambda it: count(it.participation.abstained)),
    ("Idle by order", "Were never asked to work.", lambda it: count(it.participation.directed_idle)),
    ("Unreadable", "Gave a reply that could not be read.", lambda it: count(it.participation.unparsed)),
    ("No reply", "Got no reply from the model.", lambda it: count(it.participation.failed)),
    (
        "Different roles",
        "Without case, endings and filler words.",
        lambda it: count(kept(it)["distinct_roles"]),
    ),
    *((MEASURES[key].name, MEASURES[key].meaning, partial(_listed, MEASURES[key].name)) for key in LISTED),
    ("Words delivered", "", lambda it: count(len(it.deliverable.split()) if it.ended else None)),
    (
        "Tokens",
        "Input and output, the judge's included.",
        lambda it: about(count(it.spent.tokens), it.spent.estimated),
    ),
    ("Cost", "The judge's included.", lambda it: about(usd(it.spent.cost_usd), it.spent.estimated)),
    ("Time", "", lambda it: lasting(it.duration_s)),
)
"""The facts that are told of every run: name, meaning, and how it is written."""


def _show_facts(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    rows = [Row(name, meaning, tuple(say(record) for record in records)) for name, meaning, say in FACTS]
    signs = ["≠" if len({*row.values}) > 1 else "=" for row in rows]
    show_rows(rows, names, signs=signs, alt="Measures of every run; a sign says which differ")
    money = " Money is simulated: what models of this class would cost." if records[0].simulated else ""
    st.caption(f"**≠** differs, = is the same in all; {UNKNOWN} is not known.{money}")


def _show_timelines(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    spoken = [(name, record) for name, record in zip(names, records, strict=True) if record.turns]
    if not spoken:
        return
    st.subheader("Timeline", anchor=False)
    with st.grid(len(spoken), min_column_width=COLUMN_PX[max(2, len(spoken))], gap="medium"):
        for (name, record), figure in zip(spoken, aligned_timelines([it for _, it in spoken]), strict=True):
            with st.container(gap="small"):
                words = timeline_in_words(record)
                st.markdown(f"**{plain(name)}.** {words}")
                draw(figure, alt=f"Timeline of {name}. {words}", key=f"timeline_{record.run_id}")
    st.caption("Time, tokens and dollars have the same axes in all of these.")
