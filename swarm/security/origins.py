"""Origins: which web pages a request may come from; the server's own ones and those that it was told of."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""The scheme of the page that a request of each scheme belongs to."""
_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> tuple[str, str, int] | None:
    """The scheme, host and port of an address, written in one way; None when it has none of the web.

    Examples:
        >>> origin_of("HTTPS://Lab.example/a"), origin_of("null")
        (('https', 'lab.example', 443), None)
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port


def comes_from_own_page(scope: Scope, trusted: Collection[str] = ()) -> bool:
    """Say whether a request's Origin has the scheme, host and port that were asked, or is one of `trusted`.

    A request without one comes from no other page, but a WebSocket: browsers always tell whose that is.

    Args:
        scope: the request's, as servers give it to applications.
        trusted: origins of pages that are let in, such as "https://lab.example.com" for a proxy in front.
    """
    headers = Headers(scope=scope)
    said = headers.getlist("origin")
    if not said:
        return scope["type"] != "websocket"
    origin = origin_of(said[0]) if len(said) == 1 else None
    asked = origin_of(f"{_HTTP.get(scope.get('scheme', ''), '')}://{headers.get('host', '')}")
    return origin is not None and origin in {asked, *map(origin_of, trusted)}


class OwnPagesOnly:
    """Turns away whatever the pages of others ask, on every path: they can neither read nor change anything."""

    def __init__(self, app: ASGIApp, trusted: Collection[str] = ()) -> None:
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan" or comes_from_own_page(scope, self._trusted):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Pages of others may not ask here.", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})
