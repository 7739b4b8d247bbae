"""What a person gets wrong about a server of their own is answered in one sentence that says what would work."""

import asyncio

import pytest

from swarm.errors import ModelUnavailable
from swarm.models.card import ModelCard
from swarm.models.litellm import LiteLlmModel
from swarm.models.model import Message, Request
from tests.fault_server import SCENARIOS, FaultServer, refusal, reply

# LiteLLM silences this about its own types when it is imported; pytest undoes that after each test.
pytestmark = pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")

LIST = reply({"data": [{"id": "llama3.2:latest"}, {"id": "qwen"}]})
NOT_FOUND = reply({"detail": "Not Found"}, 404)
PAGE = reply("<!DOCTYPE html><html>Welcome</html>", 404)


def by_path(found: dict[str, bytes], otherwise: bytes):
    return lambda request: found.get(request.path, otherwise)


CASES = {
    # what is there, address, model: what is said
    "no /v1": ({"/v1/models": LIST}, "", "qwen", "its models are under /v1: give http://127.0.0.1:{port}/v1"),
    "no such model": (
        {"/v1/models": LIST, "/v1/chat/completions": refusal(404, "model not found")},
        "/v1",
        "gpt-9",
        "http://127.0.0.1:{port}/v1 has no model 'gpt-9'; it has llama3.2:latest, qwen",
    ),
    "another server": ({}, "/v1", "qwen", "check address and port"),
    "a wrong key": ({"/v1/chat/completions": refusal(401, "No.")}, "/v1", "qwen", "check the key in MY_KEY"),
}


@pytest.mark.parametrize(("there", "base", "name", "words"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("otherwise", [NOT_FOUND, PAGE], ids=["json", "html"])
def test_what_was_asked_and_what_would_work_is_said(there, base, name, words, otherwise, monkeypatch):
    server = FaultServer()
    for first in ("v1", "chat"):
        monkeypatch.setitem(SCENARIOS, first, by_path(there, otherwise))
    card = ModelCard(
        f"own/{name}", name, "own", keys=("MY_KEY",), api_base=f"http://127.0.0.1:{server.port}{base}"
    )
    model = LiteLlmModel(card, api_base=card.api_base, api_key="hunter22hunter22")
    try:
        with pytest.raises(ModelUnavailable) as caught:
            asyncio.run(model.complete(Request((Message("user", ("Hello.",)),))))
    finally:
        server.close()
    said = str(caught.value)
    assert words.format(port=server.port) in said
    assert len(said) <= 300
    assert "<" not in said
