"""The looks of an experiment are counted: those taken, each with its level, and what is left for an extension."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from swarm.errors import BadInput
from swarm.experiment.past import Past
from swarm.grid import Experiment, Grid
from swarm.mission import Mission
from swarm.stats.levels import INTERIM_ALPHA, LOOKS, level_at
from swarm.written import listed, plural

SPENT = (
    "nothing of its level is left for a further look: name more missions in an experiment of its own, with "
    "may_extend = true if that one shall be extended"
)
"""Why an experiment is not extended, or not once more."""


class Look(NamedTuple):
    """A moment at which verdicts count."""

    at: str
    missions: int
    """In all by then."""
    level: float
    """Below which a p-value, after Holm, settles a comparison."""


def alpha_of(experiment: Experiment) -> float:
    """The level of its verdicts: less than usual when it has other looks than the one at its end.

    Raises:
        BadInput: when it was extended though nothing was left for that.
    """
    level = _level(experiment, len(experiment.grid.extensions))
    if level is None:
        raise BadInput(f"the experiment {experiment.grid.name!r}: {SPENT}")
    return level


def further_alpha_of(experiment: Experiment) -> float | None:
    """The level that is left for a look after one more extension; None when nothing is."""
    return _level(experiment, len(experiment.grid.extensions) + 1)


def looks_of(experiment: Experiment) -> tuple[Look, ...]:
    """The looks at the planned end and after each extension so far, in their order."""
    grid = experiment.grid
    names = ["the planned end", *(f"extension {number}" for number in range(1, len(grid.extensions) + 1))]
    missions = accumulate(grid.extensions, initial=grid.begun_with)
    levels = [_level(experiment, number) for number in range(len(names))]
    return tuple(
        Look(at, many, level)
        for at, many, level in zip(names, missions, levels, strict=True)
        if level is not None
    )


def looks_in_words(experiment: Experiment) -> str | None:
    """Tell at which looks verdicts count and what is left, in plain text; None of an experiment with the usual one."""
    if not (experiment.terms.may_extend or experiment.terms.stop_when_clear):
        return None
    on_the_way = (
        [f"{len(LOOKS) - 1} on the way to the planned end (p < {INTERIM_ALPHA:g} each)"]
        if experiment.terms.stop_when_clear
        else []
    )
    told = [
        f"{look.at}, on {plural(look.missions, 'mission')} (p < {look.level:.3g})"
        for look in looks_of(experiment)
    ]
    left = further_alpha_of(experiment)
    rest = (
        "nothing is left for an extension"
        if left is None
        else f"an extension would be looked at with p < {left:g}"
    )
    return f"Looks at which verdicts count: {listed([*on_the_way, *told])}; {rest}."


def extended(experiment: Experiment, missions: Sequence[Mission]) -> Experiment:
    """The same experiment with a further look, on more missions.

    Args:
        experiment: as it was played so far.
        missions: that are added.

    Raises:
        BadInput: when nothing of its level is left, or nothing new is added.
    """
    if not missions:
        raise BadInput("an extension adds missions: name one or more")
    if further_alpha_of(experiment) is None:
        raise BadInput(f"the experiment {experiment.grid.name!r} is not extended: {SPENT}")
    grid = experiment.grid
    together, counts = (*grid.missions, *missions), (*grid.extensions, len(missions))
    return experiment._replace(grid=replace(grid, missions=together, extensions=counts))


def added_by(grid: Grid) -> Grid:
    """What the last extension added, as a grid of its own: for what it takes."""
    return replace(grid, missions=grid.missions[-grid.extensions[-1] :], extensions=())


def continued(experiment: Experiment, past: Past) -> Experiment:
    """What is performed when an experiment is taken up again: as far as it was extended, or is to be now.

    Raises:
        BadInput: when it is to be extended before its end.
    """
    grid = experiment.grid
    if past.started is None:
        return experiment
    begun = past.started.grid
    if len(grid.extensions) <= len(begun.extensions):
        return experiment._replace(grid=begun)
    if not past.ended or past.ended.status not in ("finished", "incomplete"):
        raise BadInput(
            f"the experiment {grid.name!r} has not come to its planned end: an extension is a look after it, so resume "
            "it first"
        )
    alpha_of(experiment)
    return experiment


def _level(experiment: Experiment, extensions: int) -> float | None:
    terms = experiment.terms
    return level_at(extensions, early=terms.stop_when_clear, may_extend=terms.may_extend)
