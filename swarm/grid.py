"""An experiment is defined: what is varied, what is held, and how often each cell is repeated.

An arm is everything but mission and repeat: a protocol with its options, a team, a shock. Every arm plays the same
missions with the same seeds, so differences between arms are paired. What is played stands in a `Grid`; under what
terms of money and time, in `Terms`, which may change when an experiment is resumed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, product
from math import prod
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter

from swarm.errors import BadInput
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.spec import MAX_SEED, Option, Pace
from swarm.team import check_agents

MAX_RUNS = 100_000
"""More runs are no experiment but a mistake in a file."""
MOST_EXTENSIONS = 2
"""An experiment that may be extended keeps a level for so many looks after its planned end."""
ALONE, BUDGET = "solo", "token_budget"
"""The protocol of one agent, and its setting for how many tokens it may use."""
NO_SHOCK = "none"
MARGIN = 0.03
"""Differences in quality within this count as none unless told otherwise: half a point on one of the four criteria is
1/32 = .03125, and nobody would choose a protocol for less."""
Factor = Literal["protocol", "models", "agents", "shock"]
"""What arms can differ in."""
FACTORS: tuple[Factor, ...] = ("protocol", "models", "agents", "shock")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to work together: a protocol and its settings."""

    protocol: str
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    """Those that differ from the protocol's defaults."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison in an experiment: all that decides a run but mission and seed."""

    way: Way
    models: str
    """As `make_team` takes them: one for all seats, or a mix such as "2 sim/strong, 6 sim/weak"."""
    agents: int
    shock: str = NO_SHOCK

    def without(self, factor: Factor) -> tuple[object, ...]:
        """All that describes the arm but for one factor."""
        kept = {"protocol": repr(self.way), "models": self.models, "agents": self.agents, "shock": self.shock}
        return tuple(value for name, value in kept.items() if name != factor)


class Planned(NamedTuple):
    """One run of an experiment, to be played."""

    number: int
    """From 0; the same whenever the grid is enumerated, so that a run is known by it."""
    arm: int
    """Place of its arm in `Grid.arms`."""
    mission: Mission
    seed: int
    block: int
    """From 0: the runs of one mission and one repeat, one for each arm, are a block."""


