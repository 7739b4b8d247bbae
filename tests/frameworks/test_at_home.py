"""What is taken home runs in the real frameworks, on a model on loopback, and does what was tested.

They live in environments of their own; `make test-frameworks` makes them. Elsewhere these tests are skipped.
"""

import json
import os
import re
import subprocess
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from swarm.protocols.given_team import Step
from swarm.teams.crewai.extras import extra_of
from swarm.teams.export import export_team, write_files
from swarm.teams.formats import import_team, settled
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from swarm.teams.setups import set_up
from swarm.teams.trial.arms import ARM_NAMES, Arm
from tests.teams.examples import BAKERY
from tests.teams.test_crewai_write import NO_TASKS, ORDER, STRANGE
from tests.teams.test_read_back import FOUND

pytestmark = pytest.mark.frameworks

PROJECT = Path(__file__).parents[2]
FRAMEWORKS = ("crewai", "autogen")
MOST_S = 900.0
_NAMES = re.compile(r"Name one of \[(.*?)\]")
_CYRILLIC = GivenTeam(
    "Прогулки",
    (
        GivenRole("Повар", "Готовит", "Спокоен."),
        GivenRole("Гид", "Водит"),
        GivenRole("厨师", "做饭"),
        GivenRole("向导"),
    ),
    steps=(Step(1, "обед"), Step(2, "путь", ()), Step(3, "x", (1,)), Step(4, None, (1, 3)), Step(1)),
    tasks=(
        GivenTask("обед", "Приготовь обед на {guests}."),
        GivenTask("путь", "Найди путь."),
        GivenTask("x", "做饭"),
    ),
    coordination="graph",
)
_BRACES = GivenTeam(
    "Braces",
    (
        GivenRole("Clerk", "Fill in {{form}} and {foo-bar}", 'Answer as {"a": {"b": [1]}}, never {} or {0}.'),
        GivenRole("{town} guide", "Walk {town}; 100 % {", "}{ {{ }} {roles} {history}"),
        GivenRole("Third", "", "{'single': %s}"),
    ),
    tasks=(GivenTask("one", 'List {"town": "{town}"} and {foo-bar}.', "{}"),),
)
TEAMS = {
    name: settled(team)
    for name, team in {
        **{f"found {number}": team for number, team in enumerate(FOUND.values(), 1)},
        "bakery": BAKERY,
        "led bakery": replace(BAKERY, coordination="leader", steps=()),
        "order": ORDER,
        "no tasks": NO_TASKS,
        "no tasks, led": replace(BAKERY, coordination="leader", steps=(), tasks=()),
        "no tasks, graph": replace(
            BAKERY, steps=tuple(step._replace(task=None) for step in BAKERY.steps), tasks=()
        ),
        "strange": STRANGE,
        "not Latin": _CYRILLIC,
        "not Latin, led": replace(_CYRILLIC, coordination="leader", steps=()),
        "braces": _BRACES,
        "braces, led": replace(_BRACES, coordination="leader"),
        "long": replace(ORDER, roles=tuple(replace(r, background="Walk on. " * 3_000) for r in ORDER.roles)),
        "museum guide": import_team(PROJECT / "data" / "teams" / "museum-guide"),
    }.items()
}
CASES = [(name, arm) for name in TEAMS for arm in ARM_NAMES]
WITHOUT_A_LEADER = [(name, arm) for name, arm in CASES if set_up(TEAMS[name], arm).coordination != "leader"]
"""A leader decides who hears whom."""


class Asked(NamedTuple):
    """A call of the model: all it was sent, and what it answered."""

    system: str
    sent: str
    said: str


