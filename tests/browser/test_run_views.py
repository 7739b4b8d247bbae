"""The views of one run in a real browser: pointing, clicking, unfolding, playing, and links to a moment."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import (
    VIEWS,
    Dashboard,
    choose_view,
    keep_picture,
    look,
    settled,
    wait_until,
    widths,
)
from tests.made import keep
from tests.organization.test_moments import spoken
from tests.recorded import events_of

pytestmark = pytest.mark.browser
RUN = "20261122-120000-abc123"
ROLES = ("Baker", "Site scout", "Accountant", "Permit clerk", "Flour buyer", "Night baker", "Shop keeper")
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
FITS = """width => document.documentElement.scrollWidth <= width
    && [...document.querySelectorAll(".js-plotly-plot")].every(it => it.scrollWidth <= it.clientWidth)"""
NODES = ".js-plotly-plot .points path.point"


def keep_team(dashboard: Dashboard, agents: int, **more) -> None:
    """A run in which every agent builds on the one before it, and every ninth abstains."""
    turns = [
        spoken(n, n - 1, n, action="abstain")
        if n % 9 == 0
        else spoken(
            n, n - 1, n, role=ROLES[n % 7], text=f"Work of {n}.", builds_on=[n - 1] if n % 9 > 1 else []
        )
        for n in range(1, agents + 1)
    ]
    keep(dashboard.settings, events_of(turns, **more))


def open_view(page: Page, dashboard: Dashboard, view: str = "Role graph", more: str = "") -> None:
    page.goto(f"{dashboard.url}/run?run={RUN}&view={view.replace(' ', '+')}{more}")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def moment_of(page: Page) -> str:
    """The moment that the page's address leads to."""
    return parse_qs(urlparse(page.url).query).get("moment", [""])[0]


def shown_moment(page: Page) -> str | None:
    """The moment that the replay shows."""
    return page.locator(".js-plotly-plot").get_attribute("aria-valuenow")


@pytest.mark.parametrize(
    ("agents", "opened", "scheme"), [(1, *LOOKS[3]), (8, *LOOKS[0]), (64, *LOOKS[2]), (256, *LOOKS[1])]
)
def test_every_view_fits_the_screen_for_every_size_of_team(dashboard, browser, agents, opened, scheme):
    keep_team(dashboard, agents)
    page = look(browser, opened, scheme)
    open_view(page, dashboard)
    for view in VIEWS:
        choose_view(page, view)
        for width in widths(page):
            expect(page.locator('[data-testid="stException"]')).to_have_count(0)
            page.wait_for_function(FITS, arg=width)
            keep_picture(page, f"view-{view.split()[0].lower()}-{agents}-{width}-{scheme}")


@pytest.mark.parametrize(
    ("ending", "action"), [("failed", "failed"), ("stopped", "unparsed"), ("finished", "abstain")]
)
def test_every_view_of_an_unhappy_run_says_what_there_is(dashboard, browser, ending, action):
    turns = [spoken(n, n - 1, n, action=action) for n in range(1, 4)]
    keep(dashboard.settings, events_of(turns, agents=5, ending=ending))
    page = look(browser, 390, "dark")
    open_view(page, dashboard)
    for view in VIEWS:
        choose_view(page, view)
        expect(
            page.locator('[data-testid="stException"], [data-testid="stAlertContentError"] >> text=Traceback')
        ).to_have_count(0)
        assert len(page.locator('[data-testid="stMain"]').inner_text()) > 300
        keep_picture(page, f"{ending}-{view.split()[0].lower()}-390-dark")


