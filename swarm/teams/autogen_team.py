"""This file is where a component of AutoGen becomes a team: its agents roles, its kind of group chat an order."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.autogen_models import model_of
from swarm.teams.autogen_parts import (
    LED,
    TEAMS,
    AgentShape,
    GraphShape,
    Part,
    TeamShape,
    at,
    counted,
    is_team,
    part,
)
from swarm.teams.autogen_text import (
    HEARS,
    SEAT,
    TASK,
    Brief,
    background_in,
    display_name,
    metadata_of,
    read_brief,
    unprompted,
)
from swarm.teams.given import Coordination, GivenRole, GivenTeam, Note
from swarm.teams.reading import BadTeam, Data, shaped, unknown_keys
from swarm.teams.unlooped import unlooped

HUMANS = ("UserProxyAgent",)
MAX_LEVELS = 5
"""Of teams within teams."""
_USED = {"tools", "workbench", "model_context", "memory"}
_LEADERS = {"SelectorGroupChat": "Selector", "MagenticOneGroupChat": "Orchestrator"}


class _Agent(NamedTuple):
    """A participant that works."""

    name: str
    shape: AgentShape
    role: GivenRole
    data: Data
    """What Roleless wrote of its turn; empty for teams of others."""


class _Read(NamedTuple):
    agents: list[_Agent]
    notes: list[Note]


def team_of(path: str, read: Part) -> GivenTeam:
    """Read a team.

    Raises:
        BadTeam: names the place.
    """
    if read.kind not in TEAMS:
        raise BadTeam(path, read.place, f"a team of a kind that is not known here; known: {', '.join(TEAMS)}")
    shape = shaped(TeamShape, path, read.inside, read.config)
    brief = read_brief(path, at(read.place, "description"), shape.description or read.description) or Brief()
    found = _Read([], [])
    _gather(path, read, shape, brief, found, 1)
    if not found.agents:
        raise BadTeam(path, at(read.inside, "participants"), "no agent is among them that could take a role")
    roles, steps, coordination = _ordered(path, read, shape, brief, found)
    name = read.label or shape.name or path.rpartition("/")[2].removesuffix(".json")
    understood = Note("understood", f"{len(roles)} roles of a {read.kind} from {path}")
    return GivenTeam(
        name=name,
        roles=roles,
        coordination=coordination,
        steps=steps,
        tasks=brief.given_tasks,
        inputs=brief.inputs,
        goal=brief.goal,
        max_usd=brief.max_usd,
        notes=(understood, *found.notes, *_notes_of(shape)),
    )


def team_of_one(path: str, read: Part) -> GivenTeam:
    """Read an agent that stands alone: a team of one.

    Raises:
        BadTeam: names the place.
    """
    found = _Read([], [])
    _add_agent(path, read, Brief(), found)
    if not found.agents:
        raise BadTeam(path, read.place, "no agent is here that could take a role")
    role = found.agents[0].role
    return GivenTeam(role.name, (role,), notes=(Note("understood", f"one agent from {path}"), *found.notes))


def _gather(path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read, level: int) -> None:
    """Take in the participants of a team, those of teams within it in its place."""
    if level > MAX_LEVELS:
        raise BadTeam(path, read.place, f"teams within teams, more than {MAX_LEVELS} deep")
    for number, value in enumerate(shape.participants):
        inner = part(path, at(read.inside, "participants", number), value)
        if isinstance(value, dict) and is_team(value):
            nested = shaped(TeamShape, path, inner.inside, inner.config)
            why = "Its agents take part one by one, in its place."
            found.notes.append(
                Note("changed", f"the team {at(inner.label or inner.kind)} within the team", why)
            )
            _gather(path, inner, nested, brief, found, level + 1)
        else:
            _add_agent(path, inner, brief, found)


def _add_agent(path: str, read: Part, brief: Brief, found: _Read) -> None:
    shape = shaped(AgentShape, path, read.inside, read.config)
    if read.kind in HUMANS:
        found.notes.append(
            Note("ignored", f"the participant {at(shape.name)}", "People take no seat in a test.")
        )
        return
    if not shape.name.strip():
        raise BadTeam(path, at(read.inside, "name"), "an agent without a name")
    data = metadata_of(shape.metadata)
    goal = shape.description or read.description
    name = display_name(read.label, shape.name) if data.get(SEAT) else shape.name
    background = background_in(shape.background, name, goal, brief.task(str(data.get(TASK, "")) or None))
    role = GivenRole(name, goal, background, _model(path, read, shape))
    found.agents.append(_Agent(shape.name, shape, role, data))


def _model(path: str, read: Part, shape: AgentShape) -> str | None:
    if isinstance(shape.model, str):
        return shape.model or None
    return _client_model(path, at(read.inside, "model_client"), shape.model_client)


def _client_model(path: str, place: str, value: Any) -> str | None:
    if value is None:
        return None
    client = part(path, place, value)
    return model_of(client.kind, client.label, client.config)


def _ordered(
    path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read
) -> tuple[tuple[GivenRole, ...], tuple[Step, ...], Coordination]:
    if read.kind in LED:
        leader = _leader(path, read, shape, brief, found)
        return (leader, *(agent.role for agent in found.agents)), (), "leader"
    coordination: Coordination = "graph" if read.kind == "GraphFlow" else "order"
    if all(agent.data.get(SEAT) for agent in found.agents):
        return *_as_written(path, read, found.agents, brief), coordination
    roles = tuple(agent.role for agent in found.agents)
    if read.kind == "GraphFlow":
        return roles, _along_the_graph(path, read, shape, found), "graph"
    if read.kind == "Swarm":
        return roles, _along_hand_offs(found), "order"
    if shape.max_turns:
        found.notes.append(Note("changed", "rounds of the round robin", "Everybody speaks once."))
    return roles, (), "order"


def _leader(path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read) -> GivenRole:
    name = brief.leader or _LEADERS[read.kind]
    prompt = unprompted(shape.selector_prompt or "")
    background = background_in(prompt, name, brief.leader_goal, None) if brief.leader else prompt
    if not brief.leader:
        why = "It plans once and hands out jobs, instead of choosing who speaks again and again."
        found.notes.append(Note("changed", f"the {name.lower()} takes a seat of its own", why))
    model = _client_model(path, at(read.inside, "model_client"), shape.model_client)
    return GivenRole(name, brief.leader_goal, background, model)


def _as_written(
    path: str, read: Part, agents: Sequence[_Agent], brief: Brief
) -> tuple[tuple[GivenRole, ...], tuple[Step, ...]]:
    """Roles and steps as Roleless wrote them: a participant for each step, with its seat."""
    tasks = {task.name for task in brief.given_tasks}
    roles: dict[int, GivenRole] = {}
    steps: list[Step] = []
    for number, agent in enumerate(agents, 1):
        seat, task, hears = (str(agent.data.get(key, "")) for key in (SEAT, TASK, HEARS))
        heard = None if hears == "all" else tuple(int(each) for each in hears.split() if each.isdecimal())
        if not seat.isdecimal() or any(not 1 <= each < number for each in heard or ()):
            raise BadTeam(
                path,
                at(read.inside, "participants", number - 1, "config.metadata"),
                "no seat or step of this team",
            )
        roles.setdefault(int(seat), agent.role)
        steps.append(Step(int(seat), task if task in tasks else None, heard))
    places = {seat: place for place, seat in enumerate(sorted(roles), 1)}
    return tuple(roles[seat] for seat in sorted(roles)), tuple(
        step._replace(seat=places[step.seat]) for step in steps
    )


def _along_the_graph(path: str, read: Part, shape: TeamShape, found: _Read) -> tuple[Step, ...]:
    graph = shaped(GraphShape, path, at(read.inside, "graph"), shape.graph)
    seats = {agent.name: seat for seat, agent in enumerate(found.agents, 1)}
    following = {
        name: [edge.target for edge in graph.nodes[name].edges if edge.target in seats]
        if name in graph.nodes
        else []
        for name in seats
    }
    conditions = sum(edge.condition is not None for node in graph.nodes.values() for edge in node.edges)
    if conditions:
        why = "Every way is taken, whatever was said."
        found.notes.append(
            Note("ignored", f"{conditions} condition{'s' if conditions > 1 else ''} of the graph", why)
        )
    order = unlooped(following, [name for name in (graph.default_start_node,) if name in seats])
    if order.loops:
        why = "Nobody speaks twice in a test."
        found.notes.append(
            Note("changed", f"{len(order.loops)} loop{'s' if len(order.loops) > 1 else ''} cut", why)
        )
    numbers = {name: number for number, name in enumerate(order.names, 1)}
    return tuple(
        Step(seats[name], None, tuple(sorted(_before(name, following, order.loops, numbers))))
        for name in order.names[:MAX_STEPS]
    )


def _before(
    name: str, following: dict[str, list[str]], loops: frozenset[tuple[str, str]], numbers: dict[str, int]
) -> Iterator[int]:
    """Steps of all that lead to somebody, directly or not: a group chat is heard by all who come later in it."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        for other, targets in following.items():
            if current in targets and (other, current) not in loops and other not in seen:
                seen.add(other)
                waiting.append(other)
    yield from (numbers[other] for other in seen if numbers[other] < numbers[name])


def _along_hand_offs(found: _Read) -> tuple[Step, ...]:
    """From the first agent on, breadth first, along whom each may hand over to."""
    seats = {agent.name: seat for seat, agent in enumerate(found.agents, 1)}
    targets = {agent.name: [*_targets(agent.shape)] for agent in found.agents}
    ordered: list[str] = []
    waiting = [found.agents[0].name]
    while waiting:
        name = waiting.pop(0)
        if name in seats and name not in ordered:
            ordered.append(name)
            waiting += targets[name]
    ordered += [name for name in seats if name not in ordered]
    why = "Each works once, in the order in which work can be handed over."
    found.notes.append(Note("changed", "hand-offs that agents decide on", why))
    return tuple(Step(seats[name]) for name in ordered)


def _targets(shape: AgentShape) -> Iterator[str]:
    for each in shape.handoffs or []:
        target = each.get("target") if isinstance(each, dict) else each  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(target, str):
            yield target


def _notes_of(shape: TeamShape) -> Iterator[Note]:
    if shape.termination_condition is not None:
        yield Note("ignored", "when the chat ends", "A test ends when everybody has had its turn.")
    if unknown := counted(unknown_keys(shape)):
        yield Note("ignored", unknown, "Settings of AutoGen's own loop.")
