"""The dashboard as a web application: its main script, its door, security headers, a health check. Nothing else."""

import hashlib
import re
import sys
from base64 import b64encode
from pathlib import Path

# Sessions that start at the same moment and import these for themselves can find them half imported.
import numpy  # noqa: F401  # pyright: ignore[reportUnusedImport]
import pandas  # noqa: F401  # pyright: ignore[reportUnusedImport]
import plotly.graph_objects  # noqa: F401  # pyright: ignore[reportUnusedImport]
import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.login import login_wanted, secrets_files
from swarm.config import read_settings
from swarm.errors import BadInput
from swarm.security.logs import keep_out_of_logs, keep_out_of_tracebacks
from swarm.security.loopback import is_loopback_host
from swarm.security.origins import OwnPagesOnly
from swarm.security.visitors import check_address, page_after_login

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
    """Adds the security headers to every response, also to the one that says that something went wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = False

        async def send_secured(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                extra = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send_secured)
        except Exception:
            # Whoever catches it further out would answer without the headers.
            if not begun:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_secured)
            raise


class OnlyThisMachine:
    """Turns away other machines as long as nobody has to log in, wherever a server was told to listen."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        client = scope.get("client")
        if client is None or is_loopback_host(client[0]) or login_wanted():
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Only this machine may ask.", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def refuse_strangers() -> None:
    """End the process, with the reason, when others could reach it without a login."""
    if st.get_option("server.enableAgentApi"):
        sys.exit(
            "Roleless does not start: server.enableAgentApi lets programs in that never log in; leave it off"
        )
    try:
        check_address(
            st.get_option("server.address"), st.get_option("server.allowedHosts") or ["*"], secrets_files()
        )
    except BadInput as error:
        sys.exit(f"Roleless does not start: {error}")


def trusted_origins() -> list[str]:
    """List the addresses under which a proxy shows the dashboard: where logins come back to, and those configured."""
    back = page_after_login(secrets_files())
    return [*([back] if back else []), *st.get_option("server.corsAllowedOrigins")]


async def health(request: Request) -> JSONResponse:
    """Tell whoever asks that the dashboard is up."""
    return JSONResponse({"status": "ok"})


def secrets_of_the_environment() -> tuple[str, ...]:
    """Secrets that must never show; ends the process, with the reason, when the environment cannot be read."""
    try:
        return read_settings().secret_values()
    except BadInput as error:
        sys.exit(f"Roleless does not start: {error}")


refuse_strangers()
# Streamlit logs the bugs of pages with all that they say.
keep_out_of_logs(secrets_of_the_environment())
keep_out_of_tracebacks(secrets_of_the_environment())
app = st.App(
    "pages/frame/menu.py",
    routes=[Route("/health", health)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(OnlyThisMachine),
        # Streamlit asks a session for its host, not other requests: a page elsewhere could play tricks with DNS.
        Middleware(
            TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts"), www_redirect=False
        ),
        # Streamlit lets in any page of this machine, whatever its port, and whoever does not say where they come from.
        Middleware(OwnPagesOnly, trusted=trusted_origins()),
    ],
)
