"""This file is where a run becomes a graph: seats as nodes, declared links as edges, a place for each seat.

Pure: it knows neither figures nor pages. Places depend on seat numbers and the size of the team only, so
nobody moves while a run grows.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import networkx as nx

from swarm.metrics.hierarchy import declared_links
from swarm.metrics.participation import Part, parts
from swarm.metrics.roles import clusters
from swarm.record import RunRecord
from swarm.turn import Turn

Standing = Literal[
    "active", "abstained", "directed_idle", "unparsed", "failed", "thinking", "waiting", "not_reached"
]
"""What a seat is doing, or what became of it. The first five are the parts of a finished run."""
Place: TypeAlias = tuple[float, float]
"""Coordinates in [-1, 1]."""

RING_UP_TO = 40
"""Larger teams would stand too close on a ring; they get a spiral."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True, slots=True)
class SeatNow:
    """One seat as it stands at some moment of a run."""

    number: int
    model: str
    standing: Standing
    role: str | None = None
    """The latest role it took or was given."""
    cluster: str | None = None
    """The first role of the near-synonyms its role belongs to."""
    shared_by: int = 0
    """How many active seats have a role of that cluster, this one included; 0 without a role."""
    leads: bool = False
    """Whether it planned, or somebody reports to it."""
    layer: int | None = None
    """Its place in the longest chain of declared links, from 1; None when it delivered nothing."""
    reason: str | None = None
    """Its own reason, or why its turn is unparsed or failed."""
    tokens: int = 0
    builds_on: tuple[int, ...] = ()
    reports_to: int | None = None


class Link(NamedTuple):
    """What one seat says of another: it builds on it, reports to it, or both."""

    seat: int
    other: int
    kinds: frozenset[str]
    """Of "builds_on" and "reports_to"."""


def seats_of(record: RunRecord) -> tuple[SeatNow, ...]:
    """Every seat of a team as it stands now, in seat order."""
    latest = {turn.seat: turn for turn in record.turns}
    worked = {turn.seat: turn for turn in record.turns if turn.action in ("contribute", "plan")}
    links = links_of(record)
    cluster_of = clusters([turn.role for turn in worked.values() if turn.role])
    sizes = _sizes(worked, cluster_of)
    layer_of, leaders = layers(worked, links), _leaders(record, links)
    standings = standings_of(record)
    seats: list[SeatNow] = []
    for seat in record.spec.team:
        turn = worked.get(seat.number) or latest.get(seat.number)
        cluster = cluster_of.get(turn.role) if turn and turn.role and seat.number in worked else None
        seats.append(
            SeatNow(
                number=seat.number,
                model=seat.model,
                standing=standings[seat.number],
                role=turn.role if turn else seat.role,
                cluster=cluster,
                shared_by=sizes.get(cluster, 0) if cluster else 0,
                leads=seat.number in leaders,
                layer=layer_of.get(seat.number),
                reason=turn.reason if turn else None,
                tokens=sum(other.usage.tokens for other in record.turns if other.seat == seat.number),
                builds_on=turn.builds_on if turn else (),
                reports_to=turn.reports_to if turn else None,
            )
        )
    return tuple(seats)


def standings_of(record: RunRecord) -> dict[int, Standing]:
    """What every seat is doing, by number."""
    thinking = {cued.seat for cued in record.speaking} if record.status == "running" else set[int]()
    found = parts(record.turns, len(record.spec.team), complete=record.protocol_ended)
    return {
        seat: _standing(part, seat in thinking, record.status == "running") for seat, part in found.items()
    }


def links_of(record: RunRecord) -> tuple[Link, ...]:
    """What the seats say of each other, from seat to seat; only among those who delivered something."""
    links = declared_links(record.turns)
    return tuple(
        Link(one, other, frozenset(links.edges[one, other]["kinds"])) for one, other in links.edges()
    )


