"""Statements, functions, classes and files of code are followed; nothing is run."""

import ast
import posixpath
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, ClassVar, NamedTuple, cast

from swarm.teams.python import library
from swarm.teams.python.expressions import MAX_DEPTH, MAX_STEPS, Expressions
from swarm.teams.python.values import (
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
    Table,
    Unknown,
    truth,
)
from swarm.teams.reading.files import Files
from swarm.teams.reading.python_source import parsed
from swarm.teams.reading.values import BadTeam, Unparsed, read_json5, read_yaml


class Returned(NamedTuple):
    """The end of a function, with what it gives."""

    value: object
    maybe: bool = False
    """Whether only running the code would tell if it ends there."""


STOPPED = Returned(Unknown())
"""The end of a way through a function that gives nothing: an error, or the next round of a loop."""


class Follower(Expressions):
    """Follows the Python among some files."""

    def __init__(self, files: Files) -> None:
        super().__init__(MAX_STEPS + sum(map(len, files.named("*.py").values())))
        self.files = files
        self.modules: dict[str, Module] = {}
        self.entered: set[int] = set()
        """Ids of the nodes of functions that were followed."""
        self._following: set[int] = set()
        """Ids of the nodes of functions that are being followed: a function that comes back to itself is not again."""
        self.unread: dict[str, Unparsed] = {}
        """Files that cannot be parsed, by path."""
        self._by_name: dict[str, list[str]] = {}
        self._data: dict[str, object] = {}
        for path in files.texts:
            self._by_name.setdefault(PurePosixPath(path).name, []).append(path)

    def module(self, path: str) -> Module | None:
        """A file, followed from its top to its end; None when it cannot be parsed."""
        if path not in self.modules and path not in self.unread:
            try:
                tree = parsed(path, self.files.texts[path])
            except Unparsed as error:
                self.unread[path] = error
                return None
            found = self.modules[path] = Module(path, tree)
            self._top(found)
        return self.modules.get(path)

    def _top(self, module: Module) -> None:
        """Follow a file from its top; an error that it raises for lack of a setting ends nothing."""
        depth, self._depth = self._depth, 0
        scope = Scope(module, module.names)
        try:
            for statement in module.tree.body:
                self._statement(statement, scope)
        finally:
            self._depth = depth

    def member(self, module: Module, name: str) -> object:
        """A name of a module, or a module beside it that is called so."""
        if name in module.names:
            return module.names[name]
        if PurePosixPath(module.path).name == "__init__.py":
            inner = self._imported(posixpath.dirname(module.path), [name])
            if inner is not None:
                return inner
        return Unknown(name)

    def contents(self, path: FilePath | str, reader: External | None, scope: Scope) -> object:
        """The text of a file that was given, or what it holds."""
        text = path if isinstance(path, str) else None
        found = None if isinstance(path, str) else self.find(path.path, scope.module.path)
        if found is not None:
            text = self.files.texts[found]
        if reader is None or text is None:
            return Unknown() if text is None else text
        return self.data(found, text, reader.name)

    def data(self, path: str | None, text: str, reader: str = "yaml") -> object:
        """What a text holds, as values; Unknown when it cannot be read."""
        if path is not None and path in self._data:
            return self._data[path]
        read = read_json5 if "json" in reader else read_yaml
        try:
            found = as_value(read(path or "a text in code", text), path or "")
        except BadTeam:
            found = Unknown()
        if path is not None:
            self._data[path] = found
        return found

    def find(self, wanted: str, beside: str) -> str | None:
        """The path of a file that code names, seen from the file that names it; None when it is not there."""
        folder = posixpath.dirname(beside)
        for path in (posixpath.normpath(posixpath.join(folder, wanted)), posixpath.normpath(wanted)):
            if path in self.files.texts:
                return path
        parts = [part for part in wanted.split("/") if part not in ("", ".", "..")]
        return self._nearest(parts, folder) if parts else None

    def _nearest(self, parts: Sequence[str], folder: str) -> str | None:
        """Of the files of that name, the one whose path ends most like it; of several such, the nearest."""
        ranked = [
            (-_common(path.split("/")[::-1], parts[::-1]), -_common(path.split("/"), folder.split("/")), path)
            for path in self._by_name.get(parts[-1], [])
        ]
        return min(ranked)[2] if ranked else None

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

    def _import(self, node: Any, scope: Scope) -> None:
        for each in node.names:
            parts = each.name.split(".")
            found = self._imported(posixpath.dirname(scope.module.path), parts)
            whole = found if found is not None else External(each.name)
            if each.asname:
                scope.names[each.asname] = whole
            else:
                first = (
                    whole
                    if len(parts) == 1
                    else External(parts[0])
                    if found is None
                    else _Package(parts, found)
                )
                scope.names[parts[0]] = first.opened() if isinstance(first, _Package) else first

    def _import_from(self, node: Any, scope: Scope) -> None:
        folder = posixpath.dirname(scope.module.path)
        for _ in range(node.level - 1):
            folder = posixpath.dirname(folder)
        parts = (node.module or "").split(".") if node.module else []
        module = self._imported(folder, parts, within=node.level > 0) if parts else None
        for each in node.names:
            if each.name == "*":
                scope.names |= module.names if module else {}
                continue
            value = self._taken(module, folder, parts, each.name, node.level > 0)
            scope.names[each.asname or each.name] = value

    def _taken(
        self, module: Module | None, folder: str, parts: Sequence[str], name: str, within: bool
    ) -> object:
        if module is not None and (name in module.names or not module.path.endswith("__init__.py")):
            return self.member(module, name)
        inner = self._imported(folder, [*parts, name], within=within) if parts or within else None
        return inner if inner is not None else External(".".join([*parts, name]))

    def _imported(self, folder: str, parts: Sequence[str], *, within: bool = False) -> Module | None:
        """The file of a module, looked for beside the one that imports it and in the folders above."""
        for path in self._candidates(folder, parts, within):
            return self.module(path)
        return None

    def _candidates(self, folder: str, parts: Sequence[str], within: bool) -> Iterator[str]:
        steps = folder.split("/") if folder else []
        for end in range(len(steps), -1 if not within else len(steps) - 1, -1):
            start = "/".join([*steps[:end], *parts])
            yield from (path for path in (f"{start}/__init__.py", f"{start}.py") if path in self.files.texts)
        if not within and parts[0] not in _LIBRARIES:
            yield from self._elsewhere(parts)

    def _elsewhere(self, parts: Sequence[str]) -> Iterator[str]:
        """A module by the end of its path: whoever imports it may be started from any folder."""
        for first in range(min(len(parts), 4)):
            if first and len(parts) - first < 2:
                return
            end = "/".join(parts[first:])
            names = (f"{parts[-1]}.py", "__init__.py")
            paths = [path for name in names for path in self._by_name.get(name, [])]
            for path in paths:
                if f"/{path}".endswith((f"/{end}.py", f"/{end}/__init__.py")):
                    yield path

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
        ast.Import: _import,
        ast.ImportFrom: _import_from,
    }


