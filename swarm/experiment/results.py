"""An experiment is asked what it shows: before it is run, what it can; afterwards, what it does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypedDict

from swarm.cell import (
    Cell,
    Condition,
    models_as_kept,
    options_as_kept,
    sample,
    shock_as_kept,
    without_budget,
    without_memory,
)
from swarm.comparison.contexts import compare_in_contexts
from swarm.comparison.contrasts import Comparison, Refused, compare_groups
from swarm.comparison.group import USUAL_NAMES, Group, name_of
from swarm.engine.compose import current_wording
from swarm.errors import BadInput
from swarm.experiment.looks import alpha_of, further_alpha_of
from swarm.experiment.recipe import shock_of
from swarm.grid import Experiment, Factor, Grid
from swarm.history.experiments import ExperimentRow
from swarm.stats.power import cautious_sd, missions_for, pilot_sd, sd_of_difference, smallest_difference
from swarm.stats.sample import Sample
from swarm.team import make_team


@dataclass(frozen=True, slots=True)
class Resolution:
    """The differences in quality an experiment can see, with a chance of 80 % and after Holm."""

    missions: int
    comparisons: int
    sd: float
    """Standard deviation of the differences between arms by mission: what earlier runs leave possible, or assumed."""
    pilot: bool
    """Whether earlier runs told it."""
    smallest: float | None
    """The smallest true difference that it finds; None when it has too few missions for any, or nothing to compare."""
    alpha: float

    def missions_for(self, wanted: float) -> int:
        """Say how many missions find a true difference of that size.

        Raises:
            BadInput: unless it is above 0.
        """
        if not 0 < wanted < 1:
            raise BadInput(
                f"a wanted difference of {wanted!r}: give a difference in quality above 0 and below 1"
            )
        return missions_for(wanted, self.sd, comparisons=max(1, self.comparisons), alpha=self.alpha)


@dataclass(frozen=True, slots=True)
class Results:
    """All that an experiment shows: each context by its name, which is empty when there is only one."""

    found: tuple[tuple[str, Comparison], ...]
    refused: tuple[Refused, ...]
    """Contexts in which nothing can be compared."""


def resolution(experiment: Experiment, earlier: Iterable[Cell] = ()) -> Resolution:
    """Foretell what an experiment can see.

    Args:
        experiment: what is planned.
        earlier: cells of runs so far; those of the same arms, with today's prompts and simulated models, tell how
            much missions differ. Without any, the spread of the paper's runs is assumed; see
            `swarm.stats.power.PAPER_SD`.
    """
    grid, comparisons = experiment.grid, len(experiment.grid.comparisons)
    found = _pilot(
        grid,
        [cell for cell in earlier if cell.condition.prompts == current_wording(cell.condition.simulated)],
    )
    sd = found or sd_of_difference(repeats=grid.repeats)
    alpha = alpha_of(experiment)
    smallest = (
        smallest_difference(len(grid.missions), sd, comparisons=comparisons, alpha=alpha)
        if comparisons
        else None
    )
    return Resolution(len(grid.missions), comparisons, sd, found is not None, smallest, alpha)


def resolution_in_words(sees: Resolution, wanted: float | None = None) -> list[str]:
    """Say what an experiment can see, in sentences of plain text.

    Args:
        sees: what was foretold.
        wanted: a difference in quality, for which the missions it needs are said as well.

    Raises:
        BadInput: when no number of missions finds the wanted difference.
    """
    source = (
        "seen in earlier runs, with an allowance for how few they are"
        if sees.pilot
        else "assumed; earlier runs of these arms would tell better"
    )
    if not sees.comparisons:
        return ["It has a single arm, so it compares nothing."]
    if sees.smallest is None:
        said = [f"With {sees.missions} missions it can show no difference, however large: take 6 or more."]
    else:
        said = [
            f"It finds a difference of {sees.smallest:.3f} in quality with a chance of 80 %, over {sees.comparisons} "
            f"comparison{'s' if sees.comparisons > 1 else ''}."
        ]
    said.append(f"Standard deviation of differences between missions: {sees.sd:.3f} ({source}).")
    if wanted is not None:
        said.append(f"A difference of {wanted:g} would want {sees.missions_for(wanted):,} missions.")
    return said


def results(
    experiment: Experiment,
    cells: Sequence[Cell],
    names: Mapping[str, str] = USUAL_NAMES,
    *,
    final: bool = True,
) -> Results:
    """Compare the runs of an experiment by the factor it is about, within each context.

    All comparisons that it was planned for are one family, whether or not its runs allow for them. What an
    organization remembers of a mission is the same in all runs of an arm on it, so an arm is not split by whether it
    remembers anything.

    Args:
        experiment: what was played.
        cells: of its runs, as far as they have finished.
        names: what its arms are called instead of their usual names, by these.
        final: whether it is at a planned look, see `is_final`: at others there are estimates and no verdicts.

    Raises:
        BadInput: when nothing can be compared yet; says why.
    """
    grid, terms = experiment
    if grid.more:
        found = _arm_by_arm(experiment, cells, names, final=final)
        return Results((("", _at_its_look(found, experiment)),), ())
    factor = grid.factor
    if factor is None:
        raise BadInput("the experiment has a single arm: there is nothing to compare")
    compared = compare_in_contexts(
        (_as_in_the_grid(grid, cell) for cell in cells),
        factor,
        reference=names.get(reference_of(grid), reference_of(grid)),
        margin=terms.margin,
        alpha=alpha_of(experiment),
        comparisons=len(grid.comparisons),
        final=final,
        names=names,
    )
    return Results(
        tuple(
            (context_name(grid, factor, within), _at_its_look(comparison, experiment))
            for within, comparison in compared.found
        ),
        tuple(Refused(context_name(grid, factor, within), why) for within, why in compared.refused),
    )


def _arm_by_arm(
    experiment: Experiment, cells: Sequence[Cell], names: Mapping[str, str], *, final: bool
) -> Comparison:
    """Each arm against the first, whatever they differ in."""
    grid = experiment.grid
    groups: list[Group] = []
    for number, arm in enumerate(grid.arms):
        usual = name_of("protocol", (arm.way.protocol, options_as_kept(arm.way.options)))
        played = (_as_in_the_grid(grid, cell) for cell in _cells_of(grid, number, cells))
        groups.append(Group(names.get(usual, usual), tuple(played)))
    if not groups[0].cells:
        raise BadInput(f"there is no run of {groups[0].name}, which the others are set against")
    found = compare_groups(groups, margin=experiment.terms.margin, alpha=alpha_of(experiment), final=final)
    return replace(found, besides=())


def _as_in_the_grid(grid: Grid, cell: Cell) -> Cell:
    """The cell under the settings that the grid has: what was remembered, and as many tokens as a team, are added."""
    own = without_memory(cell)
    return without_budget(own) if grid.equalises else own


def _at_its_look(comparison: Comparison, experiment: Experiment) -> Comparison:
    """The same, knowing how often the experiment was extended and what is left for a further look."""
    further, extensions = further_alpha_of(experiment), len(experiment.grid.extensions)
    contrasts = (replace(each, extensions=extensions, further=further) for each in comparison.contrasts)
    return replace(comparison, contrasts=tuple(contrasts))


class Agreed(TypedDict, total=False):
    """Terms agreed on before an experiment began, by name for a comparison; nothing: the usual."""

    margin: float
    """In quality, 0 to 1."""
    alpha: float
    """Of its verdicts, 0 to 1."""
    final: bool
    """Whether it is at a planned look."""


def agreed(experiment: Experiment, row: ExperimentRow) -> Agreed:
    """Return what an experiment agreed on, and whether it has come to where its verdicts count."""
    return {"margin": experiment.terms.margin, "alpha": alpha_of(experiment), "final": is_final(row)}


def is_final(row: ExperimentRow) -> bool:
    """Tell whether an experiment is at a planned look: the end, or the look that ended it early.

    Somebody who looks at any other moment, or stops it when they like what they see, is wrong far more often than the
    level says.
    """
    return row.status in ("finished", "clear") or row.finished + row.failed >= row.runs


def reference_of(grid: Grid) -> str:
    """The name of the group that others are measured against: the first level of the factor."""
    factor, arm = grid.factor, grid.arms[0]
    levels: Mapping[Factor, tuple[object, ...]] = {
        "protocol": (arm.way.protocol, options_as_kept(arm.way.options)),
        "models": (models_as_kept(make_team([arm.models], arm.agents)),),
        "agents": (arm.agents,),
        "shock": (shock_as_kept(shock_of(grid, arm.shock)),),
    }
    return name_of(factor, levels[factor]) if factor else ""


def context_name(grid: Grid, factor: Factor, cells: Sequence[Cell]) -> str:
    """Name what is alike in a context but differs between contexts; empty when there is only one."""
    condition = cells[0].condition
    levels: Mapping[Factor, tuple[int, tuple[object, ...]]] = {
        "protocol": (len(grid.ways), (condition.protocol, condition.options)),
        "models": (len(grid.teams), (condition.models,)),
        "agents": (len(grid.agents), (condition.agents,)),
        "shock": (len(grid.shocks), (condition.shock,)),
    }
    return ", ".join(
        name_of(other, level) for other, (many, level) in levels.items() if other != factor and many > 1
    )


def _pilot(grid: Grid, cells: Sequence[Cell]) -> float | None:
    """The largest spread of any comparison that earlier runs leave possible; None when they show none."""
    arms = [_by_condition(_cells_of(grid, number, cells)) for number in range(len(grid.arms))]
    spreads = [
        _spread(sample(one, "quality"), sample(other, "quality"), grid.repeats)
        for arm, reference in grid.comparisons
        for (condition, one), (against, other) in product(arms[arm].items(), arms[reference].items())
        if condition.judge == against.judge and _missions(one) & _missions(other)
    ]
    return max((spread for spread in spreads if spread is not None), default=None)


def _spread(one: Sample, other: Sample, repeats: int) -> float | None:
    seen = pilot_sd(one, other, repeats)
    return None if seen is None else cautious_sd(seen, len(one.keys() & other.keys()))


def _by_condition(cells: Iterable[Cell]) -> Mapping[Condition, list[Cell]]:
    """Cells of an arm by what else they may differ in: the judge, and whether the team remembered anything."""
    found: dict[Condition, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[cell.condition].append(cell)
    return found


def _missions(cells: Iterable[Cell]) -> set[str]:
    return {cell.mission for cell in cells if cell.known("quality")}


def _cells_of(grid: Grid, number: int, cells: Sequence[Cell]) -> list[Cell]:
    """Cells of an arm. Options are told apart by their names: a recipe may spell out what a file leaves as usual."""
    arm = grid.arms[number]
    way = name_of("protocol", (arm.way.protocol, options_as_kept(arm.way.options)))
    shock = shock_as_kept(shock_of(grid, arm.shock))
    rest = (models_as_kept(make_team([arm.models], arm.agents)), arm.agents, shock)
    return [
        cell
        for cell in cells
        if tuple(cell.condition[3:6]) == rest
        and name_of("protocol", _as_in_the_grid(grid, cell).condition[1:3]) == way
    ]
