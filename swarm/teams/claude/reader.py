"""Subagents of Claude Code are read: a Markdown file each, with front matter and a prompt."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple, cast

from swarm.team import MAX_AGENTS
from swarm.teams.reading.blanks import without_blanks
from swarm.teams.reading.choice import Candidate, choose
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, read_yaml

_FOLDERS = {"agents", "agent", "subagents"}
_NO_AGENTS = {"skill", "readme", "claude", "changelog", "contributing"}
_FRONT_MATTER = re.compile(r"\A\s{0,20}---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_LINE = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:[ \t]*(.*)")
_READ = {"name", "description", "model"}
_ALIASES = {"sonnet", "opus", "haiku", "inherit", "default", ""}
"""Models that only Claude Code knows by these names."""


class _Agent(NamedTuple):
    path: str
    facts: Mapping[str, str]
    prompt: str


def read(files: Files) -> GivenTeam | None:
    """Read a team from the Markdown files of its subagents; None when there are none.

    Raises:
        BadTeam: when there are more than a team may have, or in several folders, of which one must be chosen.
    """
    agents = [each for path, text in files.named("*.md").items() if (each := _agent(path, text))]
    if not agents:
        return None
    folders: dict[str, list[_Agent]] = {}
    for each in agents:
        folders.setdefault(_project(each.path), []).append(each)
    teams = [Candidate(found[0].path, folder, found) for folder, found in folders.items()]
    return _team(choose(files, teams, "folders of subagents"))


def _project(path: str) -> str:
    """The folder whose agents they are, whatever folders sort them."""
    parts = PurePosixPath(path).parent.parts
    places = [at for at, part in enumerate(parts) if part in _FOLDERS]
    return "/".join(parts[: places[0] + 1] if places else parts)


def _agent(path: str, text: str) -> _Agent | None:
    """A file as a subagent: by its front matter and its folder."""
    name = PurePosixPath(path)
    found = _FRONT_MATTER.match(text)
    if found is None or name.stem.lower() in _NO_AGENTS:
        return None
    facts = _facts(path, found[1])
    placed = bool(_FOLDERS & {*name.parent.parts})
    told = "description" in facts and ("name" in facts or placed)
    if not told or not (placed or len(name.parts) == 1 or "tools" in facts or "model" in facts):
        return None
    return _Agent(path, facts, text[found.end() :].strip())


def _facts(path: str, front: str) -> Mapping[str, str]:
    """What the front matter says; line by line where it is no YAML, as many write it."""
    try:
        read_front: Any = read_yaml(path, front)
    except BadTeam:
        read_front = {found[1]: found[2] for line in front.splitlines() if (found := _LINE.match(line))}
    rows = cast(dict[Any, Any], read_front) if isinstance(read_front, dict) else {}
    return {
        str(key): value if isinstance(value, str) else str(value)
        for key, value in rows.items()
        if value is not None
    }


def _team(agents: list[_Agent]) -> GivenTeam:
    if len(agents) > MAX_AGENTS:
        raise BadTeam(agents[0].path, "", f"{len(agents)} subagents; at most {MAX_AGENTS} can be tested")
    return GivenTeam(
        name="Claude subagents",
        roles=tuple(map(_role, agents)),
        source="Claude subagents",
        notes=tuple(_notes(agents)),
    )


def _role(agent: _Agent) -> GivenRole:
    name = agent.facts.get("name", "").strip() or PurePosixPath(agent.path).name.partition(".")[0]
    model = agent.facts.get("model", "").strip()
    return GivenRole(
        name.replace("-", " ").replace("_", " "),
        without_blanks(agent.facts.get("description", "").replace("\\n", "\n")),
        without_blanks(agent.prompt),
        None if model.lower() in _ALIASES else model,
    )


def _notes(agents: list[_Agent]) -> Iterator[Note]:
    yield Note(
        "understood",
        f"{len(agents)} subagents, their goals from descriptions, their backgrounds from prompts",
    )
    if len(agents) > 1:
        why = "Claude Code calls whom it needs: here they work in the order of their files, hearing all before them."
        yield Note("changed", "the order of work", why)
    named = sorted(
        {each.facts["model"] for each in agents if each.facts.get("model", "").lower() in _ALIASES - {""}}
    )
    if named and any("model" in each.facts for each in agents):
        why = "Only Claude Code knows them by these names: give a model for all seats."
        yield Note("ignored", f"models called {', '.join(named)}", why)
    keys = sorted({key for each in agents for key in each.facts} - _READ)
    if keys:
        yield Note(
            "ignored", ", ".join(key[:40] for key in keys[:12]), "Tools and settings are not emulated."
        )
