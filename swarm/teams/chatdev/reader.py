"""A team of ChatDev, read: a chain of phases or a graph of nodes."""

from collections.abc import Mapping
from typing import Any

from swarm.teams.chatdev import chain, graph
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from swarm.teams.reading.values import BadTeam, read_yaml

_NETWORK = "Node_out_id"
"""A key of the files of MacNet, and of no others."""


def read(files: Files) -> GivenTeam | None:
    """Read a team of ChatDev 1 or ChatDev 2; None when the files are of another format.

    Raises:
        BadTeam: names the file and the place; so it does for a network of MacNet, which is not read.
    """
    return chain.read(files) or graph.read(files) or _no_network(files)


def _no_network(files: Files) -> None:
    for path, text in files.named("*.yaml", "*.yml").items():
        if _NETWORK in text and _is_network(read_yaml(path, text)):
            fault = (
                "a network of ChatDev's MacNet, a research branch; of ChatDev, chains and graphs can be read"
            )
            raise BadTeam(path, "", fault)


def _is_network(found: Any) -> bool:
    return isinstance(found, Mapping) and _NETWORK in found and isinstance(found.get("graph"), list)  # pyright: ignore[reportUnknownMemberType]
