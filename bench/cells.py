"""The paper's cells stand that the simulated models are held against, and how each is measured.

Figures of arXiv 2603.28990. `FITTED` are the only ones that `bench/calibrate.py` fits to; `PREDICTED` are measured
afterwards. It plays whole runs through the one loop: prompts rendered, replies parsed, deliverables judged.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean
from typing import TypeAlias

from swarm.config import LIBRARY, read_settings
from swarm.engine.compose import SIMULATED_JUDGE, compose
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.mission import LEVELS, Level, Mission, load_library
from swarm.models.card import FREE
from swarm.models.simulated import SimulatedModel
from swarm.models.simulated.mind import Traits
from swarm.recording.record import RunRecord, record_of
from swarm.shock import Shock, ShockKind
from swarm.turn import contributions

Profiles: TypeAlias = Mapping[str, Traits]
PROFILES = ("sim/strong", "sim/open", "sim/small", "sim/weak")
LEAST, MOST, TURNS = 16, 640, 6_000
"""Runs behind one figure: as many as make so many turns, within these bounds."""
SHOCKS: tuple[ShockKind, ...] = ("seat", "hub", "swap")
"""Those that the paper reports."""
SWAPPED_TO = "sim/weak"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is played: a team of one model under a protocol, over all library missions of some levels in turn."""

    protocol: str
    model: str
    levels: tuple[Level, ...]
    agents: int
    shock: ShockKind | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Means over the runs of a situation. Runs without a score are left out of the quality."""

    quality: float
    abstained: float
    """Share of seats that chose to sit it out."""
    depth: float
    """Layers of declared links, 1 = flat."""
    distinct: float
    """Distinct roles as written, as a share of the active seats."""


Look: TypeAlias = Callable[[Situation], Outcome]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the paper and how ours is found."""

    name: str
    paper: float
    ours: Callable[[Look], float]
    known: bool = False
    """Whether the mechanism, or a trait that no fit decides, was changed with an eye on this figure."""
    least: float | None = None
    """When the paper gives a range: `paper` is its top and this its bottom."""

    def error(self, ours: float) -> float:
        """How far ours lies from the paper's figure, or from its range; 0.0 within."""
        bottom = self.paper if self.least is None else self.least
        return ours - min(self.paper, max(bottom, ours))


def _quality(protocol: str, model: str, levels: Sequence[Level], agents: int) -> Callable[[Look], float]:
    situation = Situation(protocol, model, tuple(levels), agents)
    return lambda look: look(situation).quality


def _alone(name: str, model: str, levels: Sequence[Level], agents: int) -> Callable[[Look], float]:
    situation = Situation("sequential", model, tuple(levels), agents)
    return lambda look: getattr(look(situation), name)


def _gain_of_free_roles(model: str) -> Callable[[Look], float]:
    free, given = (Situation(name, model, ("L3", "L4"), 8) for name in ("sequential", "fixed_roles"))
    return lambda look: look(free).quality / look(given).quality - 1


def _gain_of_size(few: int, many: int) -> Callable[[Look], float]:
    small, large = (Situation("sequential", "sim/small", ("L1",), agents) for agents in (few, many))
    return lambda look: look(large).quality - look(small).quality


def _kept(protocol: str) -> Callable[[Look], float]:
    calm = Situation(protocol, "sim/small", PILOT, 8)
    struck = [replace(calm, shock=kind) for kind in SHOCKS]
    return lambda look: fmean(look(each).quality for each in struck) / look(calm).quality


PILOT: tuple[Level, ...] = ("L3", "L4")
FITTED = (
    *(
        Cell(f"Pilot, N=8, L3 and L4, small: {protocol}", paper, _quality(protocol, "sim/small", PILOT, 8))
        for protocol, paper in (
            ("sequential", 0.724), ("coordinator", 0.640), ("broadcast", 0.510), ("shared", 0.503),
        )
    ),
    *(
        Cell(f"N=16, L3, {name}: sequential", paper, _quality("sequential", f"sim/{name}", ["L3"], 16))
        for name, paper in (("strong", 0.875), ("open", 0.829), ("weak", 0.800))
    ),
)  # fmt: skip
"""The cells fitted to: traits are chosen so that these come out."""

