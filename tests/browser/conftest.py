"""A real dashboard on a free port of loopback, and a headless Chromium that looks at it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from swarm.config import PROJECT, Settings
from swarm.engine.launch import stop
from swarm.errors import BadInput
from swarm.history.store import History
from tests.browser.looking import Dashboard, answers, wait_until
from tests.browser.warm import Warm
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

UNESCAPED = ("tests/browser/doors/no_escaping.py", "tests/browser/doors/no_protection.py")

expect.set_options(timeout=PATIENCE_MS)

collect_ignore = ["doors"]
"""Entries of dashboards without protection: importing one takes the escaping of this very process away."""


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The process that dashboards are forked from."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def dashboard(settings: Settings, warm: Warm, request: pytest.FixtureRequest) -> Iterator[Dashboard]:
    """A dashboard with a data folder of its own; a test may name another entry than app.py as parameter."""
    entry = getattr(request, "param", "app.py")
    # Where escaping is taken away, it has to be before any page is loaded.
    with serving(settings, entry, warm=None if entry in UNESCAPED else warm) as served:
        yield served
        for row in History(settings).runs():
            if row.status == "running":
                # One that has ended meanwhile cannot be stopped.
                with suppress(BadInput):
                    stop(row.run_id, settings)


@contextmanager
def serving(
    settings: Settings,
    entry: str = "app.py",
    port: int | None = None,
    options: Sequence[str] = (),
    warm: Warm | None = None,
) -> Iterator[Dashboard]:
    """A dashboard on a port, by default a free one, with options of Streamlit's; cold unless forked from a warm one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", port or 0))
        port = free.getsockname()[1]
    log = settings.data / "dashboard.log"
    words = ["run", entry, "--server.port", str(port), "--server.headless", "true", *options]
    process = warm.start(words, log) if warm else cold(words, log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}/health") or process.poll() is not None, "the dashboard answers")
        assert process.poll() is None, log.read_text()
        yield Dashboard(url, settings)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def cold(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """`python -m streamlit` with these words."""
    with log.open("wb") as output:
        command = [sys.executable, "-m", "streamlit", *words]
        return subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """A headless Chromium, that of CHROMIUM, the machine's, or Playwright's own; and the loop Playwright waits in."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*QUIET])
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield started, loop
        asyncio._set_running_loop(loop)
        started.close()


@pytest.fixture
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """The Chromium without pages; Playwright's loop counts as running meanwhile only, for others want their own."""
    started, loop = chromium
    asyncio._set_running_loop(loop)
    yield started
    for context in started.contexts:
        context.close()
    asyncio._set_running_loop(None)
