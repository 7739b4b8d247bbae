"""Twenty keys through a day of use: they are nowhere in what is kept, said, handed out or passed on."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from swarm.config import PROJECT, Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.launch import launch
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.errors import BadInput
from swarm.export import FORMATS, export_run
from swarm.history.store import History
from swarm.mission import find_mission, load_library, mission_from_text
from swarm.security.keys import keys_in
from tests.canaries import CANARIES, forms, found_in, found_in_arguments, found_in_folder, said
from tests.engine.test_processes import MISSION
from tests.fault_server import FaultServer
from tests.made import keep
from tests.patience import PATIENCE_S
from tests.provider import provider, wait_until
from tests.warm import cold_start, swarm

REAL = ("--model", "openai/sim/strong", "--agents", "3", "--judge", "none", "--json")
EXPERIMENT = """
name = "Day"
protocols = ["sequential", "solo"]
models = ["openai/sim/strong"]
agents = [2]
missions = ["food-festival"]
judge = "openai/sim/strong"
max_usd = 1.0
"""


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """All of them are in the environment."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    return CANARIES


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def exported(settings: Settings, folder: Path) -> None:
    """Every run in every format, as files in a folder."""
    folder.mkdir(exist_ok=True)
    for row in History(settings).runs():
        for name in FORMATS:
            (folder / f"{row.run_id}.{name}").write_bytes(export_run(History(settings).run(row.run_id), name))
    History(settings).frame().to_parquet(folder / "runs.parquet")


def test_the_search_finds_a_key_wherever_it_stands(settings, tmp_path: Path):
    """A mission on simulated models may hold one: then it is in the journal, the history and every export."""
    for name, key in CANARIES.items():
        for form in forms(key):
            assert f"{name} in here" in found_in(b"before " + form + b" behind", "here")
    spec = compose(Wish(mission_from_text("Keep " + CANARIES["GROQ_API_KEY"]), agents=1), settings)

    async def events() -> list:
        return [event async for event in play(spec)]

    keep(settings, asyncio.run(events()))
    exported(settings, tmp_path / "out")
    assert {hit.rpartition(".")[2] for hit in found_in_folder(settings.data)} == {"jsonl", "duckdb"}
    files = {hit.rpartition(".")[2] for hit in found_in_folder(tmp_path / "out")}
    assert files >= {"json", "md", "html", "eval", "parquet"}


def test_no_key_is_left_anywhere_after_a_day_of_use(keys, settings, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "small.toml").write_text(EXPERIMENT)
    heard: list[str] = []
    with provider(delay_s=0.05) as (_, good):
        # The provider's address is not secret; the key of its own environment is replaced by a canary.
        address = {"OPENAI_API_BASE": good["OPENAI_API_BASE"]}
        process = cold_start("run", *MISSION, *REAL, **address)
        wait_until(lambda: any(path.stat().st_size > 3_000 for path in settings.journal.glob("*.jsonl")))
        assert found_in_arguments() == []
        process.send_signal(signal.SIGKILL)
        heard += process.communicate()
        killed = next(settings.journal.glob("*.jsonl")).stem
        heard.append(
            said(
                [
                    ["resume", killed, "--json"],
                    ["run", *MISSION, *REAL, "--agents", "1"],
                    ["experiment", "run", str(tmp_path / "small.toml"), "--json"],
                    ["show", killed, "--json"],
                    ["export", killed, "--format", "json", "--output", str(out / "one.json")],
                    ["import", str(out / "one.json")],
                    *(["doctor"], ["models", "--json"], ["models"], ["list", "--json"], ["rebuild"]),
                ],
                **address,
            )
        )
    faults = FaultServer()
    failing = [["run", *MISSION, *REAL, "--agents", "1", "--timeout-s", "3"]]
    heard += [said(failing, OPENAI_API_BASE=faults.base(scenario)) for scenario in ("401_echo", "closed")]
    faults.close()
    exported(settings, out)
    statuses = [row.status for row in History(settings).runs()]
    assert "failed" in statuses
    assert statuses.count("finished") >= 4
    assert any("401" in said for said in heard)
    assert [hit for words in heard for hit in found_in(words, "what was said")] == []
    assert found_in_folder(tmp_path) == []


