"""The files that followed code names: modules that it imports, and texts that it opens."""

import ast
import posixpath
import sys
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, cast

from swarm.teams.python.expressions import Expressions
from swarm.teams.python.names import MAX_STEPS
from swarm.teams.python.values import (
    External,
    FilePath,
    Listed,
    Module,
    Scope,
    Table,
    Unknown,
)
from swarm.teams.reading.files import Files
from swarm.teams.reading.python_source import parsed
from swarm.teams.reading.values import BadTeam, Unparsed, read_json5, read_yaml

_LIBRARIES = {*sys.stdlib_module_names, "crewai", "crewai_tools", "langchain", "yaml", "pydantic", "dotenv"}


class Imports(Expressions):
    """Finds files among those that were given; what they hold is followed by its children."""

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
        depth: int = self._depth
        self._depth = 0
        scope = Scope(module, module.names)
        try:
            for statement in module.tree.body:
                self._statement(statement, scope)
        finally:
            self._depth = depth

    @abstractmethod
    def _statement(self, node: ast.stmt, scope: Scope) -> object:
        """Follow a statement."""

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

    def take_import(self, node: Any, scope: Scope) -> None:
        """Follow `import a`."""
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

    def take_import_from(self, node: Any, scope: Scope) -> None:
        """Follow `from a import b`."""
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


class _Package:
    """A module of dotted name, as its first name stands for it."""

    def __init__(self, parts: Sequence[str], module: Module) -> None:
        self._parts, self._module = parts, module

    def opened(self) -> object:
        found: object = self._module
        for part in reversed(self._parts[1:]):
            found = Module("", ast.Module([], []), {part: found})
        return found


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
