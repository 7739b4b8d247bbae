"""Crews as an attacker or an accident would write them: read, or refused in one sentence that shows no key."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.errors import BadInput
from swarm.teams.formats import read_team
from swarm.teams.reading.files import Files

CREWS = Path(__file__).parent / "fixtures" / "crewai"
CANARY = "sk-canary-0123456789abcdef"
_WITH_KEYS = (
    "Warm.",
    "behind a counter",
    "One page.",
    "its sound",
    "the ear",
    "A list.",
    "no literal",
    "llama3.2",
)


def _with_keys(path: Path) -> str:
    """A file with a key in some of its values."""
    text = path.read_text()
    for part in _WITH_KEYS:
        text = text.replace(part, CANARY)
    return text


def _files(crew: str, suffixes: tuple[str, ...]) -> dict[str, str]:
    paths = sorted(path for path in (CREWS / crew).rglob("*.*") if path.suffix in suffixes)
    folder = CREWS / crew
    return {path.relative_to(folder).as_posix(): _with_keys(path) for path in paths}


FILES = {
    "bakery": {Path(path).name: text for path, text in _files("bakery", (".py", ".yaml")).items()},
    "museum": _files("museum", (".jsonc",)),
    "flow": _files("flow", (".yaml",)),
}
PLACES = [(crew, name) for crew, files in FILES.items() for name in files]
VALUES = [
    CANARY,
    -1,
    10**40,
    1e308,
    True,
    None,
    [],
    {},
    [[CANARY]],
    {"python": CANARY},
    {CANARY: CANARY},
    "x" * 9_000,
]
EVIL = {
    "tag": "!!python/object/apply:os.system ['true']",
    "bomb": "&a [" + ", ".join(["x"] * 9) + "]\nrole: " + "*a " * 3,
    "nested": "[" * 2_000,
    "keys": "role: 1\nrole: 2",
    "huge": "9" * 6_000,
    "hex": "0x" + "f" * 6_000,
    "circle": "&a [*a, {python: *a}]",
    "half": '"\\ud800"',
    "break": '"\\u2028\\x1b[31m"',
}


def tried(files: dict[str, str]) -> None:
    """Read, and hold a refusal against what refusals must be."""
    try:
        said = repr(read_team(Files(dict(sorted(files.items())))))
    except BadInput as error:
        said = str(error)
        assert said.splitlines() == [said]
        assert len(said) < 400
        assert any(name in said for name in files)
    assert CANARY not in said


@settings(max_examples=60)
@given(
    st.sampled_from(PLACES),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["cut", "flip", "drop", "twice"]),
)
def test_damaged_files_are_read_or_refused_in_one_sentence(place: tuple[str, str], where: float, how: str):
    crew, name = place
    files = dict(FILES[crew])
    text = files[name]
    at = int(where * len(text))
    files[name] = {
        "cut": text[:at],
        "flip": text[:at] + chr(ord(text[at]) ^ 0x10) + text[at + 1 :],
        "drop": text[:at] + text[at + 1 :],
        "twice": text + "\n" + text[at:],
    }[how]
    tried(files)


@settings(max_examples=60)
@given(st.sampled_from(PLACES), st.floats(0, 1, exclude_max=True), st.sampled_from(VALUES))
def test_values_of_other_types_are_read_or_refused_without_showing_them(
    place: tuple[str, str], where: float, value: object
):
    crew, name = place
    files = dict(FILES[crew])
    lines = files[name].splitlines()
    starts = [number for number, line in enumerate(lines) if ":" in line or "=" in line]
    at = starts[int(where * len(starts))]
    mark = "=" if name.endswith(".py") and "=" in lines[at] else ":"
    comma = "," if lines[at].rstrip().endswith(",") else ""
    shown = repr(value) if name.endswith(".py") else json.dumps(value)
    lines[at] = f"{lines[at].partition(mark)[0]}{mark} {shown}{comma}"
    files[name] = "\n".join(lines)
    tried(files)


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
@pytest.mark.parametrize("place", PLACES, ids=["-".join(place) for place in PLACES])
def test_evil_values_are_read_or_refused_in_one_sentence(place: tuple[str, str], evil: str):
    crew, name = place
    text = FILES[crew][name]
    for mark in (": ", "="):
        before, found, after = text.partition(mark)
        tried(FILES[crew] | {name: before + found + evil + "\n" + after.partition("\n")[2]})


DEEP = {
    "brackets": "(" * 5_000,
    "signs": "x = " + "-" * 50_000 + "1",
    "sum": "x = " + "1 + " * 40_000 + "1",
    "chain": "a.b" * 30_000,
    "indent": "if 1:\n" + " " * 150 + "x = 1",
    "escape": r"x = '\d'",
    "circle": "a = b\nb = a",
    "long": "#" * 300_000,
}


@pytest.mark.parametrize("code", DEEP.values(), ids=DEEP)
def test_deep_code_is_read_or_refused_in_one_sentence(code: str):
    files = FILES["bakery"] | {"crew.py": f"{FILES['bakery']['crew.py']}\n{code}\n"}
    tried(files)
    tried(FILES["bakery"] | {"main.py": f"inputs = {{'town': 'Ulm'}}\n{code}\n"})


def test_names_that_stand_for_each_other_end():
    code = FILES["bakery"]["crew.py"].replace("STRONG = LLM", "STRONG = OTHER\nOTHER = STRONG\nLLM")
    team = read_team(Files(FILES["bakery"] | {"crew.py": code}))
    assert team.roles[1].model == "openai/gpt-4o"


def test_keys_in_texts_names_and_blanks_are_taken_out():
    files = FILES["bakery"]
    agents = (
        files["agents.yaml"].replace("Head baker", f"Head {CANARY} {{{CANARY}}}").replace("max_iter", CANARY)
    )
    tasks = files["tasks.yaml"].replace("  agent: baker", f"  name: {CANARY}\n  agent: baker")
    team = read_team(Files(files | {"agents.yaml": agents, "tasks.yaml": tasks}))
    assert CANARY not in repr(team)
    assert CANARY.replace("-", "_") not in repr(team)
    assert "key removed" in repr(team)


def test_a_key_in_a_blank_is_found_before_its_dashes_are_changed():
    files = FILES["bakery"]
    agents = files["agents.yaml"].replace("Head baker", f"Head {{{CANARY}}} {{oven-heat}}")
    role = read_team(Files(files | {"agents.yaml": agents})).roles[1]
    assert "oven_heat" in role.name
    assert CANARY.replace("-", "_") not in role.name
    assert "key removed" in role.name


def test_a_yaml_file_of_crews_that_is_too_long_is_refused():
    with pytest.raises(BadInput, match=r"^agents\.yaml: .* at most 500,000"):
        read_team(Files({"agents.yaml": "a: {role: x}\n" + "#" * 500_000}))


def test_a_path_of_several_lines_is_told_on_one():
    with pytest.raises(BadInput) as caught:
        read_team(Files({"north\nsouth\x1b[31m" * 30 + "/agents.yaml": "a: {role: [1]}"}))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_crew_names_no_file_outside_of_what_was_given():
    crew = '{agents: ["../../crew"], tasks: [{description: "d", expected_output: "e"}]}'
    with pytest.raises(BadInput, match=r"^crew\.jsonc, agents\.0: the file of this agent"):
        read_team(Files({"crew.jsonc": crew}))
