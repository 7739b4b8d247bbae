"""A mission is defined, and read from TOML, from plain text or from the library.

A mission says what the team must deliver. It knows nothing of teams, protocols or models.
"""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from swarm.errors import REMARKS, BadMission, UnknownName
from swarm.text.apart import read_apart, toml_files
from swarm.text.decode import NotText, decoded, refuse_other_kinds
from swarm.text.outline import outline, unwrapped
from swarm.text.toml import begins_as_toml, line_of, toml_of

Level = Literal["L1", "L2", "L3", "L4"]
LEVELS: dict[Level, str] = {
    "L1": "One domain, 3 to 5 steps, nothing depends on anything.",
    "L2": "Two domains, 5 to 10 steps, knowledge must be integrated.",
    "L3": "Three or more domains, 10 to 20 steps in phases that depend on each other.",
    "L4": "As level 3, with stakeholders in conflict, missing information and no single right answer.",
}
MAX_MISSION_BYTES = 64_000
"""Longer texts would leave no room for the team's work in most context windows."""

MAX_REQUIREMENTS = 60

READ_BYTES = 4 * MAX_MISSION_BYTES + 4
"""No mission in whatever encoding is longer."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing the deliverable must contain."""

    text: str
    phase: str | None = None
    needs: tuple[int, ...] = ()
    """Numbers, from 1, of the requirements this one depends on."""
    conflict: tuple[str, ...] = ()
    """Names of stakeholders who want opposite things here."""


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """Somebody with an interest in the outcome."""

    name: str
    wants: str


@dataclass(frozen=True, slots=True)
class Mission:
    """The work that the team must deliver."""

    id: str
    title: str
    goal: str
    values: tuple[str, ...] = ()
    """What the organization holds dear; every agent reads them."""
    requirements: tuple[Requirement, ...] = ()
    """Empty for a goal in free text: then the goal itself must say what is wanted."""
    domains: tuple[str, ...] = ()
    level: Level | None = None
    """None for a mission of one's own."""
    stakeholders: tuple[Stakeholder, ...] = ()
    unknowns: tuple[str, ...] = ()
    """What nobody knows yet."""
    family: str | None = None
    """What missions share that are one task with other inputs; None for a task of its own. No model is told."""

    @property
    def content(self) -> str:
        """A hash of what agents and judge see; missions with the same hash are the same, whatever the id."""
        seen = (self.values, self.requirements, self.domains, self.stakeholders, self.unknowns)
        parts = (_PARTS.dump_json(part).decode() for part in seen)
        return hashlib.sha256(_BETWEEN.join((self.title, self.goal, *parts)).encode()).hexdigest()


