"""Measure the figures of a run: how long they take to make, and how heavy they are.

Run from the repository's folder: python -m bench.figures [agents]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from statistics import median

import plotly.graph_objects as go

from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import groups_by
from swarm.comparison.tradeoff import standpoints
from swarm.config import read_settings
from swarm.engine.run import RunSpec, play
from swarm.errors import BadInput
from swarm.figures import (
    by_mission_figure,
    forest_figure,
    measure_figure,
    quality_cost_figure,
    replay_figure,
    role_figure,
    timeline_figure,
)
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from swarm.recording.events import Event
from swarm.recording.record import RunRecord, record_of
from swarm.team import make_team

REPEATS = 5
SEED = 3


def finished(agents: int, protocol: str) -> RunRecord:
    """A simulated run, played here and now."""
    mission = find_mission(load_library(read_settings().mission_folders), "food-festival")
    spec = RunSpec(mission, make_team(["sim/strong"], agents), protocol, judge="sim/judge", seed=SEED)

    async def drain() -> list[Event]:
        return [event async for event in play(spec)]

    return record_of(asyncio.run(drain()))


def compared() -> dict[str, tuple[float, float]]:
    """The figures of all simulated runs of the data folder by protocol; empty when they cannot be compared."""
    groups, _ = groups_by(History(read_settings()).cells(RunFilter(simulated=True)), "protocol")
    try:
        comparison = compare_groups(groups)
    except BadInput as error:
        print(f"no comparison: {error}")
        return {}
    points = standpoints(groups)
    return {
        "forest": measure(lambda: forest_figure(comparison)),
        "quality by mission": measure(lambda: by_mission_figure(groups)),
        "quality and cost": measure(lambda: quality_cost_figure(points, simulated=True)),
        "a measure": measure(lambda: measure_figure(groups, "tokens") or go.Figure()),
    }


def measure(make: Callable[[], go.Figure]) -> tuple[float, float]:
    """The median of its milliseconds, and its kilobytes as JSON."""
    taken: list[float] = []
    figure = go.Figure()
    for _ in range(REPEATS):
        began = time.perf_counter()
        figure = make()
        taken.append(1000 * (time.perf_counter() - began))
    return round(median(taken), 1), round(len(figure.to_json() or "") / 1000, 1)


def main() -> None:
    """Print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("agents", nargs="?", type=int, default=256)
    agents = parser.parse_args().agents
    found: dict[str, tuple[float, float]] = {}
    for protocol in ("sequential", "shared"):
        run = finished(agents, protocol)
        found |= {
            f"{protocol}, {name}": measure(make)
            for name, make in {
                "in order": lambda run=run: role_figure(run, "order"),
                "by layer": lambda run=run: role_figure(run, "layers"),
                "by role": lambda run=run: role_figure(run, "roles"),
                "folded": lambda run=run: role_figure(run, "roles", unfolded=()),
                "who heard whom": lambda run=run: role_figure(run, "order", shown="heard"),
                "timeline": lambda run=run: timeline_figure(run),
                "replay": lambda run=run: replay_figure(run),
            }.items()
        }
    found |= compared()
    print(f"{agents} agents, seed {SEED}, median of {REPEATS}")
    for name, (milliseconds, kilobytes) in found.items():
        print(f"{name:32}{milliseconds:10.1f} ms{kilobytes:10.1f} KB")
    print(json.dumps({"agents": agents, "seed": SEED, "figures": found}))


if __name__ == "__main__":
    sys.exit(main())
