"""A run's recipe is defined: complete and frozen, so that the run can be played again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from swarm.errors import BadInput
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.shock import Shock
from swarm.team import Team
from swarm.turn import Deliverable

Pace = Literal["instant", "fast", "real"]
PACES: dict[Pace, float] = {"instant": 0.0, "fast": 0.1, "real": 1.0}
"""How much of a simulated model's thinking time is really waited for."""

DEFAULT_MAX_TOKENS = 4_000
MAX_SEED = 2**31 - 1
"""What providers that take a seed accept."""

Form = Literal["whole", "short"]
"""How much is asked of an agent's answer: six keys, or, for small models, a role and a contribution."""

Option: TypeAlias = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastRole:
    """A role somebody took in an earlier mission of the same organization."""

    mission: str
    """The earlier mission's title."""
    seat: int
    role: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The room of a model, as it was known when the run was composed."""

    output: int
    """Most tokens of one reply to ask for, hidden reasoning included."""
    context: int | None = None
    """Tokens of prompt and reply together; None when unknown."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One team on one mission under one protocol, once. The same spec and seed can be played again."""

    mission: Mission
    team: Team
    protocol: str = "sequential"
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    """Settings of the protocol that differ from its defaults, by name."""
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    judge: str | None = None
    """The model that judges; None for a run that is not judged."""
    deliverable: Deliverable = "all"
    """What is delivered: every contribution in order, or the last one only."""
    memory: tuple[PastRole, ...] = ()
    """What the organization remembers; read from the history when the run was composed."""
    organization: str = "default"
    """Whose memory the run's roles join."""
    pace: Pace = "instant"
    """Only simulated models have one."""
    temperature: float = 0.7
    """Of the agents; the judge's is 0."""
    max_tokens: int = DEFAULT_MAX_TOKENS
    """Most tokens of one reply of an agent, hidden reasoning included; of one whose model has no `reach` of its own."""
    judge_max_tokens: int = DEFAULT_MAX_TOKENS
    """Most tokens of the judge's reply, hidden reasoning included."""
    call_timeout_s: float = 120.0
    """A reply must be complete by then."""
    prompts: str = ""
    """Version of the prompts, a hash of their texts; empty until the run starts."""
    minds: str = ""
    """Version of the simulated models, a hash of their sources and traits; empty for real ones."""
    warnings: tuple[str, ...] = ()
    """What the person should know about this recipe, in sentences; shown with every result."""
    shock: Shock | None = None
    """What happens in the middle of the run; None when nothing does."""
    reach: Mapping[str, Reach] = field(default_factory=dict[str, Reach])
    """The room of each real model, by its id; empty for simulated ones, and in runs of before."""
    form: Form = "whole"
    """How much is asked of an agent's answer: the same for the whole team."""

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise BadInput(f"seed {self.seed}: a seed is a whole number from 0 to {MAX_SEED:,}")

    @property
    def wording(self) -> str:
        """Versions of the prompts and of the simulated models: what answers must have in common to say the same."""
        return worded(self.prompts, self.form, self.minds)

    def reach_of(self, model: str) -> Reach:
        """The room of an agent's model."""
        return self.reach.get(model) or Reach(self.max_tokens)

    @property
    def models(self) -> tuple[str, ...]:
        """Every model it names, once: the team's, the judge, and the one that a shock swaps seats to."""
        others = (self.judge, self.shock.model if self.shock else None)
        return tuple(dict.fromkeys([*self.team.models, *(model for model in others if model)]))


def worded(prompts: str, form: Form, minds: str) -> str:
    """Name the words in which a run is asked, and the minds that answer if these are simulated."""
    return " ".join(part for part in (prompts, "short" if form == "short" else "", minds) if part)


SPEC = TypeAdapter(RunSpec)
"""Reads a spec from JSON and writes it."""


def fingerprint(spec: RunSpec) -> str:
    """A short hash of the whole recipe: equal specs have equal fingerprints."""
    return hashlib.sha256(SPEC.dump_json(spec)).hexdigest()[:16]
