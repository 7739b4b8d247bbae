"""A contrast is made on what both of its groups have a score of, and what cannot be compared is said to be so."""

import json
from dataclasses import replace

import pytest
import streamlit as st

from pages.experiments.results import EARLY_STOP
from swarm.cli.compare import By
from swarm.cli.compare import compare as print_comparison
from swarm.cli.experiment import results as print_results
from swarm.comparison.contexts import compare_in_contexts
from swarm.comparison.contrasts import compare_groups
from swarm.comparison.finding import finding, remarks
from swarm.comparison.group import groups_by
from swarm.comparison.levels import means_by_mission
from swarm.comparison.rows import measure_rows
from swarm.errors import BadInput
from swarm.figures import forest_figure
from swarm.grid import Terms, Way
from swarm.mission import load_library
from swarm.recording.events import ExperimentStarted
from swarm.verdict import Verdict
from tests.comparison.test_comparison import FREE, GIVEN, arm, cell
from tests.experiment.test_experiment import experiment_of
from tests.made import BEGAN, keep, spec, told, turn
from tests.pages.test_pages import opened, words_of

HIGH = (0.9, 0.88, 0.93, 0.9, 0.86, 0.91, 0.92, 0.89, 0.9, 0.94)
LOW = tuple(mean - 0.5 for mean in HIGH)
STRONG, WEAK = {"models": "sim/strong ×8"}, {"models": "sim/weak ×8"}


def compared(cells, factor="protocol", reference=None):
    groups, _ = groups_by(cells, factor, reference)
    return compare_groups(groups)


def unplayed(protocol: str, *, unscored: int = 0, unfinished: int = 0, **changes):
    """An arm of ten missions whose runs have no score, or none of which finished."""
    return [
        cell(f"m{n}", *[None] * unscored, unfinished=unfinished, protocol=protocol, **changes)
        for n in range(10)
    ]


@pytest.mark.parametrize("lost", [{"unscored": 2}, {"unfinished": 2}])
def test_what_one_arm_lacks_under_a_hard_condition_makes_nobody_better(lost):
    alike = [
        *arm("shared", *HIGH, **STRONG),
        *arm("shared", *LOW, **WEAK),
        *arm("sequential", *(mean + 0.004 * (-1) ** n for n, mean in enumerate(HIGH)), **STRONG),
        *unplayed("sequential", **lost, **WEAK),
    ]
    found = compared(alike, reference="Shared")
    [contrast] = found.contrasts
    assert abs(contrast.difference.difference) < 0.005
    assert (contrast.verdict, contrast.difference.only_tail_open(0.05)) == ("undetermined", True)
    assert found.left_out == 20
    assert found.groups[0].ranged("quality").value == pytest.approx(contrast.difference.reference_mean)
    assert all(abs(row.difference(1)) < 0.01 for row in means_by_mission(found.groups))
    said = " ".join(remarks(found))
    assert "20 finished runs" in said
    assert "20 of Sequential" in said


def test_an_arm_of_few_missions_takes_none_from_the_others():
    cells = [*GIVEN, *FREE, *arm("solo", 0.5, 0.6)]
    found = compared(cells, reference="Fixed roles")
    assert {each.group.name: each.difference.missions for each in found.contrasts} == {
        "Sequential": 7,
        "Solo": 2,
    }
    assert found.contrasts[0].verdict == "better"
    assert found.missions == 2
    assert "On 2 to 7 missions (32 simulated runs)" in finding(found)
    assert "Each two are compared by all that both have" in " ".join(remarks(found))


def test_the_dots_of_a_contrast_are_the_missions_it_rests_upon():
    forest = forest_figure(compared([*GIVEN, *FREE, *arm("solo", 0.5, 0.6)], reference="Fixed roles"))
    assert [len(trace.x) for trace in forest.data if len(trace.x) > 1] == [7, 2]


