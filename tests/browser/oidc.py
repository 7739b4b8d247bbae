"""A provider of logins (OpenID Connect) on loopback: whoever comes is the next person of a list."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.provider import wait_until

CLIENT, SECRET = "roleless-tests", "client-secret-canary-77aa01"
LASTS_S = 3600


@dataclass
class People:
    """Who logs in, in this order, and what was asked for."""

    coming: list[dict[str, str]]
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each code that was handed out stands for: the person and the nonce."""
    logged_out: int = 0

    async def metadata(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys",
                "end_session_endpoint": f"{base}/out",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**self.coming.pop(0), "nonce": asked["nonce"]}
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        now = int(time.time())
        claims = {
            "iss": str(request.base_url).rstrip("/"), "aud": CLIENT, "iat": now, "exp": now + LASTS_S,
            **self.codes.pop(str(form["code"])),
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": signed})

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def out(self, request: Request) -> Response:
        self.logged_out += 1
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def logins(coming: Sequence[dict[str, str]]) -> Iterator[tuple[People, str]]:
    """The provider; yields the people and its address."""
    people = People([*coming])
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", people.metadata),
            Route("/authorize", people.authorize),
            Route("/token", people.token, methods=["POST"]),
            Route("/keys", people.keys),
            Route("/out", people.out),
        ]
    )
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield people, f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def secrets_for(port: int, provider: str) -> str:
    """The secrets of a dashboard on a port that sends people there."""
    return (
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "cookie-secret-canary-5d1e02"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
