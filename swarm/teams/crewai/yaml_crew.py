"""Agents.yaml and tasks.yaml become a crew, together with the code that binds them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from swarm.teams.crewai.bound import Bound, Code
from swarm.teams.crewai.crew import Crew, CrewPart, Member, place
from swarm.teams.crewai.shapes import AgentShape, TaskShape, ignored_keys, member, piece
from swarm.teams.crewai.turns import AT_ITS_TURN
from swarm.teams.python.values import as_text
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import Tolerant, mapping, shaped


class CrewShape(Tolerant):
    """Facts that `crewai_write` keeps beside a crew, because CrewAI's own files have no place for them."""

    name: str = ""
    goal: str = ""
    max_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    inputs: dict[str, str] = Field(default_factory=dict[str, str])
    task_order: list[str] = Field(default_factory=list[str])
    """Keys of the team's own tasks, where tasks.yaml, which is in the order of work, has them in another order."""
    idle_tasks: list[str] = Field(default_factory=list[str])
    """Keys of tasks that are the team's though nobody works on them."""
    turns: list[str] = Field(default_factory=list[str])
    """Keys of tasks that are turns without a task, as long as they have the text that the writer gave them."""
    in_seat_order: bool = False
    """Each seat has one such turn, and the team no order of its own."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one crew, with their paths."""

    agents_path: str
    agents: Any
    tasks_path: str | None = None
    tasks: Any = None
    code_path: str = ""
    code: Code | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    kept: CrewShape = field(default_factory=CrewShape)
    notes: tuple[Note, ...] = ()


def crew_of(parts: Parts) -> Crew:
    """Put the files of one crew together.

    Raises:
        BadTeam: names the file and the key at fault.
    """
    agents = _shapes(AgentShape, parts.agents_path, "agents", parts.agents)
    tasks = {} if parts.tasks_path is None else _shapes(TaskShape, parts.tasks_path, "tasks", parts.tasks)
    members = {key: member(parts.agents_path, key, shape) for key, shape in agents.items()}
    pieces = {key: _turn(parts, piece(key, shape)) for key, shape in tasks.items()}
    crew = Crew(
        parts.tasks_path or parts.agents_path,
        _name(parts),
        tuple(members.values()),
        tuple(pieces.values()),
        inputs={**parts.inputs, **parts.kept.inputs},
        blanks=blanks(f"{{{name}}}" for name in parts.kept.inputs),
        in_seat_order=parts.kept.in_seat_order,
        goal=parts.kept.goal,
        max_usd=parts.kept.max_usd,
        notes=(
            *parts.notes,
            *ignored_keys(parts.agents_path, "the agents", agents.values()),
            *(ignored_keys(parts.tasks_path, "the tasks", tasks.values()) if parts.tasks_path else ()),
        ),
    )
    return crew if parts.code is None else _as_coded(crew, parts, parts.code)


def _turn(parts: Parts, each: CrewPart) -> CrewPart:
    """A task as it is, or known to be a turn without one."""
    is_turn = each.key in parts.kept.turns and each.text.endswith(AT_ITS_TURN)
    return each._replace(is_turn=is_turn)


def _shapes(shape: type[Any], path: str, where: str, value: Any) -> dict[str, Any]:
    rows = mapping(path, "", value)
    return {
        key: shaped(shape, path, place(where, key), mapping(path, place(where, key), row))
        for key, row in rows.items()
    }


def _name(parts: Parts) -> str:
    folders = [
        part for part in PurePosixPath(parts.agents_path).parent.parts if part not in ("config", "src")
    ]
    title = parts.code.title if parts.code else ""
    return parts.kept.name or title or (folders[-1].replace("_", " ") if folders else "A crew")


def _as_coded(crew: Crew, parts: Parts, code: Code) -> Crew:
    """The crew with the agents, the order and the bindings of its code."""
    known = {each.key: each for each in crew.members}
    wanted = [*code.agents, *([code.manager] if code.manager in code.bound else [])]
    members = {name: _member(parts, known, name, code.bound[name]) for name in dict.fromkeys(wanted)}
    rows = {each.key: each for each in crew.pieces}
    tasks = list(dict.fromkeys(code.tasks))
    pieces = {name: _piece(parts, rows, name, code.bound[name]) for name in tasks}
    agents_of_keys = {code.bound[name].key: name for name in reversed(members)}
    tasks_of_keys = {code.bound[name].key: name for name in reversed(tasks)}
    bound = [_known(each, members, agents_of_keys, tasks_of_keys) for each in pieces.values()]
    bindings = {each.key: code.bound[each.key].key for each in bound}
    idle = _idle(parts, rows, {*bindings, *bindings.values()})
    used = {*(code.bound[name].key for name in [*wanted, *tasks]), *(each.key for each in idle)}
    places = {key: number for number, key in enumerate(dict.fromkeys([*parts.kept.task_order, *rows]))}
    of_the_team = sorted(
        [*bound, *idle], key=lambda each: places.get(bindings.get(each.key, each.key) or "", len(places))
    )
    return Crew(
        parts.code_path,
        crew.name,
        tuple(members.values()),
        tuple(of_the_team),
        tuple(tasks),
        led=code.led or code.manager is not None,
        manager=code.manager,
        manager_model=code.manager_model,
        inputs=crew.inputs,
        blanks=crew.blanks,
        in_seat_order=crew.in_seat_order,
        goal=crew.goal,
        max_usd=crew.max_usd,
        notes=(*crew.notes, *_notes(crew, parts, code, used)),
    )


