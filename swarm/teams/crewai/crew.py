"""A crew, however it was written down, becomes a team: whose turn it is, and who hears whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.security.keys import without_secrets
from swarm.team import MAX_AGENTS
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.given import MANAGER, GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.reading.values import BadTeam

_DASHED_BLANK = re.compile(r"\{([A-Za-z_][\w-]{0,59})\}", re.ASCII)


class Member(NamedTuple):
    """An agent of a crew."""

    key: str
    """By which the crew's tasks know it."""
    role: str
    goal: str = ""
    background: str = ""
    model: str | None = None


class CrewPart(NamedTuple):
    """A task of a crew."""

    key: str
    """By which other tasks know it; unlike all others."""
    name: str
    text: str
    expected: str = ""
    agent: str | None = None
    """Key of a member; None when the crew does not say."""
    context: tuple[str, ...] | None = None
    """Keys of the tasks whose results it is shown; None for all before it."""
    is_turn: bool = False
    """It only stands for a turn without a task."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The common ground of all the ways to write a crew down."""

    path: str
    """Of the file that names its tasks, for errors."""
    name: str
    members: tuple[Member, ...]
    pieces: tuple[CrewPart, ...] = ()
    order: tuple[str, ...] | None = None
    """Keys of the pieces as they are worked on; None: as they stand."""
    led: bool = False
    manager: str | None = None
    """Key of the member that leads; None: the crew makes a manager of its own."""
    manager_model: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    blanks: tuple[str, ...] = ()
    """Inputs that the team has even if none of its texts asks for them."""
    in_seat_order: bool = False
    """Its turns are those of the seats, each once, and need no steps."""
    goal: str = ""
    max_usd: float | None = None
    notes: tuple[Note, ...] = ()


def place(*parts: str) -> str:
    """A place in a file, safe to show on one line."""
    return ".".join(
        " ".join(without_secrets("".join(each if each.isprintable() else " " for each in part))[0].split())[
            :60
        ]
        for part in parts
    )


def team_of(crew: Crew) -> GivenTeam:
    """Make a team of a crew.

    Raises:
        BadTeam: when it has no agents or too many, or a task names one that is not there.
    """
    most = MAX_AGENTS - (crew.led and crew.manager is None)
    if not 1 <= len(crew.members) <= most:
        raise BadTeam(crew.path, "agents", f"{len(crew.members)} agents; 1 to {most} can be tested")
    plan = _led(crew) if crew.led else _ordered(crew)
    tasks = tuple(
        GivenTask(each.key, _text(each.text), _text(each.expected))
        for each in _renamed(crew)
        if not each.is_turn
    )
    texts = [text for role in plan.roles for text in (role.name, role.goal, role.background)]
    wanted = blanks([*texts, *(text for task in tasks for text in (task.text, task.expected))])
    given = {name.replace("-", "_"): value for name, value in crew.inputs.items()}
    return GivenTeam(
        crew.name,
        plan.roles,
        "leader" if crew.led else "graph" if any(step.hears is not None for step in plan.steps) else "order",
        plan.steps,
        tasks,
        {name: given.get(name, "") for name in (*wanted, *crew.blanks)},
        goal=crew.goal,
        max_usd=crew.max_usd,
        source="CrewAI",
        notes=(*_understood(crew), *crew.notes, *plan.notes),
    )


class _Plan(NamedTuple):
    roles: tuple[GivenRole, ...]
    steps: tuple[Step, ...]
    notes: tuple[Note, ...]


def _led(crew: Crew) -> _Plan:
    notes: list[Note] = []
    if any(each.agent is not None or each.context is not None for each in crew.pieces):
        why = "The process is hierarchical: the leader hands out the work."
        notes.append(Note("changed", "agents and contexts of the tasks", why))
    chief = next((each for each in crew.members if each.key == crew.manager), None)
    if crew.manager is not None and chief is None:
        raise BadTeam(crew.path, "manager_agent", "names an agent that is not there")
    if chief is None:
        chief = Member("", MANAGER, model=crew.manager_model)
        notes.append(
            Note("changed", "the manager of the hierarchical process", "It takes a seat of its own.")
        )
    others = [each for each in crew.members if each is not chief]
    return _Plan(tuple(_role(each) for each in (chief, *others)), (), tuple(notes))


