"""The bounds of a team from elsewhere protect memory; within them nothing of it is cut."""

from collections.abc import Iterator, Sequence

from swarm.errors import BadInput
from swarm.protocols.given_team import MAX_STEPS
from swarm.team import MAX_AGENTS
from swarm.teams.reading.given import GivenRole, GivenTeam, Note

MAX_CHARS = 300_000
"""Of a text: prompts of 14,000 characters are common, and nothing of a text is cut."""
MAX_ALL_CHARS = 4_000_000
"""Of all texts of a team."""


def check_size(team: GivenTeam) -> None:
    """Hold a team against what can be tested.

    Raises:
        BadInput: when it has no roles, more roles or steps than a team can have, or more text than is kept.
    """
    name, roles, steps = team.name[:80], len(team.roles), len(team.steps)
    if not 1 <= roles <= MAX_AGENTS:
        raise BadInput(f"the team {name!r} has {roles} roles; 1 to {MAX_AGENTS} can be tested")
    if steps > MAX_STEPS:
        raise BadInput(f"the team {name!r} has {steps} steps; at most {MAX_STEPS} can be tested")
    _check_texts(team)


def _check_texts(team: GivenTeam) -> None:
    texts = [
        ("a goal", team.goal),
        *((f"the input {name[:60]!r}", text) for name, text in team.inputs.items()),
    ]
    for number, role in enumerate(team.roles, 1):
        texts += [
            (f"the goal of role {number}", role.goal),
            (f"the background of role {number}", role.background),
        ]
        texts += [(f"the name of role {number}", role.name)]
    for number, task in enumerate(team.tasks, 1):
        texts += [(f"the text of task {number}", task.text), (f"what task {number} expects", task.expected)]
    what, longest = max(texts, key=lambda each: len(each[1]))
    if len(longest) > MAX_CHARS:
        fault = (
            f"{what} has {len(longest):,} characters; at most {MAX_CHARS:,} can be tested, and nothing is cut"
        )
        raise BadInput(f"the team {team.name[:80]!r}: {fault}")
    if (total := sum(len(text) for _, text in texts)) > MAX_ALL_CHARS:
        fault = f"its texts have {total:,} characters; at most {MAX_ALL_CHARS:,} can be tested"
        raise BadInput(f"the team {team.name[:80]!r}: {fault}")


def bare(roles: Sequence[GivenRole]) -> Iterator[Note]:
    """Roles of which nothing but the name is known, where others have more."""
    bare = [role.name for role in roles if role.is_a_name]
    if bare and len(bare) < len(roles):
        shown = ", ".join(bare[:5]) + (", …" if len(bare) > 5 else "")
        why = "No goal and no background was found for them: they are played by their names."
        yield Note("changed", f"{len(bare)} of {len(roles)} roles: {shown}", why)
