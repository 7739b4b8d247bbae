"""The commands about teams: what is understood, the test, the verdict, the way home."""

import json
from pathlib import Path

from swarm.config import LIBRARY
from tests.test_processes import swarm

CREW = str(LIBRARY / "teams" / "museum-guide")
INPUTS = ["--inputs", f"{CREW}/inputs.csv"]


def test_an_import_tells_machines_all_that_was_understood():
    told = json.loads(swarm("team", "import", CREW, "--json").stdout)
    assert [role["name"] for role in told["roles"]][:2] == ["Museum curator", "Audio writer"]
    assert told["inputs"] == {"audience": "", "collection": "", "weeks": ""}
    assert {note["kind"] for note in told["notes"]} >= {"understood", "ignored"}


def test_a_test_ends_in_a_verdict_and_is_not_played_twice(tmp_path: Path):
    command = ("team", "test", CREW, "--model", "sim/strong", "--missions", "8", *INPUTS, "--json")
    told = json.loads(swarm(*command).stdout)
    assert told["sentence"].startswith("On 8 missions (24 simulated runs) your roles scored")
    assert [group["name"] for group in told["comparison"]["groups"]] == [
        "Your roles",
        "No roles",
        "One agent",
    ]
    again = swarm(*command)
    assert "was played already" in again.stderr
    assert json.loads(again.stdout) == told
    page = tmp_path / "verdict.html"
    shown = swarm("team", "verdict", told["experiment_id"], "--html", str(page), "--json")
    assert json.loads(shown.stdout) == told
    assert "SIMULATED" in page.read_text(encoding="utf-8")


def test_a_plan_costs_nothing_and_starts_nothing():
    told = json.loads(swarm("team", "test", CREW, "--model", "sim/weak", *INPUTS, "--plan", "--json").stdout)
    assert (told["runs"], told["arms"], told["missions"]) == (36, 3, 12)
    assert json.loads(swarm("experiment", "list", "--json").stdout) == []


def test_a_set_up_is_written_where_it_was_asked_for(tmp_path: Path):
    done = swarm(
        "team", "export", CREW, "--to", "crewai", "--set-up", "free", "--out", str(tmp_path / "home")
    )
    assert done.returncode == 0
    again = json.loads(swarm("team", "import", str(tmp_path / "home"), "--json").stdout)
    assert [role["name"] for role in again["roles"]] == [f"Team member {number}" for number in range(1, 5)]


def test_a_bad_path_and_a_bad_set_up_are_one_sentence(tmp_path: Path):
    for arguments, said in (
        (("import", str(tmp_path / "nothing")), "neither a file nor a folder"),
        (
            ("export", CREW, "--to", "crewai", "--set-up", "boss", "--out", str(tmp_path)),
            "unknown set-up 'boss'",
        ),
        (("export", CREW, "--to", "cobol", "--out", str(tmp_path)), "unknown format 'cobol'"),
        (("test", CREW, "--model", "sim/weak"), "leave {collection} open"),
        (("verdict", "nothing-here"), "nothing-here"),
    ):
        done = swarm("team", *arguments)
        assert done.returncode == 2, arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr
