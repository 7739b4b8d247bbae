"""A team of MetaGPT is read: as it was stored, or from the classes of its roles."""

from swarm.teams.metagpt import code as metagpt_code
from swarm.teams.metagpt import storage as metagpt_storage
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam


def read(files: Files) -> GivenTeam | None:
    """Read a team from its team.json or its Python files; None when the files are of another format.

    Raises:
        BadTeam: names the file and the place.
    """
    return metagpt_storage.read(files) or metagpt_code.read(files)