def _idle(parts: Parts, rows: Mapping[str, CrewPart], worked: Collection[str | None]) -> list[CrewPart]:
    """Tasks that are the team's though its code does not use them."""
    return [rows[key] for key in dict.fromkeys(parts.kept.idle_tasks) if key in rows and key not in worked]


def _member(parts: Parts, known: Mapping[str, Member], name: str, bound: Bound) -> Member:
    row = known.get(bound.key or "") if bound.path == parts.agents_path else None
    row = row or Member(
        name,
        _said(bound, "role") or (bound.key or name).replace("_", " "),
        _said(bound, "goal"),
        _said(bound, "backstory"),
    )
    texts = bound.texts
    return Member(
        name,
        texts.get("role", "").strip() or row.role,
        texts.get("goal", row.goal),
        texts.get("backstory", row.background),
        bound.model if bound.row else bound.model or row.model,
    )


def _piece(parts: Parts, rows: Mapping[str, CrewPart], name: str, bound: Bound) -> CrewPart:
    row = rows.get(bound.key or "") if bound.path == parts.tasks_path else None
    agent = as_text(bound.row.get("agent"))
    row = row or CrewPart(
        name, bound.key or name, _said(bound, "description"), _said(bound, "expected_output"), agent
    )
    texts = bound.texts
    return CrewPart(
        name,
        texts.get("name", row.name),
        texts.get("description", row.text),
        texts.get("expected_output", row.expected),
        bound.agent or row.agent,
        row.context if bound.context is None else bound.context,
        is_turn=row.is_turn,
    )


def _said(bound: Bound, name: str) -> str:
    return as_text(bound.row.get(name)) or ""


def _known(
    each: CrewPart,
    members: Mapping[str, Member],
    agents_of_keys: Mapping[str | None, str],
    tasks_of_keys: Mapping[str | None, str],
) -> CrewPart:
    """YAML may name agents and tasks by their keys where the code has methods of other names."""
    agent = (
        each.agent
        if each.agent is None or each.agent in members
        else agents_of_keys.get(each.agent, each.agent)
    )
    context = each.context and tuple(tasks_of_keys.get(key, key) for key in each.context)
    return each._replace(agent=agent, context=context)


def _notes(crew: Crew, parts: Parts, code: Code, used: set[str | None]) -> list[Note]:
    path = parts.code_path
    notes = [Note("understood", f"agents, tasks and their order from {path}", "It was read, not run.")]
    if code.by_name:
        shown = ", ".join(place(name) for name in dict.fromkeys(code.by_name[:10]))
        why = f"{path} cannot be followed there, so they are taken by their names."
        notes.append(Note("changed", f"{shown} of the YAML files or of other code", why))
    if code.times > 1:
        why = "They differ in what they are started with; the words of the first are read."
        notes.append(Note("changed", f"{code.times} crews of one kind in {path}", why))
    for other, lines in code.either.items():
        shown = ", ".join(map(str, sorted(lines)[:10]))
        why = "Which way is taken there is decided when the code runs: the first is read, and an open loop once."
        notes.append(Note("changed", f"{other}, line{'s' if len(lines) > 1 else ''} {shown}", why))
    if code.lost_tasks:
        why = "They are made where the code cannot be followed."
        notes.append(Note("changed", f"tasks of the crew in {path} are missing", why))
    unused = [each for each in (*crew.members, *crew.pieces) if each.key not in used]
    if unused:
        why = f"{path} does not use them."
        notes.append(Note("ignored", f"{len(unused)} of the agents and tasks in the YAML files", why))
    if code.unclear:
        lines = ", ".join(map(str, sorted(code.unclear)[:10]))
        why = "What stands there is decided when the code runs, which it never is here."
        notes.append(Note("ignored", f"{path}, line{'s' if len(code.unclear) > 1 else ''} {lines}", why))
    if code.ignored:
        shown = ", ".join(place(name) for name, _ in code.ignored.most_common(12))
        notes.append(Note("ignored", f"{shown} in {path}", "Tools and settings are not emulated."))
    return notes
