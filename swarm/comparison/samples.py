"""Cells become samples: every condition counts the same, and every task. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from statistics import fmean

from swarm.cell import Cell, sample
from swarm.recording.measures import MEASURES
from swarm.stats.sample import Sample
from swarm.stats.tail import Scale


def sample_of(cells: Sequence[Cell], measure: str) -> Sample:
    """Values of a measure by mission, or by task, as `swarm.comparison.group.Group.sample` says."""
    several = len({cell.condition for cell in cells}) > 1
    found = sample([_averaged(cell, measure) for cell in cells] if several else cells, measure)
    tasks = tasks_of(cells)
    if len({*tasks.values()}) in (1, len(tasks)):
        return found
    by_task: dict[str, list[float]] = defaultdict(list)
    for mission, values in found.items():
        by_task[tasks[mission]].append(fmean(values))
    return by_task


def tasks_of(cells: Iterable[Cell]) -> dict[str, str]:
    """The task that each mission is, by mission: missions of one family are one task with other inputs."""
    return {cell.mission: cell.mission if cell.family is None else f"family: {cell.family}" for cell in cells}


def filled(cell: Cell, value: float) -> Cell:
    """The cell, were quality this value in every run in which it is missing."""
    qualities = cell.known("quality") + (value,) * cell.gaps
    return replace(cell, values={**cell.values, "quality": qualities})


def scale_of(measure: str) -> Scale:
    """The range of a measure, on which nothing is a bad loss."""
    known = MEASURES[measure]
    return Scale(known.low, inf if known.high is None else known.high, inf)


def _averaged(cell: Cell, measure: str) -> Cell:
    known = cell.known(measure)
    return replace(cell, values={**cell.values, measure: (fmean(known),) if known else ()})
