"""Calls of followed code get their values: the files' own functions are followed, a library's are known or not."""

import ast
from collections.abc import Iterator

from swarm.teams.python import library
from swarm.teams.python.names import Names
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
    Scope,
    Super,
    Table,
    Unknown,
    name_of,
)


class Calls(Names):
    """Gives calls their values."""

    def make(
        self, kind: str, call: ast.AST, scope: Scope, given: list[object], said: dict[str, object]
    ) -> Made:
        """An object of a library's class."""
        return Made(kind, call, scope.module.path, getattr(call, "lineno", 0), given, said)

    def each_call(self, node: ast.Call, scope: Scope) -> object:
        """The value of a call."""
        function = self.value(node.func, scope)
        given = [*self._spread(node.args, scope)]
        said, unknown = self._said(node.keywords, scope)
        self.spend(*given, *said.values())
        found = self.call(function, node, scope, given, said)
        if isinstance(found, Made) and unknown and found.node is node:
            found.spread += unknown
        return found

    def call(
        self, function: object, node: ast.Call, scope: Scope, given: list[object], said: dict[str, object]
    ) -> object:
        """What a call gives."""
        match function:
            case Function():
                return self.enter(function, None, given, said)
            case Bound():
                return self.enter(function.function, function.receiver, given, said)
            case Class():
                return self.instance(function, node, scope, given, said)
            case External():
                return self._external(function, node, scope, given, said)
            case Method(Super() as sup, "__init__"):
                sup.receiver.made = self.make(sup.owner.library(), node, scope, given, said)
                return None
            case Method():
                return self._method(function, scope, given, said)
            case _:
                return Unknown(
                    name_of(function), function.keys if isinstance(function, Unknown) else (), of_a_call=True
                )

    def _method(self, function: Method, scope: Scope, given: list[object], said: dict[str, object]) -> object:
        if isinstance(function.receiver, FilePath) and function.name in ("read", "read_text"):
            return self.contents(function.receiver, None, scope)
        return library.method(function, given, said)

    def _external(
        self, function: External, node: ast.Call, scope: Scope, given: list[object], said: dict[str, object]
    ) -> object:
        first = given[0] if given else None
        if function.name == "super" and isinstance(scope.receiver, Instance):
            return Super(scope.receiver, scope.owner or scope.receiver.kind)
        if function.name == "getattr" and len(given) > 1 and isinstance(given[1], str):
            return self.attribute(first, given[1])
        if library.opens(function):
            return _path(first)
        if library.reads(function):
            return self.contents(first, function, scope) if isinstance(first, FilePath | str) else Unknown()
        known = library.called(function, given, said)
        made = isinstance(known, Unknown) and function.last[:1].isupper() and known.name == function.last
        if made:
            return self.make(function.last, node, scope, given, said)
        if (
            isinstance(known, Unknown)
            and isinstance(first, Unknown)
            and first.name
            and known.name == function.last
        ):
            return Unknown(first.name, of_a_call=first.of_a_call)
        return known

    def _spread(self, nodes: list[ast.expr], scope: Scope) -> Iterator[object]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.value(node.value, scope)
                yield from library.items(value) or ([] if isinstance(value, Listed) else [value])
            else:
                yield self.value(node, scope)

    def _said(self, keywords: list[ast.keyword], scope: Scope) -> tuple[dict[str, object], list[object]]:
        said: dict[str, object] = {}
        unknown: list[object] = []
        for each in keywords:
            value = self.value(each.value, scope)
            if each.arg is not None:
                said[each.arg] = value
            elif isinstance(value, Table):
                said |= {"config": value} if value.key is not None and "config" not in said else value.rows
            else:
                unknown.append(value)
        return said, unknown


def _path(value: object) -> object:
    path = value.path if isinstance(value, FilePath) else value
    return FilePath(path) if isinstance(path, str) else Unknown()
