"""OpenAI's shape is spoken: requests are read, replies, refusals and streams are written."""

import json
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from swarm.models.model import Message, Request
from swarm.turn import Usage

MAX_BODY_BYTES = 2 * 1024 * 1024
MOST_STOPS = 16
DONE = "data: [DONE]\n\n"

Json: TypeAlias = dict[str, Any]


class Refused(Exception):
    """A request that gets no reply; shown in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        *,
        wait_s: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.headers = dict(headers or {}) | ({} if wait_s is None else {"Retry-After": f"{wait_s:g}"})

    @property
    def shape(self) -> Json:
        """The refusal as OpenAI writes it."""
        kind = "invalid_request_error" if self.status < 429 else "server_error"
        return {"error": {"message": str(self), "type": kind, "param": None, "code": self.code}}

    def response(self) -> Response:
        """The whole reply to the request."""
        return JSONResponse(self.shape, self.status, self.headers)


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


class _Schema(BaseModel):
    content: dict[str, JsonValue] = Field(alias="schema")


class _Format(BaseModel):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _Schema | None = None

    @property
    def schema_wanted(self) -> dict[str, JsonValue] | None:
        if self.type == "text":
            return None
        return self.json_schema.content if self.json_schema and self.type == "json_schema" else {}


class Ask(BaseModel):
    """The part of a request that is understood; what would change the reply and cannot be is refused by its name."""

    model: str
    messages: list[_Message] = Field(min_length=1)
    stream: bool | None = False
    stream_options: _StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    max_completion_tokens: int | None = Field(default=None, gt=0)
    response_format: _Format | None = None
    n: int | None = Field(default=None, gt=0)
    stop: str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    tool_choice: JsonValue = None
    function_call: JsonValue = None

    @model_validator(mode="after")
    def _can_be_heeded(self) -> Self:
        fault = _fault(self)
        if fault:
            # Not ValueError, of which Pydantic says that it is one.
            raise PydanticCustomError("heeded", "{fault}", {"fault": fault})
        return self

    @property
    def most_tokens(self) -> int | None:
        """The longest reply, in tokens; None: any length."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        """Words before which the reply ends."""
        said = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(filter(None, said))

    @property
    def schema_wanted(self) -> dict[str, JsonValue] | None:
        """The schema of the object that is wanted, empty for any object; None: plain text is wanted."""
        return self.response_format and self.response_format.schema_wanted

    def request(self) -> Request:
        """Make the request for a model."""
        given: Json = {"temperature": self.temperature, "seed": self.seed, "max_tokens": self.most_tokens}
        return Request(self.said(), **{key: value for key, value in given.items() if value is not None})

    def said(self) -> tuple[Message, ...]:
        """The messages, the developer's as the system's."""
        return tuple(message.message() for message in self.messages)

    @property
    def wants_usage(self) -> bool:
        """Say whether a stream is to end with what was used."""
        return self.stream_options is not None and self.stream_options.include_usage


def _fault(ask: Ask) -> str | None:
    """Say which of the things that a request asks for cannot be; None when all can."""
    if (ask.n or 1) > 1:
        return f"n is {ask.n}: one reply is given at a time; ask again for another"
    if ask.logprobs or ask.top_logprobs:
        return "logprobs: nobody here knows how likely its words are; leave it out"
    if ask.tool_choice not in (None, "none", "auto") or ask.function_call not in (None, "none", "auto"):
        return "tool_choice: tools are not called here; leave it out, or say none or auto"
    wanted = ask.response_format
    if wanted and wanted.type == "json_schema" and wanted.json_schema is None:
        return "response_format.json_schema is missing"
    return None


async def read_ask(http: HttpRequest) -> Ask:
    """Read a request.

    Raises:
        Refused: it is not said to be JSON, it is too long, or it makes no sense.
    """
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        # Browsers post other kinds for any page, without asking first whether it may.
        said = repr(kind[:60]) if kind else "missing"
        raise Refused(415, f"the Content-Type is {said}: send JSON, as application/json")
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, f"the request is longer than {MAX_BODY_BYTES} bytes")
    try:
        return Ask.model_validate_json(bytes(body))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise Refused(400, f"{place}: {fault['msg']}" if place else fault["msg"]) from error


def whole(ask: Ask, reply_id: str, text: str, finish: str | None, usage: Usage) -> Json:
    """A reply in one piece."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return _head(ask, reply_id, "chat.completion") | {"choices": [choice], "usage": _in_figures(usage)}


class Stream:
    """The pieces of one reply that is streamed, each as text for the wire."""

    def __init__(self, ask: Ask, reply_id: str) -> None:
        self._head = _head(ask, reply_id, "chat.completion.chunk")
        self._wants_usage = ask.wants_usage

    def begin(self) -> str:
        """Before the first piece."""
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, text: str) -> str:
        """A piece of the reply; nothing for an empty one."""
        return self._chunk({"content": text}) if text else ""

    def end(self, finish: str | None, usage: Usage) -> str:
        """Behind the last piece."""
        used = _event(self._head | {"choices": [], "usage": _in_figures(usage)}) if self._wants_usage else ""
        return self._chunk({}, finish) + used + DONE

    def _chunk(self, delta: Json, finish: str | None = None) -> str:
        return _event(self._head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def broken_off(refused: Refused) -> str:
    """The end of a stream that cannot go on."""
    return _event(refused.shape) + DONE


def comment(text: str) -> str:
    """A line that clients pass over; it keeps the connection busy."""
    # A line end would begin a line that they do not pass over.
    return f": {' '.join(text.split())}\n\n"


def _head(ask: Ask, reply_id: str, kind: str) -> Json:
    return {"id": f"chatcmpl-{reply_id}", "object": kind, "created": int(time.time()), "model": ask.model}


def _in_figures(usage: Usage) -> Json:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def _event(content: Json) -> str:
    return f"data: {json.dumps(content)}\n\n"
