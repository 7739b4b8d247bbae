"""Crews that are written: read back they are equal, and their code holds nothing of their texts."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from swarm.protocols.given_team import Step
from swarm.teams.crewai.write import write
from swarm.teams.formats import import_team, read_team, settled
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from tests.teams.any_team import teams
from tests.teams.examples import BAKERY

CREWS = Path(__file__).parent / "fixtures" / "crewai"
LEADER = replace(BAKERY, coordination="leader", steps=())
ORDER = replace(
    BAKERY,
    coordination="order",
    steps=(Step(3, "menu"), Step(1, "range"), Step(3, "site"), Step(2, "permits")),
)
NO_TASKS = GivenTeam("Zwei & zwei", (GivenRole("Koch", "süß", "a: b"), GivenRole("Koch", "salzig")))
STRANGE = GivenTeam(
    'Crew"); import os #',
    (GivenRole("load configurations"), GivenRole("класс"), GivenRole("3 class"), GivenRole("Crew")),
    steps=(Step(1, "2nd"), Step(2, "write-it"), Step(3, "write_it"), Step(4, "crew")),
    tasks=tuple(
        GivenTask(name, "{{x}} {y}: |\n  - &a *a", "#") for name in ("2nd", "write-it", "write_it", "crew")
    ),
    inputs={"x": "", "y": 'line one\nline "two" # no comment'},
)


def back(files: dict[str, str]) -> GivenTeam:
    return read_team(Files(dict(sorted(files.items()))))


@pytest.mark.parametrize("name", ["bakery", "museum", "flow"])
def test_an_imported_crew_that_is_written_and_read_is_equal(name: str):
    team = import_team(CREWS / name)
    assert back(write(team)) == team


@pytest.mark.parametrize(
    "team",
    [BAKERY, LEADER, ORDER, NO_TASKS, STRANGE],
    ids=["graph", "leader", "order", "no tasks", "strange"],
)
def test_a_team_from_elsewhere_that_is_written_and_read_is_equal(team: GivenTeam):
    assert back(write(team)) == team


def test_the_code_holds_no_text_of_the_team():
    plain = write(replace(STRANGE, name="Crew", tasks=(), steps=(), roles=STRANGE.roles[:1]))
    strings = lambda code: {  # noqa: E731
        each.value
        for each in ast.walk(ast.parse(code))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    files = write(STRANGE)
    new = strings(files["crew.py"]) | strings(files["main.py"])
    new -= strings(plain["crew.py"]) | strings(plain["main.py"])
    assert new
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*_(agent|task)", each) for each in new)


@pytest.mark.parametrize(
    "team",
    [
        replace(NO_TASKS, steps=(Step(2), Step(1), Step(2))),
        replace(NO_TASKS, steps=(Step(1), Step(2))),
        replace(NO_TASKS, coordination="graph", steps=(Step(2), Step(1, None, ()), Step(2, None, (1,)))),
        replace(NO_TASKS, coordination="leader"),
        replace(ORDER, steps=(*ORDER.steps, Step(2), Step(1))),
    ],
    ids=["two turns", "seat order said", "graph", "leader", "beside tasks"],
)
def test_a_step_without_a_task_becomes_a_task_and_one_without_again(team: GivenTeam):
    files = write(team)
    assert len(yaml.safe_load(files["config/tasks.yaml"])) == (len(team.steps) or 1)
    assert ("{mission}" in files["config/tasks.yaml"]) == (not team.tasks)
    assert back(files) == team


def test_a_task_of_several_steps_becomes_several_tasks():
    team = replace(ORDER, steps=(*ORDER.steps, Step(1, "menu")))
    read = back(write(team))
    assert [step.seat for step in read.steps] == [3, 1, 3, 2, 1]
    assert [task.text for task in read.tasks].count("Write the menu for {guests}.") == 2


def test_where_nobody_has_a_task_of_its_own_everybody_works_once_and_is_told_all_of_them():
    team = replace(ORDER, steps=())
    files = write(team)
    rows = yaml.safe_load(files["config/tasks.yaml"]).values()
    turns = [row["description"] for row in rows if "agent" in row]
    assert len(turns) == len(team.roles)
    assert all(task.text in turn for task in team.tasks for turn in turns)
    assert back(files) == team


def test_a_manager_is_not_among_the_agents_that_it_leads():
    code = write(LEADER)["crew.py"]
    assert "@agent\n    def scout_agent" not in code
    assert code.count("@agent") == 2
    assert "manager_agent=self.scout_agent()" in code


@settings(max_examples=60)
@given(teams(one_step_a_task=True))
def test_any_settled_team_of_one_step_a_task_is_equal_when_read_back(team: GivenTeam):
    team = settled(team)
    is_order = all(step.hears is None or len(step.hears) == at for at, step in enumerate(team.steps))
    if is_order and team.coordination == "graph":
        team = settled(replace(team, steps=tuple(step._replace(hears=None) for step in team.steps)))
    assert back(write(team)) == team
