"""Further arms of a team's test, for those who ask: without the leader, without one role, with a cheaper model.

Each is the given team but for one thing, on the same missions, and is set against the given roles.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeAlias

from swarm.errors import BadInput, UnknownName
from swarm.grid import Arm, Grid, Way
from swarm.protocols.given_team import Step
from swarm.spec import Option
from swarm.team import make_team
from swarm.teams.reading.given import GivenTeam

Kind = Literal["leader", "role", "models"]
"""What is changed: the leader or a role is left out, or models are others."""
OptionsOf: TypeAlias = Callable[[GivenTeam], dict[str, Option]]
BETWEEN = ": "
"""Stands between the name of a team and that of an arm in a title."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The further arms that somebody asks for; by default none."""

    leaderless: bool = False
    """The team without its leader: the others work one after another."""
    each_role: bool = False
    """The team without one role, each that speaks in turn; a leader is none of them."""
    without: tuple[int, ...] = ()
    """Seats, each of which is left out in an arm of its own."""
    cheaper: str | None = None
    """A model that plays instead of those of the team."""
    cheaper_for: tuple[int, ...] = ()
    """Seats, each of which gets that model in an arm of its own; none: all seats get it in one arm."""

    @property
    def any(self) -> bool:
        """Tell whether there is one."""
        return bool(self.leaderless or self.each_role or self.without or self.cheaper)


def further_arms(team: GivenTeam, models: str, wanted: Wanted, options_of_team: OptionsOf) -> tuple[Arm, ...]:
    """Make the arms that are asked for.

    Args:
        team: the one that is tested.
        models: of its seats, as `make_team` takes them.
        wanted: what is asked for.
        options_of_team: makes the settings of the protocol `given_team` that play a team.

    Raises:
        BadInput: when the team has no such arm; says why.
    """
    if wanted.cheaper_for and not wanted.cheaper:
        raise BadInput("a cheaper model for one role: say which model (--cheaper MODEL)")
    seated = [seat.model for seat in make_team([models], len(team.roles)).seats]
    arms = [*_left_out(team, wanted), *_on_other_models(team, seated, wanted)]
    return tuple(
        Arm(
            Way("given_team", {**options_of_team(played), "title": f"{team.name}{BETWEEN}{name}"}),
            mixed(models_of_arm or [seated[seat - 1] for seat in seats]),
            len(played.roles),
        )
        for name, played, seats, models_of_arm in arms
    )


def names_of_further(grid: Grid) -> tuple[str, ...]:
    """What the further arms of a test are called, such as "Without Baker"; as in the plan, one for each."""
    base = str(grid.ways[0].options.get("title", ""))
    return tuple(str(arm.way.options.get("title", "")).removeprefix(f"{base}{BETWEEN}") for arm in grid.more)


def kind_of(grid: Grid, arm: Arm) -> Kind:
    """What a further arm changes."""
    if arm.agents < grid.agents[0]:
        led = grid.ways[0].options.get("led") and not arm.way.options.get("led")
        return "leader" if led and _roles(arm.way.options) == _roles(grid.ways[0].options)[1:] else "role"
    return "models"


def seats_called(team: GivenTeam, names: Sequence[str]) -> tuple[int, ...]:
    """Seats by the names of their roles, in any case; a name that several have means all of them.

    Raises:
        UnknownName: for a name that no role has.
    """
    roles = [role.name for role in team.roles]
    found: list[int] = []
    for name in names:
        seats = [number for number, role in enumerate(roles, 1) if role.casefold() == name.strip().casefold()]
        if not seats:
            raise UnknownName("role", name, roles)
        found += seats
    return tuple(dict.fromkeys(found))


def without(team: GivenTeam, seat: int) -> GivenTeam:
    """The team without one role: its turns are left out, and who heard them hears what they heard.

    What it was to deliver goes to whoever reads it next, else to the turn before: a role is tested, not whether its
    task is done by anybody. Without a leader the others work one after another, in seat order.

    Raises:
        BadInput: when nobody is left, or nobody who speaks.
    """
    name = team.roles[seat - 1].name
    roles = (*team.roles[: seat - 1], *team.roles[seat:])
    if not roles:
        raise BadInput(f"without {name!r} the team has nobody left")
    if team.coordination == "leader":
        led = seat != 1 and len(roles) > 1
        return replace(team, roles=roles, coordination="leader" if led else "order", steps=())
    steps = _steps_without(team.steps, seat)
    if team.steps and not steps:
        raise BadInput(f"without {name!r} nobody of the team speaks")
    return replace(team, roles=roles, steps=steps)


