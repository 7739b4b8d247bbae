"""A parsed Python file is taken apart: classes, methods, names and what these stand for."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from swarm.teams.crewai.shapes import input_text

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_DECORATORS = {"agent", "task", "crew"}
_PREFIXES = {
    "ChatOpenAI": "openai/",
    "ChatAnthropic": "anthropic/",
    "ChatGroq": "groq/",
    "Ollama": "ollama/",
    "ChatOllama": "ollama/",
}
"""Classes of LangChain whose models LiteLLM knows by a provider's name."""
_MAX_HOPS = 5
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


class Unclear(Exception):
    """A value is neither a literal nor a name that stands for one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A class that makes a crew, or a whole script."""

    title: str
    """The class's name in words; empty for a script."""
    functions: tuple[Function, ...]
    assigned: tuple[tuple[str, ast.Call], ...]
    """Names that are given what a call makes, by line."""
    constants: Mapping[str, ast.expr]
    """The meaning of names of the class and of the module."""

    def returned(self, function: Function) -> ast.Call | None:
        """The call whose result a function returns, if it is in plain sight."""
        local = dict(_assignments(function))
        for node in _statements(function):
            if isinstance(node, ast.Return):
                value = node.value
                value = local.get(value.id) if isinstance(value, ast.Name) else value
                return value if isinstance(value, ast.Call) else None
        return None

    def has_unlisted(self, name: str) -> bool:
        """Say whether a crew has it unlisted: of what methods of a class make, only what is decorated."""
        method = next((each for each in reversed(self.functions) if each.name == name), None)
        return method is None or not self.title or bool(decorated(method))


def scopes_of(tree: ast.Module) -> Iterator[Scope]:
    """Classes that make crews, in the order of the file; the whole file when there is none."""
    outer = dict(_plain(tree.body))
    classes = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and any(map(decorated, _methods(node)))
    ]
    for node in classes:
        yield Scope(words(node.name), _methods(node), (), {**outer, **dict(_plain(node.body))})
    if not classes:
        functions = tuple(node for node in ast.walk(tree) if isinstance(node, Function))
        calls = [(name, value) for name, value in _assignments(tree) if isinstance(value, ast.Call)]
        yield Scope("", functions, tuple(calls), outer)


def decorated(function: Function) -> frozenset[str]:
    """Return those of CrewAI's decorators that a function has."""
    found = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return frozenset(_last_name(each) for each in found) & _DECORATORS


def called(call: ast.Call) -> str:
    """The name of what is called, without the module it is in; empty for anything but a name."""
    return _last_name(call.func)


def name_of(value: ast.expr) -> str:
    """The name in `name`, `name()`, `self.name` or `self.name()`.

    Raises:
        Unclear: for anything else.
    """
    bare = value.func if isinstance(value, ast.Call) and not value.args and not value.keywords else value
    if isinstance(bare, ast.Attribute) and isinstance(bare.value, ast.Name):
        return bare.attr
    if isinstance(bare, ast.Name):
        return bare.id
    raise Unclear


def string_of(scope: Scope, value: ast.expr) -> str:
    """A literal text, or the one that a name stands for.

    Raises:
        Unclear: for anything else.
    """
    found = _resolved(scope, value)
    text = input_text(found.value) if isinstance(found, ast.Constant) else ""
    if not text and not (isinstance(found, ast.Constant) and found.value == ""):
        raise Unclear
    return text


def model_of(scope: Scope, value: ast.expr) -> str:
    """The model in `"name"`, `LLM(model="name")` or a name that stands for one of these.

    Raises:
        Unclear: for anything else.
    """
    found = _resolved(scope, value)
    if not isinstance(found, ast.Call):
        return string_of(scope, found)
    said = {each.arg: each.value for each in found.keywords}
    name = said.get("model") or said.get("model_name") or next(iter(found.args), None)
    if name is None:
        raise Unclear
    model = string_of(scope, name)
    elsewhere = "base_url" in said or "openai_api_base" in said
    return model if "/" in model or elsewhere else _PREFIXES.get(called(found), "") + model


def words(name: str) -> str:
    """A class's name in words.

    Examples:
        >>> words("BakeryLaunchCrew")
        'Bakery launch'
    """
    parts = _WORD.findall(name)
    parts = parts[:-1] if len(parts) > 1 and parts[-1] == "Crew" else parts
    return " ".join([*parts[:1], *(part if part.isupper() else part.lower() for part in parts[1:])])


def _resolved(scope: Scope, value: ast.expr) -> ast.expr:
    for _ in range(_MAX_HOPS):
        if isinstance(value, ast.Constant | ast.Call) and not _is_reference(value):
            return value
        value = scope.constants.get(name_of(value), ast.Name(""))
    raise Unclear


def _is_reference(value: ast.expr) -> bool:
    """A call of a method of one's own, without arguments."""
    return isinstance(value, ast.Call) and not value.args and not value.keywords


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _methods(node: ast.ClassDef) -> tuple[Function, ...]:
    return tuple(each for each in node.body if isinstance(each, Function))


def _plain(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _assignments(tree: ast.AST) -> list[tuple[str, ast.expr]]:
    return list(_plain(_statements(tree)))


def _statements(tree: ast.AST) -> list[ast.stmt]:
    """All statements within, by line."""
    return sorted(
        (each for each in ast.walk(tree) if isinstance(each, ast.stmt)), key=lambda each: each.lineno
    )
