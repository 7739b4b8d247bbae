"""Measure how often verdicts and advice are wrong in worlds that mislead means: crashes, gaps, families, days, looks.

Run from the repository's folder: python -m bench.verdicts [--experiments 2000] [--seed 1] [--docs]

Everything goes the way of the product: cells are compared as pages and commands compare them, and a test of a team is
judged as its card judges it. With --docs the table of docs/statistics.md is written anew.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from swarm.cell import Cell, Condition, options_as_kept
from swarm.comparison.contrasts import Contrast, compare_groups
from swarm.comparison.group import Group
from swarm.grid import MARGIN, Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.recording.measures import COMPARED
from swarm.stats.paired import compare, verdict
from swarm.stats.power import missions_for
from swarm.stats.sample import Numbers, Sample
from swarm.stats.sequential import LOOKS, clear, look_after, look_alpha
from swarm.teams.trial.verdict import team_verdict

HIGH, LOWEST = 0.75, 0.25
CALM, USUAL = 0.03, 0.08
"""Standard deviations of a run: in a calm world a mean is soon known, and so misleads most."""
BEGIN, END = "<!-- what bench.verdicts measured -->\n", "<!-- so far -->\n"
DOCS = Path(__file__).parent.parent / "docs" / "statistics.md"
SOLO = {"token_budget": 5_000}
WAYS = {"given_team": {"title": "Team"}, "sequential": {}, "solo": SOLO}

Dice = np.random.Generator


class Row(NamedTuple):
    """One promise and what came of it."""

    world: str
    missions: int
    said: str
    promised: str
    measured: float
    ok: bool


def difficulty(dice: Dice, missions: int, sd: float = 0.08) -> Numbers:
    """How much easier each mission is than the usual one."""
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


def differs(found: Contrast) -> bool:
    """Whether the verdict is that there is a difference."""
    return found.verdict in ("better", "worse")


SAYS_ALIKE, SAYS_DIFFERENT = "equivalent", "different"
PROMISES: tuple[tuple[str, str, float, tuple[int, ...], Callable[[Dice, int], bool]], ...] = (
    ("crashes on 6 %, mean at the margin", SAYS_ALIKE, 0.05, (12, 24, 32, 48, 64, 96),
     lambda dice, n: crash(dice, n, 0.06, 1.0)),
    ("loses .25 on 15 %", SAYS_ALIKE, 0.05, (16, 32, 64), lambda dice, n: crash(dice, n, 0.15, 0.25)),
    ("half of the margin by a shift, half by crashes on 3 %", SAYS_ALIKE, 0.10, (49, 96),
     lambda dice, n: crash_and_shift(dice, n)),
    ("roles prevent crashes on 8 %", "drop, or one agent", 0.025, (12, 36, 60),
     lambda dice, n: dropped(dice, n, 0.08, unscored=False)),
    ("roles prevent failures on 20 %, which have no score", "drop, or one agent", 0.025, (12, 36),
     lambda dice, n: dropped(dice, n, 0.2, unscored=True)),
    ("one arm loses a quarter of its scores, poor ones first", SAYS_DIFFERENT, 0.05, (8, 16, 32), gaps),
    ("four missions are one task", SAYS_DIFFERENT, 0.055, (32, 64), in_families),
    ("arms on different days", SAYS_DIFFERENT, 0.05, (8, 24), on_days),
    ("a look after every mission", SAYS_DIFFERENT, 0.055, (24,), looking),
    ("asked again, in an experiment of its own", SAYS_DIFFERENT, 0.10, (16,), again),
    ("the same true cost", "costs less", 0.03, (8, 24), cheaper),
    ("crashes on 6 %, early stopping", SAYS_ALIKE, 0.05, (40, 60, 100), early),
)  # fmt: skip
"""The world, what is said falsely in it, at most how often, on how many missions, and one experiment in it."""


def crash_and_shift(dice: Dice, missions: int) -> bool:
    """An arm that truly lies at the margin, half of it by every mission and half by a few."""
    easy = difficulty(dice, missions)
    arm, reference = crashing(dice, runs(dice, easy, CALM) - MARGIN / 2, 0.03), runs(dice, easy, CALM)
    return verdict(compare(sample(arm), sample(reference))) == "equivalent"


def rows(seed: int, experiments: int) -> Iterator[Row]:
    """Everything that is measured; a promise is kept when it is within the chance of so many experiments."""
    for number, (world, said, most, sizes, once) in enumerate(PROMISES):
        for missions in sizes:
            dice = np.random.default_rng([seed, number, missions])
            measured = float(np.mean([once(dice, missions) for _ in range(experiments)]))
            chance = 3 * (most * (1 - most) / experiments) ** 0.5
            yield Row(world, missions, said, f"≤ {most:.1%}", measured, measured <= most + chance)
    for missions in (8, 16, 32):
        dice = np.random.default_rng([seed, len(PROMISES), missions])
        measured = float(np.mean([heavy(dice, missions) for _ in range(experiments)]))
        yield Row(
            "heavy tails, 80 % planned", missions, "better, truly", "≥ 70.0%", measured, measured >= 0.7
        )
    for missions in (32, 49, 64):
        dice = np.random.default_rng([seed, len(PROMISES) + 1, missions])
        measured = float(np.mean([crash(dice, missions, 0.0, 0.0) for _ in range(experiments)]))
        yield Row("truly alike, quality about .75", missions, "equivalent, truly", "–", measured, ok=True)


def as_markdown(found: Sequence[Row], experiments: int) -> str:
    """The table of the documentation."""
    head = "| World | Missions | Said | Promised | Measured |\n|---|---|---|---|---|\n"
    lines = [
        f"| {row.world} | {row.missions} | {row.said} | {row.promised} | {row.measured:.1%} |\n"
        for row in found
    ]
    return f"{head}{''.join(lines)}\n{experiments:,} experiments a row.\n"


def write(table: str) -> None:
    """Put the table where it stands in the documentation."""
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    DOCS.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def main() -> int:
    """Print the table and the JSON line; fail when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docs", action="store_true")
    given = parser.parse_args()
    began, found = time.perf_counter(), list[Row]()
    for row in rows(given.seed, given.experiments):
        mark = "" if row.ok else "  BROKEN"
        line = f"{row.world:56}{row.missions:>5} {row.said:>20} {row.promised:>9} {row.measured:>8.1%}"
        print(f"{line}{mark}", flush=True)
        found.append(row)
    if given.docs:
        write(as_markdown(found, given.experiments))
    taken = round(time.perf_counter() - began)
    print(json.dumps({"bench": "verdicts", "seconds": taken, "found": [row._asdict() for row in found]}))
    return 0 if all(row.ok for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
