"""Foreign text as plain values: safely, within limits, with the place of every fault."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.errors import BadInput
from swarm.security.keys import GONE, without_secrets
from swarm.teams.reading.values import Tolerant, read_json, read_json5, read_yaml, shaped

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(24)
)
READERS = {"yaml": read_yaml, "json": read_json, "json5": read_json5}


def told(read) -> str | None:
    """What is said of a fault; None when there is none."""
    try:
        read()
    except BadInput as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_yaml, "a: 1\nb: [1, 2", "team, line 2"),
        (read_yaml, "a: !!python/object/apply:os.system ['true']", "team, line 1"),
        (read_yaml, "a: !!python/name:os.system", "team, line 1"),
        (read_yaml, "[" * 100, "team, line 1: nested too deeply"),
        (read_yaml, BOMB, "more than 100,000 values, aliases unfolded"),
        (read_yaml, "a: &a 1\nb: [" + "*a, " * 201 + "]", "more than 200 aliases"),
        (read_yaml, "a: &a [1, {b: *a}]", "more than 100,000 values, aliases unfolded"),
        (read_yaml, "a: 0x" + "f" * 5_000, "a number is too long"),
        (read_json5, "{a: 0x" + "f" * 5_000 + "}", "a number is too long"),
        (read_yaml, "a: \x01", "not YAML"),
        (read_json, '{"a": 1,\n"b": }', "team, line 2: not JSON"),
        (read_json, "[" * 100_000, "nested too deeply"),
        (read_json, '{"a": ' + "9" * 5_000 + "}", "a number is too long"),
        (read_json, "[" * 60 + "]" * 60, "nested more than 40 levels"),
        (read_json5, "{a: 1,\n b: }", "team, line 2: not JSON5"),
        (read_json5, "[" * 100_000, "team, line 1: not JSON5"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else value.__name__,
)
def test_a_fault_is_told_with_its_place(read, text: str, said: str):
    with pytest.raises(BadInput, match=re.escape(said)):
        read("team", text)


def test_json5_may_have_comments_trailing_commas_and_bare_names():
    assert read_json5("t", "{a: 1, // one\n b: [2,],}") == {"a": 1, "b": [2]}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_sentence(name: str, text: str):
    said = told(lambda: READERS[name]("team", text))
    assert said is None or (said.startswith("team") and "\n" not in said)


@pytest.mark.parametrize("text", ["a: *{}", "a: !{} b", "a: &{0} 1\nb: &{0} 2\nc: *no{0}"])
@pytest.mark.parametrize("key", ["sk-canarycanarycanary0123", "xsk-canarycanarycanary0123"])
def test_names_that_the_yaml_parser_stumbles_over_are_not_repeated(text: str, key: str):
    with pytest.raises(BadInput, match=r"^a\.yaml, line \d: ") as caught:
        read_yaml("a.yaml", text.format(key))
    assert "canary" not in str(caught.value)


def test_a_key_in_the_place_of_a_name_is_not_told_as_the_place_of_a_fault():
    class Named(Tolerant):
        tasks: dict[str, int]

    with pytest.raises(BadInput, match=r"^a\.json, tasks\.\(key removed\): ") as caught:
        shaped(Named, "a.json", "", {"tasks": {"sk-canarycanarycanary0123": "x"}})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnopqrstuv",
        "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "AIzaSyA12345678901234567890123456789012",
        "AKIAABCDEFGHIJKLMNOP",
        "xoxb-12345678901-abcdefgh",
        "hf_abcdefghijklmnopqrstuvwx",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
    ],
)
def test_a_key_in_a_text_is_taken_out(key: str):
    clean, found = without_secrets(f"Use {key}, please.")
    assert (clean, found) == (f"Use {GONE}, please.", 1)


@pytest.mark.parametrize(
    "text",
    [
        "api_key: hunter2hunter2",
        "password=correct-horse",
        "https://me:secretword@host/x",
        "Bearer abcdefghijklmnop",
    ],
)
def test_a_named_secret_is_taken_out(text: str):
    clean, found = without_secrets(text)
    assert found == 1
    assert GONE in clean


@pytest.mark.parametrize(
    "text", ["Ask the risk-averse board.", "The token ring of 1984", "sk-ills matter", json.dumps({})]
)
def test_ordinary_words_are_left_alone(text: str):
    assert without_secrets(text) == (text, 0)
