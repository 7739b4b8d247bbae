"""The door to providers sends one request, trusts no reply, and tells one failure from another."""

import asyncio
import json
import socket
import subprocess
import sys
import time
import traceback
from dataclasses import replace

import pytest

from swarm.config import read_settings
from swarm.errors import ModelUnavailable
from swarm.models.allowance import ProviderLimits
from swarm.models.card import ModelCard
from swarm.models.catalogue import load_catalogue, open_model
from swarm.models.failures import MAX_MESSAGE_CHARS, redacted, retry_after
from swarm.models.form import bounded_schema, remark_on_bound, schema_of
from swarm.models.litellm import MAX_IN_FLIGHT, LiteLlmModel, card_by_litellm, library
from swarm.models.model import Message, Request, most_tokens
from swarm.models.transport import Exchange
from swarm.reply.answer import AgentAnswer, JudgeAnswer, PlanAnswer, ShortAnswer
from tests.clockwork import slept_through
from tests.fault_server import ANSWER, LASTING, PICKY, SCENARIOS, FaultServer
from tests.faults import ELSEWHERE, FAILURES, HANGING, MISSTATED, REPLIES, SAYS, STATED_THOUGH_FAILED
from tests.patience import PATIENCE_S

pytestmark = [
    # Pydantic warns inside the OpenAI client about the replies that are wrong on purpose.
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    # LiteLLM silences this about its own types when it is imported; pytest undoes that after each test.
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
]

CATALOGUE = load_catalogue()
GPT = CATALOGUE["openai/gpt-4.1-mini"]
CLAUDE = CATALOGUE["anthropic/claude-sonnet-4-6"]
CARDS = {
    "claude": CLAUDE,
    "gemini": CATALOGUE["gemini/gemini-2.5-flash"],
    "ollama": ModelCard("ollama_chat/llama3.2", "Llama", "meta"),
}
"""By the beginnings of scenarios, which are in the format of others than OpenAI."""
KEY = "sk-proj-hunter22hunter22"
ASK = Request(
    (
        Message("system", ("You are an agent. ", "Answer in JSON. ")),
        Message("user", ("The mission. ", "What was heard. ", "You are seat 7.")),
    ),
    answer=AgentAnswer,
    temperature=0.25,
    seed=3,
    max_tokens=500,
    timeout_s=PATIENCE_S,
)


@pytest.fixture(scope="module")
def runner():
    # Importing it may take longer than a busy machine's guard allows.
    library()
    # LiteLLM keeps clients and workers that belong to an event loop.
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def server():
    server = FaultServer()
    yield server
    server.close()


def model_at(server: FaultServer, scenario: str, card: ModelCard | None = None) -> LiteLlmModel:
    card = card or CARDS.get(scenario.split("_")[0], GPT)
    return LiteLlmModel(card, api_base=server.base(scenario), api_key=KEY)


@pytest.fixture
def ask(runner, server):
    def complete(scenario, card=None, request=ASK):
        request = replace(request, timeout_s=1.0) if scenario in HANGING else request
        return runner.run(asyncio.wait_for(model_at(server, scenario, card).complete(request), PATIENCE_S))

    return complete


def body_of(server, scenario):
    return next(request.body for request in server.requests if request.scenario == scenario)


@pytest.mark.parametrize("scenario", FAILURES)
def test_a_failure_is_classified_after_one_request(ask, server, scenario):
    with pytest.raises(ModelUnavailable) as caught:
        ask(scenario)
    error = caught.value
    assert (error.kind, error.billed, error.retry_after_s) == FAILURES[scenario]
    assert server.hits == {scenario: 1}


# Of those that hang one will do: they all end in the same line, and take a second each.
@pytest.mark.parametrize("scenario", [name for name in FAILURES if name not in HANGING[1:]])
def test_a_failure_is_one_short_line_without_a_key_or_a_traceback(ask, scenario):
    with pytest.raises(ModelUnavailable) as caught:
        ask(scenario)
    message = str(caught.value)
    assert "hunter22" not in message
    assert "Traceback" not in message
    assert "\n" not in message
    assert 10 < len(message) <= MAX_MESSAGE_CHARS
    assert "hunter22" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("scenario", REPLIES)
def test_a_reply_is_taken_as_it_was_sent_after_one_request(ask, server, scenario):
    completion = ask(scenario)
    assert (completion.text, completion.finish) == REPLIES[scenario]
    assert server.hits == {scenario: 1}


