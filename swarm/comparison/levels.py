"""Cells are sorted by what a comparison is about: by level of a factor, and by mission."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from swarm.cell import Cell, Condition
from swarm.comparison.group import Group, groups_by, name_of, split_by
from swarm.grid import Factor
from swarm.mission import Level


def cells_by_level(cells: Sequence[Cell], factor: Factor) -> dict[str, tuple[Cell, ...]]:
    """All cells of each level of a factor, whether or not other levels have a counterpart.

    Args:
        cells: any.
        factor: what they are sorted by.

    Returns:
        By the name that `groups_by` gives the level, in its order.
    """
    found: dict[str, list[Cell]] = {group.name: [] for group in groups_by(cells, factor)[0]}
    for cell in cells:
        found[level_name(cell.condition, factor)].append(cell)
    return {name: tuple(sorted_in) for name, sorted_in in found.items()}


def level_name(condition: Condition, factor: Factor) -> str:
    """The level of a factor that a condition has, by name."""
    return name_of(factor, split_by(condition, factor)[0])


@dataclass(frozen=True, slots=True)
class MissionMeans:
    """One mission as several groups did it."""

    mission: str
    """Its id; see `Cell.mission`."""
    title: str
    level: Level | None
    means: tuple[float | None, ...]
    """The mean quality in each group; None where no run of it has one."""

    def difference(self, group: int) -> float | None:
        """The lead of the group at this place over the first one; None when one of them has nothing."""
        mean, reference = self.means[group], self.means[0]
        return None if mean is None or reference is None else mean - reference


def means_by_mission(groups: Sequence[Group]) -> tuple[MissionMeans, ...]:
    """The mean quality by mission in each group, as comparisons weigh it: every condition of a group counts the same.

    Args:
        groups: in the order of a comparison.

    Returns:
        Every mission that all groups have a finished run of, by id; of groups that were cut to what they have in
        common, a scored one.
    """
    common = (
        frozenset[str].intersection(*(group.missions for group in groups)) if groups else frozenset[str]()
    )
    by_group = [_cells_of(group.cells) for group in groups]
    rows: list[MissionMeans] = []
    for mission in sorted(common):
        first = by_group[0][mission][0]
        means = tuple(_mean(cells[mission]) for cells in by_group)
        rows.append(MissionMeans(mission, first.title, first.level, means))
    return tuple(rows)


def _cells_of(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.runs:
            found[cell.mission].append(cell)
    return found


def _mean(cells: Iterable[Cell]) -> float | None:
    means = [fmean(known) for cell in cells if (known := cell.known("quality"))]
    return fmean(means) if means else None
