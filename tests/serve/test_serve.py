"""Models are served as OpenAI serves its own, to this machine only."""

import asyncio
import json
import socket
import threading
import time

import httpx
import pytest
import uvicorn

from swarm.errors import ModelUnavailable
from swarm.models.card import ModelCard, Price
from swarm.models.litellm import LiteLlmModel
from swarm.models.model import Completion, Message, Request
from swarm.models.scripted import ScriptedModel
from swarm.reply.answer import AgentAnswer
from swarm.serve import CHUNK_CHARS, MAX_BODY_BYTES, make_app
from swarm.turn import Usage
from tests.patience import PATIENCE_S

TEXT = "A plan with ünïcode, and more of it. " * 8
SAID = Completion(TEXT, Usage(input_tokens=120, cached_tokens=100, output_tokens=60), finish="length")


def scripted(replies=lambda request: SAID):
    return ScriptedModel("sim/strong", replies)


JSON = {"content-type": "application/json; charset=utf-8"}


def served(model, method="POST", path="/v1/chat/completions", host="127.0.0.1:8000", headers=None, **content):
    app = make_app({"sim/strong": model, "sim/weak": ScriptedModel("sim/weak", lambda request: "weak")})

    async def exchange():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, path, headers=headers or JSON, **content)

    return asyncio.run(exchange())


def asked(**more):
    return {"model": "sim/strong", "messages": [{"role": "user", "content": "hello"}]} | more


def events(reply):
    lines = [line for line in reply.text.split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [line.removeprefix("data: ") for line in lines]


def test_a_reply_has_openais_shape():
    reply = served(scripted(), json=asked()).json()
    assert reply["object"] == "chat.completion"
    assert reply["model"] == "sim/strong"
    assert reply["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": TEXT},
            "finish_reason": "length",
            "logprobs": None,
        }
    ]
    assert reply["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 60,
        "total_tokens": 180,
        "prompt_tokens_details": {"cached_tokens": 100},
    }


def test_the_model_gets_what_was_asked_and_nothing_else():
    model = scripted()
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]},
        {"role": "assistant", "content": None},
    ]
    served(
        model,
        json=asked(
            messages=messages, temperature=0.2, seed=9, max_tokens=50, response_format={"type": "text"}
        ),
    )
    (request,) = model.requests
    assert request == Request(
        (
            Message("system", ("Be brief.",)),
            Message("user", ("one ", "two")),
            Message("assistant", ("",)),
        ),
        temperature=0.2,
        seed=9,
        max_tokens=50,
    )


def test_the_newer_name_of_max_tokens_wins():
    model = scripted()
    served(model, json=asked(max_tokens=50, max_completion_tokens=70))
    assert model.requests[0].max_tokens == 70


def test_what_is_left_out_is_as_in_any_request():
    model = scripted()
    served(model, json=asked(temperature=None, stream=None))
    assert model.requests == [Request((Message("user", ("hello",)),))]