def test_every_scenario_of_the_fault_server_is_expected_to_do_something():
    expected = {*FAILURES, *REPLIES, *MISSTATED}
    assert {*SCENARIOS, *LASTING} - ELSEWHERE == expected
    assert len(expected) >= 75


@pytest.mark.parametrize("scenario", MISSTATED)
def test_a_usage_that_is_missing_or_absurd_is_estimated_from_prompt_and_reply(ask, server, scenario):
    most = model_at(server, scenario).most(ASK)
    completion = ask(scenario)
    usage = completion.usage
    assert completion.text == "hello"
    assert usage.estimated
    assert usage.input_tokens in (100, most.input_tokens)
    assert usage.output_tokens in (20, most_tokens(len("hello")))
    assert usage.output_tokens < most.output_tokens
    assert usage.cost_usd == pytest.approx(GPT.price.cost(usage.input_tokens, usage.output_tokens))
    assert server.hits == {scenario: 1}


def test_a_reply_without_a_usage_that_was_cut_took_all_it_was_given(ask, server):
    assert ask("cut_no_usage").usage.output_tokens == ASK.max_tokens


@pytest.mark.parametrize("scenario", STATED_THOUGH_FAILED)
def test_a_usage_that_is_stated_is_believed_though_the_reply_cannot_be_used(ask, scenario):
    with pytest.raises(ModelUnavailable) as caught:
        ask(scenario)
    used = caught.value.used
    assert (used.input_tokens, used.output_tokens, used.estimated) == (*STATED_THOUGH_FAILED[scenario], False)
    assert used.cost_usd is None or used.cost_usd > 0


@pytest.mark.parametrize("scenario", SAYS)
def test_a_failure_is_told_in_the_providers_words(ask, scenario):
    with pytest.raises(ModelUnavailable, match=SAYS[scenario]):
        ask(scenario)


def test_ollamas_counts_are_its_own_or_none(ask):
    assert (ask("ollama").usage.tokens, ask("ollama").usage.estimated) == (120, False)
    assert ask("ollama_uncounted").usage.estimated
    assert ask("ollama_uncounted").usage.output_tokens == 20


def test_a_prompt_that_the_server_cut_is_told(ask):
    long = replace(ASK, messages=(Message("user", ("word " * 11_000,)),))
    assert ask("ollama_cut", request=long).remarks == (
        "the server saw 2,048 tokens of about 13,750: it cut the prompt",
    )
    assert ask("ollama_cut").remarks == ()


@pytest.mark.parametrize("scenario", PICKY)
def test_what_a_server_does_not_take_is_left_out_once_and_for_all(ask, server, scenario):
    for left_out in PICKY[scenario]:
        with pytest.raises(ModelUnavailable, match=f"asked without {left_out}$") as caught:
            ask(scenario)
        assert (caught.value.adapts, caught.value.billed) == (True, "no")
    refused = server.hits[scenario]
    assert refused == len(PICKY[scenario])
    assert [ask(scenario).text for _ in range(2)] == [ANSWER] * 2
    assert server.hits[scenario] == refused + 2


def test_what_the_card_says_a_server_does_not_take_is_not_sent(ask, server):
    card = replace(GPT, leave_out=("temperature", "seed", "system", "response_format", "max_tokens"))
    ask("ok", card)
    body = body_of(server, "ok")
    assert body.keys() == {"model", "messages", "max_completion_tokens"}
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert body["messages"][0]["content"].startswith("You are an agent. Answer in JSON. \n\nThe mission.")


def test_a_stated_usage_is_priced_by_the_catalogue(ask):
    usage = ask("ok").usage
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (100, 20, False)
    assert usage.cost_usd == pytest.approx(100 * 0.4e-6 + 20 * 1.6e-6)


def test_cached_tokens_are_cheaper(ask):
    usage = ask("cached").usage
    assert (usage.cached_tokens, usage.estimated) == (80, False)
    assert usage.cost_usd == pytest.approx(20 * 0.4e-6 + 80 * 0.1e-6 + 20 * 1.6e-6)


def test_more_cached_tokens_than_there_are_bring_no_discount(ask):
    usage = ask("cached_too_many").usage
    assert (usage.cached_tokens, usage.estimated) == (0, True)
    assert usage.cost_usd == ask("ok").usage.cost_usd


