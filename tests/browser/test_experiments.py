"""An experiment in a real browser: planned, started, watched, stopped, resumed, read."""

import re

import pytest
from playwright.sync_api import expect

from swarm.engine.launch import is_running, stop
from swarm.experiment.launch import launch_experiment
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.store import History
from swarm.mission import load_library
from tests.browser.looking import badge, fits, keep_picture, look, settled, wait_until, widths

pytestmark = pytest.mark.browser
VERDICT = re.compile(r"on 8 missions \(32 simulated runs\)", re.IGNORECASE)


def test_an_experiment_from_the_form_to_the_verdict(dashboard, browser):
    page = look(browser)
    page.goto(f"{dashboard.url}/experiments")
    settled(page)
    expect(page.get_by_text(re.compile(r"32 runs: 2 arms × 8 missions × 2 repeats"))).to_be_visible()
    keep_picture(page, "experiment-form-1440-light")
    page.get_by_role("button", name="Start").dblclick()
    expect(badge(page, "Finished")).to_be_visible()
    expect(page.get_by_text(VERDICT).first).to_be_visible()
    expect(page.get_by_text("SIMULATED").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    assert len(History(dashboard.settings).experiments()) == 1
    settled(page)
    other = look(browser, 390, "dark")
    other.goto(page.url)
    expect(other.get_by_text(VERDICT).first).to_be_visible()
    settled(other)
    for width in widths(other):
        fits(other, width)
        keep_picture(other, f"experiment-{width}-dark")
    page.get_by_role("link", name="Look at it side by side").click()
    expect(page.get_by_text(VERDICT).first).to_be_visible()
    page.goto(f"{dashboard.url}/experiments")
    settled(page)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_an_experiment_that_goes_on_is_watched_stopped_and_resumed(dashboard, browser):
    library = load_library(dashboard.settings.mission_folders).values()
    missions = tuple(mission for mission in library if mission.level == "L1")
    ways = (Way("sequential"), Way("solo"))
    experiment = Experiment(Grid("Slow", ways, ("sim/strong",), (3,), missions, 8, pace="real"), Terms())
    experiment_id = launch_experiment(experiment, dashboard.settings)
    page = look(browser)
    page.goto(f"{dashboard.url}/experiments?experiment={experiment_id}")
    expect(page.get_by_text(re.compile(r"^\d+ of 128 runs")).first).to_be_visible()
    wait_until(lambda: History(dashboard.settings).experiments()[0].finished > 4, "some runs finished")
    page.get_by_text("Show what it shows so far").click()
    expect(page.get_by_text("still going on")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(badge(page, "Stopped")).to_be_visible()
    done = History(dashboard.settings).experiments()[0].finished
    assert 0 < done < 128
    page.get_by_role("button", name="Resume").click()
    expect(badge(page, "Running")).to_be_visible()
    wait_until(lambda: History(dashboard.settings).experiments()[0].finished > done, "it goes on")
    stop(experiment_id, dashboard.settings)
    wait_until(lambda: not is_running(experiment_id, dashboard.settings), "its process has ended")
