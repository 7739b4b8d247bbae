"""Who may come in: this machine, under its own name, from its own pages; others only where people log in."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from app import SECURITY_HEADERS
from swarm.config import PROJECT
from swarm.doors import NEEDED, check_address, login_is_set_up
from swarm.errors import BadInput
from tests.browser.looking import Dashboard

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
COMPLETE = {name: f"https://{name}.example" for name in NEEDED}


def secrets(folder: Path, **auth: str) -> Path:
    path = folder / "secrets.toml"
    path.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in auth.items()))
    return path


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "", None, "roleless.example"])
def test_without_a_login_no_other_machine_is_let_in(address: str | None, tmp_path: Path):
    with pytest.raises(BadInput, match=r"use 127\.0\.0\.1, or set up a login"):
        check_address(address, tmp_path / "none.toml")
    check_address(address, secrets(tmp_path, **COMPLETE))


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_login(address: str, tmp_path: Path):
    check_address(address, tmp_path / "none.toml")


@pytest.mark.parametrize("lacking", NEEDED)
def test_half_a_login_is_none_and_says_what_it_lacks(lacking: str, tmp_path: Path):
    half = {name: value for name, value in COMPLETE.items() if name != lacking}
    with pytest.raises(BadInput, match=f"lacks '{lacking}'") as caught:
        login_is_set_up(secrets(tmp_path, **half))
    assert "example" not in str(caught.value)


def test_several_providers_may_stand_in_tables_of_their_own(tmp_path: Path):
    path = secrets(tmp_path, redirect_uri="https://a", cookie_secret="b")
    rest = "".join(f'{name} = "x"\n' for name in NEEDED[2:])
    path.write_text(f"{path.read_text()}[auth.one]\n{rest}[auth.two]\n{rest}")
    assert login_is_set_up(path)


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path: Path):
    (tmp_path / "secrets.toml").write_text("[auth")
    with pytest.raises(BadInput, match="cannot be read as TOML"):
        check_address("0.0.0.0", tmp_path / "secrets.toml")


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
        timeout=60,
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
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"])
def test_a_strangers_host_is_refused_on_every_path(dashboard: Dashboard, host: str):
    with httpx.Client(base_url=dashboard.url, trust_env=False, headers={"host": host}) as client:
        for path in PATHS:
            assert client.get(path).status_code in (400, 403), path
    assert handshake(dashboard, host, f"http://{host}") in (400, 403)


@pytest.mark.browser
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_page_of_somebody_else_gets_no_session(dashboard: Dashboard, origin: str):
    own = dashboard.url.removeprefix("http://")
    assert handshake(dashboard, own, dashboard.url) == 101
    assert handshake(dashboard, own, origin) in (400, 403)


@pytest.mark.browser
def test_an_upload_without_the_pages_own_token_is_refused(dashboard: Dashboard):
    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        answer = client.put("/_stcore/upload_file/some-session/some-file", files={"f": b"x"})
        assert answer.status_code in (400, 403, 404)


@pytest.mark.browser
def test_what_was_exported_is_not_found_by_guessing(dashboard: Dashboard):
    with httpx.Client(base_url=dashboard.url, trust_env=False) as client:
        for guess in ("", "runs.csv", "1", "0" * 64, "../roleless.duckdb", "%2e%2e/journal"):
            answer = client.get(f"/media/{guess}")
            assert answer.status_code >= 400 or "<!doctype html" in answer.text.lower(), guess


def handshake(dashboard: Dashboard, host: str, origin: str) -> int:
    """Ask for a session as a browser does; returns the status."""
    name, port = dashboard.url.removeprefix("http://").split(":")
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin}",
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


def test_where_people_log_in_nothing_is_shown_before(monkeypatch: pytest.MonkeyPatch, settings):
    def page() -> None:
        import streamlit as st

        from pages.shared import login

        login.login_is_set_up = lambda: True
        login.ask_for_login()
        st.markdown("The runs")

    shown = AppTest.from_function(page).run()
    assert [button.label for button in shown.button] == ["Log in"]
    assert "The runs" not in [text.value for text in shown.markdown]
