"""A team is written as a crew of CrewAI: texts in YAML, and code that holds nothing but names.

No text of a team stands in the code: whatever a foreign file said, it cannot become part of a program.
"""

import keyword
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from swarm.protocols.given_team import Step
from swarm.teams.crewai.turns import AT_ITS_TURN, TOLD_AT_THE_START
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam

_MAX_KEY_CHARS = 40
_BLANK = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]*)\}")
"""What CrewAI fills in, or else refuses to run."""

_AGENTS_HEAD = "# Who is in the crew. Written by Roleless.\n"
_TASKS_HEAD = "# What the crew delivers; crew.py holds the order of work. Written by Roleless.\n"
_TEAM_HEAD = (
    "# What CrewAI has no place for. main.py reads the inputs; the limit in dollars is not enforced.\n"
)
_CREW = '''"""A crew written by Roleless. Its texts are in config/agents.yaml and config/tasks.yaml."""

from crewai import Agent, Crew, CrewOutput, Process, Task
from crewai.project import CrewBase, after_kickoff, agent, crew, task


@CrewBase
class {title}:
    agents_config = "config/agents.yaml"
    tasks_config = "config/tasks.yaml"
{methods}
    @crew
    def crew(self) -> Crew:
        return Crew(
            agents=self.agents,
            tasks=self.tasks,
            process=Process.{process},{manager}
        )

    @after_kickoff
    def join(self, output: CrewOutput) -> CrewOutput:
        """Deliver every contribution, as in the test: CrewAI by itself returns that of the last task alone."""
        said = [each.raw.strip() for each in output.tasks_output]
        output.raw = "\\n\\n".join(text for text in said if text and not text.startswith("ABSTAIN"))
        return output
'''
_AGENT = """
{decorator}    def {key}(self) -> Agent:
        return Agent(config=self.agents_config["{key}"])
"""
_TASK = """
    @task
    def {key}(self) -> Task:
        return Task(config=self.tasks_config["{key}"])
"""
_MAIN = '''"""Starts the crew with the inputs of config/team.yaml and of the command line: main.py name=value …"""

import sys
from pathlib import Path

import yaml
from crew import {title}


def run(given: list[str]) -> None:
    path = Path(__file__).parent / "config" / "team.yaml"
    kept = yaml.safe_load(path.read_text(encoding="utf-8"))
    inputs = {{**kept["more_inputs"], **kept["inputs"], **dict(each.partition("=")[::2] for each in given)}}
    if missing := [name for name, value in inputs.items() if not value]:
        sys.exit(f"give a value to {{', '.join(missing)}}, in {{path}} or like this: python main.py {{missing[0]}}=…")
    crew = {title}().crew()
    if crew.manager_agent:
        crew.manager_agent.interpolate_inputs(inputs)  # CrewAI fills in the texts of all others only
    print(crew.kickoff(inputs=inputs).raw)


if __name__ == "__main__":
    run(sys.argv[1:])
'''


class _Job(NamedTuple):
    """A task of the crew: one step of the team's work."""

    key: str
    task: GivenTask
    agent: str | None
    context: list[str] | None
    is_made: bool = False
    """The writer's own, because an agent of CrewAI works only on tasks."""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def write(team: GivenTeam) -> dict[str, str]:
    """Write a team as a crew: config/{agents,tasks,team}.yaml, crew.py and main.py.

    The name, the goal, the limit in dollars, the inputs, and which tasks are the team's own in which order are in
    config/team.yaml, which CrewAI does not look at. A step without a task gets one that says so, a team without tasks
    one for each step with the blank `{mission}`; both are read back as what they were. CrewAI cannot hold, and so what
    is read back differs in: a task of several steps (each step becomes a task of its own), and a graph in which
    everybody hears all before them (it is an order). A task that no step works on is written, but not used. The crew
    returns all contributions.

    Returns:
        Texts by path.
    """
    agents = _keys([role.name for role in team.roles], "_agent")
    jobs, idle = _jobs(team, agents)
    title = _title(team.name)
    led = team.coordination == "leader"
    return {
        "config/agents.yaml": _AGENTS_HEAD
        + _dumped({key: _agent(role) for key, role in zip(agents, team.roles, strict=True)}),
        "config/tasks.yaml": _TASKS_HEAD + _tasks_text([*jobs, *idle]),
        "config/team.yaml": _TEAM_HEAD + _dumped(_kept(team, jobs, idle)),
        "crew.py": _crew(title, agents, [job.key for job in jobs], led=led),
        "main.py": _MAIN.format(title=_checked(title)),
    }


def differences(team: GivenTeam, has_roles: bool) -> Iterator[str]:
    """What CrewAI does otherwise than the test, in sentences; without roles everybody has the whole mission."""
    if has_roles and team.tasks:
        yield "Who has a task reads that, and the results it is given; in the test, the whole mission."
    yield "The result is all contributions, as in the test: `join` in crew.py makes it, CrewAI alone returns the last."
    if team.coordination == "leader":
        yield "The leader has each task done by whom it likes, as often as it likes; in the test it gave out jobs once."
    if not team.tasks:
        yield "The team has no tasks of its own: every turn is a task with the blank `{mission}`."


def inputs_of(team: GivenTeam) -> dict[str, str]:
    """All blanks that main.py fills, with their values; "" for those that are open."""
    jobs, idle = _jobs(team, _keys([role.name for role in team.roles], "_agent"))
    return {**_more_inputs(team, [*jobs, *idle]), **team.inputs}


