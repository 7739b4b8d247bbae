"""The paper's claims are read from data/claims.toml; docs/claims.md explains each key.

It knows no runs: whether they bear a claim out is swarm/claims/judging.py's business.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, model_validator

from swarm.claims.simulator import Acquaintance, Played, Published, acquaintance_with, bearing_on
from swarm.config import LIBRARY
from swarm.errors import UnknownName
from swarm.mission import Level
from swarm.recording.measures import COMPARED

ModelClass = Literal["strong", "open", "small", "weak"]
"""Of the paper's models: Claude Sonnet 4.6, DeepSeek v3.2, GPT-4.1-mini, GLM-5."""
if TYPE_CHECKING:
    ClaimMeasure: TypeAlias = str
else:
    ClaimMeasure = Literal[(*COMPARED, "resilience")]
"""`resilience` is quality after a shock over quality without it, of one mission and seed, as the mean over `SHOCKS`."""
Statistic = Literal["mean", "difference", "relative_difference", "ratio", "flat"]
"""`flat` asks whether all sides are equal but for a margin, by the pair that differs most; the others hold the first
side against the second, and `mean` has one side only."""
SHOCKS = ("seat", "hub", "swap")
"""The shocks that the paper reports; a swap counts when it is to the weak model of the same provider."""


class Band(NamedTuple):
    """The range that a claim predicts: our interval has to lie inside. None is no bound on that side."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """Runs that a claim speaks of."""

    protocol: str
    """With its usual settings; `fixed_roles` with the eight generic ones."""
    model: ModelClass
    agents: int
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One quantitative claim of the paper and its test."""

    id: str
    group: str
    statement: str
    """One sentence."""
    source: str
    """Where the paper says so."""
    paper: str
    """Its figure in words."""
    figure: float
    """In the units of the statistic."""
    reference: float | None
    """The paper's value of the second side, where the figure is relative to it; None where it says none."""
    measure: ClaimMeasure
    statistic: Statistic
    sides: tuple[Side, ...]
    """One for a mean, two for what holds one against the other, two or more for "flat"."""
    band: Band
    any_model: bool
    """Whether runs of other models count where there are more missions of them: the claim is about protocols."""
    simulator: Acquaintance | None
    """What the simulated models know of the figure; None when they predict it blindly."""
    missed: tuple[Published, ...]
    """Figures it rests on that the simulated models are published to miss: they cannot show what it says, so their runs
    count neither for nor against it."""
    note: str | None
    """What had to be decided because the paper leaves it open."""

    @property
    def paired(self) -> bool:
        """Tell whether its sides are run on the same missions; levels are not."""
        return len({side.levels for side in self.sides}) == 1

    @property
    def classes(self) -> tuple[ModelClass, ...]:
        """Of models, each once."""
        return tuple(dict.fromkeys(side.model for side in self.sides))

    @property
    def margin(self) -> float | None:
        """The largest difference that "flat" allows; None for other claims."""
        return self.band.high if self.statistic == "flat" else None

    @property
    def half_width(self) -> float | None:
        """Half of its band, in the units of the statistic; None of a claim that is no size of a difference."""
        low, high = self.band
        if "difference" not in self.statistic or low is None or high is None:
            return None
        return (high - low) / 2


class Remark(NamedTuple):
    """Something about the paper, and what there is to say of it."""

    what: str
    how: str


@dataclass(frozen=True, slots=True)
class ClaimBook:
    """All that data/claims.toml holds."""

    claims: tuple[Claim, ...]
    models: Mapping[ModelClass, tuple[str, ...]]
    """Ids of the models that stand for one of the paper's, the simulated one first."""
    contradictions: tuple[Remark, ...]
    undefined: tuple[Remark, ...]
    """What the paper leaves open, and what was decided here."""
    untestable: tuple[Remark, ...]
    """Claims that runs cannot decide here, and why."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Of claims, in the file's order."""
        return tuple(dict.fromkeys(claim.group for claim in self.claims))

    def claim(self, claim_id: str) -> Claim:
        """Look a claim up.

        Raises:
            UnknownName: when there is none of this id.
        """
        found = next((claim for claim in self.claims if claim.id == claim_id), None)
        if found is None:
            raise UnknownName("claim", claim_id, [claim.id for claim in self.claims])
        return found


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _At(_Table):
    protocol: str
    model: ModelClass
    agents: int | tuple[int, ...]
    levels: tuple[Level, ...]

    def sides(self) -> tuple[Side, ...]:
        sizes = (self.agents,) if isinstance(self.agents, int) else self.agents
        return tuple(Side(self.protocol, self.model, agents, self.levels) for agents in sizes)


class _Claim(_Table):
    id: str
    group: str
    statement: str
    source: str
    paper: str
    figure: float
    reference: float | None = None
    measure: ClaimMeasure
    statistic: Statistic
    at: _At
    against: dict[str, object] = {}
    above: float | None = None
    below: float | None = None
    within: float | None = None
    margin: float | None = None
    any_model: bool = False
    note: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        bands = [self.above, self.below, self.within, self.margin]
        if (self.reference is not None) != (
            self.statistic == "relative_difference" and self.measure == "quality"
        ):
            raise ValueError("a relative difference in quality names its reference, and nothing else does")
        if sum(band is not None for band in bands) != 1:
            raise ValueError("give one of above, below, within and margin")
        if (self.statistic == "flat") != (self.margin is not None):
            raise ValueError("a margin is for what is flat, and for nothing else")
        sides = len(self.sides())
        if not {"mean": sides == 1, "flat": sides > 1}.get(self.statistic, sides == 2):
            raise ValueError(f"{sides} sides do not fit {self.statistic!r}")
        return self

    def sides(self) -> tuple[Side, ...]:
        if not self.against:
            return self.at.sides()
        return self.at.sides() + _At.model_validate(self.at.model_dump() | self.against).sides()

    def band(self) -> Band:
        if self.within is not None:
            return Band(self.figure - self.within, self.figure + self.within)
        if self.margin is not None:
            return Band(-self.margin, self.margin)
        return Band(self.above, self.below)

    def claim(self, models: Mapping[ModelClass, tuple[str, ...]]) -> Claim:
        told = {
            name: getattr(self, name)
            for name in ("id", "group", "statement", "source", "paper", "figure", "reference")
        }
        asked = {name: getattr(self, name) for name in ("measure", "statistic", "any_model", "note")}
        sides = self.sides()
        played = {Played(side.protocol, models[side.model][0], side.agents, side.levels) for side in sides}
        return Claim(
            **told,
            **asked,
            sides=sides,
            band=self.band(),
            simulator=acquaintance_with(self.measure, played),
            missed=tuple(cell for cell in bearing_on(self.measure, played) if cell.missed),
        )


class _Untestable(_Table):
    what: str
    why: str


class _Remark(_Table):
    what: str
    how: str


class _File(_Table):
    models: dict[ModelClass, tuple[str, ...]]
    claims: list[_Claim]
    untestable: list[_Untestable]
    contradictions: list[_Remark]
    undefined: list[_Remark]


@cache
def claim_book() -> ClaimBook:
    """The claims that come with Roleless."""
    read = _File.model_validate(tomllib.loads((LIBRARY / "claims.toml").read_text(encoding="utf-8")))
    return ClaimBook(
        claims=tuple(claim.claim(read.models) for claim in read.claims),
        models=read.models,
        contradictions=tuple(Remark(each.what, each.how) for each in read.contradictions),
        undefined=tuple(Remark(each.what, each.how) for each in read.undefined),
        untestable=tuple(Remark(each.what, each.why) for each in read.untestable),
    )
