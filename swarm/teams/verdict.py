"""This file is where the three arms of a team's test become one verdict: should the roles be dropped?

Pure and plain text: whoever shows it makes it safe for where it stands. No arm is called better by its mean alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from swarm.cell import Cell
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.finding import times, would_settle
from swarm.comparison.group import Group
from swarm.comparison.measures import number
from swarm.errors import BadInput
from swarm.experiment.results import results
from swarm.grid import Experiment
from swarm.stats.estimate import Estimate
from swarm.stats.paired import Difference, Word, compare, family, verdict
from swarm.stats.sample import Sample
from swarm.teams.arms import PROTOCOL_OF, Arm, is_team_test, team_name

EMULATION = "Emulation of your roles, not of the framework's runtime."
ARM_NAMES: Mapping[Arm, str] = {"given": "Your roles", "free": "No roles", "solo": "One agent"}
IN_A_SENTENCE: Mapping[Arm, str] = {
    "given": "your roles",
    "free": "the same agents without roles",
    "solo": "one agent with the same tokens",
}
ALIKE = 0.05
"""Shares of a dollar's worth of quality within this are about the same; so are ratios of cost this near to 1."""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What one arm did."""

    arm: Arm
    runs: int
    unscored: int
    unfinished: int
    quality: Estimate | None
    """Mean over missions; None when no run has a score. Likewise the others."""
    cost: Estimate | None
    tokens: Estimate | None
    seconds: Estimate | None
    """None for simulated runs, whose time is this machine's."""


@dataclass(frozen=True, slots=True)
class TeamVerdict:
    """What a test says of a team."""

    team: str
    simulated: bool
    missions: int
    """Common to your roles and the arm they are compared with, the smaller number."""
    runs: int
    arms: tuple[ArmResult, ...]
    contrasts: Mapping[Arm, Contrast]
    """Of "free" and "solo" against the given roles, those that could be compared."""
    per_dollar: Mapping[Arm, Difference]
    """Of quality per dollar, likewise; without arms whose cost is not known."""
    refused: tuple[str, ...]
    """What could not be compared, and why."""
    comparisons: int

    @property
    def recommended(self) -> Arm | None:
        """The set-up to take home: what is shown to be better, or as good for less; None when nothing is shown."""
        words: dict[Arm, Word] = {arm: each.verdict for arm, each in self.contrasts.items()}
        better: list[Arm] = [arm for arm in words if words[arm] == "better"]
        cheaper: list[Arm] = [
            arm for arm in words if words[arm] == "equivalent" and _costs_less(self.contrasts[arm])
        ]
        if chosen := better or cheaper:
            return min(chosen, key=lambda arm: self.contrasts[arm].cost_ratio or 1.0)
        settled = len(words) == 2 and all(word in ("worse", "equivalent") for word in words.values())
        return "given" if settled else None


def team_verdict(experiment: Experiment, cells: Sequence[Cell]) -> TeamVerdict:
    """Judge a team by the runs of its test, as far as they have finished.

    Raises:
        BadInput: when the experiment is no test of a team, or nothing can be compared yet.
    """
    if not is_team_test(experiment.grid):
        raise BadInput(
            f"{experiment.grid.id!r} is no test of a team: it does not play its roles against no roles"
        )
    [(_, comparison)] = results(experiment, cells).found
    groups: dict[Arm, Group] = {_arm_of(group): group for group in comparison.groups}
    contrasts: dict[Arm, Contrast] = {_arm_of(each.group): each for each in comparison.contrasts}
    per_dollar: dict[Arm, Difference] = {
        arm: worth for arm, each in contrasts.items() if (worth := _per_dollar(each))
    }
    return TeamVerdict(
        team=team_name(experiment.grid),
        simulated=comparison.simulated,
        missions=min(each.difference.missions for each in contrasts.values()),
        runs=sum(group.runs for group in groups.values()),
        arms=tuple(_result(arm, groups[arm]) for arm in PROTOCOL_OF if arm in groups),
        contrasts=contrasts,
        per_dollar=per_dollar,
        refused=tuple(f"{_named(each.name, comparison)}: {each.why}" for each in comparison.refused),
        comparisons=comparison.comparisons,
    )


def sentence(found: TeamVerdict) -> str:
    """The verdict in one sentence; more only to say what would settle it.

    Returns:
        Such as "On 12 missions your roles scored 0.031 lower than the same agents without roles (95 % interval −0.055
        to −0.008; better: no roles), at 1.1 times the cost; one agent with the same tokens scored 0.090 lower …".
    """
    kind = "simulated " if found.simulated else ""
    missions = f"{found.missions} mission{'' if found.missions == 1 else 's'}"
    opening = f"On {missions} ({found.runs:,} {kind}runs) "
    parts = [_part(found, arm) for arm in ("free", "solo") if arm in found.contrasts]
    return f"{opening}{'; '.join(parts)}."


def unsettled(found: TeamVerdict) -> tuple[str, ...]:
    """For each comparison that is not settled, how many more missions would settle it, and for how much."""
    return tuple(
        f"{ARM_NAMES[arm]} against your roles is not settled. {would_settle(each, found.comparisons)}"
        for arm, each in found.contrasts.items()
        if each.verdict == "undetermined"
    )


def winner_on_quality(found: TeamVerdict) -> str:
    """Which arm wins on quality, as far as it is shown."""
    return _winner({arm: each.verdict for arm, each in found.contrasts.items()}, "on quality")


