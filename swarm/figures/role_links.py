"""This file is where the links of a role graph are drawn: who builds on whom, reports to whom, heard whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from swarm.figures.look import ACCENT, FAINT, QUIET
from swarm.graph import Link
from swarm.layout import Place

ARROWS_UP_TO = 300
CURVES_UP_TO = 300
"""More links are drawn as plain straight lines, to keep the figure light."""
HEARD_UP_TO = 800
"""More "was heard by" links would be one grey area: those of a chosen seat are drawn then."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a kind of link is drawn, and what it is called."""

    name: str
    colour: str
    dash: str = "solid"
    width: float = 1.2


STROKES = {
    "heard": Stroke("Heard", FAINT, width=1),
    "builds_on": Stroke("Builds on", QUIET),
    "reports_to": Stroke("Reports to", ACCENT, "dash", 2),
}
OUT = Stroke("Leans on", ACCENT, width=2.5)
IN = Stroke("Is leant on by", "#e08e00", width=2.5)
"""The links of a chosen seat: to those it uses, and from those who use it."""


def link_traces(
    links: Iterable[Link], places: Mapping[int, Place], *, curved: bool, focus: int | None = None
) -> list[go.Scatter]:
    """Draw links, one trace for each kind; those of the node in focus once more, on top.

    Args:
        links: those of nodes without a place are left out.
        places: of the nodes.
        curved: bent towards the middle, unless there are too many.
        focus: a node whose links stand out; None for none.
    """
    drawn = [link for link in links if link.seat in places and link.other in places]
    traces: list[go.Scatter] = []
    for kind, stroke in STROKES.items():
        chosen = [link for link in drawn if kind in link.kinds]
        if chosen and (kind != "heard" or len(chosen) <= HEARD_UP_TO):
            traces.append(_trace(stroke, chosen, places, curved=curved, quiet=focus is not None))
    for stroke, chosen in (
        (OUT, [link for link in drawn if link.seat == focus]),
        (IN, [link for link in drawn if link.other == focus]),
    ):
        if chosen:
            traces.append(_trace(stroke, chosen, places, curved=curved))
    return traces


def points_of(
    links: Sequence[Link], places: Mapping[int, Place], *, curved: bool
) -> list[tuple[float | None, float | None, int]]:
    """The way of each link as points with the size of an arrow's head; None ends a link."""
    curved = curved and len(links) <= CURVES_UP_TO
    head = 9 if len(links) <= ARROWS_UP_TO else 0
    points: list[tuple[float | None, float | None, int]] = []
    for link in links:
        *way, end = _path(places[link.seat], places[link.other], curved=curved)
        points += [*((x, y, 0) for x, y in way), (*end, head), (None, None, 0)]
    return points


def _trace(
    stroke: Stroke, links: Sequence[Link], places: Mapping[int, Place], *, curved: bool, quiet: bool = False
) -> go.Scatter:
    points = points_of(links, places, curved=curved)
    return go.Scatter(
        x=[x for x, _, _ in points],
        y=[y for _, y, _ in points],
        mode="lines+markers" if len(links) <= ARROWS_UP_TO else "lines",
        name=stroke.name,
        hoverinfo="skip",
        line={"color": stroke.colour, "width": stroke.width, "dash": stroke.dash},
        opacity=(0.9 if len(links) <= 60 else 0.45) * (0.35 if quiet else 1 if curved else 0.6),
        # The page's script finds links by this, to let those of the seat under the pointer stand out.
        meta="links",
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "standoff": [16 if size else 0 for _, _, size in points],
            "size": [size for _, _, size in points],
            "color": stroke.colour,
        },
        unselected={"marker": {"opacity": 1}},
    )


def _path(start: Place, end: Place, *, curved: bool) -> list[Place]:
    """From node to node, bent towards the middle so that neighbours' links do not lie on the ring."""
    if not curved:
        return [start, end]
    middle = ((start[0] + end[0]) * 0.3, (start[1] + end[1]) * 0.3)
    if start == (0.0, 0.0) or end == (0.0, 0.0):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    return [_bezier(start, middle, end, step / 8) for step in range(9)]


def _bezier(start: Place, middle: Place, end: Place, t: float) -> Place:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return (
        round(a * start[0] + b * middle[0] + c * end[0], 3),
        round(a * start[1] + b * middle[1] + c * end[1], 3),
    )
