"""Who may come in: this machine, under its own name, from its own pages; others only where people log in."""

import asyncio
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import httpx
import pytest
import streamlit as st
from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest

import app as dashboard_app
from app import SECURITY_HEADERS, OnlyThisMachine, SecurityHeaders
from pages.shared import login
from swarm.config import PROJECT
from swarm.engine.launch import stop
from swarm.errors import BadInput
from swarm.history.store import History
from swarm.security.origins import OwnPagesOnly, comes_from_own_page
from swarm.security.visitors import NEEDED, check_address, login_is_set_up, named_providers, page_after_login
from tests.browser.conftest import serving
from tests.browser.hostile import hostile_run
from tests.browser.looking import Dashboard, look, settled, wait_until
from tests.browser.oidc import SECRET, logins, secrets_for
from tests.patience import PATIENCE_S

PATHS = [
    "/",
    "/run",
    "/health",
    "/_stcore/health",
    "/_stcore/metrics",
    "/media/nothing.csv",
    "/nothing/here",
    "/app/x",
]
STRANGERS = ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80")
COMPLETE = {name: f"https://{name}.example" for name in NEEDED}


def secrets(folder: Path, **auth: str) -> Path:
    path = folder / "secrets.toml"
    path.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in auth.items()))
    return path


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "", None, "roleless.example"])
def test_without_a_login_no_other_machine_is_let_in(address: str | None, tmp_path: Path):
    with pytest.raises(BadInput, match=r"use 127\.0\.0\.1, or set up a login"):
        check_address(address, paths=[tmp_path / "none.toml"])
    check_address(address, paths=[secrets(tmp_path, **COMPLETE)])


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_login(address: str, tmp_path: Path):
    check_address(address, ["localhost", "127.0.0.1", "[::1]"], [tmp_path / "none.toml"])


@pytest.mark.parametrize("host", ["*", "roleless.example", "*.example", "127.0.0.1.example"])
def test_without_a_login_it_answers_for_no_other_host(host: str, tmp_path: Path):
    """Behind a proxy of this machine everybody would come in."""
    with pytest.raises(BadInput, match=r"use 127\.0\.0\.1, or set up a login"):
        check_address("127.0.0.1", ["localhost", host], [tmp_path / "none.toml"])
    check_address("127.0.0.1", ["localhost", host], [secrets(tmp_path, **COMPLETE)])


@pytest.mark.parametrize("lacking", NEEDED)
def test_half_a_login_is_none_and_says_what_it_lacks(lacking: str, tmp_path: Path):
    half = {name: value for name, value in COMPLETE.items() if name != lacking}
    with pytest.raises(BadInput, match=f"lacks '{lacking}'") as caught:
        login_is_set_up([secrets(tmp_path, **half)])
    assert "example" not in str(caught.value)


def test_several_providers_may_stand_in_tables_of_their_own(tmp_path: Path):
    path = secrets(tmp_path, redirect_uri="https://a", cookie_secret="b")
    rest = "".join(f'{name} = "x"\n' for name in NEEDED[2:])
    path.write_text(f"{path.read_text()}[auth.one]\n{rest}[auth.two]\n{rest}")
    assert login_is_set_up([tmp_path / "none.toml", path])
    assert named_providers([path]) == ["one", "two"]
    assert named_providers([secrets(tmp_path, **COMPLETE)]) == []


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path: Path):
    (tmp_path / "secrets.toml").write_text("[auth")
    with pytest.raises(BadInput, match="cannot be read as TOML"):
        check_address("0.0.0.0", paths=[tmp_path / "secrets.toml"])