def mixed(models: Sequence[str]) -> str:
    """Models of seats, in seat order, as `make_team` takes them.

    Examples:
        >>> mixed(["a", "a", "b"]), mixed(["a"])
        ('2 a, 1 b', 'a')
    """
    runs = [(name, len([*seats])) for name, seats in groupby(models)]
    return runs[0][0] if len(runs) == 1 else ", ".join(f"{count} {name}" for name, count in runs)


_Played: TypeAlias = tuple[str, GivenTeam, Sequence[int], Sequence[str]]
"""An arm: its name, its team, which of the tested team's seats sit in it, and other models of them, if any."""


def _left_out(team: GivenTeam, wanted: Wanted) -> Iterator[_Played]:
    led = team.coordination == "leader" and len(team.roles) > 1
    if wanted.leaderless and not led:
        raise BadInput(
            f"the team {team.name!r} has no leader: its order of work is fixed; leave out one role instead"
        )
    seats = [
        *([1] if wanted.leaderless else []),
        *(_each(team) if wanted.each_role else []),
        *wanted.without,
    ]
    for seat in dict.fromkeys(seats):
        leads = led and seat == 1
        name = f"Without {'the leader' if leads else _name(team, seat)}"
        yield name, without(team, seat), [each for each in _seats(team) if each != seat], ()


def _each(team: GivenTeam) -> list[int]:
    """Seats that speak, leaders aside."""
    if team.coordination == "leader":
        return [*_seats(team)][1:]
    spoken = {step.seat for step in team.steps} or {*_seats(team)}
    if len(spoken) < 2:
        raise BadInput(f"only one role of the team {team.name!r} speaks: there is none to leave out")
    return sorted(spoken)


def _on_other_models(team: GivenTeam, seated: Sequence[str], wanted: Wanted) -> Iterator[_Played]:
    if wanted.cheaper is None:
        return
    model = wanted.cheaper
    changes = [(_name(team, seat), [seat]) for seat in wanted.cheaper_for] or [("All", [*_seats(team)])]
    for name, seats in changes:
        models = [model if number in seats else old for number, old in enumerate(seated, 1)]
        if models == [*seated]:
            raise BadInput(f"{name} on {model}: so it is in the team already; name another model")
        yield f"{name} on {model}", team, [*_seats(team)], models


def _seats(team: GivenTeam) -> range:
    return range(1, len(team.roles) + 1)


def _name(team: GivenTeam, seat: int) -> str:
    """A role by its name, and by its seat as well where another is called alike."""
    name = team.roles[seat - 1].name
    alike = sum(role.name == name for role in team.roles)
    return name if alike == 1 else f"{name} (agent {seat})"


def _steps_without(steps: Sequence[Step], seat: int) -> tuple[Step, ...]:
    kept = [number for number, step in enumerate(steps, 1) if step.seat != seat]
    tasks = {number: [steps[number - 1].task] for number in kept}
    heard: dict[int, tuple[int, ...] | None] = {}
    for number, step in enumerate(steps, 1):
        heard[number] = _heard_through(step, number, seat, steps, heard)
    for number, step in enumerate(steps, 1):
        if step.seat == seat and kept:
            heir = _heir(number, kept, steps)
            tasks[heir] = [*tasks[heir], step.task] if heir < number else [step.task, *tasks[heir]]
    places = {number: place for place, number in enumerate(kept, 1)}
    return tuple(
        Step(
            steps[number - 1].seat - (steps[number - 1].seat > seat),
            "+".join(dict.fromkeys(task for task in tasks[number] if task)) or None,
            _placed(heard[number], places),
        )
        for number in kept
    )


def _heard_through(
    step: Step, number: int, seat: int, steps: Sequence[Step], heard: dict[int, tuple[int, ...] | None]
) -> tuple[int, ...] | None:
    """Whom a step hears, by number, when those of a seat pass on what they have heard themselves."""
    if step.hears is None:
        return None
    found: list[int] = []
    for other in step.hears:
        passed_on = heard[other]
        if steps[other - 1].seat != seat:
            found.append(other)
        else:
            found += range(1, other) if passed_on is None else passed_on
    return tuple(sorted({*found}))


def _heir(number: int, kept: Sequence[int], steps: Sequence[Step]) -> int:
    """The step that a task is handed to."""
    later = [each for each in kept if each > number]
    reading = [each for each in later if (hears := steps[each - 1].hears) is None or number in hears]
    return (reading or [each for each in kept if each < number][-1:] or later)[0]


def _placed(heard: tuple[int, ...] | None, places: dict[int, int]) -> tuple[int, ...] | None:
    return None if heard is None else tuple(places[each] for each in heard if each in places)


def _roles(options: Mapping[str, Option]) -> tuple[str, ...]:
    roles = options.get("roles", ())
    return roles if isinstance(roles, tuple) else ()
