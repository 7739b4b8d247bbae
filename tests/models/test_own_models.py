"""One's own models: any OpenAI-compatible server can be a seat's model, and only those asked get the key."""

import asyncio
import json
import os

import pytest

from swarm.config import LIBRARY, Settings, read_settings
from swarm.engine.compose import compose, default_judge
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.errors import BadInput, MissingKey, ModelUnavailable
from swarm.limits import Limits
from swarm.mission import mission_from_text
from swarm.models.card import FREE, Price
from swarm.models.catalogue import (
    card_of,
    check_key,
    known_models,
    load_catalogue,
    open_model,
    present_keys,
    slips_in_own_models,
)
from swarm.models.model import Completion, Message, Request
from tests.fault_server import FaultServer
from tests.pages.test_pages import opened, words_of
from tests.patience import PATIENCE_S

# LiteLLM silences this about its own types when it is imported; pytest undoes that after each test.
pytestmark = pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")

MISSION = mission_from_text("Open a bakery")
TOKEN = "claw-token-7c2e9d41b0a8f653"
OPENAI_KEY = "sk-canary-5f2c9e71d0a84b36"
LOOPBACK = "http://127.0.0.1:18789/v1"
REMOTE = "https://agents.example.com/v1"


def entry(api_base: str | None = LOOPBACK, name: str = "house/claw", **more: object) -> str:
    """An entry of models.toml; a key given as None is left out."""
    table = {"id": name, "label": "Claw", "family": "openclaw", "structured": "none", "cache": "none"}
    table |= {"keys": ["OPENCLAW_GATEWAY_TOKEN"], "api_base": api_base, "served_as": "openclaw:main"} | more
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]
    return "\n".join(["[[models]]", *lines, ""])


def given(settings: Settings, *entries: str, **environment: str) -> Settings:
    """Settings whose data folder holds these entries."""
    (settings.data / "models.toml").write_text("\n".join(entries))
    return read_settings({**os.environ, "OPENCLAW_GATEWAY_TOKEN": TOKEN, **environment})


def ask(settings: Settings, model: str) -> Completion:
    return asyncio.run(
        asyncio.wait_for(
            open_model(model, settings, pace="instant").complete(Request((Message("user", ("hello",)),))),
            PATIENCE_S,
        )
    )


def test_ones_own_models_stand_behind_those_of_the_library_and_win(settings: Settings):
    own = given(settings, entry(), entry(None, "openai/gpt-4o", served_as=None, label="Mine"))
    known = known_models(own)
    assert [*known] == [*load_catalogue(), "house/claw"]
    assert known["openai/gpt-4o"].label == "Mine"
    assert card_of("openai/gpt-4o", own) == known["openai/gpt-4o"]
    assert card_of("house/claw", own).api_base == LOOPBACK


def test_the_librarys_own_folder_has_one_file(settings: Settings):
    assert known_models(read_settings({"ROLELESS_DATA": str(LIBRARY)})) == load_catalogue()


def test_a_changed_file_is_read_anew(settings: Settings):
    assert "house/claw" in known_models(given(settings, entry()))
    assert "house/paw" in known_models(given(settings, entry(name="house/paw")))


def test_a_seat_gets_its_key_and_its_name_and_no_other_provider_gets_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    claw, openai = FaultServer(), FaultServer()
    monkeypatch.setenv("OPENCLAW_GATEWAY_TOKEN", TOKEN)
    monkeypatch.setenv("OPENAI_API_KEY", OPENAI_KEY)
    monkeypatch.setenv("OPENAI_API_BASE", openai.base("ok"))
    own = given(settings, entry(claw.base("ok")))
    spec = compose(
        Wish(
            MISSION,
            models=["1 house/claw, 1 openai/gpt-4.1-mini"],
            agents=2,
            judge="none",
            limits=Limits(calls=8),
        ),
        own,
    )

    async def last():
        return [event async for event in play(spec)][-1]

    assert asyncio.run(asyncio.wait_for(last(), PATIENCE_S)).status == "failed"
    assert {r.header("authorization") for r in claw.requests} == {f"Bearer {TOKEN}"}
    assert {r.body["model"] for r in claw.requests} == {"openclaw:main"}
    assert {r.header("authorization") for r in openai.requests} == {f"Bearer {OPENAI_KEY}"}
    assert not any(
        TOKEN in value or TOKEN.encode() in r.raw for r in openai.requests for value in r.headers.values()
    )
    claw.close()
    openai.close()


