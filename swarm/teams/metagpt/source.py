"""A Python file of MetaGPT is parsed into what its classes and calls say; nothing of it is run.

Literal texts and numbers, and names that stand for them in the same file, are understood; all else is not.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from swarm.teams.reading.python_source import parsed

MAX_BASES = 20
MAX_SUM = 50
"""Texts that are added to one; more are not understood."""
OF_METAGPT = re.compile(r"(?m)^[ \t]*(?:from|import)\s+metagpt\b")
TEXTS = ("name", "profile", "goal", "constraints", "desc", "instruction", "PROMPT_TEMPLATE")
OPEN, CLOSE = "\ue000", "\ue001"
"""Around the name of what code fills into a text: braces are MetaGPT's own to fill."""
Value: TypeAlias = str | float


class Class(NamedTuple):
    """The contents of a class, those it derives from left aside."""

    bases: tuple[str, ...]
    texts: Mapping[str, str]
    """Of `TEXTS`, what is literal."""
    actions: tuple[str, ...] | None
    """Classes or variables; None when it sets none."""
    watches: tuple[str, ...] | None
    in_order: bool


class Made(NamedTuple):
    """A call that makes a role or an action."""

    kind: str
    texts: Mapping[str, str]
    actions: tuple[str, ...] | None = None
    watches: tuple[str, ...] | None = None


@dataclass(slots=True)
class CodeSource:
    """The contents of a file."""

    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    variables: dict[str, Made] = field(default_factory=dict[str, Made])
    hired: list[Made | str] = field(default_factory=list[Made | str])
    """Roles that a team hires, in this order: as they are made, or by the variable's name."""
    idea: str = ""
    investment: float | None = None
    unclear: list[int] = field(default_factory=list[int])
    """Lines that decide who belongs to the team, or what somebody does, and are not understood."""


