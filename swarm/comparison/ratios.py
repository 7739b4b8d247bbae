"""Ratios of what runs of two groups cost and take. Pure."""

from collections.abc import Sequence
from statistics import fmean

from swarm.cell import Cell
from swarm.comparison.group import Group
from swarm.stats.relative import Ratio, typical_ratio
from swarm.stats.sample import pair


def cost_ratio(group: Group, reference: Group) -> Ratio:
    """Of dollars of a run, on a typical mission."""
    if any(None in cell.values["cost_usd"] for side in (group, reference) for cell in side.cells):
        return Ratio(None, None, None)
    return typical_ratio(pair(group.sample("cost_usd"), reference.sample("cost_usd")))


def time_ratio(group: Group, reference: Group) -> float | None:
    """Of seconds of a run on average, every condition counting the same.

    Seconds of simulated runs are those of this machine, which say nothing of their models.
    """
    if any(condition.simulated for condition in group.conditions):
        return None
    mean, usual = (_mean(side.cells, "duration_s") for side in (group, reference))
    return mean / usual if mean is not None and usual else None


def _mean(cells: Sequence[Cell], measure: str) -> float | None:
    """The mean over missions and conditions of that of their runs; None when a run has none."""
    if any(None in cell.values[measure] for cell in cells):
        return None
    return fmean(fmean(cell.known(measure)) for cell in cells)
