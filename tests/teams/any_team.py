"""Any team that a file could give, for properties that hold for every one."""

from collections.abc import Sequence

from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams.reading.given import Coordination, GivenRole, GivenTask, GivenTeam

BLANKS = ("town", "guests", "x_1")
MODELS = ("openai/gpt-4.1", "gemini/gemini-2.0-flash", "ollama/llama3:8b", "sim/strong", "gpt-4o", "my model")
COORDINATIONS: tuple[Coordination, ...] = ("order", "leader", "graph")
_LETTERS = st.characters(exclude_categories=("C", "Z"), include_characters=" \n\t{}[]:#'\"`")
TEXTS = st.text(_LETTERS, max_size=40) | st.sampled_from(
    [f"Bake for {{{name}}}, #1: - ok?" for name in BLANKS]
)
NAMES = (
    st.sampled_from(["menu", "menu_task", "step", "step_task", "hears", "2nd", "crew", "Write it!"]) | TEXTS
)
_MODEL = st.none() | st.sampled_from(MODELS) | TEXTS
ROLES = st.lists(st.builds(GivenRole, NAMES, TEXTS, TEXTS, _MODEL), min_size=1, max_size=5)
TASKS = st.lists(st.builds(GivenTask, NAMES, TEXTS, TEXTS), max_size=5, unique_by=lambda task: task.name)
_HEARS = st.none() | st.sets(st.integers(1, 6))
_STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), _HEARS), max_size=6)
_LIMITS = st.none() | st.floats(0, 1e9, exclude_min=True)


@st.composite
def teams(draw: st.DrawFn, *, one_step_a_task: bool = False) -> GivenTeam:
    """One to five roles, up to five tasks and six steps, however they are coordinated."""
    roles, tasks, drawn = draw(ROLES), draw(TASKS), draw(_STEPS)
    if one_step_a_task:
        drawn = [
            (seat, at, hears)
            for at, (seat, _, hears) in enumerate([*drawn, *[(0, 0, None)] * 5][: len(tasks)])
        ]
    return GivenTeam(
        draw(TEXTS),
        tuple(roles),
        draw(st.sampled_from(COORDINATIONS)),
        tuple(_step(number, each, len(roles), tasks) for number, each in enumerate(drawn, 1)),
        tuple(tasks),
        draw(st.dictionaries(st.sampled_from(BLANKS) | NAMES, TEXTS, max_size=3)),
        draw(TEXTS),
        draw(_LIMITS),
    )


def _step(
    number: int, drawn: tuple[int, int, set[int] | None], roles: int, tasks: Sequence[GivenTask]
) -> Step:
    seat, task, hears = drawn
    heard = None if hears is None else tuple(sorted(other for other in hears if other < number))
    return Step(seat % roles + 1, tasks[task].name if task < len(tasks) else None, heard)