def test_a_dashboard_for_everybody_does_not_start_and_says_why(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.address", "0.0.0.0", "--server.port", str(port), "--server.headless", "true"]
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=PROJECT,
        env=dict(settings.environment) | {"ROLELESS_DATA": str(settings.data)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1
    assert "Roleless does not start: the dashboard would listen on '0.0.0.0'" in done.stderr


def test_it_is_bound_to_this_machine_unless_told_otherwise():
    config = (PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert re.search(r'^address = "127\.0\.0\.1"$', config, re.MULTILINE)
    assert "enableXsrfProtection" not in config
    assert "enableCORS" not in config


@pytest.mark.browser
def test_every_answer_has_the_security_headers_and_tells_nothing_of_runs(dashboard: Dashboard):
    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        for path in PATHS:
            answer = client.get(path)
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers.get(name) == value, (path, name)
            assert str(dashboard.settings.data) not in answer.text


@pytest.mark.browser
def test_a_strangers_host_is_refused_on_every_path(dashboard: Dashboard):
    for host in STRANGERS:
        with httpx.Client(base_url=dashboard.url, trust_env=False, headers={"host": host}) as client:
            for path in PATHS:
                assert client.get(path).status_code in (400, 403), path
        assert handshake(dashboard, host, f"http://{host}") in (400, 403)


OTHER_PAGES = (
    "http://127.0.0.1:9999",
    "http://localhost:{port}",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://evil.example",
    "http://127.0.0.1.evil.example:{port}",
    "null",
    "",
)


@pytest.mark.browser
def test_a_page_of_somebody_else_gets_no_session_and_no_answer(dashboard: Dashboard):
    own = dashboard.url.removeprefix("http://")
    port = own.partition(":")[2]
    for host in (own, f"localhost:{port}"):
        assert handshake(dashboard, host, f"http://{host}") == 101
        assert handshake(dashboard, host, None) == 403
    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        for origin in (each.format(port=port) for each in OTHER_PAGES):
            assert handshake(dashboard, own, origin) == 403, origin
            for method, path in (
                ("PUT", "/_stcore/upload_file/a/b"),
                ("DELETE", "/_stcore/upload_file/a/b"),
                ("GET", "/_stcore/health"),
            ):
                assert client.request(method, path, headers={"origin": origin}).status_code == 403, origin


@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_behind_a_proxy_its_own_origin_is_let_in(scheme: str, tmp_path: Path):
    """Where it says by X-Forwarded-Proto that it was asked by https, or where logins come back to it."""
    path = secrets(tmp_path, **COMPLETE | {"redirect_uri": "https://lab.example/oauth2callback"})
    assert page_after_login([tmp_path / "none.toml"]) is None
    told = [page_after_login([path])]

    def lets_in(origin: str, scheme: str = scheme, host: str = "127.0.0.1:8501", trusted=()) -> bool:
        kind = "websocket" if scheme.startswith("ws") else "http"
        headers = [(b"host", host.encode()), (b"origin", origin.encode())]
        return comes_from_own_page({"type": kind, "scheme": scheme, "headers": headers}, trusted)

    assert lets_in("https://lab.example", trusted=told)
    assert lets_in("https://Lab.example:443", scheme=f"{scheme}s", host="lab.example")
    assert not lets_in("https://lab.example", host="lab.example")
    assert not lets_in("https://lab.example:444", trusted=told)
    assert not lets_in("http://lab.example", trusted=told)
    assert OwnPagesOnly in [each.cls for each in dashboard_app.app._user_middleware]


@pytest.mark.browser
def test_an_upload_without_the_pages_own_token_is_refused(dashboard: Dashboard):
    def upload(**headers: str) -> int:
        path = "/_stcore/upload_file/some-session/some-file"
        return client.put(path, files={"f": b"x"}, headers=headers).status_code

    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        assert upload() == 403
        client.get("/_stcore/health")
        token = client.cookies["_streamlit_xsrf"]
        assert upload() == 403
        assert upload(**{"X-Xsrftoken": "2|00000000|" + "0" * 32 + "|1795590020"}) == 403
        # The token is right, and only the session is not.
        assert upload(**{"X-Xsrftoken": token}) == 400


@pytest.mark.browser
def test_what_was_exported_is_found_only_by_whoever_knows_its_content(dashboard: Dashboard, browser):
    """Its address is a hash of the content, 224 bits long; nothing lists them, and what is near it is nothing."""
    hostile_run(dashboard.settings, ["Bread at seven."])
    page = look(browser)
    page.goto(f"{dashboard.url}/history")
    settled(page)
    page.get_by_role("button", name="Export 1 run").click()
    with page.expect_download() as caught:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV").click()
    address = caught.value.url.removeprefix(dashboard.url)
    found = re.fullmatch(r"/media/([0-9a-f]{32,})\.csv(\?.*)?", address)
    assert found, address
    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        assert client.get(address).status_code == 200
        name = found[1]
        other = ("0" if name[0] != "0" else "1") + name[1:]
        for guess in (
            "",
            "runs.csv",
            "1",
            other + ".csv",
            name[:-1] + ".csv",
            "../roleless.duckdb",
            "%2e%2e/journal",
        ):
            answer = client.get(f"/media/{guess}")
            assert answer.status_code >= 400 or "<!doctype html" in answer.text.lower(), guess
            assert name not in answer.text


@pytest.mark.browser
def test_an_edited_address_is_only_text(dashboard: Dashboard, browser):
    hostile_run(dashboard.settings, ["Bread at seven."])
    (dashboard.settings.data / "secret.jsonl").write_text("not for anybody")
    page = look(browser)
    for said in ("../secret", "..%2f..%2fsecret", "/etc/passwd", "x' OR 1=1 --", "[a](http://evil.example)"):
        page.goto(f"{dashboard.url}/run?run={quote(said)}")
        settled(page)
        text = words_of(page, "stMainBlockContainer")
        assert said in text
        assert "not for anybody" not in text
        assert "Bread" not in text
        assert page.locator('[data-testid="stException"]').count() == 0


def handshake(dashboard: Dashboard, host: str, origin: str | None) -> int:
    """Ask for a session as a browser does, or without an origin; returns the status."""
    name, port = dashboard.url.removeprefix("http://").split(":")
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        *([] if origin is None else [f"Origin: {origin}"]),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "",
        "",
    ]
    with socket.create_connection((name, int(port)), timeout=10) as asked:
        asked.sendall("\r\n".join(lines).encode())
        return int(asked.recv(64).split()[1])


def asked(middleware, client: tuple[str, int] | None, kind: str = "http") -> list[dict]:
    """What is said to a client of that address by an application behind a middleware."""
    said: list[dict] = []

    async def application(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message) -> None:
        said.append(dict(message))

    asyncio.run(middleware(application)({"type": kind, "client": client, "headers": []}, receive, send))
    return said


def test_another_machine_is_refused_wherever_a_server_was_told_to_listen(monkeypatch: pytest.MonkeyPatch):
    """`uvicorn app:app --host 0.0.0.0` asks nobody for `server.address`."""
    monkeypatch.setattr(dashboard_app, "login_wanted", lambda: False)
    assert asked(OnlyThisMachine, ("192.0.2.7", 40000))[0]["status"] == 403
    assert asked(OnlyThisMachine, ("192.0.2.7", 40000), "websocket")[0]["type"] == "websocket.close"
    for client in (("127.0.0.1", 1), ("::1", 1), None):
        assert asked(OnlyThisMachine, client)[0]["status"] == 200
    monkeypatch.setattr(dashboard_app, "login_wanted", lambda: True)
    assert asked(OnlyThisMachine, ("192.0.2.7", 40000))[0]["status"] == 200
    assert OnlyThisMachine in [each.cls for each in dashboard_app.app._user_middleware]


def test_an_answer_that_something_went_wrong_has_the_headers_as_well():
    async def broken(scope, receive, send) -> None:
        raise RuntimeError("a bug, with /its/path")

    async def ask() -> httpx.Response:
        through = httpx.ASGITransport(SecurityHeaders(broken), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=through, base_url="http://127.0.0.1") as client:
            return await client.get("/")

    answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "bug" not in answer.text


def test_programs_cannot_drive_the_pages(monkeypatch: pytest.MonkeyPatch):
    """Streamlit's API for agents knows no login of ours."""
    monkeypatch.setattr(st, "get_option", {"server.address": "127.0.0.1", "server.enableAgentApi": True}.get)
    with pytest.raises(SystemExit, match=r"does not start: server\.enableAgentApi"):
        dashboard_app.refuse_strangers()


def test_where_people_log_in_nothing_is_shown_before(monkeypatch: pytest.MonkeyPatch, settings):
    def page() -> None:
        import streamlit as st

        from pages.shared.login import ask_for_login

        ask_for_login()
        st.markdown("The runs")

    monkeypatch.setattr(login, "login_wanted", lambda: True)
    shown = AppTest.from_function(page, default_timeout=PATIENCE_S).run()
    assert [button.label for button in shown.button] == ["Log in"]
    assert "The runs" not in [text.value for text in shown.markdown]


def test_a_page_does_not_go_on_once_somebody_leaves_even_when_it_is_drawn_anew(
    monkeypatch: pytest.MonkeyPatch, settings
):
    def page() -> None:
        import streamlit as st

        from pages.shared.login import ask_for_login

        ask_for_login()
        st.markdown("The runs")

    left: list[bool] = []
    there = SimpleNamespace(get={"is_logged_in": True}.get)
    monkeypatch.setattr(login, "login_wanted", lambda: True)
    monkeypatch.setattr(login, "owner_of_session", lambda: "ada@example.org")
    monkeypatch.setattr(login.st, "user", there)
    monkeypatch.setattr(login.st, "logout", lambda: left.append(True))
    shown = AppTest.from_function(page, default_timeout=PATIENCE_S).run()
    assert "The runs" in [text.value for text in shown.markdown]
    shown.button(key="logout").click().run()
    shown.run()
    assert left == [True, True]
    assert "The runs" not in [text.value for text in shown.markdown]


@pytest.mark.browser
def test_two_people_log_in_and_their_runs_are_theirs(settings, browser, tmp_path: Path):
    people = [{"sub": "17", "email": "ada@example.org"}, {"sub": "kurt-of-house-9"}]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with logins(people) as (provider, address):
        (tmp_path / "secrets.toml").write_text(secrets_for(port, address))
        with serving(
            settings, port=port, options=["--secrets.files", str(tmp_path / "secrets.toml")]
        ) as dashboard:
            ada, kurt = look(browser), look(browser)
            log_in(ada, dashboard, "ada@example.org")
            ada.get_by_role("button", name="Watch a team organize itself").click()
            wait_until(lambda: owners(settings) == ["ada@example.org"] * 2, "two runs of the demo")
            log_in(kurt, dashboard, "kurt-of-house-9")
            run_ids = [row.run_id for row in History(settings).runs()]
            for run_id in run_ids:
                # One that has ended meanwhile cannot be stopped.
                with suppress(BadInput):
                    stop(run_id, settings)
            kurt.goto(f"{dashboard.url}/run?run={run_ids[0]}")
            kurt.get_by_text("Started by").wait_for()
            assert "Started by ada@example.org" in words_of(kurt, "stMainBlockContainer")
            ada.get_by_role("button", name="Log out").click()
            ada.get_by_role("button", name="Log in").wait_for()
            assert provider.logged_out == 1
            assert "kurt-of-house-9" in words_of(kurt, "stSidebarUserContent")
            assert SECRET not in ada.content() + kurt.content()
    kept = b"".join(path.read_bytes() for path in settings.data.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept


def log_in(page: Page, dashboard: Dashboard, name: str) -> None:
    """Go there, see nothing, log in, and be who it is."""
    page.goto(f"{dashboard.url}/history")
    page.get_by_role("button", name="Log in").wait_for()
    assert page.get_by_role("link", name="History").count() == 0
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
    assert name in words_of(page, "stSidebarUserContent")


def words_of(page: Page, part: str) -> str:
    """What a part of the page says, without what keeps it from becoming a link."""
    return page.get_by_test_id(part).inner_text().replace("\u2060", "")


def owners(settings) -> list[str]:
    """Whose the kept runs are."""
    return [row.owner for row in History(settings).runs()]
