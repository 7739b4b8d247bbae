"""All announce what they intend, then all work, knowing everybody's intentions."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.protocols.together import together
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def broadcast(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """All announce an intention at once, then all work at once, hearing every intention but no work."""
    intentions = await together(speak(seat, cue=Cue("intend")) for seat in team)
    for turn in intentions:
        yield turn
    work = await together(speak(seat, cue=Cue("contribute", round=2), hears=intentions) for seat in team)
    for turn in work:
        yield turn
