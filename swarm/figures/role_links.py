"""This file is where the links of a role graph are drawn: who builds on whom, who reports to whom."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from swarm.figures.look import ACCENT, QUIET
from swarm.graph import Link, Place

ARROWS_UP_TO = 300
CURVES_UP_TO = 300
"""More edges are drawn as plain straight lines, to keep the figure light."""


def link_traces(kind: str, edges: Sequence[Link], places: Mapping[int, Place], *, curved: bool) -> go.Scatter:
    """Draw all links of one kind as one trace.

    Args:
        kind: "builds_on" or "reports_to".
        edges: the links; those of seats without a place are left out.
        places: of the seats.
        curved: bent towards the middle, unless there are too many.
    """
    curved = curved and len(edges) <= CURVES_UP_TO
    drawn = [(link.seat, link.other) for link in edges if link.seat in places and link.other in places]
    points: list[tuple[float | None, float | None, int]] = []
    for one, other in drawn:
        path = _path(places[one], places[other], curved=curved)
        points += [(x, y, 0) for x, y in path[:-1]]
        points += [(*path[-1], 9 if len(drawn) <= ARROWS_UP_TO else 0), (None, None, 0)]
    reports = kind == "reports_to"
    colour = ACCENT if reports else QUIET
    return go.Scatter(
        x=[x for x, _, _ in points],
        y=[y for _, y, _ in points],
        mode="lines+markers" if len(drawn) <= ARROWS_UP_TO else "lines",
        name="Reports to" if reports else "Builds on",
        hoverinfo="skip",
        line={"color": colour, "width": 2 if reports else 1.2, "dash": "dash" if reports else "solid"},
        opacity=0.9 if len(drawn) <= 60 else 0.45,
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "standoff": [16 if size else 0 for _, _, size in points],
            "size": [size for _, _, size in points],
            "color": colour,
        },
        unselected={"marker": {"opacity": 1}},
    )


def _path(start: Place, end: Place, *, curved: bool) -> list[Place]:
    """From seat to seat, bent towards the middle so that neighbours' links do not lie on the ring."""
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
