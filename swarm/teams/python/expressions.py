"""Expressions of followed code get their values, as far as literals go."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from swarm.teams.python import library
from swarm.teams.python.texts import MAX_TEXT_CHARS, joined, shown, with_percents
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
    as_text,
    name_of,
    truth,
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


class Expressions(ABC):
    """Gives expressions their values. Nothing is run: of calls, those of the files' own functions are followed."""

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

    def make(
        self, kind: str, call: ast.AST, scope: Scope, given: list[object], said: dict[str, object]
    ) -> Made:
        """An object of a library's class."""
        return Made(kind, call, scope.module.path, getattr(call, "lineno", 0), given, said)

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
        ast.Call: each_call,
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


def _path(value: object) -> object:
    path = value.path if isinstance(value, FilePath) else value
    return FilePath(path) if isinstance(path, str) else Unknown()


def _within(value: object) -> list[object] | str | None:
    return value if isinstance(value, str) else library.items(value)


def _is_in(value: object, inside: list[object] | str) -> bool:
    return isinstance(value, str) and value in inside if isinstance(inside, str) else value in inside


def _or_unknown(text: str | None) -> object:
    return Unknown() if text is None else text
