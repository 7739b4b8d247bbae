"""The edges of a ChatDev 2 graph become links from agent to agent, in an order without loops."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from swarm.teams.chatdev.nodes import Edge, Graph
from swarm.teams.reading.acyclic import unlooped


class Links(NamedTuple):
    """Links between agents: who works after whom, and who hears whom."""

    order: tuple[str, ...]
    """Ids of all agents, each after those that lead to it."""
    heard: Mapping[str, tuple[str, ...]]
    """By agent: those before it whom it hears."""
    loops: frozenset[tuple[str, str]]
    """Links that led back and were cut."""
    unknown: tuple[Edge, ...]
    """Edges that name a node which is not there."""


def links(graph: Graph, agents: Sequence[str]) -> Links:
    """Link agents with each other through all nodes that are none.

    Args:
        graph: with nodes of unlike ids.
        agents: ids of its agents.
    """
    ids = {node.id for node in graph.nodes}
    leaving: dict[str, list[Edge]] = {name: [] for name in ids}
    unknown: list[Edge] = []
    for edge in graph.edges or ():
        if {edge.start, edge.to} <= ids:
            leaving[edge.start].append(edge)
        else:
            unknown.append(edge)
    stops = frozenset(agents)
    ways = {name: _reached(name, leaving, stops) for name in agents}
    # Whom somebody sets to work stands before whom they only tell something, so that loops are cut behind the work.
    following = {name: _triggered_first(found) for name, found in ways.items()}
    order = unlooped(following, _starts(graph, leaving, stops))
    heard = {
        name: tuple(other for other in agents if name in ways[other] and (other, name) not in order.loops)
        for name in agents
    }
    return Links(order.names, heard, order.loops, tuple(unknown))


def _triggered_first(found: Mapping[str, bool]) -> list[str]:
    return sorted(found, key=lambda name: not found[name])


def _reached(start: str, leaving: Mapping[str, Sequence[Edge]], stops: frozenset[str]) -> dict[str, bool]:
    """Agents that a node leads to with no other agent on the way, and whether it sets them to work."""
    reached: dict[str, bool] = {}
    waiting = [(start, True)]
    seen = {*waiting}
    for name, triggered in waiting:
        for edge in leaving[name]:
            further = edge.to, triggered and edge.triggers
            if edge.to in stops:
                reached[edge.to] = reached.get(edge.to, False) or further[1]
            elif further not in seen:
                seen.add(further)
                waiting.append(further)
    return reached


def _starts(graph: Graph, leaving: Mapping[str, Sequence[Edge]], stops: frozenset[str]) -> list[str]:
    named = (graph.start,) if isinstance(graph.start, str) else (graph.start or ())
    starts: list[str] = []
    for name in named:
        if name in stops:
            starts.append(name)
        elif name in leaving:
            starts += [agent for agent, works in _reached(name, leaving, stops).items() if works]
    return starts