@dataclass(frozen=True)
class Grid:
    """The runs that an experiment plays."""

    name: str
    ways: tuple[Way, ...]
    teams: tuple[str, ...]
    """Models, as in `Arm.models`; each with every number of agents."""
    agents: tuple[int, ...]
    missions: tuple[Mission, ...]
    repeats: int = 1
    seed: int = 0
    """Of the first repeat; the next ones count on."""
    shocks: tuple[str, ...] = (NO_SHOCK,)
    shock_model: str | None = None
    """What seats are swapped to by the shock "swap"."""
    judge: str | None = None
    """As `compose` takes it: a model, "none", or None to have one chosen."""
    limits: Limits = field(default_factory=Limits)
    """Of each run."""
    pace: Pace = "instant"
    organization: str | None = None
    """Whose memory runs are given, as it is when the experiment begins; None: nobody's."""
    extensions: tuple[int, ...] = ()
    """How many of the last missions each extension has added; nothing before there is one."""
    equal_tokens: bool = False
    """Whether one agent that is given no budget may use as many tokens as the team it is set against; see `team_of`."""
    more: tuple[Arm, ...] = ()
    """Arms beside those that ways, teams, agents and shocks make with each other: each is set against the first."""

    def __post_init__(self) -> None:
        for name in ("ways", "teams", "agents", "missions", "shocks"):
            if not getattr(self, name):
                raise BadInput(f"the grid is empty: it has no {_WORDS[name]}")
        if self.repeats < 1:
            raise BadInput(f"{self.repeats} repeats: an experiment has at least 1")
        for number in self.agents:
            check_agents(number)
        if self.size > MAX_RUNS:
            raise BadInput(f"the grid has {self.size:,} runs; an experiment has at most {MAX_RUNS:,}")
        if not 0 <= self.seed <= MAX_SEED - self.repeats:
            raise BadInput(f"seed {self.seed}: give a whole number from 0 to {MAX_SEED - self.repeats:,}")
        self._check_extensions()
        self._check_repetitions()

    @property
    def begun_with(self) -> int:
        """Number of missions before any extension."""
        return len(self.missions) - sum(self.extensions)

    @property
    def size(self) -> int:
        """Number of runs."""
        crossed = prod(map(len, (self.ways, self.teams, self.agents, self.shocks)))
        return (crossed + len(self.more)) * self.blocks

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """The arms to be compared. Ways vary fastest, as they are what is mostly asked about."""
        cells = product(self.shocks, self.agents, self.teams, self.ways)
        return (*(Arm(way, models, agents, shock) for shock, agents, models, way in cells), *self.more)

    @property
    def factor(self) -> Factor | None:
        """The subject of the question: the first of `FACTORS` that varies; None if none does."""
        levels = {"protocol": self.ways, "models": self.teams, "agents": self.agents, "shock": self.shocks}
        return next((factor for factor in FACTORS if len(levels[factor]) > 1), None)

    @cached_property
    def comparisons(self) -> tuple[tuple[int, int], ...]:
        """Pairs of arms: each with that which has the first level of the factor, and is like it in all else."""
        crossed = len(self.arms) - len(self.more)
        first: dict[tuple[object, ...], int] = {}
        pairs: list[tuple[int, int]] = []
        factor = self.factor or FACTORS[0]
        for number, arm in enumerate(self.arms[:crossed]):
            reference = first.setdefault(arm.without(factor), number)
            pairs += [(number, reference)] if reference != number else []
        return (*pairs, *((number, 0) for number in range(crossed, len(self.arms))))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return self.repeats * len(self.missions)

    def spot(self, block: int) -> tuple[int, int]:
        """The repeat and the place of the mission that a block plays: an extension comes after all before it."""
        for start, end in self._parts:
            if block < self.repeats * (end - start):
                repeat, place = divmod(block, end - start)
                return repeat, start + place
            block -= self.repeats * (end - start)
        raise IndexError(block)

    def team_of(self, arm: int) -> int | None:
        """The arm whose tokens an arm of one agent is given: the first protocol of a team, alike in all else.

        None of a team, of one agent with a budget of its own, and where there is no team or nobody wants it.
        """
        teams = [at for at, way in enumerate(self.ways) if way.protocol != ALONE]
        way = self.arms[arm].way
        if not self.equal_tokens or not teams or way.protocol != ALONE or BUDGET in way.options:
            return None
        return arm - arm % len(self.ways) + teams[0]

    @property
    def equalises(self) -> bool:
        """Tell if any arm is given the tokens of another."""
        return any(self.team_of(arm) is not None for arm in range(len(self.arms)))

    def first_run(self, place: int, arm: int) -> int:
        """The number of the first run of a mission, by its place, in an arm."""
        start = next(start for start, end in self._parts if place < end)
        return (self.repeats * start + place - start) * len(self.arms) + arm

    @cached_property
    def _parts(self) -> tuple[tuple[int, int], ...]:
        """Places of missions, from and up to: those it began with, then those of each extension."""
        ends = [*accumulate((self.begun_with, *self.extensions))]
        return tuple(zip((0, *ends), ends, strict=False))

    def plan(self) -> Iterator[Planned]:
        """All runs in the order in which they are played.

        Block after block, so that an early stop leaves the arms balanced: first every mission once, then every
        mission again. Within a block each time another arm comes first.
        """
        arms = len(self.arms)
        for block in range(self.blocks):
            for turn in range(arms):
                yield self.planned(block * arms + (block + turn) % arms)

    def planned(self, number: int) -> Planned:
        """The run with this number, from 0 to `size` - 1."""
        block, arm = divmod(number, len(self.arms))
        repeat, place = self.spot(block)
        return Planned(number, arm, self.missions[place], self.seed + repeat, block)

    @cached_property
    def id(self) -> str:
        """A name for files: equal grids have equal ids, whatever the terms they are played under.

        An extension is the same experiment, and has its id.
        """
        begun = replace(self, missions=self.missions[: self.begun_with], extensions=())
        unused = {"equal_tokens": not self.equalises, "more": not self.more}
        left_out = _NOT_PLAYED | {name: True for name, without in unused.items() if without}
        slug = _NOT_IN_AN_ID.sub("-", self.name.lower()).strip("-")[:40].strip("-") or "experiment"
        return f"{slug}-{hashlib.sha256(GRID.dump_json(begun, exclude=left_out)).hexdigest()[:8]}"

    def run_id(self, number: int) -> str:
        """The id of a planned run."""
        return f"{self.id}-{number:06d}"

    def _check_extensions(self) -> None:
        if len(self.extensions) > MOST_EXTENSIONS:
            raise BadInput(
                f"{len(self.extensions)} extensions: nothing is left of the level for more than {MOST_EXTENSIONS}"
            )
        if any(added < 1 for added in self.extensions) or self.begun_with < 1:
            raise BadInput("an extension adds one mission or more to those the experiment began with")

    def _check_repetitions(self) -> None:
        """The same thing twice would count as two."""
        for name in ("ways", "teams", "agents", "shocks"):
            values = [str(value) for value in getattr(self, name)]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice:
                raise BadInput(f"the grid names a {_WORDS[name]} twice: {twice}")
        contents = Counter(mission.content for mission in self.missions)
        twice = next((mission.title for mission in self.missions if contents[mission.content] > 1), None)
        if twice:
            raise BadInput(f"the grid names a mission twice: {twice!r}")


_WORDS = {"ways": "protocol", "teams": "model", "agents": "number of agents", "missions": "mission"} | {
    "shocks": "shock"
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms an experiment is performed."""

    max_usd: float | None = None
    """Most dollars for all runs together; None: no limit, which only simulated and free experiments may have."""
    stop_when_clear: bool = False
    """Whether it ends early when the answer is clear; see `swarm.stats.sequential`."""
    margin: float = MARGIN
    """Differences in quality within this are called equivalent."""
    accept_price: bool = False
    """Whether it goes on although the first runs cost more than twice what was foretold."""
    may_extend: bool = False
    """Whether a part of the level is kept for looks after an extension; see `swarm.stats.sequential`."""

    def __post_init__(self) -> None:
        if not 0 < self.margin < 0.75:
            raise BadInput(
                f"a margin of {self.margin!r}: give a difference in quality, above 0 and below 0.75"
            )
        Limits(usd=self.max_usd)


_NOT_PLAYED: Any = {"missions": {"__all__": {"family"}}, "extensions": True}
"""Parts of a grid that change nothing of what is played at first."""
GRID: TypeAdapter[Grid] = TypeAdapter(Grid)
"""Reads a grid from JSON and writes it."""
TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
"""Reads terms from JSON and writes them."""


class Experiment(NamedTuple):
    """A grid to be played, and its terms."""

    grid: Grid
    terms: Terms


EXPERIMENT: TypeAdapter[Experiment] = TypeAdapter(Experiment)
"""Reads an experiment from JSON and writes it."""