def _ordered(crew: Crew) -> _Plan:
    roles = tuple(_role(each) for each in crew.members)
    seats = {each.key: number for number, each in enumerate(crew.members, 1)}
    pieces = {each.key: each for each in crew.pieces}
    names = {old.key: new.key for old, new in zip(crew.pieces, _renamed(crew), strict=True)}
    order = [pieces[key] for key in (tuple(pieces) if crew.order is None else crew.order)]
    notes = _notes_on_order(crew, order, seats)
    done: dict[str, int] = {}
    steps: list[Step] = []
    for number, each in enumerate(order[:MAX_STEPS], 1):
        seat = (number - 1) % len(seats) + 1 if each.agent is None else seats.get(each.agent)
        if seat is None:
            raise BadTeam(crew.path, place("tasks", each.key, "agent"), "names an agent that is not there")
        heard = None if each.context is None else sorted({done[key] for key in each.context if key in done})
        task = None if each.is_turn else names[each.key]
        steps.append(Step(seat, task, None if heard is None else tuple(heard)))
        done[each.key] = number
    if all(step.hears is None or len(step.hears) == number for number, step in enumerate(steps)):
        steps = [step._replace(hears=None) for step in steps]
    in_seat_order = crew.in_seat_order and all(each.is_turn for each in order)
    return _Plan(roles, () if in_seat_order else tuple(steps), notes)


def _notes_on_order(crew: Crew, order: list[CrewPart], seats: Mapping[str, int]) -> tuple[Note, ...]:
    notes: list[Note] = []
    free = sum(each.agent is None for each in order)
    if free:
        why = "No agent is named for them, so the first goes to the first agent, and so on, round robin."
        notes.append(Note("changed", f"{free} of {len(order)} tasks", why))
    idle = len(seats) - len({each.agent for each in order}) if order and not free else 0
    if idle > 0:
        why = "As in CrewAI, who has no task is never asked to work."
        notes.append(Note("understood", f"{idle} of {len(seats)} agents without a task", why))
    place_of = {each.key: number for number, each in enumerate(order)}
    late = [
        key
        for each in order
        for key in each.context or ()
        if place_of.get(key, len(order)) >= place_of[each.key]
    ]
    if late:
        why = "They name tasks that do not come before, and are left out."
        notes.append(Note("changed", f"{len(late)} of the contexts", why))
    if len(order) > MAX_STEPS:
        notes.append(Note("changed", f"{len(order)} tasks", f"Only the first {MAX_STEPS} are worked on."))
    return tuple(notes)


def _understood(crew: Crew) -> tuple[Note, ...]:
    tasks = f"{len(crew.pieces)} task{'' if len(crew.pieces) == 1 else 's'}" if crew.pieces else "no tasks"
    agents = f"{len(crew.members)} agent{'' if len(crew.members) == 1 else 's'}"
    process = "hierarchical" if crew.led else "sequential"
    return (Note("understood", f"{agents} and {tasks}, {process} process"),)


def _renamed(crew: Crew) -> list[CrewPart]:
    """Pieces whose key is their name, made unlike all others."""
    taken: set[str] = set()
    pieces: list[CrewPart] = []
    for each in crew.pieces:
        name = without_secrets(each.name)[0]
        name = name if name not in taken else f"{name}-{len(pieces) + 1}"
        while name in taken:
            name += "-"
        taken.add(name)
        pieces.append(each._replace(key=name))
    return pieces


def _role(each: Member) -> GivenRole:
    return GivenRole(_text(each.role), _text(each.goal), _text(each.background), each.model)


def _text(text: str) -> str:
    """A text whose blanks have no dashes, which CrewAI allows; keys stay what they are, so that they are found."""
    return _DASHED_BLANK.sub(
        lambda found: found[0] if without_secrets(found[1])[1] else found[0].replace("-", "_"), text
    )
