"""This file is where a team of ChatDev is read: a chain of phases, a graph of nodes or a network of like agents."""

from swarm.teams import chatdev_chain, chatdev_graph, chatdev_macnet
from swarm.teams.files import Files
from swarm.teams.given import GivenTeam


def read(files: Files) -> GivenTeam | None:
    """Read a team of ChatDev 1, ChatDev 2 or MacNet; None when the files are of another format.

    Raises:
        BadTeam: names the file and the place.
    """
    return chatdev_chain.read(files) or chatdev_graph.read(files) or chatdev_macnet.read(files)
