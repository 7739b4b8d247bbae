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

from bench.worlds import (
    Dice,
    again,
    cheaper,
    crash,
    crash_and_shift,
    dropped,
    early,
    extending,
    gaps,
    heavy,
    in_families,
    looking,
    on_days,
    piloted,
)

BEGIN, END = "<!-- what bench.verdicts measured -->\n", "<!-- so far -->\n"
DOCS = Path(__file__).parent.parent / "docs" / "statistics.md"


class Row(NamedTuple):
    """One promise and what came of it."""

    world: str
    missions: int
    said: str
    promised: str
    measured: float
    ok: bool


SAYS_ALIKE, SAYS_DIFFERENT = "equivalent", "different"
PROMISES: tuple[tuple[str, str, float, tuple[int, ...], Callable[[Dice, int], bool]], ...] = (
    ("crashes on 6 %, mean at the margin", SAYS_ALIKE, 0.05, (12, 24, 32, 48, 64, 96),
     lambda dice, n: crash(dice, n, 0.06, 1.0)),
    ("loses .25 on 15 %", SAYS_ALIKE, 0.05, (16, 32, 64), lambda dice, n: crash(dice, n, 0.15, 0.25)),
    ("half of the margin by a shift, half by crashes on 3 %", SAYS_ALIKE, 0.10, (49, 96),
     crash_and_shift),
    ("roles prevent crashes on 8 %", "drop, or one agent", 0.025, (12, 36, 60),
     lambda dice, n: dropped(dice, n, 0.08, unscored=False)),
    ("roles prevent failures on 20 %, which have no score", "drop, or one agent", 0.025, (12, 36),
     lambda dice, n: dropped(dice, n, 0.2, unscored=True)),
    ("one arm loses a quarter of its scores, poor ones first", SAYS_DIFFERENT, 0.05, (8, 16, 32), gaps),
    ("four missions are one task", SAYS_DIFFERENT, 0.055, (32, 64), in_families),
    ("arms on different days", SAYS_DIFFERENT, 0.05, (8, 24), on_days),
    ("a look after every mission", SAYS_DIFFERENT, 0.055, (24,), looking),
    ("asked again, in an experiment of its own", SAYS_DIFFERENT, 0.10, (16,), again),
    ("extended as often as may be, with a look after each", SAYS_DIFFERENT, 0.05, (12, 24), extending),
    ("the same true cost", "costs less", 0.03, (8, 24), cheaper),
    ("crashes on 6 %, early stopping", SAYS_ALIKE, 0.05, (40, 60, 100), early),
)  # fmt: skip
"""The world, what is said falsely in it, at most how often, on how many missions, and one experiment in it."""


PLANNED = 0.77
"""The chance of finding a difference that was planned for .80, 3 points less."""
FOUND: tuple[tuple[str, Callable[[Dice, int], bool]], ...] = (
    ("heavy tails, 80 % planned from the true spread", heavy),
    ("heavy tails, 80 % planned from earlier runs", lambda dice, n: piloted(dice, n, heavy_tails=True)),
    ("80 % planned from earlier runs", lambda dice, n: piloted(dice, n, heavy_tails=False)),
)


def rows(seed: int, experiments: int) -> Iterator[Row]:
    """Everything that is measured; a promise is kept when it is within the chance of so many experiments."""
    for number, (world, said, most, sizes, once) in enumerate(PROMISES):
        for missions in sizes:
            dice = np.random.default_rng([seed, number, missions])
            measured = float(np.mean([once(dice, missions) for _ in range(experiments)]))
            chance = 3 * (most * (1 - most) / experiments) ** 0.5
            yield Row(world, missions, said, f"≤ {most:.1%}", measured, measured <= most + chance)
    for number, (world, once) in enumerate(FOUND):
        for missions in (8, 16, 32):
            dice = np.random.default_rng([seed, len(PROMISES) + 2 + number, missions])
            measured = float(np.mean([once(dice, missions) for _ in range(experiments)]))
            chance = 3 * (PLANNED * (1 - PLANNED) / experiments) ** 0.5
            promised, ok = f"≥ {PLANNED:.1%}", measured >= PLANNED - chance
            yield Row(world, missions, "better, truly", promised, measured, ok)
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
