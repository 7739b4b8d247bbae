"""A crew's Python file is read for what it binds: which agent a task has, and in what order.

The file is only parsed, never run: literal values and names are understood, and the lines of all else are kept, to be
told.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, cast

from swarm.teams.crewai.scope import (
    Scope,
    Unclear,
    called,
    decorated,
    model_of,
    name_of,
    scopes_of,
    string_of,
)
from swarm.teams.reading.python_source import parsed

Kind: TypeAlias = Literal["agent", "task", "crew"]
_MADE: Mapping[str, Kind] = {"Agent": "agent", "Task": "task", "Crew": "crew"}
_FIELDS = ("role", "goal", "backstory", "description", "expected_output", "name")


class Bound(NamedTuple):
    """An agent or a task as a method or a name of the code makes it."""

    kind: Kind
    key: str | None = None
    """Of the YAML file that configures it."""
    texts: Mapping[str, str] = {}
    model: str | None = None
    agent: str | None = None
    """The method or name of a task's agent."""
    context: tuple[str, ...] | None = None
    """Methods or names of a task's context."""


@dataclass(slots=True)
class Code:
    """The contents of a crew's code. Names are those of methods or variables."""

    title: str = ""
    bound: dict[str, Bound] = field(default_factory=dict[str, Bound])
    agents: list[str] = field(default_factory=list[str])
    tasks: list[str] = field(default_factory=list[str])
    """In the order of work."""
    crews: int = 0
    led: bool = False
    manager: str | None = None
    manager_model: str | None = None
    unclear: set[int] = field(default_factory=set[int])
    """Lines that hold more than literal values and names."""
    ignored: Counter[str] = field(default_factory=Counter[str])
    """Arguments that nobody asked for."""


def read_code(path: str, text: str) -> Code | None:
    """Read what a crew's code binds.

    Returns:
        None when it makes no agents and no tasks.

    Raises:
        BadTeam: when it is no Python; names the line.
    """
    code = Code()
    for scope in scopes_of(parsed(path, text)):
        _take(code, scope, _read_scope(code, scope))
    return code if code.bound else None


class _Made(NamedTuple):
    """The objects that one class or a script makes."""

    bound: dict[str, Bound]
    crews: list[ast.Call]


def _read_scope(code: Code, scope: Scope) -> _Made:
    made = _Made({}, [])
    for name, call in _makers(code, scope):
        kind = _MADE[called(call)]
        if kind == "crew":
            made.crews.append(call)
        else:
            made.bound[name] = _bound(code, scope, kind, call)
    return made


def _makers(code: Code, scope: Scope) -> Iterator[tuple[str, ast.Call]]:
    """Methods and names with the call that makes what they stand for, by line; a later one replaces an earlier."""
    for function in scope.functions:
        call = scope.returned(function)
        if call is not None and called(call) in _MADE:
            yield function.name, call
        elif decorated(function):
            code.unclear.add(function.lineno)
    yield from ((name, call) for name, call in scope.assigned if called(call) in _MADE)


def _bound(code: Code, scope: Scope, kind: Kind, call: ast.Call) -> Bound:
    found = Bound(kind)
    texts: dict[str, str] = {}
    for argument in call.keywords:
        try:
            found = _with_argument(code, scope, found, texts, argument)
        except Unclear:
            code.unclear.add(argument.value.lineno)
    return found._replace(texts=texts)


def _with_argument(
    code: Code, scope: Scope, found: Bound, texts: dict[str, str], argument: ast.keyword
) -> Bound:
    match argument.arg:
        case "config":
            return found._replace(key=_key(argument.value))
        case "llm":
            return found._replace(model=model_of(scope, argument.value))
        case "agent" if found.kind == "task":
            return found._replace(agent=name_of(argument.value))
        case "context" if found.kind == "task":
            return found._replace(context=_names(argument.value))
        case str() as name if name in _FIELDS:
            return _with_text(scope, found, texts, name, argument.value)
        case name:
            code.ignored[name or "**"] += 1
            return found


def _with_text(scope: Scope, found: Bound, texts: dict[str, str], name: str, value: ast.expr) -> Bound:
    """Either a literal text, or `tasks_config["write"]["description"]`, which names what configures it."""
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Subscript):
        return found._replace(key=_key(value.value))
    texts[name] = string_of(scope, value)
    return found


def _key(value: ast.expr) -> str:
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        key = value.slice.value
        if isinstance(key, str):
            return key
    raise Unclear


def _names(value: ast.expr) -> tuple[str, ...]:
    if not isinstance(value, ast.List | ast.Tuple):
        raise Unclear
    return tuple(name_of(each) for each in value.elts)


def _take(code: Code, scope: Scope, made: _Made) -> None:
    """Put a class's crew behind those that came before it."""
    new = {name: _fresh(code, name, bound) for name, bound in made.bound.items()}
    for name, bound in made.bound.items():
        context = None if bound.context is None else tuple(new.get(each, each) for each in bound.context)
        agent = None if bound.agent is None else new.get(bound.agent, bound.agent)
        code.bound[new[name]] = bound._replace(agent=agent, context=context)
    listed: list[str] = []
    for call in made.crews or [ast.Call(ast.Name("Crew"), [], [])]:
        said = {argument.arg: argument.value for argument in call.keywords}
        _take_process(code, scope, said, new)
        listed += _listed(code, scope, made, "agent", said.get("agents"))
        code.tasks += [new[name] for name in _listed(code, scope, made, "task", said.get("tasks"))]
    code.agents += [new[name] for name in listed if new[name] not in code.agents]
    code.crews += bool(made.bound)
    code.title = code.title or scope.title


def _fresh(code: Code, name: str, bound: Bound) -> str:
    """A name that two classes give to different things is told apart."""
    while name in code.bound and code.bound[name] != bound:
        name += "_"
    return name


def _listed(code: Code, scope: Scope, made: _Made, kind: Kind, value: ast.expr | None) -> list[str]:
    """Those that a crew lists; all of them for `self.agents` and for what cannot be understood."""
    known = [name for name, bound in made.bound.items() if bound.kind == kind]
    everything = [name for name in known if scope.has_unlisted(name)]
    if value is None or (isinstance(value, ast.Attribute) and value.attr in ("agents", "tasks")):
        return everything
    try:
        names = _names(value)
    except Unclear:
        code.unclear.add(value.lineno)
        return everything
    if not set(names) <= set(known):
        code.unclear.add(value.lineno)
    return [name for name in dict.fromkeys(names) if name in known]


def _take_process(
    code: Code, scope: Scope, said: Mapping[str | None, ast.expr], new: Mapping[str, str]
) -> None:
    for argument, value in said.items():
        try:
            match argument:
                case "process":
                    code.led = code.led or _hierarchical(value)
                case "manager_agent":
                    code.manager = new.get(name_of(value), name_of(value))
                case "manager_llm":
                    code.manager_model = model_of(scope, value)
                case "agents" | "tasks":
                    pass
                case "name":
                    code.title = string_of(scope, value)
                case _:
                    code.ignored[argument or "**"] += 1
        except Unclear:
            code.unclear.add(value.lineno)


def _hierarchical(value: ast.expr) -> bool:
    process = value.attr if isinstance(value, ast.Attribute) else cast(object, getattr(value, "value", None))
    if process not in ("sequential", "hierarchical"):
        raise Unclear
    return process == "hierarchical"
