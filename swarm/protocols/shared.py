"""All work at once, from the organization's memory alone."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.protocols.together import together
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def shared(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """All work at once and hear nobody; they only know who had which role in earlier missions."""
    # What the organization remembers is part of the spec and so of every prompt.
    for turn in await together(speak(seat, cue=Cue("contribute")) for seat in team):
        yield turn
