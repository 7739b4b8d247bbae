"""What is taken home: the recommended set-up, in formats that others can run."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from swarm.errors import BadInput
from swarm.prompts.render import template
from swarm.teams.export import TARGETS, as_download, export_team, write_files
from swarm.teams.formats import read_team, settled
from swarm.teams.reading.files import Files, files_of_uploads
from swarm.teams.reading.given import GivenRole, Note
from swarm.teams.setups import set_up
from swarm.teams.trial.arms import ARM_NAMES
from tests.teams.examples import BAKERY

TEAM = settled(BAKERY)
READABLE = sorted(set(TARGETS) - {"prompt"})


def without_the_way_to_start(files: dict[str, str]) -> dict[str, str]:
    """What the files of a set-up say of the team itself."""
    return {path: text for path, text in files.items() if path not in ("README.md", "task.md", "inputs.json")}


@pytest.mark.parametrize("arm", ARM_NAMES)
@pytest.mark.parametrize("target", TARGETS)
def test_every_set_up_is_written_in_every_format(arm, target: str):
    files = export_team(TEAM, arm, target)
    assert files
    assert all(text.strip() for text in files.values())


@pytest.mark.parametrize("arm", ARM_NAMES)
@pytest.mark.parametrize("target", READABLE)
def test_what_is_taken_home_can_be_imported_again_and_written_the_same(arm, target: str):
    files = export_team(TEAM, arm, target)
    again = read_team(files_of_uploads([as_download(files)]))
    assert len(again.roles) == len(set_up(TEAM, arm).roles)
    assert without_the_way_to_start(export_team(again, "given", target)) == without_the_way_to_start(files)


@pytest.mark.parametrize("target", sorted(set(READABLE) - {"autogen"}))
def test_import_export_import_is_identical_where_the_format_holds_it(target: str):
    once = read_team(files_of_uploads([as_download(export_team(TEAM, "given", target))]))
    twice = read_team(files_of_uploads([as_download(export_team(once, "given", target))]))
    assert once == twice
    assert once.roles == TEAM.roles
    assert once.steps == TEAM.steps
    assert once.tasks == TEAM.tasks


def test_without_roles_every_agent_reads_the_prompt_that_sequential_uses_but_for_the_form_of_its_answers():
    free = set_up(TEAM, "free")
    [rules] = {role.background for role in free.roles}
    prompt = template("system").template.strip()
    assert prompt.startswith(rules)
    assert prompt.removeprefix(rules).strip() == "Answer with exactly one JSON object and nothing around it."
    assert not {role.name for role in free.roles} & {role.name for role in TEAM.roles}
    assert "R1. Choose a site" in free.roles[0].goal


def test_one_agent_gets_the_whole_mission():
    solo = set_up(TEAM, "solo")
    assert len(solo.roles) == 1
    assert all(task.text in solo.roles[0].goal for task in TEAM.tasks)


def test_the_plain_recipe_holds_the_prompts_themselves():
    [text] = export_team(TEAM, "free", "prompt").values()
    assert template("system").template.strip() in text
    assert template("contribute").template.strip() in text


def test_the_plain_recipe_says_who_delivers_what_reading_what():
    [text] = export_team(TEAM, "given", "prompt").values()
    lines = text.splitlines()
    work = lines[lines.index("Order of work:") + 2 :]
    assert work[: work.index("")] == [
        "1. agent 1 delivers R1; it reads everything before",
        "2. agent 2 delivers R2; it reads nothing",
        "3. agent 3 delivers R3; it reads step 1",
        "4. agent 2 delivers R4; it reads step 2, step 3",
    ]
    assert "- R1. Choose a site in {town}. Expected: An address" in lines
    assert "Replace `{town}`, `{guests}` in the mission." in lines
    for number, role in enumerate(TEAM.roles, 1):
        at = lines.index(f"{number}. **{role.name}**")
        block = "\n".join(part for part in (role.goal, role.background) if part)
        assert "\n".join(lines[at + 1 :]).startswith(f"```text\n{block}\n```")


def test_the_plain_recipe_of_a_led_team_has_a_leader_and_no_order():
    [text] = export_team(replace(TEAM, coordination="leader", steps=()), "given", "prompt").values()
    assert "Agent 1 leads" in text
    assert "Order of work" not in text


@pytest.mark.parametrize(
    ("arm", "told"), [("free", "3 agents, no roles"), ("solo", "One agent that revises")]
)
def test_the_plain_recipe_is_that_of_its_set_up(arm, told: str):
    [text] = export_team(TEAM, arm, "prompt").values()
    assert told in text
    assert not [role.name for role in TEAM.roles if f"**{role.name}**" in text]


def test_agents_without_roles_keep_their_models_and_one_agent_has_the_first():
    models = [role.model for role in TEAM.roles]
    assert [role.model for role in set_up(TEAM, "free").roles] == models
    assert [role.model for role in set_up(TEAM, "solo").roles] == models[:1]


@pytest.mark.parametrize("arm", ["free", "solo"])
def test_without_roles_the_whole_mission_and_its_purpose_are_told_to_everybody(arm):
    made = set_up(TEAM, arm)
    mission = [
        "Mission: Open a bakery in {town}.",
        "Requirements:",
        "R1. Choose a site in {town}. Expected: An address",
    ]
    assert all(role.goal.splitlines()[:3] == mission for role in made.roles)
    assert [step.seat for step in made.steps] == [*range(1, len(made.roles) + 1)]
    assert {step.hears for step in made.steps} == {None}
    assert "Bakery launch" in set_up(replace(TEAM, goal=""), arm).roles[0].goal


def test_a_role_cannot_close_the_block_it_stands_in():
    roles = (replace(TEAM.roles[0], goal="```\n# Injected"), *TEAM.roles[1:])
    [text] = export_team(replace(TEAM, roles=roles), "given", "prompt").values()
    assert "````text\n```\n# Injected" in text


def test_several_files_are_handed_out_as_one_archive():
    name, content = as_download({"a.yaml": "1", "b/c.yaml": "2"})
    assert name == "team.zip"
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["a.yaml", "b/c.yaml"]


def test_files_that_are_there_are_not_written_over(tmp_path: Path):
    (tmp_path / "team.toml").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        write_files({"other.toml": "x", "team.toml": "y"}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["team.toml"]
    assert (tmp_path / "team.toml").read_text() == "mine"


AGENTS = (
    "scout:\n  role: Scout\n  goal: Find\n  backstory: Walks\n  tools: [search]\n  allow_delegation: true\n"
)
TASKS = "look:\n  description: Look\n  expected_output: x\n  agent: scout\n  output_file: out.md\n  guardrail: y\n"
CODE = """from crewai import Agent, Crew, Task
scout = Agent(role="Scout", goal="Find", backstory="Walks", tools=[search], allow_delegation=True)
look = Task(description="Look", expected_output="A list", agent=scout, output_file="out.md", guardrail=short)
crew = Crew(agents=[scout], tasks=[look])
"""


@pytest.mark.parametrize("arm", ARM_NAMES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "files", [{"agents.yaml": AGENTS, "tasks.yaml": TASKS}, {"crew.py": CODE}], ids=["yaml", "code"]
)
def test_what_is_not_taken_along_is_listed_beside_it(files: dict[str, str], target: str, arm):
    said = "\n".join(export_team(read_team(Files(files)), arm, target).values()).replace("\\", "")
    assert all(name in said for name in ("tools", "allow_delegation", "output_file", "guardrail"))


@pytest.mark.parametrize("target", ["crewai", "autogen"])
def test_a_readme_names_what_models_and_blanks_want_and_holds_no_markup_of_others(target: str):
    note = Note("changed", "![x](http://a.example) <b>role</b>", "`code` www.b.example")
    roles = (replace(TEAM.roles[0], model="anthropic/claude-sonnet-4-5"), *TEAM.roles[1:])
    readme = export_team(replace(TEAM, roles=roles, notes=(note,)), "given", target)["README.md"]
    assert "[anthropic" in readme
    assert "python main.py guests=…" in readme
    assert r"\!\[x\](http\://a.example) \<b\>role\</b\>\: \`code\` www\.b.example" in readme


@pytest.mark.parametrize("arm", ["free", "solo"])
@pytest.mark.parametrize("target", TARGETS)
def test_a_team_without_tasks_is_told_its_mission_when_it_is_started(target: str, arm):
    team = replace(TEAM, tasks=(), steps=(), coordination="order", inputs={})
    files = export_team(team, arm, target)
    assert "{mission}" in "".join(files.values())
    assert team.goal in "".join(files.values())
    assert "mission=…" in files.get("README.md", "mission=…")


@pytest.mark.parametrize("arm", ARM_NAMES)
def test_names_in_other_alphabets_stay_apart(arm):
    names = ("Повар", "Гид", "厨师", "向导", "Гид")
    team = settled(
        replace(TEAM, roles=tuple(GivenRole(name) for name in names), steps=(), coordination="leader")
    )
    made = set_up(team, arm)
    agents = yaml.safe_load(export_team(team, arm, "crewai")["config/agents.yaml"])
    config = json.loads(export_team(team, arm, "autogen")["team.json"])["config"]
    assert [row["role"] for row in agents.values()] == [role.name for role in made.roles]
    seated = config["participants"]
    assert len({each["config"]["name"] for each in seated}) == len(seated)
    assert {each["config"]["description"].partition(":")[0] for each in seated} <= {
        role.name for role in made.roles
    }
