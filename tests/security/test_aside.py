import io
import os
import re
import threading
import zipfile
from functools import partial

import pytest

from swarm import errors
from swarm.errors import BadInput, LimitExceeded, ModelUnavailable, SwarmError, UnknownName
from swarm.security import aside
from swarm.security.aside import SMALL_BYTES, read_aside
from swarm.teams.inputs import read_inputs
from swarm.teams.reading.choice import SeveralTeams
from swarm.teams.reading.files import unpacked_bytes
from swarm.teams.uploads import read_table

MUCH = SMALL_BYTES + 1
HANGS = ("(a+)+b", "a" * 60)
"""A pattern and a text that are not done with before the end of the world, and let no other thread of theirs go on."""
elsewhere = partial(read_aside, source="a.csv", size=MUCH)


def test_little_is_read_here_and_much_in_a_process_without_keys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdefghijklmnop1234")
    assert read_aside(os.getpid, source="a", size=SMALL_BYTES) == os.getpid() != elsewhere(os.getpid)
    assert elsewhere(os.getenv, "OPENAI_API_KEY") is None


def test_a_reader_that_hangs_is_ended_at_its_deadline_and_others_go_on_meanwhile():
    said: list[str] = []

    def wait() -> None:
        with pytest.raises(BadInput) as refusal:
            elsewhere(re.fullmatch, *HANGS, deadline_s=0.5)
        said.append(str(refusal.value))

    waiting = threading.Thread(target=wait)
    waiting.start()
    turns = 0
    while waiting.is_alive():
        waiting.join(0.01)
        turns += 1
    assert said == ["a.csv: reading it took longer than 0.5 s and was ended; bring less"]
    assert turns > 2


def test_a_reader_that_wants_too_much_memory_is_told_of():
    with pytest.raises(BadInput, match="reading it takes more than 4 GB of memory; bring less"):
        elsewhere(bytearray, aside.MAX_MEMORY_BYTES)


def test_a_bug_in_a_reader_is_no_refusal():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        elsewhere(divmod, 1, 0)


def test_a_table_is_read_and_refused_elsewhere_as_it_is_here():
    lines = "".join(f"bread,{'a' * 300}\n" for _ in range(400))
    table, twice = (f"{names}\n{lines}".encode() for names in ("a,b", "a,a"))
    here = read_inputs("a.csv", table)
    assert [(each, each.place) for each in read_table("a.csv", table)] == [
        (each, each.place) for each in here
    ]
    with pytest.raises(BadInput, match="line 1: two columns are called 'a'"):
        read_table("a.csv", twice)


@pytest.mark.parametrize(
    "error",
    [
        UnknownName("team", "x", ["xy"]),
        LimitExceeded("usd", 1, 2),
        ModelUnavailable("auth", "no", billed="unknown"),
        SeveralTeams("a.py", "crews", ["a", "b"], None),
        *(kind("said") for kind in (errors.BadMission, errors.RunBusy)),
    ],
    ids=repr,
)
def test_an_error_reaches_another_process_as_it_is(error: SwarmError):
    again = aside.pickle.loads(aside.pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_small_zip_that_holds_much_is_much():
    small = zipped({"crew.py": b"#" * MUCH})
    assert len(small) < 1_000
    assert unpacked_bytes("a.zip", small, SMALL_BYTES) == MUCH
    assert unpacked_bytes("a.zip", b"PK no zip", SMALL_BYTES) == 9
    assert unpacked_bytes("a.zip", zipped({"a": b"a"}), 10) > 10
