"""The dashboard in a real browser: the main path, two widths, two colour schemes, hostile text."""

import json
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from pages.shared.demo import DEMO_PROTOCOLS, DEMO_SEEDS, demo_spec
from pages.shared.resources import missions
from swarm.config import PROJECT
from swarm.history.store import History
from tests.browser.looking import Dashboard, badge, fits, keep_picture, look, settled, wait_until, widths
from tests.made import keep, told
from tests.recorded import a_turn, events_of

pytestmark = pytest.mark.browser
PAGES = tuple(sorted(path.parent.name for path in (PROJECT / "pages").glob("*/page.py")))
DARK = (390, "dark")
"""A telephone at night: what differs most from what the other tests look at. The other width is taken from there."""


def run_shown(page: Page) -> str:
    """The run the URL names."""
    return parse_qs(urlparse(page.url).query)["run"][0]


def open_page(page: Page, dashboard: Dashboard, path: str = "/") -> None:
    page.goto(dashboard.url + path)
    settled(page)


def test_the_pages_of_an_empty_dashboard(dashboard, browser):
    page = look(browser, *DARK)
    for name in PAGES:
        open_page(page, dashboard, "/" if name == "start" else f"/{name}")
        for wide in widths(page):
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            fits(page, wide)
            keep_picture(page, f"empty-{name}-{wide}-dark")
    assert dashboard.logged_no_bug()


