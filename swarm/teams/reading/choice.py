"""Of several teams in the same files, one is chosen by its name."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Generic, NamedTuple, TypeVar

from swarm.security.keys import without_secrets
from swarm.teams.reading.files import Files
from swarm.teams.reading.values import BadTeam

Found = TypeVar("Found")
_MAX_SHOWN, _MAX_NAME_CHARS = 8, 120
_MAX_SHOWN_CHARS = 240
_INNER = ("config", "src")
"""Folders that say nothing of whose they are."""


class Candidate(NamedTuple, Generic[Found]):
    """One of several teams."""

    path: str
    """Of the file that it is known by."""
    name: str
    """By which it is told apart from others of this file; may be empty."""
    found: Found
    paths: frozenset[str] = frozenset()
    """Of the other files that it is read from."""


class SeveralTeams(BadTeam):
    """The files hold several teams; the names by which one can be chosen are in `choices`."""

    def __init__(self, path: str, what: str, choices: Sequence[str], chosen: str | None) -> None:
        shown = ", ".join(choices[:_MAX_SHOWN])
        shown = shown[:_MAX_SHOWN_CHARS] + (
            ", …" if len(choices) > _MAX_SHOWN or len(shown) > _MAX_SHOWN_CHARS else ""
        )
        count = f"more than {_MAX_SHOWN}" if len(choices) > _MAX_SHOWN else str(len(choices))
        wrong = f"none of them is called {shown_name(chosen)}; " if chosen else ""
        super().__init__(path, "", f"one of {count} {what}; {wrong}choose one with --team: {shown}")
        self.choices = tuple(choices)


def choose(files: Files, found: Sequence[Candidate[Found]], what: str) -> Found:
    """The one team there is, or the chosen one.

    Args:
        files: with the choice, which may be a name that was offered, or the path of a file or folder of the team.
        found: at least one.
        what: they are, such as "crews".

    Raises:
        SeveralTeams: when there are several, and none of them or no one of them was chosen.
    """
    names = names_of(found)
    chosen = files.chosen
    if chosen is not None:
        for wanted in _ways(names, found, chosen):
            if len(wanted) == 1:
                return found[wanted[0]].found
            if wanted:
                names = [names[at] for at in wanted]
                raise SeveralTeams(found[wanted[0]].path, what, names, None)
    if len(found) == 1 and (chosen is None or (chosen in files.texts and chosen.endswith(".py"))):
        return found[0].found
    raise SeveralTeams(found[0].path, what, names, chosen)


def _ways(names: Sequence[str], found: Sequence[Candidate[Found]], chosen: str) -> list[list[int]]:
    """Places of the teams that a choice may mean, in several ways, the plainest first."""
    places = range(len(found))
    folder = chosen.rstrip("/") + "/"
    return [
        [at for at in places if names[at] == chosen],
        [at for at in places if found[at].path == chosen],
        [at for at in places if chosen in found[at].paths],
        [at for at in places if found[at].name == chosen],
        [at for at in places if found[at].path.startswith(folder)],
        [at for at in places if f"/{folder}" in f"/{found[at].path}"],
    ]


def nearest(files: Files, found: Mapping[str, Found], what: str) -> tuple[str, Found]:
    """The chosen file, else the one that lies in the fewest folders, with its path.

    Args:
        files: with the choice.
        found: at least one, by path.
        what: they are, such as "chains of phases".

    Raises:
        SeveralTeams: when several lie equally near, and none is chosen.
    """
    depths = {path: len(PurePosixPath(path).parts) for path in found}
    near = [
        path for path in sorted(found) if files.chosen is not None or depths[path] == min(depths.values())
    ]
    if len(near) == 1:
        return near[0], found[near[0]]
    path = choose(files, [Candidate(each, "", each) for each in near], what)
    return path, found[path]


def names_of(found: Sequence[Candidate[Found]]) -> list[str]:
    """A name for each, all different: its folder, else its file, else its name in the file."""
    folders = [_folder(each.path) for each in found]
    paths = [each.path for each in found]
    names: list[str] = []
    for at, each in enumerate(found):
        if folders[at] and folders.count(folders[at]) == 1:
            names.append(folders[at])
        elif paths.count(each.path) == 1:
            names.append(each.path)
        else:
            names.append(f"{each.path}:{each.name or at + 1}")
    shown = list(map(shown_name, names))
    return [name if shown.count(name) == 1 else f"{name}-{at + 1}" for at, name in enumerate(shown)]


def shown_name(name: str) -> str:
    """A name as it can be shown and typed: on one line and without keys."""
    plain = "".join(letter if letter.isprintable() else " " for letter in without_secrets(name)[0])
    return " ".join(plain.split())[:_MAX_NAME_CHARS]


def _folder(path: str) -> str:
    parts = list(PurePosixPath(path).parent.parts)
    while parts and parts[-1] in _INNER:
        parts.pop()
    return "/".join(parts)
