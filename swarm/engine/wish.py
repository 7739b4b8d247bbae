"""A wish: what a person asked for, before it is made a recipe, and the names that it is asked for by.

A command line, the form's address, a form and an experiment file read these names by the one table here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from swarm.errors import BadInput, UnknownName
from swarm.grid import NO_SHOCK
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.models.model import whole_characters
from swarm.protocols import find_protocol
from swarm.shock import SHOCKS, Shock
from swarm.spec import MAX_SEED, PACES, Form, Pace
from swarm.team import MAX_AGENTS
from swarm.text.numbers import MOST, decimal, whole

_READ: Mapping[type, Callable[[str], Any]] = {int: whole, float: decimal}


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


class Field(NamedTuple):
    """Something that can be asked for by its name."""

    help: str
    """A sentence on it for whoever uses a command line."""
    kind: type = str
    """What its value is: int, float, str, or Path for a file of this machine."""
    check: Callable[[Any], Any] = lambda value: value
    """Returns a value of this kind as it is meant, or raises BadInput with what would work, as for None."""
    usual: Any = None
    """Meant where nobody names it; need not be written."""
    many: bool = False
    """Whether it can be given more than once."""
    linked: bool = True
    """Whether the form's address can say it."""
    shown: Mapping[str, Any] = {}
    """The looks in help that do not follow from the rest, such as "metavar"."""

    def read(self, text: str) -> Any:
        """Return the value that a text says, as a command line and an address have it.

        Raises:
            BadInput: with what would work.
        """
        try:
            value = _READ.get(self.kind, str)(text)
        except ValueError:
            value = None
        return self.accept(value)

    def accept(self, value: object) -> Any:
        """Return a value as it is meant that has a kind already, as forms and files have it.

        Raises:
            BadInput: with what would work.
        """
        if self.many or self.kind is Path:
            return value
        if self.kind is float and type(value) is int and abs(value) <= MOST:
            value = float(value)
        return self.check(value if type(value) is self.kind else None)


def _number(what: str, least: int, most: int = MOST) -> Callable[[int | None], int]:
    def check(value: int | None) -> int:
        if value is None or not least <= value <= most:
            raise BadInput(f"{what} is a whole number from {least} to {most:,}")
        return value

    return check


def _above_0(value: float | None) -> float:
    if value is None or not 0 < value <= MOST:
        raise BadInput(f"a limit is a number above 0, at most {MOST:,}")
    return value


def _text(most: int = 200) -> Callable[[str | None], str]:
    def check(text: str | None) -> str:
        name = (text or "").strip()
        if not name or len(name) > most or whole_characters(name) != name:
            raise BadInput(f"give a name of 1 to {most} characters")
        return name

    return check


def _one_of(known: Iterable[str], *unlisted: str) -> Callable[[str | None], str]:
    def check(text: str | None) -> str:
        if text is None or text not in (*unlisted, *known):
            raise BadInput(f"known are {', '.join(known)}")
        return text

    return check


def _agents(number: int | None) -> int:
    if number is None or not 1 <= number <= MAX_AGENTS:
        raise BadInput(f"a team has 1 to {MAX_AGENTS} agents")
    return number


def _protocol(name: str | None) -> str:
    find_protocol(name or "")
    return name or ""


BOUNDS = {"max_usd": "usd", "max_tokens": "tokens", "max_calls": "calls", "timeout_s": "seconds"}
"""The names under which limits are asked for, and which they are."""
FIELDS = {
    "mission": Field("A mission of the library, by id."),
    "mission_file": Field("A mission of your own, TOML or plain text.", Path, linked=False),
    "goal": Field("A mission in one sentence; bullet points are requirements.", linked=False),
    "protocol": Field("Who speaks, when, hearing what.", str, _protocol, "sequential"),
    "agents": Field("Number of agents, 1 to 256.", int, _agents, 8),
    "model": Field(
        "One for all, one per seat, or a mix such as '2 sim/strong, 6 sim/weak'.",
        usual=("sim/strong",),
        many=True,
    ),
    "judge": Field("The model that judges, or none. Default: one of another family.", str, _text()),
    "seed": Field("The same seed repeats a simulated run.", int, _number("a seed", 0, MAX_SEED), 0),
    "option": Field("A setting of the protocol, as name=value.", many=True, linked=False),
    "roles_file": Field("Roles for fixed_roles, one a line.", Path, linked=False),
    "max_usd": Field("Most dollars. Real models: 1 unless given.", float, _above_0),
    "max_tokens": Field("Most tokens, input and output.", int, _number("a limit of tokens", 1)),
    "max_calls": Field("Most calls to models.", int, _number("a limit of calls", 1)),
    "timeout_s": Field("Most seconds.", float, _above_0),
    "pace": Field(
        "How much of simulated thinking time to wait for.",
        str,
        _one_of(PACES),
        "instant",
        shown={"metavar": f"[{'|'.join(PACES)}]"},
    ),
    "organization": Field("Whose memory the roles join.", str, _text(80), "default"),
    "shock": Field(
        "What happens in the middle of the run: seat, hub, swap or priorities.",
        str,
        _one_of(SHOCKS, NO_SHOCK),
    ),
    "shock_model": Field("With --shock swap: the model that a quarter of the agents get.", str, _text()),
}
"""All that `run` can be asked for, by its names: options of the command line, parameters of the form's address.

Experiment files and forms hold what they share with it to the same checks.
"""


def read(name: str, text: str, written: str | None = None) -> Any:
    """Return the value that a text says which was given for a name in FIELDS, and may be written otherwise.

    Raises:
        BadInput: names both, and what would work.
    """
    return _told(written or name, text, FIELDS[name].read)


def accept(name: str, value: object) -> Any:
    """Return a value as it is meant that was given for a name in FIELDS.

    Raises:
        BadInput: names both, and what would work.
    """
    return _told(name, value, FIELDS[name].accept)


def _told(name: str, given: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(given)
    except UnknownName:
        raise
    except BadInput as error:
        raise BadInput(f"{name} {given!r:.90}: {error}") from error


def wish_of(mission: Mission, options: Mapping[str, Any], asked: Mapping[str, Any]) -> Wish:
    """Make a wish of what was asked for.

    Args:
        mission: the thing to deliver.
        options: settings of the protocol.
        asked: values by their names in FIELDS; None, or no name, is as usual.

    Raises:
        BadInput: names the value that cannot be.
    """
    said = {name: each.usual for name, each in FIELDS.items()}
    said |= {name: accept(name, value) for name, value in asked.items() if value is not None}
    kind, model = said["shock"], said["shock_model"]
    if model is not None and kind in (None, NO_SHOCK):
        raise BadInput(f"the shock model {model!r} is only for the shock 'swap'")
    return Wish(
        mission,
        protocol=said["protocol"],
        options=options,
        agents=said["agents"],
        models=said["model"],
        judge=said["judge"],
        seed=said["seed"],
        limits=Limits(**{bound: said[name] for name, bound in BOUNDS.items()}),
        pace=said["pace"],
        organization=said["organization"],
        shock=None if kind in (None, NO_SHOCK) else Shock.named(kind, model),
    )


def written(asked: Mapping[str, Any], **usual: object) -> dict[str, str]:
    """Write what was asked for as `Field.read` reads it, but for what is as usual here, or as FIELDS says."""
    return {
        name: str(value).removesuffix(".0") if isinstance(value, float) else str(value)
        for name, value in asked.items()
        if value not in (None, usual.get(name, FIELDS[name].usual))
    }
