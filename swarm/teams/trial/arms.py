"""A team from elsewhere becomes an experiment of three arms on the same missions, or of more that are asked for.

Its roles as given, under their own coordination; the same number of agents without roles (Sequential); and one agent
that revises its own work with the tokens that the team would have used.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from swarm.config import Settings
from swarm.engine.command_line import OWN
from swarm.engine.compose import NO_JUDGE
from swarm.errors import BadInput
from swarm.experiment.recipe import LEAST_TOKENS, Recipes, checked
from swarm.grid import MARGIN, Experiment, Grid, Terms, Way
from swarm.mission import MAX_REQUIREMENTS, Mission, Requirement
from swarm.spec import Option, Pace
from swarm.team import MAX_ROLE_CHARS, one_line
from swarm.teams.reading.given import GivenTask, GivenTeam
from swarm.teams.reading.input_set import InputSet
from swarm.teams.trial.further import Wanted, further_arms, mixed
from swarm.written import plural

Arm = Literal["given", "free", "solo"]
"""The roles as given, the same agents without roles, one agent."""
PROTOCOL_OF: Mapping[Arm, str] = {"given": "given_team", "free": "sequential", "solo": "solo"}
ARM_NAMES: Mapping[Arm, str] = {"given": "Your roles", "free": "No roles", "solo": "One agent"}
USUAL_MISSIONS = 12
"""A test has so many unless told otherwise: verdicts need 6, and few differences show on so few."""
NONE = Wanted()
"""No arms beside the usual ones."""
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w{0,59})\}")
_WORD = re.compile(r"[a-z]{5,}")


def options_of_team(team: GivenTeam) -> dict[str, Option]:
    """The settings of the protocol `given_team` that play a team, on whatever mission."""
    briefs = tuple(_brief(_open(role.goal), _open(role.background)) for role in team.roles)
    options: dict[str, Option] = {
        "title": team.name,
        "roles": tuple(_role_name(role.name) for role in team.roles),
    }
    if any(briefs):
        options["briefs"] = briefs
    if team.steps:
        options["steps"] = tuple(str(step) for step in team.steps)
    if team.coordination == "leader":
        options["led"] = True
    return options


def placeholders(team: GivenTeam) -> tuple[str, ...]:
    """Names of what its tasks leave open, such as "topic", in the order in which they appear."""
    texts = [team.goal, *(f"{task.text} {task.expected}" for task in team.tasks)]
    return tuple(dict.fromkeys(name for text in texts for name in _PLACEHOLDER.findall(text)))


def own_missions(team: GivenTeam, inputs: Sequence[Mapping[str, str]] = ()) -> tuple[Mission, ...]:
    """The missions that a team's own tasks make: one for each set of inputs.

    Args:
        team: one with tasks; without any it has no mission of its own, and gets none.
        inputs: values by placeholder, in any case; what a set leaves out is taken from the team's file. None: one set,
            the file's.

    Raises:
        BadInput: when a placeholder has no value, or there are more tasks than a mission has requirements.
    """
    if not team.tasks:
        return ()
    if len(team.tasks) > MAX_REQUIREMENTS:
        raise BadInput(f"{len(team.tasks)} tasks: a mission has at most {MAX_REQUIREMENTS} requirements")
    sets = [_filled(team, values) for values in (inputs or [{}])]
    different = [values for number, values in enumerate(sets) if values not in sets[:number]]
    numbered = len(different) > 1
    return tuple(
        _mission(team, values, f" {number}" if numbered else "") for number, values in enumerate(different, 1)
    )


def could_be(team: GivenTeam, mission: Mission) -> bool:
    """Say whether a mission is one that the team's own tasks make, with whatever inputs."""
    if len(mission.requirements) != len(team.tasks):
        return False
    pairs = zip(team.tasks, mission.requirements, strict=True)
    return all(_pattern(task).fullmatch(requirement.text) for task, requirement in pairs)


def related_missions(team: GivenTeam, library: Iterable[Mission], count: int) -> tuple[Mission, ...]:
    """Missions of the library that are nearest to what a team is about, by the words they share; nearest first."""
    about = _words(
        [team.name, team.goal, *(role.goal for role in team.roles), *(role.name for role in team.roles)]
    )
    about |= _words([task.text for task in team.tasks])
    ranked = sorted(library, key=lambda mission: (-_nearness(about, mission), mission.id))
    return tuple(ranked[:count])


def team_test(
    team: GivenTeam,
    missions: Sequence[Mission],
    settings: Settings,
    *,
    model: str | None = None,
    judge: str | None = None,
    repeats: int = 1,
    seed: int = 0,
    max_usd: float | None = None,
    margin: float = MARGIN,
    pace: Pace = "instant",
    further: Wanted = NONE,
    left_out: Collection[Arm] = (),
) -> Experiment:
    """Make the experiment that tests a team.

    Args:
        team: what is tested.
        missions: what all arms play.
        settings: for models and prices.
        model: of every seat; None for the models that the file names, which then must be known for every seat.
        judge: as `compose` takes it.
        repeats: of every mission.
        seed: of the first repeat.
        max_usd: most dollars in all.
        margin: differences within it count as none.
        pace: of simulated models.
        further: arms beside the usual ones.
        left_out: usual arms that are not played, of "free" and "solo"; both only beside further ones.

    Raises:
        BadInput: when it cannot be played; says why.
    """
    if not missions:
        raise BadInput(
            f"the team {team.name!r} has no tasks of its own: choose missions of the library as well"
        )
    models = _models(team, model)
    more = further_arms(team, models, further, options_of_team)
    if left_out and not more:
        raise BadInput("without no roles or one agent, ask for another arm: there is nothing to compare else")
    grid = Grid(
        name=f"Drop the roles of {team.name}?",
        ways=(Way("given_team", options_of_team(team)),),
        teams=(models,),
        agents=(len(team.roles),),
        missions=tuple(missions),
        repeats=repeats,
        seed=seed,
        judge=judge,
        pace=pace,
    )
    ways = [*grid.ways, *([] if "free" in left_out else [Way("sequential")])]
    if "solo" not in left_out:
        ways.append(Way("solo", {"token_budget": token_budget(grid, settings)}))
    return Experiment(replace(grid, ways=tuple(ways), more=more), Terms(max_usd=max_usd, margin=margin))


