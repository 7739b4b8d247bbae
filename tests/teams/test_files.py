"""Taking in files that anybody may have made: within limits, and nothing outside of what was given."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from swarm.errors import BadInput
from swarm.teams.reading import files
from swarm.teams.reading.files import files_of, files_of_uploads

ESCAPES = [
    "../evil.yaml",
    "/etc/evil.yaml",
    "a/../../evil.yaml",
    "..\\evil.yaml",
    "C:\\evil.yaml",
    "c:evil.yaml",
]


def packed(entries: dict[str, bytes], **info: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = info.get("mode", 0o600) << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def test_a_folder_a_zip_and_uploads_hold_the_same_files(tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "agents.yaml").write_text("a: 1")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    from_folder = files_of(tmp_path)
    from_zip = files_of_uploads(
        [("team.zip", packed({"config/agents.yaml": b"a: 1", "picture.png": b"\x89PNG"}))]
    )
    assert from_folder == from_zip
    assert from_folder.texts == {"config/agents.yaml": "a: 1"}
    assert files_of_uploads([("agents.yaml", b"a: 1")]).texts == {"agents.yaml": "a: 1"}


@pytest.mark.parametrize("name", ESCAPES)
def test_an_archive_that_leads_out_of_itself_is_refused_and_writes_nothing(name: str, tmp_path: Path):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput, match="leads out of the archive"):
        files_of_uploads([("team.zip", packed({name: b"a: 1"}))])
    assert sorted(tmp_path.rglob("*")) == before


def test_links_in_a_folder_are_not_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("password: hunter2hunter2")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "agents.yaml").write_text("a: 1")
    (inside / "link.yaml").symlink_to(outside / "secret.yaml")
    (inside / "folder").symlink_to(outside)
    assert list(files_of(inside).texts) == ["agents.yaml"]


def test_a_link_in_an_archive_is_only_text(tmp_path: Path):
    linked = files_of_uploads([("team.zip", packed({"agents.yaml": b"/etc/passwd"}, mode=0o120777))])
    assert linked.texts == {"agents.yaml": "/etc/passwd"}


def test_an_archive_that_blows_up_is_cut_at_the_limit_of_a_file():
    bomb = packed({"agents.yaml": b"a" * 50_000_000, "tasks.yaml": b"b: 1"})
    assert len(bomb) < 100_000
    found = files_of_uploads([("bomb.zip", bomb)])
    assert list(found.texts) == ["tasks.yaml"]
    assert found.skipped == ("agents.yaml (more than 1 MB)",)


def test_many_large_files_are_refused_before_they_fill_the_memory():
    content = {f"{number}.yaml": b"a" * 900_000 for number in range(20)}
    with pytest.raises(BadInput, match="more than 8,000,000 bytes"):
        files_of_uploads([("large.zip", packed(content))])


def test_an_archive_with_too_many_entries_is_refused():
    content = {f"{number}.yaml": b"" for number in range(files.MAX_ENTRIES + 1)}
    with pytest.raises(BadInput, match="5,001 entries"):
        files_of_uploads([("many.zip", packed(content))])


def test_an_archive_in_an_archive_is_not_opened():
    inner = packed({"agents.yaml": b"a: 1"})
    with pytest.raises(BadInput, match="no file of a team"):
        files_of_uploads([("outer.zip", packed({"inner.zip": inner}))])


@pytest.mark.parametrize("cut", [5, 30, 60, 100])
def test_a_damaged_archive_is_refused_in_one_sentence(cut: int):
    with pytest.raises(BadInput, match=r"team\.zip: not a zip that can be read"):
        files_of_uploads([("team.zip", packed({"agents.yaml": b"a: 1" * 99})[:cut])])


def test_an_encrypted_archive_is_refused_in_one_sentence():
    content = bytearray(packed({"agents.yaml": b"a: 1"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(BadInput, match="not a zip that can be read"):
        files_of_uploads([("team.zip", bytes(content))])


def test_a_text_in_utf_16_is_read_and_what_is_no_text_is_told_with_what_it_seems_to_be():
    uploads = [
        ("a.yaml", "ü: 1".encode("utf-16")),
        ("b.yaml", b"\x81"),
        ("c.yaml", b"a\x00b"),
        ("d.yaml", b"K\xf6ln"),
    ]
    found = files_of_uploads(uploads)
    assert found.texts == {"a.yaml": "ü: 1"}
    assert found.skipped == (
        "b.yaml (not UTF-8 text)",
        "c.yaml (no text, or UTF-16; wanted: UTF-8)",
        "d.yaml (not UTF-8 text, perhaps Windows-1252; save it as UTF-8)",
    )


def test_two_files_of_one_name_are_refused():
    with pytest.raises(BadInput, match=r"two files are called 'agents\.yaml'"):
        files_of_uploads([("agents.yaml", b"a: 1"), ("agents.yaml", b"a: 2")])


def test_uploads_are_known_by_their_names_alone():
    assert list(files_of_uploads([("../../agents.yaml", b"a: 1")]).texts) == ["agents.yaml"]


@pytest.mark.parametrize("what", ["missing", "empty", "fifo"])
def test_what_cannot_be_read_is_named(what: str, tmp_path: Path):
    path = tmp_path / what
    if what == "empty":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    with pytest.raises(BadInput, match=what):
        files_of(path)