def role_graph(record: RunRecord) -> "nx.DiGraph[int]":
    """The organization as a graph: a node for every seat, an edge to whom it builds on or reports to.

    Nodes carry the fields of `SeatNow`; edges carry `kinds`, a set of "builds_on" and "reports_to".
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    for seat in seats_of(record):
        graph.add_node(seat.number, **asdict(seat))
    for link in links_of(record):
        graph.add_edge(link.seat, link.other, kinds=set(link.kinds))
    return graph


def graphml(record: RunRecord) -> bytes:
    """The role graph as GraphML, for Gephi, NetworkX and others; what is None or empty is left out."""
    graph = role_graph(record)
    plain: nx.DiGraph[int] = nx.DiGraph(
        run_id=record.run_id, protocol=record.spec.protocol, simulated=record.simulated
    )
    for seat, facts in graph.nodes(data=True):
        plain.add_node(seat, **_flat(facts))
    for seat, other, facts in graph.edges(data=True):
        plain.add_edge(seat, other, **_flat(facts))
    return "\n".join(nx.generate_graphml(plain)).encode("utf-8", "replace")


def layers(seats: Iterable[int], links: Iterable[Link]) -> dict[int, int]:
    """The layer of every seat: 1 for those who lean on nobody, else one more than whom they lean on.

    Seats that lean on each other share a layer.

    Examples:
        >>> layers([1, 2], [Link(2, 1, frozenset({"builds_on"}))])
        {1: 1, 2: 2}
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(seats)
    graph.add_edges_from((link.seat, link.other) for link in links)
    condensed = nx.condensation(graph)
    layer_of: dict[int, int] = {}
    for group in reversed(list(nx.topological_sort(condensed))):
        layer_of[group] = 1 + max((layer_of[below] for below in condensed.successors(group)), default=0)
    members = cast("Mapping[int, set[int]]", nx.get_node_attributes(condensed, "members"))
    return dict(sorted((seat, layer_of[group]) for group, found in members.items() for seat in found))


def ring(agents: int, centre: Iterable[int] = ()) -> dict[int, Place]:
    """Places in seat order: clockwise from the top on a ring, or outwards on a spiral for large teams.

    Args:
        agents: number of seats.
        centre: seats that stand in the middle, such as a planner; the others keep the ring.

    Examples:
        >>> ring(2)
        {1: (0.0, 1.0), 2: (0.0, -1.0)}
    """
    middle = {seat for seat in centre if agents > 1}
    around = [seat for seat in range(1, agents + 1) if seat not in middle]
    if agents == 1:
        return {1: (0.0, 0.0)}
    place = _on_ring if agents <= RING_UP_TO else _on_spiral
    places = {seat: place(position, len(around)) for position, seat in enumerate(around)}
    return dict(sorted({**places, **dict.fromkeys(middle, (0.0, 0.0))}.items()))


def layered(layer_of: Mapping[int, int]) -> dict[int, Place]:
    """Places by declared layer: the first on the left; seats of a layer from top to bottom in seat order.

    Examples:
        >>> layered({1: 1, 2: 2})
        {1: (-1.0, 0.0), 2: (1.0, 0.0)}
    """
    deepest = max(layer_of.values(), default=1)
    columns: dict[int, list[int]] = {}
    for seat, layer in sorted(layer_of.items()):
        columns.setdefault(layer, []).append(seat)
    return {
        seat: (_spread(layer - 1, deepest), 0.0 - _spread(position, len(seats)))
        for layer, seats in sorted(columns.items())
        for position, seat in enumerate(seats)
    }


def _flat(facts: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """GraphML holds no lists, no None and only the characters of XML."""
    flat: dict[str, str | int | float | bool] = {}
    for name, value in facts.items():
        if isinstance(value, (set, tuple)):
            flat[name] = " ".join(sorted(str(item) for item in cast("Iterable[object]", value)))
        elif value is not None:
            flat[name] = _NOT_XML.sub("�", value) if isinstance(value, str) else value
    return flat


def _sizes(worked: Mapping[int, Turn], cluster_of: Mapping[str, str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for turn in worked.values():
        if turn.role:
            cluster = cluster_of[turn.role]
            sizes[cluster] = sizes.get(cluster, 0) + 1
    return sizes


def _leaders(record: RunRecord, links: Iterable[Link]) -> set[int]:
    planners = {turn.seat for turn in record.turns if turn.cue == "plan"}
    planners |= {cued.seat for cued in record.speaking if cued.cue == "plan"}
    return planners | {link.other for link in links if "reports_to" in link.kinds}


def _standing(part: Part, thinking: bool, running: bool) -> Standing:
    if part != "not_reached":
        return part
    if thinking:
        return "thinking"
    return "waiting" if running else "not_reached"


def _on_ring(position: int, seats: int) -> Place:
    angle = 2 * math.pi * position / seats
    return _rounded(math.sin(angle), math.cos(angle))


def _on_spiral(position: int, seats: int) -> Place:
    radius, angle = math.sqrt((position + 0.5) / seats), position * _GOLDEN_ANGLE
    return _rounded(radius * math.sin(angle), radius * math.cos(angle))


def _spread(position: int, count: int) -> float:
    return 0.0 if count < 2 else round(2 * position / (count - 1) - 1, 3)


def _rounded(x: float, y: float) -> Place:
    # Adding 0.0 turns -0.0 into 0.0.
    return round(x, 3) + 0.0, round(y, 3) + 0.0
