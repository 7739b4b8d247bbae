"""Servers at home are found where they are and where variables point, with what they hold; their speed is measured."""

import asyncio
from dataclasses import replace

import pytest

from swarm.config import Settings
from swarm.engine.compose import compose
from swarm.engine.estimate import estimate
from swarm.engine.measure import keep_speeds, unmeasured
from swarm.engine.wish import Wish
from swarm.errors import BadInput
from swarm.experiment.plan import plan
from swarm.experiment.recipe import Recipes, checked
from swarm.grid import Grid, Terms, Way
from swarm.mission import mission_from_text
from swarm.models.allowance import ProviderLimits
from swarm.models.card import ServerCard
from swarm.models.catalogue import card_of, cost_nothing, keep_limits
from swarm.models.local import find_local_servers, servers_to_ask
from swarm.models.speed import Speed, keep_speed, speed_of
from swarm.turn import Call, Usage
from tests.fault_server import SCENARIOS, FaultServer, refusal, reply

OWN = """
[[models]]
id = "home/small"
label = "At home"
family = "home"
structured = "none"
cache = "none"
context = 8192
api_base = "http://127.0.0.1:{port}/v1"
"""
MISSION = mission_from_text("Open a bakery\n- Find a site\n- Hire two bakers")


@pytest.fixture
def at_home(settings: Settings) -> Settings:
    settings.data.mkdir(exist_ok=True)
    (settings.data / "models.toml").write_text(OWN.format(port=9))
    return settings


def told(settings: Settings, **variables: str) -> Settings:
    return replace(settings, environment={**settings.environment, **variables})


@pytest.mark.parametrize(
    ("variable", "prefix", "usual"),
    [
        ("OLLAMA_API_BASE", "ollama_chat", "http://127.0.0.1:11434"),
        ("OLLAMA_BASE_URL", "ollama_chat", "http://127.0.0.1:11434"),
        ("LM_STUDIO_API_BASE", "lm_studio", "http://127.0.0.1:1234/v1"),
        ("HOSTED_VLLM_API_BASE", "hosted_vllm", "http://127.0.0.1:8000/v1"),
        ("LLAMAFILE_API_BASE", "llamafile", "http://127.0.0.1:8080/v1"),
        ("OPENAI_BASE_URL", "openai", None),
    ],
)
def test_a_server_is_looked_for_where_its_variable_points(settings: Settings, variable, prefix, usual):
    address = "http://127.0.0.1:9999/v1"
    cards = [card for card in servers_to_ask(told(settings, **{variable: address})) if card.prefix == prefix]
    assert [(card.base_url, card.instead) for card in cards] == [
        (address, ""),
        *([(usual, f"{address} ({variable})")] if usual else []),
    ]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OPENAI_BASE_URL": "https://example.com/v1"},
        {"OLLAMA_API_BASE": "nonsense"},
        {"OLLAMA_API_BASE": " "},
    ],
)
def test_nobody_is_asked_whom_no_variable_names_as_a_server(settings: Settings, variables):
    asked = servers_to_ask(told(settings, **variables))
    assert [card.name for card in asked] == ["Ollama", "LM Studio", "vLLM", "llama.cpp"]


def found(monkeypatch: pytest.MonkeyPatch, *cards: ServerCard, **there: bytes):
    server = FaultServer()
    for first in ("v1", "api", "props", "health"):
        monkeypatch.setitem(
            SCENARIOS, first, lambda asked: there.get(asked.path[1:].replace("/", "_"), refusal(404))
        )
    placed = [replace(card, base_url=f"http://127.0.0.1:{server.port}{card.base_url}") for card in cards]
    try:
        return asyncio.run(find_local_servers(placed))
    finally:
        server.close()


LIST = reply({"data": [{"id": "tiny", "meta": {"n_ctx": 4096}}, {"id": "other"}]})
PROPS = reply({"default_generation_settings": {"n_ctx": 512}})
LOADING = refusal(503, "Loading model")
HOME = ServerCard("llama.cpp", "llamafile", "/v1")


def test_a_server_tells_its_models_and_what_they_hold(monkeypatch):
    [server] = found(monkeypatch, HOME, v1_models=LIST)
    assert server.models == ("llamafile/tiny", "llamafile/other")
    assert (server.contexts, server.loading) == ({"llamafile/tiny": 4096}, False)
    [server] = found(monkeypatch, HOME, v1_models=LIST, props=PROPS)
    assert server.contexts == {"llamafile/tiny": 4096, "llamafile/other": 512}


