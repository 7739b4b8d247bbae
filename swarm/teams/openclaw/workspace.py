"""The markdown of an OpenClaw agent's workspace is found and read: who it is and how it works."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from swarm.teams.reading.blanks import without_blanks
from swarm.teams.reading.files import Files

ROLE_FILES = ("IDENTITY.md", "SOUL.md", "AGENTS.md")
"""In the order in which they make a role's background."""
OTHER_FILES = ("TOOLS.md", "HEARTBEAT.md", "USER.md", "MEMORY.md", "BOOTSTRAP.md", "BOOT.md")
"""They tell of tools, of the time between tasks, of the user and of what was; not of the role."""
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)

_NAME = re.compile(r"(?im)^[-*\s]{0,6}\**name\**:\**[ \t]*([^\n(\[]{1,60})$")


class Workspace(NamedTuple):
    """Texts of a folder about the agent that works in it."""

    background: str
    used: tuple[str, ...]
    """Paths of the files."""


def workspace(files: Files, names: Sequence[str], alone: bool) -> Workspace | None:
    """The workspace of an agent, by the last part of its path.

    Args:
        files: all that were given.
        names: paths that it may have, likeliest first, such as "~/.openclaw/workspace-home".
        alone: whether there is no other agent, so that the only folder with such files must be its own.

    Returns:
        None when none of them is among the files.
    """
    texts = files.named(*ROLE_FILES)
    folders = list(dict.fromkeys(PurePosixPath(path).parent for path in texts))
    folder = next((found for name in names if (found := _like(name, folders)) is not None), None)
    if folder is None and alone and len(folders) == 1:
        folder = folders[0]
    return None if folder is None else in_folder(files, folder)


def in_folder(files: Files, folder: PurePosixPath) -> Workspace:
    """The workspace that a folder is."""
    texts = files.named(*ROLE_FILES)
    paths = [str(folder / name) for name in ROLE_FILES if str(folder / name) in texts]
    parts = [_FRONT_MATTER.sub("", texts[path].replace("\r\n", "\n")).strip() for path in paths]
    return Workspace(without_blanks("\n\n".join(filter(None, parts))), tuple(paths))


def named_in(identity: str) -> str:
    """The name that an IDENTITY.md gives, such as in "- **Name:** Chef"; empty when it gives none."""
    found = _NAME.search(identity)
    return found[1].strip(" *_`") if found else ""


def _like(name: str, folders: Sequence[PurePosixPath]) -> PurePosixPath | None:
    """The folder whose path ends like a name, in as many parts as possible; of several such, the nearest."""
    wanted = PurePosixPath(name.replace("\\", "/")).parts
    alike = {folder: _common_tail(folder.parts, wanted) for folder in folders}
    ranked = sorted(folders, key=lambda folder: (-alike[folder], len(folder.parts), str(folder)))
    return ranked[0] if ranked and alike[ranked[0]] else None


def _common_tail(first: Sequence[str], second: Sequence[str]) -> int:
    same = 0
    for left, right in zip(reversed(first), reversed(second), strict=False):
        if left.lower() != right.lower():
            break
        same += 1
    return same