def read_source(path: str, text: str) -> CodeSource:
    """Parse a file.

    Raises:
        BadTeam: when it is no Python, or too large; names the line.
    """
    tree = parsed(path, text)
    source = CodeSource()
    known = dict(_constants(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            source.classes.setdefault(node.name, _class(node, known, source))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = _made(node.value, known, source)
            source.variables |= {to.id: made for to in node.targets if isinstance(to, ast.Name)}
        if isinstance(node, ast.Call):
            _take_call(node, known, source)
    return source


def _constants(tree: ast.Module) -> Iterator[tuple[str, Value]]:
    """Names that stand for literal values: arguments by their defaults, and what the file sets at its top."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _defaults(node)
    for node in tree.body:
        if isinstance(node, ast.Assign) and (value := literal(node.value, {})) is not None:
            yield from ((to.id, value) for to in node.targets if isinstance(to, ast.Name))


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, Value]]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    given = zip(reversed(arguments), reversed(function.args.defaults), strict=False)
    for argument, default in [*given, *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)]:
        if default is not None and (value := literal(default, {})) is not None:
            yield argument.arg, value


def literal(node: ast.expr, known: Mapping[str, Value]) -> Value | None:
    """The text or number that an expression stands for; None when it is another kind of expression."""
    if isinstance(node, ast.Call) and called(node) in ("Field", "Option", "Argument"):
        default = next((each.value for each in node.keywords if each.arg == "default"), None)
        node = default or (node.args[0] if node.args else node)
    parts: list[Value] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add) and len(waiting) < MAX_SUM:
            waiting += [each.right, each.left]
        elif isinstance(each, ast.Constant) and type(each.value) in (str, int, float):
            parts.append(each.value)  # pyright: ignore[reportArgumentType]
        elif isinstance(each, ast.Name) and each.id in known:
            parts.append(known[each.id])
        elif isinstance(each, ast.JoinedStr) and len(waiting) + len(each.values) < MAX_SUM:
            waiting += reversed(each.values)
        elif isinstance(each, ast.FormattedValue):
            parts.append(_filled(each, known))
        else:
            return None
    return parts[0] if len(parts) == 1 else _joined(parts)


def _filled(node: ast.FormattedValue, known: Mapping[str, Value]) -> str:
    """A part of a text that the code fills in: what it is filled with, or an input of that name."""
    value = node.value
    if isinstance(value, ast.Constant) and type(value.value) in (str, int, float):
        return str(value.value)
    if isinstance(value, ast.Name) and value.id in known:
        return str(known[value.id])
    name = _name(value.func if isinstance(value, ast.Call) else value) or "value"
    return f"{OPEN}{name[:60]}{CLOSE}"


def _joined(parts: list[Value]) -> str | None:
    if not parts:
        return ""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) and len(parts) <= MAX_SUM else None


def called(call: ast.Call) -> str:
    """The last name of what is called; "" when it has none."""
    return _name(call.func)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _class(node: ast.ClassDef, known: Mapping[str, Value], source: CodeSource) -> Class:
    constructors = [
        part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"
    ]
    texts = {name: value for each in constructors for name, value in _defaults(each)}
    stated = [each for part in node.body for each in _set(part)]
    texts |= {name: value for name, each in stated if (value := literal(each, known)) is not None}
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and each.args]
    acts = [each for name, each in stated if name == "actions"]
    acts += [each.args[0] for each in calls if called(each) in ("set_actions", "_init_actions", "set_action")]
    watched = [each.args[0] for each in calls if called(each) in ("_watch", "watch")]
    return Class(
        bases=tuple(name for base in node.bases[:MAX_BASES] if (name := _name(base))),
        texts={name: text for name, text in texts.items() if name in TEXTS and isinstance(text, str)},
        actions=tuple(name for each in acts for name in _names(each, source)) if acts else None,
        watches=_names(watched[-1], source) if watched else None,
        in_order=_in_order(node),
    )


def _set(part: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Names that a class's own statement sets."""
    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value is not None:
        yield part.target.id, part.value
    elif isinstance(part, ast.Assign):
        yield from ((to.id, part.value) for to in part.targets if isinstance(to, ast.Name))


def _in_order(node: ast.ClassDef) -> bool:
    return any(
        (isinstance(each, ast.Attribute) and each.attr == "BY_ORDER")
        or (isinstance(each, ast.Constant) and each.value == "by_order")
        for each in ast.walk(node)
    )


def _names(node: ast.expr, source: CodeSource) -> tuple[str, ...]:
    """Classes or variables in a list, whether named or called."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        source.unclear.append(node.lineno)
        return ()
    found = [called(each) if isinstance(each, ast.Call) else _name(each) for each in node.elts]
    source.unclear += [each.lineno for each, name in zip(node.elts, found, strict=True) if not name]
    return tuple(name for name in found if name)


def _made(call: ast.Call, known: Mapping[str, Value], source: CodeSource) -> Made:
    said = {each.arg: each.value for each in call.keywords if each.arg}
    texts = {
        name: text for name in TEXTS if name in said and isinstance(text := literal(said[name], known), str)
    }
    actions, watches = (_names(said[name], source) if name in said else None for name in ("actions", "watch"))
    return Made(called(call), texts, actions, watches)


def _take_call(call: ast.Call, known: Mapping[str, Value], source: CodeSource) -> None:
    """Take from a call of a team's its members, its idea and its money."""
    name = called(call)
    said = {each.arg: each.value for each in call.keywords if each.arg}
    first = call.args[0] if call.args else None
    hires = name in ("hire", "add_roles")
    members = said.get("roles", first) if hires else said.get("roles") if name == "Team" else None
    if members is not None:
        source.hired += _hired(members, known, source)
    money = said.get("investment", first if name == "invest" else None)
    if name in ("invest", "Team") and money is not None:
        value = literal(money, known)
        source.investment = float(value) if isinstance(value, int | float) else source.investment
    idea = said.get("idea", first if name in ("run_project", "start_project") else None)
    if name in ("run_project", "start_project", "run") and idea is not None:
        value = literal(idea, known)
        source.idea = value if isinstance(value, str) else source.idea


def _hired(members: ast.expr, known: Mapping[str, Value], source: CodeSource) -> Iterator[Made | str]:
    if not isinstance(members, ast.List | ast.Tuple):
        source.unclear.append(members.lineno)
        return
    for each in members.elts:
        if isinstance(each, ast.Call):
            yield _made(each, known, source)
        elif isinstance(each, ast.Name):
            yield each.id
        else:
            source.unclear.append(each.lineno)
