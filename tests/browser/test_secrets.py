"""Twenty keys while people look at the dashboard: not in its pages, frames, storage, metrics, files or arguments."""

import json
from collections.abc import Sequence

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.hostile import hostile_run
from tests.browser.looking import Dashboard, look, settled
from tests.canaries import found_in, found_in_arguments, found_in_folder
from tests.security.test_secrets import keys  # noqa: F401

PATHS = ("/", "/compose", "/run?run={run}", "/history", "/models", "/experiments", "/drop_my_roles")


@pytest.mark.browser
@pytest.mark.usefixtures("keys")
def test_no_key_reaches_the_pages_of_two_people(dashboard, browser):
    run_id = hostile_run(dashboard.settings, ["Bread at seven."])
    frames: list[bytes] = []
    for scheme, paths in (("light", PATHS[1::2]), ("dark", PATHS[::2])):
        walk(
            listened(look(browser, scheme=scheme), frames),
            dashboard,
            [path.format(run=run_id) for path in paths],
        )
    nothing_leaked(dashboard, frames)


def listened(page: Page, frames: list[bytes]) -> Page:
    """A page whose WebSocket frames are kept, both ways."""

    def keep(data: bytes | str) -> None:
        frames.append(data if isinstance(data, bytes) else data.encode())

    def listen(socket) -> None:
        socket.on("framereceived", keep)
        socket.on("framesent", keep)

    page.on("websocket", listen)
    return page


def walk(page: Page, dashboard: Dashboard, paths: Sequence[str]) -> None:
    """Open pages, and search what each is made of."""
    for path in paths:
        page.goto(dashboard.url + path)
        settled(page)
        assert found_in(page.content(), path) == []
        assert page.locator('input[type="password"]').count() == 0
    stored = page.evaluate("({...localStorage, ...sessionStorage, cookies: document.cookie})")
    assert found_in(json.dumps(stored), "storage") == []


def nothing_leaked(dashboard: Dashboard, frames: Sequence[bytes]) -> None:
    """Search what went over the wire, what was kept, and what others can ask for."""
    assert len(frames) > 20
    # All at once: what is split between two frames is found as well.
    assert found_in(b"".join(frames), "frames") == []
    for path in ("/_stcore/metrics", "/_stcore/health", "/health", "/_stcore/host-config"):
        assert found_in(httpx.get(dashboard.url + path, trust_env=False).content, path) == []
    assert found_in_arguments() == []
    assert found_in_folder(dashboard.settings.data) == []
