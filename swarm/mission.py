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

# Possessive, so that a mission of blank lines or blanks is read in a moment as well.
_BULLET = re.compile(r"^[ \t]*+(?:[-*•]|\d{1,2}[.)])[ \t]++(?P<text>\S.*)$", re.MULTILINE)

_ONE_BREAK = re.compile(r"(?<!\n)\n(?!\n|[ \t]*+(?:[-*•]|\d{1,2}[.)])\s)")
"""A line break that only keeps the lines of a file short: not before a paragraph or a bullet point."""


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
    r"""Make a mission of plain text: its bullet points, if any, become the requirements.

    Raises:
        BadMission: when the text is empty, longer than 64,000 bytes or not text.

    Examples:
        >>> mission_from_text("Open a bakery\n- Find a site\n- Hire two bakers").requirements[1].text
        'Hire two bakers'
    """
    _check_size(text, "the mission")
    bullets = [match["text"].strip() for match in _BULLET.finditer(text)]
    if len(bullets) > MAX_REQUIREMENTS:
        raise BadMission(
            f"the mission has {len(bullets)} bullet points; at most {MAX_REQUIREMENTS} can be requirements"
        )
    prose = [line for line in _BULLET.sub("", text).splitlines() if line.strip("# \t")]
    title = (prose or bullets)[0].strip("# \t")
    return Mission(
        id="own",
        title=title if len(title) <= 80 else title[:79].rstrip() + "…",
        goal="\n".join(prose).strip() or title,
        requirements=tuple(Requirement(bullet) for bullet in bullets),
    )


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
        table = _MissionTable.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMission(f"{source}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise BadMission(f"{source}: {_explain(error, text)}") from error
    except (RecursionError, ValueError) as error:
        # The TOML parser lets Python's own limits on depth and on digits through.
        raise BadMission(f"{source}: not a mission: {error}") from error
    return _check_references(_build(table, Path(source).stem), source, text)


def read_mission(path: Path) -> Mission:
    """Read a mission file: TOML when it is named so, else plain text.

    Raises:
        BadMission: when the file is missing, is not UTF-8 text or is not a mission.
    """
    try:
        if path.stat().st_size > MAX_MISSION_BYTES:
            raise BadMission(
                f"{path}: {path.stat().st_size:,} bytes; a mission has at most {MAX_MISSION_BYTES:,}"
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadMission(f"cannot read the mission file {str(path)!r}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadMission(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return mission_from_toml(text, str(path)) if path.suffix == ".toml" else mission_from_text(text)


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
        goal=_ONE_BREAK.sub(" ", table.goal),
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
        line = _line_of(text, ("requirements", number - 1))
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
    known = ", ".join(table.model_fields)
    what = (
        f"unknown key; known keys: {known}"
        if first["type"] == "extra_forbidden"
        else first["msg"][0].lower() + first["msg"][1:]
    )
    return f"line {_line_of(text, place)}, key {key!r}: {what}"


def _line_of(text: str, place: Sequence[str | int]) -> int:
    """The line a key stands on, or its table; TOML parsers do not tell, and a missing key has none (line 1)."""
    lines = text.splitlines()
    start = 0
    if len(place) > 1 and isinstance(place[1], int):
        headers = [
            number for number, line in enumerate(lines) if line.split("#")[0].strip() == f"[[{place[0]}]]"
        ]
        start = headers[place[1]] if place[1] < len(headers) else 0
    names = [part for part in place if isinstance(part, str)]
    for number in range(start, len(lines)):
        if names and re.match(rf"\s*\"?{re.escape(names[-1])}\"?\s*=", lines[number]):
            return number + 1
    return start + 1