class _Model(ThreadingHTTPServer):
    """A model on loopback that speaks as OpenAI's does, and answers every call with another word."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.asked: dict[str, list[Asked]] = {}
        self.lock = threading.Lock()

    def answer(self, key: str, body: dict[str, Any]) -> str:
        texts = [_text(each["content"]) for each in body["messages"]]
        system = "\n".join(_text(each["content"]) for each in body["messages"] if each["role"] == "system")
        with self.lock:
            asked = self.asked.setdefault(key, [])
            offered = _NAMES.findall(texts[-1] if len(texts) == 1 else system + texts[-1])
            if offered:
                names = re.findall(r"'(\w+)'", offered[-1])
                said = names[len(asked) % len(names)]
            else:
                said = f"Said-{len(asked) + 1}."
            asked.append(Asked(system, "\n".join(texts), said))
        return said


class _Call(BaseHTTPRequestHandler):
    server: _Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = self.server.answer(self.headers["Authorization"].removeprefix("Bearer "), body)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        reply = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }
        content = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


MODELS = [
    "openai/gpt-4.1",
    "gpt-4.1-mini",
    "gpt-9",
    "openai/my-model",
    "openai/chatgpt-4o-latest",
    "anthropic/claude-sonnet-4-5",
    "claude-sonnet-4-5",
    "claude/claude-3",
    "gemini/gemini-2.0-flash",
    "gemini-2.0-flash",
    "google/gemini-2.5-pro",
    "google/other",
    "azure/gpt-4o",
    "azure/mine",
    "bedrock/anthropic.claude-3",
    "anthropic.claude-3-5",
    "groq/llama-3.3-70b",
    "ollama/llama3:8b",
    "openrouter/meta/llama",
    "deepseek/deepseek-chat",
    "deepseek/other",
    "mistral/mistral-large",
    "xai/grok-3",
    "cerebras/x",
    "dashscope/qwen",
    "deepinfra/a/b",
    "hosted_vllm/x",
]
_ASK_FOR = """
import json, sys
from crewai import LLM
for model in sys.argv[1:]:
    try:
        LLM(model=model, api_key="none")
        print(json.dumps([model, ""]))
    except ImportError as error:
        print(json.dumps([model, str(error)]))
