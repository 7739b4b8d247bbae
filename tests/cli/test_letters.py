"""Terminals and pipes that are not UTF-8, numbers that are none, and output that cannot be written: one sentence."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.cli import app
from swarm.cli.commands import COMMANDS, load
from swarm.cli.terminal import say_remarks, write_what_can_be
from swarm.config import PROJECT, Settings, read_settings
from swarm.errors import REMARKS, BadInput
from swarm.limits import Limits
from swarm.text.numbers import decimal, is_whole, whole
from tests.made import BAKERY, keep, spec, told
from tests.patience import PATIENCE_S
from tests.warm import swarm

TITLE = "Öffne eine 麵包店 🥐"
COMMANDS_THAT_SHOW = (
    ("list",),
    ("list", "--json"),
    ("show", "run"),
    ("show", "run", "--json"),
    ("export", "run"),
    ("export", "run", "--format", "md"),
    ("missions",),
    ("models",),
    ("--help",),
)
NO_NUMBERS = (
    "1_0",
    "٣",
    "３",
    "1e308",
    "inf",
    "nan",
    "-inf",
    "1e999",
    "0x10",
    "9" * 400,
    "²",
    "½",
    "1,5",
    "",
)


def named_so(settings: Settings) -> None:
    keep(settings, told("run", spec(replace(BAKERY, title=TITLE))))


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, *words: str) -> bytes:
    """What a command prints to a terminal of an encoding."""
    letters = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(letters, encoding=encoding))
    write_what_can_be()
    with pytest.raises(SystemExit) as ended:
        app([*words])
    assert ended.value.code == 0
    sys.stdout.flush()
    return letters.getvalue()


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "latin-1", "ascii", "utf-8"])
@pytest.mark.parametrize("words", COMMANDS_THAT_SHOW, ids=" ".join)
def test_a_letter_that_a_terminal_has_no_place_for_ends_no_command(
    words: tuple[str, ...], encoding: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    named_so(settings)
    said = printed(monkeypatch, encoding, *words)
    assert said
    if words[-1] == "--json":
        found = json.loads(said.decode(encoding))
        assert words[0] == "show" or found[0]["mission_title"] == TITLE
    elif words == ("list",):
        assert "ffne eine" in said.decode(encoding)


@pytest.mark.parametrize("said", NO_NUMBERS)
def test_what_nobody_writes_as_a_number_is_none(said: str):
    assert not is_whole(said)
    for read in (whole, decimal):
        with pytest.raises(ValueError, match="give a"):
            read(said)


def numeric_options() -> list[tuple[str, str, str]]:
    """Every option that is a number: the command, its group, its name."""
    found: list[tuple[str, str, str]] = []
    for name, place in COMMANDS.items():
        for each, within in {name: place}.items() if isinstance(place, str) else place.items():
            for parameter in load(each, within).params:
                if parameter.type_descriptor.annotation in (int, float):
                    found.append((within, each, parameter.opts[0]))
    return found


@pytest.mark.parametrize(("place", "name", "option"), numeric_options())
def test_every_option_that_is_a_number_refuses_the_rest_in_one_sentence(place: str, name: str, option: str):
    command = load(name, place)
    [parameter] = [each for each in command.params if option in each.opts]
    for said in NO_NUMBERS:
        with pytest.raises(BadInput, match="give a"):
            parameter.process_value(None, said)


@pytest.mark.parametrize("value", [1e13, 1e308, float("inf"), float("nan"), 10**400, -1.0, 0])
def test_a_limit_that_nobody_means_is_refused(value: float):
    for name in ("usd", "tokens", "calls", "seconds"):
        with pytest.raises(BadInput, match="give a number above 0"):
            Limits(**{name: value})


def test_the_home_of_nobody_is_one_sentence():
    with pytest.raises(BadInput, match="ROLELESS_DATA is '~nobody-at-all/x', and nobody knows whose home"):
        read_settings({"ROLELESS_DATA": "~nobody-at-all/x"})
    assert swarm("list", ROLELESS_DATA="~nobody-at-all/x").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [("missions",), ("missions", "--json")], ids=" ".join)
def test_output_that_cannot_be_written_is_one_sentence(words: tuple[str, ...]):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "swarm", *words],
            cwd=PROJECT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "error: cannot write what was to be printed: No space left on device\n",
    )


def test_a_remark_is_said_once(capsys: pytest.CaptureFixture[str]):
    before = [*REMARKS.handlers]
    say_remarks()
    for _ in "123":
        REMARKS.warning("%s", "a slip")
    REMARKS.handlers[:] = before
    assert capsys.readouterr().err == "a slip\n"
