"""A wish: what a person asked for, before it is made a recipe, and the names that it is asked for by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from swarm.errors import BadInput
from swarm.grid import NO_SHOCK
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.protocols import find_protocol
from swarm.shock import SHOCKS, Shock
from swarm.spec import MAX_SEED, PACES, Form, Pace
from swarm.team import MAX_AGENTS, check_agents

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions under which a run takes place; each as in `Wish`."""

    judge: str | None
    limits: Limits
    seed: int
    pace: Pace
    organization: str
    shock: Shock | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One run as it was asked for: by a form, an address, a file or a command line; nothing of it is checked yet."""

    mission: Mission
    """The thing to deliver."""
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
    """The part of a simulated model's thinking time that is waited for."""
    organization: str = "default"
    """The organization whose memory the roles of this run join."""
    shock: Shock | None = None
    """An event in the middle of the run, if anything happens."""
    form: Form | None = None
    """How much is asked of an answer; None leaves it to the models. An experiment asks all of its teams alike."""


def _number(kind: Callable[[str], N], least: float, most: float = 1e12) -> Callable[[str], N]:
    def read(text: str) -> N:
        value = kind(text)
        if not least <= value <= most:
            raise BadInput(f"give a number from {least:g} to {most:g}")
        return value

    return read


def _text(most: int = 200) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.strip() or len(text) > most:
            raise BadInput(f"give 1 to {most} characters")
        return text.strip()

    return read


def _one_of(known: Iterable[str], *unlisted: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in (*unlisted, *known):
            raise BadInput(f"known are {', '.join(known)}")
        return text

    return read


def _agents(text: str) -> int:
    if not text.isdecimal():
        raise BadInput(f"a team has 1 to {MAX_AGENTS} agents")
    return check_agents(int(text))


def _protocol(text: str) -> str:
    find_protocol(text)
    return text


class Field(NamedTuple):
    """Something that can be asked for by its name."""

    help: str
    """A sentence on it for whoever uses a command line."""
    kind: Any = str
    """The type that a command line reads it as."""
    usual: Any = None
    """Meant where nobody names it; need not be written."""
    read: Callable[[str], Any] | None = None
    """Reads what an address says, and raises BadInput or ValueError; None where an address has no such name."""
    shown: Mapping[str, str] = {}
    """The looks in help that do not follow from the rest: "metavar" and "show_default"."""


BOUNDS = {"max_usd": "usd", "max_tokens": "tokens", "max_calls": "calls", "timeout_s": "seconds"}
"""The names under which limits are asked for, and which they are."""
FIELDS = {
    "mission": Field("A mission of the library, by id.", read=str),
    "mission_file": Field("A mission of your own, TOML or plain text.", Path),
    "goal": Field("A mission in one sentence; bullet points are requirements."),
    "protocol": Field("Who speaks, when, hearing what.", usual="sequential", read=_protocol),
    "agents": Field("Number of agents, 1 to 256.", usual="8", read=_agents, shown={"metavar": "INTEGER"}),
    "model": Field(
        "One for all, one per seat, or a mix such as '2 sim/strong, 6 sim/weak'.",
        list[str],
        shown={"show_default": "sim/strong"},
    ),
    "judge": Field("The model that judges, or none. Default: one of another family.", read=_text()),
    "seed": Field("The same seed repeats a simulated run.", int, 0, _number(int, 0, MAX_SEED)),
    "option": Field("A setting of the protocol, as name=value.", list[str]),
    "roles_file": Field("Roles for fixed_roles, one a line.", Path),
    "max_usd": Field("Most dollars. Real models: 1 unless given.", float, read=_number(float, 0.01)),
    "max_tokens": Field("Most tokens, input and output.", int, read=_number(int, 1)),
    "max_calls": Field("Most calls to models.", int, read=_number(int, 1)),
    # Whole ones in an address, because the form counts whole seconds.
    "timeout_s": Field("Most seconds.", float, read=_number(int, 1)),
    "pace": Field("How much of simulated thinking time to wait for.", Pace, "instant", _one_of(PACES)),
    "organization": Field("Whose memory the roles join.", usual="default", read=_text(80)),
    "shock": Field(
        "What happens in the middle of the run: seat, hub, swap or priorities.",
        read=_one_of(SHOCKS, NO_SHOCK),
    ),
    "shock_model": Field("With --shock swap: the model that a quarter of the agents get.", read=_text()),
}
"""All that `run` can be asked for, by its names: options of the command line, parameters of the form's address."""


def named(conditions: Conditions, **usual: str) -> dict[str, object]:
    """Name what conditions ask for, as FIELDS does, but for what is as usual here, or as FIELDS says."""
    limits, shock = conditions.limits, conditions.shock
    asked = {
        "judge": conditions.judge,
        "seed": conditions.seed,
        "shock": shock and shock.kind,
        "shock_model": shock and shock.model,
        **{name: getattr(limits, bound) for name, bound in BOUNDS.items()},
        "pace": conditions.pace,
        "organization": conditions.organization,
    }
    return {
        name: value
        for name, value in asked.items()
        if value not in (None, usual.get(name, FIELDS[name].usual))
    }
