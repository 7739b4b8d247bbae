"""The graph of a GraphFlow and the hand-offs of a Swarm become an order of work."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field

from swarm.protocols.given_team import Step
from swarm.teams.autogen.parts import at
from swarm.teams.reading.acyclic import unlooped
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import BadTeam, Tolerant, shaped


class _Edge(Tolerant):
    target: str
    condition: Any = None


class _Node(Tolerant):
    edges: list[_Edge] = Field(default_factory=list[_Edge])


class _Graph(Tolerant):
    nodes: dict[str, _Node]
    default_start_node: str | None = None


class Work(NamedTuple):
    """An order of work, and what people should know of it."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...]


def along_the_graph(
    path: str, place: str, value: Any, agents: Sequence[str], people: Collection[str]
) -> Work:
    """Steps in an order in which everybody comes after all who lead to it, and hears them.

    A group chat is heard by all who come later in it, so also those who lead to it over others are heard.

    Args:
        path: of the file.
        place: of the graph in it.
        value: the graph.
        agents: names, by seat.
        people: names of participants without a seat; ways over them are kept.

    Raises:
        BadTeam: names a node or an edge that leads to no participant.
    """
    graph = shaped(_Graph, path, place, value)
    following = _following(path, place, graph, agents, people)
    order = unlooped(
        following, [name for name in (graph.default_start_node,) if name is not None and name in agents]
    )
    seats = {name: seat for seat, name in enumerate(agents, 1)}
    heard = _heard(order.names, following, order.loops)
    steps = tuple(Step(seats[name], None, tuple(sorted(heard[name]))) for name in order.names)
    return Work(steps, tuple(_notes_on(graph, len(order.loops))))


def along_hand_offs(targets: Mapping[str, Sequence[str]]) -> Work:
    """Steps from the first agent on, breadth first, along whom each may hand over to; then everybody else.

    Args:
        targets: by agent, in seat order.
    """
    seats = {name: seat for seat, name in enumerate(targets, 1)}
    ordered: dict[str, None] = {}
    waiting = [next(iter(targets))]
    for name in waiting:
        if name in seats and name not in ordered:
            ordered[name] = None
            waiting += targets[name]
    steps = tuple(Step(seats[name]) for name in (ordered | dict.fromkeys(seats)))
    why = "Each works once, in the order in which work can be handed over."
    return Work(steps, (Note("changed", "hand-offs that agents decide on", why),))


def _following(
    path: str, place: str, graph: _Graph, agents: Sequence[str], people: Collection[str]
) -> dict[str, list[str]]:
    """Agents that each leads to, directly or over people."""
    known = {*agents, *people}
    ways: dict[str, dict[str, None]] = {name: {} for name in (*agents, *people)}
    for number, (name, node) in enumerate(graph.nodes.items()):
        for edge_number, edge in enumerate(node.edges):
            if name not in known or edge.target not in known:
                where = at(place, "nodes", f"(node {number + 1})", "edges", edge_number)
                raise BadTeam(path, where, "it does not lead from one participant to another")
            ways[name][edge.target] = None
    for person in dict.fromkeys(people):
        beyond = ways.pop(person)
        beyond.pop(person, None)
        for targets in ways.values():
            if person in targets:
                del targets[person]
                targets |= beyond
    return {name: list(targets) for name, targets in ways.items()}


def _heard(
    names: Sequence[str], following: Mapping[str, Sequence[str]], loops: Collection[tuple[str, str]]
) -> dict[str, set[int]]:
    """Numbers of the steps that lead to each name; names come in an order of work."""
    heard: dict[str, set[int]] = {name: set() for name in names}
    for number, name in enumerate(names, 1):
        for follower in following[name]:
            if (name, follower) not in loops:
                heard[follower] |= {number, *heard[name]}
    return heard


def _notes_on(graph: _Graph, loops: int) -> Iterator[Note]:
    conditions = sum(edge.condition is not None for node in graph.nodes.values() for edge in node.edges)
    if conditions:
        why = "Every way is taken, whatever was said."
        yield Note("ignored", f"{conditions} condition{'s' if conditions > 1 else ''} of the graph", why)
    if loops:
        yield Note("changed", f"{loops} loop{'s' if loops > 1 else ''} cut", "Nobody speaks twice in a test.")
