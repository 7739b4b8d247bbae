"""Fit the simulated models to the paper, measure what they predict, and write both down.

Run from the repository's folder: python -m bench.calibrate [--keep | --check]

Traits are fitted to the cells in `bench.cells.FITTED` and to nothing else, on the same seeds at every step, so the
same code finds the same traits. They go into data/models.toml. Then all cells are measured on other seeds, and the
tables go into docs/simulation.md, and what claims are marked by into data/simulated-cells.json. With --keep nothing is
fitted: both are made from the stored traits. With --check nothing is written either, and the exit code is 1 when either
differs. Prints tables and one JSON line.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import bisect, lsq_linear  # pyright: ignore[reportUnknownVariableType]
from scipy.stats import qmc

from bench.cells import FITTED, PREDICTED, PROFILES, Cell, Outcome, Profiles, Situation, looker
from swarm.claims.simulator import CELLS, TOLERANCE
from swarm.config import LIBRARY, PROJECT
from swarm.models.catalogue import load_catalogue
from swarm.models.simulated.mind import Traits

MODELS, PAGE = LIBRARY / "models.toml", PROJECT / "docs" / "simulation.md"
FIT_SEEDS, FIT_RUNS = 0, 96
"""Sixteen missions six times, or eight twelve times."""
ROUNDS, POINTS = 2, 18
FRESH_SEEDS = 10_000
"""Where the seeds begin on which the tables are measured: none of them was fitted on."""
SKILLS = (0.80, 0.99)
SMALL = {"skill": (0.88, 0.99), "reading": (0.75, 0.96), "choice": (0.60, 0.95)}
"""The three traits of sim/small that its four cells decide, and where they are looked for: reading and choice not
above those of sim/strong."""


def fit(profiles: Profiles) -> dict[str, Traits]:
    """Fit three traits of the small mind to the pilot, and the skill of each other mind to its one cell."""
    fitted = dict(profiles)
    fitted["sim/small"] = fit_small(profiles["sim/small"])
    for cell, name in zip(FITTED[4:], ("sim/strong", "sim/open", "sim/weak"), strict=True):
        fitted[name] = fit_skill(cell, name, profiles[name])
    return fitted


def fit_small(traits: Traits) -> Traits:
    """Least squares over the four cells of the pilot, by planes through scattered points.

    Single figures are too noisy to feel one's way along them; a plane through many is not.
    """
    low, high = (np.array(bounds) for bounds in zip(*SMALL.values(), strict=True))
    scatter = qmc.LatinHypercube(len(SMALL), rng=np.random.default_rng(FIT_SEEDS))
    best = (low + high) / 2
    for _round in range(ROUNDS):
        points = qmc.scale(scatter.random(POINTS), low, high)
        errors = np.array([pilot_errors(small_at(traits, point)) for point in points])
        plane, *_ = np.linalg.lstsq(np.column_stack([np.ones(POINTS), points]), errors, rcond=None)
        best = cast("NDArray[np.float64]", lsq_linear(plane[1:].T, -plane[0], bounds=(low, high)).x)
        near = (high - low) / 4
        low, high = np.maximum(low, best - near), np.minimum(high, best + near)
    return small_at(traits, best)


def small_at(traits: Traits, point: Iterable[float]) -> Traits:
    """The small mind with its fitted traits set."""
    return replace(traits, **{name: round(float(x), 3) for name, x in zip(SMALL, point, strict=True)})


def pilot_errors(traits: Traits) -> list[float]:
    """How far each cell of the pilot is off."""
    look = looker({"sim/small": traits}, FIT_SEEDS, FIT_RUNS)
    return [cell.error(cell.ours(look)) for cell in FITTED[:4]]


def fit_skill(cell: Cell, model: str, traits: Traits) -> Traits:
    """Skill alone decides the cell: it is found by halving."""

    def off(skill: float) -> float:
        return cell.error(
            cell.ours(looker({model: replace(traits, skill=round(skill, 3))}, FIT_SEEDS, FIT_RUNS))
        )

    return replace(traits, skill=round(cast("float", bisect(off, *SKILLS, xtol=0.002)), 3))


def stored_profiles() -> dict[str, Traits]:
    """The traits in data/models.toml."""
    return {name: Traits(**load_catalogue()[name].traits) for name in PROFILES}


def with_traits(catalogue: str, profiles: Profiles) -> str:
    """The text of a catalogue with other traits in it, and nothing else changed."""
    for name, traits in profiles.items():
        inner = ", ".join(f"{field.name} = {getattr(traits, field.name)}" for field in fields(Traits))
        entry = re.compile(rf'(?<=^id = "{re.escape(name)}"\n)((?:(?!\[\[).*\n)*?)traits = .*$', re.MULTILINE)
        catalogue = entry.sub(rf"\1traits = {{ {inner} }}", catalogue, count=1)
    return catalogue


Measured = list[tuple[Cell, float]]
CALLED = {"distinct": "roles_as_written"}
"""The names that claims give to measures that have others here."""


def table(measured: Measured) -> str:
    """Cells with the paper's figure, ours and the error, in Markdown."""
    rows = ["| Cell | Paper | Ours | Error |", "|---|---:|---:|---:|"]
    for cell, ours in measured:
        paper = f"{cell.paper:.3f}" if cell.least is None else f"{cell.least:.1f} to {cell.paper:.1f}"
        mark = " ●" if cell.known else ""
        rows.append(f"| {cell.name}{mark} | {paper} | {ours:.3f} | {cell.error(ours):+.3f} |")
    return "\n".join(rows)


