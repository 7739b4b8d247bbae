"""Side by side in a real browser: from the history by selection and by link, on two widths, light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import fits, keep_picture, look, settled
from tests.pages.test_side_by_side import keep_arms

pytestmark = pytest.mark.browser


def choose_first(page: Page, runs: int) -> None:
    """Choose so many runs of the history in its list, which stays open meanwhile."""
    page.get_by_role("combobox", name="Choose by keyboard").click()
    for _run in range(runs):
        page.get_by_role("option").first.click()
        settled(page)
    page.keyboard.press("Escape")


def test_runs_and_groups_are_chosen_in_the_history_and_stand_side_by_side(dashboard, browser):
    keep_arms(dashboard.settings, shared=0, sequential=3)
    page = look(browser)
    page.goto(f"{dashboard.url}/history")
    settled(page)
    choose_first(page, 2)
    page.get_by_role("button", name="Compare 2 runs").click()
    expect(page.get_by_text("One run of each is an example, not evidence.")).to_be_visible()
    expect(page.get_by_text("≠ Quality")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(5)
    settled(page)
    fits(page, 1440)
    link = page.url
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Compare all that match").click()
    expect(
        page.get_by_text(re.compile(r"On 8 missions \(16 simulated runs\), Shared scored"))
    ).to_be_visible()
    settled(page)
    assert "by=protocol" in page.url
    fits(page, 1440)
    other = look(browser, 390, "dark")
    for name, address in (("runs", link), ("groups", page.url)):
        other.goto(address)
        settled(other)
        expect(other.locator(".js-plotly-plot").first).to_be_visible()
        fits(other, 390)
        keep_picture(other, f"compared-{name}-390-dark")
