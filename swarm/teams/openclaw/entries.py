"""The agents of an OpenClaw configuration are found, in the shapes that its versions have had."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from swarm.team import MAX_AGENTS
from swarm.teams.reading.candidates import place
from swarm.teams.reading.files import Files
from swarm.teams.reading.values import BadTeam, Data, Tolerant, mapping, read_json5, shaped

NAMES = {"openclaw.json", "openclaw.json5", "moltbot.json", "clawdbot.json"}
"""Names of the file; others are known by their agents."""


class _Choice(Tolerant):
    primary: str | None = None
    fallbacks: tuple[str, ...] | None = None


class Identity(Tolerant):
    """The face that an agent shows to people."""

    name: str | None = None
    theme: str | None = None


class Subagents(Tolerant):
    """The agents that an agent may call."""

    allowAgents: tuple[str, ...] | None = None


class ClawEntry(Tolerant):
    """An agent as the configuration has it."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    workspace: str | None = None
    model: Any = None
    identity: Identity | None = None
    subagents: Subagents | None = None
    default: bool | None = None


class Agent(NamedTuple):
    """An agent with its place in the file."""

    id: str
    entry: ClawEntry
    place: str


class Chosen(NamedTuple):
    """A model, and how many would stand in for it."""

    model: str | None = None
    fallbacks: int = 0


def configurations(files: Files) -> dict[str, Data]:
    """Configurations of OpenClaw among the files, by path.

    Raises:
        BadTeam: when a file that is called so cannot be read.
    """
    found: dict[str, Data] = {}
    for path, text in files.named("*.json", "*.json5", "*.jsonc").items():
        called_so = PurePosixPath(path).name in NAMES
        if not called_so and not ("agents" in text and ("entries" in text or "list" in text)):
            continue
        try:
            value = read_json5(path, text)
        except BadTeam:
            if called_so:
                raise
            continue
        if called_so or _has_agents(value):
            found[path] = mapping(path, "", value)
    return found


def _has_agents(value: Any) -> bool:
    agents = value.get("agents") if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(agents, Mapping):
        return False
    entries, listed = agents.get("entries"), agents.get("list")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    named = isinstance(listed, list) and any(isinstance(each, Mapping) and "id" in each for each in listed)  # pyright: ignore[reportUnknownVariableType]
    return isinstance(entries, Mapping) or named


def agents_of(path: str, configuration: Data) -> list[Agent]:
    """Its agents, in the order of the file; at least one.

    Raises:
        BadTeam: names the place.
    """
    found = list(_agents(path, configuration))
    if len(found) > MAX_AGENTS:
        raise BadTeam(path, "agents", f"{len(found)} agents; at most {MAX_AGENTS} can be tested")
    ids = [agent.id.lower() for agent in found]
    for number, agent in enumerate(found):
        if ids[number] in ids[:number]:
            raise BadTeam(path, agent.place, "another agent has the same id")
    if not found:
        raise BadTeam(path, "agents", "no agents are configured here; wanted: agents.entries or agents.list")
    return found


def _agents(path: str, configuration: Data) -> Iterator[Agent]:
    agents = mapping(path, "agents", configuration.get("agents") or {})
    routing = configuration.get("routing")
    if "entries" in agents:
        yield from _by_id(path, "agents.entries", agents["entries"])
    elif "list" in agents:
        yield from _in_a_list(path, agents["list"])
    elif isinstance(routing, Mapping) and "agents" in routing:
        yield from _by_id(path, "routing.agents", routing["agents"])
    elif "agent" in configuration or "defaults" in agents:
        entry = shaped(ClawEntry, path, "agent", configuration.get("agent") or {})
        identity = shaped(Identity, path, "identity", configuration.get("identity") or {})
        yield Agent("main", entry.model_copy(update={"identity": identity}), "agent")


def _by_id(path: str, where: str, value: Any) -> Iterator[Agent]:
    for name, each in mapping(path, where, value).items():
        inner = place(where, name)
        yield Agent(name, shaped(ClawEntry, path, inner, each or {}), inner)


def _in_a_list(path: str, value: Any) -> Iterator[Agent]:
    if not isinstance(value, list):
        raise BadTeam(path, "agents.list", "a list of agents was expected here")
    for number, each in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        inner = f"agents.list.{number}"
        entry = shaped(ClawEntry, path, inner, each)
        if not entry.id:
            raise BadTeam(path, f"{inner}.id", "an id was expected here")
        yield Agent(entry.id, entry, inner)


def chosen(path: str, where: str, value: Any) -> Chosen:
    """A model, written as its name or as {primary, fallbacks}.

    Raises:
        BadTeam: names the place.
    """
    if value is None or isinstance(value, str):
        return Chosen(value)
    choice = shaped(_Choice, path, place(where, "model"), value)
    return Chosen(choice.primary, len(choice.fallbacks or ()))
