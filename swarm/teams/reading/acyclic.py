"""Agents that lead to each other are put into an order, and loops among them are cut."""

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from typing import NamedTuple


class Order(NamedTuple):
    """Names in an order of work, and what had to be cut for it."""

    names: tuple[str, ...]
    loops: frozenset[tuple[str, str]]
    """Pairs of which the first led back to the second, or to itself."""


def unlooped(following: Mapping[str, Sequence[str]], starts: Sequence[str] = ()) -> Order:
    """Order names so that each comes after all that lead to it, loops aside.

    Args:
        following: whom each leads to; everybody is a key. Where a loop can be cut in two places, the earlier of those
            that one leads to is followed first.
        starts: where to begin; none: with those to whom nobody leads.

    Examples:
        >>> unlooped({"critic": ["writer"], "writer": ["critic"]}, ["writer"])
        Order(names=('writer', 'critic'), loops=frozenset({('critic', 'writer')}))
    """
    led_to = {name for followers in following.values() for name in followers}
    seen: dict[str, int] = {}
    loops: set[tuple[str, str]] = set()
    for root in (*starts, *(name for name in following if name not in led_to), *following):
        if root not in seen:
            _walk(root, following, seen, loops)
    return Order(_sorted(following, seen, loops), frozenset(loops))


def _walk(
    root: str, following: Mapping[str, Sequence[str]], seen: dict[str, int], loops: set[tuple[str, str]]
) -> None:
    """Go deeper first, by hand: a long chain must not exhaust the stack."""
    seen[root] = len(seen)
    path = {root: iter(following[root])}
    while path:
        name = next(reversed(path))
        follower = next(path[name], None)
        if follower is None:
            del path[name]
        elif follower in path:
            loops.add((name, follower))
        elif follower not in seen:
            seen[follower] = len(seen)
            path[follower] = iter(following[follower])


def _sorted(
    following: Mapping[str, Sequence[str]], seen: Mapping[str, int], loops: set[tuple[str, str]]
) -> tuple[str, ...]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(following, ()))
    for name, followers in following.items():
        for follower in followers:
            if (name, follower) not in loops:
                sorter.add(follower, name)
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    names: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, (seen[name], name))
        names.append(heappop(ready)[1])
        sorter.done(names[-1])
    return tuple(names)
