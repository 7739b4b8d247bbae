"""Imported teams are kept, in the data folder, so that a test can be read and taken home later."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from swarm.config import Settings, ensure_data_folder, make_private_folder, private, tighten
from swarm.engine.command_line import OWN
from swarm.errors import BadInput, UnknownName
from swarm.grid import Grid
from swarm.security.whole import write_whole
from swarm.spec import Option
from swarm.teams import toml
from swarm.teams.formats import settled
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from swarm.teams.trial.arms import could_be, options_of_team
from swarm.text.decode import NotText, decoded

_ID = re.compile(r"[a-z0-9-]{1,60}")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


def keep_team(settings: Settings, team: GivenTeam) -> str:
    """Keep a team as a file of ours; returns its id. Equal teams have equal ids.

    Raises:
        BadInput: when the data folder cannot be written.
    """
    [text] = toml.write(team).values()
    slug = _NOT_IN_AN_ID.sub("-", team.name.lower()).strip("-")[:40].strip("-") or "team"
    team_id = f"{slug}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    ensure_data_folder(settings)
    path = _folder(settings) / f"{team_id}.toml"
    try:
        make_private_folder(path.parent)
        if not path.exists():
            [with_notes] = toml.write(team, notes=True).values()
            with private():
                write_whole(path, with_notes.encode())
    except OSError as error:
        raise BadInput(f"cannot keep the team in {str(path.parent)!r}: {error.strerror}") from error
    return team_id


def kept_team(settings: Settings, team_id: str) -> GivenTeam:
    """A team that was kept.

    Raises:
        UnknownName: when none of this id is kept.
        BadInput: when its file was changed into something else.
    """
    if not _ID.fullmatch(team_id) or team_id not in kept_teams(settings):
        raise UnknownName("team", team_id[:80], kept_teams(settings))
    path = _folder(settings) / f"{team_id}.toml"
    tighten(path.parent)
    tighten(path)
    try:
        # A team of many long prompts is longer than a single file that people bring may be.
        return _read(Files({path.name: decoded(path.read_bytes())}))
    except (OSError, NotText) as error:
        raise BadInput(f"{str(path)!r} cannot be read: {error}") from error


def kept_teams(settings: Settings) -> list[str]:
    """Ids of all that are kept, sorted."""
    return sorted(path.stem for path in _folder(settings).glob("*.toml"))


def team_of(settings: Settings, grid: Grid) -> GivenTeam | None:
    """The kept team that an experiment tests; None when none is kept, or several could be meant.

    Files that were changed into something else are passed over.
    """
    found: list[GivenTeam] = []
    for team_id in kept_teams(settings):
        with suppress(BadInput):
            found.append(kept_team(settings, team_id))
    meant = [
        team
        for team in found
        if _flat(options_of_team(team)) == _flat(grid.ways[0].options)
        and all(could_be(team, mission) for mission in grid.missions if mission.id == OWN)
    ]
    return meant[0] if len(meant) == 1 else None


def _flat(options: Mapping[str, Option]) -> dict[str, list[list[str]]]:
    """The words of a team's settings: tests that were made before line breaks were kept have others."""
    return {
        name: [text.split() for text in (value if isinstance(value, tuple) else (str(value),))]
        for name, value in options.items()
    }


def _folder(settings: Settings) -> Path:
    return settings.data / "own-teams"


def _read(files: Files) -> GivenTeam:
    team = toml.read(files)
    if team is None:
        raise BadInput(f"{next(iter(files.texts))}: it has no table [team]")
    return settled(team)
