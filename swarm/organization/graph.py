"""A run becomes a graph: seats as nodes, what they say of each other as edges.

Pure: it knows neither figures nor pages. Where a node stands is decided in `layout.py`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, cast

import networkx as nx

from swarm.metrics.hierarchy import declared_links, layers
from swarm.metrics.participation import Part, parts
from swarm.metrics.roles import clusters
from swarm.recording.record import RunRecord
from swarm.turn import Turn, work_that_stands
from swarm.written import visible

Standing = Literal[
    "active", "abstained", "directed_idle", "unparsed", "failed", "thinking", "waiting", "not_reached"
]
"""What a seat is doing, or what became of it. The first five are the parts of a finished run."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    """Seats whose work it says that it used, in those of its contributions that stand."""
    reports_to: tuple[int, ...] = ()
    """Seats that it placed itself under there: one, unless it placed itself anew while adding to its work."""


class Link(NamedTuple):
    """A seat's word that it builds on another or reports to it or both. Or, by itself, that it heard it."""

    seat: int
    other: int
    kinds: frozenset[str]
    """Of "builds_on" and "reports_to"; only "heard" in the visibility graph."""


def seats_of(record: RunRecord) -> tuple[SeatNow, ...]:
    """Every seat of a team as it stands now, in seat order."""
    latest = {turn.seat: turn for turn in record.turns}
    worked = {turn.seat: turn for turn in record.turns if turn.action in ("contribute", "plan")}
    links = links_of(record)
    standing = work_that_stands(record.turns)
    builds_on = _leaning((turn.seat, turn.builds_on) for turn in standing)
    reports_to = _leaning((turn.seat, (turn.reports_to,)) for turn in standing if turn.reports_to is not None)
    cluster_of = clusters([turn.role for turn in worked.values() if turn.role])
    sizes = _sizes(worked, cluster_of)
    layer_of, leaders = layers(declared_links(record.turns)), _leaders(record, links)
    standings = standings_of(record)
    tokens: Counter[int] = Counter()
    for spoken in record.turns:
        tokens[spoken.seat] += spoken.usage.tokens
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
                tokens=tokens[seat.number],
                builds_on=builds_on[seat.number],
                reports_to=reports_to[seat.number],
            )
        )
    return tuple(seats)


def standings_of(record: RunRecord) -> dict[int, Standing]:
    """Return the standing of every seat by number."""
    thinking = {cued.seat for cued in record.speaking} if record.status == "running" else set[int]()
    found = parts(record.turns, len(record.spec.team), complete=record.protocol_ended)
    return {
        seat: _standing(part, seat in thinking, record.status == "running") for seat, part in found.items()
    }


def links_of(record: RunRecord) -> tuple[Link, ...]:
    """Return what the seats that delivered something say of each other, from seat to seat."""
    links = declared_links(record.turns)
    return tuple(
        Link(one, other, frozenset(links.edges[one, other]["kinds"])) for one, other in links.edges()
    )


def heard_links(record: RunRecord) -> tuple[Link, ...]:
    """Return the visibility graph that the protocol decides: who was shown whose turns, used or not.

    Each pair of seats once, however often one heard the other.
    """
    heard = {(turn.seat, key.seat) for turn in record.turns for key in turn.heard if key.seat != turn.seat}
    return tuple(Link(seat, other, frozenset(["heard"])) for seat, other in sorted(heard))


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
    about = {
        "run_id": record.run_id,
        "protocol": record.spec.protocol,
        "simulated": record.simulated,
        "imported": record.imported,
    }
    plain: nx.DiGraph[int] = nx.DiGraph()
    plain.graph.update(_flat(about))
    for seat, facts in graph.nodes(data=True):
        plain.add_node(seat, **_flat(facts))
    for seat, other, facts in graph.edges(data=True):
        plain.add_edge(seat, other, **_flat(facts))
    return "\n".join(nx.generate_graphml(plain)).encode("utf-8", "replace")


def _flat(facts: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """GraphML holds no lists, no None and only the characters of XML."""
    flat: dict[str, str | int | float | bool] = {}
    for name, value in facts.items():
        if isinstance(value, (set, tuple)):
            flat[name] = " ".join(sorted(str(item) for item in cast("Iterable[object]", value)))
        elif value is not None:
            flat[name] = _NOT_XML.sub("�", visible(value)) if isinstance(value, str) else value
    return flat


def _leaning(named: Iterable[tuple[int, Sequence[int]]]) -> Mapping[int, tuple[int, ...]]:
    """List whom seats name, each once in the order of naming."""
    found: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    for seat, others in named:
        found[seat] = tuple(dict.fromkeys((*found[seat], *others)))
    return found


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