def test_tokens_written_to_a_cache_are_charged_as_such(ask):
    usage = ask("claude").usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (3050, 2000, 30)
    assert usage.cost_usd == pytest.approx(0.00495)


def test_without_a_price_the_cost_is_unknown_and_not_zero(ask, server):
    card = ModelCard("openai/gpt-4.1-mini", "no price", "openai")
    assert ask("ok", card).usage.cost_usd is None
    assert ask("ok_no_usage", card).usage.cost_usd is None
    assert model_at(server, "ok", card).most(ASK).cost_usd is None


def test_another_model_in_the_reply_is_noted_but_priced_as_asked(ask):
    completion = ask("other_model")
    assert completion.served_by == "gpt-9"
    assert completion.usage == ask("ok").usage
    assert ask("ok").served_by is None


def test_the_most_covers_the_schema_and_the_writing_of_a_cache(server):
    plain = model_at(server, "ok").most(Request(ASK.messages, max_tokens=500))
    shaped = model_at(server, "ok").most(ASK)
    assert shaped.input_tokens >= plain.input_tokens + len(json.dumps(schema_of(AgentAnswer))) // 2
    assert shaped.output_tokens == 500
    claude = model_at(server, "claude").most(ASK)
    assert claude.cost_usd == pytest.approx(claude.input_tokens * 3.75e-6 + 500 * 15e-6)


def test_a_request_leaves_in_the_shape_openai_expects(ask, server):
    ask("ok")
    assert body_of(server, "ok") == {
        "model": "gpt-4.1-mini",
        "messages": [
            {"role": "system", "content": "You are an agent. Answer in JSON. "},
            {"role": "user", "content": "The mission. What was heard. You are seat 7."},
        ],
        "temperature": 0.25,
        "seed": 3,
        "max_tokens": 500,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "AgentAnswer", "schema": schema_of(AgentAnswer), "strict": True},
        },
    }


def test_a_claude_gets_its_cache_marked_where_the_next_prompt_differs(ask, server):
    ask("claude")
    body = body_of(server, "claude")
    mark = {"cache_control": {"type": "ephemeral"}}
    assert body["system"] == [
        {"type": "text", "text": "You are an agent. "},
        {"type": "text", "text": "Answer in JSON. "} | mark,
    ]
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "The mission. "},
        {"type": "text", "text": "What was heard. "} | mark,
        {"type": "text", "text": "You are seat 7."},
    ]
    assert body["output_format"]["type"] == "json_schema"
    assert (body["max_tokens"], body["temperature"]) == (500, 0.25)
    assert "seed" not in body


@pytest.mark.parametrize("card", [GPT, CLAUDE], ids=["openai", "anthropic"])
def test_a_reply_must_be_complete_at_the_deadline_of_its_request_and_not_later(card, monkeypatch):
    handed = {}

    async def hang(**arguments):
        handed.update(arguments)
        await asyncio.Event().wait()

    async def ask():
        with pytest.raises(ModelUnavailable, match="no complete reply within 120 s") as caught:
            await LiteLlmModel(card, api_key=KEY).complete(replace(ASK, timeout_s=120.0))
        return caught.value

    monkeypatch.setattr(library(), "acompletion", hang)
    error, slept = slept_through(ask())
    assert (error.kind, error.billed, slept) == ("timeout", "unknown", 120.0)
    # Every byte that arrives puts the library's own off; it never comes first, and never asks again.
    assert 120 < handed["timeout"] < 240
    assert handed["max_retries"] == 0


def test_a_claude_gets_no_blank_blocks(ask, server):
    parts = ("", "The mission. ", "\n", "", "You are seat 7.")
    ask("claude", request=Request((Message("user", parts),)))
    texts = [block["text"] for block in body_of(server, "claude")["messages"][0]["content"]]
    assert "".join(texts) == "".join(parts)
    assert all(text.strip() for text in texts)


@pytest.mark.parametrize(
    ("name", "structured"),
    [("deepseek/deepseek-v3.2", {"type": "json_object"}), ("zai/glm-5", None)],
)
def test_a_model_without_schemas_is_asked_for_what_it_can(ask, server, name, structured):
    ask("ok", CATALOGUE[name])
    assert body_of(server, "ok").get("response_format") == structured


def test_free_text_is_asked_for_without_a_format(ask, server):
    ask("ok", request=Request(ASK.messages))
    assert "response_format" not in body_of(server, "ok")


