"""Sequential in groups: a variant that trades what is heard for time."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.protocols.together import together
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def batched(mission: Mission, team: Team, speak: Speak, *, size: int = 4) -> AsyncIterator[Turn]:
    """Small groups, one after another; a group works at once and hears what earlier groups have finished.

    `size` is the number of agents in a group.
    """
    heard: list[Turn] = []
    for first in range(0, len(team), size):
        group = team.seats[first : first + size]
        turns = await together(speak(seat, cue=Cue("contribute"), hears=heard) for seat in group)
        for turn in turns:
            yield turn
        heard = [*heard, *turns]
