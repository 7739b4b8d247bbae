"""What paired comparisons heed, team sizes heed as well: missing scores, missions that are one task, time."""

from dataclasses import replace

import pytest

from swarm.cell import Cell
from swarm.comparison.team_size import curve_in_words, size_curves
from tests.compared import cell


def flat_sizes(missions: int = 60, **changes: object) -> list[Cell]:
    """Three sizes that are alike on so many missions."""
    return [
        replace(
            cell(
                number, [0.7 + 0.002 * (-1) ** (number + at)], agents=agents, models=f"sim/strong ×{agents}"
            ),
            **changes,  # type: ignore[arg-type]
        )
        for at, agents in enumerate((2, 4, 8))
        for number in range(missions)
    ]


def unfinished(cells: list[Cell], count: int) -> list[Cell]:
    """The same, but for so many runs of the largest team that were cut short."""
    gone = {cell.mission for cell in cells[-count:]} if count else set()
    return [
        replace(each, unfinished=1, seeds=(), values=dict.fromkeys(each.values, ()))
        if each.condition.agents == 8 and each.mission in gone
        else each
        for each in cells
    ]


@pytest.mark.parametrize(("count", "flat"), [(0, True), (3, False)])
def test_sizes_are_flat_only_if_no_missing_score_could_make_them_differ(count: int, flat: bool):
    [curve] = size_curves(unfinished(flat_sizes(), count))
    assert (curve.flat, curve.gaps) == (flat, count)
    assert (f"the verdict depends on {count} missing scores" in curve_in_words(curve)) is not flat


def higher(cells: list[Cell]) -> list[Cell]:
    return [
        replace(each, values={**each.values, "quality": (each.values["quality"][0] + 0.05,)})
        if each.condition.agents == 8
        else each
        for each in cells
    ]


@pytest.mark.parametrize(("count", "differ"), [(0, True), (1, True), (15, False), (35, False)])
def test_sizes_differ_only_if_no_missing_score_could_make_them_alike(count: int, differ: bool):
    [curve] = size_curves(unfinished(higher(flat_sizes()), count))
    assert (curve.differ, curve.hangs_on_gaps) == (differ, not differ)


def test_missions_of_one_task_count_as_one_size_by_size():
    cells = [replace(each, family=f"task {int(each.mission[1:]) // 4}") for each in flat_sizes()]
    [curve] = size_curves(cells)
    assert (curve.ranked.n, curve.worst.difference.missions, curve.tasks) == (45, 15, True)
    assert "on 15 tasks" in curve_in_words(curve)
    [alone] = size_curves([replace(each, family="one") for each in flat_sizes()])
    assert (alone.ranked.n, alone.inputs) == (180, 60)
    assert "on 60 missions, on inputs like these" in curve_in_words(alone)


@pytest.mark.parametrize(
    ("simulated", "together", "flat"), [(False, False, False), (False, True, True), (True, False, True)]
)
def test_real_sizes_of_different_days_have_no_verdict(simulated: bool, together: bool, flat: bool):
    timed = [
        replace(
            each,
            condition=each.condition._replace(simulated=simulated),
            began=(1.0 * int(each.mission[1:]) + (0 if together else 86_400 * each.condition.agents),),
            experiments=frozenset({""}),
        )
        for each in flat_sizes()
    ]
    [curve] = size_curves(timed)
    assert curve.flat is flat
    assert ("not played together in time" in curve_in_words(curve)) is not flat
