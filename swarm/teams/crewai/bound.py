"""A crew as its code binds it: which agent a task has, and in what order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from swarm.teams.python.values import Table


class Bound(NamedTuple):
    """An agent or a task as the code makes it."""

    key: str | None = None
    """Of the entry of a YAML file that configures it."""
    path: str = ""
    """Of that file."""
    row: Mapping[str, object] = {}
    """What stands in the entry."""
    texts: Mapping[str, str] = {}
    """What the code says in its place."""
    model: str | None = None
    agent: str | None = None
    """The name of a task's agent."""
    context: tuple[str, ...] | None = None
    """Names of a task's context."""


@dataclass(slots=True)
class Code:
    """A crew as its code makes it. Names are those of methods and variables, unlike each other."""

    path: str
    title: str = ""
    name: str = ""
    """By which it can be chosen among others of its file."""
    bound: dict[str, Bound] = field(default_factory=dict[str, Bound])
    agents: list[str] = field(default_factory=list[str])
    tasks: list[str] = field(default_factory=list[str])
    """In the order of work."""
    led: bool = False
    manager: str | None = None
    manager_model: str | None = None
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    unclear: set[int] = field(default_factory=set[int])
    """Lines that hold more than can be followed."""
    by_name: list[str] = field(default_factory=list[str])
    """Agents and tasks that are taken from YAML by their name, because the code cannot be followed."""
    ignored: Counter[str] = field(default_factory=Counter[str])
    """Arguments that nobody asked for."""
    times: int = 1
    """How often the code makes it, each time with other values, of which those of the first are read."""
    either: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    """By path: lines where the first of several ways is taken."""
    lost_tasks: bool = False
    """Whether it has tasks that are not in the files."""


Rows: TypeAlias = Mapping[str, Table]
"""Entries of YAML files, by the path of the file."""
