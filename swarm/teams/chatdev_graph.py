from swarm.teams.files import Files
from swarm.teams.given import GivenTeam


def read(files: Files) -> GivenTeam | None:
    """X"""
    return None
