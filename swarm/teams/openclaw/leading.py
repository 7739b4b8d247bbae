"""Who leads a team of OpenClaw: whom messages reach first, and who may hand work on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from swarm.teams.openclaw.entries import Agent
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import Data


def callers_of(path: str, configuration: Data, agents: Sequence[Agent]) -> dict[str, set[str]]:
    """Map each agent that may call others to those it may call, itself left aside."""
    ids = {agent.id.lower(): agent.id for agent in agents}
    callers: dict[str, set[str]] = {}
    for agent in agents:
        allowed = (agent.entry.subagents.allowAgents if agent.entry.subagents else None) or ()
        called = _named(allowed, ids) - {agent.id}
        if called:
            callers[agent.id] = called
    talking = _named(_talking(configuration), ids)
    for each in talking if len(talking) > 1 else ():
        callers[each] = callers.get(each, set()) | (talking - {each})
    return callers


def _talking(configuration: Data) -> Sequence[str]:
    """Agents that tools.agentToAgent lets send each other messages."""
    tools = configuration.get("tools")
    between = cast(Data, tools).get("agentToAgent") if isinstance(tools, dict) else None
    if not isinstance(between, dict) or cast(Data, between).get("enabled") is False:
        return ()
    allowed = cast(Data, between).get("allow")
    if allowed is None and cast(Data, between).get("enabled"):
        return ("*",)
    return (
        [each for each in cast(list[Any], allowed) if isinstance(each, str)]
        if isinstance(allowed, list)
        else ()
    )


def _named(allowed: Sequence[str], ids: Mapping[str, str]) -> set[str]:
    if "*" in allowed:
        return set(ids.values())
    return {ids[name.lower()] for name in allowed if name.lower() in ids}


def bound_of(configuration: Data) -> set[str]:
    """Ids, in lower case, of agents that a channel's messages reach."""
    listed = configuration.get("bindings")
    rows = (
        [cast(Data, each) for each in cast(list[Any], listed) if isinstance(each, dict)]
        if isinstance(listed, list)
        else []
    )
    return {str(row["agentId"]).lower() for row in rows if isinstance(row.get("agentId"), str)}


def leader_of(agents: Sequence[Agent], callers: Mapping[str, set[str]], bound: set[str]) -> str | None:
    """Find the agent that leads, of those who may call others.

    That is OpenClaw's default one, else the only one that messages reach, else the one that may call most, else the
    first.
    """
    able = [agent for agent in agents if agent.id in callers]
    reached = [agent for agent in able if agent.id.lower() in bound]
    alone = reached[0] if len(reached) == 1 else None
    able.sort(
        key=lambda agent: (
            not agent.entry.default,
            agent is not alone,
            -len(callers[agent.id]),
            agent.id != "main",
        )
    )
    return able[0].id if able else None


def about_order(
    path: str, callers: Mapping[str, set[str]], leader: str | None, agents: int
) -> Iterator[Note]:
    """Tell who leads, or that nobody does."""
    if leader is None:
        if agents > 1:
            why = "OpenClaw has no order of its own: agents work in the order of the file, hearing all before them."
            yield Note("changed", "the order of work", why)
        return
    others = len(callers[leader])
    where = "subagents.allowAgents or tools.agentToAgent.allow"
    yield Note("understood", f"a leader, who may call {others} others, from {path}, {where}")
    if len(callers) > 1:
        why = "Only one leads: the default agent, else whom messages reach, else who may call most."
        yield Note("changed", f"{path}: agents that may call others ({len(callers)})", why)
    left_out = agents - 1 - others
    if left_out:
        why = "They are in the team all the same."
        yield Note("changed", f"{path}: agents whom the leader may not call ({left_out})", why)
