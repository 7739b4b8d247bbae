"""A wish: what a person asked for, before it is made a recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.limits import Limits
from swarm.mission import Mission
from swarm.shock import Shock
from swarm.spec import Pace


@dataclass(frozen=True, slots=True)
class Wish:
    """One run as it was asked for: by a form, an address, a file or a command line; nothing of it is checked yet."""

    mission: Mission
    """What to deliver."""
    protocol: str = "sequential"
    """A name in PROTOCOLS."""
    options: Mapping[str, Any] | None = None
    """Settings of the protocol; what is missing is as usual."""
    agents: int = 8
    """1 to 256."""
    models: Sequence[str] = ("sim/strong",)
    """One for all, one per seat, or a mix; see `make_team`."""
    judge: str | None = None
    """A model; None has one chosen (see `default_judge`), "none" is a run that is not judged."""
    seed: int = 0
    """Makes simulated runs repeatable; sent to providers that take one."""
    limits: Limits = field(default_factory=Limits)
    """A run on real models without a dollar limit gets one of $1."""
    pace: Pace = "instant"
    """How much of a simulated model's thinking time is waited for."""
    organization: str = "default"
    """Whose memory the roles of this run join."""
    shock: Shock | None = None
    """What happens in the middle of the run, if anything."""
