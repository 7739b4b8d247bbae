"""Files of a team that cannot be read are passed over, where the team can be read without them."""

from pathlib import PurePosixPath

from swarm.teams.reading.files import Files
from swarm.teams.reading.values import BadTeam

MAX_FAULT_CHARS = 390
_NEEDED = {
    "agents",
    "tasks",
    "crew",
    "flow",
    "team",
    "openclaw",
    "clawdbot",
    "chatchainconfig",
    "phaseconfig",
    "roleconfig",
}
"""Names of files without which a team would be another one."""


def is_needed(path: str, text: str) -> bool:
    """Say whether a team would be read wrong without a file."""
    return PurePosixPath(path).stem.lower() in _NEEDED or ("crewai" in text and "Crew(" in text)


def passed_over(files: Files) -> str:
    """What is said of files that were passed over; empty when there are none."""
    return f"; not read: {', '.join(files.skipped[:3])}" if files.skipped else ""


def told_with(error: BadTeam, files: Files) -> BadTeam:
    """An error that names the files that were passed over as well: one of them may be what is wanted."""
    if files.skipped:
        error.args = (f"{error}{passed_over(files)}"[:MAX_FAULT_CHARS],)
    return error
