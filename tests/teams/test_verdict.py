"""The verdict: one sentence that says what was found, and no more."""

import re
from dataclasses import replace

import pytest

from swarm.comparison.settling import would_settle
from swarm.errors import BadInput
from swarm.export.page import Node, node, written
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.teams.trial import sentences as words
from swarm.teams.trial.report import _tables, as_report
from swarm.teams.trial.verdict import ADVISED, ALIKE, team_verdict
from tests.compared import QUALITY, arm
from tests.teams.judged import GRID, TEST, cells_of, judged


def test_the_sentence_speaks_of_your_roles():
    said = words.sentence(judged(0.05, -0.1, costs=(0.11, 0.1, 0.1), simulated=True))
    assert re.fullmatch(
        r"On 12 missions \(72 simulated runs; 0 of 12 missions are your own\) "
        r"your roles scored 0\.050 lower than the same agents without roles "
        r"\(95 % interval −0\.05\d to −0\.04\d; better: no roles\), at 1\.1 times the simulated cost; "
        r"one agent scored 0\.100 lower than your roles \(95 % interval −0\.1\d\d to "
        r"−0\.0\d\d; better: your roles\), at 0\.91 times the simulated cost of your roles\.",
        said,
    ), said


@pytest.mark.parametrize(("free", "solo"), [(0.05, -0.1), (-0.05, 0.1), (0.0, 0.0), (-0.1, -0.1)])
def test_nobody_is_advised_by_simulated_models(free: float, solo: float):
    found = judged(free, solo, simulated=True)
    said = words.verdict_in_words(found)
    assert (found.recommended, found.advice, said["advice"], said["advised"]) == (None, None, None, None)
    assert str(said["rehearsal"]).startswith(
        "Simulated models played, so there is no advice. A real test of this size"
    )
    assert words.advice(found) == f"Rehearsal: {said['rehearsal']}"
    told = " ".join(map(str, (words.sentence(found), words.winner_on_quality(found), words.advice(found))))
    assert not re.search(r"\b(Drop|Keep|Try)\b", told)


@pytest.mark.parametrize(
    ("free", "solo", "costs", "arm_taken", "said"),
    [
        (0.05, -0.1, (0.1, 0.1, 0.1), "free", "Drop the roles: it scored higher here."),
        (-0.05, 0.1, (0.1, 0.1, 0.1), "solo", "Try one agent instead of the team: it scored higher here."),
        (0.0, -0.1, (0.1, 0.05, 0.1), "free", "Drop the roles: it did about as well here, and costs less."),
        (0.0, 0.0, (0.1, 0.08, 0.01), "solo", "Try one agent instead of the team: it did about as well here"),
        (-0.05, -0.1, (0.1, 0.1, 0.1), "given", "Keep your roles: neither"),
        (0.0, 0.0, (0.1, 0.1, 0.1), "given", "Keep your roles: neither"),
        (0.0, 0.0, (0.1, None, 0.1), None, "Not yet: nothing"),
    ],
)
def test_what_is_shown_decides_what_is_advised(free, solo, costs, arm_taken, said):
    found = judged(free, solo, costs=costs, missions=36, uneven=0.02)
    assert found.recommended == arm_taken
    assert words.advice(found).startswith(said)
    assert found.advice == (ADVISED[arm_taken] if arm_taken else "not yet")


def test_arms_that_look_alike_on_few_missions_are_no_reason_to_drop_anything():
    found = judged(0.0, -0.1, costs=(0.1, 0.05, 0.1), uneven=0.02)
    assert found.advice == "not yet"
    assert "no difference seen, but that either of them loses 0.15 or more on up to 22% of missions" in (
        words.sentence(found)
    )
    assert (
        "If losses stay as rare, 30 missions would exclude it in an experiment of"
        in words.unsettled(found)[0]
    )


def test_a_gain_too_small_to_matter_is_none_while_bad_losses_are_not_excluded():
    few, many = (
        judged(0.015, -0.1, missions=count, spreads=(0.0, 0.005, 0.02), uneven=0.02) for count in (12, 36)
    )
    assert [each.contrasts["free"].verdict for each in (few, many)] == ["better"] * 2
    assert (few.advice, many.advice) == ("not yet", "drop")