def test_the_links_of_the_agent_under_the_pointer_stand_out(dashboard, browser):
    keep_team(dashboard, 8)
    page = look(browser)
    open_view(page, dashboard)
    emphasized = page.locator(".roleless-link")
    links = page.locator(".scatterlayer > .trace", has=page.locator(".js-line")).nth(1)
    before = links.evaluate("it => it.style.opacity")
    expect(emphasized).to_have_count(0)
    page.locator(NODES).filter(visible=True).nth(3).hover(force=True)
    expect(emphasized).to_have_count(2)
    expect(page.locator(".hoverlayer")).to_contain_text("Agent 4")
    expect(page.locator(".hoverlayer")).to_contain_text("tokens")
    assert float(links.evaluate("it => it.style.opacity")) < float(before)
    page.mouse.move(5, 5)
    expect(emphasized).to_have_count(0)
    assert links.evaluate("it => it.style.opacity") == before


def test_a_click_on_a_folded_role_unfolds_it_and_it_folds_again(dashboard, browser):
    keep_team(dashboard, 64)
    page = look(browser)
    open_view(page, dashboard)
    folded = page.locator(".js-plotly-plot .textpoint", has_text=re.compile(r"^×\d+$"))
    expect(folded.first).to_be_visible()
    before = folded.count()
    folded.first.scroll_into_view_if_needed()
    where = folded.first.bounding_box()
    assert where
    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    again = page.get_by_role("button", name="Fold all")
    expect(again).to_be_visible()
    expect(folded).to_have_count(before - 1)
    again.click()
    expect(again).to_have_count(0)
    expect(folded).to_have_count(before)


def test_a_replay_is_stepped_by_keys_and_the_address_leads_to_the_moment(dashboard, browser):
    keep_team(dashboard, 8)
    page = look(browser)
    open_view(page, dashboard, "Replay")
    replay = page.locator(".js-plotly-plot")
    expect(replay).to_have_attribute("aria-valuenow", "0")
    replay.focus()
    steps = {"ArrowRight": "1", "PageDown": "9", "ArrowLeft": "8", "End": "9", "Home": "0"}
    for key, moment in steps.items():
        page.keyboard.press(key)
        expect(replay).to_have_attribute("aria-valuenow", moment)
        wait_until(lambda: moment_of(page) == moment, f"the address leads to moment {moment}")  # noqa: B023
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Agent 1 contributes as")).to_be_visible()
    wait_until(lambda: moment_of(page) == "1", "the address leads to moment 1")
    address = page.url
    other = look(browser, 390, "dark")
    other.goto(address)
    settled(other)
    expect(other.locator(".js-plotly-plot")).to_have_attribute("aria-valuenow", "1")
    expect(other.get_by_text("Agent 1 contributes as")).to_be_visible()


def test_a_replay_plays_pauses_and_does_not_ask_the_server(dashboard, browser):
    keep_team(dashboard, 64)
    page = look(browser)
    open_view(page, dashboard, "Replay", "&moment=0")
    expect(page.locator(".js-plotly-plot")).to_have_attribute("aria-valuenow", "0")
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", sent.append))
    page.locator(".updatemenu-button", has_text="Fast").click(force=True)
    wait_until(lambda: int(shown_moment(page) or 0) >= 4, "the replay plays")
    page.locator(".updatemenu-button", has_text="Pause").click(force=True)
    paused = shown_moment(page)
    page.wait_for_timeout(1_000)
    assert shown_moment(page) == paused == moment_of(page)
    assert sent == []


def test_a_wrong_link_shows_the_run_all_the_same(dashboard, browser):
    keep_team(dashboard, 3)
    page = look(browser)
    for wrong in ("moment=99999", "moment=-1&details=Nonsense", "moment=x&view=Nonsense"):
        page.goto(f"{dashboard.url}/run?run={RUN}&view=Replay&{wrong}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator('[data-testid="stException"]')).to_have_count(0)
        expect(page.locator(".js-plotly-plot").first).to_be_visible()


def test_a_figure_is_saved_as_a_picture_in_the_browser(dashboard, browser):
    keep_team(dashboard, 3)
    page = look(browser)
    open_view(page, dashboard)
    page.locator(".js-plotly-plot").first.hover()
    with page.expect_download() as download:
        page.locator(".modebar-btn").first.click(force=True)
    assert re.fullmatch(r"roleless-.*\.png", download.value.suggested_filename)
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
