"""Groups played together in time, so that what changed meanwhile cannot pass for a difference. Pure."""

from collections.abc import Iterator
from itertools import groupby

from swarm.comparison.group import Group

LONGEST = 3
"""Missions in a row of one group alone, or the twelfth part of all that were played, whichever is more."""
OF_ALL = 12


def played_together(group: Group, reference: Group) -> bool:
    """Tell if real runs of two groups belong to one experiment or took turns.

    A provider's models change from day to day, often without a new name. Two groups that were played on different days
    differ by that as well, and no number of missions shows it. Simulated models are the same on all days, and of runs
    that nobody knows the time of nothing is held against them.
    """
    cells = [*group.cells, *reference.cells]
    if group.simulated or not all(cell.began for cell in cells):
        return True
    experiments = frozenset[str]().union(*(cell.experiments for cell in cells))
    if len(experiments) == 1 and "" not in experiments:
        return True
    played = sorted([*_played(group, 1), *_played(reference, 0)])
    in_a_row = [(side, mission) for (side, mission), _ in groupby(played, key=lambda run: run[1:])]
    longest = max(len([*row]) for _, row in groupby(in_a_row, key=lambda run: run[0]))
    return longest <= max(LONGEST, len(in_a_row) // OF_ALL)


def _played(group: Group, side: int) -> Iterator[tuple[float, int, str]]:
    return ((began, side, cell.mission) for cell in group.cells for began in cell.began)
