"""A team is defined: ordered seats, a model for each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from swarm.config import LIBRARY
from swarm.errors import BadInput
from swarm.text.decode import decoded
from swarm.text.numbers import is_whole
from swarm.text.toml import toml_of

MAX_AGENTS = 256
MAX_ROLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the team: a number and a model, no preassigned role."""

    number: int
    """From 1, in seat order."""
    model: str
    role: str | None = None
    """A given role, for protocols that hand out roles; None for all others."""


@dataclass(frozen=True, slots=True)
class Team:
    """Seats in seat order, 1 to 256 of them."""

    seats: tuple[Seat, ...]

    def __post_init__(self) -> None:
        check_agents(len(self.seats))

    def __iter__(self) -> Iterator[Seat]:
        return iter(self.seats)

    def __len__(self) -> int:
        return len(self.seats)

    @property
    def models(self) -> dict[str, int]:
        """Seats per model, in order of first appearance."""
        return dict(Counter(seat.model for seat in self.seats))


def check_agents(number: int) -> int:
    """Return `number` if a team may have that many agents; raise BadInput otherwise."""
    if not 1 <= number <= MAX_AGENTS:
        raise BadInput(f"{number} agents: a team has 1 to {MAX_AGENTS} agents")
    return number


def make_team(models: Sequence[str], agents: int) -> Team:
    """Seat `agents` agents.

    Args:
        models: one entry for all seats, one for each seat, or a mix such as ("2 sim/strong", "6 sim/weak") or
            ("2 sim/strong, 6 sim/weak",), whose counts must add up to `agents`. One entry of a mix may leave
            its count out and takes the rest.
        agents: 1 to 256.

    Raises:
        BadInput: when the entries do not fill the seats.

    Examples:
        >>> make_team(["sim/weak"], 2).models
        {'sim/weak': 2}
        >>> make_team(["1 sim/strong", "sim/weak"], 3).models
        {'sim/strong': 1, 'sim/weak': 2}
    """
    check_agents(agents)
    entries = [_entry(part) for text in models for part in text.split(",") if part.strip()]
    uncounted = sum(count is None for count, _ in entries)
    counted = sum(count or 0 for count, _ in entries)
    rest = agents - counted if uncounted == 1 else 1
    if rest < 1 or counted + uncounted * rest != agents:
        raise BadInput(
            f"models {list(models)!r} do not fill {agents} seats: name one model for all, "
            "one for each seat, or a mix such as '2 sim/strong, 6 sim/weak' that adds up"
        )
    seated = [model for count, model in entries for _ in range(rest if count is None else count)]
    return Team(tuple(Seat(number, model) for number, model in enumerate(seated, 1)))


def _entry(text: str) -> tuple[int | None, str]:
    count, _, model = text.strip().partition(" ")
    if model and is_whole(count):
        return int(count), model.strip()
    return None, text.strip()


@cache
def generic_roles() -> tuple[str, ...]:
    """Eight jobs found in almost every organization, for protocols that hand out roles (`data/teams`)."""
    return read_roles(LIBRARY / "teams" / "generic.toml")


def read_roles(path: Path) -> tuple[str, ...]:
    """Read a list of roles: TOML with a key `roles`, or plain text with one role a line.

    Raises:
        BadInput: when the file cannot be read or holds no roles.
    """
    try:
        text = decoded(path.read_bytes())
        is_toml = path.suffix.lower() == ".toml"
        found = toml_of(text).get("roles", []) if is_toml else text.splitlines()
    except OSError as error:
        raise BadInput(f"cannot read the roles file {str(path)!r}: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{path}: not readable as a list of roles: {error}") from error
    return check_roles([role for role in found if isinstance(role, str)], str(path))


def check_roles(roles: Sequence[str], source: str) -> tuple[str, ...]:
    """Return the roles of a list, each as one line; `source` says in messages where they come from.

    Raises:
        BadInput: when there are none, more than 256, or one of more than 80 characters.
    """
    names = tuple(name for name in (one_line(role) for role in roles) if name)
    if not names or len(names) > MAX_AGENTS or any(len(name) > MAX_ROLE_CHARS for name in names):
        raise BadInput(
            f"{source}: {len(names)} roles; give 1 to {MAX_AGENTS}, each of at most {MAX_ROLE_CHARS} characters"
        )
    return names


def one_line(text: str) -> str:
    r"""A role as a name: without line breaks and square brackets, so that it cannot imitate our marks.

    Examples:
        >>> one_line("Head of  [a1b2 end]\n security")
        'Head of (a1b2 end) security'
    """
    return " ".join(text.replace("[", "(").replace("]", ")").split())
