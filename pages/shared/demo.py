"""This file is where the demo is composed: simulated, free, and slow enough to watch."""

from swarm.compose import compose
from swarm.config import Settings
from swarm.mission import Mission, find_mission
from swarm.spec import RunSpec

DEMO_MISSION = "food-festival"
DEMO_AGENTS = 8
DEMO_SEEDS = (3, 94, 109, 284, 294, 300, 349)
"""Chosen from the first 400 because one shows everything there is to see: roles, links, somebody who abstains."""


def demo_spec(library: dict[str, Mission], settings: Settings, seed: int) -> RunSpec:
    """Eight simulated agents plan a street food festival, one after another."""
    mission = find_mission(library, DEMO_MISSION)
    return compose(mission, settings, agents=DEMO_AGENTS, models=("sim/strong",), seed=seed, pace="real")
