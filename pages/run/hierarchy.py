"""The hierarchy of a run is shown: how deep it is, and who stands under whom."""

from itertools import pairwise
from typing import Literal

import streamlit as st

from pages.shared.picture import draw, draw_choosable
from pages.shared.text import plain
from swarm.figures.hierarchy import icicle_figure, org_chart
from swarm.organization.forest import Forest, Tie, forest_of
from swarm.recording.record import RunRecord
from swarm.written import brief, plural

View = Literal["tree", "icicle"]
VIEWS: dict[View, str] = {"tree": "Tree", "icicle": "Icicle"}
TREE_UP_TO = 60
"""More linked agents are shown as an icicle first."""
SPELT_OUT = 4
"""A longer chain is told by its two ends."""
ROLE_CHARS = 60
SAYS: dict[Tie, str] = {
    "builds_on": "builds on",
    "reports_to": "reports to",
    "through": "leans through others on",
}
EXPLAINED: dict[View, str] = {
    "tree": (
        "Top of a tree: agents who lean on nobody. An agent stands, indented, under the one it builds on or "
        "reports to; of several, under the one that puts it deepest, and the others also carry it. Square: leads. "
        "Thick: the longest chain, which is the depth. Click an agent to read it."
    ),
    "icicle": (
        "Left: the team. To the right of each agent stand those who build on it or report to it. "
        "Hatched: the longest chain, which is the depth. Click a cell to enlarge it, the bar below it to go back."
    ),
}


def show_hierarchy(record: RunRecord) -> int | None:
    """The depth in a sentence and the organization as a tree or an icicle; returns the seat that was clicked."""
    forest = forest_of(record)
    told = depth_in_words(record)
    st.markdown(plain(told))
    if not forest.above:
        return None
    view, chosen = _choose_view(len(forest.above)), None
    if view == "icicle":
        draw(icicle_figure(record), alt=told, key=f"icicle_{record.run_id}")
    else:
        chosen = draw_choosable(org_chart(record), alt=told, key=f"org_chart_{record.run_id}")
    st.caption(EXPLAINED[view])
    return chosen


def _choose_view(linked: int) -> View:
    """Let the view be chosen, for so many linked agents."""
    usual: View = "icicle" if linked > TREE_UP_TO else "tree"
    # A key for each size: what was chosen for a small run says nothing of a large one.
    chosen: View = st.segmented_control(
        "Show as",
        [*VIEWS],
        default=usual,
        required=True,
        format_func=VIEWS.__getitem__,
        key=f"hierarchy_view_{usual}",
        label_visibility="collapsed",
    )
    return chosen or usual


def depth_in_words(record: RunRecord) -> str:
    """The depth of the organization and what it comes from, in plain text that quotes roles of agents."""
    forest, depth = forest_of(record), record.depth
    if depth is None:
        return f"Nobody has delivered anything{' yet' if record.status == 'running' else ''}, so there is no hierarchy."
    if depth > 1:
        return f"Depth {depth}: {_chain(forest)}. Depth 1 would mean that everybody worked side by side."
    if forest.above:
        return "Depth 1: some agents build on each other in a circle, so none of them stands above another."
    if len(forest.alone) == 1:
        return (
            f"Depth 1: {_named(forest, forest.alone[0])} alone delivered something, so there is no hierarchy."
        )
    return (
        f"Depth 1: a flat organization. {plural(len(forest.alone), 'agent')} worked side by side; "
        "none of them says that it builds on another's work or reports to anybody."
    )


def _chain(forest: Forest) -> str:
    """The longest chain from its deepest seat, as "agent 7 (Cook) builds on agent 4 (Scout), who …"."""
    seats = [*reversed(forest.chain)]
    links = [f"{SAYS[forest.ties[seat]]} {_named(forest, over)}" for seat, over in pairwise(seats)]
    if len(seats) > SPELT_OUT:
        between = plural(len(seats) - 3, "more agent")
        links = [links[0], f"leans, through {between}, on {_named(forest, seats[-1])}"]
    as_deep = sum(seat.layer == len(seats) for seat in forest.seats.values()) - 1
    others = f"; {as_deep} more {'stand' if as_deep > 1 else 'stands'} as deep" if as_deep else ""
    return f"{_named(forest, seats[0])} {', who '.join(links)}{others}"


def _named(forest: Forest, number: int) -> str:
    role = brief(forest.seats[number].role, ROLE_CHARS)
    return f"agent {number}" + (f" ({role})" if role else "")
