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

ANSWER = '{"role": "Baker", "participate": true, "contribution": "Rent the hall."}'


def said(finish="stop", **message):
    """A reply whose message has these members, for which 700 and 60 tokens were used."""
    usage = {"prompt_tokens": 700, "completion_tokens": 60, "total_tokens": 760}
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    return reply(chat(choices=[choice], usage=usage))


def gemini(usage=None, **body):
    """A reply in Gemini's shape, for which 700 tokens were read."""
    return reply(body | {"usageMetadata": {"promptTokenCount": 700, "totalTokenCount": 700} | (usage or {})})


def gemini_says(text, finish):
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}
    return gemini({"candidatesTokenCount": 60, "totalTokenCount": 760}, candidates=[candidate])


def ollama(**counts):
    message = {"role": "assistant", "content": ANSWER}
    return reply({"model": "llama3.2", "message": message, "done": True, "done_reason": "stop", **counts})


def failed_choice(code):
    error = {"code": code, "message": "Upstream idle timeout exceeded"}
    return reply(
        chat(choices=[{"index": 0, "finish_reason": "error", "message": {"content": ""}, "error": error}])
    )


def picky(words, *needs, without=(), status=400):
    """Refuse a request in these words that has one of the members `without` or lacks one of `needs`; else answer."""

    def answer(request):
        body = request.body | {message["role"]: True for message in request.body.get("messages", ())}
        if any(key in body for key in without) or not all(body.get(key) for key in needs):
            return refusal(status, words)
        return STREAM if body.get("stream") else reply(chat(ANSWER))

    return answer


STREAM = reply(
    "".join(
        f"data: {json.dumps(chunk)}\n\n"
        for chunk in (
            {"model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ANSWER[:20]}}]},
            {"model": "m", "choices": [{"index": 0, "delta": {"content": ANSWER[20:]}}]},
            {"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {"model": "m", "choices": [], "usage": USAGE},
        )
    )
    + "data: [DONE]\n\n",
    headers=[("Content-Type", "text/event-stream")],
)

SCENARIOS: dict[str, bytes | Callable] = {
    # Replies that hide their answer, their refusal or their error.
    "parts": said(content=[{"type": "text", "text": ANSWER[:9]}, {"type": "text", "text": ANSWER[9:]}]),
    "parts_thinking": said(
        content=[{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": ANSWER}]
    ),
    "reasoned_empty": said(content="", reasoning_content=ANSWER),
    "reasoned_null": said(content=None, reasoning=f"So: {ANSWER}"),
    "reasoned_only": said(content=None, reasoning_content="Hm."),
    "tool_answer": said(
        "tool_calls",
        content=None,
        tool_calls=[
            {"id": "1", "type": "function", "function": {"name": "json_tool_call", "arguments": ANSWER}}
        ],
    ),
    "streamed": STREAM,
    "200_429": reply({"error": {"message": "Rate limit exceeded: free-models-per-min", "code": 429}}),
    "200_502": reply({"error": {"message": "Provider returned error", "code": 502}}),
    "200_401": reply({"error": {"message": "No auth", "code": "invalid_api_key"}}),
    "200_quota": reply({"error": {"message": QUOTA, "code": "insufficient_quota"}}),
    "200_choice": failed_choice(502),
    "claude_empty": reply(claude(content=[])),
    "gemini_blocked": gemini(promptFeedback={"blockReason": "PROHIBITED_CONTENT"}),
    "gemini_safety": gemini_says("", "SAFETY"),
    "gemini_empty": gemini_says("", "STOP"),
    "gemini_malformed": gemini_says("", "MALFORMED_FUNCTION_CALL"),
    "ollama": ollama(prompt_eval_count=100, eval_count=20),
    "ollama_uncounted": ollama(eval_count=20),
    "ollama_cut": ollama(prompt_eval_count=2048, eval_count=20),
    "ok": reply(chat()),
    "ok_no_usage": reply(chat(usage=None)),
    "usage_null": reply(chat(usage={"prompt_tokens": None, "completion_tokens": None})),
    "usage_negative": used(-5, 20),
    "usage_absurd": used(10**15, 20),
    "usage_text": used("100", 20),
    "usage_fraction": used(100.5, 20),
    "usage_nan": used(float("nan"), 20),
    "usage_zero": used(0, 0),
    "cut_no_usage": reply(chat(finish="length", usage=None)),
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
    # Servers that do not take one of the usual parameters.
    "no_temperature": picky(
        "Unsupported value: 'temperature' does not support 0.25 with this model.", without=["temperature"]
    ),
    "deprecated": picky("`temperature` is deprecated for this model.", without=["temperature"]),
    "no_seed": picky('[{"type":"extra_forbidden","loc":["body","seed"]}]', without=["seed"], status=422),
    "other_max": picky(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_completion_tokens",
        without=["max_tokens"],
    ),
    "no_max": picky(
        "unknown field: max_tokens, max_completion_tokens", without=["max_tokens", "max_completion_tokens"]
    ),
    "no_system": picky("System role not supported", without=["system"]),
    "no_system_500": picky("Jinja Exception: System role not supported", without=["system"], status=500),
    "no_format": picky("response_format is not supported by this model", without=["response_format"]),
    "stream_only": picky("This model only support stream mode, please enable the stream parameter", "stream"),
    "no_two": picky("temperature and seed are not supported", without=["temperature", "seed"]),
    "small_output": lambda request: (
        reply(chat(ANSWER))
        if request.body["max_tokens"] <= 256
        else refusal(400, "max_tokens is too large: 500. This model supports at most 256 completion tokens.")
    ),
}
PICKY = {
    "no_temperature": ("temperature",),
    "deprecated": ("temperature",),
    "no_seed": ("seed",),
    "other_max": ("max_tokens",),
    "no_max": ("max_tokens", "max_completion_tokens"),
    "no_system": ("a system message",),
    "no_system_500": ("a system message",),
    "no_format": ("a JSON schema", "response_format"),
    "stream_only": ("asking for the whole reply at once",),
    "no_two": ("temperature", "seed"),
    "small_output": ("more than 256 tokens of a reply",),
}
"""Servers that do not take one of the usual parameters, and what they are asked without from then on."""


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
