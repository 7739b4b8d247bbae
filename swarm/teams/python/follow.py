"""Functions and classes of code are followed; nothing is run."""

import ast
from collections.abc import Iterator, Mapping

from swarm.teams.python.names import MAX_DEPTH
from swarm.teams.python.statements import STOPPED, Statements
from swarm.teams.python.values import (
    Class,
    Function,
    Instance,
    Listed,
    Made,
    Module,
    Scope,
    Table,
    Unknown,
)


class Follower(Statements):
    """Follows the Python among some files."""

    def enter(
        self, function: Function, receiver: object, given: list[object], said: dict[str, object]
    ) -> object:
        """Follow a function of the files; Unknown when it goes too deep or gives nothing."""
        node = function.node
        self.entered.add(id(node))
        if self._depth > MAX_DEPTH or id(node) in self._following:
            return Unknown(function.name, of_a_call=True)
        self._following.add(id(node))
        try:
            return self._inside(function, receiver, given, said)
        finally:
            self._following.discard(id(node))

    def _inside(
        self, function: Function, receiver: object, given: list[object], said: dict[str, object]
    ) -> object:
        node = function.node
        own = [] if receiver is None or "staticmethod" in function.decorators else [receiver]
        scope = Scope(function.scope.module, {}, function.scope, function.owner, receiver)
        self._bind(node.args, [*own, *given], said, scope, function.scope)
        if isinstance(node, ast.Lambda):
            return self.value(node.body, scope)
        self._depth += 2
        try:
            ended = self._block(node.body, scope)
        finally:
            self._depth -= 2
        found = ended.value if ended is not None and ended is not STOPPED else None
        return self.given_back(function, found)

    def given_back(self, function: Function, found: object) -> object:
        """What a function gives, under its name."""
        if isinstance(found, Made) and len(found.names) < 8 and function.name not in found.names:
            found.names.append(function.name)
        return (
            Unknown(function.name, of_a_call=True) if isinstance(found, Unknown) and not found.name else found
        )

    def _bind(
        self,
        wanted: ast.arguments,
        given: list[object],
        said: Mapping[str, object],
        scope: Scope,
        outer: Scope,
    ) -> None:
        plain = [*wanted.posonlyargs, *wanted.args]
        missing = len(plain) - len(wanted.defaults)
        for place, each in enumerate(plain):
            default = wanted.defaults[place - missing] if place >= missing else None
            value = given[place] if place < len(given) else said.get(each.arg, _NOTHING)
            scope.names[each.arg] = self._argument(value, each.arg, default, outer)
        for each, default in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True):
            scope.names[each.arg] = self._argument(said.get(each.arg, _NOTHING), each.arg, default, outer)
        if wanted.vararg:
            scope.names[wanted.vararg.arg] = Listed(given[len(plain) :])
        if wanted.kwarg:
            names = {each.arg for each in (*plain, *wanted.kwonlyargs)}
            scope.names[wanted.kwarg.arg] = Table({key: said[key] for key in said if key not in names})

    def _argument(self, value: object, name: str, default: ast.expr | None, outer: Scope) -> object:
        if value is _NOTHING:
            found = self.value(default, outer) if default is not None else None
            return Unknown(name) if found is None else found
        return Unknown(name, value.keys) if isinstance(value, Unknown) and not value.name else value

    def instance(
        self, kind: Class, call: ast.AST, scope: Scope, given: list[object], said: dict[str, object]
    ) -> object:
        """Follow the making of an object; one of a library's class as well is that."""
        made = Instance(kind)
        constructor = kind.find("__init__")
        if isinstance(constructor, Function):
            self.enter(constructor, made, given, said)
        else:
            made.names |= said
            if kind.library() in self.kept_kinds:
                made.made = self.make(kind.library(), call, scope, given, said)
        if made.made is None or made.made.kind not in self.kept_kinds:
            return made
        members = {name: value for each in reversed(kind.family()) for name, value in each.names.items()}
        made.made.said = {**_plain(members), **_plain(made.names), **made.made.said}
        made.made.names.append(kind.name)
        return made.made

    kept_kinds: frozenset[str] = frozenset()
    """Classes of a library whose children are told by what they tell their parent."""

    def entry(self, function: Function) -> object:
        """Follow a function that nobody calls, without knowing what it is called with."""
        receiver = (
            self.instance(function.owner, function.node, function.scope, [], {}) if function.owner else None
        )
        return self.enter(function, receiver, [], {})

    def functions(self, module: Module) -> Iterator[Function]:
        """Functions and methods at the top of a file."""
        for value in list(module.names.values()):
            if isinstance(value, Function) and value.scope.module is module:
                yield value
            elif isinstance(value, Class) and value.scope.module is module:
                yield from (each for each in value.names.values() if isinstance(each, Function))


_NOTHING = object()


def _plain(names: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in names.items() if not isinstance(value, Function | Class)}
