"""Groups are formed of what is alike, compared by mission, and refused when they say nothing together."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from pages.side_by_side import groups as compared_groups
from pages.side_by_side.link import Subject
from swarm.cell import Cell, Condition
from swarm.cli.compare import terms_of
from swarm.comparison.contexts import compare_in_contexts
from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import Group, differing, groups_by, name_of
from swarm.comparison.tradeoff import balance_in_words, balance_of
from swarm.engine.compose import current_wording
from swarm.errors import BadInput
from swarm.experiment.looks import alpha_of
from swarm.experiment.results import agreed, is_final, reference_of, resolution, results
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.rows import RunFilter
from swarm.recording.measures import COMPARED
from swarm.stats.power import PAPER_SD
from tests.made import BAKERY

USUAL = Condition(True, "sequential", "{}", "sim/strong ×8", 8, "none", "sim/judge", "p1")


def cell(
    mission: str,
    *qualities: float | None,
    unfinished: int = 0,
    cost: float | None = 0.1,
    nothing: int = 0,
    **changes,
) -> Cell:
    values = {measure: tuple(1.0 for _ in qualities) for measure in COMPARED}
    values |= {"quality": qualities, "cost_usd": tuple(cost for _ in qualities)}
    condition = USUAL._replace(**changes)
    seeds = tuple(range(len(qualities)))
    return Cell(condition, mission, mission.title(), "L3", unfinished, seeds, values, nothing)


def arm(protocol: str, *means: float, **changes) -> list[Cell]:
    return [cell(f"m{n}", mean, mean + 0.02, protocol=protocol, **changes) for n, mean in enumerate(means)]


def group(name: str, cells) -> Group:
    return Group(name, tuple(cells))


GIVEN = arm("fixed_roles", 0.5, 0.6, 0.55, 0.5, 0.62, 0.57, 0.51)
FREE = arm("sequential", 0.7, 0.81, 0.74, 0.7, 0.8, 0.78, 0.7)


def test_groups_are_compared_by_mission():
    found = compare_groups([group("Given", GIVEN), group("Free", FREE)])
    [contrast] = found.contrasts
    assert (contrast.verdict, found.missions, contrast.difference.missions, contrast.difference.runs) == (
        "better",
        7,
        7,
        14,
    )
    assert contrast.difference.difference == pytest.approx(0.1971, abs=1e-4)
    assert contrast.cost_ratio == pytest.approx(1.0)


def test_repeats_of_a_mission_do_not_count_as_more_evidence():
    doubled = [
        replace(each, seeds=each.seeds * 2, values={k: v * 2 for k, v in each.values.items()})
        for each in FREE
    ]
    [once] = compare_groups([group("Given", GIVEN), group("Free", FREE)]).contrasts
    [twice] = compare_groups([group("Given", GIVEN), group("Free", doubled)]).contrasts
    assert (once.difference.p, once.difference.low) == (twice.difference.p, twice.difference.low)


def test_groups_by_a_factor_keep_only_what_every_group_has():
    extra = [
        cell("easy", 1.0, protocol="sequential"),
        cell("m0", 1.0, protocol="sequential", agents=16, models="sim/strong ×16"),
    ]
    groups, left_out = groups_by([*GIVEN, *FREE, *extra], "protocol")
    assert [(each.name, each.runs) for each in groups] == [("Fixed roles", 14), ("Sequential", 14)]
    assert left_out == 2


def test_a_model_is_the_same_in_teams_of_another_size():
    cells = [cell("m0", 0.5, agents=n, models=f"sim/{m} ×{n}") for n in (4, 16) for m in ("strong", "weak")]
    assert [each.name for each in groups_by(cells, "models")[0]] == ["sim/strong", "sim/weak"]
    assert [each.name for each in groups_by(cells, "agents")[0]] == ["4 agents", "16 agents"]


def test_the_reference_comes_first():
    assert groups_by([*GIVEN, *FREE], "protocol", "Sequential")[0][0].name == "Sequential"


def test_conditions_of_a_group_weigh_the_same_however_often_they_were_run():
    """Else a group that repeats its best condition often would seem better."""
    few = [
        cell(f"m{n}", 0.5, agents=4, models="sim/strong ×4", protocol=p)
        for n in range(6)
        for p in ("shared", "solo")
    ]
    many = [
        cell(f"m{n}", *([0.9] * (9 if p == "solo" else 1)), protocol=p)
        for n in range(6)
        for p in ("shared", "solo")
    ]
    groups, _ = groups_by([*few, *many], "protocol")
    [contrast] = compare_groups(groups).contrasts
    assert contrast.difference.difference == pytest.approx(0.0)
    assert (contrast.difference.runs, contrast.difference.reference_runs) == (60, 12)


def test_p_values_are_adjusted_over_all_that_is_shown():
    third = arm(
        "shared", *(mean - 0.01 * (n % 3) for n, mean in enumerate((0.5, 0.6, 0.55, 0.5, 0.62, 0.57, 0.51)))
    )
    weak = [
        replace(each, condition=each.condition._replace(models="sim/weak ×8"))
        for each in (*GIVEN, *FREE, *third)
    ]
    found = compare_in_contexts([*GIVEN, *FREE, *third, *weak], "protocol", reference="Fixed roles")
    contrasts = [each for _, comparison in found.found for each in comparison.contrasts]
    assert len(contrasts) == 4
    smallest = min(contrasts, key=lambda each: each.difference.p)
    assert smallest.difference.p_holm == pytest.approx(4 * smallest.difference.p)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([group("A", GIVEN)], "only one group"),
        ([], "only one group"),
        ([group("A", GIVEN), group("B", [])], "B has no finished run"),
        ([group("A", GIVEN), group("B", [cell("m0", unfinished=2)])], "B has no finished run"),
        ([group("A", GIVEN), group("B", arm("shared", 0.5, 0.6, simulated=False))], "some are real"),
        ([group("A", GIVEN), group("B", arm("shared", 0.5, 0.6, judge="sim/other"))], "different judges"),
        (
            [group("A", GIVEN), group("B", arm("shared", 0.5, 0.6, prompts="p2"))],
            "the prompts or the simulated models have changed",
        ),
        ([group("A", GIVEN), group("B", [cell("x", 0.5), cell("y", 0.6)])], "no mission in common"),
        ([group("A", [cell("m0", 0.5)]), group("B", [cell("m0", 0.9)])], "an example, not evidence"),
        (
            [group("A", [cell("m0", 0.5, 0.5)]), group("B", [cell("m0", 0.9, 0.8)])],
            "only 1 mission in common",
        ),
        ([group("A", GIVEN), group("B", [cell("m0", None, None), cell("m1", None)])], "B has no scored run"),
    ],
)
def test_what_says_nothing_together_is_refused_in_one_sentence(groups, said):
    with pytest.raises(BadInput) as refused:
        compare_groups(groups)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_else_groups_differ_in_is_told():
    small = arm("sequential", 0.5, 0.6, agents=4, models="sim/strong ×4")
    assert differing([group("A", GIVEN), group("B", FREE)]) == ("protocol",)
    assert differing([group("A", GIVEN), group("B", small)]) == ("protocol", "agents")


def test_a_cost_that_is_unknown_makes_no_ratio():
    unknown = arm("sequential", 0.7, 0.8, 0.7, cost=None)
    [contrast] = compare_groups([group("A", GIVEN[:3]), group("B", unknown)]).contrasts
    assert contrast.cost_ratio is None
    assert group("B", unknown).total("cost_usd") is None


def test_a_missing_score_is_left_out_and_counted():
    with_gap = group("A", [cell("m0", 0.5, None), cell("m1", 0.7)])
    assert (with_gap.runs, with_gap.unscored) == (3, 1)
    assert with_gap.ranged("quality").value == pytest.approx(0.6)


def test_roles_of_ones_own_are_told_from_the_usual_ones():
    named = name_of("protocol", ("fixed_roles", '{"roles":["Baker","Cook"]}'))
    assert named.startswith("Fixed roles (2 roles: Baker … #")


# What an experiment can show, and what it does.


def grid(**changes) -> Grid:
    usual = {
        "name": "x",
        "ways": (Way("sequential"), Way("fixed_roles")),
        "teams": ("sim/strong",),
        "agents": (8,),
        "missions": tuple(replace(BAKERY, id=f"m{n}", title=f"M{n}") for n in range(7)),
        "repeats": 2,
    }
    return Grid(**(usual | changes))


def test_an_experiment_is_read_against_its_first_protocol():
    [(context, comparison)] = results(Experiment(grid(), Terms()), [*GIVEN, *FREE]).found
    assert (context, comparison.groups[0].name, comparison.contrasts[0].verdict) == (
        "",
        "Sequential",
        "worse",
    )
    assert reference_of(grid(ways=(Way("batched", {"size": 2}), Way("solo")))) == "Batched (size 2)"
    assert reference_of(grid(ways=(Way("solo"),), teams=("2 sim/strong, 6 sim/weak", "sim/weak"))) == (
        "sim/strong ×2, sim/weak ×6"
    )


def test_contexts_are_called_by_what_sets_them_apart():
    weak = [
        replace(each, condition=each.condition._replace(models="sim/weak ×8")) for each in (*GIVEN, *FREE)
    ]
    experiment = Experiment(grid(teams=("sim/strong", "sim/weak")), Terms())
    assert [context for context, _ in results(experiment, [*GIVEN, *FREE, *weak]).found] == [
        "sim/strong",
        "sim/weak",
    ]


def test_an_experiment_with_one_arm_shows_nothing():
    with pytest.raises(BadInput, match="single arm"):
        results(Experiment(grid(ways=(Way("sequential"),)), Terms()), FREE)
    assert resolution(Experiment(grid(ways=(Way("sequential"),)), Terms())).smallest is None


def test_without_earlier_runs_the_papers_spread_is_assumed():
    sees = resolution(Experiment(grid(repeats=1), Terms()))
    assert not sees.pilot
    assert sees.sd == pytest.approx(PAPER_SD * 2**0.5)


def test_earlier_runs_of_the_same_arms_tell_how_much_missions_differ():
    now = [
        replace(each, condition=each.condition._replace(prompts=current_wording(simulated=True)))
        for each in (*GIVEN, *FREE)
    ]
    sees = resolution(Experiment(grid(), Terms()), now)
    assert sees.pilot
    assert sees.sd < 0.05
    assert not resolution(Experiment(grid(), Terms()), [*GIVEN, *FREE]).pilot  # asked in other words
    assert sees.smallest < resolution(Experiment(grid(), Terms())).smallest


def test_scores_of_two_judges_are_no_one_pilot():
    """Judges that disagree by much would look like missions that do."""
    now = [
        replace(each, condition=each.condition._replace(prompts=current_wording(simulated=True)))
        for each in (*GIVEN, *FREE)
    ]
    harsh = [
        replace(
            each,
            condition=each.condition._replace(judge="sim/harsh"),
            values={**each.values, "quality": tuple(value - 0.4 for value in each.values["quality"])},
        )
        for each in now[:4]
    ]
    experiment = Experiment(grid(), Terms())
    assert resolution(experiment, [*now, *harsh]).sd == pytest.approx(resolution(experiment, now).sd)


def test_more_missions_and_fewer_comparisons_see_smaller_differences():
    few, many = (resolution(Experiment(grid(missions=grid().missions[:n]), Terms())) for n in (6, 7))
    assert many.smallest < few.smallest
    more = resolution(Experiment(grid(ways=(Way("sequential"), Way("fixed_roles"), Way("solo"))), Terms()))
    assert more.smallest > many.smallest
    assert resolution(Experiment(grid(missions=grid().missions[:5]), Terms())).smallest is None
    assert many.missions_for(0.02) > many.missions_for(0.1)
    with pytest.raises(BadInput, match="a wanted difference"):
        many.missions_for(0.0)


def test_an_experiment_that_may_stop_early_asks_for_more_at_its_end():
    assert alpha_of(Experiment(grid(), Terms())) == 0.05
    assert alpha_of(Experiment(grid(), Terms(stop_when_clear=True))) == pytest.approx(0.046)


def test_what_was_agreed_is_the_margin_and_the_level_of_the_experiment():
    experiment = Experiment(grid(), Terms(margin=0.125, stop_when_clear=True))
    assert agreed(experiment, row("running", 3)) == {
        "margin": 0.125,
        "alpha": alpha_of(experiment),
        "final": False,
    }


def row(status: str, ended: int) -> SimpleNamespace:
    return SimpleNamespace(status=status, finished=ended, failed=0, runs=14)


@pytest.mark.parametrize(
    ("status", "ended", "final"),
    [
        ("finished", 13, True),
        ("clear", 9, True),
        ("incomplete", 14, True),
        ("running", 13, False),
        ("stopped", 12, False),
        ("limited", 12, False),
        ("dear", 2, False),
    ],
)
def test_a_verdict_counts_at_the_end_or_at_the_look_that_ended_it_and_not_where_somebody_stopped(
    status: str, ended: int, final: bool
):
    assert is_final(row(status, ended)) is final
    cells = [*GIVEN, *FREE]
    [(_, found)] = results(Experiment(grid(), Terms()), cells, final=is_final(row(status, ended))).found
    assert (found.contrasts[0].withheld is None) is final


def of_page(history, where: RunFilter, monkeypatch) -> dict[str, float]:
    monkeypatch.setattr(compared_groups, "history", lambda: history)
    return compared_groups.terms_of(Subject((), None, where))


def of_command(history, where: RunFilter, _) -> dict[str, float]:
    return terms_of(history, where.experiment)


@pytest.mark.parametrize("terms", [of_page, of_command], ids=["page", "command"])
def test_side_by_side_judges_runs_of_an_experiment_as_it_agreed(terms: Callable, monkeypatch):
    experiment = Experiment(grid(), Terms(margin=0.125, stop_when_clear=True))
    kept = SimpleNamespace(experiment=lambda name: (row("clear", 9), {"ours": experiment}[name]))
    assert terms(kept, RunFilter(experiment="ours"), monkeypatch) == agreed(experiment, row("clear", 9))
    assert terms(kept, RunFilter(), monkeypatch) == {}


def test_runs_without_a_shock_are_what_others_are_measured_against():
    cells = [*arm("sequential", 0.5, 0.6, shock="hub"), *arm("sequential", 0.5, 0.6)]
    assert [each.name for each in groups_by(cells, "shock")[0]] == ["No shock", "Shock: hub"]


def weighed(protocol: str, quality: float, tokens: float, **changes) -> Group:
    found = cell("m0", quality, protocol=protocol, **changes)
    slow = tokens / 100
    return group(
        protocol, [replace(found, values=found.values | {"tokens": (tokens,), "duration_s": (slow,)})]
    )


def test_the_balance_index_is_of_the_means_and_says_what_it_weighs():
    groups = [weighed("one", 0.5, 900), weighed("other", 0.75, 1000)]
    # Quality .25 against tokens .20; all else is alike, and the time of simulated runs says nothing.
    assert balance_of(groups).indices == pytest.approx((0.2 / 0.45, 0.25 / 0.45))
    said = balance_in_words(groups)
    assert "simulated): one 0.44, other 0.56. " in said
    assert "it weighs quality (0.25) and tokens (0.2), each from 0 for the worst" in said
    real = [
        weighed(each.name, q, t, simulated=False)
        for each, q, t in zip(groups, (0.5, 0.75), (900, 1000), strict=True)
    ]
    assert balance_of(real).counted == ("quality", "duration_s", "tokens")
    assert "none, as these groups differ in nothing" in balance_in_words([groups[0], groups[0]])
