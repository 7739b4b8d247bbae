"""A mission is what its file or its text says, to the letter; what is wrong with one is told with its place."""

from pathlib import Path

import pytest

from swarm.config import read_settings
from swarm.errors import BadMission
from swarm.mission import (
    MAX_MISSION_BYTES,
    MAX_REQUIREMENTS,
    Mission,
    Requirement,
    Stakeholder,
    load_library,
    mission_from_text,
    mission_from_toml,
    read_mission,
    slips_in_missions,
)

TOML = """title = "Open a bakery"
goal = '''Sell bread
by May.

- Warm
- Fresh'''
level = "L4"
values = ["Thrift", "Care"]
domains = ["law", "food"]
unknowns = ["The rent"]

[[stakeholders]]
name = "Ada"
wants = "Quiet"

[[stakeholders]]
name = "Bob"
wants = "Late hours"

[[requirements]]
text = "Find a site"
phase = "First"

[[requirements]]
text = "Hire bakers"
needs = [1]
conflict = ["Ada", "Bob"]
"""
BAKERY = Mission(
    id="the-bakery",
    title="Open a bakery",
    goal="Sell bread by May.\n\n- Warm\n- Fresh",
    values=("Thrift", "Care"),
    requirements=(
        Requirement("Find a site", phase="First"),
        Requirement("Hire bakers", needs=(1,), conflict=("Ada", "Bob")),
    ),
    domains=("law", "food"),
    level="L4",
    stakeholders=(Stakeholder("Ada", "Quiet"), Stakeholder("Bob", "Late hours")),
    unknowns=("The rent",),
)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a mark of its encoding"])
def test_a_file_is_read_key_by_key(tmp_path: Path, mark: str):
    path = tmp_path / "The Bakery!.toml"
    path.write_text(mark + TOML, encoding="utf-8")
    assert read_mission(path) == BAKERY
    assert mission_from_toml('id = "own-id"\n' + TOML, "x.toml").id == "own-id"


def many(count: int) -> str:
    return "title = 'a'\ngoal = 'b'\n" + "[[requirements]]\ntext = 'c'\n" * count


WRONG = {
    "a need of itself": (TOML.replace("[1]", "[2]"), r"m\.toml, line 24: requirement 2 needs 2, .* \(1 to 1\)"),
    "a need of what comes later": (TOML.replace("[1]", "[3]"), "line 24: requirement 2 needs 3"),
    "a need of nothing": (TOML.replace("[1]", "[0]"), "line 24: requirement 2 needs 0"),
    "a negative need": (TOML.replace("[1]", "[-1]"), "line 24: requirement 2 needs -1"),
    "a stranger": (TOML.replace('["Ada"', '["Eve"'), "line 24: requirement 2 names 'Eve'.* stakeholders: Ada, Bob"),
    "two of one name": (TOML.replace('"Bob"\nwants', '"Ada"\nwants'), "two stakeholders have the same name"),
    "an unknown key": (TOML.replace("phase", "fase"), r"line 22, key 'requirements\.1\.fase': unknown key; .*phase"),
    "an unknown level": (TOML.replace("L4", "L5"), "line 7, key 'level'"),
    "no title": (TOML.replace("title", "titel"), "m.toml: line 1, key 'title'"),
    "a blank title": (TOML.replace("Open a bakery", "  "), "line 1, key 'title'"),
    "an id with a slash": ('id = "a/b"\n' + TOML, "line 1, key 'id'"),
    "no TOML": ("title = ", r"m\.toml: not valid TOML"),
    "too many requirements": (many(MAX_REQUIREMENTS + 1), "key 'requirements'"),
    "nothing": ("  \n", "empty"),
    "a NUL": ("title = 'a'\x00", "NUL"),
    "too long": (TOML + "#" * MAX_MISSION_BYTES, "a mission has at most 64,000"),
    "half a character": (TOML + "# \ud800", "half a character"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_mission_is_refused_with_its_place(what: str):
    text, why = WRONG[what]
    with pytest.raises(BadMission, match=why):
        mission_from_toml(text, "m.toml")


def test_as_many_requirements_and_bytes_as_allowed_are_taken():
    assert len(mission_from_toml(many(MAX_REQUIREMENTS), "m.toml").requirements) == MAX_REQUIREMENTS
    assert len(mission_from_text("- a\n" * MAX_REQUIREMENTS).requirements) == MAX_REQUIREMENTS
    assert mission_from_text("é" * (MAX_MISSION_BYTES // 2)).goal


TEXTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "bullets": ("Open it\n- Find a site\n* Hire two\n", "Open it", "Open it", ("Find a site", "Hire two")),
    "numbers": ("Open it\n1. One\n12) Two\n• Three", "Open it", "Open it", ("One", "Two", "Three")),
    "a year is no number": ("Open it\n2026. A year", "Open it", "Open it\n2026. A year", ()),
    "no bullets": ("Open it\nsoon.", "Open it", "Open it\nsoon.", ()),
    "bullets alone": ("- Find a site\n- Hire", "Find a site", "Find a site", ("Find a site", "Hire")),
    "a heading": ("# Open it #\n\nSoon.\n- A", "Open it", "# Open it #\nSoon.", ("A",)),
    "a long title": ("x" * 80, "x" * 80, "x" * 80, ()),
    "a longer title": ("x" * 81, "x" * 79 + "…", "x" * 81, ()),
}  # fmt: skip


@pytest.mark.parametrize("what", TEXTS)
def test_a_text_becomes_title_goal_and_requirements(what: str):
    text, title, goal, requirements = TEXTS[what]
    found = mission_from_text(text)
    assert (found.id, found.title, found.goal) == ("own", title, goal)
    assert found.requirements == tuple(Requirement(each) for each in requirements)


@pytest.mark.parametrize(
    ("text", "why"),
    [("- a\n" * 61, "61 bullet points; at most 60"), ("é" * 32_001, "64,002 bytes"), (" \n", "empty")],
)  # fmt: skip
def test_a_text_that_is_no_mission_is_refused(text: str, why: str):
    with pytest.raises(BadMission, match=why):
        mission_from_text(text)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"x" * 64_001, "64,001 bytes; .* at most 64,000"), (b"ab\xff", r"not UTF-8 text \(byte 2, "), (None, "No such")],
)  # fmt: skip
def test_a_file_that_is_no_mission_is_refused_by_its_path(tmp_path: Path, content: bytes | None, why: str):
    path = tmp_path / "own.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadMission, match=rf"own\.txt.*{why}"):
        read_mission(path)


