"""A team as somebody else defined it, in its own order or under its leader: what CrewAI, AutoGen and others run."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from swarm.errors import BadInput, ProtocolFailed
from swarm.mission import Mission
from swarm.team import MAX_AGENTS, Seat, Team, generic_roles
from swarm.turn import Cue, Speak, Turn

MAX_STEPS = 256
_STEP = re.compile(
    r"([0-9]{1,3})(?: (?!hears(?: |$))([\w-]{1,60}(?:\+[\w-]{1,60})*))?"
    r"(?: hears((?: [0-9]{1,3})+| nobody))?"
)


class Step(NamedTuple):
    """One turn of a given order of work."""

    seat: int
    task: str | None = None
    """The phase of the mission whose requirements it delivers, where the mission has it, or several, with "+" between
    them; None: what fits its role."""
    hears: tuple[int, ...] | None = None
    """Numbers, from 1, of the earlier steps whose results it is shown; None for all of them."""

    def __str__(self) -> str:
        task = f" {self.task}" if self.task else ""
        heard = "" if self.hears is None else f" hears {' '.join(map(str, self.hears)) or 'nobody'}"
        return f"{self.seat}{task}{heard}"


async def given_team(
    mission: Mission,
    team: Team,
    speak: Speak,
    *,
    title: str = "",
    roles: tuple[str, ...] = (),
    briefs: tuple[str, ...] = (),
    steps: tuple[str, ...] = (),
    led: bool = False,
) -> AsyncIterator[Turn]:
    """A team as its file gives it: its roles and their background, in its own order, its graph or under its leader.

    `roles` and `briefs` (goal and background, lines kept) are those of the seats, in seat order and round again;
    without any, the generic jobs. `steps` says who speaks when, such as "2 write_report hears 1": seat, task, earlier
    steps; without any, each seat once, hearing all before it. `led`: agent 1 plans, and those it names work one after
    another. `title` names the team to people.
    """
    cast = _Cast(roles or generic_roles(), briefs)
    if led:
        playing = _under_its_leader(team, speak, cast)
    else:
        playing = _in_order(mission, team, speak, cast, read_steps(steps, len(team)))
    async for turn in playing:
        yield turn


def read_steps(lines: Sequence[str], agents: int) -> tuple[Step, ...]:
    """Read an order of work.

    Args:
        lines: one for each step, as `Step` is written; none: each seat once, hearing all before it.
        agents: of the team.

    Raises:
        BadInput: names the step at fault.
    """
    if len(lines) > MAX_STEPS:
        raise BadInput(f"{len(lines)} steps: an order of work has at most {MAX_STEPS}")
    return tuple(_step(line, number, agents) for number, line in enumerate(lines, 1)) or tuple(
        Step(seat) for seat in range(1, agents + 1)
    )


class _Cast(NamedTuple):
    """The parts that are played, by seat."""

    roles: tuple[str, ...]
    briefs: tuple[str, ...]

    def role(self, seat: Seat) -> str:
        return seat.role or self.roles[(seat.number - 1) % len(self.roles)]

    def brief(self, seat: Seat) -> str | None:
        place = (seat.number - 1) % len(self.roles)
        return (self.briefs[place] or None) if place < len(self.briefs) else None

    def in_words(self, team: Team) -> str:
        """Tell a leader of itself and its team."""
        leader = team.seats[0]
        own = f"Your role is given: {self.role(leader)}. {self.brief(leader) or ''}".rstrip()
        lines = [
            f"Agent {seat.number}: {self.role(seat)}. {self.brief(seat) or ''}".rstrip().replace("\n", "\n  ")
            for seat in team.seats[1:]
        ]
        return "\n".join([own, "The roles of your team are given, and everybody keeps theirs:", *lines])


async def _in_order(
    mission: Mission, team: Team, speak: Speak, cast: _Cast, steps: Sequence[Step]
) -> AsyncIterator[Turn]:
    done: list[Turn] = []
    for number, step in enumerate(steps):
        seat = team.seats[step.seat - 1]
        cue = Cue(
            "contribute",
            round=1 + sum(turn.seat == step.seat for turn in done),
            role=cast.role(seat),
            brief=cast.brief(seat),
            job=_job(mission, step),
            job_from="team",
            adds=True,
        )
        hears = done if step.hears is None else [done[other - 1] for other in step.hears if other <= number]
        turn = await speak(seat, cue=cue, hears=hears)
        done.append(turn)
        yield turn


async def _under_its_leader(team: Team, speak: Speak, cast: _Cast) -> AsyncIterator[Turn]:
    plan = await speak(team.seats[0], cue=Cue("plan", brief=cast.in_words(team)))
    yield plan
    if plan.action != "plan":
        raise ProtocolFailed(
            f"there is no plan to follow: the leader's turn is {plan.action} ({plan.reason})"
        )
    heard = [plan]
    for job in plan.assignments:
        seat = team.seats[job.seat - 1]
        cue = Cue("contribute", 2, cast.role(seat), job.job, brief=cast.brief(seat), adds=True)
        turn = await speak(seat, cue=cue, hears=heard)
        heard.append(turn)
        yield turn


def _job(mission: Mission, step: Step) -> str | None:
    """The requirements of the step's task; None where the mission does not know it."""
    numbers = [
        f"R{number}"
        for number, requirement in enumerate(mission.requirements, 1)
        if step.task is not None and requirement.phase in step.task.split("+")
    ]
    return f"deliver {', '.join(numbers)}" if numbers else None


def _step(line: str, number: int, agents: int) -> Step:
    found = _STEP.fullmatch(line.strip())
    if found is None:
        raise BadInput(f"step {number}, {line[:80]!r}: write it like '2 write_report hears 1'")
    seat, task, heard = found.groups()
    if not 1 <= int(seat) <= min(agents, MAX_AGENTS):
        raise BadInput(f"step {number} names agent {seat}: the team has {agents}")
    if heard is None:
        return Step(int(seat), task)
    hears = () if heard == " nobody" else tuple(map(int, heard.split()))
    late = next((other for other in hears if not 1 <= other < number), None)
    if late is not None:
        raise BadInput(f"step {number} hears step {late}, which does not come before it")
    return Step(int(seat), task, hears)
