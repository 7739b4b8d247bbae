"""The dashboard as a web application: its main script, its door, security headers, a health check. Nothing else."""

import hashlib
import re
import sys
from base64 import b64encode
from pathlib import Path

# Sessions that start at the same moment and import these for themselves can find them half imported.
import numpy  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swarm.doors import check_address
from swarm.errors import BadInput

# Streamlit's page has one script of its own in it; by their digests, no other one runs. `blob:` is how it loads
# the script of a component (pages/shared/figure.js); only a script that runs already can make such an address.
_PAGE = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
_INLINE = [
    hashlib.sha256(found.encode()).digest() for found in re.findall(r"<script>(.*?)</script>", _PAGE, re.S)
]
_SCRIPTS = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in _INLINE)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self' 'unsafe-inline'",
        f"script-src 'self' {_SCRIPTS} 'wasm-unsafe-eval' blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


class SecurityHeaders:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self._app(scope, receive, send_secured if scope["type"] == "http" else send)


def refuse_strangers() -> None:
    """End the process, with the reason, when others could reach it without a login."""
    try:
        check_address(st.get_option("server.address"))
    except BadInput as error:
        sys.exit(f"Roleless does not start: {error}")


async def health(request: Request) -> JSONResponse:
    """Tell whoever asks that the dashboard is up."""
    return JSONResponse({"status": "ok"})


refuse_strangers()
app = st.App(
    "pages/shared/menu.py",
    routes=[Route("/health", health)],
    middleware=[
        Middleware(SecurityHeaders),
        # Streamlit asks a session for its host, not other requests: a page elsewhere could play tricks with DNS.
        Middleware(
            TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts"), www_redirect=False
        ),
    ],
)
