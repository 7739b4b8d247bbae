"""A set-up becomes a plain text that can be followed with any framework, or by hand."""

from collections.abc import Iterator

from swarm.prompts.render import template
from swarm.protocols.given_team import Step
from swarm.teams.reading.given import GivenTeam
from swarm.teams.readme import fates
from swarm.teams.trial.arms import Arm, placeholders


def write(team: GivenTeam, arm: Arm) -> dict[str, str]:
    """Write the recipe of a set-up, with the prompts that Roleless itself used.

    Args:
        team: the team that was tested, as it was given.
        arm: which set-up.
    """
    lines = {"given": _given, "free": _free, "solo": _solo}[arm](team)
    return {"recipe.md": "\n".join([*_head(team), *lines, *_mission(team), *fates(team)]) + "\n"}


def _head(team: GivenTeam) -> Iterator[str]:
    yield f"# {team.name}: the set-up as plain prompts\n"
    yield "Texts in code blocks are sent as they are; `$names` are replaced."
    yield "Every agent answers with one JSON object.\n"
    if names := placeholders(team) if team.tasks else ("mission", *placeholders(team)):
        yield f"Replace {', '.join(f'`{{{name}}}`' for name in names)} in the mission.\n"


def _free(team: GivenTeam) -> Iterator[str]:
    agents = len(team.roles)
    yield f"## Sequential: {agents} agents, no roles\n"
    yield "1. Send every agent this system prompt:\n"
    yield _block(template("system").template)
    yield f"2. Ask the agents one after another, 1 to {agents}. Agent k's user message is, in this order:"
    yield "   - the mission below;"
    yield "   - every contribution so far, whole, with the agent's number and the role it chose;"
    yield "   - these last lines (`$imposed` stays empty, `$agents` is the number of agents):\n"
    yield _block(template("contribute").template)
    yield "3. An agent with `participate: false` has abstained: keep nothing of it, and go on."
    yield "4. The result is all contributions, in order, one after another. Nobody edits them."
    yield "\nKeep messages append-only: agent k+1's begins with agent k's, so providers' prompt caches work.\n"


def _solo(team: GivenTeam) -> Iterator[str]:
    yield "## One agent that revises its own work\n"
    yield "1. Send this system prompt, the mission below, and the last lines with `$seat` 1:\n"
    yield _block(template("system").template)
    yield _block(template("contribute").template)
    yield "2. Then, until it abstains or the tokens are spent, send the mission, its latest contribution, and:\n"
    yield _block(template("revise").template)
    yield "3. The result is its last contribution.\n"


def _given(team: GivenTeam) -> Iterator[str]:
    yield f"## {len(team.roles)} given roles\n"
    for number, role in enumerate(team.roles, 1):
        yield f"{number}. **{role.name}**"
        yield _block(
            "\n".join(part for part in (role.goal, role.background) if part) or "(nothing more is given)"
        )
    if team.coordination == "leader":
        yield "Agent 1 leads: it reads the mission and the roles, and hands out jobs; the others then do theirs.\n"
        return
    yield "Order of work:\n"
    steps = team.steps or tuple(Step(seat) for seat in range(1, len(team.roles) + 1))
    numbers = {task.name: number for number, task in enumerate(team.tasks, 1)}
    for number, step in enumerate(steps, 1):
        heard = (
            "everything before"
            if step.hears is None
            else ", ".join(f"step {n}" for n in step.hears) or "nothing"
        )
        task = f" delivers R{numbers[step.task]}" if step.task in numbers else ""
        yield f"{number}. agent {step.seat}{task}; it reads {heard}"
    yield ""


def _mission(team: GivenTeam) -> Iterator[str]:
    yield "## The mission\n"
    tasks = [
        f"- R{number}. {task.text}" + (f" Expected: {task.expected}" if task.expected else "")
        for number, task in enumerate(team.tasks, 1)
    ]
    if not tasks:
        yield _block("\n".join(["{mission}", *([f"Purpose of the team: {team.goal}"] if team.goal else [])]))
        return
    goal = team.goal or f"Deliver everything that {team.name} is there for."
    yield _block("\n".join([goal, "", "Requirements:", *tasks]))


def _block(text: str) -> str:
    # A fence longer than any run of backticks within it cannot be closed by it.
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text.strip()}\n{fence}\n"
