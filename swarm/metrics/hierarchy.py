"""Leaders and those they lead, as the agents themselves declare it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import Any

import networkx as nx

from swarm.turn import Transcript, Turn, TurnKey, work_that_stands


def declared_links(transcript: Transcript) -> "nx.DiGraph[int]":
    """The declared organization: active seats, with an edge from each seat to those it builds on or reports to.

    Edges carry `kinds`, a set of "builds_on" and "reports_to". A job taken from a plan is a "reports_to" edge to
    the planner. Every contribution that stands counts (see `work_that_stands`), and every plan.

    Edges carry `returns` as well: whether a seat that comes back to work leans there on those who lean on it by
    then, as a writer does who takes up what the critic of its first text said. That does not put it under them.
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    plans = [turn for turn in transcript if turn.action == "plan"]
    spoken = sorted([*plans, *work_that_stands(transcript)], key=lambda turn: turn.index)
    graph.add_nodes_from(turn.seat for turn in (*plans, *spoken))
    under: defaultdict[int, set[int]] = defaultdict(set)
    for turn in spoken:
        returned_to = _all_under(under, turn.seat) if turn.adds else frozenset[int]()
        for seat, other, kind in _said(turn):
            returns = other in returned_to
            _link(graph, seat, other, kind, returns=returns)
            under[other] |= set[int]() if returns else {seat}
    return graph


def depth(transcript: Transcript) -> int | None:
    """Hierarchy depth: seats on the longest chain of declared links between active seats.

    Defined for arXiv 2603.28990's "longest chain of agent dependencies", which leaves open what a dependency is:
    here, what an agent says it builds on or reports to. What an agent merely heard does not count.

    Returns:
        1 for a flat organization, 2 when somebody builds on somebody, and so on, at most the number of active
        seats; None when nobody was active. Seats that build on each other count as one layer, unless one of them
        only returned to work that it adds to (see `declared_links`).

    Examples:
        >>> depth(()) is None
        True
    """
    return max(layers(declared_links(transcript)).values(), default=None)


def layers(links: "nx.DiGraph[int]") -> dict[int, int]:
    """The layer of every seat: 1 when it leans on nobody, else one more than the deepest seat it leans on.

    Seats that lean on each other share a layer.

    Args:
        links: an edge from each seat to those it leans on, as `declared_links` has them; those that return do not
            count.

    Returns:
        In seat order; empty without seats.

    Examples:
        >>> layers(nx.DiGraph([(2, 1), (3, 2), (3, 1)]))
        {1: 1, 2: 2, 3: 3}
    """
    layer_of: dict[int, int] = {}
    onward = _onward(links)
    for members in _circles(onward):
        under = {other for seat in members for other in onward[seat]} - members
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
    for members in _circles(_onward(links)):
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
    """Find the seat that these seats of one layer stand under."""
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


def _said(turn: Turn) -> Iterator[tuple[int, int, str]]:
    """Yield who leans on whom by a turn, and how."""
    for job in turn.assignments:
        yield job.seat, turn.seat, "reports_to"
    for other in turn.builds_on:
        yield turn.seat, other, "builds_on"
    if turn.reports_to is not None:
        yield turn.seat, turn.reports_to, "reports_to"


def _all_under(under: Mapping[int, set[int]], seat: int) -> Set[int]:
    """Seats that lean on a seat, directly or through others."""
    found, fresh = set[int](), {seat}
    while fresh:
        found |= fresh
        fresh = set[int]().union(*(under.get(other, ()) for other in fresh)) - found
    return found


def _link(graph: "nx.DiGraph[int]", seat: int, other: int, kind: str, *, returns: bool) -> None:
    if seat == other or seat not in graph or other not in graph:
        return
    before: dict[str, Any] = graph.edges[seat, other] if graph.has_edge(seat, other) else {}
    graph.add_edge(
        seat,
        other,
        kinds=before.get("kinds", set()) | {kind},
        returns=before.get("returns", True) and returns,
    )


def _onward(links: "nx.DiGraph[int]") -> "nx.DiGraph[int]":
    """The links without those that return."""
    returning = [edge for edge in links.edges if links.edges[edge].get("returns")]
    if not returning:
        return links
    onward = links.copy()
    onward.remove_edges_from(returning)
    return onward