def test_a_model_that_wants_no_key_gets_none_of_anybody_elses(settings: Settings):
    server = FaultServer()
    own = given(settings, entry(server.base("ok"), keys=None, served_as=None), OPENAI_API_KEY=OPENAI_KEY)
    reply = ask(own, "house/claw")
    assert (reply.text, reply.served_by) == ("hello", "gpt-4.1-mini")
    (request,) = server.requests
    assert request.header("authorization") == "Bearer not-needed"
    assert request.body["model"] == "claw"
    server.close()


def test_the_address_of_an_entry_wins_over_that_of_the_environment(settings: Settings):
    mine, other = FaultServer(), FaultServer()
    own = given(settings, entry(mine.base("ok"), "openai/mine"), OPENAI_API_BASE=other.base("ok"))
    ask(own, "openai/mine")
    assert (len(mine.requests), len(other.requests)) == (1, 0)
    mine.close()
    other.close()


def test_a_redirect_is_not_followed_with_the_key(settings: Settings):
    server = FaultServer()
    with pytest.raises(ModelUnavailable, match="redirect"):
        ask(given(settings, entry(server.base("redirect"))), "house/claw")
    assert server.hits == {"redirect": 1}
    server.close()


def test_a_proxy_of_the_environment_does_not_see_what_is_asked_of_this_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    server, proxy = FaultServer(), FaultServer()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.base("ok"))
    ask(given(settings, entry(server.base("ok"))), "house/claw")
    assert (len(server.requests), len(proxy.requests)) == (1, 0)
    server.close()
    proxy.close()


def test_a_server_that_repeats_the_key_does_not_get_it_into_a_message(settings: Settings):
    server = FaultServer()
    own = given(settings, entry(server.base("401_echo"), keys=["HOUSE_WORD"]), HOUSE_WORD=TOKEN)
    with pytest.raises(ModelUnavailable) as caught:
        ask(own, "house/claw")
    assert "[key]" in str(caught.value)
    assert TOKEN not in str(caught.value)
    server.close()


def test_a_missing_key_is_named_even_on_this_machine(settings: Settings):
    own = given(settings, entry(), OPENCLAW_GATEWAY_TOKEN="")
    with pytest.raises(MissingKey, match="OPENCLAW_GATEWAY_TOKEN is not set"):
        check_key(card_of("house/claw", own), own)


@pytest.mark.parametrize(
    "address",
    [REMOTE, "http://192.168.1.5:8000/v1", "http://127.0.0.1.example.com/v1", "http://0.0.0.0:1/v1"],
)
def test_an_address_elsewhere_is_refused_unless_it_is_said_to_be_so(settings: Settings, address: str):
    with pytest.raises(BadInput, match=r"models\.0 of 'house/claw'.*is not on this machine.*remote = true"):
        card_of("house/claw", given(settings, entry(address)))
    assert known_models(given(settings, entry(address, remote=True)))["house/claw"].api_base == address


