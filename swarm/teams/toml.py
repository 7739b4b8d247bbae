"""A team is read from, and written as, a TOML file of our own: it holds all that a team has."""

import tomllib
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swarm.protocols.given_team import Step
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import Coordination, GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.reading.values import BadTeam
from swarm.text.toml import toml_of


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Head(_Table):
    name: str
    coordination: Coordination = "order"
    goal: str = ""
    max_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    source: str = ""
    inputs: dict[str, str] = {}


class _Role(_Table):
    name: str
    goal: str = ""
    background: str = ""
    model: str | None = None


class _Task(_Table):
    name: str
    text: str
    expected: str = ""


class _Step(_Table):
    role: int
    task: str | None = None
    hears: list[int] | None = None


class _Note(_Table):
    kind: Literal["understood", "changed", "ignored"]
    what: str
    why: str = ""


class _File(_Table):
    """The shape of a team file; docs/teams.md explains it."""

    team: _Head
    notes: list[_Note] = []
    """The fate of the files that it was imported from; nothing but words for people."""
    roles: list[_Role]
    tasks: list[_Task] = []
    steps: list[_Step] = []


def read(files: Files) -> GivenTeam | None:
    """Read a team; None when no TOML file begins with a table `team`.

    Raises:
        BadTeam: names the file and the key.
    """
    for path, text in files.named("*.toml").items():
        found = _parsed(path, text)
        if found is not None and isinstance(found.get("team"), dict):
            return _team(path, found)
    return None


def write(team: GivenTeam, *, notes: bool = False) -> dict[str, str]:
    """Write a team as one file that `read` reads back as an equal one; with its notes, if wanted."""
    head: dict[str, Any] = {"name": team.name, "coordination": team.coordination}
    head |= _known(goal=team.goal or None, max_usd=team.max_usd, inputs=dict(team.inputs) or None)
    content: dict[str, Any] = {"team": head, "roles": [_role(role) for role in team.roles]}
    if team.tasks:
        content["tasks"] = [
            _known(name=task.name, text=task.text, expected=task.expected or None) for task in team.tasks
        ]
    if team.steps:
        content["steps"] = [
            _known(role=step.seat, task=step.task, hears=None if step.hears is None else [*step.hears])
            for step in team.steps
        ]
    if notes:
        content["team"]["source"] = team.source
        content["notes"] = [
            _known(kind=note.kind, what=note.what, why=note.why or None) for note in team.notes
        ]
    return {"team.toml": tomli_w.dumps(content)}


def _parsed(path: str, text: str) -> dict[str, Any] | None:
    try:
        return toml_of(text)
    except tomllib.TOMLDecodeError as error:
        if "[team]" not in text:
            return None
        raise BadTeam(path, "", f"not TOML: {error}") from error
    except (RecursionError, ValueError) as error:
        raise BadTeam(path, "", "not TOML that can be read") from error


def _team(path: str, found: dict[str, Any]) -> GivenTeam:
    try:
        read = _File.model_validate(found)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise BadTeam(path, ".".join(map(str, fault["loc"])), fault["msg"].lower()) from error
    return GivenTeam(
        name=read.team.name,
        roles=tuple(GivenRole(role.name, role.goal, role.background, role.model) for role in read.roles),
        coordination=read.team.coordination,
        steps=tuple(_step(path, number, step, read) for number, step in enumerate(read.steps, 1)),
        tasks=tuple(GivenTask(task.name, task.text, task.expected) for task in read.tasks),
        inputs=read.team.inputs,
        goal=read.team.goal,
        max_usd=read.team.max_usd,
        source=read.team.source,
        notes=tuple(Note(note.kind, note.what, note.why) for note in read.notes)
        or (Note("understood", f"{len(read.roles)} roles and {len(read.tasks)} tasks from {path}"),),
    )


def _step(path: str, number: int, step: _Step, read: _File) -> Step:
    place = f"steps.{number}"
    if not 1 <= step.role <= len(read.roles):
        raise BadTeam(path, place, f"there is no role {step.role}: the team has {len(read.roles)}")
    if step.task is not None and step.task not in {task.name for task in read.tasks}:
        raise BadTeam(path, place, "it names a task that is not in the file")
    if any(not 1 <= other < number for other in step.hears or ()):
        raise BadTeam(path, place, "it can hear only steps before it")
    return Step(step.role, step.task, None if step.hears is None else tuple(step.hears))


def _role(role: GivenRole) -> dict[str, Any]:
    rest = {"goal": role.goal or None, "background": role.background or None, "model": role.model}
    return _known(name=role.name, **rest)


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
