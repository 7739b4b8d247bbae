"""The nodes of a role graph get their places. Pure: it knows neither figures nor pages.

Places depend on numbers, layers and groups alone, never on chance, so the same run always looks the same; in seat
order nobody moves while a run grows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from swarm.organization.graph import Link

Place: TypeAlias = tuple[float, float]
"""Coordinates in [-1, 1]."""

RING_UP_TO = 40
"""Larger teams would stand too close on a ring; they get a spiral."""
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_WIDE = 1.6
"""How many times wider than high packed groups become if they may: pictures are wider than high."""
_NARROWEST, _WIDER, _WIDEST = 7.5, 10, 12.5
"""Of rows of packed groups: three, four and five single nodes with their names; these still fit a telephone."""
_MANY_GROUPS = 24
_LINE = 0.5
"""The height of a line of nodes without a group."""


def ring(numbers: Iterable[int], centre: Iterable[int] = ()) -> dict[int, Place]:
    """Places in order: clockwise from the top on a ring, or outwards on a spiral for large teams.

    Args:
        numbers: of the nodes, in any order.
        centre: nodes that stand in the middle, such as a planner; the others keep the ring.

    Examples:
        >>> ring([1, 2])
        {1: (0.0, 1.0), 2: (0.0, -1.0)}
    """
    everybody = sorted(numbers)
    if len(everybody) == 1:
        return {everybody[0]: (0.0, 0.0)}
    middle = set(centre)
    around = [number for number in everybody if number not in middle]
    place = _on_ring if len(everybody) <= RING_UP_TO else _on_spiral
    places = {number: place(position, len(around)) for position, number in enumerate(around)}
    return {number: places.get(number, (0.0, 0.0)) for number in everybody}


def columns(layer_of: Mapping[int, int]) -> dict[int, Place]:
    """Places by layer: the first on the left; nodes of a layer from top to bottom.

    Examples:
        >>> columns({1: 1, 2: 2})
        {1: (-1.0, 0.0), 2: (1.0, 0.0)}
    """
    deepest = max(layer_of.values(), default=1)
    return {
        number: (_spread(layer - 1, deepest), 0.0 - _spread(position, len(members)))
        for layer, members in _by_layer(layer_of).items()
        for position, number in enumerate(members)
    }


def radial(layer_of: Mapping[int, int], links: Iterable[Link]) -> dict[int, Place]:
    """Places by layer: those who lean on nobody in the middle, each layer on a wider circle.

    Nodes of a circle stand in the order of the directions of those they lean on, so that links stay short.

    Args:
        layer_of: the layer of every node, from 1.
        links: those from a node to one it leans on; others are ignored.
    """
    below: dict[int, list[int]] = {}
    for link in links:
        below.setdefault(link.seat, []).append(link.other)
    by_layer = _by_layer(layer_of)
    radii = _radii([len(members) for members in by_layer.values()])
    angle_of: dict[int, float] = {}
    places: dict[int, Place] = {}
    for radius, members in zip(radii, by_layer.values(), strict=True):
        around = sorted(
            members, key=lambda one: (_mean_angle([angle_of.get(n) for n in below.get(one, [])]), one)
        )
        wanted = [_mean_angle([angle_of.get(n) for n in below.get(one, [])]) for one in around]
        room = 2 * math.pi / len(around)
        angles = _apart(wanted, min(room, 0.3 / radius if radius else room))
        angle_of.update(zip(around, angles, strict=True))
        places.update((number, _polar(radius, angle_of[number])) for number in around)
    return dict(sorted(places.items()))


class Packing(NamedTuple):
    """Groups side by side in rows, each with its name below."""

    places: dict[int, Place]
    """Of every node."""
    names: list[Place]
    """For each group, where its name begins: in the middle below its nodes."""
    height: float
    """Of the whole, in rows of groups of one node."""


def packed(groups: Sequence[Sequence[int]], rest: Sequence[int] = ()) -> Packing:
    """Places by group: the nodes of each group close together, groups in rows, in the order given.

    Args:
        groups: the numbers of each group's nodes.
        rest: nodes of no group; they stand in lines below everything.
    """
    rows = _rows([_Box(group) for group in groups])
    width = max([*(sum(box.width for box in row) for row in rows), _NARROWEST])
    lines = [rest[start : start + int(width * 2)] for start in range(0, len(rest), int(width * 2))]
    sheet = _Sheet(width, sum(row[0].height for row in rows) + _LINE * len(lines))
    places: dict[int, Place] = {}
    names: list[Place] = []
    top = 0.0
    for row in rows:
        left = (width - sum(box.width for box in row)) / 2
        for box in row:
            middle = left + box.width / 2
            for position, number in enumerate(box.members):
                dx, dy = _in_disc(position, len(box.members))
                places[number] = sheet.at(middle + dx, top + row[0].radius + dy)
            names.append(sheet.at(middle, top + row[0].radius + box.radius))
            left += box.width
        top += row[0].height
    for line in lines:
        for position, number in enumerate(line):
            places[number] = sheet.at((width - len(line) / 2) / 2 + position / 2 + 0.25, top + _LINE / 2)
        top += _LINE
    return Packing(dict(sorted(places.items())), names, sheet.height / _Box((0,)).height)


class _Box(NamedTuple):
    """The room a group takes, in diameters of a large node."""

    members: Sequence[int]

    @property
    def radius(self) -> float:
        """Of the disc that its members fill."""
        return 0.4 if len(self.members) == 1 else 0.3 + 0.45 * math.sqrt(len(self.members))

    @property
    def width(self) -> float:
        """Names are wider than single nodes."""
        return max(2.5, 2 * self.radius + 0.5)

    @property
    def height(self) -> float:
        """With room for a name of two lines."""
        return 2 * self.radius + 1.0


class _Sheet(NamedTuple):
    """Turns places on a sheet, measured from its upper left corner, into coordinates."""

    width: float
    height: float

    def at(self, x: float, y: float) -> Place:
        return _rounded(2 * x / self.width - 1, 1 - 2 * y / max(self.height, 1e-9))


def _rows(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Boxes in rows of about equal width, such that the whole is a little wider than high."""
    area = sum(box.width * box.height for box in boxes)
    most = _WIDEST if len(boxes) > _MANY_GROUPS else _WIDER
    widest = max([min(math.sqrt(area * _WIDE), most), _NARROWEST, *(box.width for box in boxes)])
    rows: list[list[_Box]] = []
    for box in boxes:
        if rows and sum(other.width for other in rows[-1]) + box.width <= widest:
            rows[-1].append(box)
        else:
            rows.append([box])
    # The largest of a row comes first, and the row is as high as that.
    return [sorted(row, key=lambda box: -len(box.members)) for row in rows]


