"""A leader plans, then all who got a job work at the same time."""

from collections.abc import AsyncIterator

from swarm.errors import ProtocolFailed
from swarm.mission import Mission
from swarm.protocols.together import together
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn


async def coordinator(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """Agent 1 plans and hands out roles and jobs; those named then work at once, hearing only the plan."""
    leader = team.seats[0]
    plan = await speak(leader, cue=Cue("plan"))
    yield plan
    if plan.action != "plan":
        raise ProtocolFailed(
            f"there is no plan to follow: the leader's turn is {plan.action} ({plan.reason})"
        )
    jobs = {job.seat: job for job in plan.assignments}
    named = [seat for seat in team if seat.number in jobs]
    work = await together(
        speak(
            seat,
            cue=Cue("contribute", round=2, role=jobs[seat.number].role, job=jobs[seat.number].job),
            hears=(plan,),
        )
        for seat in named
    )
    for turn in work:
        yield turn