def test_an_arm_that_nothing_can_be_said_of_is_named_and_still_counts():
    others = [
        *GIVEN,
        *FREE,
        *arm("shared", *(mean + 0.01 for mean in (0.5, 0.61, 0.55, 0.5, 0.63, 0.57, 0.5))),
    ]
    usual = compared(others, reference="Fixed roles")
    found = compared([*others, *unplayed("solo", unfinished=1)], reference="Fixed roles")
    assert [each.group.name for each in found.contrasts] == ["Sequential", "Shared"]
    assert [each.difference.missions for each in found.contrasts] == [7, 7]
    assert [each.name for each in found.refused] == ["Solo"]
    assert "Solo has no finished run" in " ".join(remarks(found))
    assert found.comparisons == 3
    least = min(each.difference.p for each in usual.contrasts)
    assert min(each.difference.p_holm for each in usual.contrasts) == pytest.approx(2 * least)
    assert min(each.difference.p_holm for each in found.contrasts) == pytest.approx(3 * least)


def test_a_context_that_cannot_be_compared_is_told_and_still_counts():
    weak = [*arm("fixed_roles", *HIGH, **WEAK), *unplayed("sequential", unscored=1, **WEAK)]
    found = compare_in_contexts([*GIVEN, *FREE, *weak], "protocol", reference="Fixed roles")
    [(_, comparison)] = found.found
    [contrast] = comparison.contrasts
    assert contrast.difference.p_holm == pytest.approx(2 * contrast.difference.p)
    [(within, why)] = found.refused
    assert {each.condition.models for each in within} == {"sim/weak ×8"}
    assert "Sequential has no scored run" in why
    more = compare_in_contexts([*GIVEN, *FREE], "protocol", reference="Fixed roles", comparisons=5)
    assert more.found[0][1].contrasts[0].difference.p_holm == pytest.approx(5 * contrast.difference.p)


def test_nobody_takes_the_place_of_a_reference_that_has_no_runs():
    weak = [*arm("shared", *HIGH, **WEAK), *arm("sequential", *LOW, **WEAK)]
    found = compare_in_contexts([*GIVEN, *FREE, *weak], "protocol", reference="Fixed roles")
    assert len(found.found) == 1
    assert [why for _, why in found.refused] == [
        "there is no run of Fixed roles, which the others are set against"
    ]
    with pytest.raises(BadInput, match="no run of Fixed roles"):
        compare_in_contexts(weak, "protocol", reference="Fixed roles")


def test_scores_of_two_judges_are_not_mixed_over_contrasts():
    other = [*arm("fixed_roles", *HIGH, judge="sim/other"), *arm("solo", *HIGH, judge="sim/other")]
    assert [each.group.name for each in compared([*GIVEN, *FREE, *arm("solo", *LOW), *other]).contrasts] == [
        "Sequential",
        "Solo",
    ]
    with pytest.raises(BadInput, match="different judges"):
        compared([*GIVEN, *FREE, *other])


def test_every_measure_weighs_conditions_as_the_difference_does():
    """Else a group that repeats its cheap condition often would seem cheap."""
    cells = [
        each
        for protocol in ("shared", "solo")
        for n in range(6)
        for each in (
            cell(f"m{n}", *[0.9] * (9 if protocol == "solo" else 1), cost=1.0, protocol=protocol),
            cell(f"m{n}", 0.5 + 0.01 * n, cost=3.0, protocol=protocol, **WEAK),
        )
    ]
    found = compared(cells)
    assert found.contrasts[0].cost_ratio == pytest.approx(1.0)
    (row,) = measure_rows(found.groups, ["cost_usd"])
    assert row.values[0] == row.values[1]
    assert row.values[0].startswith("$2.00")


