"""A role graph is drawn: who took which role, builds on whom, or sat it out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from swarm.errors import UnknownName
from swarm.figures.look import FAINT, bare, mark_kind, write
from swarm.figures.role_links import HEARD_UP_TO, Bend, link_traces
from swarm.figures.role_names import LABELS_UP_TO, NAMED_LAYERS, group_names, names_beside
from swarm.figures.role_nodes import colours_of, node_traces, sizes_of
from swarm.organization.graph import Link, heard_links, links_of, seats_of
from swarm.organization.grouping import Node, each_for_itself, fold, group_of, links_between
from swarm.organization.layout import RING_UP_TO, Place, columns, packed, radial, ring
from swarm.recording.record import RunRecord

Arrangement = Literal["order", "layers", "roles"]
ARRANGEMENTS: dict[Arrangement, str] = {"order": "In order", "layers": "By layer", "roles": "By role"}
Shown = Literal["declared", "heard"]
SHOWN: dict[Shown, str] = {"declared": "Who uses whose work", "heard": "Who heard whom"}

PIXELS_PER_ROW = 58
"""So much room has a seat with its role name in a column of layers."""
PIXELS_PER_GROUP = 88
"""So much room has a row of groups of one agent each."""
IN_LINES = 13.0
"""The largest diameter, in pixels, of nodes that stand in lines below the groups."""
FEW_IN_LINES = 8
"""Fewer keep their size."""
LAYERS_IN_WORDS = 6
"""More headings than these are numbers only."""
FOLDED_FROM = 41
"""Teams of so many seats are easier to read when equal roles are one node."""


def best_arrangement(record: RunRecord) -> Arrangement:
    """Choose what reads best: seat order, where nobody moves; for large teams that have ended, roles."""
    return "roles" if record.ended and len(record.spec.team) >= FOLDED_FROM else "order"


def role_figure(
    record: RunRecord,
    arrangement: Arrangement | None = None,
    *,
    shown: Shown = "declared",
    unfolded: Collection[str] | None = None,
    focus: int | None = None,
    height: int = 500,
    most_tokens: int | None = None,
) -> go.Figure:
    """Draw the role graph of a run, live or finished.

    A node's size is its share of the tokens. Nodes share a colour when their roles are near-synonyms; a role
    of its own has the accent colour. Every node carries its number, that of its first seat, as `customdata`.

    Args:
        record: the run.
        arrangement: in seat order, by declared layer, or by role; None: what reads best.
        shown: the links that agents declare, or who heard whom.
        unfolded: None draws every seat; otherwise seats of equal roles are one node, but for these groups
            (see `swarm.organization.grouping.group_of`).
        focus: a seat whose links stand out.
        height: in pixels.
        most_tokens: of the largest node, where several graphs shall have the same scale; None: the largest here.

    Raises:
        UnknownName: for an arrangement that is none.
    """
    arrangement = arrangement or best_arrangement(record)
    if arrangement not in ARRANGEMENTS:
        raise UnknownName("arrangement", arrangement, ARRANGEMENTS)
    graph = _arranged(record, arrangement, shown, unfolded)
    centre = next((node.number for node in graph.nodes if focus in [s.number for s in node.seats]), None)
    figure = go.Figure()
    if arrangement == "order" and 2 < len(graph.places) <= RING_UP_TO:
        figure.add_trace(_orbit(graph.places))
    figure.add_traces(_links(graph, arrangement, focus=centre))
    sizes = _sizes(graph, most_tokens)
    figure.add_traces(node_traces(graph.nodes, graph.places, sizes, colours_of(seats_of(record))))
    _frame(figure, graph, arrangement, height)
    _name(figure, graph, sizes, arrangement)
    return mark_kind(figure, simulated=record.simulated)


@dataclass(frozen=True, slots=True)
class _Graph:
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    places: Mapping[int, Place]
    """Nodes that have none are not drawn."""
    name_places: tuple[tuple[Node, int, Place], ...] = ()
    """Places of the names of groups: a node of the group, its seats, and the place."""
    in_lines: tuple[int, ...] = ()
    """Nodes of no group, if groups are packed."""
    rows: float = 0.0
    """Of groups, if they are packed."""


def _arranged(
    record: RunRecord, arrangement: Arrangement, shown: Shown, unfolded: Collection[str] | None
) -> _Graph:
    seats = seats_of(record)
    nodes = each_for_itself(seats) if unfolded is None else fold(seats, unfolded)
    links = links_between(nodes, links_of(record) if shown == "declared" else heard_links(record))
    layer_of = {node.number: node.layer for node in nodes if node.layer}
    if arrangement == "layers" and layer_of:
        few = len(layer_of) <= LABELS_UP_TO
        return _Graph(nodes, links, columns(layer_of) if few else radial(layer_of, links))
    if arrangement == "roles":
        return _by_role(nodes, links)
    planners = {turn.seat for turn in (*record.turns, *record.speaking) if turn.cue == "plan"}
    return _Graph(nodes, links, ring([node.number for node in nodes], planners))


def _by_role(nodes: tuple[Node, ...], links: tuple[Link, ...]) -> _Graph:
    """Groups of roles, the largest first; who has none, or did not work, stands below."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        if node.standing == "active" and node.seats[0].cluster:
            groups.setdefault(group_of(node.seats[0]), []).append(node)
    ordered = sorted(groups.values(), key=lambda group: (-_seats(group), group[0].number))
    grouped = {node.number for group in ordered for node in group}
    rest = [node.number for node in nodes if node.number not in grouped]
    packing = packed([[node.number for node in group] for group in ordered], rest)
    names = zip(ordered, packing.names, strict=True)
    named = tuple((group[0], _seats(group), place) for group, place in names)
    return _Graph(nodes, links, packing.places, named, tuple(rest), packing.height)


