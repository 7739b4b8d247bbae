"""What is settled is what is read back, in every format that is written, as far as the format can hold it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import example, given, settings

from swarm.protocols.given_team import read_steps
from swarm.teams.crewai.write import write
from swarm.teams.export import TARGETS, export_team
from swarm.teams.formats import read_team, settled
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import Coordination, GivenRole, GivenTask, GivenTeam
from swarm.teams.setups import set_up
from swarm.teams.trial.arms import ARM_NAMES
from tests.teams.any_team import teams

ROLES = (GivenRole("Ann", "Find {town}", "You walk."), GivenRole("Bob", "", "", "openai/gpt-4.1"))
TASKS = {
    name: GivenTask(name, f"Do {name} for {{guests}}.", name.upper())
    for name in ("one", "two", "three", "step_task")
}


def built(roles: int, coordination: Coordination, steps: str = "", tasks: str = "", **more: Any) -> GivenTeam:
    """A team of so many roles; steps as `Step` is written, apart by commas, tasks by their names."""
    lines = [line.strip() for line in steps.split(",") if line.strip()]
    read = read_steps(lines, roles) if lines else ()
    return GivenTeam(
        "T", ROLES[:roles], coordination, read, tuple(TASKS[name] for name in tasks.split()), **more
    )


FOUND = {
    "a leader alone without tasks": built(1, "leader"),
    "a leader alone with one task": built(1, "leader", tasks="one"),
    "a leader alone with three tasks": built(1, "leader", tasks="one two three"),
    "a leader of one": built(2, "leader", tasks="one two"),
    "a leader with steps": built(2, "leader", "2 one", "one"),
    "a graph without steps": built(2, "graph"),
    "a graph in which all hear all": built(2, "graph", "1 one hears nobody, 2 two hears 1", "one two"),
    "an order in which one hears nobody": built(2, "order", "1 one, 2 two hears nobody", "one two"),
    "one who hears another twice": built(
        1, "graph", "1 one, 1 two hears nobody, 1 three hears 2 1 2", "one two three"
    ),
    "work against the order of tasks": built(2, "graph", "1 two hears nobody, 2 one hears 1", "one two"),
    "a task that nobody works on": built(2, "order", "2 three", "one two three"),
    "a role that never works": built(2, "order", "2 one", "one"),
    "tasks without steps": built(2, "order", tasks="one two three"),
    "a step without a task beside a task of its name": built(1, "order", "1, 1 step_task", "step_task"),
    "a task that is worked on twice": built(2, "order", "1 one, 2 one, 1 two", "one two"),
    "inputs that no text could ask for": built(1, "order", inputs={"2 be": "x", "town": "Ulm"}),
    "a limit": built(1, "order", max_usd=2.5),
}


class Work(NamedTuple):
    """A turn as CrewAI knows it: whose, at what, hearing whom."""

    seat: int
    text: str
    expected: str
    hears: tuple[int, ...] | None


def all_of_it(team: GivenTeam) -> object:
    """Our own file holds everything."""
    return team


def roles_that_work(team: GivenTeam) -> object:
    """AutoGen has participants for turns only: no place for a role that no step names."""
    seats = sorted({step.seat for step in team.steps}) or range(1, len(team.roles) + 1)
    places = {seat: place for place, seat in enumerate(seats, 1)}
    steps = tuple(step._replace(seat=places[step.seat]) for step in team.steps)
    return replace(team, roles=tuple(team.roles[seat - 1] for seat in seats), steps=steps)


def work_on_tasks(team: GivenTeam) -> object:
    """Each turn of a crew has a task that is its own. A graph in which everybody hears all before them is an order."""
    tasks = {task.name: task for task in team.tasks}
    turns = team.steps
    if all(step.hears is None or len(step.hears) == number for number, step in enumerate(turns)):
        turns = tuple(step._replace(hears=None) for step in turns)
    done = [(step, tasks.get(step.task or "", GivenTask("", ""))) for step in turns]
    work = [Work(step.seat, task.text, task.expected, step.hears) for step, task in done]
    led = team.coordination == "leader"
    return replace(team, steps=(), tasks=(), coordination="leader" if led else "order"), work


def own_tasks(team: GivenTeam, read: GivenTeam) -> tuple[GivenTask, ...]:
    """Those of the tasks that were read back that the writer did not make."""
    return read.tasks[: len(team.tasks)]


HELD: Mapping[str, Callable[[GivenTeam], object]] = {
    "crewai": work_on_tasks,
    "autogen": roles_that_work,
    "roleless": all_of_it,
}
NOT_READ = {"prompt"}


def examples(test: Callable[..., None]) -> Callable[..., None]:
    for team in FOUND.values():
        test = example(team=team)(test)
    return test


def test_every_format_that_is_written_is_read_back_or_said_not_to_be():
    assert {*HELD} | NOT_READ == {*TARGETS}


@pytest.mark.parametrize("target", HELD)
@settings(max_examples=40)
@given(team=teams())
@examples
def test_any_team_is_read_back_as_it_was_settled(target: str, team: GivenTeam):
    team = settled(team)
    read = read_team(Files(export_team(team, "given", target)))
    assert HELD[target](read) == HELD[target](team)
    assert own_tasks(team, read) == team.tasks


@settings(max_examples=40)
@given(team=teams())
@examples
def test_what_is_settled_is_settled_for_good(team: GivenTeam):
    once = settled(team)
    assert settled(once) == once
    assert {step.hears for step in once.steps} <= {None} or once.coordination == "graph"
    assert not (once.coordination == "leader" and (once.steps or len(once.roles) == 1))


@pytest.mark.parametrize(
    ("name", "coordination", "steps"),
    [
        ("a leader alone with three tasks", "order", ["1 one", "1 two", "1 three"]),
        ("a leader of one", "leader", []),
        ("a leader with steps", "leader", []),
        ("a graph without steps", "order", []),
        ("an order in which one hears nobody", "graph", ["1 one", "2 two hears nobody"]),
        ("one who hears another twice", "graph", ["1 one", "1 two hears nobody", "1 three hears 1 2"]),
    ],
)
def test_what_was_left_to_be_understood_is_said(name: str, coordination: Coordination, steps: list[str]):
    team = settled(FOUND[name])
    assert (team.coordination, [str(step) for step in team.steps]) == (coordination, steps)


def test_what_the_texts_leave_open_is_an_input_and_nothing_else_is():
    assert settled(FOUND["a leader alone with one task"]).inputs == {"town": "", "guests": ""}
    assert settled(FOUND["inputs that no text could ask for"]).inputs == {"town": "Ulm"}


@settings(max_examples=40)
@given(team=teams())
@examples
def test_a_context_of_crewai_never_names_a_later_task(team: GivenTeam):
    rows = yaml.safe_load(write(settled(team))["config/tasks.yaml"]) or {}
    for number, row in enumerate(rows.values()):
        assert {*row.get("context", ())} <= {*list(rows)[:number]}


@pytest.mark.parametrize("arm", sorted(set(ARM_NAMES) - {"given"}))
@pytest.mark.parametrize("target", HELD)
@pytest.mark.parametrize("team", FOUND.values(), ids=FOUND.keys())
def test_every_set_up_of_a_team_is_read_back_too(target: str, arm, team: GivenTeam):
    team = settled(team)
    assert read_team(Files(export_team(team, arm, target))) == settled(set_up(team, arm))
