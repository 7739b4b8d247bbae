"""Expressions of followed code get their values, as far as literals go."""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from swarm.teams.python import library
from swarm.teams.python.calls import Calls
from swarm.teams.python.names import MAX_DEPTH
from swarm.teams.python.texts import MAX_TEXT_CHARS, joined, shown, with_percents
from swarm.teams.python.values import (
    External,
    FilePath,
    Function,
    Listed,
    Method,
    Scope,
    Table,
    Unknown,
    as_text,
    name_of,
    truth,
)


class Expressions(Calls):
    """Gives expressions their values. Nothing is run."""

    def value(self, node: ast.expr | None, scope: Scope) -> object:
        """The value of an expression; Unknown where only running the code would tell."""
        kind = self._KINDS.get(type(node))
        self.spend()
        if node is None or kind is None or self._depth > MAX_DEPTH:
            return Unknown()
        self._depth += 1
        try:
            found = kind(self, node, scope)
        finally:
            self._depth -= 1
        self.spend(found)
        return found if not isinstance(found, str) or len(found) <= MAX_TEXT_CHARS else Unknown()

    def _constant(self, node: Any, scope: Scope) -> object:
        return node.value if isinstance(node.value, str | int | float | None) else Unknown()

    def _name(self, node: Any, scope: Scope) -> object:
        return self.lookup(node.id, scope)

    def _attribute(self, node: Any, scope: Scope) -> object:
        return self.attribute(self.value(node.value, scope), node.attr)

    def _subscript(self, node: Any, scope: Scope) -> object:
        value, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(value, Table) and isinstance(key, str):
            return value.rows.get(key, Unknown(key, (key,)))
        if isinstance(value, Listed) and isinstance(key, int) and -len(value.items) <= key < len(value.items):
            return value.items[key]
        if isinstance(value, External) and value.last not in ("environ", "secrets"):
            return value
        keys = value.keys if isinstance(value, Unknown) else ()
        return Unknown(key, (*keys, key)) if isinstance(key, str) else Unknown(name_of(value))

    def _f_string(self, node: Any, scope: Scope) -> object:
        parts = [shown(self.value(each, scope)) for each in node.values]
        return _or_unknown(joined("", parts))

    def _formatted(self, node: Any, scope: Scope) -> object:
        return self.value(node.value, scope)

    def _list(self, node: Any, scope: Scope) -> object:
        return Listed([*self._spread(node.elts, scope)])

    def _dict(self, node: Any, scope: Scope) -> object:
        table = Table()
        for key, each in zip(node.keys, node.values, strict=True):
            value, name = self.value(each, scope), None if key is None else self.value(key, scope)
            if key is None and isinstance(value, Table):
                table.rows |= value.rows
            elif isinstance(name, str | int):
                table.rows[str(name)] = value
        return table

    def _binary(self, node: Any, scope: Scope) -> object:
        left, parts = node, list[ast.expr]()
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.append(left.right)
            left = left.left
        if not parts:
            return self._operated(node.op, self.value(node.left, scope), self.value(node.right, scope))
        return self._sum([self.value(left, scope), *(self.value(part, scope) for part in reversed(parts))])

    def _sum(self, values: list[object]) -> object:
        if all(isinstance(each, Listed) for each in values):
            return Listed([item for each in values if isinstance(each, Listed) for item in each.items])
        numbers = [each for each in values if isinstance(each, int | float)]
        if len(numbers) == len(values):
            return sum(numbers)
        if any(isinstance(each, str) for each in values):
            return _or_unknown(joined("", values))
        return next((each for each in values if isinstance(each, Listed)), Unknown())

    def _operated(self, operator: ast.operator, left: object, right: object) -> object:
        if isinstance(operator, ast.Mod) and isinstance(left, str):
            return with_percents(left, right)
        if isinstance(operator, ast.Div) and isinstance(left, FilePath):
            return library.method(Method(left, "joinpath"), [right], {})
        if isinstance(operator, ast.BitOr) and isinstance(left, Table) and isinstance(right, Table):
            return Table({**left.rows, **right.rows})
        return Unknown(name_of(left))

    def _boolean(self, node: Any, scope: Scope) -> object:
        """The first value that decides; what is not known is passed by where a later one is."""
        wanted = isinstance(node.op, ast.Or)
        values = [self.value(each, scope) for each in node.values]
        deciding = next((each for each in values if truth(each) is wanted), None)
        if deciding is not None or all(truth(each) is not None for each in values):
            return values[-1] if deciding is None else deciding
        return next(each for each in values if truth(each) is None)

    def _compared(self, node: Any, scope: Scope) -> object:
        left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
        inside = _within(right)
        if len(node.ops) > 1 or (as_text(left) is None and left is not None):
            return Unknown()
        match node.ops[0]:
            case ast.Eq() | ast.Is() if as_text(right) is not None or right is None:
                return left == right
            case ast.NotEq() | ast.IsNot() if as_text(right) is not None or right is None:
                return left != right
            case ast.In() if inside is not None:
                return _is_in(left, inside)
            case ast.NotIn() if inside is not None:
                return not _is_in(left, inside)
            case _:
                return Unknown()

    def _unary(self, node: Any, scope: Scope) -> object:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            known = truth(value)
            return Unknown() if known is None else not known
        return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else Unknown()

    def _either(self, node: Any, scope: Scope) -> object:
        known = truth(self.value(node.test, scope))
        if known is not None:
            return self.value(node.body if known else node.orelse, scope)
        values = self.value(node.body, scope), self.value(node.orelse, scope)
        self.take_either(node, scope)
        return next(
            (each for each in values if each is not None and not isinstance(each, Unknown)), values[0]
        )

    def _comprehension(self, node: Any, scope: Scope) -> object:
        found: list[object] = []
        for inner in self._rounds(node.generators, scope):
            found.append(self.value(node.elt, inner))
        return Listed(found)

    def _table_comprehension(self, node: Any, scope: Scope) -> object:
        table = Table()
        for inner in self._rounds(node.generators, scope):
            key = self.value(node.key, inner)
            if isinstance(key, str):
                table.rows[key] = self.value(node.value, inner)
        return table

    def _rounds(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        first, *rest = generators
        items = library.items(self.value(first.iter, scope))
        if items is None:
            self.take_either(first.iter, scope)
        for item in [Unknown()] if items is None else items:
            self.spend()
            inner = Scope(scope.module, {}, scope, scope.owner, scope.receiver)
            self.assign(first.target, item, inner)
            if all(truth(self.value(each, inner)) is not False for each in first.ifs):
                yield from self._rounds(rest, inner) if rest else [inner]

    def _awaited(self, node: Any, scope: Scope) -> object:
        return self.value(node.value, scope)

    def _assigned(self, node: Any, scope: Scope) -> object:
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _lambda(self, node: Any, scope: Scope) -> object:
        return Function("lambda", node, scope)

    _KINDS: ClassVar[Mapping[type[Any], Callable[..., Any]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: Calls.each_call,
        ast.JoinedStr: _f_string,
        ast.FormattedValue: _formatted,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Set: _list,
        ast.Dict: _dict,
        ast.BinOp: _binary,
        ast.BoolOp: _boolean,
        ast.Compare: _compared,
        ast.UnaryOp: _unary,
        ast.IfExp: _either,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _table_comprehension,
        ast.Await: _awaited,
        ast.NamedExpr: _assigned,
        ast.Lambda: _lambda,
    }


def _within(value: object) -> list[object] | str | None:
    return value if isinstance(value, str) else library.items(value)


def _is_in(value: object, inside: list[object] | str) -> bool:
    return isinstance(value, str) and value in inside if isinstance(inside, str) else value in inside


def _or_unknown(text: str | None) -> object:
    return Unknown() if text is None else text
