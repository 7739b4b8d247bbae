"""One agent alone: the baseline that a team must beat."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def solo(mission: Mission, team: Team, speak: Speak, *, token_budget: int = 0) -> AsyncIterator[Turn]:
    """Agent 1 works alone; with a token budget it revises its own work until that is spent or it is content.

    `token_budget` counts input and output tokens; 0 means a single turn. It goes on while one more turn like the last
    brings what it has used nearer to that, so it may end half a turn below or above. The other seats stay idle.
    """
    turn = await speak(team.seats[0], cue=Cue("contribute"))
    yield turn
    best, spent, attempt = turn, turn.usage.tokens, 1
    # A model that claims to have used nothing must come to an end as well.
    while turn.action == "contribute" and spent + max(1, turn.usage.tokens) / 2 <= token_budget:
        attempt += 1
        turn = await speak(team.seats[0], cue=Cue("contribute", round=attempt, revise=True), hears=(best,))
        yield turn
        best, spent = turn, spent + max(1, turn.usage.tokens)
