"""The names that agents and tasks go by in code, and the files that know them by these."""

import re
from collections.abc import Iterator, Sequence

from swarm.teams.crewai.bound import Rows
from swarm.teams.python.values import Table, Unknown, name_of

_AROUND = re.compile(
    r"^(?:get|create|make|build|new|the|setup|init)_|_(?:agent|task|config|cfg)$|(?<=[a-z])(?:Agent|Task)$"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def words(name: str) -> str:
    """A class's name in words.

    Examples:
        >>> words("BakeryLaunchCrew")
        'Bakery launch'
    """
    parts = _WORD.findall(name)
    parts = parts[:-1] if len(parts) > 1 and parts[-1] == "Crew" else parts
    return " ".join([*parts[:1], *(part if part.isupper() else part.lower() for part in parts[1:])])


def nearest(rows: Rows, path: str) -> Table | None:
    """Of YAML files, the one that lies nearest to a file of code."""
    folders = path.split("/")[:-1]

    def distance(other: str) -> tuple[int, str]:
        parts = other.split("/")[:-1]
        same = 0
        while same < min(len(parts), len(folders)) and parts[same] == folders[same]:
            same += 1
        return len(parts) + len(folders) - 2 * same, other

    return rows[min(rows, key=distance)] if rows else None


def names_of(value: object) -> Iterator[str]:
    """The names by which a value may be known in a YAML file, the likeliest first."""
    keys = value.keys if isinstance(value, Unknown) else ()
    for name in (*reversed(keys), name_of(value)):
        if name:
            bare = _AROUND.sub("", _AROUND.sub("", name))
            yield from dict.fromkeys((name, bare, f"{bare}_agent", f"{bare}_task"))


def likeliest(names: Sequence[str]) -> str:
    """Of the names of one thing, the one that says most; empty when there is none."""
    told = [name for name in names if name not in ("agent", "task", "crew", "self", "a", "t", "x")]
    return told[0] if told else names[0] if names else ""


def shown(value: object) -> str:
    """The name of a value that cannot be followed, as it can be shown."""
    name = name_of(value)
    return name if name.isidentifier() and len(name) <= 60 else "something"
