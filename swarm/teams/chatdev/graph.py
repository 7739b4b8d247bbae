"""A graph of ChatDev 2 is read: agents become roles, and what lies between them is passed through.

Whoever leads to an agent is heard by it, also where ChatDev only sets it to work: agents share a folder there.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from swarm.protocols.given_team import Step
from swarm.team import MAX_AGENTS
from swarm.teams.chatdev.links import Links, links
from swarm.teams.chatdev.nodes import ChatAgent, ChatNode, Edge, Graph, GraphFile, Literal, Variables
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.choice import nearest
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, read_yaml, shaped, unknown_keys

_MAYBE = re.compile(r"""(?m)^[ \t]*["']?nodes["']?\s*:""")
_PLAIN = (None, True, "true", "True", "")
"""Conditions under which ChatDev always follows an edge."""
_WHY_PASSED = "They are no agents: whom they lead to hears those who led to them."


def read(files: Files) -> GivenTeam | None:
    """Read a graph; None when no file holds one.

    Raises:
        BadTeam: names the file and the place.
    """
    graphs = {
        path: found for path, text in files.named("*.yaml", "*.yml").items() if (found := _graph(path, text))
    }
    if not graphs:
        return None
    path, found = nearest(files, graphs, "graphs of nodes")
    return _team(path, shaped(GraphFile, path, "", found))


def _graph(path: str, text: str) -> Mapping[Any, Any] | None:
    if "graph" not in text or not _MAYBE.search(text):
        return None
    found = read_yaml(path, text)
    graph = found.get("graph") if isinstance(found, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return found if isinstance(graph, Mapping) and "nodes" in graph else None  # pyright: ignore[reportUnknownVariableType]


def _team(path: str, file: GraphFile) -> GivenTeam:
    graph, variables = file.graph, Variables(file.vars or {})
    agents = _agents(path, graph)
    linked = links(graph, list(agents))
    given = _given_tasks(path, graph, agents, variables)
    roles = tuple(_role(node, agents[node.id], variables) for node in graph.nodes if node.id in agents)
    seats = {name: number for number, name in enumerate(agents, 1)}
    place = {name: number for number, name in enumerate(linked.order, 1)}
    hears = {name: tuple(sorted(place[other] for other in linked.heard[name])) for name in place}
    goal = variables.filled(graph.description or "")
    tasks = tuple({task.name: task for task in given.values()}.values())
    texts = [goal, *(f"{role.goal} {role.background}" for role in roles), *(task.text for task in tasks)]
    return GivenTeam(
        name=graph.id or "ChatDev",
        roles=roles,
        coordination="graph",
        steps=tuple(
            Step(seats[name], given[name].name if name in given else None, hears[name]) for name in place
        ),
        tasks=tasks,
        inputs=dict.fromkeys(blanks(texts), ""),
        goal=goal,
        notes=tuple(_notes(path, file, agents, linked)),
    )


def _agents(path: str, graph: Graph) -> dict[str, ChatAgent]:
    """Settings of the agents by the id of their node, in the order of the file."""
    ids = Counter(node.id for node in graph.nodes)
    agents: dict[str, ChatAgent] = {}
    for number, node in enumerate(graph.nodes):
        if ids[node.id] > 1:
            raise BadTeam(path, f"graph.nodes.{number}.id", "another node has the same id")
        if node.type == "agent":
            agents[node.id] = shaped(ChatAgent, path, f"graph.nodes.{number}.config", node.config or {})
    if not 1 <= len(agents) <= MAX_AGENTS:
        fault = f"{len(agents)} of {len(graph.nodes)} nodes are agents; 1 to {MAX_AGENTS} can be tested"
        raise BadTeam(path, "graph.nodes", fault)
    return agents


def _role(node: ChatNode, agent: ChatAgent, variables: Variables) -> GivenRole:
    return GivenRole(
        node.id,
        variables.filled(node.description or ""),
        variables.filled(agent.role or ""),
        _model(agent, variables),
    )


def _model(agent: ChatAgent, variables: Variables) -> str | None:
    """As LiteLLM writes it where the provider says so; None when it hangs on a variable that the file leaves open."""
    name = variables.filled(agent.name or "").strip()
    if not name or blanks([name]):
        return None
    certain = agent.provider in ("openai", "gemini") and "/" not in name
    return f"{agent.provider}/{name}" if certain else name


def _given_tasks(
    path: str, graph: Graph, agents: Mapping[str, ChatAgent], variables: Variables
) -> dict[str, GivenTask]:
    """Tasks that literal nodes give the agents they set to work, by the agent's id; the first one counts."""
    told = {
        node.id: text
        for number, node in enumerate(graph.nodes)
        if node.type == "literal" and (text := _told(path, number, node, variables))
    }
    tasks: dict[str, GivenTask] = {}
    for edge in graph.edges or ():
        if edge.start in told and edge.to in agents and edge.triggers:
            tasks.setdefault(edge.to, GivenTask(edge.start, told[edge.start]))
    return tasks


def _told(path: str, number: int, node: ChatNode, variables: Variables) -> str:
    """Return the words of a literal node to an agent; nothing where it speaks as if it were the agent."""
    literal = shaped(Literal, path, f"graph.nodes.{number}.config", node.config or {})
    return "" if literal.role == "assistant" else variables.filled(literal.content or "")


def _notes(path: str, file: GraphFile, agents: Mapping[str, ChatAgent], linked: Links) -> Iterator[Note]:
    graph = file.graph
    edges = graph.edges or ()
    yield Note("understood", f"{len(agents)} roles from {path}, graph.nodes")
    yield Note("understood", f"who hears whom from {path}, graph.edges ({len(edges)} edges)")
    passed = Counter(node.type[:40] for node in graph.nodes if node.type != "agent")
    if passed:
        counts = ", ".join(f"{count} {kind}" for kind, count in passed.most_common(8))
        yield Note("changed", f"{path}: nodes of other types: {counts}", _WHY_PASSED)
    for count, what, why in _changes(graph, edges, linked):
        if count:
            yield Note("changed", f"{path}: {what} ({count})", why)
    ignored = Counter(key for agent in agents.values() for key in unknown_keys(agent))
    if ignored:
        keys = ", ".join(f"{key} ({count})" for key, count in ignored.most_common(12))
        yield Note(
            "ignored", f"{path}: agents' {keys}", "Addresses and keys are never kept; tools are not emulated."
        )
    if graph.initial_instruction:
        yield Note("ignored", f"{path}: graph.initial_instruction", "It asks the user, not the agents.")


def _changes(graph: Graph, edges: tuple[Edge, ...], linked: Links) -> Iterator[tuple[int, str, str]]:
    conditions = sum(not _is_plain(edge.condition) for edge in edges)
    yield conditions, "edges with a condition", "Conditions are never run: the edges are always followed."
    yield len(linked.loops), "edges that lead back", "Loops are gone through once."
    unknown = len(linked.unknown)
    yield unknown, "edges to or from nodes that are not in the file", "They are left out."
    silent = sum(edge.carry_data is False for edge in edges)
    yield (
        silent,
        "edges that carry no data",
        "They share files in ChatDev; here, who leads to an agent is heard.",
    )
    copies = sum(each.dynamic is not None for each in (*graph.nodes, *edges))
    yield copies, "nodes and edges with dynamic copies", "Each agent works once."
    transformed = sum(edge.process is not None for edge in edges)
    yield transformed, "edges that rewrite what they carry", "Results are heard as they are."
    yield int(graph.is_majority_voting), "majority voting", "All answers count; nobody votes."


def _is_plain(condition: Any) -> bool:
    return isinstance(condition, str | bool | None) and condition in _PLAIN
