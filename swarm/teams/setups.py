"""The set-up that a test recommends becomes a team that other frameworks can run."""

from dataclasses import replace

from swarm.prompts.render import template
from swarm.protocols.given_team import Step
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from swarm.teams.trial.arms import Arm

FREE_ROLE = "Team member"
SOLO_ROLE = "Sole worker"
_SOLO = (
    "You work alone. When you have a complete result, read it as its harshest critic would, and write it anew, "
    "complete and better, until nothing can be improved."
)
_TURN = (
    "It is your turn. Read the mission in your goal and everything the others have done so far. Find what is still "
    "missing or weak, take the role that this work needs, and do that part. If you would add nothing, abstain."
)
_PART = "Your part of the result, or the word ABSTAIN and why."
_FORM = "Answer with exactly one JSON object"
"""How the prompt of Sequential begins to ask for a form that Roleless reads, and nobody else does."""
_WHOLE = "Deliver the whole mission in your goal. Then revise your own work until nothing can be improved."


def set_up(team: GivenTeam, arm: Arm) -> GivenTeam:
    """Make the set-up to take home.

    Args:
        team: the one that was tested.
        arm: "given" is the team as it is. "free" is as many agents without roles, one after another: the mission is
            the goal of each, the system prompt of Sequential (but for the form of its answers) its background, and its
            task is to take its turn. "solo" is one agent that delivers the whole mission and revises its own work.
    """
    if arm == "given":
        return team
    if arm == "solo":
        role = GivenRole(SOLO_ROLE, mission_of(team), _SOLO, team.roles[0].model)
        return _team(team, (role,), (GivenTask("deliver", _WHOLE),))
    rules = template("system").template.partition(_FORM)[0].strip()
    roles = tuple(
        GivenRole(f"{FREE_ROLE} {number}", mission_of(team), rules, role.model)
        for number, role in enumerate(team.roles, 1)
    )
    return _team(team, roles, tuple(GivenTask(f"turn-{n}", _TURN, _PART) for n in range(1, len(roles) + 1)))


def _team(team: GivenTeam, roles: tuple[GivenRole, ...], turns: tuple[GivenTask, ...]) -> GivenTeam:
    steps = tuple(Step(number, turn.name) for number, turn in enumerate(turns, 1))
    inputs = {name: team.inputs.get(name, "") for name in blanks([mission_of(team)])}
    return replace(team, roles=roles, coordination="order", tasks=turns, steps=steps, inputs=inputs)


def mission_of(team: GivenTeam) -> str:
    """The mission as every agent gets it; that of a team without tasks, told when it is started, is a blank."""
    if not team.tasks:
        return "\n".join(
            ["Mission: {mission}", *([f"Purpose of the team: {team.goal}"] if team.goal else [])]
        )
    goal = team.goal or f"Deliver everything that {team.name} is there for."
    wanted = [
        f"R{number}. {task.text}" + (f" Expected: {task.expected}" if task.expected else "")
        for number, task in enumerate(team.tasks, 1)
    ]
    return "\n".join([f"Mission: {goal}", "Requirements:", *wanted])
