"""Who leads whom, as the agents themselves declare it."""

from collections.abc import Iterator, Mapping

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
    return max(layers(declared_links(transcript)).values(), default=None)


def layers(links: "nx.DiGraph[int]") -> dict[int, int]:
    """The layer of every seat: 1 when it leans on nobody, else one more than the deepest seat it leans on.

    Seats that lean on each other share a layer.

    Args:
        links: an edge from each seat to those it leans on, as `declared_links` has them.

    Returns:
        In seat order; empty without seats.

    Examples:
        >>> layers(nx.DiGraph([(2, 1), (3, 2), (3, 1)]))
        {1: 1, 2: 2, 3: 3}
    """
    layer_of: dict[int, int] = {}
    for members in _circles(links):
        under = {other for seat in members for other in links[seat]} - members
        layer = 1 + max((layer_of[other] for other in under), default=0)
        layer_of |= dict.fromkeys(members, layer)
    return dict(sorted(layer_of.items()))


def superiors(transcript: Transcript) -> dict[int, int | None]:
    """The declared organization as a tree: the one seat that each active seat stands under.

    It stands under a seat of the layer (see `layers`) just before its own: one it reports to rather than one it
    builds on, then the one with the highest number. So the tree is as high as the organization is deep. Of seats
    that build on each other, those with no link of their own to the layer before stand where the others stand.

    Returns:
        Active seats in seat order; None for a seat of layer 1. Empty when nobody was active.

    Examples:
        >>> superiors(())
        {}
    """
    links = declared_links(transcript)
    layer_of = layers(links)
    found: dict[int, int | None] = {}
    for members in _circles(links):
        of_all = _superior(links, layer_of, members)
        found |= {seat: _superior(links, layer_of, {seat}) or of_all for seat in members}
    return dict(sorted(found.items()))


def longest_chain(transcript: Transcript) -> tuple[int, ...]:
    """The chain of `superiors` that `depth` counts, from the seat that leans on nobody to the deepest one.

    Returns:
        As many seats as `depth` says, one a layer; of several such chains the one whose deepest seat has the
        lowest number. Empty when nobody was active.

    Examples:
        >>> longest_chain(())
        ()
    """
    above = superiors(transcript)
    chains = [_chain(above, seat) for seat in above]
    return max(chains, key=lambda chain: (len(chain), -chain[-1]), default=())


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


def _circles(links: "nx.DiGraph[int]") -> Iterator[set[int]]:
    """Seats that lean on each other, or one that does not; each after all it leans on."""
    condensed = nx.condensation(links)
    for group in reversed(list(nx.topological_sort(condensed))):
        yield condensed.nodes[group]["members"]


def _superior(links: "nx.DiGraph[int]", layer_of: Mapping[int, int], seats: set[int]) -> int | None:
    """Whom these seats, all of one layer, stand under."""
    choices = [
        ("reports_to" in links.edges[seat, other]["kinds"], other)
        for seat in seats
        for other in links[seat]
        if layer_of[other] == layer_of[seat] - 1
    ]
    return max(choices)[1] if choices else None


def _chain(above: Mapping[int, int | None], seat: int) -> tuple[int, ...]:
    chain = [seat]
    while (superior := above[chain[-1]]) is not None:
        chain.append(superior)
    return tuple(reversed(chain))


def _link(graph: "nx.DiGraph[int]", seat: int, other: int, kind: str) -> None:
    if seat == other or seat not in graph or other not in graph:
        return
    kinds: set[str] = graph.edges[seat, other]["kinds"] if graph.has_edge(seat, other) else set()
    graph.add_edge(seat, other, kinds=kinds | {kind})