def lowered(limit: float | None, by_file: float | None) -> float | None:
    """A limit of dollars that a person gave, which a file may lower and never supply."""
    return limit if limit is None or by_file is None else min(limit, by_file)


def token_budget(grid: Grid, settings: Settings) -> int:
    """Tokens, input and output, that a run of a grid with one arm is expected to use, its judge left out."""
    recipes = Recipes(replace(grid, judge=NO_JUDGE, repeats=1), settings)
    checked(recipes, None)
    return max(LEAST_TOKENS, recipes.expected_tokens(0))


def is_team_test(grid: Grid) -> bool:
    """Say whether an experiment is one of those that `team_test` makes."""
    played = [way.protocol for way in grid.ways]
    if not grid.more:
        return played == [*PROTOCOL_OF.values()]
    return played == [each for each in PROTOCOL_OF.values() if each in ("given_team", *played)]


def usual_arms(grid: Grid) -> tuple[Arm, ...]:
    """The usual arms of a test that are set against the given roles: "free", "solo", both or none."""
    played = {way.protocol for way in grid.ways[1:]}
    return tuple(arm for arm, protocol in PROTOCOL_OF.items() if protocol in played)


def own_of(grid: Grid) -> int:
    """The number of its missions that the team's own tasks make; the others are the library's."""
    return sum(mission.id == OWN for mission in grid.missions)


def own_in_words(own: int, missions: int) -> str:
    """Say how many missions are one's own.

    Examples:
        >>> own_in_words(0, 12), own_in_words(2, 12), own_in_words(1, 1)
        ('0 of 12 missions are your own', '2 of 12 missions are your own', '1 of 1 mission is your own')
    """
    return f"{own:,} of {plural(missions, 'mission')} {'is' if own == 1 else 'are'} your own"


def team_name(grid: Grid) -> str:
    """The name of the team that such an experiment tests."""
    return str(grid.ways[0].options.get("title") or "your team")


def _open(text: str) -> str:
    """A role's text for any mission: what a placeholder stands for is read in the mission itself."""
    return _PLACEHOLDER.sub(lambda found: f"the {found[1].replace('_', ' ')} of the mission", text)


def _role_name(name: str) -> str:
    opened = one_line(_open(name))
    return opened if len(opened) <= MAX_ROLE_CHARS else opened[: MAX_ROLE_CHARS - 1].rstrip() + "…"


def _brief(goal: str, background: str) -> str:
    parts = {"Goal": goal.strip(), "Background": background.strip()}
    return "\n".join(f"{name}: {text}" for name, text in parts.items() if text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _models(team: GivenTeam, model: str | None) -> str:
    if model is not None:
        return model
    unnamed = next((role.name for role in team.roles if role.model is None), None)
    if unnamed is not None:
        raise BadInput(f"the file names no model for the role {unnamed!r}: name one for all seats")
    return mixed([str(role.model) for role in team.roles])


def _filled(team: GivenTeam, values: Mapping[str, str]) -> dict[str, str]:
    folded = {name.casefold(): value for name, value in values.items()}
    wanted = placeholders(team)
    given = (
        values.get(name) or folded.get(name.casefold()) or team.inputs.get(name) or "" for name in wanted
    )
    known = {name: value.strip() for name, value in zip(wanted, given, strict=True)}
    if missing := next((name for name, value in known.items() if not value), None):
        place = f"{values.place}: " if isinstance(values, InputSet) else ""
        raise BadInput(
            f"{place}the tasks of {team.name!r} leave {{{missing}}} open: give it a value, for instance in a column "
            f"{missing!r} of a CSV file"
        )
    return known


def _mission(team: GivenTeam, values: Mapping[str, str], number: str) -> Mission:
    varied = "; ".join(f"{name}: {_line(value)}" for name, value in values.items())
    title = one_line(f"{team.name}{number}, {varied}" if varied else team.name)
    goal = _fill(team.goal, values) or f"Deliver everything that {team.name} is there for."
    return Mission(
        id=OWN,
        title=title if len(title) <= 80 else title[:79].rstrip() + "…",
        goal=f"{goal}\n\n{varied}" if varied else goal,
        requirements=tuple(_requirement(task, values) for task in team.tasks),
        family=team.name,
    )


def _requirement(task: GivenTask, values: Mapping[str, str]) -> Requirement:
    expected = f" Expected: {task.expected}" if task.expected else ""
    return Requirement(_line(_fill(f"{task.text}{expected}", values)) or task.name, phase=task.name)


def _pattern(task: GivenTask) -> re.Pattern[str]:
    """Make a pattern of a task's requirement, whatever its placeholders stand for."""
    written = _requirement(task, {}).text
    parts = _PLACEHOLDER.split(written)[::2]
    return re.compile(".*".join(re.escape(part) for part in parts))


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.lower())}


def _nearness(about: set[str], mission: Mission) -> float:
    words = _words(
        [mission.title, mission.goal, *mission.domains, *(each.text for each in mission.requirements)]
    )
    return len(about & words) / (len(words) or 1) ** 0.5
