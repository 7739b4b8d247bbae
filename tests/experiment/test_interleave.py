"""Groups that were not played together in time become one experiment that plays them interleaved, and nothing else."""

from dataclasses import replace

import pytest

from swarm.comparison.contrasts import Comparison
from swarm.errors import BadInput
from swarm.experiment.interleave import apart_in_time, interleaved, missions_played
from swarm.grid import Experiment, Way
from swarm.history.store import History
from swarm.mission import Mission
from tests.comparison.test_pairing import TODAY, TOMORROW, compared, timed

MISSIONS = {f"m{n:02}": Mission(f"m{n:02}", f"Mission {n}", f"Bake {n}.") for n in range(12)}


def apart(**condition: object) -> Comparison:
    cells = [*timed("sequential", 0.1, TOMORROW), *timed("shared", 0.0, TODAY)]
    changed = [replace(each, condition=each.condition._replace(**condition)) for each in cells]
    return compared(changed, reference="Shared")


def planned(**condition: object) -> Experiment:
    return interleaved(apart(**condition), MISSIONS)


def test_it_plays_the_same_arms_on_the_same_missions_under_the_same_judge():
    found = apart()
    grid, terms = interleaved(found, MISSIONS)
    condition = found.groups[0].cells[0].condition
    assert grid.ways == (Way("shared"), Way("sequential"))
    assert {(arm.models, arm.agents, arm.shock) for arm in grid.arms} == {("sim/strong", 8, "none")}
    assert {mission.id for mission in grid.missions} == {*MISSIONS}
    assert (grid.judge, grid.repeats, terms.margin) == (condition.judge, 1, 0.03)
    assert len(apart_in_time(found)) == 1


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"models": "a/x ×2, b/y ×6"}, ("2 a/x, 6 b/y", 8, "none", None)),
        ({"shock": "swap to b/y"}, ("sim/strong", 8, "swap", "b/y")),
        ({"agents": 4, "models": "a/x ×4"}, ("a/x", 4, "none", None)),
    ],
    ids=str,
)
def test_mixed_teams_and_shocks_are_written_as_a_grid_has_them(
    condition: dict[str, object], told: tuple[object, ...]
):
    grid, _ = planned(**condition)
    assert {(arm.models, arm.agents, arm.shock, grid.shock_model) for arm in grid.arms} == {told}


def test_groups_that_no_grid_holds_are_refused():
    """One more arm would be paid for that nobody asked about."""
    cells = [*timed("sequential", 0.1, TOMORROW), *timed("shared", 0.0, TODAY)]
    mixed = [
        replace(each, condition=each.condition._replace(agents=size, models=f"{model} ×{size}"))
        for each in cells
        for model, size in (("a/x", 2), ("b/y", 4))
    ]
    with pytest.raises(BadInput, match="no single experiment holds just these groups"):
        interleaved(compared(mixed, reference="Shared"), MISSIONS)


def test_a_mission_that_nobody_knows_any_more_is_named(settings):
    found = apart()
    known = missions_played(found, {name: MISSIONS[name] for name in [*MISSIONS][1:]}, History(settings))
    with pytest.raises(BadInput, match="mission 'M00' is not known any more"):
        interleaved(found, known)
