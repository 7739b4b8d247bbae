"""No command says a letter that cannot be seen, and no file for people holds one, whatever others wrote."""

import io
import json
import re
import zipfile
from html import unescape

import pandas as pd
import pytest

from swarm.cli.commands import COMMANDS
from swarm.export import FORMATS, export_run
from swarm.written import UNSEEN, visible
from tests.made import keep
from tests.marked import RUN_ID, keep_groups, keep_own_things, marked_record, marked_run, marked_team
from tests.recorded import a_record, a_turn
from tests.warm import swarm

EVERY = "".join(map(chr, [*range(1, 32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A)]))
EVERY += "\u061c\u200e\u200f"
SAY_NOTHING_OF_OTHERS = {
    "run",
    "resume",
    "stop",
    "import",
    "delete",
    "serve",
    "rebuild",
    "experiment",
    "team",
}
"""Commands that begin something, or groups of commands."""


def unseen(content: str) -> list[str]:
    return UNSEEN.findall(content)


def text_of(name: str, content: bytes) -> str:
    """All that a file holds, as whoever opens it reads it."""
    if name == "parquet":
        return pd.read_parquet(io.BytesIO(content)).to_csv()
    if name == "eval":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "".join(archive.read(entry).decode() for entry in archive.namelist())
    # The library that draws has some of its own.
    return unescape(re.sub("<script>.*?</script>", "", content.decode(), flags=re.DOTALL))


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_no_letter_that_is_not_seen_but_the_one_that_another_roleless_reads(name: str):
    turns = [a_turn(1, role=EVERY, reason=EVERY, text=EVERY), a_turn(2, role=f"B{EVERY}", builds_on=[1])]
    for record in (a_record(turns), marked_record()):
        text = text_of(name, export_run(record, name))
        assert name == "json" or set(unseen(text)) <= {"\r"}
    if name == "json":
        assert json.dumps(EVERY, ensure_ascii=False)[1:-1] in export_run(a_record(turns), name).decode()
    elif name in ("md", "csv"):
        # Within a line, breaks of lines are blanks.
        assert visible(EVERY).replace("\n", " ").split("\t")[1][3:] in text_of(
            name, export_run(a_record(turns), name)
        )


def test_no_command_says_a_letter_that_is_not_seen(settings):
    keep_own_things(settings)
    keep(settings, marked_run())
    keep_groups(settings)
    _, test = marked_team(settings)
    commands = {
        "list": [[]],
        "show": [[RUN_ID]],
        "compare": [["--by", "protocol", "--simulated"], ["--by", "models", "--simulated"]],
        "claims": [[]],
        "missions": [[]],
        "models": [[]],
        "doctor": [[]],
        "experiment list": [[]],
        "experiment results": [[test.grid.id]],
        "experiment status": [[test.grid.id]],
        "team verdict": [[test.grid.id]],
    }
    assert {name.split()[0] for name in commands} | SAY_NOTHING_OF_OTHERS == {*COMMANDS} - {"export"} | {
        "experiment",
        "team",
    }
    said = ""
    for name, ways in commands.items():
        for way in [*ways, *([*ways[0], "--json"],)]:
            done = swarm(*name.split(), *way)
            assert done.returncode in (0, 1), (name, way, done.stderr)
            assert unseen(done.stdout + done.stderr) == [], (name, way)
            if "--json" in way:
                assert done.stdout.isascii(), name
            said += done.stdout
    assert "zqtitle" in said
