"""A team that MetaGPT has stored is read: team.json, with its roles, its idea and its money."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from swarm.team import MAX_AGENTS
from swarm.teams.metagpt.models import models_of
from swarm.teams.metagpt.workers import Action, Start, Worker, team_of
from swarm.teams.reading.candidates import place
from swarm.teams.reading.choice import nearest
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Tolerant, mapping, read_json, shaped, unknown_keys

_CLASS = "__module_class_name"
"""Under which MetaGPT stores the class of what it stores, such as "metagpt.roles.architect.Architect"."""


class _Action(Tolerant):
    kind: str | None = Field(default=None, alias=_CLASS)
    name: str | None = None
    desc: str | None = None


class _Context(Tolerant):
    watch: tuple[str, ...] = ()
    react_mode: str | None = None


class _Role(Tolerant):
    kind: str | None = Field(default=None, alias=_CLASS)
    name: str | None = None
    profile: str | None = None
    goal: str | None = None
    constraints: str | None = None
    desc: str | None = None
    is_human: bool = False
    actions: tuple[_Action, ...] = ()
    rc: _Context = _Context()


class _Team(Tolerant):
    env: dict[str, Any]
    idea: str | None = None
    investment: float | None = Field(default=None, ge=0, allow_inf_nan=False)


def read(files: Files) -> GivenTeam | None:
    """Read a stored team; None when no file holds one.

    Raises:
        BadTeam: names the file and the place.
    """
    teams = {path: found for path, text in files.named("*.json").items() if (found := _stored(path, text))}
    if not teams:
        return None
    path, found = nearest(files, teams, "stored teams")
    team = shaped(_Team, path, "", found)
    roles = dict(_roles(path, team.env.get("roles")))
    if not 1 <= len(roles) <= MAX_AGENTS:
        raise BadTeam(path, "env.roles", f"{len(roles)} roles; 1 to {MAX_AGENTS} can be tested")
    workers = [_worker(key, role) for key, role in roles.items()]
    start = Start(team.idea or "", team.investment or None)
    return team_of(workers, start, models_of(files), list(_notes(path, team, roles)))


def _stored(path: str, text: str) -> Mapping[Any, Any] | None:
    """Return the contents of a file if that is a stored team: an environment with roles."""
    named = PurePosixPath(path).name == "team.json"
    if not ('"env"' in text and '"roles"' in text):
        return None
    try:
        found = read_json(path, text)
    except BadTeam:
        if named:
            raise
        return None
    env = found.get("env") if isinstance(found, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return found if isinstance(env, Mapping) and "roles" in env else None  # pyright: ignore[reportUnknownVariableType]


def _roles(path: str, value: Any) -> Iterator[tuple[str, _Role]]:
    """Roles by the key under which they are stored."""
    listed = {str(number): each for number, each in enumerate(value)} if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for key, each in mapping(path, "env.roles", listed).items():
        yield key, shaped(_Role, path, place("env", "roles", key), each)


def _worker(key: str, role: _Role) -> Worker:
    limits = f"Constraints: {role.constraints}" if role.constraints else ""
    return Worker(
        kind=_last(role.kind or ""),
        name=role.name or ("" if role.profile else key),
        profile=role.profile or "",
        goal=role.goal or "",
        background="\n".join(text for text in (role.desc, limits) if text),
        actions=tuple(
            Action(_last(action.kind or "") or action.name or "Work", action.desc or "")
            for action in role.actions
        ),
        watches=frozenset(map(_last, role.rc.watch)),
        in_order=role.rc.react_mode == "by_order",
    )


def _last(name: str) -> str:
    """The class in "metagpt.roles.architect.Architect"."""
    return name.rpartition(".")[2]


def _notes(path: str, team: _Team, roles: Mapping[str, _Role]) -> Iterator[Note]:
    yield Note("understood", f"{len(roles)} roles from {path}, env.roles")
    if team.investment:
        yield Note("understood", f"a limit of dollars from {path}, investment")
    humans = sum(role.is_human for role in roles.values())
    if humans:
        yield Note("changed", f"{path}: roles of humans ({humans})", "Models play them as well.")
    keys = [*unknown_keys(team), *(f"env.{key}" for key in team.env if key != "roles")]
    if keys:
        why = "What a run has said, and how it was set up, is not taken over."
        yield Note("ignored", f"{path}: {', '.join(place(key) for key in keys[:12])}", why)
    ignored = Counter(key for role in roles.values() for key in unknown_keys(role))
    if ignored:
        counts = ", ".join(f"{key} ({count})" for key, count in ignored.most_common(12))
        yield Note("ignored", f"{path}: roles' {counts}", "Tools, memory and state are not emulated.")
