"""A team and the arms of its test are described before anything is played: plain text, for whoever shows it."""

from collections.abc import Iterator, Mapping

from swarm.grid import ALONE, Grid
from swarm.protocols.given_team import Step
from swarm.teams.reading.given import GivenTeam
from swarm.teams.trial.arms import Arm, own_in_words, own_of, usual_arms
from swarm.teams.trial.further import kind_of, names_of_further
from swarm.written import listed, plural


def arms_in_words(grid: Grid) -> str:
    """Name the arms that are set against each other in one line."""
    missions = plural(len(grid.missions), "mission")
    times_each = "" if grid.repeats == 1 else f", each {grid.repeats} times"
    against: Mapping[Arm, str] = {
        "free": f"the same {grid.agents[0]} agents without roles",
        "solo": "one agent that is given about as many tokens",
    }
    further_ones = [f"them {name[0].lower()}{name[1:]}" for name in names_of_further(grid)]
    return (
        f"Your roles against {', and against '.join([*(against[arm] for arm in usual_arms(grid)), *further_ones])}: "
        f"{grid.teams[0]}, {missions}{times_each}; {own_in_words(own_of(grid), len(grid.missions))}."
    )


def about_the_arms(grid: Grid) -> tuple[str, ...]:
    """Describe what each arm plays, in a sentence each."""
    options, agents = grid.ways[0].options, grid.agents[0]
    order = "under their leader" if options.get("led") else "in the order of its file"
    budget = next((way.options.get("token_budget", 0) for way in grid.ways if way.protocol == ALONE), 0)
    usual: Mapping[Arm, str] = {
        "free": f"No roles: {agents} agents one after another (Sequential); each chooses what to do, or sits it "
        f"out; {agents} turns.",
        "solo": f"One agent: it revises its own work until it is content or has used about {budget:,} tokens, which is "
        "what a run with your roles is expected to use; where it used others, the verdict says how many.",
    }
    played = usual_arms(grid)
    all_play = (
        "All three" if len(played) == 2 and not grid.more else f"All {1 + len(played) + len(grid.more)}"
    )
    same = "seeds and models" if all(arm.models == grid.teams[0] for arm in grid.more) else "seeds"
    return (
        f"Your roles: {agents} agents with the roles, goals and backgrounds of the file, {order}; {_turns(grid)}.",
        *(usual[arm] for arm in played),
        *_about_further(grid),
        f"{all_play} play the same missions with the same {same}: {grid.teams[0]}."
        + (
            " The one agent has the model of the first seat."
            if "solo" in played and "," in grid.teams[0]
            else ""
        ),
    )


def _turns(grid: Grid) -> str:
    options, steps = grid.ways[0].options, grid.ways[0].options.get("steps", ())
    if not isinstance(steps, tuple) or options.get("led"):
        return "a plan first"
    return f"{len(steps) or grid.agents[0]} turns"


def _about_further(grid: Grid) -> Iterator[str]:
    for arm, name in zip(grid.more, names_of_further(grid), strict=True):
        kept = {
            "leader": f"the other {arm.agents} roles work one after another, hearing all before them",
            "role": "your other roles; what this one was to deliver goes to whoever reads it next",
            "models": "your roles as they are",
        }
        yield f"{name}: {kept[kind_of(grid, arm)]}; on {arm.models}."


def coordination_in_words(team: GivenTeam) -> str:
    """Describe how the team decides who works when, in a sentence."""
    agents = len(team.roles)
    if team.coordination == "leader":
        return f"{agents} agents: {team.roles[0].name} leads, hands out jobs, and the others work one after another."
    turns = len(team.steps) or agents
    heard = "hearing all before it" if team.coordination == "order" else "hearing those that lead to it"
    return f"{agents} agent{'s' if agents > 1 else ''}, {turns} turn{'s' if turns > 1 else ''}, each {heard}."


def order_in_words(team: GivenTeam) -> list[str]:
    """List who speaks when, a line each; empty under a leader."""
    if team.coordination == "leader":
        return []
    steps = team.steps or tuple(Step(seat) for seat in range(1, len(team.roles) + 1))
    return [_step_in_words(number, step, team) for number, step in enumerate(steps, 1)]


def _step_in_words(number: int, step: Step, team: GivenTeam) -> str:
    task = f": {step.task}" if step.task else ""
    if step.hears is None:
        return f"{number}. {team.roles[step.seat - 1].name}{task}"
    heard = f"hears {listed([str(other) for other in step.hears])}" if step.hears else "hears nobody"
    return f"{number}. {team.roles[step.seat - 1].name}{task} ({heard})"
