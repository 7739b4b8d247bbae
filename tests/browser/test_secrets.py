"""Twenty keys through a day of use: they are nowhere in what is kept, said, shown, handed out or passed on."""

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

import httpx
import pytest

from swarm.export import FORMATS, export_run
from swarm.history import History
from tests.browser.looking import look, settled
from tests.fault_server import FaultServer
from tests.provider import provider, wait_until
from tests.test_processes import MISSION, start, swarm

VARIABLES = (
    "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID", "MISTRAL_API_KEY", "GROQ_API_KEY", "DEEPSEEK_API_KEY", "OPENROUTER_API_KEY",
    "TOGETHERAI_API_KEY", "XAI_API_KEY", "COHERE_API_KEY", "AZURE_API_KEY", "HF_TOKEN", "OPENCLAW_GATEWAY_TOKEN",
    "ROLELESS_TOKEN", "DATABASE_PASSWORD", "SOME_SECRET", "CLOUD_CREDENTIALS",
)  # fmt: skip
CANARIES = {
    name: f"sk-canary-{number:02}-{name.lower().replace('_', '')[:12]}-5f2c9e71"
    for number, name in enumerate(VARIABLES)
}
REAL = ("--model", "openai/sim/strong", "--agents", "3", "--judge", "none", "--json")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """All of them are in the environment."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    return CANARIES


def found_in(content: bytes, where: str) -> list[str]:
    """Which keys stand in some bytes, as they are or as programs write them down."""
    found: list[str] = []
    for name, key in CANARIES.items():
        forms = (
            key.encode(),
            base64.b64encode(key.encode())[:-4],
            urllib.parse.quote(key, safe="").encode(),
            key[::-1].encode(),
        )
        found += [f"{name} in {where}" for form in forms if form in content]
    return found


def found_in_folder(folder: Path) -> list[str]:
    return [
        hit
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for hit in found_in(path.read_bytes(), path.name)
    ]


def found_in_arguments() -> list[str]:
    """Which keys stand among the arguments of any process of this machine."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += found_in(path.read_bytes(), f"arguments of {path.parent.name}")
        except OSError:
            continue
    return found


def said(*arguments: str, **environment: str) -> list[str]:
    """Run a command; which keys it says."""
    done = swarm(*arguments, **environment)
    return found_in(f"{done.stdout}{done.stderr}".encode(), " ".join(arguments))


def test_the_scan_finds_a_key_in_each_form():
    key = CANARIES["OPENAI_API_KEY"]
    for form in (key, f"x{base64.b64encode(key.encode()).decode()}", urllib.parse.quote(key), key[::-1]):
        assert (
            found_in(form.encode(), "here")
            == ["OPENAI_API_KEY in here"] * len(found_in(form.encode(), "here"))
            != []
        )


def test_no_key_is_left_anywhere_after_a_day_of_use(keys, settings, tmp_path: Path):
    found: list[str] = []
    with provider(delay_s=0.05) as (_, good):
        # The provider's address is not secret; the key of its own environment is replaced by a canary.
        address = {"OPENAI_API_BASE": good["OPENAI_API_BASE"]}
        found += said("run", *MISSION, *REAL, **address)
        process = start("run", *MISSION, *REAL, "--seed", "2", **address)
        wait_until(lambda: len(list(settings.journal.glob("*.jsonl"))) == 2)
        found += found_in_arguments()
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        found += found_in(f"{out}{err}".encode(), "a killed run")
        for row in History(settings).runs():
            if row.status != "finished":
                found += said("resume", row.run_id, "--json", **address)
        recipe = tmp_path / "small.toml"
        recipe.write_text(
            'name = "Day"\nprotocols = ["sequential", "solo"]\nmodels = ["openai/sim/strong"]\nagents = [2]\n'
            'missions = ["food-festival"]\njudge = "openai/sim/strong"\nmax_usd = 1.0\n'
        )
        found += said("experiment", "run", str(recipe), "--json", **address)
    faults = FaultServer()
    for scenario in ("401_echo", "closed"):
        found += said(
            "run", *MISSION, *REAL, "--agents", "1", "--timeout-s", "3", OPENAI_API_BASE=faults.base(scenario)
        )
    faults.close()
    runs = [row.run_id for row in History(settings).runs()]
    assert len(runs) >= 5
    record = History(settings).run(runs[-1])
    for name in FORMATS:
        (tmp_path / f"run.{name}").write_bytes(export_run(record, name))
    for command in (["show", runs[0], "--json"], ["doctor"], ["models", "--json"]):
        found += said(*command)
    found += said("import", str(tmp_path / "run.json"))
    found += said("rebuild")
    assert found == []
    assert found_in_folder(settings.data) == []
    assert found_in_folder(tmp_path) == []


def test_a_token_is_asked_for_and_never_said(keys, settings):
    process = start("serve", "--port", "0")
    try:
        assert process.stderr is not None
        assert found_in_arguments() == []
    finally:
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert found_in(f"{out}{err}".encode(), "serve") == []


def test_a_traceback_of_a_bug_holds_no_key(keys, settings, monkeypatch: pytest.MonkeyPatch):
    code = (
        "import asyncio\nfrom swarm import call\nfrom swarm.cli import main\nimport sys\n"
        "async def broken(self, model, request): raise RuntimeError('a bug')\n"
        "call.Caller._call = broken\n"
        f"sys.argv = ['swarm', 'run', *{list(MISSION)!r}, *{list(REAL)!r}]\nmain()\n"
    )
    environment = {**os.environ, "OPENAI_API_BASE": "http://127.0.0.1:9/v1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, check=False, timeout=60
    )
    assert b"a bug" in done.stderr
    assert found_in(done.stdout + done.stderr, "a traceback") == []
    assert found_in_folder(settings.data) == []


@pytest.fixture
def frames() -> list[bytes]:
    """What goes through WebSockets."""
    return []


@pytest.mark.browser
def test_no_key_reaches_the_pages_of_two_people(keys, dashboard, browser, frames):
    from tests.browser.hostile import hostile_run

    run_id = hostile_run(dashboard.settings, ["Bread at seven."])
    for scheme in ("light", "dark"):
        page = look(browser, scheme=scheme)

        def listen(socket) -> None:
            for event in ("framereceived", "framesent"):
                socket.on(
                    event, lambda data: frames.append(data if isinstance(data, bytes) else str(data).encode())
                )

        page.on("websocket", listen)
        for path in (
            "/",
            "/compose",
            f"/run?run={run_id}",
            "/history",
            "/models",
            "/experiments",
            "/drop_my_roles",
        ):
            page.goto(dashboard.url + path)
            settled(page)
            assert found_in(page.content().encode(), path) == []
            assert page.locator('input[type="password"]').count() == 0
        assert (
            found_in(json.dumps(page.evaluate("({...localStorage, ...sessionStorage})")).encode(), "storage")
            == []
        )
    assert len(frames) > 20
    assert [hit for frame in frames for hit in found_in(frame, "a frame")] == []
    assert found_in(httpx.get(f"{dashboard.url}/_stcore/metrics", trust_env=False).content, "metrics") == []
    assert found_in_arguments() == []
    assert found_in_folder(dashboard.settings.data) == []


def test_no_page_has_a_field_for_keys():
    """Keys come from the environment alone: what is not asked for cannot be shown again."""
    from swarm.config import PROJECT

    for path in (PROJECT / "pages").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert 'type="password"' not in source, path
        assert "environment[" not in source, path
