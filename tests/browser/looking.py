"""How tests look at pages: widths, colour schemes, waiting with deadlines, pictures."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from swarm.config import PROJECT, Settings
from tests.patience import PATIENCE_MS, PATIENCE_S

VIEWS = ("Role graph", "Replay", "Timeline", "Hierarchy", "Roles", "Idle agents")
"""Of a run, in their order."""
OUTPUT = PROJECT / "tests" / "output"
PICTURES = bool(os.environ.get("ROLELESS_TEST_PICTURES"))
"""Pictures are kept for people to look at; not always, because taking them takes time."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A running dashboard."""

    url: str
    settings: Settings

    @property
    def log(self) -> Path:
        """What its server says."""
        return self.settings.data / "dashboard.log"

    def logged_no_bug(self) -> bool:
        """Tell whether its server said nothing that has a traceback."""
        return "Traceback" not in self.log.read_text(encoding="utf-8")


def look(browser: Browser, width: int = 1440, scheme: str = "light") -> Page:
    """A page of that width and colour scheme."""
    context = browser.new_context(viewport=size(width), color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def size(width: int) -> ViewportSize:
    """A window of that width."""
    return {"width": width, "height": 1000 if width > 500 else 844}


def widths(page: Page) -> Iterator[int]:
    """The window as wide as it is, and then as wide as the other of two: what was loaded is laid out anew."""
    assert page.viewport_size
    opened = page.viewport_size["width"]
    yield opened
    for width in (390 if opened > 500 else 1440, opened):
        page.set_viewport_size(size(width))
        settled(page)
        if width != opened:
            yield width


def badge(page: Page, word: str) -> Locator:
    """The badge with a word; icons are letters as well, so the word is its end."""
    return page.locator(".stMarkdownBadge", has_text=re.compile(f"{word}$")).first


def settled(page: Page) -> None:
    """Wait until the page's script has run and nothing on it is stale."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    for unfinished in ('[data-stale="true"]', '[data-testid="stSkeleton"]'):
        page.wait_for_selector(unfinished, state="detached")


def fits(page: Page, width: int) -> None:
    """Nothing failed, and nothing is wider than the window; what is drawn anew for it may take a moment."""
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")


def choose_view(page: Page, view: str) -> None:
    """Change to another view of a run, as a person does, and wait until it is there."""
    page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view, exact=True)).first.click()
    page.locator(f".st-key-view-{view.replace(' ', '-')}").wait_for()
    settled(page)


def keep_picture(page: Page, name: str) -> None:
    """Keep what the page looks like, all of it, as a test output, where pictures are wanted."""
    settled(page)
    if not PICTURES:
        return
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / f"{name}.png"
    size = page.viewport_size or {"width": 1440, "height": 1000}
    tall = int(page.locator('[data-testid="stMainBlockContainer"]').evaluate("it => it.scrollHeight")) + 80
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(tall, 4_000))})
    settled(page)
    page.screenshot(path=str(path))
    page.set_viewport_size(size)


def wait_until(happened: Callable[[], bool], what: str, deadline_s: float = PATIENCE_S) -> None:
    """Look again and again until something has happened; fail when the deadline passes."""
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what}"
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether a server answers there."""
    try:
        with urlopen(url, timeout=1) as reply:
            return reply.status == 200
    except (URLError, OSError):
        return False
