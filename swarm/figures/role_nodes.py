"""The nodes of a role graph are drawn: how large, in which colour, named how."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import plotly.graph_objects as go

from swarm.figures.look import CLEAR, INK, MARKS, ON_COLOUR, PALETTE, QUIET, key_to, label, paragraph
from swarm.narrative.labels import agents_named
from swarm.organization.graph import SeatNow, Standing
from swarm.organization.grouping import Node
from swarm.organization.layout import RING_UP_TO, Place

DIAMETERS = {10: (26, 42), 16: (18, 26), RING_UP_TO: (16, 24), 100: (12, 20), 256: (7, 14)}
"""Of nodes in pixels, smallest and largest, by how many there are."""
SEATS_LISTED = 12


def sizes_of(nodes: Sequence[Node], most: int | None = None) -> dict[int, float]:
    """Diameters in pixels by node; the area grows with the share of tokens.

    Args:
        nodes: all that are drawn.
        most: tokens of the largest node; by default that of `nodes`.
    """
    smallest, largest = next(sizes for many, sizes in DIAMETERS.items() if len(nodes) <= many)
    most = most or max((node.tokens for node in nodes), default=0) or 1
    return {
        node.number: round(smallest + (largest - smallest) * min(1.0, node.tokens / most) ** 0.5, 1)
        for node in nodes
    }


def colours_of(seats: Iterable[SeatNow]) -> dict[str, str]:
    """A colour for every cluster of roles that several seats share: in the order in which their seats speak.

    A cluster keeps its colour while a run grows in seat order. When the colours are used up, grey is left.
    """
    counts: Counter[str] = Counter()
    shared: list[str] = []
    for seat in seats:
        if seat.cluster and seat.standing == "active":
            counts[seat.cluster] += 1
            if counts[seat.cluster] == 2:
                shared.append(seat.cluster)
    return {cluster: PALETTE[rank] if rank < len(PALETTE) else QUIET for rank, cluster in enumerate(shared)}


def node_traces(
    nodes: Sequence[Node],
    places: Mapping[int, Place],
    sizes: Mapping[int, float],
    colours: Mapping[str, str],
) -> list[go.Scatter]:
    """One trace for each standing there is, and its entry in the legend. `customdata` is the node's number."""
    traces: list[go.Scatter] = []
    for standing in MARKS:
        chosen = [node for node in nodes if node.standing == standing and node.number in places]
        if chosen:
            traces += [_nodes(chosen, places, sizes, colours), key_to(standing)]
    return traces


def symbol_of(standing: Standing, *, leads: bool) -> str:
    """The symbol of a standing; those who lead are square."""
    if leads and standing in ("active", "thinking"):
        return "square" if standing == "active" else "square-dot"
    return MARKS[standing].symbol


def colour_of(node: Node, colours: Mapping[str, str]) -> str:
    """That of its cluster if others have such a role, else that of its standing."""
    cluster = node.seats[0].cluster if node.standing == "active" else None
    return colours.get(cluster, MARKS[node.standing].colour) if cluster else MARKS[node.standing].colour


def name_of(node: Node, width: int, lines: int) -> str:
    """A node's role in a short label, with how many seats it stands for; idle ones are named by their standing."""
    times = f" × {len(node.seats)}" if node.folded else ""
    name = node.role if node.standing in ("active", "thinking") or not node.folded else None
    text = label(name or MARKS[node.standing].label, width, lines)
    return f"{text}<b>{times}</b>" if times else text


def _nodes(
    nodes: Sequence[Node],
    places: Mapping[int, Place],
    sizes: Mapping[int, float],
    colours: Mapping[str, str],
) -> go.Scatter:
    mark = MARKS[nodes[0].standing]
    shades = [colour_of(node, colours) for node in nodes]
    numbered = len(sizes) <= RING_UP_TO and mark.symbol != "circle-dot"
    return go.Scatter(
        x=[places[node.number][0] for node in nodes],
        y=[places[node.number][1] for node in nodes],
        mode="markers+text" if numbered else "markers",
        showlegend=False,
        text=[f"×{len(node.seats)}" if node.folded else str(node.number) for node in nodes]
        if numbered
        else None,
        textfont={"size": 12, **({"color": ON_COLOUR} if mark.filled else {})},
        hovertext=[_hover(node) for node in nodes],
        hoverinfo="text",
        customdata=[node.number for node in nodes],
        marker={
            "symbol": [symbol_of(node.standing, leads=node.leads) for node in nodes],
            "size": [round(sizes[node.number] * mark.scale, 1) for node in nodes],
            "color": shades if mark.filled else CLEAR,
            "opacity": 1,
            # Folded nodes have a second rim, so that they look like more than one.
            "line": {
                "color": [QUIET if node.folded else shade for node, shade in zip(nodes, shades, strict=True)],
                "width": [3 if node.folded else 0 if mark.filled else 2 for node in nodes],
            },
        },
        unselected={"marker": {"opacity": 0.55}, "textfont": {"color": ON_COLOUR if mark.filled else INK}},
    )


def _hover(node: Node) -> str:
    return _hover_of_many(node) if node.folded else _hover_of_one(node.seats[0])


def _hover_of_many(node: Node) -> str:
    numbers = [seat.number for seat in node.seats]
    roles = Counter(seat.role for seat in node.seats if seat.role and seat.cluster)
    lines = [f"<b>{len(numbers)} agents</b> · {MARKS[node.standing].label.lower()}"]
    lines += [f"{paragraph(role, limit=80)} × {count}" for role, count in roles.most_common(6)]
    lines.append(agents_named(numbers, SEATS_LISTED))
    lines.append(f"{node.tokens:,} tokens · click to unfold")
    return "<br>".join(lines)


def _hover_of_one(seat: SeatNow) -> str:
    lines = [f"<b>Agent {seat.number}</b> · {MARKS[seat.standing].label.lower()}"]
    if seat.role:
        lines.append(f"<b>{paragraph(seat.role, limit=80)}</b>")
    if seat.shared_by > 1:
        lines.append(f"{seat.shared_by} agents have roles like this one")
    if seat.reason:
        lines.append(f"<i>{paragraph(seat.reason)}</i>")
    facts = [f"{seat.tokens:,} tokens"] if seat.tokens else []
    facts += [f"builds on {agents_named(seat.builds_on, SEATS_LISTED)}"] if seat.builds_on else []
    facts += [f"reports to {agents_named(seat.reports_to, SEATS_LISTED)}"] if seat.reports_to else []
    return "<br>".join([*lines, *([" · ".join(facts)] if facts else [])])
