"""A real dashboard on a free port of loopback, and a headless Chromium that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from swarm.config import PROJECT, Settings
from tests.browser.looking import Dashboard, answers, wait_until
from tests.patience import PATIENCE_MS, PATIENCE_S

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

expect.set_options(timeout=PATIENCE_MS)

collect_ignore = ["doors"]
"""Entries of dashboards without protection: importing one takes the escaping of this very process away."""


@pytest.fixture
def dashboard(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Dashboard]:
    """A dashboard with a data folder of its own; a test may name another entry than app.py as parameter."""
    with serving(settings, getattr(request, "param", "app.py")) as served:
        yield served


@contextmanager
def serving(
    settings: Settings, entry: str = "app.py", port: int | None = None, options: Sequence[str] = ()
) -> Iterator[Dashboard]:
    """A dashboard on a port, by default a free one, with options of Streamlit's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", port or 0))
        port = free.getsockname()[1]
    log = settings.data / "dashboard.log"
    command = [sys.executable, "-m", "streamlit", "run", entry, "--server.port", str(port)]
    command += ["--server.headless", "true", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}/health") or process.poll() is not None, "the dashboard answers")
        assert process.poll() is None, log.read_text()
        yield Dashboard(url, settings)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """Playwright, for one test: while it lives its event loop runs, and other tests want loops of their own."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium: that of CHROMIUM, the machine's, or Playwright's own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    started = playwright.chromium.launch(executable_path=found, args=[*QUIET])
    yield started
    started.close()
