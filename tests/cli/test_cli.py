"""The command line: one object for machines, one sentence for mistakes, the promised exit codes."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from swarm.cli.commands import COMMANDS, HIDDEN, help_of, load
from swarm.config import PROJECT
from swarm.history.rows import MORE
from swarm.protocols import PROTOCOLS
from tests.warm import cold, swarm

KEYS = [
    "run_id", "status", "protocol", "models", "agents", "seed", "shock", "simulated", "imported", "owner", "quality",
    "mission_relevance", "depth", "active", "abstained", "directed_idle", "unparsed", "failed", "distinct_roles",
    "roles", "input_tokens", "cached_tokens", "output_tokens", "cost_usd", "duration_s", "estimated", "deliverable",
]  # fmt: skip
MISSION = ["--mission", "food-festival"]
HEAVY = ["litellm", "duckdb", "streamlit", "pandas", "networkx", "plotly"]


def test_every_command_has_help():
    listing = cold("--help").stdout
    for command in COMMANDS:
        assert command in listing
        assert swarm(command, "--help").returncode == 0


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_run_prints_one_object_that_repeats_itself_but_for_ids_and_times(protocol):
    first, second = (
        json.loads(swarm("run", *MISSION, "--protocol", protocol, "--seed", "5", "--json").stdout)
        for _ in "12"
    )
    assert [key for key in first if key not in MORE] == KEYS
    for varying in ("run_id", "duration_s"):
        first.pop(varying), second.pop(varying)
    assert first == second
    counts = [first[part] for part in ("active", "abstained", "directed_idle", "unparsed", "failed")]
    assert sum(counts) == first["agents"] == 8


def test_show_resume_and_list_speak_of_the_same_run():
    ran = json.loads(swarm("run", *MISSION, "--max-calls", "3", "--json").stdout)
    assert ran["status"] == "limited"
    assert json.loads(swarm("show", ran["run_id"], "--json").stdout) == ran
    listed = json.loads(swarm("list", "--json").stdout)
    assert [(row["run_id"], row["status"]) for row in listed] == [(ran["run_id"], "limited")]


def test_a_python_interpreter_that_is_given_the_command_runs_it_and_says_how_it_ended():
    assert json.loads(cold("run", *MISSION, "--agents", "1", "--json").stdout)["status"] == "finished"
    refused = cold("run")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "exactly one of" in refused.stderr


def test_list_is_newest_first():
    ids = [json.loads(swarm("run", *MISSION, "--agents", "1", "--json").stdout)["run_id"] for _ in "12"]
    assert [row["run_id"] for row in json.loads(swarm("list", "--json").stdout)] == ids[::-1]


def test_missions_lists_32_with_id_level_and_title():
    missions = json.loads(swarm("missions", "--json").stdout)
    assert len(missions) == 32
    assert all(mission["id"] and mission["level"] and mission["title"] for mission in missions)


def test_models_names_keys_but_never_their_values():
    printed = swarm("models", "--json", OPENAI_API_KEY="sk-canary-77")
    assert "sk-canary-77" not in printed.stdout
    found = {card["id"]: card for card in json.loads(printed.stdout)}
    assert found["openai/gpt-4.1-mini"]["keys_present"] == ["OPENAI_API_KEY"]
    assert found["sim/strong"]["simulated"] is True


def test_a_mission_file_in_toml_or_text_works_the_same(tmp_path):
    toml, text = tmp_path / "own.toml", tmp_path / "own.txt"
    toml.write_text(
        'title = "Open a bakery"\ngoal = "Bread for a village."\n[[requirements]]\ntext = "Find a site"\n'
    )
    text.write_text("Open a bakery\n- Find a site\n- Hire two bakers\n")
    for path in (toml, text):
        ran = swarm("run", "--mission-file", str(path), "--agents", "2", "--json")
        assert ran.returncode == 0, ran.stderr
        assert "Find a site" in json.loads(ran.stdout)["deliverable"]


BAD = {
    "unknown-protocol": (["--protocol", "sequentail", *MISSION], "Did you mean 'sequential'?"),
    "unknown-mission": (["--mission", "food-festivall"], "Did you mean 'food-festival'?"),
    "unknown-model": (["--model", "foo-bar", *MISSION], "unknown model 'foo-bar'"),
    "unknown-simulated-model": (["--model", "sim/huge", *MISSION], "sim/strong"),
    "no-agents": (["--agents", "0", *MISSION], "1 to 256"),
    "257-agents": (["--agents", "257", *MISSION], "1 to 256"),
    "ten-agents": (["--agents", "ten", *MISSION], "--agents"),
    "empty-mission": (["--goal", "  "], "empty"),
    "no-mission": ([], "exactly one of"),
    "two-missions": (["--goal", "x", *MISSION], "exactly one of"),
    "missing-file": (["--mission-file", "nowhere.toml"], "cannot read"),
    "missing-key": (["--model", "openai/gpt-4.1-mini", *MISSION], "OPENAI_API_KEY"),
    "no-budget": (["--max-usd", "0", *MISSION], "above 0"),
    "mixed": (
        ["--model", "sim/strong, anthropic/claude-sonnet-4-6", "--agents", "2", *MISSION],
        "never mixed",
    ),
    "unknown-option": (
        ["--protocol", "batched", "--option", "sice=3", *MISSION],
        "Did you mean 'size'?",
    ),
    "bad-option": (["--protocol", "batched", "--option", "size=0", *MISSION], "at least 1"),
    "real-judge-of-simulated-work": (
        ["--judge", "openai/gpt-4.1-mini", *MISSION],
        "real money on simulated work",
    ),
    "seed-too-large": (["--seed", "999999999999999999", *MISSION], "a seed is a whole number from 0"),
    "no-text": (["--goal", "caf\udce9"], "not valid UTF-8"),
    "nameless-organization": (["--organization", " ", *MISSION], "organization"),
    "unknown-judge": (["--judge", "foo-bar", *MISSION], "unknown model 'foo-bar'"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence_exit_2_and_leaves_nothing_behind(arguments, words, data_folder):
    refused = swarm("run", *arguments)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert not list(data_folder.rglob("*.jsonl"))


def test_a_mission_of_a_megabyte_is_refused_by_its_size(tmp_path):
    path = tmp_path / "big.txt"
    path.write_text("word " * 200_000)
    refused = swarm("run", "--mission-file", str(path))
    assert refused.returncode == 2
    assert "1,000,000 bytes" in refused.stderr


def test_broken_toml_is_named_with_its_line_and_key(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('title = "a"\ngoal = "b"\n\n[[requirements]]\ntext = "c"\nneeds = ["1"]\n')
    refused = swarm("run", "--mission-file", str(path))
    assert refused.returncode == 2
    assert "line 6, key 'requirements.1.needs.1'" in refused.stderr


@pytest.mark.parametrize("command", ["show", "resume", "stop", "export"])
def test_an_unknown_run_is_refused(command):
    for wrong in ("20200101-000000-ffffff", "../../etc/passwd"):
        refused = swarm(command, wrong)
        assert refused.returncode == 2, refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused = swarm("run", *MISSION, ROLELESS_DATA=str(tmp_path / "file" / "data"))
    assert refused.returncode == 2
    assert "ROLELESS_DATA" in refused.stderr


@pytest.fixture
def finished():
    return json.loads(swarm("run", *MISSION, "--seed", "2", "--json").stdout)


def test_an_exported_run_reads_back_in_every_format(finished, tmp_path):
    run_id = finished["run_id"]
    files = {name: tmp_path / f"run.{name}" for name in ("json", "csv", "parquet", "graphml", "md")}
    for name, path in files.items():
        assert swarm("export", run_id, "--format", name, "--output", str(path)).returncode == 0
    assert json.loads(files["json"].read_text())["summary"] == finished
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8-sig"))))
    assert [row["seat"] for row in rows] == [str(seat) for seat in range(1, 9)]
    assert list(pd.read_parquet(files["parquet"])["seat"]) == list(range(1, 9))
    assert len(nx.read_graphml(files["graphml"])) == 8
    assert "SIMULATED" in files["md"].read_text()
    assert {row["simulated"] for row in rows} == {"True"}


def test_an_exported_run_is_imported_once_and_not_resumed(finished, tmp_path):
    path = tmp_path / "run.json"
    swarm("export", finished["run_id"], "--output", str(path))
    imported = json.loads(swarm("import", str(path), "--json").stdout)
    assert imported["imported"] == finished["run_id"]
    assert {**imported, "run_id": 0, "imported": 0} == {**finished, "run_id": 0, "imported": 0}
    for refused in (swarm("import", str(path)), swarm("resume", imported["run_id"])):
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
    assert swarm("import", str(tmp_path)).returncode == swarm("import", "/dev/zero").returncode == 2


def test_rebuild_makes_the_same_history_from_the_journals(finished, data_folder):
    (data_folder / "roleless.duckdb").unlink(missing_ok=True)
    assert swarm("rebuild").returncode == 0
    assert json.loads(swarm("show", finished["run_id"], "--json").stdout) == finished


def test_a_deleted_run_is_gone_from_the_list(finished):
    assert swarm("delete", finished["run_id"], "--yes").returncode == 0
    assert json.loads(swarm("list", "--json").stdout) == []
    assert swarm("show", finished["run_id"]).returncode == 2


def test_the_doctor_finds_this_machine_able(data_folder):
    found = swarm("doctor", "--json")
    assert found.returncode == 0, found.stdout
    assert {finding["what"] for finding in json.loads(found.stdout)} >= {
        "Python",
        "data folder",
        "history",
        "duckdb",
    }


def test_people_see_roles_a_badge_and_no_terminal_escapes(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("Open \x1b[31ma bakery\x1b]8;;http://x\x07\n- Find a site\n")
    shown = swarm("run", "--mission-file", str(path), "--agents", "2")
    assert "SIMULATED" in shown.stdout
    assert "Find a site" in shown.stdout
    assert "\x1b" not in shown.stdout


@pytest.mark.parametrize("group", [[], ["experiment"], ["team"]], ids=str)
def test_help_imports_nothing_heavy(group: list[str]):
    check = (
        "import sys; from swarm.cli import app\n"
        f"try: app({[*group, '--help']})\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", check], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip().endswith("\n[]")


def every_command(table: Any) -> Iterator[tuple[str, str]]:
    for name, place in table.items():
        yield from [(name, place)] if isinstance(place, str) else every_command(place)


@pytest.mark.parametrize(("name", "place"), [*every_command(COMMANDS), *every_command(HIDDEN)])
def test_help_says_of_a_command_what_the_command_says_of_itself(name: str, place: str):
    command = load(name, place)
    assert command.name == name
    assert command.help == help_of(name, place)
