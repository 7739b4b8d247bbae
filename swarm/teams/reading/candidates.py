"""One of several files of the same kind is chosen, and where a place in a file is put into words."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from swarm.teams.reading.values import BadTeam

Found = TypeVar("Found")


def nearest(found: Mapping[str, Found], what: str) -> tuple[str, Found]:
    """The file that lies in the fewest folders, with its path.

    Args:
        found: at least one, by path.
        what: each of them is, such as "a chain of phases".

    Raises:
        BadTeam: when several lie equally near.
    """
    depths = {path: len(PurePosixPath(path).parts) for path in found}
    near = [path for path in sorted(found) if depths[path] == min(depths.values())]
    if len(near) > 1:
        fault = (
            f"it is {what}, and so {'is another file' if len(near) == 2 else f'are {len(near) - 1} others'}"
        )
        raise BadTeam(near[0], "", f"{fault}; give the files of one team")
    return near[0], found[near[0]]


def place(*keys: str | int) -> str:
    """A place in a file, on one line, each key of at most 60 characters.

    Examples:
        >>> place("chain", 2, "phase")
        'chain.2.phase'
    """
    plain = ("".join(letter for letter in str(key)[:60] if letter.isprintable()) for key in keys)
    return ".".join(plain)[:200]
