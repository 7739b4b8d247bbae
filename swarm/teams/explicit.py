"""A team's order of work with nothing left implicit, so that what is written is what is read back.

What means the same has one form here, whichever format it came from.
"""

from dataclasses import replace

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.reading.given import GivenTeam, Note


def explicit(team: GivenTeam) -> GivenTeam:
    """A team whose coordination says what its steps do.

    A leader of others has no steps; one with nobody to lead works on each task itself. Whoever hears is told whom once,
    in order. Steps of which none says whom it hears are an order; any others are a graph.
    """
    if team.coordination == "leader":
        return replace(team, steps=()) if len(team.roles) > 1 else _alone(team)
    steps = tuple(_heard(step, number) for number, step in enumerate(team.steps, 1))
    is_order = all(step.hears is None for step in steps)
    return replace(team, coordination="order" if is_order else "graph", steps=steps)


def _alone(team: GivenTeam) -> GivenTeam:
    note = Note("changed", "a leader with nobody to lead", "It does the work itself, one task after another.")
    steps = tuple(Step(1, task.name) for task in team.tasks[:MAX_STEPS])
    return replace(team, coordination="order", steps=steps, notes=(*team.notes, note))


def _heard(step: Step, number: int) -> Step:
    if step.hears is None:
        return step
    return step._replace(hears=tuple(sorted({other for other in step.hears if 0 < other < number})))
