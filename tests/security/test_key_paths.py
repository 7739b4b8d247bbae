"""Keys in what others say: providers, files, missions and arguments are each cleaned or refused at their own place."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.cli import main
from swarm.config import read_settings
from swarm.engine.compose import compose
from swarm.engine.wish import Wish
from swarm.errors import BadInput
from swarm.mission import Mission, Requirement
from swarm.models.card import ModelCard
from swarm.models.catalogue import open_model
from swarm.models.failures import failure, redacted
from swarm.models.litellm import LiteLlmModel
from swarm.models.transport import Exchange
from swarm.security.keys import GONE
from swarm.teams.autogen import parts as autogen_parts
from swarm.teams.crewai import crew as crewai_crew
from swarm.teams.formats import settled
from swarm.teams.inputs import read_inputs
from swarm.teams.reading import values as reading
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from tests.canaries import CANARIES, KEY, KNOWN_BY_LOOK, found_in, in_environment


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """All canaries are in the environment; these are their values."""
    return in_environment(monkeypatch)


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is kept out of logs and tracebacks here is so in no other test."""
    make = logging.getLogRecordFactory()
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.setLogRecordFactory(make)


# What others say: providers, and files.

CARD = ModelCard(id="openai/x", label="X", family="openai")


@pytest.mark.parametrize("key", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize(
    "exchange",
    [
        Exchange(status=401, body=b"%s"),
        Exchange(status=200, body=b"%s"),
        Exchange(failure="broken", reason="reset by %s"),
        Exchange(failure="unreachable", reason="no route to %s"),
        Exchange(failure="unreadable", reason="odd header %s"),
        Exchange(),
    ],
    ids=["an error", "no reply", "broken", "unreachable", "a header", "the library"],
)
def test_what_a_provider_repeats_is_taken_out(key: str, exchange: Exchange):
    said = replace(
        exchange, body=exchange.body.replace(b"%s", key.encode()), reason=exchange.reason.replace("%s", key)
    )
    error = failure("openai/x", said, f"no access with {key}", (key,))
    assert found_in(str(error), "the message") == []
    assert "key" in str(error)


@pytest.mark.parametrize("key", KNOWN_BY_LOOK)
def test_a_key_of_a_known_look_is_taken_out_even_if_nobody_here_has_it(key: str):
    assert found_in(redacted(f"wrong: {key}", ()), "the message") == []


def test_a_model_keeps_the_key_it_was_given_and_all_others_secret(secrets):
    given = LiteLlmModel(CARD, api_key="one-of-its-own", secrets=("another-one",))
    assert set(given._secrets) == {"one-of-its-own", "another-one"}
    opened = open_model("openai/gpt-4.1-mini", read_settings(), pace="instant")
    assert isinstance(opened, LiteLlmModel)
    assert set(CANARIES.values()) <= set(opened._secrets)


def test_a_key_of_a_variable_with_any_name_is_secret_where_a_model_asks_for_it(settings, monkeypatch):
    (settings.data / "models.toml").write_text(
        '[[models]]\nid = "house/x"\nlabel = "X"\nfamily = "x"\nstructured = "none"\ncache = "none"\n'
        'keys = ["HOUSE_WORD"]\napi_base = "http://127.0.0.1:1/v1"\n'
    )
    monkeypatch.setenv("HOUSE_WORD", "a-value-like-any")
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    # Whichever model is asked: providers see each other's keys in what a proxy says.
    opened = open_model("openai/gpt-4.1-mini", read_settings(), pace="instant")
    assert isinstance(opened, LiteLlmModel)
    assert "a-value-like-any" in opened._secrets


TEAM = GivenTeam("Bakers", (GivenRole("Baker"),), tasks=(GivenTask("bake", "Bake."),))
PLACES: dict[str, GivenTeam] = {
    "the team's name": replace(TEAM, name=KEY),
    "the name of a role": replace(TEAM, roles=(GivenRole(KEY),)),
    "a goal of a role": replace(TEAM, roles=(GivenRole("Baker", goal=KEY),)),
    "a background": replace(TEAM, roles=(GivenRole("Baker", background=KEY),)),
    "a model": replace(TEAM, roles=(GivenRole("Baker", model=KEY),)),
    "the name of a task": replace(TEAM, tasks=(GivenTask(KEY, "Bake."),)),
    "a task": replace(TEAM, tasks=(GivenTask("bake", KEY),)),
    "what a task expects": replace(TEAM, tasks=(GivenTask("bake", "Bake.", KEY),)),
    "the name of an input": replace(TEAM, inputs={KEY: "x"}),
    "an input": replace(TEAM, inputs={"x": KEY}),
    "the goal": replace(TEAM, goal=KEY),
    "the source": replace(TEAM, source=KEY),
    "what a note is of": replace(TEAM, notes=(Note("ignored", KEY),)),
    "why": replace(TEAM, notes=(Note("ignored", "x", KEY),)),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_key_of_a_file_gets_into_a_team(place: str):
    assert found_in(repr(settled(PLACES[place])), place) == []
    assert settled(PLACES[place]).roles


def test_a_value_of_an_input_that_is_a_key_is_taken_out():
    assert read_inputs("x.csv", f"topic,key\nbread,{KEY}\n".encode()) == [{"topic": "bread", "key": GONE}]


@pytest.mark.parametrize("show", [crewai_crew.place, reading._shown, autogen_parts._shown])
def test_a_place_of_a_file_that_is_told_names_no_key(show: Callable[[str], str]):
    assert show(f"agents {KEY}") == f"agents {GONE}"


@pytest.mark.parametrize("key", KNOWN_BY_LOOK)
def test_a_key_among_given_roles_is_not_sent(key: str, settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    mission, roles = Mission("own", "Bakery", "Open it."), {"roles": ["Baker", key]}
    model = {"models": ["openai/gpt-4.1-mini"], "judge": "none"}
    with pytest.raises(BadInput, match="looks like a key") as caught:
        compose(Wish(mission, protocol="fixed_roles", options=roles, agents=2, **model), read_settings())
    assert found_in(str(caught.value), "the refusal") == []


@pytest.mark.parametrize(
    "field",
    [
        {"title": KEY},
        {"goal": KEY},
        {"values": (KEY,)},
        {"requirements": (Requirement(KEY),)},
        {"unknowns": (KEY,)},
    ],
)
def test_a_key_in_any_field_of_a_mission_is_not_sent(field: dict, settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    mission = replace(Mission("own", "Bakery", "Open it."), **field)
    with pytest.raises(BadInput, match="looks like a key"):
        compose(Wish(mission, models=["openai/gpt-4.1-mini"], judge="none"), read_settings())


@pytest.mark.parametrize("key", KNOWN_BY_LOOK)
@pytest.mark.parametrize("argument", ["{}", "--model={}", "api_key={}"])
def test_a_key_in_any_argument_ends_the_command_before_it_begins(
    key: str, argument: str, monkeypatch, capsys
):
    for place in (1, 2, 3):
        arguments = ["swarm", "show", "x", "--json"]
        arguments[place] = argument.format(key)
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            main()
        said = "".join(capsys.readouterr())
        assert (ended.value.code, "looks like a key" in said, found_in(said, "a refusal")) == (2, True, [])


def test_a_refusal_that_repeats_the_environment_tells_no_key(secrets, monkeypatch, capsys, tmp_path: Path):
    """A folder can be named like a password, and an error names the folder."""
    (tmp_path / "file").write_text("")
    for name in ("AZURE_API_KEY", "SOME_SECRET", "OPENCLAW_GATEWAY_TOKEN"):
        monkeypatch.setenv("ROLELESS_DATA", str(tmp_path / "file" / CANARIES[name]))
        monkeypatch.setattr(sys, "argv", ["swarm", "run", "--mission", "food-festival", "--agents", "1"])
        with pytest.raises(SystemExit):
            main()
        said = "".join(capsys.readouterr())
        assert "(key removed)" in said
        assert found_in(said, name) == []
