"""The three files of a ChatDev 1 company are found: the chain, its phases and its roles."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from swarm.teams.reading.choice import nearest
from swarm.teams.reading.files import Files
from swarm.teams.reading.values import BadTeam, Data, mapping, read_json

CHAIN, PHASES, ROLES = "ChatChainConfig.json", "PhaseConfig.json", "RoleConfig.json"
_WHY = {
    CHAIN: "it says in which order the phases come",
    PHASES: "it says who works in which phase, and on what",
    ROLES: "it says who the roles are",
}
_FALLBACK = "Default"
"""The folder from which ChatDev itself takes what a company's folder lacks."""


class Company(NamedTuple):
    """The files of a company, each with its path."""

    chain_path: str
    chain: Any
    phases_path: str
    phases: Data
    roles_path: str
    roles: Data
    others: int
    """Further chains among the files, which are left alone."""


def company(files: Files) -> Company | None:
    """Find a company's files; None when there is none of them.

    Raises:
        BadTeam: names the file that cannot be read, or the one that is missing.
    """
    found = {kind: _of_kind(kind, files) for kind in _WHY}
    if not found[CHAIN]:
        stray = next((path for kind in (PHASES, ROLES) for path in found[kind]), None)
        if stray is None:
            return None
        raise _missing(stray, CHAIN)
    chain_path, chain = _chain(files, found[CHAIN])
    phases_path = _beside(chain_path, PHASES, found[PHASES])
    roles_path = _beside(chain_path, ROLES, found[ROLES])
    phases = mapping(phases_path, "", found[PHASES][phases_path])
    roles = mapping(roles_path, "", found[ROLES][roles_path])
    return Company(chain_path, chain, phases_path, phases, roles_path, roles, len(found[CHAIN]) - 1)


def _of_kind(kind: str, files: Files) -> dict[str, Any]:
    """Files that are called so, or that look so inside, whatever they are called."""
    stem = kind.removesuffix(".json")
    found: dict[str, Any] = {}
    for path, text in files.named("*.json").items():
        if PurePosixPath(path).name.startswith(stem):
            found[path] = read_json(path, text)
        elif (value := _looking_like(kind, path, text)) is not None:
            found[path] = value
    return found


def _looking_like(kind: str, path: str, text: str) -> Any:
    """Read a file of another name, if it is of this kind; roles can only be told by their file's name."""
    mark = {CHAIN: '"phaseType"', PHASES: '"phase_prompt"'}.get(kind)
    if mark is None or mark not in text:
        return None
    try:
        value = read_json(path, text)
    except BadTeam:
        return None
    if not isinstance(value, Mapping):
        return None
    if kind == CHAIN:
        listed = value.get("chain")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        looks = isinstance(listed, list) and any(isinstance(each, Mapping) for each in listed)  # pyright: ignore[reportUnknownVariableType]
    else:
        looks = any(isinstance(each, Mapping) and "phase_prompt" in each for each in value.values())  # pyright: ignore[reportUnknownVariableType]
    return value if looks else None  # pyright: ignore[reportUnknownVariableType]


def _chain(files: Files, chains: Mapping[str, Any]) -> tuple[str, Any]:
    usual = [path for path in chains if PurePosixPath(path).parent.name == _FALLBACK]
    return (
        (usual[0], chains[usual[0]])
        if len(usual) == 1 and files.chosen is None
        else nearest(files, chains, "chains of phases")
    )


def _beside(chain_path: str, kind: str, found: Mapping[str, Any]) -> str:
    folder = PurePosixPath(chain_path).parent
    near = [path for path in found if PurePosixPath(path).parent == folder]
    usual = [path for path in found if PurePosixPath(path).parent == folder.parent / _FALLBACK]
    path = next(iter([*near, *usual]), None)
    if path is None:
        raise _missing(chain_path, kind)
    return path


def _missing(path: str, kind: str) -> BadTeam:
    usual = (
        ""
        if kind == CHAIN
        else f"; ChatDev itself takes what a company lacks from the folder {_FALLBACK} beside it"
    )
    return BadTeam(path, "", f"{kind} is wanted beside it: {_WHY[kind]}{usual}")
