"""The crews that code makes."""

from collections.abc import Sequence

from swarm.teams.crewai.binding import Reading
from swarm.teams.crewai.bound import Code, Rows
from swarm.teams.crewai.follower import AGENTS, CREWS, CrewFollower
from swarm.teams.python.values import Listed, Made, Unknown


def crews_of(follower: CrewFollower, agents: Rows, tasks: Rows) -> list[Code]:
    """The crews that code makes, or one of all its agents and tasks when it makes none.

    Args:
        follower: with all code followed.
        agents: what the YAML files of agents hold, for what the code does not tell.
        tasks: likewise.

    Raises:
        BadTeam: when a crew takes its agents from where nobody can follow.
    """
    made = [each for each in follower.made if each.kind in CREWS]
    known = [each for each in made if not _is_open(each)]
    if not made and any(each.kind in AGENTS for each in follower.made):
        return [Reading(follower, None, agents, tasks).code()]
    found: list[Code] = []
    for alike in _by_node(known or made):
        codes = [Reading(follower, each, agents, tasks).code() for each in alike]
        new = [code for number, code in enumerate(codes) if code.agents and _is_new(code, codes[:number])]
        found += _one_of(follower, alike[0], new, agents, tasks)
    return [code for number, code in enumerate(found) if _is_new(code, found[:number])]


def _by_node(made: Sequence[Made]) -> list[list[Made]]:
    groups: dict[int, list[Made]] = {}
    for each in made:
        groups.setdefault(id(each.node), []).append(each)
    return [*groups.values()]


def _one_of(follower: CrewFollower, made: Made, codes: list[Code], agents: Rows, tasks: Rows) -> list[Code]:
    """Crews of one place in the code: those that differ in what they are started with alone are one, with inputs."""
    if len(codes) < 2 or len({_form(code) for code in codes}) > 1:
        return codes
    again = follower.again(made)
    if again is not None and not _is_open(again):
        open_one = Reading(follower, again, agents, tasks).code()
        if _form(open_one) == _form(codes[0]):
            return [open_one]
    codes[0].times = len(codes)
    return codes[:1]


def _form(code: Code) -> tuple[object, ...]:
    """What is the same of a crew whatever it is started with."""
    agents = tuple((name, code.bound[name].key, code.bound[name].texts.get("role")) for name in code.agents)
    work = tuple((name, code.bound[name].agent, code.bound[name].context) for name in code.tasks)
    return agents, work, code.led


def _is_open(made: Made) -> bool:
    """Say whether only who calls it would tell what a crew is made of."""
    values = [made.said.get(name) for name in ("agents", "tasks")]
    inner = [item for value in values for item in (value.items if isinstance(value, Listed) else [value])]
    return not any(isinstance(item, Made) for item in inner) and any(
        isinstance(item, Unknown) for item in inner
    )


def _is_new(code: Code, others: Sequence[Code]) -> bool:
    return all(
        (each.bound, each.agents, each.tasks) != (code.bound, code.agents, code.tasks) for each in others
    )