@pytest.mark.parametrize("answer", [AgentAnswer, PlanAnswer, JudgeAnswer])
def test_a_schema_has_nothing_strict_providers_refuse(answer):
    text = json.dumps(schema_of(answer))
    for keyword in ("default", "maxLength", "minimum", "maximum", "title"):
        assert f'"{keyword}":' not in text
    assert list(schema_of(answer)["properties"]) == schema_of(answer)["required"]
    assert text.count('"additionalProperties": false') == text.count('"type": "object"')


# What is made for one request.

SERVERS = [
    "ollama_chat/x",
    "llamafile/x",
    "hosted_vllm/x",
    "lm_studio/x",
    "groq/x",
    "xai/x",
    "openrouter/a/x",
]


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_takes_a_schema_gets_one_made_for_the_request(ask, server, name):
    card = card_by_litellm(name)
    scenario = "ollama" if name.startswith("ollama") else "ok"
    ask(scenario, card, replace(ASK, nameable=(2, 5)))
    body = body_of(server, scenario)
    schema = body["format"] if "format" in body else body["response_format"]["json_schema"]["schema"]
    assert schema == bounded_schema(AgentAnswer, (2, 5))
    assert schema["properties"]["builds_on"]["items"] == {"enum": [2, 5]}
    if scenario == "ollama":
        assert body["options"]["num_ctx"] == card.context == 8_192


@pytest.mark.parametrize("answer", [AgentAnswer, ShortAnswer, PlanAnswer, JudgeAnswer])
@pytest.mark.parametrize("nameable", [(), (1,), (1, 2, 3)])
def test_nothing_in_a_bounded_schema_is_without_bounds(answer, nameable):
    def unbounded(part):
        if isinstance(part, list):
            return any(map(unbounded, part))
        if not isinstance(part, dict):
            return False
        bound = {"string": "maxLength", "array": "maxItems"}.get(part.get("type"))
        free = (bound and bound not in part) or (part.get("type") == "integer" and nameable) or "$ref" in part
        return free or any(map(unbounded, part.values()))

    schema = bounded_schema(answer, nameable)
    assert not unbounded(schema)
    assert list(schema["properties"]) == schema["required"]


def test_who_hears_nobody_can_name_nobody():
    links = bounded_schema(AgentAnswer, ())["properties"]
    assert links["builds_on"]["maxItems"] == 0
    assert links["reports_to"]["type"] == "null"


def test_a_text_that_ends_where_its_schema_does_is_told():
    assert remark_on_bound(json.dumps({"contribution": "x" * 2_000})) == (
        "a text ends at the 2,000 characters that its schema allows"
    )
    assert remark_on_bound(json.dumps({"contribution": "x" * 1_999})) is None


@pytest.mark.parametrize(
    ("name", "small"),
    [
        ("llamafile/smollm2-135m", True), ("ollama_chat/llama3.2:1b", True), ("hosted_vllm/Qwen2.5-0.5B", True),
        ("ollama_chat/llama3.1:8b", False), ("lm_studio/gemma-3-12b", False), ("openrouter/meta/llama-3.2-1b", False),
    ],
)  # fmt: skip
def test_a_small_model_at_home_is_known_by_its_name(name, small):
    assert card_by_litellm(name).small == small


@pytest.fixture
def no_names(monkeypatch):
    """Nobody knows the address of any name."""
    find = socket.getaddrinfo

    def unknown(host, *arguments, **options):
        if host in ("nowhere.invalid", b"nowhere.invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return find(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.parametrize("card", [GPT, CLAUDE], ids=["openai", "anthropic"])
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://nowhere.invalid", "https://127.0.0.1:{port}"]
)
@pytest.mark.usefixtures("no_names")
def test_a_server_that_is_not_there_is_a_network_failure_nobody_bills(runner, server, card, address):
    model = LiteLlmModel(card, api_base=address.format(port=server.port), api_key=KEY)
    with pytest.raises(ModelUnavailable, match="cannot be reached") as caught:
        runner.run(asyncio.wait_for(model.complete(ASK), PATIENCE_S))
    assert (caught.value.kind, caught.value.billed) == ("network", "no")
    assert not server.hits