def winner_per_dollar(found: TeamVerdict) -> str:
    """Which arm gives most quality for a dollar, as far as it is shown."""
    if not found.per_dollar:
        return "Per dollar nothing can be said: the cost of some runs is not known."
    alpha = next(iter(found.contrasts.values())).alpha
    adjusted = family([*found.per_dollar.values()], planned=found.comparisons)
    words: dict[Arm, Word] = {
        arm: verdict(difference, alpha=alpha)
        for arm, difference in zip(found.per_dollar, adjusted, strict=True)
    }
    return _winner(words, "for a dollar")


def advice(found: TeamVerdict) -> str:
    """What to do about it, in one sentence."""
    arm = found.recommended
    if arm is None:
        return "Keep your roles for now: nothing is shown to be better, or as good for less."
    if arm == "given":
        return "Keep your roles: neither dropping them nor a single agent did better here."
    what = "Drop the roles" if arm == "free" else "Try one agent instead of the team"
    if found.contrasts[arm].verdict == "better":
        return f"{what}: it scored higher here."
    return f"{what}: it did about as well here, and costs less."


def cost_in_words(contrast: Contrast, *, simulated: bool) -> str:
    """What your roles cost beside an arm, in words."""
    kind = "simulated " if simulated else ""
    if not contrast.cost_ratio:
        return "how their costs compare is not known"
    if abs(contrast.cost_ratio - 1) < ALIKE:
        return f"at about the same {kind}cost"
    return f"at {times(1 / contrast.cost_ratio)} the {kind}cost"


def _part(found: TeamVerdict, arm: Arm) -> str:
    contrast = found.contrasts[arm]
    if arm == "solo":
        told = _told(IN_A_SENTENCE[arm], "your roles", contrast.difference, contrast.verdict, arm, sign=1)
        ratio = contrast.cost_ratio
        price = "" if not ratio or abs(ratio - 1) < ALIKE else f", at {times(ratio)} the cost of your roles"
        return f"{told}{price}"
    told = _told("your roles", IN_A_SENTENCE[arm], contrast.difference, contrast.verdict, arm, sign=-1)
    return f"{told}, {cost_in_words(contrast, simulated=found.simulated)}"


def _told(subject: str, other: str, found: Difference, word: Word, arm: Arm, *, sign: int) -> str:
    """How one did against another; with sign -1, the subject is the reference of the difference."""
    size = number(abs(found.difference))
    higher = sign * found.difference > 0
    than = f"{size} {'higher' if higher else 'lower'} than" if float(size) else "the same as"
    named = {
        "better": f"better: {ARM_NAMES[arm].lower()}",
        "worse": "better: your roles",
        "equivalent": f"equivalent within ±{found.margin:g}",
        "undetermined": "undetermined",
    }[word]
    return f"{subject} scored {than} {other} ({_interval(found, sign)}; {named})"


def _interval(found: Difference, sign: int) -> str:
    if found.low is None or found.high is None:
        return "no interval, as it is the same on every mission"
    low, high = sorted((sign * found.low, sign * found.high))
    return f"95 % interval {number(low)} to {number(high)}"


def _winner(words: Mapping[Arm, Word], what: str) -> str:
    better = [IN_A_SENTENCE[arm] for arm, word in words.items() if word == "better"]
    if len(better) > 1:
        return f"Both {better[0]} and {better[1]} beat your roles {what}."
    if better:
        return f"{better[0][0].upper()}{better[0][1:]} beat your roles {what}."
    if len(words) == 2 and all(word == "worse" for word in words.values()):
        return f"Your roles win {what}."
    if len(words) == 2 and all(word in ("equivalent", "worse") for word in words.values()):
        return f"Nothing beats your roles {what}."
    return f"No winner is shown {what}."


def _arm_of(group: Group) -> Arm:
    protocol = group.every_cell[0].condition.protocol
    return next(arm for arm, name in PROTOCOL_OF.items() if name == protocol)


def _named(name: str, comparison: Comparison) -> str:
    return next((ARM_NAMES[_arm_of(group)] for group in comparison.groups if group.name == name), name)


def _result(arm: Arm, group: Group) -> ArmResult:
    priced = group.total("cost_usd") is not None
    return ArmResult(
        arm,
        group.runs,
        group.unscored,
        group.unfinished,
        group.estimate("quality"),
        group.estimate("cost_usd") if priced else None,
        group.estimate("tokens"),
        None if group.simulated else group.estimate("duration_s"),
    )


def _per_dollar(contrast: Contrast) -> Difference | None:
    """Quality for a dollar of an arm against the given roles; None when a cost is unknown or nothing."""
    arm, reference = _worth(contrast.group), _worth(contrast.reference)
    if arm is None or reference is None or len(arm.keys() & reference.keys()) < 2:
        return None
    usual = sum(values[0] for values in reference.values()) / len(reference)
    return compare(arm, reference, margin=ALIKE * usual)


def _worth(group: Group) -> Sample | None:
    """Quality over dollars by mission, of the means of its runs."""
    if not group.total("cost_usd"):
        return None
    quality, cost = group.sample("quality"), group.sample("cost_usd")
    means = {
        mission: (_mean(quality[mission]), _mean(cost[mission])) for mission in quality if mission in cost
    }
    return {mission: [scored / paid] for mission, (scored, paid) in means.items() if paid > 0}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _costs_less(contrast: Contrast) -> bool:
    return contrast.cost_ratio is not None and contrast.cost_ratio < 1 - ALIKE
