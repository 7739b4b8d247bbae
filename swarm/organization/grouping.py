"""Seats that play alike are folded into one node of the role graph, and unfolded. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from swarm.organization.graph import Link, SeatNow, Standing


@dataclass(frozen=True, slots=True)
class Node:
    """A seat or several drawn as one, with the same role or idle in the same way."""

    seats: tuple[SeatNow, ...]
    """In seat order; never empty."""

    @property
    def number(self) -> int:
        """The node's name: the number of its first seat."""
        return self.seats[0].number

    @property
    def folded(self) -> bool:
        """Tell whether it stands for more than one seat."""
        return len(self.seats) > 1

    @property
    def standing(self) -> Standing:
        """The standing that all its seats share."""
        return self.seats[0].standing

    @property
    def role(self) -> str | None:
        """The role of its first seat."""
        return self.seats[0].role

    @property
    def leads(self) -> bool:
        """Tell whether one of its seats planned or is reported to."""
        return any(seat.leads for seat in self.seats)

    @property
    def layer(self) -> int | None:
        """The deepest layer of its seats; None when they delivered nothing."""
        return max((seat.layer for seat in self.seats if seat.layer), default=None)

    @property
    def tokens(self) -> int:
        """Of all its seats."""
        return sum(seat.tokens for seat in self.seats)


def group_of(seat: SeatNow) -> str:
    """Name what a seat shares with those it may be folded with: its role's cluster or what became of it."""
    return f"role:{seat.cluster}" if seat.cluster else f"standing:{seat.standing}"


def each_for_itself(seats: Iterable[SeatNow]) -> tuple[Node, ...]:
    """A node for every seat."""
    return tuple(Node((seat,)) for seat in seats)


def fold(seats: Iterable[SeatNow], unfolded: Collection[str] = ()) -> tuple[Node, ...]:
    """A node for every group of seats, see `group_of`.

    Args:
        seats: in seat order.
        unfolded: groups whose seats are nodes of their own.

    Returns:
        In the order of their first seats.
    """
    members: dict[str, list[SeatNow]] = {}
    for seat in seats:
        group = group_of(seat)
        members.setdefault(f"{group}:{seat.number}" if group in unfolded else group, []).append(seat)
    return tuple(Node(tuple(found)) for found in members.values())


def links_between(nodes: Sequence[Node], links: Iterable[Link]) -> tuple[Link, ...]:
    """The links of seats as links of their nodes: one for each pair, with all its kinds; none within a node."""
    node_of: Mapping[int, int] = {seat.number: node.number for node in nodes for seat in node.seats}
    kinds: dict[tuple[int, int], frozenset[str]] = {}
    for link in links:
        pair = node_of[link.seat], node_of[link.other]
        if pair[0] != pair[1]:
            kinds[pair] = kinds.get(pair, frozenset()) | link.kinds
    return tuple(Link(*pair, found) for pair, found in kinds.items())
