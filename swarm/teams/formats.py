"""A team's files find the reader that knows their format, and where what it read is put in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from swarm.errors import BadInput
from swarm.protocols.given_team import MAX_STEPS
from swarm.security.keys import without_secrets
from swarm.team import MAX_AGENTS, MAX_ROLE_CHARS, one_line
from swarm.teams import toml
from swarm.teams.agent_framework import reader as agent_framework
from swarm.teams.autogen import reader as autogen
from swarm.teams.chatdev import reader as chatdev
from swarm.teams.crewai import reader as crewai
from swarm.teams.explicit import explicit
from swarm.teams.metagpt import reader as metagpt
from swarm.teams.openclaw import reader as openclaw
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.files import Files, files_of
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note

Reader: TypeAlias = Callable[[Files], GivenTeam | None]
"""Reads a team; None when the files are of another format. Raises BadTeam, naming file and place."""

FORMATS: Mapping[str, Reader] = {
    "Roleless": toml.read,
    "CrewAI": crewai.read,
    "AutoGen": autogen.read,
    "Microsoft Agent Framework": agent_framework.read,
    "ChatDev": chatdev.read,
    "MetaGPT": metagpt.read,
    "OpenClaw": openclaw.read,
}
"""By the name people know them by, in the order in which they are tried."""
MAX_BRIEF_CHARS = 4_000
"""Of a goal or a background; what is longer is cut, and said."""
MAX_TASK_CHARS = 1_500
MAX_NOTE_CHARS = 600
TOOLS = Note(
    "ignored",
    "tools, memory, callbacks, guardrails and the framework's own loop",
    "Roleless emulates the roles and who hears whom, not the framework's runtime.",
)
_NOT_IN_A_NAME = re.compile(r"[^\w-]+", re.ASCII)


def import_team(path: Path) -> GivenTeam:
    """Read a team from a file, a folder or a zip.

    Raises:
        BadInput: names the file and the place, or says which formats are known.
    """
    return read_team(files_of(path))


def read_team(files: Files) -> GivenTeam:
    """Read a team from its files, whatever their format.

    Raises:
        BadInput: names the file and the place, or says which formats are known.
    """
    try:
        return _read_as_any(files)
    except BadInput as error:
        if not files.skipped:
            raise
        # What seems to be missing may be what could not be read.
        raise BadInput(f"{error}; not read: {', '.join(files.skipped[:5])}") from error


def _read_as_any(files: Files) -> GivenTeam:
    for source, read in FORMATS.items():
        team = read(files)
        if team is not None:
            return settled(replace(team, source=team.source or source), files)
    seen = ", ".join(list(files.texts)[:5])
    raise BadInput(f"no team of a known format in {seen}; known: {', '.join(FORMATS)}")


def settled(team: GivenTeam, files: Files | None = None) -> GivenTeam:
    """A team with names that fit everywhere, without keys and within limits; what was changed is noted.

    Nothing is left implicit: what is settled is what every format reads back, as far as it says that it can.

    Raises:
        BadInput: when it has no roles, or more roles or steps than a team can have.
    """
    _check_size(team)
    team = explicit(team)
    tidy = _Tidy()
    roles = tuple(tidy.role(number, role) for number, role in enumerate(team.roles, 1))
    tasks = tuple(tidy.task(task) for task in team.tasks)
    renamed = {old.name: new.name for old, new in zip(team.tasks, tasks, strict=True)}
    name = tidy.line("the team's name", team.name) or "Imported team"
    goal = tidy.text("the goal", team.goal, MAX_BRIEF_CHARS)
    inputs = tidy.inputs(team.inputs, (*_texts_of(roles, tasks), goal))
    notes = [
        *team.notes,
        *tidy.notes,
        *(Note("ignored", path) for path in (files.skipped if files else ())),
        TOOLS,
    ]
    return replace(
        team,
        name=name,
        roles=roles,
        tasks=tasks,
        steps=tuple(step._replace(task=renamed.get(step.task or "")) for step in team.steps),
        source=_clean_line(team.source)[:MAX_ROLE_CHARS],
        inputs=inputs,
        goal=goal,
        notes=tuple(dict.fromkeys(map(_clean, notes))),
    )


def _clean(note: Note) -> Note:
    return Note(note.kind, *(_clean_line(text)[:MAX_NOTE_CHARS] for text in (note.what, note.why)))


def _clean_line(text: str) -> str:
    return without_secrets(one_line(_printable(text)))[0]


def _texts_of(roles: Iterable[GivenRole], tasks: Iterable[GivenTask]) -> Iterator[str]:
    for role in roles:
        yield from (role.name, role.goal, role.background)
    for task in tasks:
        yield from (task.text, task.expected)


def _can_be_asked_for(name: str) -> bool:
    return blanks([f"{{{name}}}"]) == (name,) and not without_secrets(name)[1]


def _printable(text: str) -> str:
    """A text without what is not seen: a key that is cut by it would not be found, and be whole to whoever reads on."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def task_name(text: str) -> str:
    """A name for a task that steps can use.

    Examples:
        >>> task_name("Write the report (draft)")
        'write-the-report-draft'
    """
    name = _NOT_IN_A_NAME.sub("-", text.strip().lower()).strip("-")[:60].strip("-")
    return "task" if name in ("", "hears") else name


