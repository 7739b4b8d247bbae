"""A bug to plant: a patch, whom it would harm, and the tests that are asked first."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from swarm.config import PROJECT

FOLDER = Path(__file__).parent / "patches"


@dataclass(frozen=True, slots=True)
class Bug:
    """One patch of a few lines; its head says what `harm` and `tests` hold."""

    path: Path
    harm: str
    """One sentence: who is harmed, and how."""
    tests: tuple[str, ...]
    """Files of tests that ought to notice, from the project's root."""

    @property
    def name(self) -> str:
        """Its file's name, such as `call-deadline-doubled`."""
        return self.path.stem


def bugs(names: Sequence[str] = ()) -> list[Bug]:
    """Bugs of the list by name; all of them when none is named.

    Raises:
        KeyError: naming what is not in the list.
        ValueError: naming a patch without `Harm:` or `Tests:`.
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.patch"))}
    return [_read(known[name]) for name in names or known]


def plant(bug: Bug, folder: Path, *options: str) -> None:
    """Apply a bug's patch to a copy of the project; `-R` takes it out again, `--check` changes nothing.

    Raises:
        subprocess.CalledProcessError: when the code has moved on and the patch does not fit any more.
    """
    command = ["git", "apply", *options, str(bug.path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def copy_of_project(folder: Path) -> Path:
    """Copy what git tracks, as it is in the working tree, into a folder."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in filter(None, tracked.stdout.split("\0")):
        if (source := PROJECT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def _read(path: Path) -> Bug:
    head = path.read_text(encoding="utf-8").partition("\ndiff --git")[0]
    said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if not {"Harm", "Tests"} <= said.keys():
        raise ValueError(f"{path.name}: a patch begins with a line 'Harm: …' and a line 'Tests: …'")
    return Bug(path, said["Harm"], tuple(said["Tests"].split()))