PREDICTED = (
    *(
        Cell(f"N=16, L3, {name}: coordinator", paper, _quality("coordinator", f"sim/{name}", ["L3"], 16), True)
        for name, paper in (("strong", 0.767), ("open", 0.738), ("weak", 0.713))
    ),
    *(
        Cell(f"N=16, L4, {name}: sequential", paper, _quality("sequential", f"sim/{name}", ["L4"], 16), True)
        for name, paper in (("strong", 0.594), ("open", 0.629), ("weak", 0.579))
    ),
    Cell("Free against given roles, strong, relative", 0.035, _gain_of_free_roles("sim/strong"), True),
    Cell("Free against given roles, weak, relative", -0.096, _gain_of_free_roles("sim/weak"), True),
    Cell("Abstained, strong", 0.086, _alone("abstained", "sim/strong", PILOT, 8), True),
    Cell("Abstained, weak", 0.008, _alone("abstained", "sim/weak", PILOT, 8), True),
    Cell("Abstained, small, N=256, L1", 0.45, _alone("abstained", "sim/small", ["L1"], 256), True),
    *(
        Cell(f"Small, L1: quality at N={n}", paper, _quality("sequential", "sim/small", ["L1"], n))
        for n, paper in ((64, 0.964), (128, 0.958), (256, 0.967))
    ),
    Cell("Small, L1: quality at N=256 less that at N=64", 0.003, _gain_of_size(64, 256)),
    *(
        Cell(f"Small, N=32, {level}: quality", paper, _quality("sequential", "sim/small", [level], 32), True)
        for level, paper in zip(LEVELS, (0.986, 0.992, 0.948, 0.614), strict=True)
    ),
    *(
        Cell(f"Small, N=32, {level}: depth", paper, _alone("depth", "sim/small", [level], 32), True)
        for level, paper in zip(LEVELS, (1.220, 1.063, 1.298, 1.558), strict=True)
    ),
    Cell("Small, N=4, L1: depth", 1.0, _alone("depth", "sim/small", ["L1"], 4), True),
    Cell("Small, N=64, L1: depth", 2.0, _alone("depth", "sim/small", ["L1"], 64), True, 1.0),
    *(
        Cell(f"Pilot, N=8, L3 and L4, small: kept after shocks, {protocol}", paper, _kept(protocol), True)
        for protocol, paper in (
            ("sequential", 0.829), ("coordinator", 0.774), ("broadcast", 0.580), ("shared", 0.589),
        )
    ),
    Cell("Small, N=4, L1: distinct roles, share", 0.75, _alone("distinct", "sim/small", ["L1"], 4)),
    Cell("Small, N=64, L1: distinct roles, share", 0.91, _alone("distinct", "sim/small", ["L1"], 64)),
)  # fmt: skip
"""The cells predicted: nothing is fitted to them."""


def looker(profiles: Profiles, seeds_from: int, runs: int | None = None) -> Look:
    """Make a look that plays each situation once and remembers what came of it.

    Args:
        profiles: the traits by model.
        seeds_from: the seed of the first run; the same seeds for every situation, so differences are paired.
        runs: of each situation; None for as many as the size of the team allows.
    """

    @cache
    def look(situation: Situation) -> Outcome:
        wanted = runs or max(LEAST, min(MOST, TURNS // situation.agents // LEAST * LEAST))
        return observe(situation, profiles, range(seeds_from, seeds_from + wanted))

    return look


def observe(situation: Situation, profiles: Profiles, seeds: Sequence[int]) -> Outcome:
    """Play a situation once for every seed."""
    records = asyncio.run(_played(situation, profiles, seeds))
    scored = [run.verdict.quality for run in records if run.verdict and run.verdict.quality is not None]
    roles = [[turn.role for turn in contributions(run.turns)] for run in records]
    return Outcome(
        quality=fmean(scored),
        abstained=fmean(run.participation.abstained / situation.agents for run in records),
        depth=fmean(run.depth for run in records if run.depth is not None),
        distinct=fmean(len(set(taken)) / len(taken) for taken in roles if taken),
    )


async def _played(situation: Situation, profiles: Profiles, seeds: Sequence[int]) -> list[RunRecord]:
    missions = [mission for mission in _library() if mission.level in situation.levels]
    shock = _shock(situation.shock)
    cast = {**profiles, SIMULATED_JUDGE: Traits()}
    minds = {name: SimulatedModel(name, traits, FREE) for name, traits in cast.items()}

    async def one(seed: int) -> RunRecord:
        spec = compose(
            Wish(
                missions[seed % len(missions)],
                protocol=situation.protocol,
                models=[situation.model],
                agents=situation.agents,
                seed=seed,
                shock=shock,
            ),
            read_settings(),
        )
        return record_of([event async for event in play(spec, models=minds)])

    return [await one(seed) for seed in seeds]


def _shock(kind: ShockKind | None) -> Shock | None:
    return Shock(kind, SWAPPED_TO if kind == "swap" else None) if kind else None


@cache
def _library() -> tuple[Mission, ...]:
    return tuple(load_library([LIBRARY / "missions"]).values())
