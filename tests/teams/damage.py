"""Files of teams, damaged in every way that can be thought of, and what must hold of them all the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from swarm.errors import BadInput
from swarm.teams.formats import read_team, settled
from swarm.teams.reading.files import Files, files_of
from swarm.teams.reading.given import GivenTeam

FIXTURES = Path(__file__).parent / "fixtures"
CANARY = "canarycanarycanary"
_ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    st.sampled_from(["{task}", "${API_KEY}", "*", "\x1b[31m\n", "[" * 200, "9" * 5000]),
)


def texts(name: str) -> dict[str, str]:
    """The files of a fixture by path."""
    return dict(files_of(FIXTURES / name).texts)


def imported_or_explained(files: dict[str, str]) -> GivenTeam | None:
    """Import files, or check that the refusal is one line that names a file and shows no key."""
    given = Files(files)
    try:
        team = read_team(given)
    except BadInput as error:
        said = str(error)
        assert "\n" not in said
        assert len(said) < 400
        assert any(Path(path).name in said for path in files) or "the team" in said
        assert CANARY not in said
        return None
    assert CANARY not in repr(team)
    assert settled(team).roles == team.roles
    return team


@st.composite
def torn(draw: st.DrawFn, files: dict[str, str]) -> dict[str, str]:
    """Files of which one is cut, or has some characters replaced, or says something twice; their keys stay whole."""
    path = draw(st.sampled_from(sorted(files)))
    text = files[path]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 40)))
    middle = draw(
        st.sampled_from(
            ["", "{", "]", '"', "\x00", "'''", "\\", ": ", "!!python/object:os.system {}", "*x", "é"]
        )
        | st.just(text[start:end] * 2)
        | st.just("(" * 300)
    )
    rest = "" if draw(st.booleans()) else text[end:]
    left = text[:start] + middle + rest
    # Half a key is no key, nor one whose name is gone: nobody could know it.
    assume({line for line in left.splitlines() if CANARY in line} <= set(text.splitlines()))
    return {**files, path: left}


@st.composite
def swapped(draw: st.DrawFn, value: Any) -> Any:
    """Data in which one value is another one, of any type."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(swapped(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        number = draw(st.integers(0, len(value) - 1))
        return [*value[:number], draw(swapped(value[number])), *value[number + 1 :]]
    return draw(_ODD)


def as_json(value: Any) -> str:
    """JSON, of infinite numbers too, as some programs write it."""
    return json.dumps(value)


def refused(files: dict[str, str]) -> str:
    """What is said of files that cannot be used."""
    with pytest.raises(BadInput) as caught:
        read_team(Files(files))
    return str(caught.value)


def told(team: GivenTeam, kind: str) -> str:
    """All notes of a kind, as one text."""
    return "\n".join(f"{note.what} | {note.why}" for note in team.notes if note.kind == kind)
