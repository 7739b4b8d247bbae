"""Replicate the paper with simulated models: 25,000 judged runs through the real engine, then its claims.

What is played stands in data/experiments/replicate-*.toml. Runs go into the usual data folder, so the dashboard shows
them; what was played before is not played again.

Run from the repository's folder: python -m bench.replicate [--data FOLDER] [--only NAME …]
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from swarm.claim_file import claim_book
from swarm.claims import judge_claims, tally
from swarm.config import LIBRARY, Settings, ensure_data_folder, read_settings
from swarm.errors import SwarmError
from swarm.experiment.file import read_experiment
from swarm.experiment.perform import Progress, perform
from swarm.grid import Experiment
from swarm.history import History
from swarm.journal import journal_of
from swarm.mission import load_library
from swarm.terminal_claims import print_claims

GRIDS = LIBRARY / "experiments"
FIRST = "replicate-"
TOLD_EVERY = 20
"""Runs."""


def experiments(only: list[str]) -> dict[str, Experiment]:
    """The grids of the replication by name, such as "protocols"; all, or those named."""
    library = load_library((LIBRARY / "missions",))
    paths = sorted(GRIDS.glob(f"{FIRST}*.toml"))
    found = {path.stem.removeprefix(FIRST): read_experiment(path, library) for path in paths}
    return {name: found[name] for name in only or found}


def play(name: str, experiment: Experiment, settings: Settings) -> dict[str, object]:
    """Perform one grid, or what is left of it."""
    grid, seen = experiment.grid, {"before": 0, "peak_memory_mb": 0}
    began, used = time.perf_counter(), processor_s()

    def watch(progress: Progress) -> None:
        if progress.done % TOLD_EVERY == 0:
            seen["before"] = progress.done_before
            seen["peak_memory_mb"] = max(seen["peak_memory_mb"], held_mb())
            told = f"\r{name:<14}{progress.done:>8,} of {progress.runs:,}"
            print(told, end="", file=sys.stderr, flush=True)

    resumed = journal_of(grid.id, settings).exists()
    ended = asyncio.run(perform(settings, experiment, resumed=resumed, watch=watch))
    took = time.perf_counter() - began
    print(f"\r{name:<14}{grid.size:>8,} runs{ended.status:>12}{took:>9.1f} s", file=sys.stderr)
    return {
        "runs": grid.size,
        "status": ended.status,
        "seconds": round(took, 1),
        "processor_s": round(processor_s() - used, 1),
        **seen,
    }


def measure(settings: Settings, only: list[str]) -> dict[str, object]:
    """Perform everything, take it into the history, hold the claims against it; print the claims."""
    ensure_data_folder(settings)
    began = time.perf_counter()
    parts = {name: play(name, experiment, settings) for name, experiment in experiments(only).items()}
    played = time.perf_counter()
    history = History(settings)
    kept = history.count()
    taken_in = time.perf_counter()
    cells = history.cells()
    judged = judge_claims(cells)
    told = time.perf_counter()
    print_claims(judged, claim_book())
    runs = sum(int(str(part["runs"])) for part in parts.values())
    most_held_mb = max(int(str(part["peak_memory_mb"])) for part in parts.values())
    return {
        "runs": runs,
        "parts": parts,
        "seconds": round(told - began, 1),
        "playing_s": round(played - began, 1),
        "take_in_s": round(taken_in - played, 1),
        "claims_s": round(told - taken_in, 2),
        "processor_s": round(processor_s(), 1),
        "runs_per_s": round(runs / (told - began), 1),
        "peak_memory_mb": max(most_held_mb, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
        "journals_mb": megabytes(settings.journal.glob("*.jsonl")),
        "history_mb": megabytes([settings.history]),
        "runs_in_history": kept,
        "claims": dict(tally(judged, simulated=True)),
    }


def processor_s() -> float:
    """Seconds of processor time, of this process and those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def held_mb() -> int:
    """Memory that this process and those it started hold now."""
    pids = [os.getpid(), *(child.pid for child in multiprocessing.active_children())]
    pages = [
        int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        for pid in pids
        if Path(f"/proc/{pid}").exists()
    ]
    return sum(pages) * resource.getpagesize() // 2**20


def megabytes(paths: Iterable[Path]) -> float:
    """Of some files together."""
    return round(sum(path.stat().st_size for path in paths) / 1e6, 1)


def main() -> int:
    """Print the claims, a table of what it took, and one line of JSON."""
    reader = argparse.ArgumentParser(prog="python -m bench.replicate", description=__doc__)
    reader.add_argument("--data", type=Path, help="the data folder; default: the usual one")
    reader.add_argument("--only", nargs="*", default=[], help="parts, such as protocols or shocks")
    chosen = reader.parse_args()
    settings = read_settings({"ROLELESS_DATA": str(chosen.data)}) if chosen.data else read_settings()
    try:
        figures = measure(settings, chosen.only)
    except SwarmError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, figure in figures.items():
        if not isinstance(figure, dict):
            print(f"{name:<22}{figure:>12,}")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
