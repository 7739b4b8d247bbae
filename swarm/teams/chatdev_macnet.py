"""This file is where a network of ChatDev's MacNet is read: like agents in layers, each improving what it hears."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import Field

from swarm.protocols.given_team import Step
from swarm.team import MAX_AGENTS
from swarm.teams.blanks import without_blanks
from swarm.teams.candidates import nearest
from swarm.teams.files import Files
from swarm.teams.given import GivenRole, GivenTeam, Note
from swarm.teams.reading import BadTeam, Tolerant, read_yaml, shaped, unknown_keys
from swarm.teams.unlooped import Order, unlooped

MAX_LINKS = 70_000
MAX_LINE_CHARS = 2_000
_MARK = "Node_out_id"
_NODES = re.compile(r"\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*")
_MODELS = {
    "GPT_3_5_TURBO": "openai/gpt-3.5-turbo",
    "GPT_4": "openai/gpt-4",
    "GPT_4_TURBO": "openai/gpt-4-turbo",
    "GPT_4O": "openai/gpt-4o",
    "GPT_4O_MINI": "openai/gpt-4o-mini",
}


class _Agent(Tolerant):
    System_prompt: tuple[str, ...] | str = ()
    Role_name: str = "Node"


class _Network(Tolerant):
    graph: tuple[str, ...] = Field(min_length=1, max_length=2_000)
    Model: str | None = None
    Node_out_id: int
    Agent: _Agent = _Agent()


def read(files: Files) -> GivenTeam | None:
    """Read a network; None when no file holds one.

    Raises:
        BadTeam: names the file and the place.
    """
    networks = {
        path: found
        for path, text in files.named("*.yaml", "*.yml").items()
        if _MARK in text and _is_network(found := read_yaml(path, text))
    }
    if not networks:
        return None
    path, found = nearest(networks, "a network of nodes")
    network = shaped(_Network, path, "", found)
    following = _following(path, network)
    order = unlooped({str(node): [str(other) for other in others] for node, others in following.items()})
    return _team(path, network, following, order)


def _is_network(found: Any) -> bool:
    return isinstance(found, Mapping) and _MARK in found and isinstance(found.get("graph"), list)  # pyright: ignore[reportUnknownMemberType]


def _following(path: str, network: _Network) -> dict[int, dict[int, None]]:
    """Whom each node leads to, the last one included, which all that lead to nobody lead to."""
    following: dict[int, dict[int, None]] = {}
    links = 0
    for number, line in enumerate(network.graph):
        if len(line) > MAX_LINE_CHARS:
            raise BadTeam(path, f"graph.{number}", f"more than {MAX_LINE_CHARS:,} characters")
        layers = [list(_layer(path, number, part)) for part in line.split("->")]
        for node in (node for layer in layers for node in layer):
            following.setdefault(node, {})
        links += sum(len(first) * len(second) for first, second in pairwise(layers))
        if len(following) >= MAX_AGENTS or links > MAX_LINKS:
            raise BadTeam(path, f"graph.{number}", f"more than {MAX_AGENTS} nodes, or too many links")
        for first, second in pairwise(layers):
            for node in first:
                following[node] |= dict.fromkeys(second)
    ends = [node for node, others in following.items() if not others and node != network.Node_out_id]
    following.setdefault(network.Node_out_id, {})
    for node in ends:
        following[node] = {network.Node_out_id: None}
    return following


def _layer(path: str, number: int, part: str) -> Iterator[int]:
    """Nodes as MacNet writes them: "0", "0,3" or "0-3"."""
    for each in part.split(","):
        found = _NODES.fullmatch(each)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not first <= last < first + MAX_AGENTS:
            fault = "links of at most 256 nodes were expected here, such as '0-2->3'"
            raise BadTeam(path, f"graph.{number}", fault)
        yield from range(first, last + 1)


def _team(
    path: str, network: _Network, following: Mapping[int, Mapping[int, None]], order: Order
) -> GivenTeam:
    prompt = network.Agent.System_prompt
    background = without_blanks(prompt if isinstance(prompt, str) else "\n".join(prompt))
    model = _MODELS.get(network.Model or "", network.Model)
    place = {name: number for number, name in enumerate(order.names, 1)}
    heard: dict[str, list[int]] = {name: [] for name in order.names}
    for node, others in following.items():
        for other in others:
            if (str(node), str(other)) not in order.loops:
                heard[str(other)].append(place[str(node)])
    return GivenTeam(
        name="MacNet",
        roles=tuple(
            GivenRole(f"{network.Agent.Role_name} {name}", background=background, model=model)
            for name in order.names
        ),
        coordination="graph",
        steps=tuple(Step(place[name], None, tuple(sorted(heard[name]))) for name in order.names),
        notes=tuple(_notes(path, network, order)),
    )


def _notes(path: str, network: _Network, order: Order) -> Iterator[Note]:
    yield Note("understood", f"{len(order.names)} nodes and who hears whom from {path}, graph")
    why = (
        "A node hears all that lead to it and speaks once; MacNet has it improve each result and merge them."
    )
    yield Note("changed", f"{path}: the talk on each link", why)
    if order.loops:
        yield Note("changed", f"{path}: links that lead back ({len(order.loops)})", "They are left out.")
    keys = [*unknown_keys(network), *(f"Agent.{key}" for key in unknown_keys(network.Agent))]
    if keys:
        yield Note("ignored", f"{path}: {', '.join(keys[:12])}", "They set MacNet's own loop.")
