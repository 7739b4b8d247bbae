"""Models, and teams of them, are served as OpenAI serves its own: any client can ask them.

Only to this machine, unless there is a token. A team's run has limits; a simulated mind has but those of one request.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from swarm.errors import FailureKind, ModelUnavailable
from swarm.models.model import Completion, Model, Request
from swarm.serve.access import Access
from swarm.serve.shape import Shaping, object_of
from swarm.serve.teams import PREFIX, Teams
from swarm.serve.telling import reply
from swarm.serve.wire import MAX_BODY_BYTES, Ask, Refused, Stream, read_ask, whole

CHUNK_CHARS = 80
"""Length of the pieces in which a reply is streamed."""
SHUTDOWN_S = 2
"""Requests may go on so long when the server is to end."""

ANSWERED = "POST /v1/chat/completions, GET /v1/models, GET /v1/models/{id} or GET /health"

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


def make_app(
    models: Mapping[str, Model], teams: Teams | None = None, access: Access | None = None
) -> Starlette:
    """Make the application.

    Args:
        models: served by their ids, or what follows the slash in them.
        teams: performs runs for who asks for a team; None: no teams are served.
        access: who may ask; None: this machine.
    """

    async def chat(http: HttpRequest) -> Response:
        try:
            ask = await read_ask(http)
            if teams and ask.model.startswith(PREFIX):
                return await reply(http, ask, teams)
            return await _answer(ask, _find(models, ask.model, teams))
        except Refused as refused:
            return refused.response()

    async def known(_: HttpRequest) -> Response:
        names = [*models, *(teams.usual() if teams else ())]
        return JSONResponse({"object": "list", "data": [_listed(name) for name in names]})

    async def one(http: HttpRequest) -> Response:
        name = http.path_params["name"]
        try:
            await _check(models, name, teams)
        except Refused as refused:
            return refused.response()
        return JSONResponse(_listed(name))

    async def health(_: HttpRequest) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/models", known),
            Route("/v1/models/{name:path}", one),
            Route("/health", health),
        ],
        middleware=(access or Access()).middleware(),
        exception_handlers={404: _elsewhere, 405: _elsewhere},
    )


def serve(host: str, port: int, app: Starlette) -> None:
    """Serve an application until interrupted; who may ask is the application's business."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


async def _elsewhere(http: HttpRequest, error: Exception) -> Response:
    """Say what is answered, to who asks for something else of OpenAI's, such as /v1/responses."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    text = f"{http.method} {http.url.path[:100]} is not answered here. Use {ANSWERED}."
    return Refused(status, text, "unknown_url").response()


def _listed(name: str) -> Mapping[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "roleless"}


async def _answer(ask: Ask, model: Model) -> Response:
    completion = await _complete(model, ask.request())
    shaping = Shaping(ask, None)
    text = object_of(ask, shaping.whole(completion.text))
    completion = replace(completion, text=text, finish=shaping.finish(completion.finish))
    reply_id = secrets.token_hex(12)
    if ask.stream:
        return StreamingResponse(_pieces(Stream(ask, reply_id), completion), media_type="text/event-stream")
    return JSONResponse(whole(ask, reply_id, completion.text, completion.finish, completion.usage))


def _find(models: Mapping[str, Model], name: str, teams: Teams | None) -> Model:
    aliases = {full.split("/", 1)[-1]: model for full, model in models.items()}
    model = models.get(name) or aliases.get(name)
    if model is None:
        known = [*models, *(teams.usual()[:1] if teams else ())]
        raise Refused(404, f"unknown model {name!r}. Known: {', '.join(known)}.", "model_not_found")
    return model


async def _check(models: Mapping[str, Model], name: str, teams: Teams | None) -> None:
    if teams and name.startswith(PREFIX):
        await teams.check(name)
    else:
        _find(models, name, teams)


async def _complete(model: Model, request: Request) -> Completion:
    try:
        return await model.complete(request)
    except ModelUnavailable as error:
        status = _STATUS.get(error.kind, 400)
        raise Refused(status, str(error), error.kind, wait_s=error.retry_after_s) from error


async def _pieces(stream: Stream, completion: Completion) -> AsyncIterator[str]:
    yield stream.begin()
    for start in range(0, len(completion.text), CHUNK_CHARS):
        yield stream.piece(completion.text[start : start + CHUNK_CHARS])
    yield stream.end(completion.finish, completion.usage)


__all__ = ["MAX_BODY_BYTES", "make_app", "serve"]
