"""The three arms of a team's test become one verdict: should the roles be dropped? Pure.

`swarm/teams/trial/sentences.py` puts it into words. No arm is called better by its mean alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean
from typing import Literal

from swarm.cell import Cell, options_as_kept
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.group import Group, name_of
from swarm.errors import BadInput
from swarm.experiment.results import results
from swarm.grid import Experiment, Grid
from swarm.stats.paired import Difference, compare
from swarm.stats.sample import Sample
from swarm.stats.tail import Scale
from swarm.teams.trial.arms import ARM_NAMES, PROTOCOL_OF, Arm, is_team_test, own_of, team_name, usual_arms
from swarm.teams.trial.further import Kind, kind_of, names_of_further

ALIKE = 0.05
"""Shares of a dollar's worth of quality within this are about the same."""
BAD_LOSS = 0.25
"""Shares of it that are a bad loss on a mission."""

Advice = Literal["drop", "one agent", "keep", "not yet"]
"""What to do: play without roles, try one agent, stay with the roles, or test more before anything is done."""
FurtherAdvice = Literal["change", "keep", "not yet"]
"""Take the arm instead of the team, keep the team as it is, or test more."""
ADVISED: Mapping[Arm, Advice] = {"free": "drop", "solo": "one agent", "given": "keep"}

COMPARABLE: tuple[str, ...] = (
    "quality",
    "mission_relevance",
    "cost_usd",
    "tokens",
    "duration_s",
    "efficiency",
    "abstained",
    "unusable",
)
"""Measures that mean the same in a team and in a single agent."""


@dataclass(frozen=True, slots=True)
class Further:
    """What came of an arm beside the usual ones."""

    name: str
    """Such as "Without Baker"."""
    kind: Kind
    contrast: Contrast
    """With the given roles."""

    @property
    def advice(self) -> FurtherAdvice:
        """Say in a word what to do about it; simulated models advise nothing."""
        if _is_better(self.contrast) or _is_as_good_for_less(self.contrast):
            return "change"
        return "keep" if _brings_nothing(self.contrast) else "not yet"


@dataclass(frozen=True, slots=True)
class TeamVerdict:
    """The outcome of a team's test."""

    team: str
    comparison: Comparison
    """Of all arms with the given roles; its groups are called as arms are."""
    contrasts: Mapping[Arm, Contrast]
    """Of "free" and "solo" against the given roles, those that could be compared."""
    per_dollar: Mapping[Arm, Difference]
    """Of quality per dollar, likewise; without arms whose cost is not known."""
    planned: int = 0
    """Missions of the test, played or not."""
    own: int = 0
    """Those of them that the team's own tasks make."""
    usual: tuple[Arm, ...] = ("free", "solo")
    """The usual arms that were set against the given roles, whether or not they could be compared."""
    further: tuple[Further, ...] = ()
    """Of the arms beside them, those that could be compared, in the order of the plan."""

    @property
    def simulated(self) -> bool:
        """Say whether its runs are simulated: all, or none."""
        return self.comparison.simulated

    @property
    def missions(self) -> int:
        """Common to your roles and an arm they are compared with, the smallest number."""
        return min(each.difference.missions for each in self.comparison.contrasts)

    @property
    def runs(self) -> int:
        """Finished runs of all arms that the comparisons rest upon."""
        return sum(group.runs for group in self.comparison.groups)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that arms are shown by; the time of simulated runs is this machine's."""
        return tuple(each for each in COMPARABLE if each != "duration_s" or not self.simulated)

    @property
    def recommended(self) -> Arm | None:
        """The set-up to take home: what is shown to be better, or as good for less; None when nothing is shown.

        Simulated models recommend nothing.

        "As good" has two parts, the mean and that bad losses are rare; "for less" is shown when the whole interval of
        the ratio of costs lies below 1. A gain that surely is too small to matter is none while bad losses are not
        excluded.
        """
        if self.simulated:
            return None
        better: list[Arm] = [arm for arm, each in self.contrasts.items() if _is_better(each)]
        cheaper: list[Arm] = [arm for arm, each in self.contrasts.items() if _is_as_good_for_less(each)]
        if chosen := better or cheaper:
            return min(chosen, key=lambda arm: self.contrasts[arm].cost_ratio or 1.0)
        settled = 0 < len(self.contrasts) == len(self.usual) and all(
            map(_brings_nothing, self.contrasts.values())
        )
        return "given" if settled else None

    @property
    def advice(self) -> Advice | None:
        """Say in a word what to do. None after a rehearsal, which is what simulated models play."""
        if self.simulated:
            return None
        return ADVISED[self.recommended] if self.recommended else "not yet"


