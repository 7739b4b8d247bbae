"""The set-up that a test recommends is written in the formats of other frameworks, and in ours."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from swarm.errors import BadInput, UnknownName
from swarm.security.whole import write_all_whole
from swarm.teams import prompt_recipe, toml
from swarm.teams.autogen import write as autogen_write
from swarm.teams.crewai import write as crewai_write
from swarm.teams.reading.given import GivenTeam
from swarm.teams.setups import set_up
from swarm.teams.trial.arms import Arm

Writer: TypeAlias = Callable[[GivenTeam, Arm], dict[str, str]]
"""Makes the files of a set-up, by path, of the team as it was given."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class TargetFormat(NamedTuple):
    """A format that a set-up can be taken home in."""

    label: str
    purpose: str
    write: Writer


def _with(write: Callable[[GivenTeam], dict[str, str]]) -> Writer:
    """A format that knows nothing of set-ups: it is given the team that a set-up makes."""

    def write_set_up(team: GivenTeam, arm: Arm) -> dict[str, str]:
        return write(set_up(team, arm))

    return write_set_up


TARGETS: Mapping[str, TargetFormat] = {
    "crewai": TargetFormat("CrewAI", "Its YAML, crew.py and main.py.", _with(crewai_write.write)),
    "autogen": TargetFormat("AutoGen Studio", "A team component as JSON.", _with(autogen_write.write)),
    "prompt": TargetFormat("Plain prompts", "What to send to whom, for any framework.", prompt_recipe.write),
    "roleless": TargetFormat("Roleless (TOML)", "Everything, to test it again.", _with(toml.write)),
}


def export_team(team: GivenTeam, arm: Arm, target: str) -> dict[str, str]:
    """Write a set-up.

    Args:
        team: the team as it was given.
        arm: which set-up: the given roles, no roles, one agent.
        target: a name in TARGETS.

    Returns:
        Texts by path.

    Raises:
        UnknownName: for another target.
    """
    if target not in TARGETS:
        raise UnknownName("format", target, TARGETS)
    return TARGETS[target].write(team, arm)


def as_download(files: Mapping[str, str]) -> tuple[str, bytes]:
    """One file to hand out, with its name: the only one as it is, several as a zip."""
    if len(files) == 1:
        [(path, text)] = files.items()
        return Path(path).name, text.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _ZIP_DATE), text)
    return "team.zip", packed.getvalue()


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Write files into a folder, all or none; those that are there already are kept, and nothing is written then.

    Raises:
        BadInput: when one of them exists, or the folder cannot be written.
    """
    there = next((path for path in files if (folder / path).exists()), None)
    if there is not None:
        raise BadInput(f"{str(folder / there)!r} is there already: choose another folder")
    try:
        write_all_whole({folder / path: text.encode() for path, text in files.items()})
    except OSError as error:
        raise BadInput(f"cannot write to {str(folder)!r}: {error.strerror}") from error
