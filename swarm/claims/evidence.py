"""The runs that bear on a claim are found, and measured as it asks. It gives no verdicts.

Runs under different judges or prompts, and of different models, are never pooled: of all settings in which a claim's
sides were run, that with the most common missions is taken; of equal ones, that with the paper's own model, then that
with the most runs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from statistics import fmean
from typing import NamedTuple

from swarm.cell import Cell, kind_as_kept, sample, shock_as_kept
from swarm.claims.file import SHOCKS, Claim, ClaimMeasure, ModelClass, Side
from swarm.comparison.group import is_usual
from swarm.comparison.withstood import blows_of, kept_of
from swarm.grid import NO_SHOCK
from swarm.metrics.resilience import Blow, all_shocks, shares_kept
from swarm.shock import Shock
from swarm.stats.estimate import Estimate, mean_of, ratio, relative_difference
from swarm.stats.groups import KruskalWallis, all_equivalent, kruskal_wallis
from swarm.stats.sample import MIN_MISSIONS, Sample
from swarm.stats.student import LEVEL, quantile
from swarm.stats.unpaired import difference_of_means

EQUIVALENCE_LEVEL = 0.9
"""Of the interval for "flat": two one-sided tests at 5 % are an interval of 90 % inside the margin."""


class Setting(NamedTuple):
    """All that must be the same for all sides of a claim, and the models that sit on them."""

    judge: str
    prompts: str
    models: Mapping[ModelClass, str]
    """The one model that stands for each of the paper's."""


@dataclass(frozen=True)
class SideRuns:
    """The runs of one side of a claim in a setting."""

    side: Side
    model: str
    cells: tuple[Cell, ...]
    """Of its missions; with the shocks where resilience is measured."""
    measure: ClaimMeasure

    @property
    def runs(self) -> int:
        """Finished runs."""
        return sum(cell.runs for cell in self.cells)

    @property
    def unmeasured(self) -> int:
        """Finished runs without a value of the measure: left out."""
        return sum(cell.runs - len(cell.known(self._kept_as)) for cell in self.cells)

    def runs_on(self, missions: Collection[str]) -> int:
        """Finished runs on these missions that have a value of the measure."""
        return sum(len(cell.known(self._kept_as)) for cell in self.cells if cell.mission in missions)

    @property
    def unfinished(self) -> int:
        """Runs that did not finish: left out."""
        return sum(cell.unfinished for cell in self.cells)

    @cached_property
    def sample(self) -> Sample:
        """Values of the measure by mission; missions without any are left out."""
        if self.measure == "resilience":
            return {mission: [share] for mission, share in shares_kept(self.blows).items()}
        return sample(self.cells, self.measure)

    @property
    def blows(self) -> Mapping[str, Blow]:
        """By mission, quality without and with the shocks; for where resilience is measured."""
        return _blows(self.cells)

    def on(self, missions: Collection[str]) -> "SideRuns":
        """The same side on these missions alone."""
        return replace(self, cells=tuple(cell for cell in self.cells if cell.mission in missions))

    @property
    def _kept_as(self) -> str:
        """The name of what a single run has of the measure."""
        return "quality" if self.measure == "resilience" else self.measure


@dataclass(frozen=True)
class Attempt:
    """A claim's sides in one setting."""

    setting: Setting
    sides: tuple[SideRuns, ...]
    paired: bool

    @cached_property
    def missions(self) -> int:
        """That all sides have, or that the smallest side has where sides are levels."""
        if self.paired:
            return len(self.common)
        return min(len(side.sample) for side in self.sides)

    @cached_property
    def common(self) -> frozenset[str]:
        """Missions of all sides; none where sides are levels."""
        return frozenset[str].intersection(*(frozenset(side.sample) for side in self.sides))

    @property
    def runs(self) -> int:
        """Finished runs of all sides."""
        return sum(side.runs for side in self.sides)

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Of each side, on common missions where sides are paired."""
        if not self.paired:
            return tuple(side.sample for side in self.sides)
        # What a mission says of a ratio of means depends on the other missions.
        within = [side.on(self.common).sample for side in self.sides]
        return tuple({mission: each[mission] for mission in sorted(self.common)} for each in within)


@dataclass(frozen=True)
class Gathered:
    """All runs of one kind, simulated or real, that a claim may ask for."""

    simulated: bool
    cells: Mapping[tuple[str, str], Mapping[tuple[str, int, str], Sequence[Cell]]]
    """By judge and prompts, then by protocol, number of agents and model."""

    @cached_property
    def models(self) -> tuple[str, ...]:
        """That have runs, by name."""
        return tuple(sorted({key[2] for found in self.cells.values() for key in found}))


def gather(cells: Iterable[Cell], *, simulated: bool) -> Gathered:
    """Sort cells for `attempts`: those of one kind whose team has one model and whose protocol its usual settings."""
    found: dict[tuple[str, str], dict[tuple[str, int, str], list[Cell]]] = defaultdict(dict)
    for cell in cells:
        condition = cell.condition
        if condition.simulated != simulated or "," in condition.models or not is_usual(condition):
            continue
        model = condition.models.rpartition(" ×")[0]
        within = found[condition.judge, condition.prompts]
        within.setdefault((condition.protocol, condition.agents, model), []).append(cell)
    return Gathered(simulated, found)


def attempts(claim: Claim, gathered: Gathered, models: Mapping[ModelClass, tuple[str, ...]]) -> list[Attempt]:
    """Every setting in which there is a run that the claim asks for, the one to be taken first.

    Args:
        claim: what is asked.
        gathered: all runs of one kind.
        models: ids by class.
    """
    found = [
        Attempt(
            setting,
            tuple(_side(side, setting, gathered, claim, models) for side in claim.sides),
            claim.paired,
        )
        for setting in _settings(claim, gathered, models)
    ]
    own = {name for each in claim.classes for name in models[each]}
    return sorted(
        (attempt for attempt in found if attempt.runs),
        key=lambda one: (one.missions, own.issuperset(one.setting.models.values()), one.runs),
        reverse=True,
    )


def measured(claim: Claim, attempt: Attempt) -> Estimate:
    """The figure that the claim asks for, with its interval; needs a mission.

    The interval is one of 95 %, of 90 % for "flat". Of sides that shall be flat, the estimate is that of the pair that
    is least shown to be. When every mission gives the same there is none, as in a comparison of the same runs: nothing
    says how far the next mission would be.
    """
    relative = {"ratio": ratio, "relative_difference": relative_difference}.get(claim.statistic)
    if relative is None:
        return _absolute(claim, attempt)
    arm, reference = attempt.samples
    return relative(arm, reference)


def ranked(claim: Claim, attempt: Attempt) -> KruskalWallis | None:
    """The paper's own test beside a claim that team sizes are flat; None for other claims, or without runs."""
    if claim.statistic != "flat" or len(claim.sides) < 3 or not attempt.missions:
        return None
    return kruskal_wallis(attempt.samples)


