"""Roles of MetaGPT become a team: who watches whose work gives the order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.metagpt.source import CLOSE, OPEN
from swarm.teams.reading.acyclic import unlooped
from swarm.teams.reading.blanks import without_blanks
from swarm.teams.reading.camel_case import in_words
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note

REQUIREMENT = "UserRequirement"
"""The action of the person who starts the team; roles watch it unless told otherwise."""
_NO_TASK = {"RunCommand", "HumanFeedback"}
"""Actions that are the framework's own loop, and no work of their own."""


class Action(NamedTuple):
    """Something that a role does."""

    kind: str
    """The name of its class, by which others watch for it."""
    text: str = ""
    title: str = ""
    """Its name; "" for the name of its class."""


class Worker(NamedTuple):
    """A role."""

    kind: str
    """The name of its class."""
    name: str = ""
    profile: str = ""
    goal: str = ""
    background: str = ""
    actions: tuple[Action, ...] = ()
    watches: frozenset[str] = frozenset({REQUIREMENT})
    """Kinds of actions, of its own or of others."""
    in_order: bool = False
    """Whether it does its actions one after another; otherwise it chooses."""

    @property
    def leads(self) -> bool:
        """Say whether it is MetaGPT's own team leader."""
        return self.kind == "TeamLeader"


class Start(NamedTuple):
    """With what a team is set to work."""

    idea: str = ""
    max_usd: float | None = None


def team_of(
    workers: Sequence[Worker], start: Start, models: Mapping[str, str], notes: Sequence[Note]
) -> GivenTeam:
    """Make a team.

    Args:
        workers: at least one, in the order of the file.
        start: its idea and its money.
        models: by the name of a role's class; "" for all others.
        notes: what reading it has already told.
    """
    order, told = _order(workers)
    leader = len(order) > 1 and order[0].leads
    kinds = {action.kind: action for worker in order for action in _work(worker)}
    tasks = {kind: _task(action) for kind, action in kinds.items()}
    steps = () if leader else _steps(order, tasks)
    return GivenTeam(
        name="MetaGPT team",
        roles=tuple(_role(worker, models) for worker in order),
        coordination="leader" if leader else "order",
        steps=steps[:MAX_STEPS],
        tasks=tuple(tasks.values()),
        goal=_plain(start.idea),
        max_usd=start.max_usd,
        notes=(*notes, told, *_notes(order, steps)),
    )


def _plain(text: str) -> str:
    """A text in which what MetaGPT fills in is named, and what the code fills in is an input."""
    return without_blanks(text).replace(OPEN, "{").replace(CLOSE, "}")


def _order(workers: Sequence[Worker]) -> tuple[list[Worker], Note]:
    leaders = [worker for worker in workers if worker.leads]
    if leaders and len(workers) > 1:
        others = [worker for worker in workers if worker is not leaders[0]]
        return [leaders[0], *others], Note("understood", "a team leader, who hands out the work")
    names = {str(number): worker for number, worker in enumerate(workers)}
    following = {name: [other for other in names if _leads_to(names[name], names[other])] for name in names}
    if not any(set(others) - {name} for name, others in following.items()):
        return [*workers], Note("understood", "the order of work from the order of the roles in the files")
    starts = [name for name, worker in names.items() if REQUIREMENT in worker.watches]
    order = unlooped(following, starts)
    return [names[name] for name in order.names], Note(
        "understood", f"the order of {len(names)} roles from who watches whose actions"
    )


def _leads_to(worker: Worker, other: Worker) -> bool:
    return any(action.kind in other.watches for action in worker.actions)


def _work(worker: Worker) -> Iterator[Action]:
    return (action for action in worker.actions if action.kind not in _NO_TASK)


def _steps(order: Sequence[Worker], tasks: Mapping[str, GivenTask]) -> tuple[Step, ...]:
    return tuple(
        Step(seat, tasks[action.kind].name if action else None)
        for seat, worker in enumerate(order, 1)
        for action in (list(_work(worker)) or [None])
    )


def _task(action: Action) -> GivenTask:
    words = in_words(action.title or action.kind)
    text = _plain(action.text).strip()
    return GivenTask(words, f"{words}: {text}" if text else f"{words}.")


def _role(worker: Worker, models: Mapping[str, str]) -> GivenRole:
    name, profile = worker.name.strip(), worker.profile.strip()
    title = f"{profile} ({name})" if name and profile and name != profile else profile or name or worker.kind
    return GivenRole(
        _plain(title),
        _plain(worker.goal),
        _plain(worker.background),
        models.get(worker.kind, models.get("")),
    )


def _notes(order: Sequence[Worker], steps: Sequence[Step]) -> Iterator[Note]:
    choosing = sum(not worker.in_order and len(list(_work(worker))) > 1 for worker in order)
    if choosing and steps:
        why = "A model chooses among them in MetaGPT; here each is done once, in the order of the file."
        yield Note("changed", f"roles with several actions ({choosing})", why)
    if len(steps) > MAX_STEPS:
        yield Note("changed", f"{len(steps)} steps", f"Only the first {MAX_STEPS} are played.")
    if steps and len(order) > 1:
        yield Note("changed", "who hears whom", "Everybody hears all earlier work, and works once.")