@pytest.mark.parametrize("there", [{"v1_models": LOADING}, {"v1_models": LIST, "health": LOADING}])
def test_a_server_that_loads_its_model_is_said_to(monkeypatch, there):
    [server] = found(monkeypatch, HOME, **there)
    assert server.loading


def test_another_server_that_is_unavailable_is_no_model_server(monkeypatch):
    assert found(monkeypatch, HOME, v1_models=refusal(503, "maintenance")) == ()


def test_models_of_ones_own_file_are_found_by_their_ids(monkeypatch):
    [server] = found(monkeypatch, replace(HOME, ids={"tiny": "home/tiny"}), v1_models=LIST)
    assert server.models == ("home/tiny",)


def team_at_home(settings: Settings, **more):
    return compose(Wish(MISSION, protocol="sequential", agents=4, models=("home/small",), **more), settings)


def foretold(spec, settings):
    cards = {name: card_of(name, settings) for name in spec.models}
    return estimate(spec, cards, {name: speed_of(card, settings) for name, card in cards.items()}).expected


def test_the_time_at_home_is_unknown_until_a_message_was_measured(at_home: Settings):
    spec = team_at_home(at_home)
    assert foretold(spec, at_home).seconds is None
    assert unmeasured(spec, at_home) == ("home/small",)
    keep_speed("home/small", seconds=50.0, output_tokens=100, settings=at_home)
    known = foretold(spec, at_home)
    assert known.seconds == pytest.approx(0.5 * known.output_tokens)
    assert unmeasured(spec, at_home) == ()


def test_a_run_measures_what_it_does_at_once(at_home: Settings):
    usage = Usage(output_tokens=10)
    calls = [
        Call(n, "home/small", "x", usage=usage, started_s=at, ended_s=at + 4)
        for n, at in ((1, 0), (2, 2), (3, 10))
    ]
    keep_speeds([*calls, Call(4, "home/small", error="no", started_s=0.0, ended_s=99.0)], at_home)
    assert speed_of(card_of("home/small", at_home), at_home).seconds_per_token == pytest.approx(10 / 30)


@pytest.mark.parametrize("content", ["", "[]", '{"home/small": -1}', '{"home/small": "x"}'])
def test_a_damaged_file_of_speeds_tells_nothing(at_home: Settings, content):
    (at_home.data / "speeds.json").write_text(content)
    assert speed_of(card_of("home/small", at_home), at_home).unmeasured


def test_nobody_speaks_of_money_where_there_is_none(at_home: Settings):
    spec = team_at_home(at_home)
    assert spec.limits.usd is None
    assert not [warning for warning in spec.warnings if "$" in warning]
    assert cost_nothing(spec.models, at_home)
    grid = Grid(
        name="at home", ways=(Way("sequential"), Way("shared")), teams=("home/small",), agents=(2,),
        missions=(MISSION,), repeats=1, seed=0, judge=None, pace="instant",
    )  # fmt: skip
    recipes = Recipes(grid, at_home)
    assert checked(recipes, Terms()) is False
    assert plan(recipes, simulated=False).free


def test_an_experiment_that_costs_money_wants_a_limit(settings: Settings):
    here = told(settings, OPENAI_API_KEY="sk-test")
    grid = Grid(
        name="paid", ways=(Way("sequential"),), teams=("openai/gpt-4.1-mini",), agents=(2,),
        missions=(MISSION,), repeats=1, seed=0, judge=None, pace="instant",
    )  # fmt: skip
    with pytest.raises(BadInput, match="give max_usd"):
        checked(Recipes(grid, here), Terms())


def test_the_planned_time_heeds_what_was_set_for_the_provider(settings: Settings):
    here = told(settings, OPENAI_API_KEY="sk-test")
    spec = compose(
        Wish(MISSION, protocol="broadcast", agents=48, models=("openai/gpt-4.1-mini",), judge="none"), here
    )
    usual = foretold(spec, here)
    keep_limits("openai", ProviderLimits(requests_per_minute=10), here)
    limited = foretold(spec, here)
    assert limited.seconds == 60 * ((limited.calls - 1) // 10) > usual.seconds
    assert limited.busy_s == 6 * limited.calls
    keep_limits("openai", ProviderLimits(max_in_flight=1), here)
    assert foretold(spec, here).seconds > 10 * usual.seconds


def test_a_speed_without_limits_asks_for_no_time():
    assert (Speed().least_s(1_000, 10**6), Speed().busy_s(1_000, 10**6)) == (0.0, 0.0)
