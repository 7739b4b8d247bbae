"""A team from elsewhere is defined: its roles, who speaks when, what it shall deliver.

Every format is read into this one shape, and every format is written from it. Texts are data: they end in prompts and
on screens as they are, and decide nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from swarm.protocols.given_team import Step

Coordination = Literal["order", "leader", "graph"]
"""Ways to decide who works when: a fixed order in which each hears all before it, a leader who hands out jobs, or
an order in which each hears only those who lead to it."""

MANAGER = "Crew manager"
"""The name of a leader that a framework makes by itself, without a text of the team's."""
_BLANKS = re.compile(r"\{\w{1,60}\}")


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role that the team's makers gave to one agent."""

    name: str
    """One line of at most 80 characters."""
    goal: str = ""
    background: str = ""
    """Backstory, system message, instructions, …"""
    model: str | None = None
    """As the file names it; None when it names none."""

    @property
    def is_a_name(self) -> bool:
        """Say whether it has neither a goal nor a background, blanks aside."""
        return not _BLANKS.sub("", f"{self.goal} {self.background}").strip()


@dataclass(frozen=True, slots=True)
class GivenTask:
    """One thing that the team shall deliver; it becomes a requirement of the mission."""

    name: str
    """Letters, digits, "_" and "-", at most 60; known to steps by it, and unlike all others of the team."""
    text: str
    """May hold placeholders such as {topic}."""
    expected: str = ""
    """The looks of the result."""


@dataclass(frozen=True, slots=True)
class Note:
    """The fate of a part of a file, for people to read before anything runs."""

    kind: Literal["understood", "changed", "ignored"]
    what: str
    """The part and its place: never its value, which may be a key."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GivenTeam:
    """A team as its file gives it. Teams are equal when all that a run would use of them is equal."""

    name: str
    roles: tuple[GivenRole, ...]
    """1 to 256, in seat order. Under a leader the first one is the leader's."""
    coordination: Coordination = "order"
    steps: tuple[Step, ...] = ()
    """The order of work; empty: each role once, in seat order. Always empty under a leader."""
    tasks: tuple[GivenTask, ...] = ()
    """Empty for a team that is told what to do when it is started."""
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    """Placeholders of the tasks with the values that the file gives them; "" for those it leaves open."""
    goal: str = ""
    """The purpose of all tasks together, if the file says it."""
    max_usd: float | None = None
    """A limit of dollars that the file sets."""
    source: str = field(default="", compare=False)
    """The format, such as "CrewAI"."""
    notes: tuple[Note, ...] = field(default=(), compare=False)
    """Notes on what was understood, changed and ignored."""

    @property
    def models(self) -> tuple[str, ...]:
        """Models that it names, each once."""
        return tuple(dict.fromkeys(role.model for role in self.roles if role.model))

    @property
    def names_alone(self) -> str | None:
        """A sentence when nothing but their names is known of all its roles; else None."""
        if not all(role.is_a_name for role in self.roles if role.name != MANAGER) or not self.roles:
            return None
        names = ", ".join(role.name for role in self.roles[:5]) + (", …" if len(self.roles) > 5 else "")
        found = next(
            (note.what for note in self.notes if "agent" in note.what and note.kind != "understood"), ""
        )
        instead = f"; found instead: {found}" if found else ""
        return f"neither a goal nor a background was found for any role of {self.name!r} ({names}){instead}"
