"""Code that makes crews is followed: its agents, tasks and crews are kept as they are made."""

import ast
import re
from collections.abc import Iterator, Sequence

from swarm.teams.python.follow import Follower
from swarm.teams.python.values import (
    Class,
    External,
    FilePath,
    Function,
    Instance,
    Listed,
    Made,
    Scope,
    Unknown,
)
from swarm.teams.reading.files import Files

AGENTS = frozenset({"Agent", "BaseAgent", "LiteAgent"})
TASKS = frozenset({"Task", "ConditionalTask"})
CREWS = frozenset({"Crew"})
METHODS = ("agent", "task", "crew", "llm")
"""CrewAI's decorators of methods that make something once."""
_CONFIGS = {"agents_config": "config/agents.yaml", "tasks_config": "config/tasks.yaml"}
_OF_CREWAI = re.compile(r"\bcrewai\b|\bCrew\(|\bAgent\(")
_MAKES = re.compile(r"\b(?:Crew|Agent|Task|CrewBase)\b")


class CrewFollower(Follower):
    """Follows code, and keeps what it makes of CrewAI's."""

    kept_kinds = AGENTS | TASKS | CREWS

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        self.made: list[Made] = []
        self.receivers: dict[int, Instance] = {}
        """By the id of what was made: the object whose method made it."""
        self.makers: dict[int, Function] = {}
        """By the id of the call of a crew: the function of the files in which it stands."""
        self._stack: list[Function] = []
        self._once: dict[tuple[int, int], object] = {}

    def make(
        self, kind: str, call: ast.AST, scope: Scope, given: list[object], said: dict[str, object]
    ) -> Made:
        """Keep what is CrewAI's."""
        made = super().make(kind, call, scope, given, said)
        if kind in self.kept_kinds:
            self.made.append(made)
            if self._stack:
                self.makers[id(call)] = self._stack[-1]
            if isinstance(scope.receiver, Instance):
                self.receivers[id(made)] = scope.receiver
        return made

    def enter(
        self, function: Function, receiver: object, given: list[object], said: dict[str, object]
    ) -> object:
        """Follow a method with a decorator of CrewAI's once for each object, as CrewAI does."""
        if receiver is None or not function.decorators & {*METHODS}:
            return self._entered(function, receiver, given, said)
        key = id(function.node), id(receiver)
        if key not in self._once:
            self._once[key] = Unknown(function.name)
            self._once[key] = self._entered(function, receiver, given, said)
        return self._once[key]

    def _entered(
        self, function: Function, receiver: object, given: list[object], said: dict[str, object]
    ) -> object:
        self._stack.append(function)
        try:
            return super().enter(function, receiver, given, said)
        finally:
            self._stack.pop()

    def again(self, made: Made) -> Made | None:
        """A crew as its function makes it for anybody, not knowing what it is called with; None when it makes none."""
        function = self.makers.get(id(made.node))
        before = len(self.made)
        if function is not None:
            self.entry(function)
        return next((each for each in self.made[before:] if each.node is made.node), None)

    def given_back(self, function: Function, found: object) -> object:
        """A method with a decorator names what it makes."""
        if isinstance(found, Made) and function.decorators & {*METHODS}:
            found.names.insert(0, function.name)
        return super().given_back(function, found)

    def of_instance(self, value: Instance, name: str) -> object:
        """The agents and tasks of a crew's class are what its decorated methods make; its configuration is a file."""
        if name in ("agents", "tasks") and name not in value.names:
            methods = list(decorated(value.kind, name.removesuffix("s")))
            if methods:
                return Listed([self.enter(each, value, [], {}) for each in methods])
        found = super().of_instance(value, name)
        return self._configuration(value, name, found) if name in _CONFIGS else found

    def _configuration(self, value: Instance, name: str, found: object) -> object:
        based = any("CrewBase" in each.decorators for each in value.kind.family())
        path = _CONFIGS[name] if based and isinstance(found, Unknown) else found
        if not isinstance(path, str | FilePath) or not str(getattr(path, "path", path)).endswith(
            (".yaml", ".yml")
        ):
            return found
        path = path if isinstance(path, FilePath) else FilePath(path)
        read = self.contents(path, External("yaml.safe_load"), value.kind.scope)
        return Unknown(name) if isinstance(read, Unknown) else read


def decorated(kind: Class, decorator: str) -> Iterator[Function]:
    """Methods of a class and its parents with a decorator, in the order of the file."""
    seen: set[str] = set()
    for each in kind.family():
        for name, value in each.names.items():
            if isinstance(value, Function) and decorator in value.decorators and name not in seen:
                seen.add(name)
                yield value


def followed(follower: CrewFollower) -> None:
    """Follow all code that may make crews, functions that nobody calls included.

    Raises:
        TooMuch: when that would take too many steps.
    """
    paths = [
        path
        for path, text in follower.files.named("*.py").items()
        if _OF_CREWAI.search(text) and "crewai" in text
    ]
    modules = [module for path in paths if (module := follower.module(path)) is not None]
    functions = [(each, _mentioned(each.node)) for module in modules for each in follower.functions(module)]
    for kinds in (CREWS, AGENTS | TASKS):
        for function in _makers(functions, kinds):
            if id(function.node) not in follower.entered:
                follower.entry(function)
        if any(made.kind in CREWS for made in follower.made):
            return


def _makers(functions: Sequence[tuple[Function, set[str]]], kinds: frozenset[str]) -> list[Function]:
    """Functions that make something, those who call them first: they know with what."""
    direct = [each for each, names in functions if kinds & names]
    wanted = {each.name for each in direct} | {each.owner.name for each in direct if each.owner}
    callers = [each for each, names in functions if wanted & names and not kinds & names]
    return [*callers, *sorted(direct, key=lambda each: "crew" not in each.decorators)]


def _mentioned(node: ast.AST) -> set[str]:
    names: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            names.add(each.id)
        elif isinstance(each, ast.Attribute):
            names.add(each.attr)
    return names
