"""Who leads whom, as the agents themselves declare it."""

import networkx as nx

from swarm.turn import Transcript, TurnKey, contributions


def declared_links(transcript: Transcript) -> "nx.DiGraph[int]":
    """The declared organization: active seats, with an edge from each seat to those it builds on or reports to.

    Edges carry `kinds`, a set of "builds_on" and "reports_to". A job taken from a plan is a "reports_to" edge to
    the planner. Only each seat's last contribution counts, and every plan.
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    plans = [turn for turn in transcript if turn.action == "plan"]
    work = contributions(transcript)
    graph.add_nodes_from(turn.seat for turn in (*plans, *work))
    for turn in work:
        for seat in turn.builds_on:
            _link(graph, turn.seat, seat, "builds_on")
        if turn.reports_to is not None:
            _link(graph, turn.seat, turn.reports_to, "reports_to")
    for plan in plans:
        for job in plan.assignments:
            _link(graph, job.seat, plan.seat, "reports_to")
    return graph


def depth(transcript: Transcript) -> int | None:
    """Hierarchy depth: seats on the longest chain of declared links between active seats.

    Defined for arXiv 2603.28990's "longest chain of agent dependencies", which leaves open what a dependency is:
    here, what an agent says it builds on or reports to. What an agent merely heard does not count.

    Returns:
        1 for a flat organization, 2 when somebody builds on somebody, and so on, at most the number of active
        seats; None when nobody was active. Seats that build on each other count as one layer.

    Examples:
        >>> depth(()) is None
        True
    """
    graph = declared_links(transcript)
    if not graph:
        return None
    return int(nx.dag_longest_path_length(nx.condensation(graph), weight="none", default_weight=1)) + 1


def visibility_chain(transcript: Transcript) -> int | None:
    """Length of the longest chain of who heard whom, in turns, used or not.

    Kept apart from `depth`: in a strictly sequential run it is the number of contributions whatever the agents
    make of it, so it tells about the protocol, not about the organization.

    Returns:
        1 when nobody heard anybody; None without turns.

    Examples:
        >>> visibility_chain(()) is None
        True
    """
    length: dict[TurnKey, int] = {}
    for turn in transcript:
        length[turn.key] = 1 + max((length.get(key, 0) for key in turn.heard), default=0)
    return max(length.values(), default=None)


def _link(graph: "nx.DiGraph[int]", seat: int, other: int, kind: str) -> None:
    if seat == other or seat not in graph or other not in graph:
        return
    kinds: set[str] = graph.edges[seat, other]["kinds"] if graph.has_edge(seat, other) else set()
    graph.add_edge(seat, other, kinds=kinds | {kind})
