"""This file is where models are served as OpenAI serves its own: any client can ask a simulated mind.

Only to this machine: there are no keys, and no limits but those of one request.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import uvicorn
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from swarm.errors import BadInput, FailureKind, ModelUnavailable
from swarm.models.loopback import is_loopback_host
from swarm.models.model import Completion, Message, Model, Request

MAX_BODY_BYTES = 2 * 1024 * 1024
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names a request may use for this machine; others come from web pages that play tricks with DNS."""
CHUNK_CHARS = 80
"""Length of the pieces in which a reply is streamed."""

_STATUS: Mapping[FailureKind, int] = {
    "auth": 401,
    "quota": 429,
    "rate_limit": 429,
    "overloaded": 503,
    "network": 502,
    "timeout": 504,
    "bad_reply": 502,
}
"""HTTP status of a model's failure; 400 for the rest."""

Json: TypeAlias = dict[str, Any]


class _Refused(Exception):
    """A request that gets no reply; shown in OpenAI's shape."""

    def __init__(
        self, status: int, message: str, code: str | None = None, wait_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.wait_s = status, code, wait_s

    def response(self) -> Response:
        kind = "invalid_request_error" if self.status < 429 else "server_error"
        error = {"message": str(self), "type": kind, "param": None, "code": self.code}
        headers = None if self.wait_s is None else {"Retry-After": f"{self.wait_s:g}"}
        return JSONResponse({"error": error}, self.status, headers)


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part] | None = None

    def message(self) -> Message:
        content = self.content or ""
        parts = (content,) if isinstance(content, str) else tuple(part.text for part in content)
        return Message("system" if self.role == "developer" else self.role, parts)


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Ask(BaseModel):
    """What is understood of a request; the rest, such as `response_format`, means nothing here."""

    model: str
    messages: list[_Message] = Field(min_length=1)
    stream: bool | None = False
    stream_options: _StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    max_completion_tokens: int | None = Field(default=None, gt=0)

    def request(self) -> Request:
        max_tokens = self.max_completion_tokens or self.max_tokens
        given: Json = {"temperature": self.temperature, "seed": self.seed, "max_tokens": max_tokens}
        messages = tuple(message.message() for message in self.messages)
        return Request(messages, **{key: value for key, value in given.items() if value is not None})


def make_app(models: Mapping[str, Model]) -> Starlette:
    """Make the application that serves `models` by their ids, or what follows the slash in them."""

    async def chat(http: HttpRequest) -> Response:
        try:
            ask = _read(await _body(http))
            completion = await _complete(_find(models, ask.model), ask.request())
        except _Refused as refused:
            return refused.response()
        if ask.stream:
            return StreamingResponse(_events(ask, completion), media_type="text/event-stream")
        return JSONResponse(_whole(ask, completion))

    async def known(_: HttpRequest) -> Response:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "roleless"} for name in models]
        return JSONResponse({"object": "list", "data": listed})

    async def health(_: HttpRequest) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/models", known),
            Route("/health", health),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_HOSTS, www_redirect=False)],
    )


def serve(host: str, port: int, models: Mapping[str, Model]) -> None:
    """Serve `models` until interrupted.

    Raises:
        BadInput: the host is reachable from other machines.
    """
    if not is_loopback_host(host):
        raise BadInput(f"cannot serve on {host!r}: anybody could ask there. Use 127.0.0.1.")
    uvicorn.run(make_app(models), host=host, port=port, log_level="warning", ws="none")


async def _body(http: HttpRequest) -> bytes:
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _Refused(413, f"the request is longer than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _read(body: bytes) -> _Ask:
    try:
        return _Ask.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise _Refused(400, f"{place}: {fault['msg']}" if place else fault["msg"]) from error


def _find(models: Mapping[str, Model], name: str) -> Model:
    aliases = {full.split("/", 1)[-1]: model for full, model in models.items()}
    model = models.get(name) or aliases.get(name)
    if model is None:
        raise _Refused(404, f"unknown model {name!r}. Known: {', '.join(models)}.", "model_not_found")
    return model


async def _complete(model: Model, request: Request) -> Completion:
    try:
        return await model.complete(request)
    except ModelUnavailable as error:
        status = _STATUS.get(error.kind, 400)
        raise _Refused(status, str(error), error.kind, error.retry_after_s) from error


def _whole(ask: _Ask, completion: Completion) -> Json:
    message = {"role": "assistant", "content": completion.text}
    choice = {"index": 0, "message": message, "finish_reason": completion.finish, "logprobs": None}
    return _head(ask, "chat.completion") | {"choices": [choice], "usage": _usage(completion)}


def _head(ask: _Ask, kind: str) -> Json:
    created = int(time.time())
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": created,
        "model": ask.model,
    }


def _usage(completion: Completion) -> Json:
    usage = completion.usage
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


async def _events(ask: _Ask, completion: Completion) -> AsyncIterator[str]:
    head = _head(ask, "chat.completion.chunk")
    for rest in _chunks(ask, completion):
        yield f"data: {json.dumps(head | rest)}\n\n"
    yield "data: [DONE]\n\n"


def _chunks(ask: _Ask, completion: Completion) -> Iterator[Json]:
    yield _delta({"role": "assistant", "content": ""})
    for start in range(0, len(completion.text), CHUNK_CHARS):
        yield _delta({"content": completion.text[start : start + CHUNK_CHARS]})
    yield _delta({}, completion.finish)
    if ask.stream_options and ask.stream_options.include_usage:
        yield {"choices": [], "usage": _usage(completion)}


def _delta(delta: Json, finish: str | None = None) -> Json:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
