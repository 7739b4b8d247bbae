"""Twenty keys through a whole day: every kind of run, failure, crash and export, and two people at the dashboard."""

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.config import Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.launch import launch
from swarm.engine.wish import Wish
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from tests.browser.conftest import browser, chromium, serving  # noqa: F401
from tests.browser.looking import Dashboard, look, settled, wait_until
from tests.browser.test_secrets import PATHS, listened, nothing_leaked, walk
from tests.canaries import found_in, found_in_arguments, found_in_folder, said
from tests.engine.test_processes import MISSION
from tests.fault_server import FaultServer
from tests.provider import provider
from tests.security.test_secrets import EXPERIMENT, REAL, exported, keys  # noqa: F401
from tests.warm import start

pytestmark = pytest.mark.soak
FAULTS = ("401_echo", "403", "429_quota", "html", "closed", "truncated", "redirect")
KILLS = 5
FILES = ("Report (HTML)", "Report (Markdown)", "Turns (CSV)", "Everything (JSON)", "Turns (Parquet)")


@pytest.mark.usefixtures("keys")
def test_a_whole_day_leaves_no_key_anywhere(settings, browser, monkeypatch, tmp_path: Path):  # noqa: F811
    heard: list[str | bytes] = []
    frames: list[bytes] = []
    faults = FaultServer()
    (tmp_path / "day.toml").write_text(EXPERIMENT)
    with provider(delay_s=0.05) as (_, good):
        base = {"OPENAI_API_BASE": good["OPENAI_API_BASE"]}
        heard.append(said([["experiment", "run", str(tmp_path / "day.toml"), "--json"]], **base))
        for seed in range(KILLS):
            heard += killed(settings, seed, base)
        left = [row.run_id for row in History(settings).runs() if row.status == "interrupted"]
        heard.append(said([["resume", run_id, "--json"] for run_id in left], **base))
        for fault in FAULTS:
            run = ["run", *MISSION, *REAL, "--agents", "1", "--timeout-s", "3"]
            heard.append(said([run], OPENAI_API_BASE=faults.base(fault)))
        # The dashboard's own provider repeats the key; what it launches here asks the good one.
        monkeypatch.setenv("OPENAI_API_BASE", faults.base("401_echo"))
        with serving(settings) as dashboard:
            here = read_settings()
            run_id = launched(replace(here, environment={**here.environment, **base}))
            failed = launched(here)
            for scheme in ("light", "dark"):
                page = listened(look(browser, scheme=scheme), frames)
                for shown in (run_id, failed):
                    walk(page, dashboard, [path.format(run=shown) for path in PATHS])
                ask_a_model(page, dashboard)
                download(page, dashboard, run_id, tmp_path / scheme)
            nothing_leaked(dashboard, frames)
    faults.close()
    heard.append(said([["doctor"], ["models", "--json"], ["list", "--json"], ["rebuild"], ["show", run_id]]))
    with ThreadPoolExecutor(1) as beside:  # Playwright's loop runs in this thread
        beside.submit(exported, settings, tmp_path / "out").result()
    assert len(History(settings).runs()) >= 8 + KILLS
    assert [hit for words in heard for hit in found_in(words, "what was said")] == []
    assert found_in_folder(tmp_path) == []


def killed(settings: Settings, seed: int, base: dict[str, str]) -> tuple[str, str]:
    """Kill a run while it is played; what it said."""
    before = {*settings.journal.glob("*.jsonl")}
    process = start("run", *MISSION, *REAL, "--seed", str(seed), **base)
    wait_until(
        lambda: any(path.stat().st_size > 3_000 for path in {*settings.journal.glob("*.jsonl")} - before),
        "a run has begun",
    )
    assert found_in_arguments() == []
    process.send_signal(signal.SIGKILL)
    return process.communicate()


def launched(where: Settings) -> str:
    """Play a run as the dashboard does, to its end."""
    mission = find_mission(load_library(where.mission_folders), "food-festival")
    run_id = launch(
        compose(Wish(mission, models=["openai/sim/strong"], agents=2, judge="none"), where), where
    )

    def ended() -> bool:
        return History(where).run(run_id).ended

    wait_until(ended, "the run has ended")
    return run_id


def ask_a_model(page, dashboard: Dashboard) -> None:
    """Send a message to a model whose provider repeats the key when it refuses."""
    page.goto(f"{dashboard.url}/models")
    settled(page)
    model = page.get_by_role("combobox", name="Model")
    model.click()
    model.fill("openai/sim/strong")
    model.press("Enter")
    settled(page)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("401").first.wait_for()
    assert found_in(page.content(), "the refusal") == []


def download(page, dashboard: Dashboard, run_id: str, folder: Path) -> None:
    """Take files of a run with one, as a person does."""
    page.goto(f"{dashboard.url}/run?run={run_id}")
    settled(page)
    page.get_by_role("button", name="Export").click()
    for name in FILES:
        with page.expect_download() as caught:
            page.get_by_role("button", name=name).click()
        caught.value.save_as(folder / name)