def test_a_price_that_may_as_well_be_higher_is_not_lower():
    found = judged(0.0, -0.1, missions=36, costs=(0.1, 0.11, 0.1), uneven=0.6)
    ratio = found.contrasts["free"]
    assert ratio.cost_ratio is not None
    assert ratio.cost_ratio < 0.9
    assert ratio.cost_high is not None
    assert not ratio.costs_less
    assert found.advice == "keep"


def test_what_costs_nothing_is_said_to_cost_nothing():
    assert "both cost nothing" in words.sentence(judged(0.05, -0.1, costs=(0.0, 0.0, 0.1)))
    assert "as some runs cost nothing" in words.sentence(judged(0.05, -0.1, costs=(0.1, 0.0, 0.1)))


def test_nothing_is_recommended_by_its_mean_alone():
    found = judged(0.2, 0.2, missions=5)
    assert found.recommended is None
    assert words.advice(found).startswith("Not yet: nothing is shown")
    assert words.winner_on_quality(found).startswith("On quality: no winner is shown; ")
    assert all("would settle it" in line for line in words.unsettled(found))


def test_quality_per_dollar_has_a_winner_of_its_own():
    found = judged(0.0, -0.1, costs=(0.1, 0.05, 0.1), missions=36)
    assert words.winner_on_quality(found) == "On quality: nothing beats your roles."
    assert words.winner_per_dollar(found) == "Per dollar: the same agents without roles beat your roles."


def test_an_unknown_cost_is_said_and_never_taken_for_nothing():
    found = judged(0.05, -0.1, costs=(0.1, None, None))  # type: ignore[arg-type]
    assert "how their costs compare is not known" in words.sentence(found)
    assert words.winner_per_dollar(found).startswith("Per dollar: nothing can be said")


def test_a_test_with_real_models_does_not_say_simulated():
    said = words.sentence(judged(0.05, -0.1, simulated=False))
    assert "simulated" not in said


@pytest.mark.parametrize(
    ("left_out", "compared", "name"), [("free", "solo", "No roles"), ("solo", "free", "One agent")]
)
def test_an_arm_that_has_no_scored_run_is_refused_by_its_own_name(left_out: str, compared: str, name: str):
    arms = dict(zip(("given", "free", "solo"), cells_of(-0.1, -0.1), strict=True))
    arms[left_out] = [
        replace(cell, values={**cell.values, "quality": (None, None)}) for cell in arms[left_out]
    ]
    found = team_verdict(TEST, [cell for cells in arms.values() for cell in cells])
    assert [*found.contrasts] == [compared]
    assert words.IN_A_SENTENCE[left_out] not in words.sentence(found)
    [refused] = found.comparison.refused
    assert (refused.name, refused.why.startswith(f"{name} has no")) == (name, True)
    assert found.recommended is None, "nobody knows what the other arm would do"
    assert words.winner_on_quality(found) == (
        f"On quality: no winner is shown; {words.IN_A_SENTENCE[left_out]} against your roles: not settled."
    )


def test_a_verdict_rests_on_the_fewest_missions_that_any_of_its_arms_has_in_common():
    found = judged(0.05, -0.1, missions=(12, 12, 8))
    assert (found.missions, found.runs) == (8, 48)
    assert {arm: each.difference.missions for arm, each in found.contrasts.items()} == {"free": 12, "solo": 8}


@pytest.mark.parametrize("simulated", [True, False])
def test_the_time_of_runs_is_shown_only_where_it_is_a_models(simulated: bool):
    assert ("duration_s" in judged(0.0, 0.0, simulated=simulated).measures) != simulated


def test_quality_per_dollar_is_quality_over_dollars_of_each_arm():
    found = judged(0.05, -0.1, costs=(0.1, 0.2, 0.4)).per_dollar
    usual = sum(QUALITY) / len(QUALITY)
    assert {arm: each.difference for arm, each in found.items()} == pytest.approx(
        {"free": (usual + 0.05) / 0.2 - usual / 0.1, "solo": (usual - 0.1) / 0.4 - usual / 0.1}
    )
    assert [each.margin for each in found.values()] == pytest.approx([ALIKE * usual / 0.1] * 2)