@pytest.mark.parametrize(
    "address",
    [
        "http://user:hunter22@127.0.0.1/v1",
        "http://hunter22@example.com/v1",
        "http://127.0.0.1/v1?key=hunter22",
        "http://127.0.0.1 hunter22/v1",
        r"http://example.com\@127.0.0.1/hunter22",
        "ftp://127.0.0.1/hunter22",
        "http://127.0.0.1:99999/hunter22",
        "hunter22",
        "",
    ],
)
@pytest.mark.parametrize("remote", [False, True])
def test_what_is_no_plain_address_is_refused_and_not_repeated(settings: Settings, address: str, remote: bool):
    with pytest.raises(BadInput, match="is no address such as") as caught:
        card_of("house/claw", given(settings, entry(address, remote=remote)))
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry(None), "there is none"),
        (entry(None, served_as=None, remote=True), "there is none"),
        (entry(keys=["sk-proj-hunter22"]), "models.0.keys.0 of 'house/claw'"),
        (entry(name="sim/strong"), "the same everywhere"),
        (entry() + '[[servers]]\nname = "x"\nprefix = "x"\nbase_url = "http://127.0.0.1:1"\n', "api_base"),
    ],
)
def test_a_mistake_in_ones_own_file_is_named(settings: Settings, text: str, complaint: str):
    [said] = slips_in_own_models(given(settings, text))
    assert str(settings.data / "models.toml") in said
    assert complaint in said
    assert "hunter22" not in said