def _kept(team: GivenTeam, jobs: Sequence[_Job], idle: Sequence[_Job]) -> dict[str, Any]:
    limit = {} if team.max_usd is None else {"max_usd": team.max_usd}
    written = [*jobs, *idle]
    own = [job.key for task in team.tasks for job in written if job.task is task]
    order = {} if own == [job.key for job in written] else {"task_order": own}
    unused = {"idle_tasks": [job.key for job in idle]} if idle else {}
    made = [job.key for job in written if job.is_made]
    turns = {"turns": made, "in_seat_order": not team.steps} if made else {}
    inputs = {"inputs": dict(team.inputs), "more_inputs": _more_inputs(team, written)}
    return {"name": team.name, "goal": team.goal, **limit, **inputs, **order, **unused, **turns}


def _more_inputs(team: GivenTeam, jobs: Sequence[_Job]) -> dict[str, str]:
    """Blanks that are not the team's: the mission that it is told, and what only CrewAI takes for one, as it stands."""
    texts = [text for role in team.roles for text in (role.name, role.goal, role.background)]
    texts += [text for job in jobs for text in (job.task.text, job.task.expected)]
    names = dict.fromkeys(name for text in texts for name in _BLANK.findall(text))
    return {name: _as_it_stands(name) for name in names if name not in team.inputs}


def _as_it_stands(name: str) -> str:
    return "" if name == "mission" else f"{{{name}}}"


def _agent(role: GivenRole) -> dict[str, str]:
    model = {} if role.model is None else {"llm": role.model}
    return {"role": role.name, "goal": role.goal, "backstory": role.background, **model}


def _jobs(team: GivenTeam, agents: Sequence[str]) -> tuple[list[_Job], list[_Job]]:
    """Tasks as CrewAI works on them, in the order of work; and those that nobody works on."""
    tasks = {task.name: task for task in team.tasks}
    if team.coordination == "leader":
        keys = _keys(list(tasks) or ["mission"], "_task")
        if not tasks:
            return [_Job(keys[0], GivenTask(keys[0], TOLD_AT_THE_START), None, None, True)], []
        return [_Job(key, task, None, None) for key, task in zip(keys, tasks.values(), strict=True)], []
    steps = team.steps or tuple(Step(seat) for seat in range(1, len(agents) + 1))
    idle = [name for name in tasks if name not in {step.task for step in steps}]
    keys = _keys([*(step.task or "step" for step in steps), *idle], "_task")
    seen: set[str | None] = set()
    jobs: list[_Job] = []
    for step, key in zip(steps, keys, strict=False):
        task = tasks.get(step.task or "")
        is_made = task is None
        if task is None:
            task = GivenTask(key, _at_its_turn(team))
        elif step.task in seen:
            task = GivenTask(key, task.text, task.expected)
        seen.add(step.task)
        context = None if step.hears is None else [keys[number - 1] for number in step.hears]
        jobs.append(_Job(key, task, agents[step.seat - 1], context, is_made))
    left = zip(keys[len(steps) :], idle, strict=True)
    return jobs, [_Job(key, tasks[name], None, None) for key, name in left]


def _at_its_turn(team: GivenTeam) -> str:
    """The text of a turn without a task; where nobody has a task of its own, everybody is told all of them."""
    if team.steps and team.tasks:
        return AT_ITS_TURN
    lines = [
        f"- {task.text}" + (f" Expected: {task.expected}" if task.expected else "") for task in team.tasks
    ]
    return "\n".join([*lines, "", AT_ITS_TURN]) if lines else TOLD_AT_THE_START


def _tasks_text(jobs: Sequence[_Job]) -> str:
    """Tasks in the order of work: CrewAI makes them as they stand, and a context must have been made before."""
    return _dumped({job.key: _task(job) for job in jobs})


def _task(job: _Job) -> dict[str, Any]:
    return {
        **({} if job.task.name == job.key else {"name": job.task.name}),
        "description": job.task.text,
        "expected_output": job.task.expected,
        **({} if job.agent is None else {"agent": job.agent}),
        **({} if job.context is None else {"context": job.context}),
    }


def _crew(title: str, agents: Sequence[str], tasks: Sequence[str], *, led: bool) -> str:
    """A manager must not be among the crew's agents, so its method has no decorator."""
    methods = [
        _AGENT.format(key=_checked(key), decorator="" if led and key == agents[0] else "    @agent\n")
        for key in agents
    ]
    methods += [_TASK.format(key=_checked(key)) for key in tasks]
    return _CREW.format(
        title=_checked(title),
        methods="".join(methods),
        process="hierarchical" if led else "sequential",
        manager=f"\n            manager_agent=self.{_checked(agents[0])}()," if led else "",
    )


def _keys(names: Sequence[str], suffix: str) -> list[str]:
    """A Python name for each, all different; the suffix keeps them apart from CrewAI's own names."""
    keys: list[str] = []
    for name in names:
        stem = _plain(name).removesuffix(suffix)[:_MAX_KEY_CHARS].strip("_") or "a"
        stem = f"a_{stem}" if stem[0].isdigit() else stem
        key, number = stem + suffix, 1
        while key in keys:
            number += 1
            key = f"{stem}_{number}{suffix}"
        keys.append(key)
    return keys


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def _title(name: str) -> str:
    """A class's name, such as BakeryLaunchCrew."""
    parts = _plain(name)[:_MAX_KEY_CHARS].split("_")
    stem = "".join(part.capitalize() for part in parts)
    return f"{stem if stem[:1].isalpha() else 'Team' + stem}Crew"


def _checked(name: str) -> str:
    assert name.isascii()
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    return name


def _dumped(value: dict[str, Any]) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
