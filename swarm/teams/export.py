"""The set-up that a test recommends is written in the formats of other frameworks, and in ours."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from swarm.errors import BadInput, UnknownName
from swarm.security.whole import write_all_whole
from swarm.teams import prompt_recipe, toml
from swarm.teams.autogen import models as autogen_models
from swarm.teams.autogen import starter
from swarm.teams.autogen import write as autogen_write
from swarm.teams.crewai import write as crewai_write
from swarm.teams.crewai.extras import extra_of
from swarm.teams.reading.given import GivenTeam
from swarm.teams.readme import Home, readme
from swarm.teams.setups import mission_of, set_up
from swarm.teams.trial.arms import Arm

Writer: TypeAlias = Callable[[GivenTeam, Arm], dict[str, str]]
"""Makes the files of a set-up, by path, of the team as it was given."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class TargetFormat(NamedTuple):
    """A format that a set-up can be taken home in."""

    label: str
    purpose: str
    write: Writer


def _crewai(team: GivenTeam, arm: Arm) -> dict[str, str]:
    made = set_up(team, arm)
    wanted = [name for name, value in crewai_write.inputs_of(made).items() if not value]
    return {**crewai_write.write(made), "README.md": readme(team, made, arm, _CREWAI, wanted)}


def _autogen(team: GivenTeam, arm: Arm) -> dict[str, str]:
    made = set_up(team, arm)
    task = mission_of(team)
    wanted = [name for name, value in starter.inputs_of(made, task).items() if not value]
    beside = starter.write_starter(made, task)
    return {**autogen_write.write(made), **beside, "README.md": readme(team, made, arm, _AUTOGEN, wanted)}


def _roleless(team: GivenTeam, arm: Arm) -> dict[str, str]:
    return toml.write(set_up(team, arm), notes=True)


_CREWAI = Home(
    name="CrewAI",
    package="crewai>=1.15,<2",
    extras_of="crewai",
    extra_of=extra_of,
    inputs="config/team.yaml",
    without_a_model="CrewAI takes that of `OPENAI_MODEL_NAME`, or its own usual one. Name the one you tested with.",
    differs=crewai_write.differences,
)
_AUTOGEN = Home(
    name="AutoGen",
    package="autogen-agentchat>=0.7,<0.8",
    extras_of="autogen-ext",
    extra_of=autogen_models.extra_of,
    inputs="inputs.json",
    without_a_model="`choose-a-model` stands in team.json: put the one you tested with in its place.",
    differs=autogen_write.differences,
)
TARGETS: Mapping[str, TargetFormat] = {
    "crewai": TargetFormat("CrewAI", "Its YAML, crew.py, main.py and a README.", _crewai),
    "autogen": TargetFormat(
        "AutoGen Studio", "A team component as JSON, what starts it, a README.", _autogen
    ),
    "prompt": TargetFormat("Plain prompts", "What to send to whom, for any framework.", prompt_recipe.write),
    "roleless": TargetFormat("Roleless (TOML)", "Everything, to test it again.", _roleless),
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
