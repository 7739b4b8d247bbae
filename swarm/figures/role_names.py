"""The nodes of a role graph get their names, where names find room."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from swarm.figures.look import CLEAR
from swarm.figures.role_nodes import name_of
from swarm.organization.grouping import Node
from swarm.organization.layout import Place

LABELS_UP_TO = 16
"""More role names would overlap; hover boxes have them then."""
LINES = {10: (14, 3), 12: (15, 2), LABELS_UP_TO: (18, 1)}
"""Longest line of a role name beside a ring, and how many, by the size of the team; fits a telephone."""
NAMED_LAYERS = 4
"""Names of roles in more layers than these would overlap on a telephone; hover boxes have them then."""
NAMED_GROUPS = 60
"""So many groups of roles are named; the largest."""


def room_for(nodes: int) -> tuple[int, int]:
    """The longest line of a name beside a ring, in characters, and how many lines; at most `LABELS_UP_TO` nodes."""
    return next(room for most, room in LINES.items() if nodes <= most)


def group_names(groups: Sequence[tuple[Node, int, Place]]) -> list[go.Scatter]:
    """The names of the largest groups, below their nodes.

    Args:
        groups: of each, one node, how many seats it has, and where its name begins.
    """
    chosen = groups[:NAMED_GROUPS]
    if not chosen:
        return []
    per_row = max([place[1] for *_, place in chosen].count(place[1]) for *_, place in chosen)
    text = [
        name_of(Node((node.seats[0],)), 17 if per_row <= 3 else 14 if per_row == 4 else 11, 2)
        for node, _, _ in chosen
    ]
    return [
        go.Scatter(
            x=[place[0] for *_, place in chosen],
            y=[place[1] for *_, place in chosen],
            mode="text",
            text=[
                f"{name} <b>×{seats}</b>" if seats > 1 else name
                for name, (_, seats, _) in zip(text, chosen, strict=True)
            ],
            textposition="bottom center",
            textfont={"size": 12 if per_row <= 3 else 11},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    ]


def names_beside(
    nodes: Sequence[Node],
    places: Mapping[int, Place],
    sizes: Mapping[int, float],
    *,
    in_layers: bool = False,
) -> go.Scatter:
    """The role names of a small team, outside the ring or below the nodes of a layer."""
    named = [
        node
        for node in nodes
        if (node.role or node.folded) and node.number in places and node.standing != "not_reached"
    ]
    width, lines = room_for(len(places))
    if in_layers:
        width, lines = (17, 1) if len({x for x, _ in places.values()}) < NAMED_LAYERS else (11, 2)
    return go.Scatter(
        x=[places[node.number][0] for node in named],
        y=[places[node.number][1] for node in named],
        mode="markers+text",
        text=[name_of(node, width, lines) for node in named],
        textposition=[side_of(places[node.number], in_layers=in_layers) for node in named],
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        # Invisible, but they keep the names clear of the nodes.
        marker={
            "size": [sizes[node.number] + 6 for node in named],
            "color": CLEAR,
            "line": {"width": 0},
        },
    )


def side_of(place: Place, *, in_layers: bool = False) -> str:
    """On which side of a node its name finds room."""
    x, y = place
    if in_layers or abs(x) < 0.05:
        return "top center" if y > 0.9 and not in_layers else "bottom center"
    return "middle right" if x > 0 else "middle left"
