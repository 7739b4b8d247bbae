"""An organization becomes trees: who stands under whom, and what is folded. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from swarm.metrics.hierarchy import longest_chain, superiors
from swarm.organization.graph import SeatNow, links_of, seats_of
from swarm.recording.record import RunRecord

Tie = Literal["builds_on", "reports_to", "through"]
"""Why a seat stands under another; "through" when only others that it leans on lean there themselves."""
ROWS = 60
"""So many lines has the tree at most; those who carry least are folded."""


@dataclass(frozen=True, slots=True)
class Forest:
    """A run's organization as trees. Who neither leans on anybody nor carries anybody stands alone."""

    seats: Mapping[int, SeatNow]
    above: Mapping[int, int | None]
    """The seat each one stands under; only seats that do not stand alone."""
    below: Mapping[int | None, Sequence[int]]
    """Who stands right under a seat, in seat order; under None those of layer 1."""
    ties: Mapping[int, Tie]
    """Why a seat stands under the one above it."""
    elsewhere: Mapping[int, Sequence[int]]
    """Who leans on a seat but stands under another one, in seat order; only seats of which this is so."""
    chain: tuple[int, ...]
    """The longest one, from layer 1 down; empty when all stand alone."""
    alone: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A line of the indented tree: a seat, or `folded` seats that stand under one."""

    layer: int
    above: int | None
    seat: int | None
    folded: int = 0


def forest_of(record: RunRecord) -> Forest:
    """Read who stands under whom."""
    links = {(link.seat, link.other): link.kinds for link in links_of(record)}
    linked = {seat for pair in links for seat in pair}
    everybody = superiors(record.turns)
    above = {seat: superior for seat, superior in everybody.items() if seat in linked}
    below: dict[int | None, list[int]] = {}
    for seat, superior in above.items():
        below.setdefault(superior, []).append(seat)
    elsewhere: dict[int, list[int]] = {}
    for seat, other in sorted(links):
        if above[seat] != other:
            elsewhere.setdefault(other, []).append(seat)
    return Forest(
        seats={seat.number: seat for seat in seats_of(record)},
        above=above,
        below=below,
        ties={seat: _tie(links.get((seat, over))) for seat, over in above.items() if over is not None},
        elsewhere=elsewhere,
        chain=longest_chain(record.turns) if above else (),
        alone=tuple(seat for seat in everybody if seat not in linked),
    )


def rows_of(forest: Forest) -> list[ForestRow]:
    """The lines of the tree from top to bottom, at most `ROWS`."""
    sizes = sizes_of(forest)
    siblings = {seat: place for below in forest.below.values() for place, seat in enumerate(below)}
    # Who carries more comes first, so nobody has a row without those above it; then first children of all.
    ranked = sorted(forest.above, key=lambda seat: (-sizes[seat], siblings[seat], seat))
    ranked = [*dict.fromkeys([*forest.chain, *ranked])]
    for most in range(ROWS, 0, -1):
        rows = [*_rows_under(forest, None, 1, {*ranked[:most]}, sizes)]
        if len(rows) <= ROWS:
            return rows
    raise AssertionError("one agent and what is folded under it fit")


def sizes_of(forest: Forest, *, leaves: bool = False) -> dict[int, int]:
    """Count the seats under each with itself included, or only those of them that carry nobody."""
    sizes: dict[int, int] = {}
    for seat in reversed([row for root in forest.below.get(None, ()) for row in _under(forest, root)]):
        below = forest.below.get(seat, ())
        own = 0 if leaves and below else 1
        sizes[seat] = own + sum(sizes[other] for other in below)
    return sizes


def _tie(kinds: frozenset[str] | None) -> Tie:
    if not kinds:
        return "through"
    return "reports_to" if "reports_to" in kinds else "builds_on"


def _under(forest: Forest, seat: int) -> Iterator[int]:
    """A seat and all who stand under it, each before those under it."""
    yield seat
    for other in forest.below.get(seat, ()):
        yield from _under(forest, other)


def _rows_under(
    forest: Forest, above: int | None, layer: int, shown: set[int], sizes: Mapping[int, int]
) -> Iterator[ForestRow]:
    below = forest.below.get(above, ())
    for seat in below:
        if seat in shown:
            yield ForestRow(layer, above, seat)
            yield from _rows_under(forest, seat, layer + 1, shown, sizes)
    hidden = [seat for seat in below if seat not in shown]
    folded = sum(sizes[seat] for seat in hidden)
    if folded:
        yield ForestRow(layer, above, *((hidden[0], 0) if folded == 1 else (None, folded)))
