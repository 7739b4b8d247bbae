"""One after another, roles given: what most frameworks call a crew."""

from collections.abc import AsyncIterator

from swarm.mission import Mission
from swarm.team import Team, generic_roles
from swarm.turn import Cue, Speak, Turn


async def fixed_roles(
    mission: Mission, team: Team, speak: Speak, *, roles: tuple[str, ...] = ()
) -> AsyncIterator[Turn]:
    """One after another, each in a role it was given, hearing every finished contribution before it.

    A seat's own given role counts first, then `roles` in seat order and round again, then eight generic jobs.
    """
    listed = roles or generic_roles()
    heard: list[Turn] = []
    for position, seat in enumerate(team):
        role = seat.role or listed[position % len(listed)]
        turn = await speak(seat, cue=Cue("contribute", role=role), hears=heard)
        heard.append(turn)
        yield turn
