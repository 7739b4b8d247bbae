"""A team that uses all that a team can have, for tests."""

from swarm.protocols.given_team import Step
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam

BAKERY = GivenTeam(
    name="Bakery launch",
    roles=(
        GivenRole("Scout", "Find a site for {town}", "You know every street.\nYou walk.", "openai/gpt-4.1"),
        GivenRole("Baker", "Plan the range", "", "openai/gpt-4.1-mini"),
        GivenRole("Clerk", "", "You read the small print."),
    ),
    coordination="graph",
    steps=(Step(1, "site"), Step(2, "range", ()), Step(3, "permits", (1,)), Step(2, "menu", (2, 3))),
    tasks=(
        GivenTask("site", "Choose a site in {town}.", "An address"),
        GivenTask("range", "List what is baked."),
        GivenTask("permits", "Name every permit."),
        GivenTask("menu", "Write the menu for {guests}."),
    ),
    inputs={"town": "Ulm", "guests": ""},
    goal="Open a bakery in {town}.",
    max_usd=3.0,
    source="CrewAI",
)
