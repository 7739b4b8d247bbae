"""What is served answers this machine, or whoever brings the token; nobody else, by no name, from no page."""

import asyncio
import os
import re
import socket
import subprocess
import sys

import httpx
import pytest

from swarm.config import PROJECT, read_settings
from swarm.errors import BadInput
from swarm.models.scripted import ScriptedModel
from swarm.serve import make_app
from swarm.serve.access import MIN_TOKEN_CHARS, Access, access_to
from tests.patience import PATIENCE_S
from tests.provider import wait_until

TOKEN = "token-3b9a0c5d7e21"
ASKED = {"model": "sim/strong", "messages": [{"role": "user", "content": "hello"}]}


def reply_to(access: Access, path: str = "/v1/models", host: str = "127.0.0.1:8600", method="GET", **headers):
    app = make_app({"sim/strong": ScriptedModel("sim/strong", lambda request: "hi")}, None, access)

    async def exchange():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(
                method, path, headers=headers, json=ASKED if method == "POST" else None
            )

    return asyncio.run(exchange())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.com", ""])
def test_serving_other_machines_without_a_token_is_refused(host: str):
    with pytest.raises(BadInput, match=r"Use 127\.0\.0\.1, or set ROLELESS_TOKEN"):
        access_to(host, "", ["example.com"])


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.2"])
def test_a_short_token_is_refused_and_not_repeated(host: str):
    with pytest.raises(BadInput, match=f"at least {MIN_TOKEN_CHARS}") as caught:
        access_to(host, TOKEN[: MIN_TOKEN_CHARS - 1])
    assert TOKEN[:8] not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_listening_everywhere_needs_a_name(host: str):
    with pytest.raises(BadInput, match="--allow-host"):
        access_to(host, TOKEN)
    assert "lab.example.com" in access_to(host, TOKEN, ["lab.example.com"]).hosts


@pytest.mark.parametrize("name", ["*", "*.example.com", "http://example.com", "", "a b"])
def test_a_further_name_is_a_plain_name(name: str):
    with pytest.raises(BadInput, match="--allow-host"):
        access_to("0.0.0.0", TOKEN, [name])


def test_the_token_is_not_part_of_what_is_printed():
    assert TOKEN not in repr(access_to("127.0.0.1", TOKEN))


def test_on_loopback_nothing_is_asked_for_unless_a_token_is_set():
    assert reply_to(access_to("127.0.0.1")).status_code == 200
    assert reply_to(access_to("127.0.0.1", TOKEN)).status_code == 401


@pytest.mark.parametrize("path", ["/v1/models", "/health", "/v1/chat/completions", "/nowhere"])
@pytest.mark.parametrize(
    "given",
    [None, "", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", "Bearer ünï"],
)
def test_without_the_right_token_nothing_is_answered(path: str, given: str | None):
    headers = {} if given is None else {"authorization": given.encode("latin-1")}
    reply = reply_to(
        access_to("127.0.0.1", TOKEN), path, method="POST" if "chat" in path else "GET", **headers
    )
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert reply.json()["error"]["code"] == "invalid_api_key"
    assert TOKEN not in reply.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_the_token_everything_is_answered(scheme: str):
    reply = reply_to(
        access_to("127.0.0.1", TOKEN),
        "/v1/chat/completions",
        method="POST",
        authorization=f"{scheme} {TOKEN}",
    )
    assert reply.json()["choices"][0]["message"]["content"] == "hi"


def test_a_public_server_is_called_by_its_names_only():
    access = access_to("192.168.1.2", TOKEN, ["lab.example.com"])
    statuses = [
        reply_to(access, host=f"{host}:8600", authorization=f"Bearer {TOKEN}").status_code
        for host in ("192.168.1.2", "lab.example.com", "localhost", "evil.example.com", "192.168.1.3")
    ]
    assert statuses == [200, 200, 200, 400, 400]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8600", 200),
        ("http://127.0.0.1:9999", 403),
        ("http://localhost:8600", 403),
        ("https://127.0.0.1:8600", 403),
        ("http://127.0.0.1", 403),
        ("https://evil.example.com", 403),
        ("http://127.0.0.1.evil.com:8600", 403),
        ("null", 403),
        ("", 403),
        ("http://[x", 403),
    ],
)
def test_a_web_page_can_ask_only_where_it_came_from(origin: str, status: int):
    for method, path in (("GET", "/v1/models"), ("POST", "/v1/chat/completions")):
        assert reply_to(access_to("127.0.0.1"), path, method=method, origin=origin).status_code == status


def test_a_page_of_a_name_that_was_allowed_can_ask_and_of_one_like_it_cannot():
    access = access_to("0.0.0.0", TOKEN, ["Lab.example.com"])
    pages = ("http://lab.example.com", "http://lab.example.com.evil.example", "http://xlab.example.com")
    replies = [
        reply_to(access, host="lab.example.com", origin=page, authorization=f"Bearer {TOKEN}")
        for page in pages
    ]
    assert [reply.status_code for reply in replies] == [200, 403, 403]


@pytest.mark.parametrize(
    ("host", "names"),
    [("0.0.0.0", ()), ("::", ()), ("", ()), ("192.168.1.2", ("192.168.1.2",)), ("127.0.0.1", ())],
)
def test_a_machine_is_called_by_what_it_was_bound_to_but_not_by_everywhere(host: str, names: tuple[str, ...]):
    assert access_to(host, TOKEN, ["lab.example.com"]) == Access(
        ("127.0.0.1", "localhost", "::1", "[::1]", *names, "lab.example.com"), TOKEN
    )


def test_the_token_comes_from_the_environment():
    assert read_settings({"ROLELESS_TOKEN": f" {TOKEN} "}).serve_token == TOKEN
    assert read_settings({}).serve_token == ""


def test_the_command_serves_with_the_token_and_says_nothing_of_it():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "swarm", "serve", "--port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "ROLELESS_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE_S) as client:

        def answers() -> bool:
            try:
                return client.get("/v1/models").status_code == 401
            except httpx.TransportError:
                return False

        try:
            wait_until(answers)
            listed = client.get("/v1/models", headers={"authorization": f"Bearer {TOKEN}"}).json()
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=PATIENCE_S)
    names = [entry["id"] for entry in listed["data"]]
    assert {"sim/strong", "roleless/sequential-8@sim/strong"} <= set(names)
    assert TOKEN not in said


def test_the_command_refuses_other_machines_without_a_token():
    done = subprocess.run(
        [sys.executable, "-m", "swarm", "serve", "--host", "0.0.0.0"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "ROLELESS_TOKEN" in re.sub(r"\s+", " ", done.stderr)