def test_a_stream_adds_up_to_the_reply_and_ends_with_done():
    reply = served(scripted(), json=asked(stream=True))
    assert reply.headers["content-type"].startswith("text/event-stream")
    *chunks, last = events(reply)
    assert last == "[DONE]"
    choices = [json.loads(chunk)["choices"][0] for chunk in chunks]
    assert "".join(choice["delta"].get("content", "") for choice in choices) == TEXT
    assert len(chunks) == 2 + -(-len(TEXT) // CHUNK_CHARS)
    assert [choice["finish_reason"] for choice in choices] == [None] * (len(chunks) - 1) + ["length"]
    assert len({json.loads(chunk)["id"] for chunk in chunks}) == 1


def test_a_stream_states_its_usage_only_when_asked():
    reply = served(scripted(), json=asked(stream=True, stream_options={"include_usage": True}))
    usage = json.loads(events(reply)[-2])
    assert (usage["choices"], usage["usage"]["total_tokens"]) == ([], 180)
    assert '"usage"' not in served(scripted(), json=asked(stream=True)).text


def test_a_model_can_be_asked_for_without_its_prefix():
    assert served(scripted(), json=asked(model="weak")).json()["choices"][0]["message"]["content"] == "weak"


def test_an_unknown_model_is_refused_with_the_known_ones():
    reply = served(scripted(), json=asked(model="gpt-4o"))
    assert reply.status_code == 404
    assert reply.json()["error"] == {
        "message": "unknown model 'gpt-4o'. Known: sim/strong, sim/weak.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"\xff\xfe", "JSON"),
        (b'{"model": "sim/strong"}', "messages"),
        (b'{"model": "sim/strong", "messages": []}', "messages"),
        (b'{"model": "sim/strong", "messages": [{"role": "pope", "content": ""}]}', "messages.0.role"),
        (
            b'{"model": "sim/strong", "messages": [{"role": "user", "content": [{"type": "image"}]}]}',
            "messages.0",
        ),
        (
            b'{"model": "sim/strong", "messages": [{"role": "user", "content": ""}], "max_tokens": 0}',
            "max_tokens",
        ),
        (b'{"model": "sim/strong", "messages": [{"role": "user", "content": ""}], "seed": "x"}', "seed"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_the_reason(body, place):
    model = scripted()
    reply = served(model, content=body)
    assert reply.status_code == 400
    assert place in reply.json()["error"]["message"]
    assert model.requests == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain; x=application/json", "application/jsonx", "", None]
)
def test_a_body_that_is_not_said_to_be_json_is_refused_unread(kind: str | None):
    model = scripted()
    reply = served(
        model, content=json.dumps(asked()), headers={"x": "y"} if kind is None else {"content-type": kind}
    )
    assert (reply.status_code, model.requests) == (415, [])
    assert "as application/json" in reply.json()["error"]["message"]


def test_a_request_that_is_too_long_is_refused():
    reply = served(scripted(), content=b" " * (MAX_BODY_BYTES + 1))
    assert reply.status_code == 413
    assert "error" in reply.json()


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limit", 429), ("overloaded", 503), ("timeout", 504), ("bad_reply", 502), ("too_long", 400)],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_failing_model_is_told_by_the_status(kind, status, stream):
    failing = scripted([ModelUnavailable(kind, "not now", retry_after_s=2.0)])
    reply = served(failing, json=asked(stream=stream))
    assert (reply.status_code, reply.headers["retry-after"]) == (status, "2")
    assert reply.json()["error"]["message"] == "not now"


def test_the_models_are_listed_by_their_ids():
    listed = served(scripted(), "GET", "/v1/models").json()
    assert [entry["id"] for entry in listed["data"]] == ["sim/strong", "sim/weak"]


def test_health_is_told():
    assert served(scripted(), "GET", "/health").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/v1/chat/completions"])
def test_a_page_that_plays_with_dns_is_refused(path):
    reply = served(scripted(), "POST" if "chat" in path else "GET", path, host="evil.example.com:8000")
    assert reply.status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_may_be_called_by_its_usual_names(host):
    assert served(scripted(), "GET", "/health", host=host).status_code == 200


@pytest.fixture
def address():
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app({"sim/strong": scripted()}), log_level="error", ws="none", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    give_up_s = time.monotonic() + PATIENCE_S
    while not server.started and time.monotonic() < give_up_s:
        time.sleep(0.001)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    server.should_exit = True
    thread.join(PATIENCE_S)
    listener.close()


# LiteLLM silences this about its own types when it is imported; pytest undoes that after each test.
@pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")
def test_the_door_to_providers_can_ask_a_served_model(address):
    card = ModelCard("openai/sim/strong", "served", "simulated", price=Price(1.0, 0.5, 2.0, 1.0))
    model = LiteLlmModel(card, api_base=address, api_key="not-needed")
    request = Request((Message("user", ("hello",)),), answer=AgentAnswer)
    with asyncio.Runner() as runner:
        completion = runner.run(asyncio.wait_for(model.complete(request), PATIENCE_S))
    assert (completion.text, completion.finish, completion.served_by) == (TEXT, "length", None)
    assert completion.usage == Usage(120, 100, 60, pytest.approx((20 * 1.0 + 100 * 0.5 + 60 * 2.0) / 1e6))