"""


class Played(NamedTuple):
    """A set-up that was started."""

    made: GivenTeam
    printed: str
    failed: str
    asked: list[Asked]
    systems: list[str]
    """Of AutoGen, whose steps may be taken at the same time: the system message of each step."""

    @property
    def turns(self) -> list[Asked]:
        """What was asked at each step, in the order of the steps."""
        left = [*self.asked]
        return [
            left.pop(next(at for at, each in enumerate(left) if text in each.system)) for text in self._wanted
        ]

    @property
    def _wanted(self) -> list[str]:
        return self.systems or [""] * len(self.asked)


@pytest.fixture(scope="module", params=FRAMEWORKS)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, Arm], Played]:
    """All teams in all set-ups, started in one framework one after another."""
    return _play(request.param, tmp_path_factory.mktemp(request.param))


def _python(framework: str) -> Path:
    python = PROJECT / f".venv-{framework}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"there is no .venv-{framework}: `make test-frameworks` makes it")
    return python


def _play(framework: str, room: Path) -> dict[tuple[str, Arm], Played]:
    python = _python(framework)
    made: dict[str, tuple[str, Arm, GivenTeam]] = {}
    wanted: dict[str, list[str]] = {}
    for number, (name, arm) in enumerate(CASES):
        team = TEAMS[name]
        team = replace(
            team,
            roles=tuple(replace(role, model=None) for role in team.roles),
            inputs=dict.fromkeys(team.inputs, "Filled"),
        )
        folder = room / f"run-{number}"
        write_files(export_team(team, arm, framework), folder)
        made[folder.name] = name, arm, set_up(team, arm)
        wanted[str(folder)] = [f"{each}=Filled" for each in _open(folder)]
    model = _Model()
    threading.Thread(target=model.serve_forever, daemon=True).start()
    try:
        results = _started(python, room, f"http://127.0.0.1:{model.server_port}/v1", wanted)
    finally:
        model.shutdown()
        model.server_close()
    return {
        (name, arm): Played(
            team,
            *results.get(folder, ("", "it was never started")),
            model.asked.get(folder, []),
            _systems(room / folder / "team.json"),
        )
        for folder, (name, arm, team) in made.items()
    }


def _open(folder: Path) -> list[str]:
    """The blanks that the README says to fill."""
    readme = (folder / "README.md").read_text()
    found = re.search(r"^python main\.py(.*)$", readme, re.MULTILINE)
    assert found
    return re.findall(r" (\S+)=…", found[1])


def _systems(path: Path) -> list[str]:
    if not path.exists():
        return []
    agents = [each["config"] for each in json.loads(path.read_text())["config"]["participants"]]
    agents = [each.get("wrapped_agent", {}).get("config", each) for each in agents]
    return [re.sub(r"\{[A-Za-z_]\w*\}", "Filled", each["system_message"]) for each in agents]


def _started(python: Path, room: Path, url: str, wanted: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    quiet = {
        "CREWAI_DISABLE_TELEMETRY": "true",
        "OTEL_SDK_DISABLED": "true",
        "CREWAI_TRACING_ENABLED": "false",
    }
    home = {"HOME": str(room), "CREWAI_STORAGE_DIR": str(room / "kept"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [python, Path(__file__).with_name("at_home.py")],
        env={**home, **quiet, "OPENAI_BASE_URL": url, "OPENAI_API_BASE": url, "no_proxy": "*"},
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=MOST_S,
        check=False,
    )
    (room / "stderr").write_text(done.stderr)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"folder"')]
    return {row["folder"]: (row.get("printed", ""), row.get("failed", "")) for row in rows}


@pytest.mark.parametrize(("name", "arm"), CASES)
def test_what_is_taken_home_runs_and_returns_every_contribution(
    played: dict[tuple[str, Arm], Played], name: str, arm: Arm
):
    run = played[name, arm]
    assert not run.failed
    said = re.findall(r"Said-\d+\.", run.printed)
    led = run.made.coordination == "leader"
    contributions = [each.said for each in run.asked if each.said.startswith("Said-")]
    assert said
    assert sorted(said) == sorted(contributions)
    if not led:
        assert len(said) == len(run.made.steps or run.made.roles)


@pytest.mark.parametrize(("name", "arm"), WITHOUT_A_LEADER)
def test_everybody_hears_whom_it_heard_in_the_test(
    played: dict[tuple[str, Arm], Played], name: str, arm: Arm
):
    run = played[name, arm]
    steps = run.made.steps or tuple(Step(seat) for seat in range(1, len(run.made.roles) + 1))
    said: list[str] = []
    for number, (step, asked) in enumerate(zip(steps, run.turns, strict=True), 1):
        heard = {said[other - 1] for other in step.hears} if step.hears is not None else {*said}
        assert {word for word in said if word in asked.sent} == heard, number
        said.append(asked.said)
    assert len(said) == len(run.asked)


@pytest.mark.parametrize(("name", "arm"), CASES)
def test_no_blank_is_left_and_no_form_is_asked_for(
    played: dict[tuple[str, Arm], Played], name: str, arm: Arm
):
    sent = "\n".join(each.sent for each in played[name, arm].asked)
    assert not {"{town}", "{guests}", "{mission}"} & {*re.findall(r"\{\w+\}", sent)}
    assert arm == "given" or "JSON" not in sent


def test_a_model_wants_the_extra_that_crewai_itself_asks_for():
    keys = {
        f"{name}_API_KEY": "none" for name in ("OPENROUTER", "DEEPSEEK", "CEREBRAS", "DASHSCOPE", "DEEPINFRA")
    }
    quiet = {"CREWAI_DISABLE_TELEMETRY": "true", "OTEL_SDK_DISABLED": "true"}
    done = subprocess.run(
        [_python("crewai"), "-c", _ASK_FOR, *MODELS],
        env=quiet | keys,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    wanted = {model: re.findall(r"crewai\[([\w-]+)\]", told) for model, told in rows}
    assert wanted == {model: [extra for extra in [extra_of(model)] if extra] for model in MODELS}
