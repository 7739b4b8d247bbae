"""What CONTRIBUTING says is enough to add something is done, in a copy of the project, and is enough."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from swarm.config import PROJECT
from tests.plant.bug import copy_of_project


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that is added: whole files, and lines behind others."""

    section: str
    """Of CONTRIBUTING."""
    shown: str
    """A program that ends well where the addition is known."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    lines: Mapping[str, tuple[tuple[str, str], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, str], ...]]
    )
    """By file: the text behind which something is put, and what."""


ADDITIONS = (
    Addition(
        "Add a protocol",
        "from swarm.protocols import find_protocol; find_protocol('echo')",
        {
            "swarm/protocols/echo.py": '''"""The first agent works, and so does whoever hears it."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def echo(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """Agent 1 works, then each other agent, who hears agent 1 alone."""
    first = await speak(team.seats[0], cue=Cue("contribute"))
    yield first
    for seat in team.seats[1:]:
        yield await speak(seat, cue=Cue("contribute"), hears=(first,))
'''
        },
        {
            "swarm/protocols/__init__.py": (
                (
                    "from swarm.protocols.coordinator import coordinator\n",
                    "from swarm.protocols.echo import echo\n",
                ),
                ('    "coordinator": coordinator,\n', '    "echo": echo,\n'),
            ),
            "docs/protocols.md": (("| Name | Order | Hears | Role | Calls for N agents |\n|---|---|---|---|---|\n",
                                   "| `echo` | agent 1, then the others | agent 1 | free | N |\n"),),
        },
    ),
    Addition(
        "Add a measure",
        "from swarm.history.rows import COLUMNS; assert 'words' in COLUMNS",
        lines={
            "swarm/recording/measures.py": (
                (
                    "MEASURES: Mapping[str, Measure] = {\n",
                    '    "words": Measure("Words", "Of what was delivered.", "words delivered", source="ours",\n'
                    '        of=lambda it: len(it.deliverable.split()), compared="words", listed=True),\n',
                ),
            ),
            "docs/metrics.md": (
                (
                    "| Key | Name | Meaning | Range | Source |\n|---|---|---|---|---|\n",
                    "| `words` | Words | Of what was delivered. | from 0 | ours |\n",
                ),
            ),
        },
    ),
    Addition(
        "Add a reader of another framework's teams",
        "from swarm.teams.formats import FORMATS; assert FORMATS['Acme']({}) is None",
        {
            "swarm/teams/acme/__init__.py": '"""Teams of Acme are read."""\n',
            "swarm/teams/acme/reader.py": '''"""A team of Acme is read."""

from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTeam


def read(files: Files) -> GivenTeam | None:
    """Read a role a line; None when the files are of another format."""
    return None if "acme.txt" not in files else GivenTeam("Acme", tuple(map(GivenRole, files["acme.txt"].splitlines())))
''',
        },
        {
            "swarm/teams/formats.py": (
                (
                    "from swarm.teams import toml\n",
                    "from swarm.teams.acme import reader as acme\n",
                ),
                ('    "OpenClaw": openclaw.read,\n', '    "Acme": acme.read,\n'),
            ),
            "docs/teams.md": (("| Format | Files | Becomes |\n|---|---|---|\n", "| Acme | `acme.txt` | an order |\n"),),
            "tests/test_architecture.py": (
                ('    "teams.reading": "swarm protocols security text",\n', '    "teams.acme": "teams.reading",\n'),
                ('    "teams": "', "teams.acme "),
            ),
        },
    ),
    Addition(
        "Add an export format",
        "from swarm.export import FORMATS; assert FORMATS['txt'].ending == 'txt'",
        {
            "swarm/export/plain.py": '''"""A run becomes plain text."""

from swarm.export.labels import kind_of
from swarm.recording.record import RunRecord


def as_text(record: RunRecord) -> bytes:
    """Return the deliverable, and what a reader must know before."""
    marks = "".join(f"{mark}: {said}\\n" for mark, said in kind_of(record).items())
    return (marks + record.deliverable).encode("utf-8", "replace")
'''
        },
        {
            "swarm/export/__init__.py": (
                (
                    "from swarm.export.otel import as_spans\n",
                    "from swarm.export.plain import as_text\n",
                ),
                (
                    "FORMATS: Mapping[str, FileFormat] = {\n",
                    '    "txt": FileFormat("Text", "What was delivered.", as_text, "txt", for_people=True),\n',
                ),
            )
        },
    ),
    Addition(
        "Add a page",
        "from pathlib import Path\nfrom streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file(str(Path('pages/frame/menu.py').resolve()), default_timeout=60).run()\n"
        "assert not app.switch_page('../hello/page.py').run().exception and app.title[0].value == 'Hello'",
        {
            "pages/hello/page.py": '''"""A page that greets."""

import streamlit as st

st.title("Hello")
'''
        },
        {
            "pages/frame/menu.py": (
                (
                    '    "Compare": (\n',
                    '        ("hello", "Hello", "waving_hand", "It greets."),\n',
                ),
            ),
            "tests/test_architecture.py": (('    "frame": "shared",\n', '    "hello": "",\n'),),
        },
    ),
)  # fmt: skip
HELD_TO = (
    "tests/test_architecture.py",
    "tests/test_docs.py::test_every_protocol_is_explained",
    "tests/test_docs.py::test_every_measure_that_is_compared_is_explained",
    "tests/labels/test_everywhere.py",
    "tests/labels/test_compared.py",
    "tests/labels/test_lists.py",
    "tests/labels/test_told.py",
    "tests/labels/test_traced.py",
    "tests/labels/test_terminal.py",
    "tests/recording/test_measures.py",
    "tests/engine/test_estimate.py",
)
"""Tests that go over what can be added; all of them would take as long as the suite."""


def named_in(section: str) -> set[str]:
    """The files that a section of CONTRIBUTING names, and says to be all."""
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    of_section = text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    (files,) = re.findall(r"Files: ((?:`[^`]+`|[^`.])*)\.", of_section)
    return set(re.findall(r"`([^`]+[/.][^`]+)`", files))


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.section)
def test_an_addition_touches_the_files_that_are_named_and_no_others(addition: Addition):
    places = {re.compile(re.sub(r"<\w+>", r"\\w+", re.escape(name))) for name in named_in(addition.section)}
    touched = {*addition.files, *addition.lines}
    assert {path for path in touched if not any(place.fullmatch(path) for place in places)} == set()
    assert {place.pattern for place in places if not any(place.fullmatch(path) for path in touched)} == set()


def test_what_is_named_is_enough(tmp_path: Path):
    """All at once, because to try them takes longer than to add them."""
    copy_of_project(tmp_path)
    for addition in ADDITIONS:
        add(addition, tmp_path)
    for addition in ADDITIONS:
        run(tmp_path, "-c", addition.shown)
    run(tmp_path, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not browser", *HELD_TO)


def add(addition: Addition, folder: Path) -> None:
    for name, text in addition.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, changes in addition.lines.items():
        path = folder / name
        text = path.read_text(encoding="utf-8")
        for behind, more in changes:
            assert text.count(behind) == 1, f"{name} has {behind!r} {text.count(behind)} times"
            text = text.replace(behind, behind + more)
        path.write_text(text, encoding="utf-8")


def run(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
