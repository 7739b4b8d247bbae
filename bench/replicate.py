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
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from swarm.config import LIBRARY, Settings, ensure_data_folder, read_settings
from swarm.errors import SwarmError
from swarm.experiment.file import read_experiment
from swarm.experiment.perform import perform
from swarm.experiment.progress import GridProgress
from swarm.grid import Experiment
from swarm.mission import load_library
from swarm.recording.journal import journal_of

GRIDS = LIBRARY / "experiments"
FIRST = "replicate-"
TOLD_EVERY = 20
"""Runs."""
SUMMED = ("playing_s", "take_in_s", "processor_s")
"""Of all parts."""


def experiments(only: list[str]) -> dict[str, Experiment]:
    """The grids of the replication by name, such as "protocols"; all, or those named."""
    library = load_library((LIBRARY / "missions",))
    paths = sorted(GRIDS.glob(f"{FIRST}*.toml"))
    found = {path.stem.removeprefix(FIRST): read_experiment(path, library) for path in paths}
    return {name: found[name] for name in only or found}


def play(name: str, experiment: Experiment, settings: Settings) -> dict[str, object]:
    """Perform one grid, or what is left of it, and take it into the history."""
    grid, seen = experiment.grid, {"before": 0, "peak_memory_mb": 0}
    began = time.perf_counter()

    def watch(progress: GridProgress) -> None:
        if progress.done % TOLD_EVERY == 0:
            seen["before"] = progress.done_before
            seen["peak_memory_mb"] = max(seen["peak_memory_mb"], held_mb())
            told = f"\r{name:<14}{progress.done:>8,} of {progress.runs:,}"
            print(told, end="", file=sys.stderr, flush=True)

    status = status_of(grid.id, settings)
    if status == "finished":
        seen["before"] = grid.size
    else:
        performing = perform(settings, experiment, resumed=status is not None, watch=watch)
        status = asyncio.run(performing).status
    played = time.perf_counter()
    take_in(settings)
    told = time.perf_counter()
    print(f"\r{name:<14}{grid.size:>8,} runs{status:>12}{told - began:>9.1f} s", file=sys.stderr)
    return {
        **seen,
        "runs": grid.size,
        "status": status,
        "playing_s": round(played - began, 1),
        "take_in_s": round(told - played, 1),
        "processor_s": round(processor_s(), 1),
        "peak_memory_mb": max(seen["peak_memory_mb"], most_held_mb()),
    }


def status_of(experiment_id: str, settings: Settings) -> str | None:
    """How far an experiment is; None when it was never begun."""
    if not journal_of(experiment_id, settings).exists():
        return None
    from swarm.history.store import History

    return History(settings).experiment(experiment_id)[0].status


def take_in(settings: Settings) -> int:
    """Take into the history what journals hold beyond it; how many runs there are."""
    # Processes that play import this file, and shall not hold what only the history needs.
    from swarm.history.store import History

    return History(settings).count()


def performed(name: str, experiment: Experiment, settings: Settings) -> dict[str, object]:
    """What `play` says, in a process of its own, as the dashboard would start it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as performer:
        return performer.submit(play, name, experiment, settings).result()


def measure(settings: Settings, only: list[str]) -> dict[str, object]:
    """Perform everything, hold the claims against it, print them."""
    ensure_data_folder(settings)
    began = time.perf_counter()
    parts = {name: performed(name, experiment, settings) for name, experiment in experiments(only).items()}
    done, waiting_mb = time.perf_counter(), most_held_mb()
    from swarm.claims.file import claim_book
    from swarm.claims.judging import judge_claims, tally
    from swarm.cli.terminal.claims import print_claims
    from swarm.history.store import History

    judged = judge_claims(History(settings).cells())
    told = time.perf_counter()
    print_claims(judged, claim_book())
    runs = sum(int(str(part["runs"])) for part in parts.values())
    return {
        "parts": parts,
        "runs": runs,
        **{name: round(sum(float(str(part[name])) for part in parts.values()), 1) for name in SUMMED},
        "claims_s": round(told - done, 2),
        "seconds": round(told - began, 1),
        "runs_per_s": round(runs / (told - began), 1),
        "peak_memory_mb": max(most_held_mb(), waiting_mb + most_of(parts, "peak_memory_mb")),
        "journals_mb": megabytes(settings.journal.glob("*.jsonl")),
        "history_mb": megabytes([settings.history]),
        "claims": dict(tally(judged, simulated=True)),
    }


def processor_s() -> float:
    """Seconds of processor time, of this process and those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def most_of(parts: Mapping[str, Mapping[str, object]], name: str) -> int:
    """The largest figure of this name."""
    return max(int(str(part[name])) for part in parts.values())


def most_held_mb() -> int:
    """The most memory that this process alone has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


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