def _check_size(team: GivenTeam) -> None:
    name, roles, steps = team.name[:80], len(team.roles), len(team.steps)
    if not 1 <= roles <= MAX_AGENTS:
        raise BadInput(f"the team {name!r} has {roles} roles; 1 to {MAX_AGENTS} can be tested")
    if steps > MAX_STEPS:
        raise BadInput(f"the team {name!r} has {steps} steps; at most {MAX_STEPS} can be tested")


class _Tidy:
    """Puts texts in order and remembers what it changed."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._names: set[str] = set()

    def role(self, number: int, role: GivenRole) -> GivenRole:
        where = f"role {number}"
        return GivenRole(
            self.line(f"the name of {where}", role.name) or f"Agent {number}",
            self.text(f"the goal of {where}", role.goal, MAX_BRIEF_CHARS),
            self.text(f"the background of {where}", role.background, MAX_BRIEF_CHARS),
            self.line(f"the model of {where}", role.model or "") or None,
        )

    def task(self, task: GivenTask) -> GivenTask:
        # A key may have been spelt so that only its name for steps is one.
        plain = task_name(without_secrets(_printable(task.name))[0])
        name = stem = task_name(without_secrets(plain)[0])
        number = 1
        while name in self._names:
            number += 1
            name = f"{stem[:55]}-{number}"
        self._names.add(name)
        return GivenTask(
            name,
            self.text(f"the task {name!r}", task.text, MAX_TASK_CHARS),
            self.text(f"what the task {name!r} expects", task.expected, MAX_TASK_CHARS // 3),
        )

    def inputs(self, given: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
        """Return the blanks of the texts with the values there are; nothing that no text could ask for."""
        known = {name: value for name, value in given.items() if _can_be_asked_for(name)}
        if lost := len(given) - len(known):
            why = "No text can ask for them by such a name."
            self.notes.append(Note("ignored", f"{lost} input{'s' if lost > 1 else ''}", why))
        names = dict.fromkeys([*known, *filter(_can_be_asked_for, blanks(texts))])
        return {name: self.text(f"the input {name!r}", known.get(name, ""), MAX_TASK_CHARS) for name in names}

    def line(self, what: str, text: str) -> str:
        """A name: on one line before keys are looked for, which a line break could hide."""
        return one_line(self.text(what, one_line(_printable(text)), MAX_ROLE_CHARS))

    def text(self, what: str, text: str, most: int) -> str:
        """A text without keys, control characters and half characters, of a bounded length."""
        clean, keys = without_secrets(_printable(text))
        clean = clean.strip()
        if keys:
            self.notes.append(
                Note("ignored", f"{keys} key{'s' if keys > 1 else ''} in {what}", "Keys are never kept.")
            )
        if len(clean) > most:
            self.notes.append(
                Note("changed", what, f"It was cut from {len(clean):,} to {most:,} characters.")
            )
            clean = clean[: most - 1].rstrip() + "…"
        return clean