def level_of(claim: Claim) -> float:
    """Of the claim's interval."""
    return EQUIVALENCE_LEVEL if claim.statistic == "flat" else LEVEL


def _absolute(claim: Claim, attempt: Attempt) -> Estimate:
    samples = attempt.samples
    if claim.statistic == "mean" and claim.measure == "resilience":
        return _resilience(attempt.sides[0])
    if claim.statistic == "mean":
        return mean_of(samples[0])
    if claim.statistic == "flat":
        return _flat(claim, attempt)
    if not claim.paired:
        return difference_of_means(samples[0], samples[1])
    return _difference(samples[0], samples[1])


def _resilience(side: SideRuns) -> Estimate:
    """As a comparison tells it of the same runs."""
    found = kept_of(side.blows)
    assert found is not None, "a claim is measured on a mission at least"
    return found


def _flat(claim: Claim, attempt: Attempt) -> Estimate:
    samples, margin = attempt.samples, claim.margin
    assert margin is not None
    if not claim.paired:
        return difference_of_means(samples[0], samples[1], level=EQUIVALENCE_LEVEL)
    runs = sum(len(values) for each in samples for values in each.values())
    if attempt.missions < MIN_MISSIONS:
        means = [fmean(fmean(values) for values in each.values()) for each in samples]
        return Estimate(max(means) - min(means), None, None, attempt.missions, runs)
    worst = all_equivalent(samples, margin).difference
    half = quantile(EQUIVALENCE_LEVEL, worst.missions - 1) * worst.sd / worst.missions**0.5
    low, high = (worst.difference - half, worst.difference + half) if worst.sd else (None, None)
    return Estimate(worst.difference, low, high, worst.missions, runs)


def _difference(arm: Sample, reference: Sample) -> Estimate:
    # Of any measure: what is known of a quality's scale would cut the interval of a depth.
    found = mean_of({mission: [fmean(arm[mission]) - fmean(reference[mission])] for mission in arm})
    runs = sum(len(values) for each in (arm, reference) for values in each.values())
    return replace(found, runs=runs)


def _settings(
    claim: Claim, gathered: Gathered, models: Mapping[ModelClass, tuple[str, ...]]
) -> Iterator[Setting]:
    one_of = [gathered.models if claim.any_model else models[each] for each in claim.classes]
    for (judge, prompts), names in product(gathered.cells, product(*one_of)):
        yield Setting(judge, prompts, dict(zip(claim.classes, names, strict=True)))


def swapped_to(model: str, models: Mapping[ModelClass, tuple[str, ...]]) -> str:
    """The weak model that a shock swaps one for: of its provider, or of the first real one if it has none."""
    place = next((names.index(model) for names in models.values() if model in names), 1)
    return models["weak"][place]


def _side(
    side: Side,
    setting: Setting,
    gathered: Gathered,
    claim: Claim,
    models: Mapping[ModelClass, tuple[str, ...]],
) -> SideRuns:
    model = setting.models[side.model]
    shocks = {NO_SHOCK}
    if claim.measure == "resilience":
        shocks |= {*SHOCKS, shock_as_kept(Shock("swap", swapped_to(model, models)))} - {"swap"}
    found = gathered.cells[setting.judge, setting.prompts].get((side.protocol, side.agents, model), ())
    cells = (cell for cell in found if cell.level in side.levels and cell.condition.shock in shocks)
    return SideRuns(side, model, tuple(cells), claim.measure)


def _blows(cells: Iterable[Cell]) -> dict[str, Blow]:
    """By mission, quality without and with the shocks, of the same seeds; all shocks are needed."""
    by_shock: dict[str, dict[str, Cell]] = {shock: {} for shock in (NO_SHOCK, *SHOCKS)}
    for cell in cells:
        by_shock[kind_as_kept(cell.condition.shock)][cell.mission] = cell
    blows = blows_of(by_shock)
    return (
        all_shocks(blows) if all(any(pair.known for pair in each.values()) for each in blows.values()) else {}
    )
