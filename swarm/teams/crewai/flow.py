"""A flow of CrewAI becomes a crew: the agents and crews of its methods, one after another.

Expressions, scripts and tools are passed by. A route is not chosen: every branch is worked on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from swarm.teams.crewai.crew import Crew, CrewPart, Member, place
from swarm.teams.crewai.json_crew import crew_of_definition
from swarm.teams.crewai.shapes import AgentShape, ignored_keys, input_text, member, within
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import BadTeam, Data, Tolerant, mapping, shaped

_EXPRESSION = re.compile(r"\$\{\s*(state|outputs)\.(\w+)[^{}]*\}", re.ASCII)
_STATE = re.compile(r"\$\{\s*state\.(\w+)\s*\}", re.ASCII)
MAX_METHODS = 256


class FlowShape(Tolerant):
    """A flow; its name, what it knows at the start and what it does."""

    name: str | None = None
    description: str | None = None
    state: dict[str, Any] | None = None
    methods: dict[str, Any] = Field(default_factory=dict[str, Any])


class _MethodShape(Tolerant):
    do: dict[str, Any] = Field(default_factory=dict[str, Any])
    start: Any = None
    listen: Any = None
    router: bool | None = None
    emit: list[str] | None = None


class _AgentActionShape(AgentShape):
    input: str = ""


@dataclass(slots=True)
class _Reading:
    """The parts of a flow that have been read so far."""

    path: str
    state: Mapping[str, str]
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    pieces: list[CrewPart] = field(default_factory=list[CrewPart])
    last: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """By method: keys of the tasks whose results it hands on."""
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    notes: list[Note] = field(default_factory=list[Note])


def crew_of_flow(path: str, content: Any) -> Crew:
    """Read a flow.

    Raises:
        BadTeam: names the place.
    """
    shape = shaped(FlowShape, path, "", content)
    if len(shape.methods) > MAX_METHODS:
        raise BadTeam(path, "methods", f"{len(shape.methods)} methods; at most {MAX_METHODS} are read")
    methods = {
        name: shaped(_MethodShape, path, place("methods", name), row) for name, row in shape.methods.items()
    }
    default = (shape.state or {}).get("default")
    state = mapping(path, "state.default", default) if default is not None else {}
    reading = _Reading(path, {name: input_text(value) for name, value in state.items()})
    before = _before(methods)
    for name in _in_order(reading, before):
        heard = tuple(dict.fromkeys(key for other in before[name] for key in reading.last.get(other, ())))
        reading.last[name] = _read_method(reading, name, methods[name], heard) or heard
    _note_routes(reading, methods)
    return Crew(
        path,
        shape.name or PurePosixPath(path).parent.name or "A flow",
        tuple(reading.members.values()),
        tuple(reading.pieces),
        inputs={**reading.state, **reading.inputs},
        goal=shape.description or "",
        notes=tuple(reading.notes),
    )


def _before(methods: Mapping[str, _MethodShape]) -> dict[str, list[str]]:
    """By method, those that lead to it: by their own name or by an event that they emit."""
    emitters: dict[str, list[str]] = {name: [name] for name in methods}
    for name, shape in methods.items():
        for event in shape.emit or ():
            emitters.setdefault(event, []).append(name)
    return {
        name: [
            other
            for condition in (shape.listen, shape.start)
            for event in _events(condition)
            for other in emitters.get(event, [])
            if other != name
        ]
        for name, shape in methods.items()
    }


def _events(condition: Any) -> Iterator[str]:
    """Events in a condition such as {"or": ["approved", {"and": [...]}]}."""
    yield from (each for each in within(condition) if isinstance(each, str))


def _in_order(reading: _Reading, before: dict[str, list[str]]) -> list[str]:
    """Methods after those that lead to them; what leads back is dropped, and said."""
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        places = {name: number for number, name in enumerate(before)}
        for name, others in before.items():
            before[name] = [other for other in others if places[other] < places[name]]
        why = "Every method is worked on once; what leads back to an earlier one is left out."
        reading.notes.append(Note("changed", f"loops of {reading.path}", why))
        return list(before)


def _read_method(
    reading: _Reading, name: str, shape: _MethodShape, heard: tuple[str, ...]
) -> tuple[str, ...]:
    """Take a method's agents and tasks in; keys of the tasks whose results it hands on."""
    where = place("methods", name, "do", "with")
    match shape.do.get("call"):
        case "agent":
            return _take_agent(reading, name, where, shape.do.get("with"), heard)
        case "crew":
            return _take_crew(reading, name, where, shape.do, heard)
        case _:
            why = "Only agents and crews are emulated; code is never run."
            reading.notes.append(Note("ignored", f"what {place('methods', name)} does", why))
            return ()


def _take_agent(
    reading: _Reading, name: str, where: str, content: Any, heard: tuple[str, ...]
) -> tuple[str, ...]:
    shape = shaped(_AgentActionShape, reading.path, where, mapping(reading.path, where, content))
    reading.notes += ignored_keys(reading.path, f"the agent of {place(name)}", [shape])
    found = member(reading.path, name, shape)
    key = _join(reading, found, name)
    reading.pieces.append(CrewPart(name, name, _plain(shape.input), agent=key, context=heard))
    return (name,)


def _take_crew(
    reading: _Reading, name: str, where: str, action: Data, heard: tuple[str, ...]
) -> tuple[str, ...]:
    crew = crew_of_definition(
        Files({}), reading.path, mapping(reading.path, where, action.get("with")), where
    )
    if crew.led:
        reading.notes.append(
            Note(
                "changed", where, "Its hierarchical process became the order of its tasks, without a manager."
            )
        )
    reading.notes += crew.notes
    keys = {each.key: _join(reading, each, f"{name}-{each.key}") for each in crew.members}
    inner = {each.key: f"{name}-{each.key}" for each in crew.pieces}
    seats = list(keys.values())
    done: list[str] = []
    for number, each in enumerate(crew.pieces):
        agent = (
            keys.get(each.agent, each.agent) if each.agent else seats[number % len(seats)] if seats else None
        )
        told = done if each.context is None else [inner.get(key, key) for key in each.context]
        key = inner[each.key]
        text, expected = _plain(each.text), _plain(each.expected)
        reading.pieces.append(CrewPart(key, each.name, text, expected, agent, (*heard, *told)))
        done.append(key)
    given = mapping(reading.path, where, action.get("inputs") or {})
    for blank, value in {**crew.inputs, **given}.items():
        reading.inputs.setdefault(
            blank, _STATE.sub(lambda found: reading.state.get(found[1], ""), input_text(value))
        )
    return tuple(done[-1:])


def _join(reading: _Reading, found: Member, key: str) -> str:
    """The key of an agent in the flow: those that are told the same are the same."""
    found = found._replace(
        role=_plain(found.role), goal=_plain(found.goal), background=_plain(found.background)
    )
    for known in reading.members.values():
        if known._replace(key="") == found._replace(key=""):
            return known.key
    reading.members[key] = found._replace(key=key)
    return key


def _plain(text: str) -> str:
    """A text with blanks for what the flow's state holds, and names for the results of its methods."""
    return _EXPRESSION.sub(
        lambda found: "{" + found[2] + "}" if found[1] == "state" else f"(the result of {found[2]})", text
    )


def _note_routes(reading: _Reading, methods: Mapping[str, _MethodShape]) -> None:
    if any(shape.router or shape.emit for shape in methods.values()):
        why = "No route is chosen: every branch is worked on."
        reading.notes.append(Note("changed", f"routes of {reading.path}", why))
