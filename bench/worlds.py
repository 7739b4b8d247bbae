"""Worlds that mislead means, each with one experiment in it: crashes, gaps, families, days, looks, prices.

An experiment says True when it ends with what its world makes false. `bench/verdicts.py` counts how often that is.
"""

from collections.abc import Sequence

import numpy as np

from swarm.cell import Cell, Condition, options_as_kept
from swarm.comparison.contrasts import Contrast, compare_groups
from swarm.comparison.group import Group
from swarm.grid import MARGIN, MOST_EXTENSIONS, Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.recording.measures import COMPARED
from swarm.stats.levels import level_at
from swarm.stats.paired import compare, verdict
from swarm.stats.power import cautious_sd, missions_for, pilot_sd, smallest_difference
from swarm.stats.sample import Numbers, Sample
from swarm.stats.sequential import LOOKS, clear, look_after, look_alpha
from swarm.teams.trial.verdict import team_verdict

HIGH, LOWEST = 0.75, 0.25
CALM, USUAL = 0.03, 0.08
"""Standard deviations of a run: in a calm world a mean is soon known, and so misleads most."""
SOLO = {"token_budget": 5_000}
WAYS = {"given_team": {"title": "Team"}, "sequential": {}, "solo": SOLO}


Dice = np.random.Generator


def difficulty(dice: Dice, missions: int, sd: float = 0.08) -> Numbers:
    """Draw for each mission the quality, in points of the scale, by which it is easier than the usual one."""
    return np.clip(dice.normal(0, sd, missions), -0.2, 0.2)


def runs(dice: Dice, easy: Numbers, sd: float, base: float = HIGH) -> Numbers:
    """Quality of one run on each mission."""
    return np.clip(base + easy + dice.normal(0, sd, len(easy)), LOWEST, 1)


def crashing(dice: Dice, quality: Numbers, share: float) -> Numbers:
    """The same, but for a share of missions on which the arm falls to the lowest quality."""
    return np.where(dice.random(len(quality)) < share, LOWEST, quality)


def cells(
    protocol: str,
    quality: Sequence[float | None],
    *,
    cost: Sequence[float] | None = None,
    family: int = 0,
    began: Sequence[float] = (),
    simulated: bool = True,
    unfinished: Sequence[bool] = (),
) -> tuple[Cell, ...]:
    """An arm as the history has it: one run of each mission."""
    options = options_as_kept(WAYS.get(protocol, {}))  # type: ignore[arg-type]
    condition = Condition(simulated, protocol, options, "m ×8", 8, "none", "judge", "p")
    made: list[Cell] = []
    for at, value in enumerate(quality):
        lost = bool(unfinished and unfinished[at])
        values: dict[str, tuple[float | None, ...]] = dict.fromkeys(COMPARED, (1.0,))
        values |= {"quality": (value,), "cost_usd": (cost[at] if cost is not None else 0.1,)}
        kept = dict.fromkeys(values, ()) if lost else values
        made.append(
            Cell(
                condition,
                f"m{at}",
                f"Mission {at}",
                None,
                int(lost),
                () if lost else (1,),
                kept,
                family=f"task {at // family}" if family else None,
                began=(began[at],) if began and not lost else (),
                experiments=frozenset({""}),
            )
        )
    return tuple(made)


def contrast(arm: tuple[Cell, ...], reference: tuple[Cell, ...], **how: bool) -> Contrast:
    """The one contrast of two arms."""
    return compare_groups([Group("Reference", reference), Group("Arm", arm)], **how).contrasts[0]


def sample(quality: Numbers) -> Sample:
    """One run of each mission, by its number."""
    return {f"m{at:03}": [value] for at, value in enumerate(quality.tolist())}


def crash(dice: Dice, missions: int, share: float, lost: float, sd: float = CALM) -> bool:
    """An arm that loses so much on a share of missions, so that it truly lies at the margin or beyond."""
    easy = difficulty(dice, missions)
    reference, arm = runs(dice, easy, sd), runs(dice, easy, sd)
    arm = np.where(dice.random(missions) < share, np.maximum(LOWEST, arm - lost), arm)
    return verdict(compare(sample(arm), sample(reference))) == "equivalent"


def dropped(dice: Dice, missions: int, share: float, *, unscored: bool) -> bool:
    """Roles that prevent failures, and cost a third more: a test that says to drop them, or to take one agent."""
    easy = difficulty(dice, missions)
    arms: list[Cell] = []
    for protocol in WAYS:
        quality = runs(dice, easy, CALM)
        failed = dice.random(missions) < (0 if protocol == "given_team" else share)
        price = (0.15 if protocol == "given_team" else 0.1) * dice.uniform(0.8, 1.2, missions)
        kept = [None if lost else value for value, lost in zip(quality.tolist(), failed, strict=True)]
        fallen = np.where(failed, LOWEST, quality).tolist()
        more = {"unfinished": failed.tolist()} if unscored else {}
        arms += cells(protocol, kept if unscored else fallen, cost=price.tolist(), **more)  # type: ignore[arg-type]
    return team_verdict(test_of(missions), arms).advice in ("drop", "one agent")


def test_of(missions: int) -> Experiment:
    """A test of a team on so many missions."""
    ways = tuple(Way(protocol, options) for protocol, options in WAYS.items())  # type: ignore[arg-type]
    played = tuple(Mission(f"m{at}", f"Mission {at}", "Do it.") for at in range(missions))
    return Experiment(Grid("Drop?", ways, ("m",), (8,), played), Terms())


