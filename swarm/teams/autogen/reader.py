"""A team of AutoGen Studio is found in its files: a component as JSON, alone or in a gallery."""

from collections.abc import Iterator
from typing import Any

from swarm.teams.autogen.parts import at, is_agent, is_part, is_team, part
from swarm.teams.autogen.team import team_of, team_of_one
from swarm.teams.reading.choice import Candidate, choose
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from swarm.teams.reading.values import Data, read_json

_MARKS = ('"provider"', '"team_type"', '"agent_type"')


def read(files: Files) -> GivenTeam | None:
    """Read the one team in these files, or a single agent; None when none of them is AutoGen's.

    Raises:
        BadTeam: names the file and the place; or the teams, when there are several.
    """
    found = [each for path, text in files.named("*.json").items() for each in _parts(path, text)]
    teams = [each for each in found if is_team(each[2])]
    chosen = teams or [each for each in found if is_agent(each[2])]
    if not chosen:
        return None
    candidates = [Candidate(each[0], _called(*each), each) for each in chosen]
    path, place, value = choose(files, candidates, "teams" if teams else "agents")
    read_part = part(path, place, value)
    return team_of(path, read_part) if teams else team_of_one(path, read_part)


def _parts(path: str, text: str) -> Iterator[tuple[str, str, Data]]:
    """Teams and agents that stand by themselves in a file, not within others."""
    if not any(mark in text for mark in _MARKS):
        return
    content = read_json(path, text)
    for place, value in _candidates(content):
        if is_part(value) and (is_team(value) or is_agent(value)):
            yield path, place, value


def _candidates(content: Any) -> Iterator[tuple[str, Any]]:
    """The whole file, the entries of a list, or what a gallery shows."""
    if isinstance(content, list):
        yield from ((str(number), each) for number, each in enumerate(content))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return
    yield "", content
    for where in ("config", "component"):
        inner = content.get(where) if isinstance(content, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if where == "component" and isinstance(inner, dict):
            yield where, inner
        yield from _shown(where, inner)
    yield from _shown("", content)


def _shown(place: str, content: Any) -> Iterator[tuple[str, Any]]:
    """Teams of a gallery; its list was called "items" first."""
    for key in ("components", "items"):
        listed = content.get(key) if isinstance(content, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        teams = listed.get("teams") if isinstance(listed, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(teams, list):
            for number, each in enumerate(teams):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
                yield at(place, key, "teams", number), each


def _called(path: str, place: str, value: Data) -> str:
    read_part = part(path, place, value)
    named = read_part.label or read_part.config.get("name") or read_part.kind
    return at(str(named))