def badly(measured: Measured) -> str:
    """What is off by more than the tolerance, worst first, in Markdown."""
    wrong = [(cell, ours) for cell, ours in measured if abs(cell.error(ours)) > TOLERANCE]
    wrong.sort(key=lambda pair: -abs(pair[0].error(pair[1])))
    return "\n".join(f"- {cell.name}: {cell.error(ours):+.3f}" for cell, ours in wrong) or "- Nothing."


@dataclass(frozen=True)
class _Noted:
    """Stands for an outcome: whatever of it is looked at is noted, and nothing is played."""

    situation: Situation
    notes: dict[tuple[Situation, str], None]

    def __getattr__(self, name: str) -> float:
        self.notes[self.situation, name] = None
        return 1.0


def looked_at(cell: Cell) -> tuple[str, list[Situation]]:
    """Tell the measure of a cell, as claims call it, and the runs it plays."""
    notes: dict[tuple[Situation, str], None] = {}
    cell.ours(lambda situation: cast("Outcome", _Noted(situation, notes)))
    played = dict.fromkeys(replace(situation, shock=None) for situation, _ in notes)
    struck = any(situation.shock for situation, _ in notes)
    (name,) = {name for _, name in notes}
    return "resilience" if struck else CALLED.get(name, name), [*played]


def published(fitted: Measured, predicted: Measured) -> str:
    """List every cell that claims are marked by: its runs, how far simulated models know it, its error."""
    known = [("fitted", *pair) for pair in fitted]
    known += [("known" if cell.known else None, cell, ours) for cell, ours in predicted]
    rows: list[str] = []
    for acquaintance, cell, ours in known:
        measure, played = looked_at(cell)
        row = {
            "name": cell.name,
            "acquaintance": acquaintance,
            "measure": measure,
            "played": [[each.protocol, each.model, each.agents, each.levels] for each in played],
            "error": round(cell.error(ours), 4) or 0.0,
        }
        rows.append(json.dumps(row))
    return "[\n" + ",\n".join(rows) + "\n]\n"


def with_tables(page: str, **tables: str) -> str:
    """The page with each table between its marks replaced."""
    for name, text in tables.items():
        marks = re.compile(rf"(<!-- {name}, made by bench/calibrate.py -->\n).*?(<!-- end -->)", re.DOTALL)
        page = marks.sub(lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page, count=1)
    return page


def traits_table(profiles: Profiles) -> str:
    """The traits of all profiles, in Markdown."""
    names = [field.name for field in fields(Traits)]
    rows = ["| Profile | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    rows += [f"| `{name}` | " + " | ".join(f"{getattr(traits, n):g}" for n in names) + " |"
             for name, traits in profiles.items()]  # fmt: skip
    return "\n".join(rows)


def main() -> int:
    """Fit unless told otherwise, measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--keep", action="store_true", help="do not fit: measure the stored traits")
    kept.add_argument(
        "--check", action="store_true", help="nor write: hold the document to the stored traits"
    )
    asked, began = parser.parse_args(), time.perf_counter()
    profiles = stored_profiles() if asked.keep or asked.check else fit(stored_profiles())
    look = looker(profiles, FRESH_SEEDS)
    fitted, predicted = ([(cell, cell.ours(look)) for cell in cells] for cells in (FITTED, PREDICTED))
    tables = tables_of(profiles, fitted, predicted)
    print("\n\n".join(f"{name}\n{text}" for name, text in tables.items()))
    page = PAGE.read_text(encoding="utf-8")
    new, told = with_tables(page, **tables), published(fitted, predicted)
    if not asked.check:
        MODELS.write_text(with_traits(MODELS.read_text(encoding="utf-8"), profiles), encoding="utf-8")
        PAGE.write_text(new, encoding="utf-8")
        CELLS.write_text(told, encoding="utf-8")
    figures = {cell.name: round(ours, 4) for cell, ours in (*fitted, *predicted)}
    print(json.dumps({"seconds": round(time.perf_counter() - began, 1), "cells": figures}))
    return int(asked.check and (new != page or told != CELLS.read_text(encoding="utf-8")))


def tables_of(profiles: Profiles, fitted: Measured, predicted: Measured) -> dict[str, str]:
    """The page's tables by name."""
    return {
        "Traits": traits_table(profiles),
        "Fitted": table(fitted),
        "Predicted": table(predicted),
        "Badly": badly(predicted),
    }


if __name__ == "__main__":
    sys.exit(main())