def gaps(dice: Dice, missions: int) -> bool:
    """No difference, and one arm loses a quarter of its scores, those of poor runs first."""
    easy = difficulty(dice, missions)
    reference, arm = runs(dice, easy, USUAL), runs(dice, easy, USUAL)
    lost = np.argsort(arm + dice.normal(0, USUAL, missions))[: missions // 4]
    kept = [None if at in lost else value for at, value in enumerate(arm.tolist())]
    return differs(contrast(cells("solo", kept), cells("shared", reference.tolist())))


def in_families(dice: Dice, missions: int) -> bool:
    """No difference over tasks; the arms get on with each task in their own way, and four missions are one task."""
    easy = difficulty(dice, missions)
    arms = [
        runs(dice, easy + np.repeat(dice.normal(0, 0.06, missions // 4), 4), CALM, 0.6).tolist()
        for _ in range(2)
    ]
    return differs(
        contrast(*(cells(name, arm, family=4) for name, arm in zip(("solo", "shared"), arms, strict=True)))
    )


def on_days(dice: Dice, missions: int) -> bool:
    """No difference between arms that were played on different days, each of which has a level of its own."""
    easy, day = difficulty(dice, missions), 86_400.0
    arms = [
        cells(
            name,
            runs(dice, easy + dice.normal(0, 0.03), USUAL).tolist(),
            began=[day * number + 60.0 * at for at in range(missions)],
            simulated=False,
        )
        for number, name in enumerate(("solo", "shared"))
    ]
    return differs(contrast(*arms))


def looking(dice: Dice, missions: int) -> bool:
    """No difference; somebody looks after every mission, and the last look is the planned one."""
    easy = difficulty(dice, missions)
    arm, reference = runs(dice, easy, USUAL).tolist(), runs(dice, easy, USUAL).tolist()
    return any(
        differs(
            contrast(cells("solo", arm[:done]), cells("shared", reference[:done]), final=done == missions)
        )
        for done in range(6, missions + 1)
    )


def again(dice: Dice, missions: int) -> bool:
    """No difference; what is not settled is asked again in an experiment of its own, whose verdict is told alone."""
    return differs(asked(dice, missions)) or differs(asked(dice, missions))


def extending(dice: Dice, missions: int) -> bool:
    """No difference; what is not settled at the planned end is extended by as many missions, as often as may be."""
    ended = missions * (1 + MOST_EXTENSIONS)
    easy = difficulty(dice, ended)
    arms = [(name, runs(dice, easy, USUAL).tolist()) for name in ("solo", "shared")]
    for extensions in range(MOST_EXTENSIONS + 1):
        played = [cells(name, arm[: missions * (1 + extensions)]) for name, arm in arms]
        level = level_at(extensions, early=False, may_extend=True)
        assert level is not None
        if differs(
            compare_groups([Group("Reference", played[0]), Group("Arm", played[1])], alpha=level).contrasts[0]
        ):
            return True
    return False


def asked(dice: Dice, missions: int) -> Contrast:
    """An experiment of two arms without a difference."""
    easy = difficulty(dice, missions)
    return contrast(*(cells(name, runs(dice, easy, USUAL).tolist()) for name in ("solo", "shared")))


def cheaper(dice: Dice, missions: int) -> bool:
    """The same true cost, which differs by factors from mission to mission."""
    easy = difficulty(dice, missions)
    size = np.exp(dice.normal(0, 0.5, missions))
    arms = [
        cells(
            name,
            runs(dice, easy, USUAL).tolist(),
            cost=(size * np.exp(dice.normal(0, 0.3, missions))).tolist(),
        )
        for name in ("solo", "shared")
    ]
    return contrast(*arms).costs_less


def early(dice: Dice, missions: int) -> bool:
    """An arm that crashes on 6 % of missions, with looks on the way: whether it ever ends as equivalent."""
    easy = difficulty(dice, missions)
    arm, reference = crashing(dice, runs(dice, easy, CALM), 0.06), runs(dice, easy, CALM)
    for done in range(6, missions + 1):
        if look := look_after(done, missions):
            found = compare(sample(arm[:done]), sample(reference[:done]))
            if clear([found], look) or look == len(LOOKS):
                return verdict(found, alpha=look_alpha(look)) == "equivalent"
    return False


def heavy(dice: Dice, missions: int) -> bool:
    """A difference planned for 80 %, where the arm gets on with missions in ways that have heavy tails."""
    sd = 0.08
    shift = next(each for each in np.arange(0.01, 0.4, 0.002) if missions_for(each, sd) <= missions)
    odd = dice.standard_t(3, missions) / 3**0.5 * sd
    found = compare(sample(0.5 + odd + shift), sample(np.full(missions, 0.5)))
    return verdict(found) == "better"


def piloted(dice: Dice, missions: int, *, heavy_tails: bool) -> bool:
    """A difference planned for 80 % from earlier runs on as many missions, as experiments plan it."""
    sd = 0.08

    def drawn() -> Numbers:
        return dice.standard_t(3, missions) / 3**0.5 * sd if heavy_tails else dice.normal(0, sd, missions)

    level = sample(np.full(missions, 0.5))
    seen = pilot_sd(sample(0.5 + drawn()), level, 1)
    assert seen is not None
    shift = smallest_difference(missions, cautious_sd(seen, missions))
    assert shift is not None
    return verdict(compare(sample(0.5 + drawn() + shift), level)) == "better"


def differs(found: Contrast) -> bool:
    """Tell whether the verdict is that there is a difference."""
    return found.verdict in ("better", "worse")


def crash_and_shift(dice: Dice, missions: int) -> bool:
    """An arm that truly lies at the margin, half of it by every mission and half by a few."""
    easy = difficulty(dice, missions)
    arm, reference = crashing(dice, runs(dice, easy, CALM) - MARGIN / 2, 0.03), runs(dice, easy, CALM)
    return verdict(compare(sample(arm), sample(reference))) == "equivalent"
