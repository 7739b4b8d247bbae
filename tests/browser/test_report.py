"""A report in a real browser, opened from a file as from a mail: drawn, harmless, and readable without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from swarm.export import export_run
from tests.browser.hostile import HOSTILE
from tests.browser.looking import look
from tests.export.test_export import record_saying, record_under

pytestmark = pytest.mark.browser
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (it) => violations.push(it.violatedDirective));
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_bytes(export_run(record_under("sequential"), "html"))
    return path


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_report_draws_its_figures_from_the_file_alone(report, browser, width, scheme):
    page = look(browser, width, scheme)
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(VIOLATIONS)
    page.goto(report.as_uri())
    expect(page.locator("[data-figure] .main-svg").first).to_be_visible()
    assert page.locator("[data-figure]").evaluate_all("all => all.every(it => it.querySelector('.main-svg'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert requests == [report.as_uri()]
    assert errors == []
    # The drawing library's style sheet for maps; every other style of its figures is let in.
    assert page.evaluate("violations") == ["style-src-elem"]
    ink = page.locator(".legendtext").first.evaluate("it => getComputedStyle(it).fill")
    assert ink == page.evaluate("getComputedStyle(document.body).color")


def test_a_report_can_be_read_without_scripts(report, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(report.as_uri())
    for heading in ("What happened", "Who did what", "Deliverable", "Verdict", "Transcript", "Recipe"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_hostile_text_stays_text_in_a_report(tmp_path, browser):
    path = tmp_path / "hostile.html"
    path.write_bytes(export_run(record_saying(HOSTILE), "html"))
    page = look(browser)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if "evil" in request.url else None)
    page.goto(path.as_uri())
    expect(page.locator("[data-figure] .main-svg").first).to_be_visible()
    assert_harmless(page)
    assert outside == []


def assert_harmless(page: Page) -> None:
    """Nothing of the payloads became part of the page but as text."""
    assert page.evaluate("typeof window.hit") == "undefined"
    found = page.locator(
        'a[href*="evil"], img[src*="evil"], iframe[src*="evil"], [href^="javascript"], .katex'
    )
    assert found.evaluate_all("all => all.map(it => it.outerHTML)") == []
