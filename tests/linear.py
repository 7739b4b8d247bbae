"""Texts that are bad for patterns, and whoever reads what others wrote."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from pages.shared.text import plain
from swarm.cli.terminal import harmless
from swarm.errors import SwarmError
from swarm.experiment.file import experiment_from_bytes
from swarm.export.bundle import as_bundle, read_bundle
from swarm.export.markdown import as_markdown
from swarm.metrics.redundancy import redundancy
from swarm.metrics.relay import relays
from swarm.metrics.roles import distinct_roles
from swarm.mission import mission_from_text, mission_from_toml
from swarm.models.failures import redacted
from swarm.models.own_file import read_own_file
from swarm.models.simulated.brief import read_brief
from swarm.narrative.redline import marked, side_by_side
from swarm.recording.search import TurnFilter, find_turns
from swarm.reply.answer import AgentAnswer
from swarm.reply.read import read_reply
from swarm.security.keys import keys_in, without_secrets
from swarm.team import read_roles
from swarm.teams.formats import read_team
from swarm.teams.inputs import read_inputs
from swarm.teams.reading.files import files_of_uploads
from tests.recorded import a_record, a_turn

# ruff: noqa: E501
FRAGMENTS = (
    "a", "A", "é", "漢", " ", "\t", "\n", "\r\n", "-", "--", "_", ".", ",", ":", "=", "/", "\\", "'", '"', "`", "```\n",
    "~~~", "*", "# ", "- ", "1. ", "- [ ] ", "{", "}", "[", "]", "(", "<", ">", "</think>", "<think>", "&quot;", "&#34;{",
    "{{", "${", "{a}", "{\"a\":", "\\u0041", "\\\"", "-eyJaaaaaaaaaa", "eyJ-", "sk-", "sk-aaaaaaaaaaaaaaa ", "://a:", "://a:b",
    "token=", "api_key: ", "password ", "bearer ", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----END ", "a: &a [*a]\n",
    "a:\n ", "- a: b\n", "? ", "!!", "%YAML 1.2\n", "---\n", "---\na: b\n---\n", "[a]\n", "a = 1\n", "a = '''", "\x00", "\x1b[0m",
    "\u202e", "\u200f", "\ud7ff", "R1 – ", "[abcdef01 agent 1 contributed]\n", "agent 1 ", "state.", "${state.a}", "from metagpt",
    "class A(Role):\n", "\"\"\"", "from crewai import ", "nodes:", "key", "Follows R1, ", " \n\t\n", "https", "www.", "@a", "a@",
    "http://a.b/", "Ab", "aB", "a_b", "a-b", "aA1", "the ", "word ", "of of ", "a;", "\"a\";\"b\"\n", "a\tb\n", "a.b.c.", "Agent #1 ",
    "[[models]]\nid = 1\n",
)  # fmt: skip
"""Repeated, they make the longest detours of a pattern."""
KB = 1_000
TEAM_FILES = (
    "agents.yaml", "tasks.yaml", "crew.py", "crew.jsonc", "team.json", "team.toml", "workflow.yaml", "roles.py",
    "openclaw.json", "AGENTS.md",
)  # fmt: skip


def team_of(name: str) -> Callable[[str], object]:
    """A reader of a team in one file that is nothing but the text."""
    return lambda text: read_team(files_of_uploads([(name, text.encode())]))


def crew(text: str) -> object:
    """A crew in whose background the text stands."""
    agents = f"cook:\n  role: Cook\n  goal: Cook\n  backstory: {json.dumps(text)}\n"
    tasks = f"meal:\n  description: {json.dumps(text)}\n  expected_output: A meal\n  agent: cook\n"
    return read_team(files_of_uploads([("agents.yaml", agents.encode()), ("tasks.yaml", tasks.encode())]))


def behind(name: str, head: str) -> Callable[[str], object]:
    """A reader of a team whose file begins as that of a framework does, and goes on with the text."""
    return lambda text: read_team(
        files_of_uploads([(name, (head + text).encode()), *CREW_FILES.get(name, [])])
    )


CREW_FILES = {
    "agents.yaml": [("tasks.yaml", b"meal:\n  description: A\n  expected_output: B\n  agent: cook\n")]
}
HEADS = {
    "agents.yaml": "cook:\n  role: Cook\n  goal: Cook\n  backstory: Born\n",
    "crew.py": "from crewai import Agent, Crew, Task\n",
    "crew.jsonc": '{"name": "crew", "agents": ["a"], "tasks": [], "x": ',
    "roles.py": "from metagpt.roles import Role\n",
    "graph.yaml": "graph:\n  id: a\n  nodes:\n",
    "team.json": '{"provider": "autogen_agentchat.teams.RoundRobinGroupChat", "config": ',
    "team.toml": 'name = "A"\n',
    "workflow.yaml": "kind: Workflow\ntrigger:\n  kind: OnConversationStart\n  actions:\n",
    "openclaw.json": '{"agents": {"list": [',
}


def answer(text: str) -> object:
    """A reply in whose contribution the text stands."""
    return read_reply(json.dumps({"action": "contribute", "role": "Cook", "contribution": text}), finish="stop",
                      shape=AgentAnswer)  # fmt: skip


def said(text: str) -> list:
    return [a_turn(1, text=text), a_turn(2, text=text, index=1)]


def from_file(name: str, read: Callable[[Path], object]) -> Callable[[str], object]:
    """A reader of a file that is nothing but the text."""

    def reader(text: str) -> object:
        with TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(text.encode())
            return read(path)

    return reader


def own_models(text: str) -> object:
    """Entries of which none can be read, with the text for their names."""
    names = (json.dumps(text[at : at + 60]) for at in range(0, len(text), 60))
    return OF_MODELS("".join(f"[[models]]\nid = {name}\n" for name in names))


OF_MODELS = from_file("models.toml", read_own_file)


def zipped(text: str) -> object:
    """A zip with the text in it, and whose every entry is called after it."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for at in range(0, len(text), 1000):
            archive.writestr(f"{at}/crew.py", text[at : at + 1000])
    return read_team(files_of_uploads([("a.zip", packed.getvalue())]))


