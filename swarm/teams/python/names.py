"""What names and attributes of followed code stand for, and how much following may take."""

import ast
from abc import ABC, abstractmethod

from swarm.teams.python import library
from swarm.teams.python.values import (
    Bound,
    Class,
    External,
    FilePath,
    Function,
    Instance,
    Listed,
    Made,
    Method,
    Module,
    Scope,
    Super,
    Table,
    Unknown,
)

MAX_STEPS = 100_000
"""Beside one for each character of the code."""
MAX_DEPTH = 90
"""Of expressions and calls within each other; Python's own stack bears some nine times as many."""
_CHARS_A_STEP = 1_000
_MAX_NAMES = 8
_BUILT_IN = frozenset(
    (
        "open", "str", "int", "float", "bool", "list", "tuple", "dict", "set", "len", "sorted", "reversed", "range",
        "enumerate", "zip", "input", "isinstance", "getattr", "super", "print", "cast", "iter", "frozenset", "any",
        "all", "min", "max", "sum", "hasattr", "type", "dedent", "cleandoc",
    )
)  # fmt: skip


class TooMuch(Exception):
    """The code would take more steps than reading may take."""


class Names(ABC):
    """Knows what names stand for. What expressions and calls give is told by its children."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._depth = 0
        self.either: dict[str, set[int]] = {}
        """By path: lines where one of several ways was taken, because only running the code would tell which."""

    @abstractmethod
    def enter(
        self, function: Function, receiver: object, given: list[object], said: dict[str, object]
    ) -> object:
        """Follow a function of the files."""

    @abstractmethod
    def instance(
        self, kind: Class, call: ast.AST, scope: Scope, given: list[object], said: dict[str, object]
    ) -> object:
        """Follow the making of an object of a class of the files."""

    @abstractmethod
    def member(self, module: Module, name: str) -> object:
        """A name of a module of the files."""

    @abstractmethod
    def contents(self, path: FilePath | str, reader: External | None, scope: Scope) -> object:
        """The text of a file that was given, or the values in it when there is a reader."""

    @abstractmethod
    def value(self, node: ast.expr | None, scope: Scope) -> object:
        """The value of an expression; Unknown where only running the code would tell."""

    def spend(self, *values: object) -> None:
        """Count a step, and more for what is large."""
        self._left -= 1
        for each in values:
            if isinstance(each, str):
                self._left -= len(each) // _CHARS_A_STEP
            elif isinstance(each, Listed):
                self._left -= len(each.items)
            elif isinstance(each, Table):
                self._left -= len(each.rows)
        if self._left < 0:
            raise TooMuch

    def take_either(self, node: ast.AST, scope: Scope) -> None:
        """Remember that one of several ways was taken."""
        self.either.setdefault(scope.module.path, set()).add(getattr(node, "lineno", 0))

    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Give a value to a name, an attribute, an entry, or to several of these."""
        match target:
            case ast.Name():
                scope.names[target.id] = _named(value, target.id)
            case ast.Attribute():
                self._assign_attribute(self.value(target.value, scope), target.attr, value)
            case ast.Subscript():
                table, key = self.value(target.value, scope), self.value(target.slice, scope)
                if isinstance(table, Table) and isinstance(key, str):
                    table.rows[key] = _named(value, key)
            case ast.Tuple() | ast.List():
                self._assign_each(target.elts, value, scope)
            case _:
                pass

    def _assign_attribute(self, receiver: object, name: str, value: object) -> None:
        if isinstance(receiver, Instance | Class):
            receiver.names[name] = _named(value, name)
        elif isinstance(receiver, Made):
            receiver.said[name] = value

    def _assign_each(self, targets: list[ast.expr], value: object, scope: Scope) -> None:
        items = library.items(value) or []
        for place, target in enumerate(targets):
            whole = not isinstance(target, ast.Starred) and len(items) == len(targets)
            self.assign(target, items[place] if whole else Unknown(), scope)

    def lookup(self, name: str, scope: Scope) -> object:
        """What a name stands for."""
        inner: Scope | None = scope
        while inner is not None:
            if name in inner.names:
                return inner.names[name]
            inner = inner.outer
        if name in scope.module.names:
            return self.member(scope.module, name)
        if name == "__name__":
            return "__main__"
        if name == "__file__":
            return FilePath(scope.module.path)
        return External(name) if name in _BUILT_IN or name[:1].isupper() else Unknown(name)

    def attribute(self, value: object, name: str) -> object:
        """An attribute of a value."""
        match value:
            case Instance():
                return self.of_instance(value, name)
            case Class():
                return value.find(name)
            case Module():
                return self.member(value, name)
            case External():
                return External(f"{value.name}.{name}")
            case Super():
                return self._of_super(value, name)
            case _:
                return _of_value(value, name)

    def of_instance(self, value: Instance, name: str) -> object:
        """An attribute of an object of the files."""
        if name in value.names:
            return value.names[name]
        found = value.kind.find(name)
        if isinstance(found, Unknown) and value.made is not None:
            return self.attribute(value.made, name)
        return self._bound(found, value)

    def _bound(self, found: object, receiver: Instance) -> object:
        if not isinstance(found, Function) or "staticmethod" in found.decorators:
            return found
        if {"property", "cached_property"} & found.decorators:
            return self.enter(found, receiver, [], {})
        return Bound(found, receiver)

    def _of_super(self, value: Super, name: str) -> object:
        for base in value.owner.bases:
            if isinstance(base, Class) and not isinstance(found := base.find(name), Unknown):
                return self._bound(found, value.receiver)
        return Method(value, name)


def _of_value(value: object, name: str) -> object:
    """An attribute of what is none of the files' own."""
    match value:
        case Made() if name in value.said:
            return value.said[name]
        case Unknown() if name not in library.OF_ANYTHING:
            return Unknown(name, (*value.keys, name))
        case FilePath() if name == "parent":
            return library.method(Method(value, name), [], {})
        case _:
            return Method(value, name)


def _named(value: object, name: str) -> object:
    """A value under the name that it is given."""
    if isinstance(value, Made) and len(value.names) < _MAX_NAMES and name not in value.names:
        value.names.append(name)
    if isinstance(value, Unknown) and (value.of_a_call or not value.name):
        return Unknown(name, value.keys)
    return value