def team_verdict(experiment: Experiment, cells: Sequence[Cell], *, final: bool = True) -> TeamVerdict:
    """Judge a team by the runs of its test, as far as they have finished.

    Args:
        experiment: its test.
        cells: of its runs.
        final: whether the test is at a planned look; at others there are estimates, and neither verdicts nor advice.

    Raises:
        BadInput: when the experiment is no test of a team, or nothing can be compared yet.
    """
    if not is_team_test(experiment.grid):
        raise BadInput(
            f"{experiment.grid.id!r} is no test of a team: it does not play its roles against no roles"
        )
    compared = results(experiment, cells, _names(experiment.grid), final=final).found
    if not compared:
        raise BadInput("no run of this test has finished yet, so there is no verdict")
    _, comparison = compared[0]
    grid = experiment.grid
    further = dict(zip(names_of_further(grid), grid.more, strict=True))
    contrasts: dict[Arm, Contrast] = {
        _arm_of(each.group): each for each in comparison.contrasts if each.group.name not in further
    }
    per_dollar: dict[Arm, Difference] = {
        arm: worth for arm, each in contrasts.items() if (worth := _per_dollar(each))
    }
    return TeamVerdict(
        team_name(grid),
        comparison,
        contrasts,
        per_dollar,
        len(grid.missions),
        own_of(grid),
        usual_arms(grid),
        tuple(
            Further(each.group.name, kind_of(grid, further[each.group.name]), each)
            for each in comparison.contrasts
            if each.group.name in further
        ),
    )


def _arm_of(group: Group) -> Arm:
    protocol = group.every_cell[0].condition.protocol
    return next(arm for arm, name in PROTOCOL_OF.items() if name == protocol)


def _names(grid: Grid) -> dict[str, str]:
    """Names of the arms, by the usual names of their protocols."""
    ways = [*grid.ways, *(arm.way for arm in grid.more)]
    usual = [name_of("protocol", (way.protocol, options_as_kept(way.options))) for way in ways]
    called = [ARM_NAMES[arm] for arm in ("given", *usual_arms(grid))]
    return dict(zip(usual, [*called, *names_of_further(grid)], strict=True))


def _per_dollar(contrast: Contrast) -> Difference | None:
    """Quality for a dollar of an arm against the given roles; None when a cost is unknown or nothing."""
    arm, reference = _worth(contrast.group), _worth(contrast.reference)
    if arm is None or reference is None or len(arm.keys() & reference.keys()) < 2:
        return None
    usual = sum(values[0] for values in reference.values()) / len(reference)
    return compare(arm, reference, margin=ALIKE * usual, scale=Scale(0.0, inf, BAD_LOSS * usual))


def _worth(group: Group) -> Sample | None:
    """Quality over dollars by mission, of the means of its runs."""
    if not group.total("cost_usd"):
        return None
    quality, cost = group.sample("quality"), group.sample("cost_usd")
    means = {
        mission: (fmean(quality[mission]), fmean(cost[mission])) for mission in quality if mission in cost
    }
    return {mission: [scored / paid] for mission, (scored, paid) in means.items() if paid > 0}


def _is_better(contrast: Contrast) -> bool:
    return contrast.verdict == "better" and not contrast.difference.only_tail_open(contrast.alpha)


def _is_as_good_for_less(contrast: Contrast) -> bool:
    return contrast.verdict == "equivalent" and contrast.costs_less


def _brings_nothing(contrast: Contrast) -> bool:
    """Tell whether an arm is shown to be worse, or as good at a known price not shown to be lower."""
    same = contrast.verdict == "equivalent" and contrast.cost_ratio is not None and not contrast.costs_less
    return contrast.verdict == "worse" or same
