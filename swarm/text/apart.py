"""Files of a kind are read one by one: one that cannot be read costs itself alone."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def toml_files(folders: Iterable[Path]) -> list[Path]:
    """The TOML files of folders, in the folders' order and by name."""
    return [path for folder in folders for path in sorted(folder.glob("*")) if path.suffix.lower() == ".toml"]


def read_apart(
    paths: Iterable[Path], read: Callable[[Path], T], refusal: type[Exception]
) -> tuple[list[T], list[str]]:
    """Read files, of which later ones replace earlier ones of their name.

    Args:
        paths: of the files.
        read: reads one.
        refusal: what it raises for one that cannot be read; any other error is a bug.

    Returns:
        What could be read, in order, and for each other file the sentence that says why it could not. Nothing stands
        in the place of such a file.
    """
    found: dict[str, T] = {}
    slips: list[str] = []
    for path in paths:
        name = "".join(letter for letter in path.stem.lower() if letter.isalnum())
        found.pop(name, None)
        try:
            found[name] = read(path)
        except refusal as error:
            slips.append(str(error))
    return list(found.values()), slips
