"""A team's files find the reader that knows their format, and where what it read is put in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from swarm.errors import BadInput
from swarm.security.keys import without_secrets
from swarm.team import MAX_ROLE_CHARS, one_line
from swarm.teams import toml
from swarm.teams.agent_framework import reader as agent_framework
from swarm.teams.autogen import reader as autogen
from swarm.teams.bounds import bare, check_size
from swarm.teams.chatdev import reader as chatdev
from swarm.teams.claude import reader as claude
from swarm.teams.crewai import reader as crewai
from swarm.teams.explicit import explicit
from swarm.teams.metagpt import reader as metagpt
from swarm.teams.neighbours import not_read
from swarm.teams.openclaw import reader as openclaw
from swarm.teams.passed_over import MAX_FAULT_CHARS, is_needed, passed_over, told_with
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.choice import SeveralTeams
from swarm.teams.reading.files import Files, files_around, files_of
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Unparsed

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
    "Claude subagents": claude.read,
}
"""By the name people know them by, in the order in which they are tried."""
MAX_MODEL_CHARS = 200
MAX_NOTE_CHARS = 600
MAX_UNPARSED = 20
"""Files that are passed over because they cannot be parsed."""
_OF_SEVERAL_FILES = {
    "CrewAI": re.compile(r"\.(?:py|ya?ml|jsonc?)$"),
    "ChatDev": re.compile(r"(?:ChatChain|Phase|Role)Config[^/]*\.json$"),
    "MetaGPT": re.compile(r"\.py$"),
    "OpenClaw": re.compile(r"(?:^|/)(?:openclaw\.json|(?:SOUL|IDENTITY|AGENTS)\.md)$"),
}
"""Formats of which one file is only a part of a team, by the names of such files."""
_HAVE_NEIGHBOURS = (".py", ".yaml", ".yml", ".json", ".jsonc", ".json5", ".md")
TOOLS = Note(
    "ignored",
    "tools, memory, callbacks, guardrails and the framework's own loop",
    "Roleless emulates the roles and who hears whom, not the framework's runtime.",
)
_NOT_IN_A_NAME = re.compile(r"[^\w-]+", re.ASCII)


def import_team(path: Path, chosen: str | None = None) -> GivenTeam:
    """Read a team from a file, a folder or a zip; a file of several finds those that lie around it.

    Args:
        path: of the file, the folder or the zip.
        chosen: of several teams, the one that is wanted: a name that was offered.

    Raises:
        BadInput: names the file and the place, or says which formats are known.
    """
    files = replace(files_of(path), chosen=chosen)
    around = files_around(path) if chosen is None and path.suffix.lower() in _HAVE_NEIGHBOURS else None
    if around is None:
        return read_team(files)
    try:
        alone = read_team(files)
    except BadInput as error:
        team = _around(around, _OF_SEVERAL_FILES)
        if team is None:
            raise error from None
        return team
    return _around(around, [alone.source]) or alone


def _around(files: Files, sources: Iterable[str]) -> GivenTeam | None:
    """The team of which the chosen file is a part, with the files around it; None when it is a part of none."""
    path = files.chosen or ""
    wanted = [each for each in sources if each in _OF_SEVERAL_FILES and _OF_SEVERAL_FILES[each].search(path)]
    try:
        return _read(files, wanted)[0] if wanted else None
    except SeveralTeams:
        return None


def read_team(files: Files) -> GivenTeam:
    """Read a team from its files, whatever their format.

    Files that cannot be parsed are passed over, and told, where a team can be read without them.

    Raises:
        BadInput: names the file and the place, or says which formats are known.
    """
    team, left = _read(files, FORMATS)
    if team is None:
        raise BadInput(f"{not_read(left, FORMATS)}{passed_over(left)}"[:MAX_FAULT_CHARS])
    return team


def _read(files: Files, sources: Iterable[str]) -> tuple[GivenTeam | None, Files]:
    """Read a team, and tell which files are left when those that cannot be parsed are passed over."""
    wanted, fault = [*sources], None
    for _ in range(MAX_UNPARSED):
        try:
            team = _first(files, wanted)
        except Unparsed as error:
            fault = fault or error
            unread = [each for each in (error, *error.more) if each.path in files.texts]
            if not unread or any(is_needed(each.path, files.texts[each.path]) for each in unread):
                break
            for each in unread:
                files = files.without(each.path, str(each))
        except BadTeam as error:
            raise fault or told_with(error, files) from error
        else:
            if team is None and fault is not None and not files.texts:
                break
            return team, files
    assert fault is not None
    fault.args = (f"{fault}; mend it, or leave it out",)
    raise fault


def _first(files: Files, sources: Iterable[str]) -> GivenTeam | None:
    for source in sources:
        team = FORMATS[source](files)
        if team is not None:
            return settled(replace(team, source=team.source or source), files)
    return None


def settled(team: GivenTeam, files: Files | None = None) -> GivenTeam:
    """A team with names that fit everywhere, without keys and within limits; what was changed is noted.

    Nothing is left implicit: what is settled is what every format reads back, as far as it says that it can.

    Raises:
        BadInput: when it has no roles, or more roles or steps than a team can have.
    """
    check_size(team)
    team = explicit(team)
    tidy = _Tidy()
    roles = tuple(tidy.role(number, role) for number, role in enumerate(team.roles, 1))
    tasks = tuple(tidy.task(task) for task in team.tasks)
    renamed = {old.name: new.name for old, new in zip(team.tasks, tasks, strict=True)}
    name = tidy.line("the team's name", team.name) or "Imported team"
    goal = tidy.text("the goal", team.goal)
    inputs = tidy.inputs(team.inputs, (*_texts_of(roles, tasks), goal))
    notes = [
        *team.notes,
        *tidy.notes,
        *(Note("ignored", path) for path in (files.skipped if files else ())),
        *bare(roles),
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


class _Tidy:
    """Puts texts in order and remembers what it changed."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._names: set[str] = set()

    def role(self, number: int, role: GivenRole) -> GivenRole:
        where = f"role {number}"
        name, background = role.name, role.background
        if len(one_line(_printable(name))) > MAX_ROLE_CHARS:
            # A sentence as a name is too long for figures and headings, and stays whole where the model reads it.
            background = f"Role: {name}\n\n{background}".strip()
            why = f"It has more than {MAX_ROLE_CHARS} characters, so all of it begins the role's background."
            self.notes.append(Note("changed", f"the name of {where}", why))
        return GivenRole(
            self.line(f"the name of {where}", name) or f"Agent {number}",
            self.text(f"the goal of {where}", role.goal),
            self.text(f"the background of {where}", background),
            self._model(f"the model of {where}", role.model or ""),
        )

    def _model(self, what: str, name: str) -> str | None:
        clean = one_line(self.text(what, one_line(_printable(name))))
        if len(clean) <= MAX_MODEL_CHARS:
            return clean or None
        why = f"A model has a name of at most {MAX_MODEL_CHARS} characters."
        self.notes.append(Note("ignored", what, why))
        return None

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
            self.text(f"the task {name!r}", task.text),
            self.text(f"what the task {name!r} expects", task.expected),
        )

    def inputs(self, given: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
        """Return the blanks of the texts with the values there are; nothing that no text could ask for."""
        known = {name: value for name, value in given.items() if _can_be_asked_for(name)}
        if lost := len(given) - len(known):
            why = "No text can ask for them by such a name."
            self.notes.append(Note("ignored", f"{lost} input{'s' if lost > 1 else ''}", why))
        names = dict.fromkeys([*known, *filter(_can_be_asked_for, blanks(texts))])
        return {name: self.text(f"the input {name!r}", known.get(name, "")) for name in names}

    def line(self, what: str, text: str) -> str:
        """A name: on one line before keys are looked for, which a line break could hide."""
        clean = one_line(self.text(what, one_line(_printable(text))))
        return clean if len(clean) <= MAX_ROLE_CHARS else clean[: MAX_ROLE_CHARS - 1].rstrip() + "…"

    def text(self, what: str, text: str) -> str:
        """A text without keys, control characters and half characters."""
        clean, keys = without_secrets(_printable(text))
        clean = clean.strip()
        if keys:
            self.notes.append(
                Note("ignored", f"{keys} key{'s' if keys > 1 else ''} in {what}", "Keys are never kept.")
            )
        return clean
