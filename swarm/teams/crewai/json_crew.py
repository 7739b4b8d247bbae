"""Crew.jsonc with its agents/*.jsonc becomes a crew; the code that they may name is never run."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, cast

from pydantic import Field

from swarm.teams.crewai.crew import Crew, CrewPart, place
from swarm.teams.crewai.shapes import (
    AgentShape,
    TaskShape,
    ignored_keys,
    input_text,
    member,
    model_name,
    piece,
    within,
)
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import BadTeam, Data, Tolerant, mapping, read_json5, shaped

_AGENT_KEYS = {"role", "goal", "backstory"}


class DefinitionShape(Tolerant):
    """A crew in JSON, or in the `with` of a flow's action."""

    name: str | None = None
    agents: Any = Field(default_factory=list[Any])
    tasks: list[Any] = Field(default_factory=list[Any])
    process: str = "sequential"
    manager_llm: Any = None
    manager_agent: Any = None
    inputs: dict[str, Any] | None = None


def crew_of_definition(files: Files, path: str, content: Any, where: str = "") -> Crew:
    """Read a crew's definition.

    Args:
        files: among which the files of its agents are looked for.
        path: of the definition.
        content: of the file, or of the part of it.
        where: the part's place in the file; empty for all of it.

    Raises:
        BadTeam: names the file and the place.
    """
    shape = shaped(DefinitionShape, path, where, content)
    rows = _with_manager(path, where, shape, _agent_rows(path, where, shape.agents))
    agents = {
        name: _agent(files, path, _at(where, "agents", str(number)), name, row)
        for number, (name, row) in enumerate(rows.items())
    }
    tasks = [
        shaped(TaskShape, path, _at(where, "tasks", str(number)), row)
        for number, row in enumerate(shape.tasks)
    ]
    return Crew(
        path,
        shape.name or PurePosixPath(path).parent.name or "A crew",
        tuple(member(path, name, each) for name, each in agents.items()),
        _pieces(tasks),
        led=_is_led(path, where, shape),
        manager=shape.manager_agent,
        manager_model=model_name(path, _at(where, "manager_llm"), shape.manager_llm),
        inputs={name: input_text(value) for name, value in (shape.inputs or {}).items()},
        notes=(
            *ignored_keys(path, "the crew", [shape]),
            *ignored_keys(path, "the agents", agents.values()),
            *ignored_keys(path, "the tasks", tasks),
            *_notes_on_code(
                path, [content, *(dict(agents[name]) for name, row in rows.items() if row is None)]
            ),
        ),
    )


def _at(*parts: str) -> str:
    return place(*(part for part in parts if part))


def _with_manager(
    path: str, where: str, shape: DefinitionShape, rows: dict[str, Data | None]
) -> dict[str, Data | None]:
    manager = shape.manager_agent
    if manager is None:
        return rows
    if not isinstance(manager, str):
        raise BadTeam(
            path, _at(where, "manager_agent"), "the name of an agent was expected; code is never run"
        )
    return {**rows, manager: rows.get(manager)}


def _agent_rows(path: str, where: str, agents: Any) -> dict[str, Data | None]:
    """Return the entry of each agent by name; None for those that have a file of their own."""
    at = _at(where, "agents")
    if isinstance(agents, Mapping):
        return {name: mapping(path, _at(at, name), row) for name, row in mapping(path, at, agents).items()}
    if not isinstance(agents, list):
        raise BadTeam(path, at, "a list of names was expected here")
    rows: dict[str, Data | None] = {}
    for number, each in enumerate(cast(list[Any], agents)):
        if isinstance(each, str):
            rows[each] = None
            continue
        row = mapping(path, _at(at, str(number)), each)
        if "name" not in row and len(row) == 1 and not _AGENT_KEYS & row.keys():
            name, inner = next(iter(row.items()))
            row = {"name": name, **mapping(path, _at(at, str(number), name), inner)}
        rows[str(row.pop("name", f"agent {number + 1}"))] = row
    return rows


def _agent(files: Files, path: str, where: str, name: str, row: Data | None) -> AgentShape:
    if row is not None:
        return shaped(AgentShape, path, where, row)
    folder = PurePosixPath(path).parent
    for wanted in (f"agents/{name}.jsonc", f"agents/{name}.json", f"{name}.jsonc", f"{name}.json"):
        file = (folder / wanted).as_posix()
        if file in files.texts:
            return shaped(AgentShape, file, "", read_json5(file, files.texts[file]))
    raise BadTeam(path, where, "the file of this agent, agents/<its name>.jsonc, is not among those given")


def _pieces(tasks: list[TaskShape]) -> tuple[CrewPart, ...]:
    pieces: dict[str, CrewPart] = {}
    for number, shape in enumerate(tasks, 1):
        key = shape.name or f"task-{number}"
        while key in pieces:
            key += "-"
        pieces[key] = piece(key, shape)
    return tuple(pieces.values())


def _is_led(path: str, where: str, shape: DefinitionShape) -> bool:
    if shape.process not in ("sequential", "hierarchical"):
        raise BadTeam(path, _at(where, "process"), "sequential or hierarchical was expected")
    return shape.process == "hierarchical"


def _notes_on_code(path: str, parts: list[Any]) -> tuple[Note, ...]:
    count = sum(_names_code(each) for each in within(parts))
    why = "They name code of the crew's own, which is never run."
    return (Note("ignored", f"{count} parts of {path} and its agents", why),) if count else ()


def _names_code(value: object) -> bool:
    if isinstance(value, dict):
        return isinstance(cast(dict[Any, Any], value).get("python"), str)
    return isinstance(value, str) and value.startswith("custom:")
