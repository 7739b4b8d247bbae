"""The values that followed code can have: texts and numbers as they are, and what stands for all else."""

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

Callable_: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Arguments: TypeAlias = "tuple[list[object], dict[str, object]]"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only running the code would tell."""

    name: str = ""
    """By which people would call it: a variable, an attribute, a key."""
    keys: tuple[str, ...] = ()
    """Literal keys by which it was looked up, such as ("writer", "goal")."""
    of_a_call: bool = False
    """Whether the name is only that of what was called; the variable that it is given to has a better one."""


@dataclass(frozen=True, slots=True)
class External:
    """A name of a library that is not among the files, such as "crewai.Agent"."""

    name: str

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Listed:
    """A list, a tuple or a set."""

    items: list[object] = field(default_factory=list[object])


@dataclass(slots=True, eq=False)
class Table:
    """A mapping of names; one that a file holds knows its key there."""

    rows: dict[str, object] = field(default_factory=dict[str, object])
    key: str | None = None
    path: str = ""


@dataclass(slots=True, eq=False)
class Made:
    """An object of a library's class, as the call that makes it says."""

    kind: str
    """Last name of the class, such as "Agent"."""
    node: ast.AST
    path: str
    line: int
    given: list[object]
    said: dict[str, object]
    spread: list[object] = field(default_factory=list[object])
    """Mappings that are spread into its arguments and are not known."""
    names: list[str] = field(default_factory=list[str])
    """Methods and variables that it goes by, the likeliest first."""
    inputs: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True, eq=False)
class Module:
    """A file of Python."""

    path: str
    tree: ast.Module
    names: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(slots=True, eq=False)
class Scope:
    """The names that a statement sees."""

    module: Module
    names: dict[str, object]
    outer: "Scope | None" = None
    owner: "Class | None" = None
    receiver: object = None


@dataclass(slots=True, eq=False)
class Function:
    """A function or a method of the files."""

    name: str
    node: Callable_
    scope: Scope
    owner: "Class | None" = None
    decorators: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Bound:
    """A method of an object."""

    function: Function
    receiver: object


@dataclass(slots=True, eq=False)
class Class:
    """A class of the files."""

    name: str
    node: ast.ClassDef
    scope: Scope
    names: dict[str, object]
    bases: tuple[object, ...] = ()
    decorators: frozenset[str] = frozenset()

    def family(self) -> "list[Class]":
        """Itself and the classes of the files that it derives from."""
        found: list[Class] = [self]
        for each in found:
            found += [base for base in each.bases if isinstance(base, Class) and base not in found]
        return found

    def find(self, name: str) -> object:
        """A member of the family; Unknown when it has none of the name."""
        for each in self.family():
            if name in each.names:
                return each.names[name]
        return Unknown(name)

    def library(self) -> str:
        """The last name of the library's class that it derives from; empty for none."""
        outer = (base for each in self.family() for base in each.bases if isinstance(base, External))
        return next((base.last for base in outer), "")


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the files."""

    kind: Class
    names: dict[str, object] = field(default_factory=dict[str, object])
    made: Made | None = None
    """The library's object that it is as well."""


@dataclass(frozen=True, slots=True)
class Super:
    """An object as its class's bases see it."""

    receiver: Instance
    owner: Class


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a text, a list, a table, a path or a library's object."""

    receiver: object
    name: str


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path, or a file that was opened by it."""

    path: str


def truth(value: object) -> bool | None:
    """Whether a value counts as true; None when only running the code would tell."""
    if isinstance(value, Unknown | External):
        return None
    if isinstance(value, Listed):
        return bool(value.items)
    return bool(value.rows) if isinstance(value, Table) else bool(value)


def as_text(value: object) -> str | None:
    """A text or a number as it would stand in a text; None for all else."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float) and not (isinstance(value, int) and value.bit_length() > 1_000):
        return str(value)
    return None


def name_of(value: object) -> str:
    """The name by which an unknown value would be asked for; empty when there is none."""
    match value:
        case Unknown():
            return value.name
        case External():
            return value.last
        case Function() | Class():
            return value.name
        case Bound():
            return value.function.name
        case Made():
            return value.names[0] if value.names else value.kind
        case Method():
            return value.name
        case _:
            return ""