def half_scored(settings) -> str:
    """Keep an experiment on two models of which one has no score under one of its two protocols; returns its id."""
    missions = tuple(load_library(settings.mission_folders).values())[:6]
    ways = (Way("fixed_roles"), Way("sequential"))
    terms = Terms(margin=0.07, stop_when_clear=True)
    experiment = experiment_of(missions, terms, ways=ways, teams=("sim/strong", "sim/weak"), repeats=1)
    plan = experiment.grid
    fields = {"simulated": True, "judge": "sim/judge", "prompts": "p", "expected_usd": None, "version": "0.1"}
    begun = ExperimentStarted(
        grid=plan, terms=experiment.terms, run_id=plan.id, seq=0, at=BEGAN, t=0.0, **fields
    )
    keep(settings, [begun])
    for number in range(plan.size):
        planned = plan.planned(number)
        arm_of = plan.arms[planned.arm]
        lost = arm_of.models == "sim/weak" and arm_of.way.protocol == "sequential"
        recipe = spec(
            planned.mission, models=[arm_of.models], agents=arm_of.agents, protocol=arm_of.way.protocol
        )
        judged = Verdict("sim/judge", unscored="it was not to be reached") if lost else None
        first, *rest = told(plan.run_id(number), recipe, turns=[turn(0)], judged=judged)
        keep(settings, [replace(first, experiment=plan.id), *rest])
    return plan.id


def test_what_an_experiment_cannot_compare_is_shown_with_its_reason(settings, capsys):
    st.cache_resource.clear()
    experiment_id = half_scored(settings)
    why = "Sequential has no scored run, so nothing can be said of it"
    app = opened("experiments/page.py", experiment=experiment_id)
    assert "sim/weak" in [each.value.replace("\\", "") for each in app.subheader]
    assert f"Nothing can be said here: {why}." in words_of(app).replace("\\", "")
    captions = [each.value for each in app.caption if "±" in each.value]
    assert captions
    assert all("±0.07" in each for each in captions), "a margin that was not agreed"
    assert EARLY_STOP in [each.value for each in app.caption]
    print_results(experiment_id, as_json=False)
    assert f"sim/weak: {why}" in capsys.readouterr().out
    print_results(experiment_id, as_json=True)
    told_as_json = json.loads(capsys.readouterr().out)
    assert {"context": "sim/weak", "refused": why} in told_as_json
    print_comparison(by=By.protocol, experiment=experiment_id, as_json=True)
    for comparison in (told_as_json[0], json.loads(capsys.readouterr().out)):
        assert comparison["contrasts"][0]["difference"]["margin"] == 0.07


def with_gaps(cells, count, **lost):
    """The same cells, the first ones with so many runs that have no score."""
    return [replace(each, **lost) if at < count else each for at, each in enumerate(cells)]


def lacking(protocol: str, count: int, shift: float, missions: int = 10):
    bumps = 0.01 if protocol == "sequential" else 0.0
    cells = arm(protocol, *(0.5 + shift + 0.02 * (n % 3) + bumps * (-1) ** n for n in range(missions)))
    return with_gaps(cells, count, unfinished=1)