_PARTS: TypeAdapter[object] = TypeAdapter(object)
_BETWEEN = "\x1f"
"""Stands between parts that are hashed together; the history's `MIGRATIONS` hash what they find alike."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _RequirementTable(_Table):
    text: Line
    phase: Line | None = None
    needs: list[int] = []
    conflict: list[Line] = []


class _StakeholderTable(_Table):
    name: Line
    wants: Line


class _MissionTable(_Table):
    """The shape of a mission file; docs/missions.md explains each key."""

    title: Line
    goal: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] | None = None
    level: Level | None = None
    values: list[Line] = []
    domains: list[Line] = []
    unknowns: list[Line] = []
    stakeholders: list[_StakeholderTable] = []
    requirements: Annotated[list[_RequirementTable], Field(max_length=MAX_REQUIREMENTS)] = []


def mission_from_text(text: str) -> Mission:
    r"""Make a mission of plain text: its points, if any, become the requirements; docs/missions.md says which.

    Raises:
        BadMission: when the text is empty, has no words, is longer than 64,000 bytes or is not text.

    Examples:
        >>> mission_from_text("Open a bakery\n- Find a site\n- Hire two bakers").requirements[1].text
        'Hire two bakers'
    """
    return _of_text(text, "the mission")


def _of_text(text: str, source: str) -> Mission:
    _check_size(text, source)
    read = outline(text)
    if len(read.points) > MAX_REQUIREMENTS:
        raise BadMission(
            f"{source} has {len(read.points)} bullet points; at most {MAX_REQUIREMENTS} can be requirements"
        )
    if not read.title:
        raise BadMission(f"{source} has no words; say what the team must deliver")
    return Mission(
        id="own",
        title=read.title if len(read.title) <= 80 else read.title[:79].rstrip() + "…",
        goal="\n".join(read.prose).strip("\n").rstrip() or read.title,
        requirements=tuple(map(Requirement, read.points)),
    )


def mission_from_bytes(content: bytes, source: str, size: int = 0) -> Mission:
    """Read a mission from the content of a file: TOML when it is named so, or begins so; else plain text.

    Args:
        content: of the file, in any encoding that `decoded` reads.
        source: its name, also for messages.
        size: of the whole file, when more than `READ_BYTES` of it were not read.

    Raises:
        BadMission: names `source` and what is wrong: a file that is no text by what it is instead.
    """
    try:
        refuse_other_kinds(content)
        if len(content) > READ_BYTES:
            most = f"a mission has at most {MAX_MISSION_BYTES:,}"
            raise BadMission(f"{source}: {max(size, len(content)):,} bytes; {most}")
        text = decoded(content)
    except NotText as error:
        raise BadMission(f"{source}: {error}") from error
    is_toml = Path(source).suffix.lower() == ".toml" or begins_as_toml(text, _MissionTable.model_fields)
    return mission_from_toml(text, source) if is_toml else _of_text(text, source)


def mission_from_toml(text: str, source: str) -> Mission:
    """Read a mission from TOML.

    Args:
        text: the TOML document; docs/missions.md describes it.
        source: where it comes from, for messages; the id is the file's stem unless the text gives one.

    Raises:
        BadMission: names `source`, the line and the key of the first thing that is wrong.
    """
    _check_size(text, source)
    try:
        table = _MissionTable.model_validate(toml_of(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMission(f"{source}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise BadMission(f"{source}: {_explain(error, text)}") from error
    except (RecursionError, ValueError) as error:
        # The TOML parser lets Python's own limits on depth and on digits through.
        raise BadMission(f"{source}: not a mission: {error}") from error
    return _check_references(_build(table, Path(source).stem), source, text)


def read_mission(path: Path) -> Mission:
    """Read a mission file, as `mission_from_bytes` does.

    Raises:
        BadMission: when the file is missing, is no text or is not a mission.
    """
    try:
        with path.open("rb") as file:
            return mission_from_bytes(file.read(READ_BYTES + 1), str(path), path.stat().st_size)
    except OSError as error:
        raise BadMission(f"cannot read the mission file {str(path)!r}: {error.strerror}") from error


def load_library(folders: Sequence[Path]) -> dict[str, Mission]:
    """Read every mission file in `folders`, in order of level and title; later folders win over earlier ones.

    A file that is no mission is left out, and remarked; none of its name in an earlier folder takes its place.
    """
    read, slips = read_apart(toml_files(folders), read_mission, BadMission)
    for slip in slips:
        REMARKS.warning("%s", slip)
    latest = {mission.id: mission for mission in read}
    ordered = sorted(latest.values(), key=lambda mission: (mission.level or "L9", mission.title))
    return {mission.id: mission for mission in ordered}


def slips_in_missions(folders: Sequence[Path]) -> list[str]:
    """Say, in a sentence each, why files of `folders` are left out of the library."""
    return read_apart(toml_files(folders), read_mission, BadMission)[1]


def find_mission(library: dict[str, Mission], mission_id: str) -> Mission:
    """Look a mission up by id; raise UnknownName naming the nearest known one."""
    if mission_id not in library:
        raise UnknownName("mission", mission_id, library, " See `python -m swarm missions`.")
    return library[mission_id]


def _check_size(text: str, source: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise BadMission(
            f"{source}: character {error.start + 1} is half a character; save it as UTF-8"
        ) from error
    if size > MAX_MISSION_BYTES:
        raise BadMission(f"{source}: {size:,} bytes; a mission has at most {MAX_MISSION_BYTES:,}")
    if not text.strip():
        raise BadMission(
            f"{source} is empty: say what the team must deliver, for instance 'Plan a food festival'"
        )
    if "\x00" in text:
        raise BadMission(f"{source}: contains a NUL character; a mission is plain text")


def _build(table: _MissionTable, stem: str) -> Mission:
    return Mission(
        id=table.id or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:64] or "own",
        title=table.title,
        goal=unwrapped(table.goal),
        values=tuple(table.values),
        requirements=tuple(
            Requirement(r.text, r.phase, tuple(r.needs), tuple(r.conflict)) for r in table.requirements
        ),
        domains=tuple(table.domains),
        level=table.level,
        stakeholders=tuple(Stakeholder(s.name, s.wants) for s in table.stakeholders),
        unknowns=tuple(table.unknowns),
    )


def _check_references(mission: Mission, source: str, text: str) -> Mission:
    names = {stakeholder.name for stakeholder in mission.stakeholders}
    if len(names) < len(mission.stakeholders):
        raise BadMission(f"{source}: two stakeholders have the same name; give each a name of its own")
    for number, requirement in enumerate(mission.requirements, 1):
        line = line_of(text, ("requirements", number - 1))
        wrong = [need for need in requirement.needs if not 1 <= need < number]
        if wrong:
            raise BadMission(
                f"{source}, line {line}: requirement {number} needs {wrong[0]}, but it can only need earlier ones"
                f" (1 to {number - 1})"
            )
        strangers = [name for name in requirement.conflict if name not in names]
        if strangers:
            raise BadMission(
                f"{source}, line {line}: requirement {number} names {strangers[0]!r}, who is not a stakeholder;"
                f" stakeholders: {', '.join(sorted(names)) or 'none'}"
            )
    return mission


def _explain(error: ValidationError, text: str) -> str:
    first = error.errors()[0]
    place = first["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    inner = {"requirements": _RequirementTable, "stakeholders": _StakeholderTable}
    table = inner.get(str(place[0]), _MissionTable) if len(place) > 1 else _MissionTable
    known = f"unknown key; known keys: {', '.join(table.model_fields)}"
    said = first["msg"][0].lower() + first["msg"][1:]
    what = known if first["type"] == "extra_forbidden" else said
    return f"line {line_of(text, place)}, key {key!r}: {what}"
