"""The catalogue describes models, prices them and says what is missing to ask them."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from swarm.config import read_settings
from swarm.errors import BadInput, MissingKey, UnknownName
from swarm.models.card import FREE, ModelCard, Price, ServerCard
from swarm.models.catalogue import (
    card_of,
    check_key,
    load_catalogue,
    load_servers,
    open_model,
    present_keys,
)
from swarm.models.local import LocalServer, find_local_servers
from swarm.models.scripted import ScriptedModel
from tests.fault_server import FaultServer

CATALOGUE = load_catalogue()
NOTHING_SET = read_settings({})
REAL = [card for card in CATALOGUE.values() if not card.simulated]

PAPER = [
    "anthropic/claude-sonnet-4-6",
    "openai/gpt-5.4",
    "openai/gpt-4o",
    "openai/gpt-4.1-mini",
    "gemini/gemini-3-flash-preview",
    "gigachat/GigaChat-2-Max",
    "deepseek/deepseek-v3.2",
    "zai/glm-5",
]
ENTRY = """
[[models]]
id = "openai/x"
label = "X"
family = "openai"
price = { input = 1.0, cached = 0.1, output = 2.0 }
structured = "schema"
cache = "automatic"
"""


def written(tmp_path, text):
    path = tmp_path / "models.toml"
    path.write_text(text)
    return path


def test_the_papers_models_are_those_marked_so():
    assert [card.id for card in CATALOGUE.values() if card.paper] == PAPER


def test_the_simulated_models_have_the_prices_of_what_they_imitate():
    pairs = {
        "sim/strong": "anthropic/claude-sonnet-4-6",
        "sim/open": "deepseek/deepseek-v3.2",
        "sim/small": "openai/gpt-4.1-mini",
        "sim/weak": "zai/glm-5",
        "sim/judge": "openai/gpt-5.4",
    }
    assert {name for name, card in CATALOGUE.items() if card.simulated} == set(pairs)
    for simulated, imitated in pairs.items():
        assert CATALOGUE[simulated].price == CATALOGUE[imitated].price


@pytest.mark.parametrize("card", REAL, ids=lambda card: card.id)
def test_a_listed_model_is_known_to_litellm_at_the_same_price(card):
    from swarm.models.litellm import card_by_litellm

    known = card_by_litellm(card.id)
    assert known is not None
    assert known.price == card.price
    assert known.context == card.context


@pytest.mark.parametrize("card", CATALOGUE.values(), ids=lambda card: card.id)
def test_a_price_has_a_date(card):
    assert (card.price is None) == (card.priced_on is None)
    assert card.priced_on is None or card.priced_on <= datetime.now(UTC).date()


def test_a_cached_token_is_charged_at_its_own_price():
    price = Price(input=3.0, cached=0.3, output=15.0, cache_write=3.75)
    assert price.cost(1_000_000, 0) == pytest.approx(3.0)
    assert price.cost(1_000_000, 0, cached_tokens=1_000_000) == pytest.approx(0.3)
    assert price.cost(1_000_000, 1_000_000, 500_000, 500_000) == pytest.approx(0.15 + 1.875 + 15.0)


def test_without_a_price_for_writing_the_cache_the_input_price_holds(tmp_path):
    assert load_catalogue(written(tmp_path, ENTRY))["openai/x"].price == Price(1.0, 0.1, 2.0, 1.0)


def test_traits_are_read(tmp_path):
    path = written(tmp_path, ENTRY + "[models.traits]\nskill = 0.9\n")
    assert load_catalogue(path)["openai/x"].traits == {"skill": 0.9}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ENTRY.replace('family = "openai"\n', ""), "models.0.family of 'openai/x'"),
        (ENTRY.replace("input = 1.0", "input = -1.0"), "models.0.price.input of 'openai/x'"),
        (ENTRY.replace("input = 1.0", "input = nan"), "models.0.price.input of 'openai/x'"),
        (ENTRY.replace('cache = "automatic"', 'cache = "maybe"'), "models.0.cache of 'openai/x'"),
        (ENTRY + "colour = 1\n", "models.0.colour of 'openai/x'"),
        (ENTRY + ENTRY, "models.1.id: 'openai/x' is listed twice"),
        ("[[models]\n", "line 1"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, text, complaint):
    path = written(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        load_catalogue(path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


def test_loading_the_catalogue_does_not_import_litellm():
    code = (
        "import sys; from swarm.config import read_settings;"
        "from swarm.models.catalogue import *; card_of('sim/strong', read_settings({}));"
        "print('litellm' in sys.modules or 'duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_unlisted_model_is_described_as_far_as_litellm_knows_it():
    card = card_of("openai/gpt-4o-mini", NOTHING_SET)
    assert card.price == Price(0.15, 0.075, 0.6, 0.15)
    assert (card.family, card.structured, card.keys) == ("openai", "schema", ("OPENAI_API_KEY",))


@pytest.mark.parametrize("name", ["openai/gpt-99", "anthropic/claude-sonnet-9", "gemini/gemini-3-flash"])
def test_a_price_nobody_knows_is_unknown_and_not_zero(name):
    assert card_of(name, NOTHING_SET).price is None


@pytest.mark.parametrize("name", ["ollama_chat/llama3.2", "lm_studio/qwen", "hosted_vllm/x", "llamafile/x"])
def test_a_model_on_a_local_server_is_free_and_needs_no_key(name):
    card = card_of(name, NOTHING_SET)
    assert (card.price, card.note) == (FREE, "local server")
    check_key(card, NOTHING_SET)


def test_a_local_prefix_pointed_elsewhere_is_not_free():
    settings = read_settings({"HOSTED_VLLM_API_BASE": "https://vllm.example.com/v1"})
    assert card_of("hosted_vllm/x", settings).price is None


@pytest.mark.parametrize("variable", ["OPENAI_API_BASE", "OPENAI_BASE_URL"])
def test_behind_a_loopback_address_only_unknown_prices_are_free(variable):
    settings = read_settings({variable: "http://127.0.0.1:8000/v1"})
    assert card_of("openai/my-own", settings).price == FREE
    assert card_of("openai/gpt-4.1-mini", settings) == CATALOGUE["openai/gpt-4.1-mini"]
    check_key(card_of("openai/my-own", settings), settings)


def test_an_unknown_simulated_model_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match=r"Did you mean 'sim/strong'.* sim/weak"):
        card_of("sim/strng", NOTHING_SET)


def test_what_is_no_model_at_all_is_refused_with_what_would_work():
    with pytest.raises(UnknownName, match=r"zai/glm-5.*any LiteLLM name, such as openai/gpt-4\.1-mini"):
        card_of("nonsense", NOTHING_SET)


def test_a_missing_key_is_named():
    with pytest.raises(MissingKey, match="GEMINI_API_KEY or GOOGLE_API_KEY"):
        open_model("gemini/gemini-2.5-flash", NOTHING_SET, pace="instant")


def test_any_one_of_the_keys_suffices_and_only_its_name_is_told():
    settings = read_settings({"GOOGLE_API_KEY": "hunter22"})
    card = CATALOGUE["gemini/gemini-2.5-flash"]
    check_key(card, settings)
    assert present_keys(card, settings) == ["GOOGLE_API_KEY"]


def test_opening_a_real_model_gives_one_that_is_not_simulated():
    model = open_model("openai/gpt-4.1-mini", read_settings({"OPENAI_API_KEY": "hunter22"}), pace="instant")
    assert (model.name, model.simulated) == ("openai/gpt-4.1-mini", False)


def found_at(*bases):
    cards = [ServerCard(f"server {index}", "lm_studio", base) for index, base in enumerate(bases)]
    return asyncio.run(find_local_servers(cards))


def test_local_servers_are_found_and_the_absent_left_out():
    server = FaultServer()
    answering = server.base("models_list")
    found = found_at(f"{answering}/v1", "http://127.0.0.1:9/v1")
    assert found == (LocalServer("server 0", f"{answering}/v1", ("lm_studio/llama3.2", "lm_studio/qwen")),)
    server.close()


@pytest.mark.parametrize(
    "scenario", ["html", "empty", "500", "redirect", "huge", "silent", "drip", "closed", "ok"]
)
def test_a_local_server_that_talks_nonsense_is_left_out(scenario):
    server = FaultServer()
    assert found_at(server.base(scenario)) == ()
    server.close()


def test_the_usual_local_servers_are_looked_for_on_loopback_only():
    assert [card.name for card in load_servers()] == ["Ollama", "LM Studio", "vLLM", "llama.cpp"]
    assert all(card.base_url.startswith("http://127.0.0.1:") for card in load_servers())


def test_a_script_that_runs_out_says_how_long_it_was():
    from swarm.models.model import Message, Request

    model = ScriptedModel("sim/scripted", ["one"])
    request = Request((Message("user", ("12345678",)),))

    async def twice():
        first = await model.complete(request)
        with pytest.raises(AssertionError, match="asked 2 times but had 1"):
            await model.complete(request)
        return first

    first = asyncio.run(twice())
    assert (first.text, first.usage.input_tokens, first.usage.output_tokens) == ("one", 2, 1)
    assert model.requests == [request, request]


def test_a_card_without_traits_is_the_same_as_another():
    assert ModelCard("a/b", "B", "a") == ModelCard("a/b", "B", "a")
    assert len({ModelCard("a/b", "B", "a"), ModelCard("a/b", "B", "a")}) == 1
