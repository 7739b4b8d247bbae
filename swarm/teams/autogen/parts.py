"""The parts of AutoGen's components are known by their shapes, today's and those of 0.4.0 to 0.4.2.

A component says by its `provider` which class shall be made of it. Nothing is made here, and only classes of AutoGen
itself are read.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import Field

from swarm.security.keys import without_secrets
from swarm.team import one_line
from swarm.teams.reading.values import BadTeam, Data, Tolerant, mapping

TEAMS = ("RoundRobinGroupChat", "SelectorGroupChat", "Swarm", "MagenticOneGroupChat", "GraphFlow")
LED = ("SelectorGroupChat", "MagenticOneGroupChat")
_OWN = ("autogen_agentchat.", "autogen_ext.", "autogen_core.", "autogen_studio.", "autogenstudio.")
_OWN_SHORT = ("OpenAIChatCompletionClient", "AzureOpenAIChatCompletionClient", "OllamaChatCompletionClient")
"""Providers that AutoGen knows without a package."""
WRAPPER = "MessageFilterAgent"
_FLAT = ("team_type", "agent_type", "model_type")


class Part(NamedTuple):
    """A component: what it is and how it is set."""

    kind: str
    """Its class, such as "AssistantAgent"."""
    label: str
    description: str
    config: Data
    place: str
    """In its file, such as "config.participants.0"; empty for all of it."""
    inside: str
    """The place of what it is set to."""


class TeamShape(Tolerant):
    """The parts of a team that are read."""

    participants: list[Any] = Field(min_length=1)
    name: str | None = None
    description: str | None = None
    model_client: Any = None
    selector_prompt: str | None = None
    graph: Any = None
    max_turns: Any = None
    termination_condition: Any = None


class AgentShape(Tolerant):
    """The parts of an agent that are read."""

    name: str
    description: str | None = None
    system_message: str | None = None
    instruction: str | None = None
    instructions: str | None = None
    model_client: Any = None
    model: Any = None
    handoffs: list[Any] | None = None
    metadata: Any = None

    @property
    def background(self) -> str:
        """The text about itself that it is given, whatever its class calls that."""
        return self.system_message or self.instruction or self.instructions or ""


def part(path: str, place: str, value: Any) -> Part:
    """Read a component.

    Raises:
        BadTeam: when it is none, or one that AutoGen itself does not have.
    """
    content = mapping(path, place, value)
    flat = next((content[key] for key in _FLAT if key in content), None)
    if flat is not None:
        return Part(_text(flat), "", "", content, place, place)
    provider = _text(content.get("provider"))
    if not provider.startswith(_OWN) and provider not in _OWN_SHORT:
        raise BadTeam(
            path,
            at(place, "provider"),
            "this is none of AutoGen's own components, and code of others is never run",
        )
    inside = at(place, "config")
    config = mapping(path, inside, content.get("config"))
    kind = provider.rpartition(".")[2]
    return Part(kind, _text(content.get("label")), _text(content.get("description")), config, place, inside)


def unwrapped(path: str, read: Part) -> Part:
    """The agent within a filter of messages, under the name of the filter; any other agent as it is.

    Raises:
        BadTeam: when there is none in it.
    """
    while read.kind == WRAPPER:
        inner = part(path, at(read.inside, "wrapped_agent"), read.config.get("wrapped_agent"))
        read = inner._replace(config={**inner.config, "name": read.config.get("name")})
    return read


def is_part(value: Any) -> bool:
    """Say whether a value looks like a component, of whatever kind."""
    if not isinstance(value, Mapping):
        return False
    if "team_type" in value or "agent_type" in value:
        return "participants" in value or "name" in value
    provider = _text(value.get("provider"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return "config" in value and (provider.startswith(_OWN) or "component_type" in value)


def is_team(value: Any) -> bool:
    """Say whether a component is a team."""
    kind = str(value.get("team_type") or value.get("provider")).rpartition(".")[2]
    return "team_type" in value or value.get("component_type") == "team" or kind in TEAMS


def is_agent(value: Any) -> bool:
    """Say whether a component is an agent."""
    provider = _text(value.get("provider"))
    return "agent_type" in value or value.get("component_type") == "agent" or ".agents." in provider


def at(*parts: object) -> str:
    """A place in a file, such as "config.participants.0"; names in it are safe to show."""
    return ".".join(shown for shown in (_shown(str(each)) for each in parts) if shown)


def counted(keys: Iterable[str]) -> str:
    """Names with how often they come, such as "tools (3), memory (1)"; at most a dozen."""
    counts: dict[str, int] = {}
    for key in keys:
        name = _shown(key)
        counts[name] = counts.get(name, 0) + 1
    shown = [f"{name} ({count})" for name, count in list(counts.items())[:12]]
    return ", ".join([*shown, *(["…"] if len(counts) > 12 else [])])


def _shown(name: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in without_secrets(name)[0])
    return one_line(plain)[:60]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
