"""What cannot be written whole leaves nothing behind, and what was there before stays."""

from pathlib import Path

import pytest

from swarm.cli.arguments import write_file
from swarm.errors import BadInput
from swarm.security.whole import write_all_whole, write_whole
from swarm.teams.export import write_files
from tests.recording.test_damage import full_disk

LONG = b"x" * 9_000


def everything_in(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_that_does_not_fit_leaves_what_was_there(before: bytes | None, tmp_path: Path):
    path = tmp_path / "report 🥐.html"
    if before is not None:
        path.write_bytes(before)
    there = everything_in(tmp_path)
    with full_disk(4_096), pytest.raises(BadInput, match=r"cannot write .*: File too large"):
        write_file(path, LONG)
    assert everything_in(tmp_path) == there
    write_file(path, LONG)
    assert everything_in(tmp_path) == {path.name: LONG}


@pytest.mark.parametrize("there", [True, False])
def test_of_several_files_none_is_left_when_one_does_not_fit(there: bool, tmp_path: Path):
    folder = tmp_path / "team"
    if there:
        folder.mkdir()
    before = everything_in(tmp_path)
    with full_disk(4_096), pytest.raises(BadInput, match="cannot write to"):
        write_files({"a.yaml": "short", "config/tools/b.yaml": LONG.decode()}, folder)
    assert everything_in(tmp_path) == before
    write_files({"a.yaml": "short", "config/b.yaml": LONG.decode()}, folder)
    assert everything_in(folder) == {"a.yaml": b"short", "config": None, "config/b.yaml": LONG}


def test_a_full_device_is_one_sentence_and_still_a_device():
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(BadInput, match="cannot write '/dev/full': No space left on device"):
        write_file(Path("/dev/full"), LONG)
    assert Path("/dev/full").is_char_device()


def test_what_a_link_leads_to_is_written_with_the_permissions_it_had(tmp_path: Path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_is_missing_is_named_and_not_made_by_a_single_file(tmp_path: Path):
    with pytest.raises(BadInput, match="No such file or directory"):
        write_file(tmp_path / "none" / "file", b"new")
    write_all_whole({tmp_path / "some" / "file": b"new"})
    assert everything_in(tmp_path) == {"some": None, "some/file": b"new"}