SLIPS = {
    "unknown key": (entry() + "tempo = 3\n", 10, "models.1.tempo of 'house/claw': unknown key"),
    "type": (entry(label=7), 3, "models.1.label of 'house/claw'"),
    "missing key": (entry(family=None), 1, "models.1.family of 'house/claw'"),
    "no TOML": (entry() + "price = 1 dollar\n", 10, "not TOML"),
    "torn": (entry() + 'note = "never closed\n', 10, "not TOML"),
    "endless number": (entry() + f"context = {'9' * 30}\n", 10, "models.1.context"),
    "endless price": (
        entry() + "price = { input = 1e308, cached = 1.0, output = 1.0 }\n",
        10,
        "models.1.price",
    ),
    "no number": (entry() + "price = { input = nan, cached = 1.0, output = inf }\n", 10, "models.1.price"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_costs_its_entry_with_its_line_and_no_other(
    slip: str, encoding: str, settings: Settings, caplog: pytest.LogCaptureFixture
):
    text, line, complaint = SLIPS[slip]
    before, after = entry(name="house/paw"), entry(name="house/tail", label="Schwänzchen")
    content = "\n".join((before, text, after))
    own = given(settings)
    (settings.data / "models.toml").write_bytes(content.encode(encoding))
    known = known_models(own)
    assert [*known] == [*load_catalogue(), "house/paw", "house/tail"]
    assert known["house/tail"].label == "Schwänzchen"
    [said] = slips_in_own_models(own)
    assert f"models.toml: line {before.count(chr(10)) + 1 + line}: " in said
    assert (complaint.replace("models.1", "models.0") if "not TOML" in said else complaint) in said
    with pytest.raises(BadInput) as caught:
        card_of("house/claw", own)
    assert str(caught.value) == said
    assert said in caplog.messages


def test_a_slip_in_a_model_of_the_library_does_not_bring_the_librarys_back(settings: Settings):
    own = given(settings, entry(None, "openai/gpt-4o", served_as=None) + "tempo = 3\n")
    assert "openai/gpt-4o" not in known_models(own)
    with pytest.raises(BadInput, match="tempo"):
        card_of("openai/gpt-4o", own)


@pytest.mark.parametrize(
    "content", [b"\xff\x00\xfe", b"%PDF-1.7", "Gerät".encode("cp1252"), b"models = 3", b"\0"]
)
def test_a_file_that_is_none_of_models_costs_no_model_of_the_library(content: bytes, settings: Settings):
    (settings.data / "models.toml").write_bytes(content)
    assert known_models(settings) == load_catalogue()
    assert len(slips_in_own_models(settings)) == 1


def test_a_folder_of_that_name_costs_no_model_of_the_library(settings: Settings):
    (settings.data / "models.toml").mkdir()
    assert known_models(settings) == load_catalogue()
    assert "models.toml" in slips_in_own_models(settings)[0]


def test_a_server_here_that_wants_no_key_is_free_and_one_that_does_is_of_unknown_price(settings: Settings):
    price = {"input": 1.0, "cached": 0.1, "output": 2.0}
    told = entry(name="house/told") + "price = { input = 1.0, cached = 0.1, output = 2.0 }\n"
    known = known_models(
        given(
            settings,
            entry(keys=None, name="house/free"),
            entry(),
            entry(REMOTE, "far/x", keys=None, remote=True),
            told,
        )
    )
    assert (known["house/free"].price, known["house/free"].note) == (FREE, "local server")
    assert known["house/claw"].price is None
    assert "not known to Roleless" in known["house/claw"].note
    assert known["far/x"].price is None
    assert known["house/told"].price == Price(1.0, 0.1, price["output"], 1.0)


def test_what_is_of_unknown_price_wants_a_limit_that_can_be_kept_and_says_so(settings: Settings):
    own = given(settings, entry())
    with pytest.raises(BadInput, match="limit calls or tokens instead"):
        compose(Wish(MISSION, models=["house/claw"], agents=2, judge="none"), own)
    spec = compose(Wish(MISSION, models=["house/claw"], agents=2, judge="none", limits=Limits(calls=4)), own)
    assert any("price of house/claw is unknown" in line for line in spec.warnings)


def cautions(settings: Settings, **more: object) -> str:
    own = given(settings, entry(**more))
    return " ".join(
        compose(
            Wish(MISSION, models=["house/claw"], agents=2, judge="none", limits=Limits(calls=4)), own
        ).warnings
    )


def test_every_run_that_leaves_this_machine_says_for_where(settings: Settings):
    assert "Prompts for house/claw leave this machine for agents.example.com." in cautions(
        settings, api_base=REMOTE, remote=True
    )
    assert "leave this machine for 10.0.0.2, unencrypted." in cautions(
        settings, api_base="http://10.0.0.2/v1", remote=True
    )
    assert "leave this machine" not in cautions(settings)
    assert "leave this machine" not in cautions(settings, remote=True)


@pytest.mark.parametrize("name", ["openclaw:main", "openclaw/default", "OpenClaw", "agent:main"])
def test_a_team_with_an_openclaw_agent_says_what_its_token_can_do(settings: Settings, name: str):
    assert "its tools act on the machine it runs on" in cautions(settings, served_as=name)


def test_another_server_is_not_called_an_openclaw_agent(settings: Settings):
    assert "OpenClaw" not in cautions(settings, served_as="qwen3")


def test_a_judge_that_nobody_named_is_never_one_with_an_address_of_its_own(settings: Settings):
    priced = entry() + "price = { input = 1.0, cached = 0.1, output = 2.0 }\n"
    own = given(settings, priced, OPENAI_API_KEY=OPENAI_KEY)
    judge, warnings = default_judge([card_of("openai/gpt-4.1-mini", own)], own)
    assert (judge.id, len(warnings)) == ("openai/gpt-4.1-mini", 1)


def test_only_the_name_of_a_key_is_told(settings: Settings):
    own = given(settings, entry())
    card = card_of("house/claw", own)
    assert present_keys(card, own) == ["OPENCLAW_GATEWAY_TOKEN"]
    assert TOKEN not in repr(card)


def test_the_pages_list_ones_own_models_and_their_cautions(settings: Settings):
    given(settings, entry())
    app = opened("models/page.py")
    table = app.dataframe[0].value
    row = table[table["Id"] == "house/claw"].iloc[0]
    assert (row["Asked at"], row["Key"]) == (LOOPBACK, "missing")
    assert "OpenClaw agent" in row["Note"]
    form = opened("compose/page.py")
    assert any("Claw · price unknown" in option for option in form.selectbox(key="model").options)


def test_a_broken_file_of_ones_own_is_told_on_every_page_that_needs_it(settings: Settings):
    given(settings, entry(REMOTE))
    for page in ("models/page.py", "compose/page.py"):
        app = opened(page)
        assert "is not on this machine" in words_of(app), page


def test_the_command_lists_ones_own_models_and_no_key(settings: Settings, capsys: pytest.CaptureFixture[str]):
    from swarm.cli.catalogue import models

    given(settings, entry())
    models(as_json=True)
    listed = {card["id"]: card for card in json.loads(capsys.readouterr().out)}
    assert (listed["house/claw"]["api_base"], listed["house/claw"]["keys_present"]) == (LOOPBACK, [])