def test_a_file_of_another_name_is_plain_text(tmp_path: Path):
    path = tmp_path / "own.md"
    path.write_text("Open it\n- A")
    assert read_mission(path).requirements == (Requirement("A"),)


def test_ones_own_missions_win_and_all_are_ordered_by_level_and_title(tmp_path: Path):
    settings = read_settings({"ROLELESS_DATA": str(tmp_path)})
    own = tmp_path / "missions"
    own.mkdir()
    (own / "food-festival.toml").write_text("title = 'Mine'\ngoal = 'b'\n")
    (own / "zoo.toml").write_text("title = 'A zoo'\ngoal = 'b'\nlevel = 'L1'\n")
    found = load_library(settings.mission_folders)
    assert found["food-festival"].title == "Mine"
    assert list(found)[-1] == "food-festival", "one without a level comes last"
    levels = [mission.level or "L9" for mission in found.values()]
    assert levels == sorted(levels)
    first = [mission.title for mission in found.values() if mission.level == "L1"]
    assert first == sorted(first)


NO_MISSIONS = {
    "unknown key": (b"title = 'Mine'\ngoal = 'b'\ntempo = 3\n", "line 3, key 'tempo'"),
    "no TOML": (b"title = 'Mine'\ngoal = \n", "not valid TOML"),
    "no text": ("title = 'Gerät'\ngoal = 'b'\n".encode("cp1252"), "UTF-8"),
    "empty": (b"", "is empty"),
    "too deep": (b"title = " + b"[" * 20_000, "not a mission"),
}


@pytest.mark.parametrize("slip", NO_MISSIONS)
def test_a_file_that_is_no_mission_is_told_once_and_costs_itself_alone(
    slip: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    content, complaint = NO_MISSIONS[slip]
    folders = read_settings({"ROLELESS_DATA": str(tmp_path)}).mission_folders
    whole = {*load_library(folders)}
    (tmp_path / "missions").mkdir()
    (tmp_path / "missions" / "Food Festival.toml").write_bytes(content)
    (tmp_path / "missions" / "zoo.toml").write_text("title = 'A zoo'\ngoal = 'b'\n")
    found = load_library(folders)
    # Whoever asks for it does not get the library's in its place.
    assert {*found} == whole - {"food-festival"} | {"zoo"}
    [said] = caplog.messages
    assert "Food Festival.toml" in said
    assert complaint in said
    assert slips_in_missions(folders) == [said]
