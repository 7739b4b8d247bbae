"""Measure whether the statistics keep what they promise, on simulated experiments whose truth is known.

Run from the repository's folder: python -m bench.null [--experiments 10000] [--seed 1]

Missions differ in difficulty, each arm gets on with each mission in its own way, each run has noise of its own, and
the quality is rounded to sixteenths in [.25, 1]. In the world "alike" all of that is normal; in "skewed" all of it has
a long tail towards bad; in "lopsided" only the arm's has, and the reference's is normal.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench.resampling import second_opinion
from swarm.stats.paired import MARGIN, Difference, compare, family, verdict
from swarm.stats.power import equivalence_power, missions_for_equivalence, smallest_difference
from swarm.stats.sample import Numbers, Sample
from swarm.stats.sequential import LOOKS, clear, look_after, look_alpha

MISSIONS, REPEATS = (8, 12, 24, 32), (1, 3, 5)
WORLDS = {"alike": (False, False), "skewed": (True, True), "lopsided": (False, True)}
"""Whether the reference and the arms have a long tail."""
BASE, STEP = 0.55, 1 / 16
MISSION_SD, ARM_SD, RUN_SD = 0.08, 0.03, 0.08
"""Together .117, near the paper's .119."""
POWER = 0.8
LARGE = 400_000
"""Missions from which the truth of a world is taken."""

Draw = Callable[[], list[Sample]]
"""Plays one experiment: the reference, then the arms."""


def noise(dice: np.random.Generator, shape: tuple[int, ...], sd: float, skewed: bool) -> Numbers:
    """Values around 0 with this standard deviation."""
    return sd * (1 - dice.exponential(size=shape)) if skewed else dice.normal(0, sd, shape)


def qualities(
    dice: np.random.Generator, world: str, missions: int, repeats: int, shifts: Sequence[float]
) -> Numbers:
    """Quality by arm, mission and repeat; the first arm is the reference, and shifts are those of the others."""
    tails = WORLDS[world]
    difficulty = noise(dice, (missions, 1), MISSION_SD, skewed=all(tails))
    arms = [
        BASE
        + shift
        + difficulty
        + noise(dice, (missions, 1), ARM_SD, tails[at > 0])
        + noise(dice, (missions, repeats), RUN_SD, tails[at > 0])
        for at, shift in enumerate((0.0, *shifts))
    ]
    return np.clip(np.round(np.array(arms) / STEP) * STEP, 0.25, 1)


def drawing(seed: int, world: str, missions: int, repeats: int, shifts: Sequence[float]) -> Draw:
    """A way to play experiments of this design, one after another."""
    dice = np.random.default_rng([seed, missions, repeats, len(shifts)])
    names = [f"m{number:02}" for number in range(missions)]

    def draw() -> list[Sample]:
        arms = qualities(dice, world, missions, repeats, shifts).tolist()
        return [dict(zip(names, arm, strict=True)) for arm in arms]

    return draw


def sd_of(repeats: int) -> float:
    """The true standard deviation of a paired difference; rounding adds its own to each run."""
    return math.sqrt(2 * (ARM_SD**2 + (RUN_SD**2 + STEP**2 / 12) / repeats))


def truth(world: str, shift: float) -> tuple[float, float]:
    """The true difference, after rounding and clipping, and that over the reference's true mean."""
    if shift == 0 and world != "lopsided":
        return 0.0, 0.0
    reference, arm = qualities(np.random.default_rng(0), world, LARGE, 5, [shift]).mean(axis=(1, 2))
    return float(arm - reference), float((arm - reference) / reference)


def covers(low: float | None, high: float | None, value: float) -> bool:
    """Whether an interval is there and contains the value."""
    return low is not None and high is not None and low <= value <= high


def differs(difference: Difference, alpha: float = 0.05) -> bool:
    """Whether the verdict is that there is a difference."""
    return verdict(difference, alpha=alpha) in ("better", "worse")


def share(hits: Sequence[bool]) -> float | None:
    """Their part, to a hundredth of a percent; None of nothing."""
    return round(sum(hits) / len(hits), 4) if hits else None


def design(seed: int, experiments: int, world: str, missions: int, repeats: int) -> dict[str, object]:
    """One arm against its reference: with nothing to find, and with a difference planned for."""
    shift = smallest_difference(missions, sd_of(repeats), power=POWER) or 0.0
    row: dict[str, object] = {"world": world, "missions": missions, "repeats": repeats}
    for name, moved in (("nil", 0.0), ("planned", shift)):
        draw = drawing(seed, world, missions, repeats, [moved])
        true, relative = truth(world, moved)
        found = [compare(arm, reference) for reference, arm in (draw() for _ in range(experiments))]
        row[f"found_{name}"] = share([differs(one) for one in found])
        row[f"covered_{name}"] = share([covers(one.low, one.high, true) for one in found])
        row[f"relative_{name}"] = share(
            [covers(one.relative_low, one.relative_high, relative) for one in found]
        )
    row["ok"] = design_ok(row)
    return row


def design_ok(row: dict[str, object]) -> bool:
    """False positives 4 to 6 %, coverage 94 to 96 %, planned power reached within 3 points."""
    covered = [row[f"{kind}_{name}"] for kind in ("covered", "relative") for name in ("nil", "planned")]
    return (
        0.04 <= float(str(row["found_nil"])) <= 0.06
        and all(0.94 <= float(str(part)) <= 0.96 for part in covered)
        and abs(float(str(row["found_planned"])) - POWER) <= 0.03
    )


