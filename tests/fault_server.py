"""A provider that misbehaves: real HTTP on loopback, the fault chosen by the first part of the path."""

import gzip
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

HOLD_S = 10.0
"""How long a silent scenario would keep a client that has no deadline of its own."""

SLOW_S = 0.2
TLS_HELLO = b"\x16\x03"

USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


def chat(content="hello", finish="stop", usage=USAGE, **extra):
    """An OpenAI chat completion; `usage=None` leaves it out."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4.1-mini",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}
        ],
    }
    return body | ({} if usage is None else {"usage": usage}) | extra


def claude(**extra):
    """An Anthropic message, with 1000 tokens written to its cache and 2000 read."""
    usage = {"input_tokens": 50, "output_tokens": 30}
    usage |= {"cache_creation_input_tokens": 1000, "cache_read_input_tokens": 2000}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": '{"participate": true}'}],
        "stop_reason": "end_turn",
        "usage": usage,
    } | extra


def reply(body, status=200, headers=(), length=None):
    """An HTTP reply; `length` lies about how long it is."""
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: application/json", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {len(body) if length is None else length}", "", ""]
    return "\r\n".join(lines).encode() + body


def refusal(status, message="no", headers=(), **more):
    return reply({"error": {"message": message, **more}}, status, headers)


def echo_key(request):
    return refusal(401, f"Incorrect API key provided: {request.header('authorization')[7:]}")


def used(prompt, completion):
    return reply(chat(usage={"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": 1}))


def called(name, arguments):
    """A choice in which a tool is called, and nothing is said."""
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"index": 0, "finish_reason": "tool_calls", "message": {"content": None, "tool_calls": [call]}}


def speaking_and(choice):
    """The same choice, with something said as well."""
    return choice | {"message": choice["message"] | {"content": "hello"}}


HALF = json.dumps(chat())[:60]
CONTEXT = "This model's maximum context length is 8192 tokens. Please reduce the length of the messages."
QUOTA = "You exceeded your current quota, please check your plan and billing details."

SCENARIOS: dict[str, bytes | Callable] = {
    "ok": reply(chat()),
    "ok_no_usage": reply(chat(usage=None)),
    "usage_null": reply(chat(usage={"prompt_tokens": None, "completion_tokens": None})),
    "usage_negative": used(-5, 20),
    "usage_absurd": used(10**15, 20),
    "usage_text": used("100", 20),
    "usage_fraction": used(100.5, 20),
    "usage_nan": used(float("nan"), 20),
    "usage_zero": used(0, 0),
    "cached": reply(chat(usage=USAGE | {"prompt_tokens_details": {"cached_tokens": 80}})),
    "cached_too_many": reply(chat(usage=USAGE | {"prompt_tokens_details": {"cached_tokens": 9000}})),
    "null_content": reply(chat(content=None)),
    "list_content": reply(chat(content=[1, 2])),
    "empty_choices": reply(chat(choices=[])),
    "no_choices": reply({"id": "1", "object": "chat.completion"}),
    "error_in_200": reply({"error": {"message": "upstream is sad"}}),
    "html": reply("<html>hello</html>", headers=[("Content-Type", "text/html")]),
    "empty": reply(""),
    "not_utf8": reply(json.dumps(chat("caf#")).encode().replace(b"#", b"\xe9")),
    "truncated": reply(HALF),
    "cut": reply(HALF, length=5000),
    "closed": b"",
    "huge": reply(chat("x" * 9_000_000)),
    "bomb": reply(
        gzip.compress(json.dumps(chat("x" * 50_000_000)).encode()),
        headers=[("Content-Encoding", "gzip")],
    ),
    "gzip": reply(gzip.compress(json.dumps(chat()).encode()), headers=[("Content-Encoding", "gzip")]),
    "bad_gzip": reply(b"\x1f\x8bnonsense", headers=[("Content-Encoding", "gzip")]),
    "400": refusal(400, "response_format is not supported by this model"),
    "400_context": refusal(400, CONTEXT, code="context_length_exceeded"),
    "400_content": refusal(400, "Rejected by our safety system", code="content_policy_violation"),
    "400_credit": refusal(400, "Your credit balance is too low to access the API."),
    "401_echo": echo_key,
    "402": refusal(402, "Insufficient Balance"),
    "403": refusal(403),
    "404": refusal(404, "The model does not exist"),
    "409": refusal(409),
    "413": refusal(413),
    "418": refusal(418),
    "422": refusal(422, json.dumps({"detail": [{"loc": ["body", "seed"], "msg": "extra"}]})),
    "429": refusal(429, "slow down", [("Retry-After", "1")]),
    "429_date": refusal(429, "slow down", [("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")]),
    "429_nonsense": refusal(429, "slow down", [("Retry-After", "-3")]),
    "429_bare": refusal(429, "slow down"),
    "429_gemini": refusal(429, QUOTA, details=[{"retryDelay": "20.5s"}]),
    "429_quota": refusal(429, QUOTA, code="insufficient_quota"),
    "429_day": refusal(429, "Rate limit reached on requests per day (RPD). Please try again in 7m10s."),
    "429_ms": refusal(429, "slow down", [("Retry-After-Ms", "250"), ("Retry-After", "1")]),
    "429_words": refusal(429, "Limit 30000 tokens per min. Please try again in 1m20.5s. Visit us."),
    "503_loading": refusal(503, "Loading model", type="unavailable_error"),
    "503_busy": refusal(503, "server busy, please try again"),
    "500": refusal(500),
    "502_html": reply("<html>bad gateway</html>", 502),
    "503_empty": reply("", 503),
    "529": refusal(529, "Overloaded"),
    "silent": lambda request: time.sleep(HOLD_S) or b"",
    "redirect": reply("", 307, [("Location", "/ok/chat/completions")]),
    "redirect_get": reply("", 302, [("Location", "/ok/chat/completions")]),
    "other_model": reply(chat(model="gpt-9")),
    "crowd": reply(chat()),
    "refusal": reply(
        chat(
            choices=[
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"content": None, "refusal": "I will not."},
                }
            ]
        )
    ),
    "length": reply(chat(finish="length")),
    "content_filter": reply(chat(content=None, finish="content_filter")),
    "banana": reply(chat(finish="banana")),
    "finish_null": reply(chat(finish=None)),
    "models_list": reply(
        {
            "data": [
                {"id": "llama3.2"},
                {"id": "qwen"},
                {"id": 7},
                {"id": "a" * 900},
                {"id": "b\nc"},
                None,
            ]
        }
    ),
    "claude": reply(claude()),
    "claude_refusal": reply(claude(stop_reason="refusal")),
    "claude_529": reply(
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, 529
    ),
    "claude_cut": reply(json.dumps(claude())[:60], length=5000),
    "claude_redirect": reply("", 307, [("Location", "/claude/v1/messages")]),
    "408": refusal(408, "took too long"),
    "429_far": refusal(429, "slow down", [("Retry-After", "86400")]),
    "429_html": reply("<html>slow down</html>", 429, [("Retry-After", "2")]),
    "451": refusal(451),
    "503_wait": refusal(503, "busy", [("Retry-After", "3")]),
    "504": refusal(504, "gateway timeout"),
    "redirect_loop": reply("", 307, [("Location", "/redirect_loop/chat/completions")]),
    "redirect_away": reply("", 308, [("Location", "http://198.51.100.7/v1/chat/completions")]),
    "tool_call": reply(chat(choices=[called("look_up", '{"a": 1}')])),
    "tool_call_broken": reply(chat(choices=[called(None, "{not json")])),
    "tool_call_object": reply(chat(choices=[called("look_up", {"a": 1})])),
    "tool_call_besides": reply(chat(choices=[speaking_and(called("look_up", "{}"))])),
    "choices_null": reply(chat(choices=None)),
    "message_null": reply(chat(choices=[{"index": 0, "finish_reason": "stop", "message": None}])),
    "two_choices": reply(chat(choices=[*chat("first")["choices"], *chat("second")["choices"]])),
    "duplicate_keys": reply('{"choices": [], ' + json.dumps(chat())[1:]),
    "wrong_type": reply(chat(), headers=[("Content-Type", "text/plain")]),
    "bom": reply(b"\xef\xbb\xbf" + json.dumps(chat()).encode()),
    "utf16": reply(json.dumps(chat()).encode("utf-16")),
    "utf16_cut": reply(json.dumps(chat()).encode("utf-16")[:-1]),
    "nul": reply(chat("a\u0000b")),
    "half_character": reply(json.dumps(chat()).replace("hello", "\\ud800")),
    "json_text": reply('"hello"'),
    "json_list": reply("[1, 2]"),
    "deep": reply("[" * 100_000 + "]" * 100_000),
    "long_number": reply(json.dumps(chat()).replace("120", "1" * 5_000)),
    "stream_instead": reply(
        'data: {"choices": []}\n\ndata: [DONE]\n\n', headers=[("Content-Type", "text/event-stream")]
    ),
    "not_http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "status_only": b"HTTP/1.1 200 OK\r\n\r\n",
    "many_headers": b"HTTP/1.1 200 OK\r\n"
    + b"X-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 50_000
    + b"\r\n",
    "long_header": b"HTTP/1.1 200 OK\r\nX-Header: " + b"a" * 10_000_000 + b"\r\n\r\n",
    "usage_infinite": reply(json.dumps(chat()).replace('"prompt_tokens": 100', '"prompt_tokens": 1e999')),
    "usage_switch": used(True, 20),
}


class Received:
    """One request as it arrived."""

    def __init__(self, head: str, body: bytes):
        first, *lines = head.split("\r\n")
        self.path = first.split(" ")[1]
        self.scenario = self.path.split("/")[1]
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.raw = body

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def body(self):
        return json.loads(self.raw)


class FaultServer:
    """Serves `SCENARIOS` until closed; `base(scenario)` is the address to ask."""

    def __init__(self):
        self.requests: list[Received] = []
        self.crowd = 0
        self.most_at_once = 0
        self._now = 0
        self._counting = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def base(self, scenario: str) -> str:
        return f"http://127.0.0.1:{self.port}/{scenario}"

    @property
    def hits(self) -> Counter:
        """Requests to a model; those for a list of models are not counted."""
        return Counter(request.scenario for request in self.requests if request.raw)

    def wait_for(self, count: int):
        """Return when that many requests have arrived; after a while, whatever has."""
        with self._counting:
            self._counting.wait_for(lambda: len(self.requests) >= count, HOLD_S)

    def close(self):
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        with connection, suppress(OSError):
            request = receive(connection)
            self.requests.append(request)
            self._count(1)
            if request.scenario in LASTING:
                LASTING[request.scenario](connection)
                return
            scenario = SCENARIOS.get(request.scenario, refusal(404, "no such scenario"))
            if request.scenario == "crowd":
                self._gather()
            answer = scenario(request) if callable(scenario) else scenario
            # Before the answer, after which the client may send the next request at once.
            self._count(-1)
            connection.sendall(answer)

    def _gather(self):
        """Return when `crowd` requests are here at once, and one more, for which it does not wait long."""
        with self._counting:
            self._counting.wait_for(lambda: self.most_at_once >= self.crowd, HOLD_S)
            self._counting.wait_for(lambda: self.most_at_once > self.crowd, SLOW_S)

    def _count(self, change: int):
        with self._counting:
            self._now += change
            self.most_at_once = max(self.most_at_once, self._now)
            self._counting.notify_all()


def receive(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or _gone()
        if data.startswith(TLS_HELLO):
            # As servers answer that speak no TLS.
            connection.sendall(refusal(400, "this is a server for plain HTTP"))
            _gone()
    head, _, body = data.partition(b"\r\n\r\n")
    request = Received(head.decode(), body)
    while len(request.raw) < int(request.header("content-length") or 0):
        request.raw += connection.recv(65536) or _gone()
    return request


def drip(connection: socket.socket):
    """Send a byte now and then, for ever, so that no timeout between two bytes ever ends it."""
    connection.sendall(reply("", length=1_000_000))
    give_up_s = time.monotonic() + HOLD_S
    while time.monotonic() < give_up_s:
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_headers(connection: socket.socket):
    """Send a header that never ends, a byte now and then."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    give_up_s = time.monotonic() + HOLD_S
    while time.monotonic() < give_up_s:
        connection.sendall(b"a")
        time.sleep(0.05)


def fall_silent(connection: socket.socket):
    """Send half of a reply, and then nothing."""
    connection.sendall(reply(HALF, length=5000))
    time.sleep(HOLD_S)


def ping(connection: socket.socket):
    """Send signs of life for ever, and never a reply."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head)
    give_up_s = time.monotonic() + HOLD_S
    while time.monotonic() < give_up_s:
        connection.sendall(b"8\r\n: ping\n\n\r\n")
        time.sleep(0.05)


def go_on_for_ever(connection: socket.socket):
    """Send a body without an end, as fast as it is taken."""
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    give_up_s = time.monotonic() + HOLD_S
    while time.monotonic() < give_up_s:
        connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")


def reset(connection: socket.socket):
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


LASTING: dict[str, Callable[[socket.socket], None]] = {
    "drip": drip,
    "drip_headers": drip_headers,
    "half_then_silent": fall_silent,
    "pings": ping,
    "endless": go_on_for_ever,
    "reset": reset,
}
"""Scenarios that are more than an answer."""


def _gone():
    raise ConnectionError("the client is gone")
