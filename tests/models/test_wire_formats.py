"""Every provider is asked where its variables point, in its own wire format: real HTTP over loopback."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from swarm.config import PROJECT, Settings, read_settings
from swarm.models.catalogue import open_model
from swarm.models.litellm import library
from swarm.models.model import Message, Request
from tests.fault_server import SCENARIOS, FaultServer, chat, claude, gemini_says, reply
from tests.patience import PATIENCE_S

pytestmark = [
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
]
OPENAI = ("/v1/chat/completions", reply(chat("Hello from here.")))
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello from here."}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 9, "outputTokens": 4, "totalTokens": 13},
}
CLAUDE = reply(claude(content=[{"type": "text", "text": "Hello from here."}]))
HELLO = reply(
    {
        "model": "llama3.2",
        "message": {"role": "assistant", "content": "Hello from here."},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 9,
        "eval_count": 4,
    }
)
ROWS = {
    # variables: model, path that is asked, reply, where the key is
    "OPENAI_BASE_URL …/v1": ("openai/gpt-4.1-mini", {"OPENAI_API_KEY": "KEY"}, *OPENAI, "authorization"),
    "ANTHROPIC_BASE_URL": (
        "anthropic/claude-haiku-4-5",
        {"ANTHROPIC_API_KEY": "KEY"},
        "/v1/messages",
        CLAUDE,
        "x-api-key",
    ),
    "GEMINI_API_BASE …/v1beta": (
        "gemini/gemini-2.5-flash",
        {"GEMINI_API_KEY": "KEY"},
        "/v1beta/models/gemini-2.5-flash:generateContent",
        gemini_says("Hello from here.", "STOP"),
        "x-goog-api-key",
    ),
    "OLLAMA_API_BASE": ("ollama_chat/llama3.2", {}, "/api/chat", HELLO, None),
    "AZURE_API_BASE": (
        "azure/team",
        {"AZURE_API_KEY": "KEY", "AZURE_API_VERSION": "2024-10-21"},
        "/openai/deployments/team/chat/completions",
        OPENAI[1],
        "api-key",
    ),
    "DEEPSEEK_API_BASE …/v1": (
        "deepseek/deepseek-chat",
        {"DEEPSEEK_API_KEY": "KEY"},
        *OPENAI,
        "authorization",
    ),
    "ZAI_API_BASE …/v1": ("zai/glm-4.6", {"ZAI_API_KEY": "KEY"}, *OPENAI, "authorization"),
    "OPENROUTER_API_BASE …/v1": (
        "openrouter/meta-llama/llama-3.3-70b",
        {"OPENROUTER_API_KEY": "KEY"},
        *OPENAI,
        "authorization",
    ),
    "HOSTED_VLLM_API_BASE …/v1": (
        "hosted_vllm/qwen",
        {"HOSTED_VLLM_API_KEY": "KEY"},
        *OPENAI,
        "authorization",
    ),
    "LM_STUDIO_API_BASE …/v1": ("lm_studio/qwen", {"LM_STUDIO_API_KEY": "KEY"}, *OPENAI, "authorization"),
    "AWS_BEDROCK_RUNTIME_ENDPOINT": (
        "bedrock/anthropic.claude-3-haiku-20240307-v1:0",
        {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "KEY", "AWS_REGION_NAME": "us-east-1"},
        "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
        reply(CONVERSE),
        None,
    ),
    "GIGACHAT_API_BASE …/v1": (
        "gigachat/GigaChat-2",
        {"GIGACHAT_ACCESS_TOKEN": "KEY"},
        *OPENAI,
        "authorization",
    ),
}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    library()
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


def ask(runner: asyncio.Runner, settings: Settings, model: str) -> str:
    request = Request((Message("user", ("Hello.",)),), max_tokens=60, timeout_s=PATIENCE_S)
    opened = open_model(model, settings, pace="instant")
    return runner.run(asyncio.wait_for(opened.complete(request), PATIENCE_S)).text


@pytest.mark.parametrize(
    ("row", "model", "keys", "path", "said", "header"), [(row, *rest) for row, rest in ROWS.items()], ids=ROWS
)
def test_a_provider_is_asked_where_its_variable_points(
    runner, server, monkeypatch, settings, row, model, keys, path, said, header
):
    variable, _, ending = row.partition(" …")
    for name, value in {**keys, variable: f"http://127.0.0.1:{server.port}{ending}"}.items():
        monkeypatch.setenv(name, value.replace("KEY", "hunter22hunter22"))
    monkeypatch.setitem(SCENARIOS, path.split("/")[1], lambda asked: said)
    assert ask(runner, read_settings(), model) == "Hello from here."
    # LiteLLM looks up what Ollama knows of a model; those are no messages.
    [asked] = [each for each in server.requests if each.path != "/api/show"]
    assert asked.path.partition("?")[0] == path
    if header:
        assert "hunter22hunter22" in asked.header(header)


def test_every_row_of_the_table_has_its_test():
    text = (PROJECT / "docs" / "models.md").read_text(encoding="utf-8")
    assert [row for row in ROWS if f"| `{row.partition(' …')[0]}" not in text] == []


OWN = """
[[models]]
id = "home/wise"
label = "Home"
family = "home"
keys = ["HOME_KEY"]
served_as = "wise"
structured = "none"
cache = "none"
speaks = "{speaks}"
api_base = "http://127.0.0.1:{port}{ending}"
"""


@pytest.mark.parametrize(
    ("speaks", "ending", "path", "said", "header"),
    [
        ("openai", "/v1", *OPENAI, "authorization"),
        ("anthropic", "", "/v1/messages", CLAUDE, "x-api-key"),
        ("anthropic", "/v1", "/v1/messages", CLAUDE, "x-api-key"),
        (
            "gemini",
            "/v1beta",
            "/v1beta/models/wise:generateContent",
            gemini_says("Hello from here.", "STOP"),
            "x-goog-api-key",
        ),
    ],
)
def test_a_model_of_ones_own_is_asked_in_the_format_it_speaks(
    runner, server, monkeypatch, settings, speaks, ending, path, said, header
):
    (settings.data / "models.toml").write_text(OWN.format(speaks=speaks, port=server.port, ending=ending))
    monkeypatch.setenv("HOME_KEY", "hunter22hunter22")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-another-provider")
    monkeypatch.setitem(SCENARIOS, path.split("/")[1], lambda asked: said)
    assert ask(runner, read_settings(), "home/wise") == "Hello from here."
    # LiteLLM looks up what Ollama knows of a model; those are no messages.
    [asked] = [each for each in server.requests if each.path != "/api/show"]
    assert asked.path.partition("?")[0] == path
    assert "hunter22hunter22" in asked.header(header)
    assert "of-another-provider" not in json.dumps(
        [asked.path, asked.header("authorization"), asked.header("x-api-key")]
    )
