"""The commands about teams: what is understood, the test, the verdict, the way home."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.cli.experiment import at_hand
from swarm.config import LIBRARY
from swarm.errors import BadInput
from swarm.history.rows import RunFilter
from swarm.teams import toml
from swarm.teams.export import write_files
from swarm.teams.formats import settled
from swarm.teams.storage import kept_teams, team_of
from swarm.teams.trial.sentences import rehearsal
from swarm.teams.trial.verdict import team_verdict
from tests.teams.examples import BAKERY
from tests.warm import swarm

CREW = str(LIBRARY / "teams" / "museum-guide")


def test_an_import_tells_machines_all_that_was_understood():
    told = json.loads(swarm("team", "import", CREW, "--json").stdout)
    assert [role["name"] for role in told["roles"]][:2] == ["Museum curator", "Audio writer"]
    assert told["inputs"] == {"audience": "", "collection": "", "weeks": ""}
    assert {note["kind"] for note in told["notes"]} >= {"understood", "ignored"}


def bakery(folder: Path) -> list[str]:
    """A team that names a limit, with two sets of inputs, as arguments."""
    write_files(toml.write(BAKERY), folder)
    (folder / "inputs.csv").write_text("guests,town\nfamilies,\nnight owls,Jena\n")
    return [str(folder / "team.toml"), "--inputs", str(folder / "inputs.csv"), "--model", "sim/strong"]


def test_a_test_is_played_as_asked_ends_in_a_verdict_and_is_not_played_twice(tmp_path: Path):
    asked = ("--missions", "6", "--repeats", "2", "--seed", "7", "--judge", "sim/judge", "--max-usd", "4")
    command = ("team", "test", *bakery(tmp_path), *asked, "--json")
    told = json.loads(swarm(*command).stdout)
    assert told["sentence"].startswith(
        "On 5 tasks (36 simulated runs; 2 of 6 missions are your own) your roles scored"
    )
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
    settings, history = at_hand()
    _, made = history.experiment(told["experiment_id"])
    assert (len(made.grid.missions), made.grid.repeats, made.grid.seed, made.grid.judge) == (
        6,
        2,
        7,
        "sim/judge",
    )
    assert made.terms.max_usd == BAKERY.max_usd == 3.0, "the file lowers what a person allowed"
    assert team_of(settings, made.grid) == settled(BAKERY)
    found = team_verdict(made, history.cells(RunFilter(experiment=made.grid.id)))
    assert told["recommended"] == found.recommended
    assert (told["advice"], told["rehearsal"]) == (None, rehearsal(found))


@pytest.mark.parametrize(
    ("more", "missions"),
    [([], 12), (["--missions", "3"], 3), (["--missions", "1"], 1)],
)
def test_a_plan_costs_nothing_starts_nothing_and_has_as_many_missions_as_asked(
    more: list[str], missions: int, tmp_path: Path
):
    told = json.loads(
        CliRunner().invoke(app, ["team", "test", *bakery(tmp_path), *more, "--plan", "--json"]).stdout
    )
    assert (told["runs"], told["arms"], told["missions"]) == (3 * missions, 3, missions)
    settings, history = at_hand()
    assert (history.experiments(), kept_teams(settings)) == ([], [])


def test_a_set_up_is_written_where_it_was_asked_for(tmp_path: Path):
    done = swarm("team", "export", CREW, "--to", "crewai", "--out", str(tmp_path / "home"))
    assert done.returncode == 0
    again = json.loads(swarm("team", "import", str(tmp_path / "home"), "--json").stdout)
    assert [role["name"] for role in again["roles"]] == [f"Team member {number}" for number in range(1, 5)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "nothing"], "neither a file nor a folder"),
        (["export", CREW, "--to", "crewai", "--set-up", "boss", "--out", "out"], "unknown set-up 'boss'"),
        (["export", CREW, "--to", "cobol", "--out", "out"], "unknown format 'cobol'"),
        (["test", CREW, "--model", "sim/weak"], "leave {collection} open"),
        (["verdict", "nothing-here"], "nothing-here"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_is_wrong(arguments: list[str], said: str):
    refused = CliRunner().invoke(app, ["team", *arguments]).exception
    assert isinstance(refused, BadInput)
    assert said in str(refused)


def test_what_is_refused_is_told_in_one_sentence():
    done = swarm("team", "import", "nothing")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "neither a file nor a folder" in done.stderr


@pytest.mark.parametrize(
    ("agents", "options", "said"),
    [
        (
            "a: {role: Ann, purpose: walk}\nb: {role: Bob, purpose: ride}\n",
            [],
            "or --names-only to test the names",
        ),
        ("a: {role: Ann, goal: walk}\n", [], "--inputs values.csv, whose first line is town"),
        ("a: {role: Ann, goal: walk}\n", [], "or --library-only"),
        ("a: {role: Ann, goal: walk}\n", ["--library-only", "--inputs", "in.csv"], "give one of them"),
        ("a: {role: Ann, goal: walk}\n", ["--team", "c"], "none of them is called c; choose one with --team"),
    ],
)
def test_a_test_that_wants_an_option_names_it(tmp_path: Path, agents: str, options: list[str], said: str):
    (tmp_path / "agents.yaml").write_text(agents)
    (tmp_path / "tasks.yaml").write_text("t: {description: 'Walk in {town}', expected_output: A walk}\n")
    arguments = ["team", "test", str(tmp_path), "--model", "sim/strong", "--plan", *options]
    with pytest.raises(BadInput) as caught:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert said in str(caught.value)


def test_a_team_with_blanks_can_be_tested_on_the_library_alone():
    asked = ["team", "test", CREW, "--model", "sim/weak", "--library-only", "--plan", "--json"]
    told = json.loads(CliRunner().invoke(app, asked).stdout)
    assert (told["missions"], told["missions_read"]) == (12, [])
