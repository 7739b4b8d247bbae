"""Hostile text of agents in every widget and figure: nothing is fetched, nothing runs, the text stays readable.

Tried with escaping alone and with the Content-Security-Policy alone: each has to be enough.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from swarm.history.store import History
from swarm.teams.storage import kept_teams
from tests.browser.hostile import Listener, hostile_run, hostile_test, listening, payloads
from tests.browser.looking import VIEWS, Dashboard, choose_view, look, settled

pytestmark = pytest.mark.browser
ESCAPING_ALONE = "tests/browser/doors/no_policy.py"
POLICY_ALONE = "tests/browser/doors/no_escaping.py"
UNPROTECTED = "tests/browser/doors/no_protection.py"
OTHER = "20261122-110000-0ther1"
TABS = ("Transcript", "Deliverable", "Verdict", "Measures", "Tokens and cost", "Recipe")


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody else's server."""
    with listening() as found:
        yield found


def hostile_runs(dashboard: Dashboard, listener: Listener) -> str:
    """Two runs, to be set side by side; returns the id of the first. And a team, with its test."""
    hostile_test(dashboard.settings, payloads(listener))
    hostile_run(dashboard.settings, payloads(listener), OTHER)
    return hostile_run(dashboard.settings, payloads(listener))


def stroll(page: Page, dashboard: Dashboard, run_id: str, texts: list[str]) -> Iterator[str]:
    """Go to everything that shows a run: each page, view and tab, what is folded away, and hover boxes."""
    yield visit(page, dashboard, "/")
    visit(page, dashboard, "/history")
    page.get_by_role("combobox", name="Choose by keyboard").click()
    page.get_by_role("option").first.click()
    settled(page)
    yield "a chosen line of the history"
    [team], [test] = kept_teams(dashboard.settings), History(dashboard.settings).experiments()
    for path in (
        f"/?pair={run_id}&pair={OTHER}",
        f"/side_by_side?run={run_id}&run={OTHER}",
        "/experiments",
        f"/experiments?experiment={test.experiment_id}",
        f"/compose?run={run_id}",
        "/drop_my_roles",
        f"/drop_my_roles?team={team}",
        f"/drop_my_roles?experiment={test.experiment_id}",
        f"/run?run={run_id}",
    ):
        visit(page, dashboard, path)
        if path.startswith("/drop"):
            unfold(page)
        yield path
    for view in VIEWS:
        choose_view(page, view)
        point_at_nodes(page)
        yield view
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        settled(page)
        unfold(page)
        yield tab
    write_own(page, dashboard, " ".join(texts))
    yield "own words"


def visit(page: Page, dashboard: Dashboard, path: str) -> str:
    page.goto(dashboard.url + path)
    settled(page)
    # An empty page would be harmless as well.
    page.locator("h1").first.wait_for(state="attached")
    return path


def unfold(page: Page) -> None:
    """Open what is folded away, the first of it."""
    folded = page.locator('[data-testid="stExpander"] details:not([open]) > summary').filter(visible=True)
    for _ in range(min(2, folded.count())):
        folded.first.click()
        settled(page)


def point_at_nodes(page: Page) -> None:
    for node in page.locator(".js-plotly-plot .point").filter(visible=True).all()[:3]:
        node.hover(force=True)


def write_own(page: Page, dashboard: Dashboard, text: str) -> None:
    """Put a text into the mission of one's own."""
    visit(page, dashboard, "/compose")
    page.get_by_text("Your own words").click()
    page.get_by_label("Goal").fill(text)
    page.get_by_label("Goal").press("Control+Enter")
    settled(page)


def has_run(page: Page) -> bool:
    """True when a script of a text has run."""
    return page.evaluate("typeof window.hit") != "undefined"


@pytest.mark.parametrize("dashboard", [ESCAPING_ALONE], indirect=True)
def test_escaping_alone_leaves_nothing_but_text(dashboard, browser, listener):
    run_id = hostile_runs(dashboard, listener)
    page = look(browser)
    tried: list[str] = []
    page.on("request", lambda request: tried.append(request.url) if listener.url in request.url else None)
    made = page.locator(
        f'[href*="{listener.url}"], [src*="{listener.url}"], [href*="evil.example"], [href^="javascript"], .katex'
    )
    for place in stroll(page, dashboard, run_id, payloads(listener)):
        assert not has_run(page), place
        assert made.evaluate_all("all => all.map(it => it.outerHTML)") == [], place
    assert "content-security-policy" not in page.goto(dashboard.url).headers
    assert tried == listener.heard == []


@pytest.mark.parametrize("dashboard", [ESCAPING_ALONE], indirect=True)
def test_a_hostile_text_can_be_read_as_it_was_written(dashboard, browser, listener):
    texts = payloads(listener)
    run_id = hostile_run(dashboard.settings, texts)
    page = look(browser)
    visit(page, dashboard, f"/run?run={run_id}")
    shown = re.sub(r"\s+", " ", page.locator('[data-testid="stMain"]').inner_text())
    for text in texts[:8]:
        assert re.sub(r"\s+", " ", text) in shown


@pytest.mark.parametrize("dashboard", [POLICY_ALONE], indirect=True)
def test_the_policy_alone_lets_nothing_out_and_nothing_run(dashboard, browser, listener):
    run_id = hostile_runs(dashboard, listener)
    page = look(browser)
    for place in stroll(page, dashboard, run_id, payloads(listener)):
        assert not has_run(page), place
    assert listener.heard == []


@pytest.mark.parametrize("dashboard", [UNPROTECTED], indirect=True)
def test_without_protection_the_same_texts_do_fetch(dashboard, browser, listener):
    run_id = hostile_run(dashboard.settings, payloads(listener))
    page = look(browser)
    visit(page, dashboard, f"/run?run={run_id}")
    page.wait_for_timeout(500)
    assert listener.heard
