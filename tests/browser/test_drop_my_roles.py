"""A team handed over in a real browser: read, tested, judged, taken home."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from swarm.config import LIBRARY
from swarm.teams.formats import read_team
from swarm.teams.reading.files import files_of
from tests.browser.looking import badge, fits, keep_picture, look, settled, widths

pytestmark = pytest.mark.browser
VERDICT = re.compile(r"^On \d+ tasks \(36 simulated runs[^)]*\) your roles scored")
CREW = LIBRARY / "teams" / "museum-guide"


def packed_crew(folder: Path) -> Path:
    path = folder / "crew.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(CREW.rglob("*.*")):
            archive.write(file, Path("museum_guide") / file.relative_to(CREW))
    return path


def test_an_example_team_is_tested_and_judged_and_taken_home(dashboard, browser, tmp_path):
    page = look(browser)
    page.goto(f"{dashboard.url}/drop_my_roles")
    settled(page)
    keep_picture(page, "drop-begin-1440-light")
    page.get_by_role("button", name="Try it with an example").click()
    expect(page.get_by_role("heading", name="Museum guide")).to_be_visible()
    expect(page.get_by_text(re.compile("36 runs: 3 arms × 12 missions × 1 repeat"))).to_be_visible()
    settled(page)
    keep_picture(page, "drop-team-1440-light")
    page.get_by_role("button", name="Test my team").dblclick()
    expect(badge(page, "Finished")).to_be_visible()
    expect(page.get_by_text(VERDICT).first).to_be_visible()
    expect(page.get_by_text("Emulation of your roles, not of the framework's runtime").first).to_be_visible()
    other = look(browser, 390, "dark")
    other.goto(page.url)
    expect(other.get_by_text(VERDICT).first).to_be_visible()
    settled(other)
    for width in widths(other):
        fits(other, width)
        keep_picture(other, f"drop-verdict-{width}-dark")
    page.get_by_role("button", name="Take a set-up home").click()
    page.get_by_test_id("stRadio").get_by_text("Your roles").click()
    settled(page)
    with page.expect_download() as handed_out:
        page.get_by_role("button", name="CrewAI").click()
    handed_out.value.save_as(tmp_path / "home.zip")
    home = read_team(files_of(tmp_path / "home.zip"))
    assert [role.name for role in home.roles] == [role.name for role in read_team(files_of(CREW)).roles]


def test_a_zip_that_was_dropped_is_read_and_a_bad_one_loses_nothing(dashboard, browser, tmp_path):
    page = look(browser)
    page.goto(f"{dashboard.url}/drop_my_roles")
    settled(page)
    bad = tmp_path / "agents.yaml"
    bad.write_text("writer:\n  role: [")
    page.locator('input[type="file"]').first.set_input_files(bad)
    page.get_by_role("button", name="Read these files").click()
    expect(page.get_by_text(re.compile(r"agents\.yaml, line \d"))).to_be_visible()
    expect(page.get_by_role("button", name="Read these files")).to_be_enabled()
    page.goto(f"{dashboard.url}/drop_my_roles")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(packed_crew(tmp_path))
    page.get_by_role("button", name="Read these files").click()
    expect(page.get_by_role("heading", name="Museum guide")).to_be_visible()
    expect(page.get_by_text(re.compile(r"crew\.py")).first).to_be_visible()
