"""This file is where a team of CrewAI is read."""

from swarm.teams.files import Files
from swarm.teams.given import GivenTeam


def read(files: Files) -> GivenTeam | None:
    """Read a team; None when the files are of another format."""
    return None
