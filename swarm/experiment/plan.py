"""Foretell what an experiment takes and can show before anything is spent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swarm.engine.estimate import Estimate, Estimates, estimate
from swarm.experiment.chunk import PROCESSES
from swarm.experiment.recipe import Recipes, models_of, representative
from swarm.grid import Grid
from swarm.models.catalogue import card_of, cost_nothing
from swarm.models.speed import speed_of
from swarm.spec import RunSpec

RUNS_AT_ONCE = 32
"""Of an experiment on real models, or on simulated ones that take their time."""
SIMULATED_CALL_S = 0.0002
SIMULATED_TOKEN_S = 6.5e-8
"""Processor time of an instant simulated model, for a call and for each token it reads; `python -m bench.replicate`
measures what comes of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A forecast of what an experiment takes and is able to show."""

    runs: int
    arms: int
    missions: int
    repeats: int
    comparisons: int
    """Of arms with the one they are measured against."""
    simulated: bool
    free: bool
    """Whether nobody pays for it: its models are simulated, or cost nothing."""
    low: Estimate
    expected: Estimate
    high: Estimate
    expected_by_arm: tuple[float | None, ...]
    """Dollars of one run of each arm; None when a price is unknown."""


def plan(recipes: Recipes, simulated: bool) -> Plan:
    """Foretell an experiment.

    Args:
        recipes: of its runs.
        simulated: whether its models are.
    """
    grid = recipes.grid
    arms = [_foretold(recipes, arm) for arm in range(len(grid.arms))]
    return Plan(
        runs=grid.size,
        arms=len(arms),
        missions=len(grid.missions),
        repeats=grid.repeats,
        comparisons=len(grid.comparisons),
        simulated=simulated,
        free=cost_nothing(models_of(recipes), recipes.settings),
        low=_sum(grid, [arm.low for arm in arms], simulated),
        expected=_sum(grid, [arm.expected for arm in arms], simulated),
        high=_sum(grid, [arm.high for arm in arms], simulated),
        expected_by_arm=tuple(arm.expected.cost_usd for arm in arms),
    )


def _foretold(recipes: Recipes, arm: int) -> Estimates:
    """One run of an arm, on average over missions."""
    grid = recipes.grid
    each = [
        _estimated(recipes, recipes.of(grid.planned(grid.first_run(place, arm))))
        for place in representative(grid.missions)
    ]
    return Estimates(*(_mean([getattr(one, name) for one in each]) for name in ("low", "expected", "high")))


def _estimated(recipes: Recipes, spec: RunSpec) -> Estimates:
    cards = {name: card_of(name, recipes.settings) for name in spec.models}
    return estimate(spec, cards, {name: speed_of(card, recipes.settings) for name, card in cards.items()})


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    count = len(estimates)
    cost, seconds = (_added(getattr(one, name) for one in estimates) for name in ("cost_usd", "seconds"))
    return Estimate(
        calls=round(sum(one.calls for one in estimates) / count),
        input_tokens=round(sum(one.input_tokens for one in estimates) / count),
        output_tokens=round(sum(one.output_tokens for one in estimates) / count),
        cost_usd=None if cost is None else cost / count,
        seconds=None if seconds is None else seconds / count,
        busy_s=sum(one.busy_s for one in estimates) / count,
    )


def _sum(grid: Grid, arms: Sequence[Estimate], simulated: bool) -> Estimate:
    """All runs: each arm as often as it has blocks.

    Runs overlap, so time is shared among those at once, but for what all of them have to wait for.
    """
    calls = grid.blocks * sum(one.calls for one in arms)
    read = grid.blocks * sum(one.input_tokens for one in arms)
    processor_s = (calls * SIMULATED_CALL_S + read * SIMULATED_TOKEN_S) / min(PROCESSES, grid.size)
    each_s, busy_s = _added(one.seconds for one in arms), grid.blocks * sum(one.busy_s for one in arms)
    shared_s = None if each_s is None else max(busy_s, grid.blocks * each_s / min(RUNS_AT_ONCE, grid.size))
    cost = _added(one.cost_usd for one in arms)
    return Estimate(
        calls=calls,
        input_tokens=read,
        output_tokens=grid.blocks * sum(one.output_tokens for one in arms),
        cost_usd=None if cost is None else grid.blocks * cost,
        seconds=processor_s if simulated and grid.pace == "instant" else shared_s,
        busy_s=busy_s,
    )


def _added(amounts: Iterable[float | None]) -> float | None:
    listed = list(amounts)
    return None if None in listed else sum(amount or 0.0 for amount in listed)
