"""What a request asks of the reply's shape is heeded, or refused by its name."""

import asyncio
import json

import httpx
import pytest

from swarm.config import Settings
from swarm.serve import make_app
from swarm.serve.schema import NotUnderstood, fits, text_key
from swarm.serve.shape import Cut, Shaping
from swarm.serve.teams import Teams
from swarm.serve.wire import Ask
from tests.serve.test_serve import asked, scripted, served
from tests.serve.test_serve_team import asking, refused

ONE_TEXT = {
    "type": "object",
    "properties": {"plan": {"type": "string", "description": "all of it"}, "note": {"type": "integer"}},
    "required": ["plan"],
    "additionalProperties": False,
}


def wanting(schema: object) -> dict:
    return {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}


def said(reply: httpx.Response) -> str:
    if not reply.headers["content-type"].startswith("text/event-stream"):
        return reply.json()["choices"][0]["message"]["content"]
    chunks = [json.loads(line[6:]) for line in reply.text.split("\n\n") if line.startswith("data: {")]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "wanted", "given"),
    [
        ("words", {"type": "json_object"}, {"reply": "words"}),
        ('{"a": 1}', {"type": "json_object"}, {"a": 1}),
        ('Here: ```json\n{"plan": "p"}\n```', wanting(ONE_TEXT), {"plan": "p"}),
        ('{"plan": 3}', wanting(ONE_TEXT), {"plan": '{"plan": 3}'}),
        ('say "no"\n', wanting(ONE_TEXT), {"plan": 'say "no"\n'}),
        ("[1]", wanting({"type": "object"}), None),
    ],
)
def test_an_object_that_is_wanted_is_given_or_refused(text, wanted, given, stream):
    reply = served(scripted(lambda _: text), json=asked(response_format=wanted, stream=stream))
    if given is None:
        assert reply.status_code == 400
        assert "response_format" in reply.json()["error"]["code"]
    else:
        assert json.loads(said(reply)) == given


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"n": 2}, "n is 2"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "logprobs"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        ({"function_call": {"name": "x"}}, "tool_choice"),
        ({"stop": 3}, "stop"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"response_format": {"type": "grammar"}}, "response_format"),
        ({"response_format": wanting({"type": "object", "required": ["a", "b"]})}, "response_format"),
        ({"response_format": wanting(ONE_TEXT | {"patternProperties": {}})}, "patternProperties"),
        (
            {"response_format": wanting({"properties": {"a": {"type": "string", "maxLength": 9}}})},
            "response_format",
        ),
        (
            {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]},
            "ends with",
        ),
    ],
)
def test_a_team_refuses_by_name_what_it_cannot_heed_before_it_begins(settings: Settings, more, named):
    status, error = refused(settings, **asking() | more)
    assert status == 400
    assert named in error["message"]


@pytest.mark.parametrize(
    "more", [{"n": 1}, {"logprobs": False}, {"tool_choice": "auto"}, {"stop": []}, {"stop": None}]
)
def test_what_changes_nothing_is_not_refused(more):
    assert said(served(scripted(lambda _: "words"), json=asked(**more))) == "words"


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_ends_before_a_word_to_stop_at(stream):
    reply = served(scripted(lambda _: "one two three"), json=asked(stop=["three", "two"], stream=stream))
    assert said(reply) == "one "
    assert '"finish_reason":"stop"' in reply.text.replace(" ", "")


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize(
    ("stops", "most", "given", "finish"),
    [
        ((), None, "ab--cd--", None),
        (("--",), None, "ab", "stop"),
        (("--cd",), None, "ab", "stop"),
        (("---",), None, "ab--cd--", None),
        ((), 5, "ab--c", "length"),
        (("cd",), 3, "ab-", "length"),
        ((), 8, "ab--cd--", None),
    ],
)
def test_a_cut_reply_is_the_same_in_whatever_pieces_it_comes(size, stops, most, given, finish):
    cut, text = Cut(stops, most), "ab--cd--"
    pieces = [cut.take(text[at : at + size]) for at in range(0, len(text), size)]
    assert ("".join(pieces) + cut.rest(), cut.finish) == (given, finish)


def test_a_wrapped_reply_is_an_object_also_when_it_is_cut():
    ask = Ask.model_validate(asking(max_tokens=2))
    shaping = Shaping(ask, "deliverable")
    text = (
        shaping.begin() + "".join(shaping.take(each) for each in ('"ü', "😀\n12", "345678")) + shaping.end()
    )
    assert json.loads(text) == {"deliverable": '"ü😀\n1234'}
    assert shaping.finish("stop") == "length"


@pytest.mark.parametrize(
    ("value", "schema", "does"),
    [
        (1, {"type": "integer"}, True),
        (True, {"type": "integer"}, False),
        (1, {"type": "boolean"}, False),
        (None, {"type": ["string", "null"]}, True),
        (1, {"enum": [True]}, False),
        ("a", {"const": "a"}, True),
        ("b", {"const": "a"}, False),
        ([1, 2], {"items": {"maximum": 1}}, False),
        ([1, 2], {"minItems": 3}, False),
        ({"a": 1}, {"additionalProperties": False}, False),
        ({"a": 1}, {"properties": {"a": False}}, False),
        ({}, {"required": ["a"]}, False),
        ({"a": {"a": {}}}, {"properties": {"a": {"$ref": "#"}}, "type": "object"}, True),
        ({"a": {"a": 1}}, {"properties": {"a": {"$ref": "#"}}, "type": "object"}, False),
        ("a", {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/t"}], "$defs": {"t": {"type": "string"}}}, True),
    ],
)
def test_a_value_fits_a_schema_or_does_not(value, schema, does):
    assert fits(value, schema) is does


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "http://127.0.0.1/x"},
        {"$ref": "#/nowhere"},
        {"pattern": "(a+)+$"},
        {"type": "text"},
        {
            "anyOf": [{"$ref": "#/$defs/a"}] * 2,
            "$defs": {"a": {"type": "string", "anyOf": [{"$ref": "#"}] * 2}},
        },
        [],
    ],
)
def test_a_schema_that_is_not_understood_is_said_to_be(schema):
    with pytest.raises(NotUnderstood):
        fits("x", schema)


def test_the_only_text_of_a_schema_is_where_the_reply_stands():
    assert text_key(ONE_TEXT) == "plan"
    assert text_key({"properties": {"a": {"type": "string", "minLength": 9}}}) is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/v1/responses", 404), ("POST", "/v1/completions", 404), ("GET", "/v1/chat/completions", 405)],
)
def test_who_asks_elsewhere_is_told_what_to_use(method, path, status):
    reply = served(scripted(), method, path)
    assert reply.status_code == status
    assert "/v1/chat/completions" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("sim/strong", 200),
        ("roleless%2Fshared-9@sim%2Fweak", 200),
        ("gpt-4", 404),
        ("roleless/nonsense-9@sim/weak", 404),
        ("roleless/shared-900@sim/weak", 400),
    ],
)
def test_one_model_is_told_by_its_id(settings: Settings, name, status):
    app = make_app({"sim/strong": scripted()}, Teams(settings))

    async def exchange():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(f"/v1/models/{name}")

    reply = asyncio.run(exchange())
    assert reply.status_code == status
    assert reply.json().get("id", "").replace("/", "%2F") == (
        name.replace("/", "%2F") if status == 200 else ""
    )
