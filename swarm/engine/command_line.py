"""A run's recipe becomes the command line that does the same."""

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swarm.config import PROJECT
from swarm.engine.compose import NO_JUDGE
from swarm.engine.wish import BOUNDS, written
from swarm.mission import Mission, Requirement, mission_from_text
from swarm.protocols import options_of
from swarm.spec import RunSpec
from swarm.team import Team, generic_roles
from swarm.written import escaped

ROLES_FILE = "roles.txt"
"""The file of roles that were given one by one, one a line."""
OWN = "own"
"""The id of missions that are not in the library."""


def python() -> str:
    """The Python that runs Roleless, as one calls it in the project's folder."""
    here = Path(sys.executable)
    return here.relative_to(PROJECT).as_posix() if here.is_relative_to(PROJECT) else "python"


def command_line(spec: RunSpec, *, judge: str | None = None, mission_file: str = "mission.toml") -> str:
    """Write the command that composes and performs the same run, quoted for a shell.

    Args:
        spec: the recipe.
        judge: what was asked for: a model, "none", or None to let Roleless choose again.
        mission_file: where a mission that is not in the library is kept; see `mission_toml`. A goal alone
            needs no file.
    """
    words = [
        python(),
        "-m",
        "swarm",
        "run",
        *_mission(spec.mission, mission_file),
        "--protocol",
        spec.protocol,
    ]
    words += _options(spec)
    words += ["--agents", str(len(spec.team)), *_models(spec.team)]
    for name, text in written(_conditions(spec) | {"judge": judge}).items():
        words += [f"--{name.replace('_', '-')}", text]
    return shlex.join(words)


def same_again(spec: RunSpec) -> str:
    """The command that repeats a stored run, its judge named."""
    return command_line(spec, judge=spec.judge or NO_JUDGE)


def mission_toml(mission: Mission) -> str:
    """Write a mission as a file that `--mission-file` and the dashboard read.

    Examples:
        >>> print(mission_toml(Mission("own", "Bakery", "Open a bakery.")))
        title = "Bakery"
        goal = "Open a bakery."
    """
    return "\n".join(_toml_lines(mission))


def _toml_lines(mission: Mission) -> Iterator[str]:
    yield f"title = {_string(mission.title)}"
    if mission.level:
        yield f"level = {_string(mission.level)}"
    yield f"goal = {_string(mission.goal)}"
    for name in ("values", "domains", "unknowns"):
        if lines := getattr(mission, name):
            yield f"{name} = {_strings(lines)}"
    for stakeholder in mission.stakeholders:
        yield f"\n[[stakeholders]]\nname = {_string(stakeholder.name)}\nwants = {_string(stakeholder.wants)}"
    for requirement in mission.requirements:
        yield from _requirement_lines(requirement)


def _requirement_lines(requirement: Requirement) -> Iterator[str]:
    yield f"\n[[requirements]]\ntext = {_string(requirement.text)}"
    if requirement.phase:
        yield f"phase = {_string(requirement.phase)}"
    if requirement.needs:
        yield f"needs = {list(requirement.needs)}"
    if requirement.conflict:
        yield f"conflict = {_strings(requirement.conflict)}"


def _mission(mission: Mission, file: str) -> list[str]:
    if mission.id != OWN:
        return ["--mission", mission.id]
    rest = (
        mission.values,
        mission.requirements,
        mission.domains,
        mission.unknowns,
        mission.stakeholders,
    )
    if any(rest) or mission.level or mission_from_text(mission.goal).content != mission.content:
        return ["--mission-file", file]
    return ["--goal", mission.goal]


def _conditions(spec: RunSpec) -> dict[str, Any]:
    """What a recipe says beside mission, team and protocol, by its names in FIELDS."""
    shock = spec.shock
    return {
        "judge": spec.judge,
        "seed": spec.seed,
        "shock": shock and shock.kind,
        "shock_model": shock and shock.model,
        **{name: getattr(spec.limits, bound) for name, bound in BOUNDS.items()},
        "pace": spec.pace,
        "organization": spec.organization,
    }


def _options(spec: RunSpec) -> list[str]:
    words: list[str] = []
    for name, value in spec.options.items():
        if name == "roles":
            words += [] if value in ((), generic_roles()) else ["--roles-file", ROLES_FILE]
        elif value != options_of(spec.protocol).get(name):
            words += ["--option", f"{name}={value}"]
    return words


def _models(team: Team) -> list[str]:
    if len(team.models) == 1:
        return ["--model", *team.models]
    runs: list[tuple[str, int]] = []
    for seat in team:
        if runs and runs[-1][0] == seat.model:
            runs[-1] = (seat.model, runs[-1][1] + 1)
        else:
            runs.append((seat.model, 1))
    return ["--model", ", ".join(f"{seats} {model}" for model, seats in runs)]


def _string(text: str) -> str:
    # JSON's strings are TOML's, but for characters that are not seen, which both may escape.
    return escaped(json.dumps(text, ensure_ascii=False))


def _strings(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_string(text) for text in texts) + "]"