def test_one_mission_says_nothing_of_quality_per_dollar():
    given, free, solo = cells_of(0.05, -0.1)
    free[1:] = [replace(cell, values={**cell.values, "cost_usd": (0.0, 0.0)}) for cell in free[1:]]
    assert [*team_verdict(TEST, [*given, *free, *solo]).per_dollar] == ["solo"]


@pytest.mark.parametrize(
    ("p", "alpha", "comparisons", "wins"),
    [(0.02, 0.05, 2, True), (0.03, 0.05, 2, False), (0.03, 0.05, 1, True), (0.02, 0.03, 2, False)],
)
def test_a_winner_per_dollar_holds_at_the_level_and_among_the_comparisons_of_the_test(
    p: float, alpha: float, comparisons: int, wins: bool
):
    found = judged(0.05, -0.1, costs=(0.1, 0.05, 0.1))
    found = replace(
        found,
        comparison=replace(found.comparison, comparisons=comparisons),
        contrasts={arm: replace(each, alpha=alpha) for arm, each in found.contrasts.items()},
        per_dollar={"free": replace(found.per_dollar["free"], p=p)},
    )
    assert ("the same agents without roles beat your roles" in words.winner_per_dollar(found)) == wins


def test_only_what_is_not_settled_is_said_to_be_so_and_what_would_settle_it_among_all_comparisons():
    found = judged(0.05, -0.04, spreads=(0.0, 0.01, 0.09))
    [line] = words.unsettled(found)
    assert line.startswith("One agent against your roles is not settled.")
    assert line.endswith(would_settle(found.contrasts["solo"], 2))
    assert would_settle(found.contrasts["solo"], 2) != would_settle(found.contrasts["solo"], 1)


def test_another_experiment_is_no_test_of_a_team():
    grid = Grid("x", (Way("sequential"), Way("solo")), ("sim/strong",), (8,), GRID.missions)
    with pytest.raises(BadInput, match="no test of a team"):
        team_verdict(Experiment(grid, Terms()), arm("sequential", 0.0))


def test_the_report_is_one_page_that_fetches_nothing_and_shows_names_as_text():
    found = judged(0.05, -0.1)
    page = as_report(found, TEST).decode()
    assert written(node("p", words.sentence(found), class_="story")) in page
    assert "Bakery &lt;b&gt;launch" in page
    assert "<b>launch" not in page
    assert "default-src 'none'" in page
    assert words.EMULATION.split("'")[0] in page
    assert not re.search(r"<(?:img|link|iframe)\b|<script[^>]* src=", page)


def lines_of(table: Node) -> dict[str, list[str]]:
    """The lines of a table by their names, without what they mean; its heads by nothing."""
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    return {name: values for name, *values, _ in rows}


def test_the_report_gives_each_arm_its_own_numbers():
    found = judged(0.134, -0.05, costs=(0.1, 0.25, 0.05))
    assert "your roles scored 0.134 lower than" in words.sentence(found)
    assert "at 0.40 times the cost; one agent" in words.sentence(found)
    assert words.sentence(found).endswith("at 0.50 times the cost of your roles.")
    arms, statistics = (lines_of(section) for section in _tables(found))
    assert arms[""] == ["Your roles", "No roles", "One agent"]
    assert arms["Cost"] == ["$0.10", "$0.25", "$0.05"]
    assert [value[:5] for value in arms["Quality"]] == ["0.557", "0.691", "0.507"]
    assert statistics[""] == ["No roles", "One agent"]
    assert statistics["Verdict"] == ["better", "worse"]
    assert [value[:6] for value in statistics["Difference"]] == ["+0.134", "−0.050"]
    assert statistics["Cost"] == ["2.5 times", "0.50 times"]


def test_without_a_finished_run_there_is_no_verdict_and_no_crash():
    with pytest.raises(BadInput):
        team_verdict(TEST, [])


def test_without_a_run_of_the_given_roles_they_are_missed_by_their_own_name():
    _, free, solo = cells_of(0.1, 0.1)
    with pytest.raises(BadInput, match=r"^there is no run of Your roles, which the others are set against$"):
        team_verdict(TEST, [*free, *solo])