class _Package:
    """A module of dotted name, as its first name stands for it."""

    def __init__(self, parts: Sequence[str], module: Module) -> None:
        self._parts, self._module = parts, module

    def opened(self) -> object:
        found: object = self._module
        for part in reversed(self._parts[1:]):
            found = Module("", ast.Module([], []), {part: found})
        return found


_NOTHING = object()
_LIBRARIES = {*sys.stdlib_module_names, "crewai", "crewai_tools", "langchain", "yaml", "pydantic", "dotenv"}


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


def _plain(names: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in names.items() if not isinstance(value, Function | Class)}


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> frozenset[str]:
    found = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return frozenset(
        each.attr if isinstance(each, ast.Attribute) else each.id if isinstance(each, ast.Name) else ""
        for each in found
    )


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    same = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        same += 1
    return same


def as_value(found: Any, path: str, key: str | None = None) -> object:
    """Data of a file as values; entries of its tables know their keys."""
    if isinstance(found, dict):
        rows = {
            str(name): as_value(each, path, str(name)) for name, each in cast(dict[Any, Any], found).items()
        }
        return Table(rows, key, path)
    if isinstance(found, list):
        return Listed([as_value(each, path) for each in cast(list[Any], found)])
    return found if isinstance(found, str | int | float | None) else str(found)
