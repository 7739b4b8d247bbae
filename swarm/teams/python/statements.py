"""Statements of followed code, and where functions end."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from swarm.teams.python import library
from swarm.teams.python.imports import Imports
from swarm.teams.python.names import MAX_DEPTH
from swarm.teams.python.values import (
    Class,
    Function,
    Listed,
    Made,
    Method,
    Scope,
    Table,
    Unknown,
    truth,
)


class Returned(NamedTuple):
    """The end of a function, with what it gives."""

    value: object
    maybe: bool = False
    """Whether only running the code would tell if it ends there."""


STOPPED = Returned(Unknown())
"""The end of a way through a function that gives nothing: an error, or the next round of a loop."""


class Statements(Imports):
    """Follows statements one after another, both ways where only running the code would tell which is taken."""

    def _block(self, body: Sequence[ast.stmt], scope: Scope) -> Returned | None:
        if self._depth > MAX_DEPTH:
            return None
        self._depth += 1
        try:
            return self._each(body, scope)
        finally:
            self._depth -= 1

    def _each(self, body: Sequence[ast.stmt], scope: Scope) -> Returned | None:
        """Follow statements; past an end that may be none, for what is made behind it."""
        pending: Returned | None = None
        for statement in body:
            ended = self._statement(statement, scope)
            if ended is STOPPED:
                return pending or ended
            if ended is not None:
                pending = _better(pending, ended)
                if not ended.maybe:
                    return pending
        return pending

    def _statement(self, node: ast.stmt, scope: Scope) -> Returned | None:
        self.spend()
        kind = self._STATEMENTS.get(type(node))
        return kind(self, node, scope) if kind else None

    def _assign_all(self, node: Any, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annotated(self, node: Any, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)

    def _added(self, node: Any, scope: Scope) -> None:
        left, right = self.value(node.target, scope), self.value(node.value, scope)
        if isinstance(left, Listed):
            library.method(Method(left, "extend"), [right], {})
        elif isinstance(node.op, ast.Add):
            self.spend(left, right)
            self.assign(node.target, self._sum([left, right]), scope)

    def _expression(self, node: Any, scope: Scope) -> None:
        self.value(node.value, scope)

    def _return(self, node: Any, scope: Scope) -> Returned:
        return Returned(self.value(node.value, scope) if node.value is not None else None)

    def _stop(self, node: Any, scope: Scope) -> Returned:
        return STOPPED

    def _if(self, node: Any, scope: Scope) -> Returned | None:
        known = truth(self.value(node.test, scope))
        if known is not None:
            return self._block(node.body if known else node.orelse, scope)
        # The first way wins: it is followed last.
        other = self._block(node.orelse, scope)
        first = self._block(node.body, scope)
        ended = [each for each in (first, other) if each is not None and each is not STOPPED]
        if (node.orelse and first is not STOPPED and other is not STOPPED) or any(map(_gives, ended)):
            self.take_either(node, scope)
        if not ended:
            return STOPPED if first is STOPPED and other is STOPPED else None
        both = first is not None and other is not None and not any(each.maybe for each in ended)
        return Returned(max(ended, key=_gives).value, maybe=not both)

    def _match(self, node: Any, scope: Scope) -> Returned | None:
        ended = [self._block(case.body, scope) for case in reversed(node.cases)]
        self.take_either(node, scope)
        return _maybe(
            next((each for each in reversed(ended) if each is not None and each is not STOPPED), None)
        )

    def _for(self, node: Any, scope: Scope) -> Returned | None:
        items = library.items(self.value(node.iter, scope))
        if items is None:
            self.take_either(node, scope)
        pending: Returned | None = None
        for item in [Unknown()] if items is None else items:
            self.assign(node.target, item, scope)
            ended = self._block(node.body, scope)
            if ended is not None and ended is not STOPPED:
                pending = _better(pending, ended)
                if items is not None and not ended.maybe:
                    return pending
        return _maybe(pending)

    def _while(self, node: Any, scope: Scope) -> Returned | None:
        ended = self._block(node.body, scope)
        return None if ended is STOPPED else _maybe(ended)

    def _with(self, node: Any, scope: Scope) -> Returned | None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, scope)
        return self._block(node.body, scope)

    def _try(self, node: Any, scope: Scope) -> Returned | None:
        ended = self._block([*node.body, *node.orelse], scope)
        last = self._block(node.finalbody, scope)
        return ended if ended is not None and ended is not STOPPED else last

    def _function(self, node: Any, scope: Scope) -> None:
        scope.names[node.name] = Function(node.name, node, scope, None, _decorators(node))

    def _class(self, node: Any, scope: Scope) -> None:
        inner = Scope(scope.module, {}, scope)
        bases = tuple(self.value(base, scope) for base in node.bases[:20])
        made = Class(node.name, node, scope, inner.names, bases, _decorators(node))
        self._block(node.body, inner)
        for name, value in list(inner.names.items()):
            if isinstance(value, Function) and value.owner is None and value.scope is inner:
                # Methods do not see the names of their class.
                inner.names[name] = Function(value.name, value.node, scope, made, value.decorators)
        scope.names[node.name] = made

    _STATEMENTS: ClassVar[Mapping[type[Any], Callable[..., Any]]] = {
        ast.Assign: _assign_all,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _added,
        ast.Expr: _expression,
        ast.Return: _return,
        ast.Raise: _stop,
        ast.Continue: _stop,
        ast.Break: _stop,
        ast.If: _if,
        ast.Match: _match,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Import: Imports.take_import,
        ast.ImportFrom: Imports.take_import_from,
    }


def _gives(ended: Returned | None) -> int:
    """How much an end tells: an object of a library's, anything else, nothing."""
    if ended is None or isinstance(ended.value, Unknown | None):
        return 0
    inner = ended.value.items if isinstance(ended.value, Listed) else [ended.value]
    inner = [*ended.value.rows.values()] if isinstance(ended.value, Table) else inner
    return 2 if any(isinstance(each, Made) for each in inner) else 1


def _better(first: Returned | None, second: Returned) -> Returned:
    """Of two ends the earlier one that makes something, else the later one that gives something."""
    if first is None or (_gives(first) < 2 and _gives(second) > 0):
        return second
    return Returned(first.value, maybe=second.maybe)


def _maybe(ended: Returned | None) -> Returned | None:
    return None if ended is None else Returned(ended.value, maybe=True)


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> frozenset[str]:
    found = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return frozenset(
        each.attr if isinstance(each, ast.Attribute) else each.id if isinstance(each, ast.Name) else ""
        for each in found
    )
