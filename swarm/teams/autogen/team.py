"""A component of AutoGen becomes a team: its agents roles, its kind of group chat an order."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from swarm.protocols.given_team import Step
from swarm.team import MAX_AGENTS
from swarm.teams.autogen.models import model_of
from swarm.teams.autogen.order import along_hand_offs, along_the_graph
from swarm.teams.autogen.parts import (
    LED,
    TEAMS,
    WRAPPER,
    AgentShape,
    Part,
    TeamShape,
    at,
    counted,
    is_team,
    part,
    unwrapped,
)
from swarm.teams.autogen.text import (
    HEARS,
    SEAT,
    TASK,
    Brief,
    background_in,
    described,
    display_name,
    goal_in,
    metadata_of,
    read_brief,
    unprompted,
)
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.given import Coordination, GivenRole, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Data, shaped, unknown_keys

HUMANS = ("UserProxyAgent",)
MAX_LEVELS = 5
"""Of teams within teams."""
MAX_PARTICIPANTS = 2 * MAX_AGENTS
_PEOPLE_NAMED = 5
_SOCIETY = "SocietyOfMindAgent"
_ADDRESSES = ("base_url", "azure_endpoint", "host", "api_key", "azure_ad_token", "default_headers")
_NUMBER = re.compile(r"[0-9]{1,3}")
_LEADERS = {"SelectorGroupChat": "Selector", "MagenticOneGroupChat": "Orchestrator"}


class _Agent(NamedTuple):
    """A participant that works."""

    name: str
    shape: AgentShape
    role: GivenRole
    data: Data
    """Facts that Roleless wrote of its turn; empty for teams of others."""


class _Read(NamedTuple):
    agents: list[_Agent]
    people: list[str]
    notes: list[Note]
    settings: list[str]
    """Names of settings of its agents that nobody asked for."""


def team_of(path: str, read: Part) -> GivenTeam:
    """Read a team.

    Raises:
        BadTeam: names the place.
    """
    if read.kind not in TEAMS:
        raise BadTeam(path, read.place, f"a team of a kind that is not known here; known: {', '.join(TEAMS)}")
    shape = shaped(TeamShape, path, read.inside, read.config)
    own = read_brief(path, at(read.place, "description"), shape.description or read.description)
    brief = own or Brief()
    found = _Read([], [], [], [])
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
        inputs=own.inputs if own else _open_inputs(roles),
        goal=brief.goal,
        max_usd=brief.max_usd,
        notes=(understood, *found.notes, *_notes_of(shape, found)),
    )


def team_of_one(path: str, read: Part) -> GivenTeam:
    """Read an agent that stands alone: a team of one.

    Raises:
        BadTeam: names the place.
    """
    found = _Read([], [], [], [])
    _add_agent(path, read, Brief(), found)
    if not found.agents:
        raise BadTeam(path, read.place, "no agent is here that could take a role")
    role = found.agents[0].role
    notes = (
        Note("understood", f"one agent from {path}"),
        *found.notes,
        *_notes_on_settings("the agent's", found.settings),
    )
    return GivenTeam(role.name, (role,), inputs=_open_inputs((role,)), notes=notes)


def _gather(path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read, level: int) -> None:
    """Take in the participants of a team, those of teams within it in its place."""
    if level > MAX_LEVELS:
        raise BadTeam(path, read.place, f"teams within teams, more than {MAX_LEVELS} deep")
    for number, value in enumerate(shape.participants):
        place = at(read.inside, "participants", number)
        inner = part(path, place, value)
        if not is_team(value):
            _add_agent(path, inner, brief, found)
        elif read.kind == "GraphFlow":
            raise BadTeam(path, place, "a team within a graph cannot be read; export it on its own")
        else:
            nested = shaped(TeamShape, path, inner.inside, inner.config)
            why = "Its agents take part one by one, in its place."
            found.notes.append(
                Note("changed", f"the team {at(inner.label or inner.kind)} within the team", why)
            )
            _gather(path, inner, nested, brief, found, level + 1)
        if len(found.agents) + len(found.people) > MAX_PARTICIPANTS:
            raise BadTeam(path, place, f"more participants than the {MAX_AGENTS} that can be tested")


def _add_agent(path: str, wrapped: Part, brief: Brief, found: _Read) -> None:
    read = unwrapped(path, wrapped)
    shape = shaped(AgentShape, path, read.inside, read.config)
    if read.kind in HUMANS:
        found.people.append(shape.name)
        return
    if not shape.name.strip():
        raise BadTeam(path, at(read.inside, "name"), "an agent without a name")
    data = metadata_of(shape.metadata)
    description = shape.description or read.description
    name = display_name(read.label, shape.name) if data.get(SEAT) else shape.name
    goal = goal_in(description, name) if data.get(SEAT) else described(description)
    background = background_in(shape.background, name, goal, brief.task(str(data.get(TASK, "")) or None))
    role = GivenRole(name, goal, background, _model(path, read, shape, found))
    found.agents.append(_Agent(shape.name, shape, role, data))
    found.settings.extend(_set_keys(shape))
    found.notes.extend(_notes_on_kind(wrapped.kind, read.kind))


def _notes_on_kind(wrapped: str, kind: str) -> Iterator[Note]:
    if wrapped == WRAPPER:
        yield Note("ignored", "filters of messages", "Who hears whom follows from the kind of team alone.")
    if kind == _SOCIETY:
        yield Note("changed", "teams that act as one agent", "Each takes one seat; who is in it is not read.")


def _open_inputs(roles: Sequence[GivenRole]) -> dict[str, str]:
    return dict.fromkeys(blanks(text for role in roles for text in (role.goal, role.background)), "")


def _model(path: str, read: Part, shape: AgentShape, found: _Read) -> str | None:
    if isinstance(shape.model, str):
        return shape.model or None
    return _client_model(path, at(read.inside, "model_client"), shape.model_client, found)


def _client_model(path: str, place: str, value: Any, found: _Read) -> str | None:
    if value is None:
        return None
    client = part(path, place, value)
    if any(client.config.get(key) for key in _ADDRESSES):
        why = "Models are called as this installation calls them."
        found.notes.append(Note("ignored", "addresses and keys of models", why))
    return model_of(client.kind, client.label, client.config)


def _ordered(
    path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read
) -> tuple[tuple[GivenRole, ...], tuple[Step, ...], Coordination]:
    if read.kind in LED:
        leader = _leader(path, read, shape, brief, found)
        return (leader, *(agent.role for agent in found.agents)), (), "leader"
    if brief.leader is not None:
        return tuple(agent.role for agent in found.agents), (), "leader"
    if all(agent.data.get(SEAT) for agent in found.agents):
        roles, steps = _as_written(path, read, found.agents, brief)
        return roles, steps, "graph" if read.kind == "GraphFlow" else "order"
    return tuple(agent.role for agent in found.agents), *_turns(path, read, shape, found)


def _turns(path: str, read: Part, shape: TeamShape, found: _Read) -> tuple[tuple[Step, ...], Coordination]:
    """Order the turns of a team that Roleless did not write."""
    names = [agent.name for agent in found.agents]
    if read.kind in ("GraphFlow", "Swarm"):
        twice = next((number for number, name in enumerate(names) if name in names[:number]), None)
        if twice is not None:
            raise BadTeam(path, at(read.inside, "participants"), "two participants have the same name")
    if read.kind == "GraphFlow":
        work = along_the_graph(path, at(read.inside, "graph"), shape.graph, names, found.people)
    elif read.kind == "Swarm":
        work = along_hand_offs({agent.name: [*_targets(agent.shape)] for agent in found.agents})
    else:
        if shape.max_turns:
            found.notes.append(Note("changed", "rounds of the round robin", "Everybody speaks once."))
        return (), "order"
    found.notes.extend(work.notes)
    return work.steps, "graph" if read.kind == "GraphFlow" else "order"


def _leader(path: str, read: Part, shape: TeamShape, brief: Brief, found: _Read) -> GivenRole:
    name = brief.leader or _LEADERS[read.kind]
    prompt = unprompted(shape.selector_prompt or "")
    background = background_in(prompt, name, brief.leader_goal, None) if brief.leader else prompt
    if not brief.leader:
        why = "It plans once and hands out jobs, instead of choosing who speaks again and again."
        found.notes.append(Note("changed", f"the {name.lower()} takes a seat of its own", why))
    model = _client_model(path, at(read.inside, "model_client"), shape.model_client, found)
    return GivenRole(name, brief.leader_goal, background, model)


def _as_written(
    path: str, read: Part, agents: Sequence[_Agent], brief: Brief
) -> tuple[tuple[GivenRole, ...], tuple[Step, ...]]:
    """Roles and steps as Roleless wrote them: a participant for each step, with its seat."""
    tasks = {task.name for task in brief.given_tasks}
    roles: dict[int, GivenRole] = {}
    steps: list[Step] = []
    for number, agent in enumerate(agents, 1):
        step = _written_step(agent.data, number)
        if step is None:
            place = at(read.inside, "participants", number - 1, "config.metadata")
            raise BadTeam(path, place, "no seat or step of this team")
        roles.setdefault(step.seat, agent.role)
        steps.append(step if step.task in tasks else step._replace(task=None))
    places = {seat: place for place, seat in enumerate(sorted(roles), 1)}
    in_seat_order = not any(HEARS in agent.data for agent in agents)
    return tuple(roles[seat] for seat in sorted(roles)), () if in_seat_order else tuple(
        step._replace(seat=places[step.seat]) for step in steps
    )


def _written_step(data: Data, number: int) -> Step | None:
    """The step that Roleless wrote into the metadata of a participant; None when it is none."""
    seat, task, hears = (str(data.get(key, "")) for key in (SEAT, TASK, HEARS))
    hears_all = HEARS not in data or hears == "all"
    numbers = () if hears_all else hears.split()
    if not all(_NUMBER.fullmatch(each) for each in (seat, *numbers)):
        return None
    heard = tuple(map(int, numbers))
    return Step(int(seat), task, None if hears_all else heard) if all(0 < n < number for n in heard) else None


def _targets(shape: AgentShape) -> Iterator[str]:
    for each in shape.handoffs or []:
        target = each.get("target") if isinstance(each, dict) else each  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(target, str):
            yield target


def _notes_of(shape: TeamShape, found: _Read) -> Iterator[Note]:
    if found.people:
        named = ", ".join(at(name) for name in found.people[:_PEOPLE_NAMED])
        more = ", …" if len(found.people) > _PEOPLE_NAMED else ""
        whom = f"the participant{'s' if len(found.people) > 1 else ''} {named}{more}"
        yield Note("ignored", whom, "People take no seat in a test.")
    if shape.termination_condition is not None:
        yield Note("ignored", "when the chat ends", "A test ends when everybody has had its turn.")
    yield from _notes_on_settings("the agents'", found.settings)
    if unknown := counted(_set_keys(shape)):
        yield Note("ignored", unknown, "Settings of AutoGen's own loop.")


def _notes_on_settings(whose: str, settings: Sequence[str]) -> Iterator[Note]:
    if settings:
        why = "Tools, memory and context are not emulated, and no tool's code is looked at."
        yield Note("ignored", f"{whose} {counted(settings)}", why)


def _set_keys(shape: TeamShape | AgentShape) -> Iterator[str]:
    """Settings that nobody asked for and that are not empty or off."""
    extra = {str(key)[:60]: value for key, value in (shape.model_extra or {}).items()}
    yield from (key for key in unknown_keys(shape) if extra.get(key, True))