def other_ways(seed: int, experiments: int, missions: int, repeats: int) -> dict[str, object]:
    """What sign flips and the BCa bootstrap would have said, with nothing to find."""
    draw = drawing(seed, "alike", missions, repeats, [0.0])
    found = [second_opinion(arm, reference) for reference, arm in (draw() for _ in range(experiments))]
    return {
        "missions": missions,
        "repeats": repeats,
        "sign flips find": share([one.p < 0.05 for one in found]),
        "BCa covers": share([covers(one.low, one.high, 0) for one in found]),
        "BCa covers relative": share([covers(one.relative_low, one.relative_high, 0) for one in found]),
    }


def stopped(arms: list[Sample]) -> tuple[int, tuple[Difference, ...]]:
    """Look as planned, a mission being a block.

    Returns:
        The look at which it stopped, and the comparisons as they were then.
    """
    reference, *others = arms
    names = list(reference)
    differences: tuple[Difference, ...] = ()
    for done in range(2, len(names) + 1):
        look = look_after(done, len(names))
        if look is None:
            continue
        seen = set(names[:done])
        parts = [{name: arm[name] for name in seen} for arm in (reference, *others)]
        differences = family([compare(part, parts[0]) for part in parts[1:]])
        if clear(differences, look):
            return look, differences
    return len(LOOKS), differences


def early(seed: int, experiments: int, missions: int, shifts: Sequence[float]) -> dict[str, object]:
    """Experiments with looks: how often some arm is called different or equivalent, and how soon it is over."""
    draw = drawing(seed, "alike", missions, 3, shifts)
    ends = [stopped(draw()) for _ in range(experiments)]
    short = [found[0] for look, found in ends if look < len(LOOKS)]
    true = truth("alike", shifts[0])[0]
    return {
        "missions": missions,
        "arms": len(shifts),
        "true": round(shifts[0], 4),
        "different": share([any(differs(one, look_alpha(look)) for one in found) for look, found in ends]),
        "equivalent": share(
            [
                any(verdict(one, alpha=look_alpha(look)) == "equivalent" for one in found)
                for look, found in ends
            ]
        ),
        "early": share([look < len(LOOKS) for look, _ in ends]),
        "covered": share([covers(found[0].low, found[0].high, true) for _, found in ends]),
        "covered if early": share([covers(one.low, one.high, true) for one in short]),
        "seen if early": round(sum(one.difference for one in short) / len(short), 4) if short else None,
    }


def families(seed: int, experiments: int, missions: int, repeats: int) -> dict[str, object]:
    """Three arms against one reference with nothing to find: how often any is called different."""
    draw = drawing(seed, "alike", missions, repeats, [0.0, 0.0, 0.0])
    hits: list[bool] = []
    for reference, *arms in (draw() for _ in range(experiments)):
        hits.append(any(differs(one) for one in family([compare(arm, reference) for arm in arms])))
    return {"missions": missions, "repeats": repeats, "any of three": share(hits)}


def equivalence(seed: int, experiments: int, missions: int, shift: float) -> dict[str, object]:
    """How often a true difference is called equivalent, and how often that was planned."""
    draw = drawing(seed, "alike", missions, 5, [shift])
    found = [compare(arm, reference) for reference, arm in (draw() for _ in range(experiments))]
    return {
        "missions": missions,
        "true": round(truth("alike", shift)[0], 4),
        "equivalent": share([verdict(one) == "equivalent" for one in found]),
        "p < .05": share([(one.p_equivalence or 0) < 0.05 for one in found]),
        "planned": round(equivalence_power(MARGIN, sd_of(5), missions, difference=shift), 4),
    }


def tables(seed: int, experiments: int) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Everything that is measured, table by table."""
    few = max(1, experiments // 5)
    for world in WORLDS:
        yield world, [design(seed, experiments, world, n, r) for n in MISSIONS for r in REPEATS]
    yield f"other ways, {few} experiments", [other_ways(seed, few, n, r) for n in MISSIONS for r in (1, 3)]
    yield "family", [families(seed, experiments, n, r) for n in (8, 24) for r in (1, 3)]
    shift = smallest_difference(24, sd_of(3), power=POWER) or 0.0
    plans = [(24, [0.0]), (24, [0.0] * 3), (12, [0.0]), (60, [MARGIN]), (24, [shift]), (24, [1.5 * shift])]
    yield "early stopping", [early(seed, experiments, missions, shifts) for missions, shifts in plans]
    enough = missions_for_equivalence(MARGIN, sd_of(5), power=POWER) or 0
    cases = [(n, MARGIN) for n in (8, 24, enough, 100)] + [(enough, 0.0), (100, 0.0)]
    yield "equivalence", [equivalence(seed, experiments, missions, true) for missions, true in cases]


def show(name: str, rows: list[dict[str, object]]) -> None:
    """Print a table."""
    print(f"\n{name}")
    print("".join(f"{key:>20}" for key in rows[0]))
    for row in rows:
        print("".join(f"{value!s:>20}" for value in row.values()), flush=True)


def main() -> int:
    """Print the tables and the JSON line; fail when a design misses a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    found: dict[str, list[dict[str, object]]] = {}
    for name, rows in tables(given.seed, given.experiments):
        show(name, rows)
        found[name.split(",")[0]] = rows
    missed = [row for world in WORLDS for row in found[world] if not row["ok"]]
    taken = round(time.perf_counter() - began)
    print(f"\n{given.experiments} experiments a row, {taken} s; {len(missed)} designs miss a bar")
    print(json.dumps({"bench": "null", "experiments": given.experiments, "seed": given.seed, "found": found}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