def _seats(group: Sequence[Node]) -> int:
    return sum(len(node.seats) for node in group)


def _links(graph: _Graph, arrangement: Arrangement, focus: int | None) -> list[go.Scatter]:
    """All links; too many "was heard by" only for the node in focus."""
    links = graph.links
    if len(links) > HEARD_UP_TO and "heard" in links[0].kinds:
        links = [link for link in links if focus in (link.seat, link.other)]
    return link_traces(links, graph.places, bend=_bend(graph, arrangement), focus=focus)


def _bend(graph: _Graph, arrangement: Arrangement) -> Bend:
    on_ring = arrangement == "order" and len(graph.places) <= RING_UP_TO
    return "inwards" if on_ring else "aside"


def _frame(figure: go.Figure, graph: _Graph, arrangement: Arrangement, height: int) -> None:
    """Leave room for names: beside a ring, below the seats of a layer."""
    places, named = graph.places, len(graph.places) <= LABELS_UP_TO
    sideways, lowest, highest = (2.8, -1.65, 1.5) if named else (1.25, -1.12, 1.12)
    if arrangement == "layers" and named:
        tallest = max([x for x, _ in places.values()].count(x) for x, _ in places.values())
        height = max(height, 130 + PIXELS_PER_ROW * tallest)
        sideways, lowest, highest = 1.5, -1.35, 1.3
        _name_layers(figure, graph.nodes)
    elif arrangement == "roles":
        height = max(height, round(PIXELS_PER_GROUP * min(graph.rows, 8) + 66 * max(graph.rows - 8, 0)) + 80)
        sideways, lowest, highest = 1.0, -1.05, 1.05
    bare(figure, height)
    figure.update_xaxes(range=[-sideways, sideways])
    figure.update_yaxes(range=[lowest, highest])


def _name_layers(figure: go.Figure, nodes: Sequence[Node]) -> None:
    layers = sorted({node.layer for node in nodes if node.layer})
    short = len(layers) > LAYERS_IN_WORDS
    for layer in layers:
        x = 0.0 if len(layers) == 1 else 2 * (layer - 1) / (len(layers) - 1) - 1
        write(figure, str(layer) if short else f"Layer {layer}", x=x, y=1.25, xanchor="center")


def _sizes(graph: _Graph, most_tokens: int | None) -> dict[int, float]:
    sizes = sizes_of(graph.nodes, most_tokens)
    if len(graph.in_lines) > FEW_IN_LINES:
        sizes |= {number: min(sizes[number], IN_LINES) for number in graph.in_lines}
    return sizes


def _orbit(places: Mapping[int, Place]) -> go.Scatter:
    around = [place for place in places.values() if place != (0.0, 0.0)]
    xs, ys = zip(*around, around[0], strict=True)
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        line={"color": FAINT, "width": 1, "dash": "dot"},
    )


def _name(figure: go.Figure, graph: _Graph, sizes: Mapping[int, float], arrangement: Arrangement) -> None:
    """Write role names where they find room."""
    crowded = arrangement == "layers" and len({x for x, _ in graph.places.values()}) > NAMED_LAYERS
    if arrangement == "roles":
        figure.add_traces(group_names(graph.name_places))
    elif len(graph.places) <= LABELS_UP_TO and not crowded:
        figure.add_trace(names_beside(graph.nodes, graph.places, sizes, in_layers=arrangement == "layers"))
