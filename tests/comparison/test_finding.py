"""What a comparison is said to show: never more than it does, and nothing missing passed over."""

from dataclasses import replace

import pytest

from swarm.comparison.contrasts import compare_groups
from swarm.comparison.finding import contrast_sentence, finding, findings, remarks
from swarm.comparison.group import Group, groups_by
from swarm.comparison.levels import cells_by_level, level_name, means_by_mission
from swarm.comparison.rows import measure_rows, statistic_rows
from swarm.comparison.tradeoff import standpoints, weighed
from swarm.narrative.redline import marked, side_by_side
from swarm.verdict import SIMULATED_JUDGE
from tests.compared import QUALITY, arm, cell


def compared(*arms, reference="Shared"):
    groups, _ = groups_by([each for one in arms for each in one], "protocol", reference)
    return compare_groups(groups)


def flat(protocol="shared", **more):
    return arm(protocol, 0.0, spread=0.0, **more)


def test_the_first_line_has_verdict_difference_interval_price_and_what_it_rests_upon():
    dear = arm("sequential", 0.134, measures={"cost_usd": 0.065})
    assert finding(compared(dear, flat())) == (
        "On 12 missions (48 simulated runs), Sequential scored 0.134 higher than Shared (95 % interval 0.121 to 0.147; "
        "better), at 1.3 times the simulated cost."
    )


def test_what_is_worse_is_called_worse_with_a_minus_before_its_interval():
    said = finding(compared(arm("sequential", -0.134), flat()))
    assert "scored 0.134 lower than Shared (95 % interval −0.147 to −0.121; worse), at about the same" in said


def test_alike_is_a_claim_with_its_margin():
    said = finding(compared(arm("sequential", 0.004, spread=0.02, missions=36), flat(missions=36)))
    assert (
        "Sequential did about as well as Shared: the difference lies within ±0.03 (+0.004 on average, "
        in said
    )
    assert "; equivalent)" in said


def test_alike_on_few_missions_is_no_difference_seen_and_says_what_would_exclude_bad_losses():
    said = finding(compared(arm("sequential", 0.004, spread=0.01), flat()))
    assert said == (
        "On 12 missions (48 simulated runs), no difference between Sequential and Shared was seen (+0.004 on average, "
        "95 % interval −0.003 to 0.011; undetermined), at about the same simulated cost, but that either of them loses "
        "0.15 or more on up to 22% of missions is not excluded. If losses stay as rare, 30 missions would "
        "exclude it in an experiment of its own, for about $6.00 of simulated money."
    )


def test_who_loses_badly_is_said_by_name():
    cells = arm("sequential", 0.012, spread=0.01, missions=36)
    cells[3] = cell(3, [0.25, 0.25], protocol="sequential")
    contrast = compared(cells, flat(missions=36)).contrasts[0]
    contrast = replace(
        contrast, difference=replace(contrast.difference, p_equivalence=0.01, p=0.3, p_holm=0.3)
    )
    said = contrast_sentence(replace(contrast, verdict="undetermined"))
    assert (
        "but that Sequential loses 0.15 or more on up to 13% of missions is not excluded. If losses" in said
    )


def test_what_is_certain_and_too_small_to_matter_is_said_to_be_both():
    said = finding(compared(arm("sequential", 0.012, spread=0.005), flat()))
    assert "; better), which is less than would matter" in said


def test_what_is_not_settled_says_what_would_settle_it_and_for_how_much():
    said = finding(compared(arm("sequential", 0.03, spread=0.09), flat()))
    assert said.startswith(
        "Not settled: on 12 missions (48 simulated runs), Sequential scored 0.030 higher than Shared"
    )
    assert "; undetermined)" in said
    more = int(said.partition("about ")[2].partition("about ")[2].split()[0])
    assert f"for about ${more * 4 * 0.05:.2f} of simulated money." in said


def test_what_a_stricter_level_leaves_open_is_told_by_that_level():
    """An experiment that may stop early asks for p < .046: at .05 nothing would be left to settle."""
    groups, _ = groups_by([*arm("sequential", 0.05, spread=0.06), *flat()], "protocol", "Shared")
    p = compare_groups(groups).contrasts[0].difference.p
    assert p < 0.05
    said = finding(compare_groups(groups, alpha=0.9 * p))
    assert said.startswith("Not settled")
    assert "missions would settle it" in said
    assert "cannot be told" not in said


def test_few_missions_bring_no_verdict_however_large_the_difference():
    said = finding(compared(arm("sequential", 0.2, missions=5), flat(missions=5)))
    assert said.startswith("Not settled: on 5 missions")
    assert "No verdict is given on fewer than 6 missions." in said