def test_a_performer_that_dies_of_a_bug_tells_no_key(
    keys, settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """As a library's exceptions may, the bug holds every key; its traceback is kept, its words are journalled."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'perform' in sys.orig_argv:\n"
        "    from swarm.engine import agent\n"
        "    async def broken(*_, **more):\n"
        "        everything = dict(os.environ)\n"
        "        import logging; logging.getLogger('x').error('a log of %s', everything)\n"
        "        raise RuntimeError('a bug with ' + ' '.join(everything.values()))\n"
        "    import swarm.engine.run; swarm.engine.run.take_turn = broken\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{PROJECT}")
    spec = compose(
        Wish(find_mission(load_library(settings.mission_folders), "food-festival"), agents=1), settings
    )
    run_id = launch(spec, read_settings())
    told = settings.journal / f"{run_id}.err"
    wait_until(
        lambda: History(settings).run(run_id).status == "failed" and "RuntimeError" in told.read_text()
    )
    assert "a log of" in told.read_text()
    assert "RuntimeError: a bug with" in (History(settings).run(run_id).reason or "")
    assert found_in_folder(settings.data) == []


def test_a_token_is_asked_for_and_never_said(keys, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = cold_start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}/v1/chat/completions"
    body = {"model": "sim/strong", "messages": [{"role": "user", "content": "Hello"}]}
    token = CANARIES["ROLELESS_TOKEN"]
    try:
        wait_until(lambda: listens(port))
        assert found_in_arguments() == []
        answers = [
            httpx.post(
                address,
                json=body,
                headers={"authorization": f"Bearer {given}"},
                trust_env=False,
                timeout=PATIENCE_S,
            )
            for given in (token, f"wrong-{token}", "none")
        ]
        assert [answer.status_code for answer in answers] == [200, 401, 401]
    finally:
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE_S)
    heard = [out, err, *(f"{answer.headers} {answer.text}" for answer in answers)]
    assert [hit for words in heard for hit in found_in(words, "serve")] == []


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_ACCESS_KEY_ID", "HF_TOKEN", "SIGNING_KEY"]
)
def test_a_key_in_a_mission_is_not_sent(name: str, settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    for text in (f"Use {CANARIES[name]} for it.", f"api_key: {CANARIES[name]}"):
        with pytest.raises(BadInput, match="looks like a key") as caught:
            compose(
                Wish(mission_from_text(text), models=["openai/gpt-5-mini"], judge="none"), read_settings()
            )
        assert found_in(str(caught.value), "the error") == []


@pytest.mark.parametrize(
    "text",
    [
        "Password: forgotten? Describe how people get a new one.",
        "List max_tokens: 100000 and explain what a token: something is.",
        "The secret = diligence. Credentials: username, department.",
        "See https://example.org/a@b and task-force-with-many-members.",
    ],
)
def test_a_mission_that_speaks_of_passwords_is_played(text: str):
    assert keys_in(text) == 0


def test_a_key_among_arguments_is_refused_and_not_repeated(settings):
    key = CANARIES["ANTHROPIC_API_KEY"]
    for command in (("run", "--model", key), ("show", key), (key,), ("run", f"--api-key={key}")):
        done = swarm(*command)
        assert done.returncode == 2
        assert "looks like a key" in done.stderr
        assert found_in(done.stdout + done.stderr, "a refusal") == []


def test_no_page_has_a_field_for_keys():
    """Keys come from the environment alone: what is not asked for cannot be shown again."""
    for path in [PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert "password" not in source, path
        # Pages know whether a key is there, never what it is.
        assert "environment[" not in source, path
        assert "environment.get" not in source, path


def test_no_key_is_in_the_state_or_the_address_of_a_page(keys, settings):
    from streamlit.testing.v1 import AppTest

    for page in sorted((PROJECT / "pages").glob("*/page.py")):
        app = AppTest.from_file(
            str(PROJECT / "pages" / "frame" / "menu.py"), default_timeout=PATIENCE_S
        ).run()
        app.switch_page(f"../{page.parent.name}/{page.name}")
        app.run()
        assert not app.exception, page
        told = [
            repr(app.session_state),
            repr(app.session_state._state),
            repr(app.query_params),
            repr(app.main),
            repr(app.sidebar),
        ]
        assert [hit for words in told for hit in found_in(words, page.name)] == []
