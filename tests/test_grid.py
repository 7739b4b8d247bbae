"""A grid is enumerated in balance, and is refused when it is none."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import BadInput
from swarm.grid import EXPERIMENT, GRID, MAX_RUNS, Experiment, Grid, Terms, Way
from tests.made import BAKERY

MISSIONS = tuple(replace(BAKERY, id=f"m{number}", title=f"Mission {number}") for number in range(3))


def grid(**changes) -> Grid:
    usual = {
        "name": "Do roles help?",
        "ways": (Way("fixed_roles"), Way("sequential")),
        "teams": ("sim/strong",),
        "agents": (3,),
        "missions": MISSIONS,
    }
    return Grid(**(usual | changes))


grids = st.builds(
    grid,
    ways=st.sampled_from([(Way("shared"),), (Way("shared"), Way("sequential"), Way("batched", {"size": 2}))]),
    teams=st.sampled_from([("sim/strong",), ("sim/strong", "sim/weak")]),
    agents=st.lists(st.integers(1, 256), min_size=1, max_size=3, unique=True).map(tuple),
    missions=st.integers(1, 3).map(lambda number: MISSIONS[:number]),
    repeats=st.integers(1, 4),
    shocks=st.sampled_from([("none",), ("none", "seat")]),
)


@given(grids)
def test_every_run_is_planned_exactly_once(grid: Grid):
    planned = [*grid.plan()]
    assert sorted(run.number for run in planned) == [*range(grid.size)]
    assert [grid.planned(run.number) for run in planned] == planned
    assert len({(run.arm, run.mission.id, run.seed) for run in planned}) == grid.size


@given(grids, st.data())
def test_arms_are_balanced_wherever_it_stops(grid: Grid, data: st.DataObject):
    stopped = [*grid.plan()][: data.draw(st.integers(0, grid.size))]
    counts = Counter(run.arm for run in stopped)
    numbers = [counts[arm] for arm in range(len(grid.arms))]
    assert max(numbers) - min(numbers) <= 1
    complete = len(stopped) // len(grid.arms)
    assert {run.block for run in stopped} <= {*range(complete + 1)}


@given(grids)
def test_all_arms_play_the_same_missions_with_the_same_seeds(grid: Grid):
    played = {arm: set() for arm in range(len(grid.arms))}
    for run in grid.plan():
        played[run.arm].add((run.mission.id, run.seed))
    assert all(each == played[0] for each in played.values())


def test_another_arm_comes_first_in_each_block():
    three = grid(ways=(Way("fixed_roles"), Way("sequential"), Way("shared")))
    assert [run.arm for run in three.plan()] == [0, 1, 2, 1, 2, 0, 2, 0, 1]


def test_missions_come_once_before_any_comes_again():
    missions = [run.mission.id for run in grid(ways=(Way("shared"),), repeats=2).plan()]
    assert missions == ["m0", "m1", "m2", "m0", "m1", "m2"]


@given(grids)
def test_equal_grids_have_equal_ids_and_others_have_others(grid: Grid):
    again = GRID.validate_json(GRID.dump_json(grid))
    assert (again, again.id) == (grid, grid.id)
    assert replace(grid, seed=7).id != grid.id
    assert replace(grid, repeats=grid.repeats + 1).id != grid.id


def test_the_terms_are_no_part_of_the_id():
    experiment = Experiment(grid(), Terms(max_usd=3.0))
    assert EXPERIMENT.validate_json(EXPERIMENT.dump_json(experiment)) == experiment
    assert experiment._replace(terms=Terms(max_usd=6.0)).grid.id == experiment.grid.id


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Über ☂ alles" * 20, "a/b\\c:d"])
def test_an_id_is_harmless_as_the_name_of_a_file(name: str):
    run_id = grid(name=name).run_id(0)
    assert all(part.isalnum() and part.isascii() for part in run_id.split("-"))
    assert len(run_id) <= 80


def test_each_arm_is_compared_with_the_first_protocol_in_its_own_context():
    found = grid(teams=("sim/strong", "sim/weak"), ways=(Way("shared"), Way("solo"), Way("sequential")))
    assert found.factor == "protocol"
    arms = [(found.arms[arm], found.arms[reference]) for arm, reference in found.comparisons]
    assert len(arms) == 4
    assert all(reference.way == Way("shared") and arm.models == reference.models for arm, reference in arms)


def test_a_grid_with_one_protocol_compares_what_varies():
    assert grid(ways=(Way("shared"),), agents=(2, 4)).factor == "agents"
    assert grid(ways=(Way("shared"),), shocks=("none", "seat")).comparisons == ((1, 0),)
    assert grid(ways=(Way("shared"),)).comparisons == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ways": ()}, "no protocol"),
        ({"missions": ()}, "no mission"),
        ({"agents": ()}, "no number of agents"),
        ({"repeats": 0}, "0 repeats"),
        ({"repeats": 10**9}, f"at most {MAX_RUNS:,}"),
        ({"agents": (0,)}, "0 agents"),
        ({"agents": (8, 8)}, "names a number of agents twice: 8"),
        ({"teams": ("sim/weak", "sim/weak")}, "names a model twice"),
        ({"missions": (BAKERY, BAKERY)}, "names a mission twice: 'Open a bakery'"),
        ({"seed": -1}, "seed -1"),
        ({"seed": 2**31 - 1}, "seed 2147483647"),
    ],
)
def test_what_is_no_grid_is_refused_in_one_sentence(changes, said):
    with pytest.raises(BadInput, match=said) as refused:
        grid(**changes)
    assert "\n" not in str(refused.value)


def test_a_grid_of_a_billion_cells_is_refused_at_once():
    with pytest.raises(BadInput, match="1,152,000,000 runs"):
        grid(agents=tuple(range(1, 257)), repeats=750_000)


@pytest.mark.parametrize(
    "terms", [{"margin": 0.0}, {"margin": 1.0}, {"max_usd": -1.0}, {"max_usd": float("nan")}]
)
def test_terms_out_of_range_are_refused(terms):
    with pytest.raises(BadInput):
        Terms(**terms)
