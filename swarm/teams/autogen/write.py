"""A team is written as a component that AutoGen Studio loads."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from swarm.protocols.given_team import Step
from swarm.teams.autogen.models import client_of
from swarm.teams.autogen.text import (
    HEARS,
    SEAT,
    TASK,
    agent_name,
    brief_of,
    description_of,
    selector_prompt,
    system_message,
)
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from swarm.teams.reading.values import Data

_FEWEST_LED = 3
"""A selector and two to choose among."""


def write(team: GivenTeam) -> dict[str, str]:
    """Write a team: a round robin where each hears all before it, a graph where not, a selector for a leader.

    In a graph AutoGen lets everybody hear everything, so an agent that hears only some is wrapped in a filter.

    A role that works in several steps is written once for each of them. AutoGen selects among two at least, so a leader
    of fewer takes the first turn of a round robin. `import_team` reads it back as an equal team, but for what AutoGen
    has no place for: roles that no step names, and an order in which some do not hear all before them (a graph).
    """
    content = _led(team) if _selects(team) else _in_order(team)
    return {"team.json": json.dumps(content, ensure_ascii=False, indent=2) + "\n"}


def differences(team: GivenTeam, has_roles: bool) -> Iterator[str]:
    """What AutoGen does otherwise than the test, in sentences; with roles or without makes no difference."""
    del has_roles
    yield "main.py prints all contributions, which are what was tested; alone, team.json leaves them in the chat."
    if _selects(team):
        yield (
            "The leader's model chooses who speaks, up to two turns for each agent; "
            "in the test it handed out jobs once."
        )
    elif team.coordination == "leader":
        yield "AutoGen selects among two at least: this leader speaks first, as one of them."
    if team.coordination == "graph":
        yield "Steps that wait for the same ones may work at the same time."
    if unused := _idle(team):
        yield f"Not written, because they have no turn: {unused} of {len(team.roles)} roles."


def _selects(team: GivenTeam) -> bool:
    return team.coordination == "leader" and len(team.roles) >= _FEWEST_LED


def _idle(team: GivenTeam) -> int:
    return len(team.roles) - len({step.seat for step in team.steps}) if team.steps else 0


def _led(team: GivenTeam) -> Data:
    leader, *others = team.roles
    names = _unique(role.name for role in others)
    config: Data = {
        "participants": [
            _agent(role, name, None, {SEAT: "led"}) for role, name in zip(others, names, strict=True)
        ],
        "model_client": client_of(leader.model),
        "selector_prompt": selector_prompt(leader),
        "allow_repeated_speaker": True,
        **_ending(2 * len(others)),
    }
    return _component("autogen_agentchat.teams.SelectorGroupChat", team, config)


def _in_order(team: GivenTeam) -> Data:
    steps = team.steps or tuple(Step(seat) for seat in range(1, len(team.roles) + 1))
    names = list(_unique(team.roles[step.seat - 1].name for step in steps))
    tasks = {task.name: task for task in team.tasks}
    participants = [
        _agent(
            team.roles[step.seat - 1],
            name,
            tasks.get(step.task or ""),
            _turn(step) if team.steps else {SEAT: str(step.seat)},
        )
        for step, name in zip(steps, names, strict=True)
    ]
    config: Data = {"participants": participants, **_ending(len(steps))}
    if not team.steps or (team.coordination == "order" and all(step.hears is None for step in steps)):
        return _component("autogen_agentchat.teams.RoundRobinGroupChat", team, config)
    config["participants"] = [
        _filtered(agent, step, names) for agent, step in zip(participants, steps, strict=True)
    ]
    return _component("autogen_agentchat.teams.GraphFlow", team, config | {"graph": _graph(steps, names)})


def _filtered(agent: Data, step: Step, names: Sequence[str]) -> Data:
    """The agent as it is, or one that hears only its task and the steps it is to hear."""
    if step.hears is None:
        return agent
    sources = ["user", *(names[other - 1] for other in step.hears)]
    config = {
        "name": agent["config"]["name"],
        "wrapped_agent": agent,
        "filter": {"per_source": [{"source": source} for source in sources]},
    }
    provider = "autogen_agentchat.agents.MessageFilterAgent"
    return agent | {"provider": provider, "version": 1, "component_version": 1, "config": config}


def _turn(step: Step) -> dict[str, str]:
    hears = "all" if step.hears is None else " ".join(map(str, step.hears))
    return {SEAT: str(step.seat), TASK: step.task or "", HEARS: hears}


def _graph(steps: Sequence[Step], names: Sequence[str]) -> Data:
    """Each step follows those that it hears, so that they have spoken when it does."""
    leads_to: dict[str, list[str]] = {name: [] for name in names}
    for number, (step, name) in enumerate(zip(steps, names, strict=True), 1):
        before = range(1, number) if step.hears is None else step.hears
        for other in before:
            leads_to[names[other - 1]].append(name)
    nodes = {
        name: {"name": name, "edges": [{"target": each} for each in targets], "activation": "all"}
        for name, targets in leads_to.items()
    }
    return {"nodes": nodes, "default_start_node": None}


def _agent(role: GivenRole, name: str, task: GivenTask | None, metadata: dict[str, str]) -> Data:
    config: Data = {
        "name": name,
        "model_client": client_of(role.model),
        "workbench": [],
        "description": description_of(role),
        "system_message": system_message(role, task),
        "model_client_stream": False,
        "reflect_on_tool_use": False,
        "tool_call_summary_format": "{result}",
        "metadata": metadata,
    }
    return {
        "provider": "autogen_agentchat.agents.AssistantAgent",
        "component_type": "agent",
        "version": 2,
        "component_version": 2,
        "description": description_of(role),
        "label": role.name,
        "config": config,
    }


def _component(provider: str, team: GivenTeam, config: Data) -> Data:
    return {
        "provider": provider,
        "component_type": "team",
        "version": 1,
        "component_version": 1,
        "description": brief_of(team),
        "label": team.name,
        "config": config,
    }


def _ending(turns: int) -> Data:
    """It ends after so many turns, and the task it was given."""
    condition: dict[str, Any] = {
        "provider": "autogen_agentchat.conditions.MaxMessageTermination",
        "component_type": "termination",
        "version": 1,
        "component_version": 1,
        "description": "",
        "label": "MaxMessageTermination",
        "config": {"max_messages": turns + 1, "include_agent_event": False},
    }
    return {"termination_condition": condition, "max_turns": turns, "emit_team_events": False}


def _unique(labels: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Names for AutoGen, each only once."""
    taken: set[str] = set()
    for label in labels:
        name = stem = agent_name(label)
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        yield name
