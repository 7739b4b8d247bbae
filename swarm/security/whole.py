"""Files are written whole or not at all: beside their place, and then put into it."""

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; whoever reads at this moment, or looks after a full disk, finds the old one, or none.

    Devices and pipes, which cannot be exchanged, are written to as they are.

    Raises:
        OSError: when it cannot be written; nothing is left behind then.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        _write_all({path: content}, ExitStack())


def write_all_whole(files: Mapping[Path, bytes]) -> None:
    """Write several files, all or none; folders that they need are made, and taken away again should it fail.

    Raises:
        OSError: when one of them cannot be written; nothing is left behind then.
    """
    with ExitStack() as undone:
        for path in files:
            _make_folder(path.resolve().parent, undone)
        _write_all(files, undone)


def _write_all(files: Mapping[Path, bytes], undone: ExitStack) -> None:
    with undone:
        beside: dict[Path, Path] = {}
        for path, content in files.items():
            # What a link leads to is replaced, not the link.
            place = path.resolve()
            beside[place] = place.with_name(f".{place.name[:60]}.{secrets.token_hex(4)}")
            undone.callback(beside[place].unlink, missing_ok=True)
            _write(beside[place], content, like=place)
        for place, written in beside.items():
            written.replace(place)
        undone.pop_all()


def _make_folder(folder: Path, undone: ExitStack) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        undone.callback(_remove_folder, each)


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _write(path: Path, content: bytes, like: Path) -> None:
    with path.open("xb") as file:
        with suppress(OSError):
            path.chmod(like.stat().st_mode)
        file.write(content)
        file.flush()
        # Some disks say only now that they are full.
        os.fsync(file.fileno())