def test_without_an_interval_none_is_made_up():
    said = finding(compared(arm("sequential", 0.125, spread=0.0), flat()))
    assert "no interval, as it is the same on every mission; undetermined" in said
    assert "cannot be told" in said


def test_an_unknown_price_is_said_to_be_unknown():
    unpriced = arm("sequential", 0.134, measures={"cost_usd": None})
    assert "how their costs compare is not known" in finding(compared(unpriced, flat()))
    unsettled = arm("sequential", 0.03, spread=0.09, measures={"cost_usd": None})
    assert "at a price that is not known" in finding(compared(unsettled, flat()))


def test_real_runs_are_not_called_simulated():
    said = finding(compared(arm("sequential", 0.134, simulated=False), flat(simulated=False)))
    assert "simulated" not in said.lower()
    assert "(48 runs)" in said


def test_of_several_the_headline_sorts_them_and_the_best_supported_comes_first():
    many = {"missions": 36}
    comparison = compared(
        arm("solo", 0.1, **many),
        arm("broadcast", 0.03, spread=0.12, **many),
        arm("coordinator", 0.001, spread=0.01, **many),
        flat(**many),
    )
    assert finding(comparison) == (
        "On 36 missions (288 simulated runs), Solo scored higher than Shared; Coordinator did about as well as Shared; "
        "Broadcast cannot be told from Shared yet."
    )
    told = findings(comparison)
    assert [name in said for name, said in zip(("Solo", "Coordinator", "Broadcast"), told, strict=True)] == [
        True
    ] * 3


def test_what_only_the_other_comparisons_unsettle_is_said_to_be_so():
    contrast = compared(arm("sequential", 0.05), flat()).contrasts[0]
    doubted = replace(contrast, verdict="undetermined", difference=replace(contrast.difference, p_holm=0.06))
    assert "undetermined after allowing for all comparisons shown" in contrast_sentence(
        doubted, comparisons=3
    )


def test_what_was_left_out_is_told():
    mute = replace(cell(11, [None, None], protocol="shared"), missing={"the judge gave no verdict": 2})
    lacking = [*flat()[:-1], mute]
    extra = [
        *arm("sequential", 0.1),
        cell(20, [0.5], protocol="sequential"),
        cell(0, [0.5], protocol="sequential", agents=4),
    ]
    cut = {"it was stopped": 2, "the provider gave no answer": 1}
    extra[0] = replace(extra[0], unfinished=3, missing=cut)
    said = " ".join(remarks(compared(extra, lacking), "protocol"))
    assert "4 finished runs were left out" in said
    assert (
        "Without a quality for no fault of their team, and so left out of it: 2 of Shared (2 where the judge gave no "
        "verdict) and 3 of Sequential (2 where it was stopped and 1 where the provider gave no answer)."
        in said
    )


def test_failures_that_count_are_marked():
    failing = [replace(cell(n, [0.25, 0.7], protocol="shared"), nothing=1) for n in range(12)]
    known, said = remarks(compared(arm("sequential", 0.1), failing), "protocol")
    assert known == SIMULATED_JUDGE
    assert said == (
        "Failed by their own team, and so counted with the lowest quality, 0.25: 12 of 24 runs of Shared."
    )


def test_what_else_groups_differ_in_is_told_and_not_what_they_were_formed_by():
    weak = arm("sequential", 0.1, models="sim/weak ×8")
    groups = [Group("Sequential", tuple(weak)), Group("Shared", tuple(flat()))]
    _, said = remarks(compare_groups(groups), "protocol")
    assert "also differ in the models" in said
    assert remarks(compared(arm("sequential", 0.1), flat()), "protocol") == (SIMULATED_JUDGE,)


def test_every_statistic_has_a_meaning_and_a_value_for_each_contrast():
    rows = statistic_rows(compared(arm("sequential", 0.1), arm("solo", 0.0, spread=0.0), flat()))
    assert all(row.meaning and len(row.values) == 2 for row in rows)
    told = {row.name: row.values for row in rows}
    assert told["Verdict"] == ("better", "undetermined")
    assert told["p"][1] == told["p of equivalence"][1] == "–"
    assert told["Runs"] == ("24 and 24", "24 and 24")


def test_a_measure_nobody_has_is_a_dash_and_not_nothing():
    rows = {
        row.name: row.values
        for row in measure_rows(compared(arm("sequential", 0.1, measures={"depth": None}), flat()).groups)
    }
    assert rows["Depth"] == ("2.00", "–")