@pytest.mark.parametrize(("gaps", "shift", "word"), [(0, 0.1, "better"), (1, 0.3, "better"), (9, 0.05, None)])
@pytest.mark.parametrize("side", ["group", "reference"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_verdict_survives_missing_scores_at_their_worst_or_says_that_it_depends_on_them(
    gaps, shift, word, side, sign
):
    lost = (gaps, 0) if side == "group" else (0, gaps)
    found = compared(
        [*lacking("sequential", lost[0], sign * shift), *lacking("shared", lost[1], 0.0)], reference="Shared"
    )
    [contrast] = found.contrasts
    assert contrast.gaps == gaps
    if word is None:
        assert (contrast.verdict, contrast.withheld) == ("undetermined", "scores")
        assert f"the verdict depends on {gaps} missing scores" in finding(found)
    else:
        assert (contrast.verdict, contrast.withheld) == ("better" if sign > 0 else "worse", None)


def test_a_mission_of_which_one_side_has_no_score_at_all_counts_among_the_worst():
    free = lacking("sequential", 0, 0.1)
    free[:4] = [cell(f"m{n}", None, protocol="sequential") for n in range(4)]
    [contrast] = compared([*free, *lacking("shared", 0, 0.0)], reference="Shared").contrasts
    assert contrast.difference.missions == 6
    assert [each.missions for each in contrast.extremes] == [10, 10]
    assert contrast.withheld == "scores"


def test_what_is_no_planned_look_has_estimates_and_no_verdict():
    groups, _ = groups_by([*lacking("sequential", 0, 0.1), *lacking("shared", 0, 0.0)], "protocol", "Shared")
    found = compare_groups(groups, final=False)
    [contrast] = found.contrasts
    assert (contrast.verdict, contrast.word, contrast.withheld) == ("undetermined", "no verdict", "look")
    assert contrast.difference.low is not None
    assert "a verdict counts only at the planned end" in finding(found)
    assert "undetermined" not in finding(found)


# Time: what was not played together in time is estimated only.


def timed(protocol: str, shift: float, hours, *, experiment: str = ""):
    """Twelve missions of a real model, one run each, begun at these hours."""
    bumps = 0.01 if protocol == "sequential" else 0.0
    return [
        replace(
            cell(f"m{n:02}", 0.5 + shift + bumps * (-1) ** n, protocol=protocol, simulated=False),
            began=(3600.0 * hours[n],),
            experiments=frozenset({experiment}),
        )
        for n in range(12)
    ]


TODAY, TOMORROW = range(12), range(24, 36)


@pytest.mark.parametrize(
    ("hours", "experiments", "withheld"),
    [
        ((TODAY, TOMORROW), ("", ""), "time"),
        ((TODAY, TOMORROW), ("one", "one"), None),
        ((TODAY, TOMORROW), ("one", "other"), "time"),
        ((range(0, 24, 2), range(1, 24, 2)), ("", ""), None),
        ((range(0, 24, 2), range(1, 24, 2)), ("one", "other"), None),
        (([*range(6), *range(24, 30)], [*range(12, 18), *range(36, 42)]), ("", ""), "time"),
    ],
)
def test_real_runs_that_were_not_played_together_have_no_verdict(hours, experiments, withheld):
    free, shared = (
        timed(protocol, shift, when, experiment=name)
        for protocol, shift, when, name in zip(
            ("sequential", "shared"), (0.1, 0.0), hours, experiments, strict=True
        )
    )
    found = compared([*free, *shared], reference="Shared")
    assert found.contrasts[0].withheld == withheld
    assert ("play them interleaved" in finding(found)) == (withheld == "time")
    assert found.contrasts[0].difference.low is not None


def test_simulated_models_are_the_same_on_all_days():
    free, shared = timed("sequential", 0.1, TOMORROW), timed("shared", 0.0, TODAY)
    cells = [replace(each, condition=each.condition._replace(simulated=True)) for each in (*free, *shared)]
    assert compared(cells, reference="Shared").contrasts[0].verdict == "better"


# Families: one task with other inputs is one unit.


def of_family(cells, size: int, families: int | None = None):
    return [
        replace(each, family=f"task {at // size}" if families is None or at // size < families else None)
        for at, each in enumerate(cells)
    ]


def two_arms(missions: int = 12):
    return (
        arm("sequential", *(0.6 + 0.01 * (-1) ** (n // 2) for n in range(missions))),
        arm("shared", *[0.5] * missions),
    )


@pytest.mark.parametrize(("size", "families", "units"), [(1, None, 12), (2, None, 6), (4, 2, 6), (4, 0, 12)])
def test_missions_of_one_family_count_as_one(size: int, families: int | None, units: int):
    cells = [each for one in two_arms() for each in of_family(one, size, families)]
    [contrast] = compared(cells, reference="Shared").contrasts
    assert (contrast.difference.missions, contrast.inputs) == (units, 0)
    assert contrast.difference.difference == pytest.approx(0.1, abs=0.01)


def test_of_a_single_family_nothing_is_said_of_other_tasks():
    found = compared([each for one in two_arms() for each in of_family(one, 12)], reference="Shared")
    [contrast] = found.contrasts
    assert (contrast.difference.missions, contrast.inputs) == (12, 12)
    assert finding(found).endswith("on inputs like these.")
