"""The links of a role graph are drawn: who builds on whom, reports to whom, heard whom."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import plotly.graph_objects as go

from swarm.figures.look import ACCENT, FAINT, QUIET
from swarm.organization.graph import Link
from swarm.organization.layout import Place

Bend: TypeAlias = Literal["straight", "inwards", "aside"]
"""The way links are bent: not at all, towards the middle of a ring, or to one side."""
ASIDE = 0.22
"""The distance that the middle of a link is pulled to the side, in lengths of the link."""
ARROWS_UP_TO = 300
CURVES_UP_TO = 300
"""More links are drawn as plain straight lines, to keep the figure light."""
HEARD_UP_TO = 800
"""More "was heard by" links would be one grey area: those of a chosen seat are drawn then."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """The looks and the name of a kind of link."""

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
    links: Iterable[Link], places: Mapping[int, Place], *, bend: Bend, focus: int | None = None
) -> list[go.Scatter]:
    """Draw links, one trace for each kind; those of the node in focus once more, on top.

    Args:
        links: those of nodes without a place are left out.
        places: of the nodes.
        bend: which way; too many links are straight.
        focus: a node whose links stand out; None for none.
    """
    drawn = [link for link in links if link.seat in places and link.other in places]
    traces: list[go.Scatter] = []
    for kind, stroke in STROKES.items():
        chosen = [link for link in drawn if kind in link.kinds]
        if chosen and (kind != "heard" or len(chosen) <= HEARD_UP_TO):
            traces.append(_trace(stroke, chosen, places, bend=bend, quiet=focus is not None))
    for stroke, chosen in (
        (OUT, [link for link in drawn if link.seat == focus]),
        (IN, [link for link in drawn if link.other == focus]),
    ):
        if chosen:
            traces.append(_trace(stroke, chosen, places, bend=bend))
    return traces


def points_of(
    links: Sequence[Link], places: Mapping[int, Place], *, bend: Bend
) -> list[tuple[float | None, float | None, int]]:
    """The way of each link as points with the size of an arrow's head; None ends a link."""
    way_of = _WAYS[bend if len(links) <= CURVES_UP_TO else "straight"]
    head = 9 if len(links) <= ARROWS_UP_TO else 0
    points: list[tuple[float | None, float | None, int]] = []
    for link in links:
        *way, end = way_of(places[link.seat], places[link.other])
        points += [*((x, y, 0) for x, y in way), (*end, head), (None, None, 0)]
    return points


def _trace(
    stroke: Stroke, links: Sequence[Link], places: Mapping[int, Place], *, bend: Bend, quiet: bool = False
) -> go.Scatter:
    points = points_of(links, places, bend=bend)
    return go.Scatter(
        x=[x for x, _, _ in points],
        y=[y for _, y, _ in points],
        mode="lines+markers" if len(links) <= ARROWS_UP_TO else "lines",
        name=stroke.name,
        hoverinfo="skip",
        line={"color": stroke.colour, "width": stroke.width, "dash": stroke.dash},
        opacity=(0.9 if len(links) <= 60 else 0.45) * (0.35 if quiet else 0.6 if bend == "aside" else 1),
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


def _inwards(start: Place, end: Place) -> list[Place]:
    """Bent towards the middle, so that neighbours' links do not lie on the ring."""
    near = 0.5 if (0.0, 0.0) in (start, end) else 0.3
    return _bent(start, ((start[0] + end[0]) * near, (start[1] + end[1]) * near), end)


def _aside(start: Place, end: Place) -> list[Place]:
    """Bent to one side, so that a link does not seem to end at a node between the two."""
    across, down = end[0] - start[0], end[1] - start[1]
    middle = (start[0] + end[0]) / 2 - ASIDE * down, (start[1] + end[1]) / 2 + ASIDE * across
    return _bent(start, middle, end)


_WAYS: dict[Bend, Callable[[Place, Place], list[Place]]] = {
    "straight": lambda start, end: [start, end],
    "inwards": _inwards,
    "aside": _aside,
}


def _bent(start: Place, middle: Place, end: Place) -> list[Place]:
    return [_bezier(start, middle, end, step / 8) for step in range(9)]


def _bezier(start: Place, middle: Place, end: Place, t: float) -> Place:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return (
        round(a * start[0] + b * middle[0] + c * end[0], 3),
        round(a * start[1] + b * middle[1] + c * end[1], 3),
    )
