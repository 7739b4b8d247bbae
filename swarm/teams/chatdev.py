"""This file is where a team of ChatDev is read: of version 1, a chain of phases; of version 2, a graph of nodes."""

from swarm.teams import chatdev_chain, chatdev_graph
from swarm.teams.files import Files
from swarm.teams.given import GivenTeam


def read(files: Files) -> GivenTeam | None:
    """Read a team of either version; None when the files are of another format.

    Raises:
        BadTeam: names the file and the place.
    """
    return chatdev_chain.read(files) or chatdev_graph.read(files)