FIRST_CALL = """
import asyncio, sys
from swarm.models.litellm import library
from tests.models.test_litellm_door import ASK, FaultServer, model_at

library()
before = set(sys.modules)
server = FaultServer()
asyncio.run(model_at(server, "ok").complete(ASK))
print([name for name in sys.modules if name not in before and name.startswith("openai.")])
"""


def test_what_takes_long_to_load_is_loaded_before_the_time_of_the_first_call_begins():
    first = [sys.executable, "-c", FIRST_CALL]
    loaded = subprocess.run(first, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    assert loaded == "[]\n"


async def stop(calls):
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)


def silent_calls(server: FaultServer, count: int):
    return [asyncio.create_task(model_at(server, "silent").complete(ASK)) for _ in range(count)]


def test_a_stopped_call_frees_its_place(runner, server):
    async def stop_half_way():
        calls = silent_calls(server, MAX_IN_FLIGHT)
        await asyncio.to_thread(server.wait_for, MAX_IN_FLIGHT)
        await stop(calls)
        return await model_at(server, "ok").complete(ASK), calls

    completion, calls = runner.run(asyncio.wait_for(stop_half_way(), PATIENCE_S))
    assert completion.text == "hello"
    assert all(call.cancelled() for call in calls)


def test_a_crowd_waits_for_places(runner, server):
    server.crowd = MAX_IN_FLIGHT

    async def ask():
        async with model.throttle.place():
            return await model.complete(ASK)

    model = LiteLlmModel(
        GPT, api_base=server.base("crowd"), api_key=KEY, limits=ProviderLimits(max_in_flight=MAX_IN_FLIGHT)
    )

    async def crowd():
        async with asyncio.TaskGroup() as group:
            for _ in range(MAX_IN_FLIGHT + 8):
                group.create_task(ask())

    runner.run(asyncio.wait_for(crowd(), PATIENCE_S))
    assert server.most_at_once == MAX_IN_FLIGHT


def test_another_provider_does_not_wait_in_the_same_queue(runner, server):
    async def two_providers():
        stuck = silent_calls(server, MAX_IN_FLIGHT + 1)
        await asyncio.to_thread(server.wait_for, MAX_IN_FLIGHT)
        completion = await model_at(server, "claude").complete(ASK)
        waiting = [call for call in stuck if not call.done()]
        await stop(stuck)
        return completion, waiting

    completion, waiting = runner.run(asyncio.wait_for(two_providers(), PATIENCE_S))
    assert completion.text
    assert len(waiting) == MAX_IN_FLIGHT + 1


def test_a_model_on_loopback_is_asked_without_a_key(runner, server):
    settings = read_settings({"OPENAI_API_BASE": server.base("ok")})
    model = open_model("openai/my-own", settings, pace="instant")
    assert runner.run(model.complete(ASK)).usage.cost_usd == 0.0
    assert "hunter22" not in server.requests[0].header("authorization")


def test_values_of_key_variables_do_not_show(runner, server, monkeypatch):
    variables = {"OPENAI_BASE_URL": server.base("401_echo"), "OPENAI_API_KEY": "plain-hunter22"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    model = open_model("openai/gpt-4.1-mini", read_settings(), pace="instant")
    with pytest.raises(ModelUnavailable, match=r"provided: \[key\]; check the key in OPENAI_API_KEY$"):
        runner.run(model.complete(ASK))
    assert server.requests[0].header("authorization") == "Bearer plain-hunter22"


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-abcdefgh",
        "Bearer abc.def",
        "gsk_12345678",
        "AIzaSyA1234567890",
        "x?key=abcdef",
        "sk-12***9xyz",
    ],
)
def test_what_looks_like_a_key_does_not_show(text):
    assert redacted(f"no: {text} is wrong", ()) in ("no: [key] is wrong", "no: x?key=[key] is wrong")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1.5", 1.5), ("-1", 0.0), ("inf", None), ("nan", None), ("soon", None), ("", None)],
)
def test_a_retry_after_is_seconds_or_nothing(value, seconds):
    exchange = Exchange(status=429)
    exchange.headers["retry-after"] = value
    assert retry_after(exchange) == seconds


def test_a_retry_after_in_the_far_future_is_told_as_it_is():
    exchange = Exchange(status=429)
    exchange.headers["retry-after"] = "Thu, 01 Jan 2099 00:00:00 GMT"
    then, before = 4_070_908_800, time.time()
    found = retry_after(exchange)
    assert then - time.time() <= found <= then - before