def bundle(text: str) -> object:
    """A run in all of whose words the text stands."""
    return read_bundle(as_bundle(a_record(said(text))))


READERS: Mapping[str, Callable[[str], object]] = {
    "keys are taken out": without_secrets,
    "keys are counted": keys_in,
    "errors of providers": lambda text: redacted(text, ["hunter2hunter2"]),
    "a reply": lambda text: read_reply(text, finish="stop", shape=AgentAnswer),
    "an answer": answer,
    "a mission": mission_from_text,
    "a mission as TOML": lambda text: mission_from_toml(text, "m.toml"),
    "inputs": lambda text: read_inputs("inputs.csv", text.encode()),
    "a bundle": lambda text: read_bundle(text.encode()),
    "a bundle that can be parsed": bundle,
    "an experiment": lambda text: experiment_from_bytes(text.encode(), "e.toml", {}),
    "missions of an experiment": lambda text: experiment_from_bytes(
        f"missions = [{text}]".encode(), "e.toml", {}
    ),
    "one's own models": OF_MODELS,
    "one's own models with slips": own_models,
    "roles of a list": from_file("roles.txt", read_roles),
    "roles in TOML": from_file("roles.toml", read_roles),
    "a zip": zipped,
    **{f"a team in {name}": team_of(name) for name in TEAM_FILES},
    **{f"a team behind the head of {name}": behind(name, head) for name, head in HEADS.items()},
    "a crew": crew,
    "relays": lambda text: relays(said(text)),
    "roles": lambda text: distinct_roles([text[:80], text[80:160]]),
    "redundancy": lambda text: redundancy([text, text[1:]]),
    "a search": lambda text: find_turns(said(text), TurnFilter(words="bread")),
    "two texts": lambda text: side_by_side(text, text[7:]),
    "a redline": lambda text: marked(text, text[7:]),
    "a simulated mind": read_brief,
    "a terminal": harmless,
    "a page": plain,
    "a report": lambda text: as_markdown(a_record(said(text))),
}


def read(reader: str, text: str) -> None:
    """Let somebody read a text; a refusal is as good as an answer."""
    with suppress(SwarmError, ValueError, RecursionError):
        READERS[reader](text)
