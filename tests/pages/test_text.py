import json
import string
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared import labels
from pages.shared.mission_input import own_mission, read_upload
from pages.shared.text import PARTED, plain, sentence
from swarm.engine.rebuilt_prompts import prompts_of
from swarm.errors import BadMission
from swarm.figures.look import MARKS
from swarm.narrative.labels import BECAME, DID
from swarm.prompts import render
from swarm.written import ago, count, lasting, moment, plural, quality, usd
from tests.recorded import a_record, a_turn


@given(st.text())
def test_plain_text_has_no_punctuation_that_could_mean_something(text):
    safe = plain(text).replace(PARTED, "")
    for place, letter in enumerate(safe):
        if letter in string.punctuation and letter != "\\":
            assert safe[place - 1] == "\\"
    assert "\n" not in safe


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "HTTPS://a.example", "www.a.example", "b@a.example", "xmpp:b@a"]
)
def test_an_address_is_no_link_and_copies_as_it_reads(address):
    """What parts it is nothing but a directive, which shows nothing; nothing else is added to its letters."""
    safe = plain(f"See {address}")
    assert PARTED in safe
    assert safe.replace(PARTED, "").replace("\\", "") == f"See {address}"


def test_plain_text_is_cut_where_it_is_told_to():
    assert plain("a" * 50, 10) == "a" * 9 + "…"
    assert plain("*Chief* chef") == r"\*Chief\* chef"


def test_an_unknown_number_is_not_zero():
    assert (count(None), count(12345)) == ("–", "12,345")
    assert (quality(None), quality(0.8125)) == ("–", "0.81")
    assert plural(1, "run") == "1 run"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown"),
        (0.0, "$0"),
        (0.00004, "<$0.0001"),
        (0.0001, "$0.0001"),
        (0.06659, "$0.0666"),
        (0.5, "$0.50"),
        (0.99999, "$1.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money_has_cents_and_a_small_amount_is_not_nothing(amount, words):
    assert usd(amount) == words


@pytest.mark.parametrize(
    ("duration_s", "words"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (0.0001, "<1 ms"),
        (0.04, "40 ms"),
        (0.9996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.7, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3_599.7, "1 h 0 min"),
        (3_660, "1 h 1 min"),
    ],
)
def test_a_duration_is_told_in_units_that_suit_it(duration_s, words):
    assert lasting(duration_s) == words


@given(st.floats(0.0001, 1e6))
def test_money_is_right_to_a_hundredth_of_a_cent_or_to_a_cent(amount):
    told = float(usd(amount).removeprefix("$").replace(",", ""))
    assert abs(told - amount) <= (0.005001 if amount >= 1 else 0.0000501)


def test_a_standing_has_one_word_wherever_it_is_shown():
    assert {standing: mark.label for standing, mark in MARKS.items()} == {
        standing: word.capitalize() for standing, word in BECAME.items()
    }
    assert (DID["unparsed"], DID["failed"]) == (BECAME["unparsed"], BECAME["failed"])


@pytest.mark.parametrize(
    ("passed", "words"),
    [(5, "just now"), (61, "1 minute ago"), (7_300, "2 hours ago"), (200_000, "2 days ago")],
)
def test_the_past_is_told_in_one_unit(passed, words):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert ago(now - timedelta(seconds=passed), now) == words


def test_own_words_become_a_mission():
    mission = own_mission("Move the office\n- Draw a plan", "Be kind", "* Move servers\n\nTell people")
    assert [need.text for need in mission.requirements] == ["Draw a plan", "Move servers", "Tell people"]
    assert mission.values == ("Be kind",)
    with pytest.raises(BadMission, match="is empty"):
        own_mission("  ", "Be kind", "Move")


def test_an_upload_is_read_by_its_name():
    assert read_upload("x.toml", b'title = "T"\ngoal = "G"').id == "own"
    assert read_upload("x.txt", "Bäckerei".encode()).title == "Bäckerei"
    with pytest.raises(BadMission, match="not UTF-8"):
        read_upload("x.txt", "Bäckerei".encode("cp1252"))
    with pytest.raises(BadMission, match="not valid TOML"):
        read_upload("x.toml", b"title = ")


def test_prompts_are_put_together_again_byte_for_byte():
    turns = [a_turn(1), a_turn(2)]
    record = a_record(turns)
    asked = prompts_of(a_record(turns, spec={"prompts": render.version()}))
    first, second = (asked[turn.key][1].text for turn in turns)
    assert prompts_of(record) == {}  # other prompts than today's
    assert first[: first.index("\n---\n")] == second[: first.index("\n---\n")]
    assert "Bake bread." in second
    assert json.dumps(first) != json.dumps(second)


def test_an_error_becomes_a_sentence_and_names_keep_their_case():
    assert sentence(BadMission("unknown mission")) == "Unknown mission"
    assert sentence(BadMission("bakery.toml: line 3")) == r"bakery\.toml\: line 3"
    assert sentence(BadMission("")) == ""


def test_moments_are_told_in_the_zone_of_the_browser(monkeypatch):
    monkeypatch.setattr(labels.st, "context", SimpleNamespace(timezone="Asia/Kolkata"))
    assert moment(datetime(2026, 1, 1, 22, 20, tzinfo=UTC), labels.zone()) == "2026-01-02 03:50 +05:30"
    for unknown in (None, "", "Mars/Olympus", "../etc/passwd"):
        monkeypatch.setattr(labels.st, "context", SimpleNamespace(timezone=unknown))
        assert str(labels.zone()) == "UTC"
