"""A call goes over HTTP: one request, a reply of bounded size, no redirects.

It knows no provider. What went over the wire is kept as it was, because client libraries mend
what they read: a missing usage becomes 0, an unknown reason to end becomes "stop".
"""

import ssl
import zlib
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

import httpx

from swarm.security.loopback import is_loopback_host

MAX_REPLY_BYTES = 8 * 1024 * 1024
"""Of a reply, before and after decompression; the longest real ones have a few hundred kilobytes."""

Failure = Literal["unreachable", "broken", "unreadable"]
"""Nothing left; it was cut off half-way; what came is too long or damaged."""

_NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_UNPACKED = ("content-encoding", "content-length", "transfer-encoding")


@dataclass(slots=True)
class Exchange:
    """The traffic over the wire for one call, filled in while it happens."""

    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""
    failure: Failure | None = None
    """How it failed below HTTP."""
    reason: str = ""
    """What the failure said of itself."""
    begun: bool = False
    url: str = ""
    """Where it was sent to, without a query, which may hold a key."""

    @property
    def succeeded(self) -> bool:
        """Tell whether the last request was answered without an error."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def over(self) -> bool:
        """Tell whether nothing more may be sent.

        After a success something may: GigaChat hands out a token first.
        """
        return self.begun and not self.succeeded


EXCHANGE: ContextVar[Exchange | None] = ContextVar("EXCHANGE", default=None)
"""The exchange of the call that is being made in this task."""


class OneRequest(httpx.AsyncBaseTransport):
    """Sends the one request of a call and refuses to send it again."""

    def __init__(self, verify: ssl.SSLContext | bool = True) -> None:
        limits = httpx.Limits(max_connections=None)
        self._client = httpx.AsyncClient(verify=verify, follow_redirects=False, limits=limits)
        # A proxy of the environment is on another machine, where what is asked of this one must not go.
        self._here = httpx.AsyncClient(verify=verify, follow_redirects=False, limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole reply.

        Raises:
            httpx.TransportError: no reply, too big a reply, or the call has already had its request.
        """
        exchange = EXCHANGE.get() or Exchange()
        if exchange.over:
            raise httpx.TransportError("a second request for one call was refused")
        exchange.begun, exchange.status = True, None
        exchange.url = str(request.url.copy_with(query=None, username=None, password=None))
        # Others, such as brotli, cannot be unpacked up to a limit.
        request.headers["accept-encoding"] = "gzip"
        try:
            return await self._exchange(request, exchange)
        except (httpx.TransportError, httpx.DecodingError, zlib.error) as error:
            exchange.failure, exchange.reason = _failure(error), f"{type(error).__name__}: {error}"
            raise httpx.TransportError(exchange.reason) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self._here.aclose()

    async def _exchange(self, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        client = self._here if is_loopback_host(request.url.host) else self._client
        reply = await client.send(request, stream=True)
        try:
            body = unpacked(await _bounded(reply), reply.headers.get("content-encoding", ""))
        finally:
            await reply.aclose()
        exchange.status, exchange.headers, exchange.body = reply.status_code, reply.headers, body
        headers = [
            (name, value) for name, value in reply.headers.multi_items() if name.lower() not in _UNPACKED
        ]
        return httpx.Response(reply.status_code, headers=headers, content=body, request=request)


def _failure(error: Exception) -> Failure:
    if isinstance(error, _NOTHING_LEFT):
        return "unreachable"
    return "broken" if isinstance(error, httpx.TransportError) else "unreadable"


async def _bounded(reply: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in reply.aiter_raw():
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise httpx.DecodingError(f"the reply is longer than {MAX_REPLY_BYTES} bytes")
    return bytes(body)


def unpacked(body: bytes, encoding: str) -> bytes:
    """Undo the compression of a reply, up to `MAX_REPLY_BYTES`.

    Raises:
        httpx.DecodingError: it unpacks to more than that, or it is compressed in a way nobody asked for.
        zlib.error: it is damaged.
    """
    if encoding.strip().lower() in ("", "identity"):
        return body
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError(f"the reply is compressed as {encoding[:40]!r}")
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    plain = unzip.decompress(body, MAX_REPLY_BYTES)
    if unzip.unconsumed_tail:
        raise httpx.DecodingError(f"the reply unpacks to more than {MAX_REPLY_BYTES} bytes")
    return plain + unzip.flush()
