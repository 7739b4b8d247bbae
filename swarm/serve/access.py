"""Access to what is served: this machine, or whoever knows the token."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from swarm.errors import BadInput
from swarm.security.loopback import is_loopback_host
from swarm.security.origins import comes_from_own_page
from swarm.serve.wire import Refused

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names a request may use for this machine; others come from web pages that play tricks with DNS."""
MIN_TOKEN_CHARS = 16
_ANY_ADDRESS = ("0.0.0.0", "::", "")
"""Addresses that one binds to in order to listen everywhere; nobody calls a machine so."""


@dataclass(frozen=True, slots=True)
class Access:
    """The people and machines who may ask."""

    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    """Names by which requests may call this machine."""
    token: str = field(default="", repr=False)
    """The token that every request must bring; empty: none."""

    def middleware(self) -> list[Middleware]:
        """Return the checks that stand before the application."""
        return [
            Middleware(TrustedHostMiddleware, allowed_hosts=self.hosts, www_redirect=False),
            Middleware(_Guard, access=self),
        ]


def access_to(host: str, token: str = "", allowed: Sequence[str] = ()) -> Access:
    """Decide who may ask a server that listens on `host`.

    Args:
        host: the address to listen on.
        token: what every request must bring; empty: nothing, which is possible on loopback only.
        allowed: further names by which requests may call this machine.

    Raises:
        BadInput: anybody could ask, or nobody.
    """
    if token and len(token) < MIN_TOKEN_CHARS:
        raise BadInput(f"ROLELESS_TOKEN has {len(token)} characters: give it at least {MIN_TOKEN_CHARS}")
    odd = next((name for name in allowed if not name or set(name) & set("*/@ ")), None)
    if odd is not None:
        raise BadInput(f"--allow-host {odd!r}: give the name of this machine, such as roleless.example.com")
    if is_loopback_host(host):
        return Access((*LOOPBACK_HOSTS, *allowed), token)
    if not token:
        raise BadInput(
            f"cannot serve on {host!r}: anybody could ask there. Use 127.0.0.1, or set ROLELESS_TOKEN to a secret "
            f"of at least {MIN_TOKEN_CHARS} characters that every request must bring."
        )
    if host in _ANY_ADDRESS and not allowed:
        raise BadInput(
            f"cannot serve on {host!r} without a name: say by --allow-host how requests call this machine"
        )
    bound = () if host in _ANY_ADDRESS else (host,)
    return Access((*LOOPBACK_HOSTS, *bound, *allowed), token)


class _Guard:
    """Refuses who does not bring the token, and web pages of others."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        await (refused.response() if refused else self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        # A page that somebody has open could spend money here: browsers send what it posts, and say whose it is.
        if not comes_from_own_page(scope):
            return Refused(403, "web pages of others may not ask here")
        if self._access.token and not self._brings_token(headers):
            return Refused(
                401,
                "this server wants its token: send `Authorization: Bearer` and the value of its ROLELESS_TOKEN",
                "invalid_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return None

    def _brings_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # Bytes, because only those are compared in constant time whatever they are.
        right = secrets.compare_digest(given.strip().encode("latin-1"), self._access.token.encode())
        return scheme.lower() == "bearer" and right