def test_levels_keep_runs_without_a_counterpart():
    cells = [
        *arm("sequential", 0.1),
        *flat(missions=3),
        cell(0, [0.5], protocol="batched", options='{"size":4}'),
    ]
    found = cells_by_level(cells, "protocol")
    assert {name: len(sorted_in) for name, sorted_in in found.items()} == {
        "Batched (size 4)": 1, "Sequential": 12, "Shared": 3,
    }  # fmt: skip
    assert level_name(cells[0].condition, "models") == "sim/strong"


def test_means_of_missions_weigh_every_condition_alike():
    one = [cell(0, [0.5, 0.5, 0.5], protocol="solo"), cell(0, [1.0], protocol="solo", agents=4)]
    other = [cell(0, [0.25], protocol="shared"), cell(0, [0.25], protocol="shared", agents=4)]
    groups, _ = groups_by([*one, *other], "protocol", "Shared")
    (row,) = means_by_mission(groups)
    assert row.means == (0.25, 0.75)
    assert row.difference(1) == 0.5


@pytest.mark.parametrize(
    ("cost", "shift", "said"),
    [
        (0.02, 0.1, "By their means, Sequential is beaten by nothing in both quality and simulated cost. Shared "
                    "lies behind Sequential: dearer and worse. Means settle nothing by themselves; verdicts do."),
        (0.09, 0.1, "By their means, Shared and Sequential are each beaten by nothing in both quality and simulated "
                    "cost."),
        (0.05, 0.1, "By their means, Sequential is beaten by nothing in both quality and simulated cost. Shared "
                    "lies behind Sequential: worse, else the same. Means settle nothing by themselves; verdicts do."),
        (None, 0.1, "Of Sequential, cost or quality is not known."),
    ],
)  # fmt: skip
def test_quality_is_weighed_against_cost_in_words(cost, shift, said):
    groups = compared(arm("sequential", shift, measures={"cost_usd": cost}), flat()).groups
    assert weighed(standpoints(groups), groups) == said


ONE = """R1 – Find a site
Owner: Baker. Due: May.

R2 – Hire
Two bakers.

Bread for everybody at seven in the morning."""
OTHER = """R2 – Hire
Two bakers.

R1 – Find a site
Owner: Scout. Due: May.

R1 – Find a site
Again.

Bread for everybody at nine in the morning.

To be decided."""


def test_parts_that_begin_with_the_same_line_stand_beside_each_other_wherever_they_are():
    parts = side_by_side(ONE, OTHER)
    assert [(part.one is not None, part.other is not None) for part in parts] == [(True, True)] * 3 + [
        (False, True)
    ]
    assert parts[0].other == "R1 – Find a site\nOwner: Scout. Due: May.\nAgain."
    assert [part.same for part in parts] == [False, True, False, False]


def test_no_part_is_lost_or_shown_twice():
    parts = side_by_side(ONE, OTHER)
    for side, text in (("one", ONE), ("other", OTHER)):
        shown = sorted(" ".join(filter(None, (getattr(part, side) for part in parts))).split())
        heads = text.count("R1 – Find a site") - 1
        assert len(shown) == len(text.split()) - heads * 5


@pytest.mark.parametrize(("one", "other"), [("", ""), ("", "Bread."), ("Bread.", "")])
def test_an_empty_text_has_nothing_to_stand_beside(one, other):
    assert [(part.one, part.other) for part in side_by_side(one, other)] == [
        (text or None, other_text or None) for text, other_text in [(one, other)] if text or other_text
    ]


def test_only_words_that_differ_are_marked_and_the_text_stays_as_it_is():
    pieces = marked("Owner: Baker. Due:\nMay.", "Owner: Scout. Due:\nMay.")
    assert [(piece.text, piece.differs) for piece in pieces] == [
        ("Owner: ", False), ("Baker. ", True), ("Due:\nMay.", False),
    ]  # fmt: skip


def test_texts_too_long_to_compare_by_word_are_still_set_side_by_side():
    long = "bread " * 4_000
    assert [piece.differs for piece in marked(long, long + "butter")] == [True]
    many = "\n\n".join(f"Part {number} of {number * 7}" for number in range(400))
    assert len(side_by_side(many, many)) == 400


def test_qualities_of_this_test_are_qualities():
    assert all(0.25 <= value <= 1 for value in QUALITY)


@pytest.mark.parametrize(
    ("protocol", "tokens", "said"),
    [
        ("solo", 150.0, ", with 0.15 times the tokens."),
        ("solo", 960.0, "cost."),
        ("sequential", 150.0, "cost."),
        ("solo", None, ", with tokens that are not known."),
    ],
)
def test_one_agent_that_had_other_tokens_is_said_to_have_had_them(protocol, tokens, said):
    found = compared(arm(protocol, 0.134, measures={"tokens": tokens}), flat())
    assert finding(found).endswith(said)