def test_one_button_and_a_team_organizes_itself(dashboard, browser):
    page = look(browser)
    open_page(page, dashboard)
    page.get_by_role("button", name="Watch a team organize itself").dblclick()
    expect(badge(page, "Running")).to_be_visible()
    expect(badge(page, "SIMULATED")).to_be_visible()
    expect(page.get_by_text("What will differ?")).to_be_visible()
    expect(page.get_by_text("is thinking").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    # Whoever works at once is done first; the other team is not held up, nor the view.
    expect(badge(page, "Finished")).to_be_visible()
    expect(badge(page, "Running")).to_be_visible()
    keep_picture(page, "demo-running-1440-light")
    expect(page.get_by_text("Sequential scored")).to_be_visible()
    expect(page.get_by_text("One run of each is an example, not evidence.")).to_be_visible()
    settled(page)
    said = page.get_by_text("Sequential scored").inner_text()
    assert len(History(dashboard.settings).runs()) == 2
    link = page.url
    other = look(browser, *DARK)
    other.goto(link)
    settled(other)
    for wide in widths(other):
        expect(other.get_by_text("Sequential scored")).to_have_text(said)
        expect(other.locator(".js-plotly-plot")).to_have_count(2)
        expect(other.locator(".js-plotly-plot .textpoint").last).to_be_visible()
        fits(other, wide)
        keep_picture(other, f"side-by-side-{wide}-dark")
    other.get_by_role("link", name="Open this run").first.click()
    other.wait_for_url(f"**/run?run={parse_qs(urlparse(link).query)['pair'][0]}")
    settled(other)
    for wide in widths(other):
        expect(other.locator(".js-plotly-plot .textpoint").first).to_be_visible()
        keep_picture(other, f"demo-finished-{wide}-dark")
    open_page(other, dashboard)
    for wide in widths(other):
        expect(other.locator(".js-plotly-plot .textpoint").first).to_be_visible()
        keep_picture(other, f"start-{wide}-dark")


def test_playing_again_shows_another_pair_and_one_can_go_back(dashboard, browser):
    pair = ("20261122-120000-000001", "20261122-120000-000002")
    for run_id, protocol in zip(pair, DEMO_PROTOCOLS, strict=True):
        spec = demo_spec(missions(), dashboard.settings, DEMO_SEEDS[0], protocol)
        keep(dashboard.settings, told(run_id, spec, turns=[a_turn(1)]))
    page = look(browser)
    open_page(page, dashboard, f"/?pair={pair[0]}&pair={pair[1]}")
    page.get_by_role("button", name="Play again").click()
    expect(badge(page, "Running")).to_be_visible()
    assert not {*pair} & {*parse_qs(urlparse(page.url).query)["pair"]}
    page.get_by_role("button", name="Back to Start").click()
    expect(page.get_by_role("button", name="Watch a team organize itself")).to_be_visible()
    expect(page).to_have_url(f"{dashboard.url}/")
    expect(page.get_by_text("What will differ?")).to_have_count(0)


def test_the_clock_ticks_while_a_run_is_running_and_the_page_falls_silent_after(dashboard, browser):
    page = look(browser)
    open_page(page, dashboard, "/compose?agents=6&pace=real")
    expect(page.get_by_text("--pace real")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(badge(page, "Running")).to_be_visible()
    clock = page.locator('[data-testid="stMetricValue"]').last
    for _second in range(3):
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
    expect(badge(page, "Finished")).to_be_visible()
    settled(page)
    app = page.locator('[data-testid="stApp"]')
    expect(app).not_to_have_attribute("data-test-script-state", "running")
    with pytest.raises(TimeoutError):
        page.locator('[data-testid="stApp"][data-test-script-state="running"]').wait_for(timeout=2_500)


def test_compose_run_history_open(dashboard, browser):
    page = look(browser)
    open_page(page, dashboard, "/compose?mission=sepsis-alert&protocol=coordinator&agents=4")
    expect(page.get_by_text("--mission sepsis-alert")).to_be_visible()
    keep_picture(page, "compose-1440-light")
    page.get_by_role("button", name="Run", exact=True).dblclick()
    expect(badge(page, "Finished")).to_be_visible()
    run_id = run_shown(page)
    assert [row.run_id for row in History(dashboard.settings).runs()] == [run_id]
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="Choose by keyboard").click()
    page.get_by_role("option").first.click()
    keep_picture(page, "history-1440-light")
    page.get_by_test_id("stBaseButton-primary").click()
    page.wait_for_url(f"**/run?run={run_id}")
    expect(badge(page, "Finished")).to_be_visible()
    assert dashboard.logged_no_bug()


def test_a_click_on_an_agent_shows_its_turns(dashboard, browser):
    keep(dashboard.settings, events_of([a_turn(n, text=f"Work of {n}.") for n in range(1, 5)]))
    page = look(browser)
    open_page(page, dashboard, "/run?run=20261122-120000-abc123")
    expect(page.get_by_text("Work of 4.")).to_be_visible()
    page.locator(".js-plotly-plot .points path.point").filter(visible=True).nth(2).click(force=True)
    expect(page.get_by_text("Work of 3.")).to_be_visible()
    expect(page.get_by_text("Work of 4.")).to_have_count(0)


def test_a_run_is_handed_out_as_a_file(dashboard, browser):
    keep(dashboard.settings, events_of([a_turn(1, text="Bread."), a_turn(2)]))
    page = look(browser)
    open_page(page, dashboard, "/run?run=20261122-120000-abc123")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything (JSON)").click()
    content = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert content["simulated"] is True
    assert content["record"]["turns"][0]["text"] == "Bread."


def test_a_run_is_deleted_after_two_clicks(dashboard, browser):
    keep(dashboard.settings, events_of([a_turn(1)]))
    page = look(browser)
    open_page(page, dashboard, "/history")
    page.get_by_role("combobox", name="Choose by keyboard").click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No run yet.")).to_be_visible()
    assert not History(dashboard.settings).count()


def test_headers_keep_the_browser_on_this_machine(dashboard, browser):
    page = look(browser)
    reply = page.goto(dashboard.url)
    assert reply is not None
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"


def test_a_restarted_page_finds_the_run_again(dashboard, browser):
    page = look(browser)
    open_page(page, dashboard, "/compose?agents=2")
    page.get_by_text("Seed, pace and organization").click()
    pace = page.get_by_role("radio", name="As real models")
    # Streamlit may lose a click into a fold that is still opening; a person clicks again.
    wait_until(lambda: pace.is_checked() or bool(pace.click()), "the pace is chosen")
    expect(page.get_by_text("--pace real")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(badge(page, "Running")).to_be_visible()
    run_id = run_shown(page)
    page.context.close()
    again = look(browser)
    open_page(again, dashboard, f"/run?run={run_id}")
    expect(badge(again, "Finished")).to_be_visible()
    wait_until(lambda: History(dashboard.settings).run(run_id).status == "finished", "the history knows it")