def _in_disc(position: int, members: int) -> Place:
    """Members of a group stand like the seeds of a sunflower."""
    radius = 0.0 if members == 1 else 0.45 * math.sqrt(position + 0.5)
    angle = position * _GOLDEN_ANGLE
    return radius * math.sin(angle), -radius * math.cos(angle)


def _apart(wanted: Sequence[float], apart: float) -> list[float]:
    """Directions in the order given, each at least `apart` from its neighbours and else as wanted."""
    evenly = [2 * math.pi * (position + 0.5) / len(wanted) for position in range(len(wanted))]
    if len(wanted) * apart > math.pi or not any(wanted):
        return evenly
    angles: list[float] = []
    for angle in wanted:
        angles.append(max(angle, angles[-1] + apart) if angles else angle)
    around = angles[-1] - angles[0] > 2 * math.pi - apart
    return evenly if around else angles


def _radii(members: Sequence[int]) -> list[float]:
    """Of concentric circles wide enough for so many nodes each, and a node apart; the last is 1."""
    radii: list[float] = []
    for many in members:
        needed = 0.0 if many == 1 and not radii else many / (2 * math.pi) + 0.4
        radii.append(max(needed, radii[-1] + 1.2 if radii else 0.0))
    return [radius / (radii[-1] or 1.0) for radius in radii]


def _by_layer(layer_of: Mapping[int, int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for number, layer in sorted(layer_of.items()):
        members.setdefault(layer, []).append(number)
    return dict(sorted(members.items()))


def _mean_angle(angles: Iterable[float | None]) -> float:
    """The mean direction, in [0, 2π); 0 for none."""
    known = [angle for angle in angles if angle is not None]
    mean = math.atan2(sum(map(math.sin, known)), sum(map(math.cos, known)))
    return mean % (2 * math.pi)


def _on_ring(position: int, nodes: int) -> Place:
    return _polar(1.0, 2 * math.pi * position / nodes)


def _on_spiral(position: int, nodes: int) -> Place:
    return _polar(math.sqrt((position + 0.5) / nodes), position * _GOLDEN_ANGLE)


def _polar(radius: float, angle: float) -> Place:
    return _rounded(radius * math.sin(angle), radius * math.cos(angle))


def _spread(position: int, count: int) -> float:
    return 0.0 if count < 2 else round(2 * position / (count - 1) - 1, 3)


def _rounded(x: float, y: float) -> Place:
    # Adding 0.0 turns -0.0 into 0.0.
    return round(x, 3) + 0.0, round(y, 3) + 0.0
