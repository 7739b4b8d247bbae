"""One after another, roles free: each agent hears every finished contribution before it."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def sequential(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """One after another; each agent hears every finished contribution before it and picks its own role."""
    heard: list[Turn] = []
    for seat in team:
        turn = await speak(seat, cue=Cue("contribute"), hears=heard)
        heard.append(turn)
        yield turn
