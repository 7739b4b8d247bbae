"""What is said of claims: shares that are none, runs that count, ids, groups, and what an experiment is for."""

import re
from dataclasses import replace
from io import StringIO
from random import Random

import pytest
from rich.console import Console

from swarm.claims.gaps import claim_of, missing
from swarm.claims.judging import judge_claims, verdict_of
from swarm.claims.needed import missions_needed, missions_planned, planned_words
from swarm.claims.report import more_words, plain
from swarm.claims.sentences import how_tested, interval_words, ranged_words, stand_in_words
from swarm.cli.claims import claims
from swarm.cli.terminal.claims import print_claims
from swarm.errors import UnknownName
from swarm.figures.claims import ClaimRow, scale_of
from swarm.stats.power import PAPER_SD
from swarm.stats.ranged import Ranged
from swarm.stats.unpaired import difference_of_means
from tests.claims.test_claims import (
    BETTER,
    BOOK,
    GENERAL,
    MISSIONS,
    a_cell,
    arm,
    around,
    both,
    general,
    of_library,
    said,
)

ABSTAINED = BOOK.claim("abstention-weak")


@pytest.mark.parametrize(
    ("claim_id", "interval", "words"),
    [
        ("abstention-weak", (-0.001, 0.012), "0.0% to 1.2%"),
        ("roles-64", (0.9, 1.04), "90.0% to 100.0%"),
        ("relevance-strong", (3.9, 4.1), "3.90 to 4.00"),
        ("cost-free-size", (-0.2, 9.0), "×0.00 to ×9.00"),
        ("level-1-to-4", (-0.4, -0.3), "−0.400 to −0.300"),
        ("sequential-shared", (-0.1, 1.4), "−10.0% to +140.0%"),
    ],
)
def test_an_interval_is_shown_as_far_as_there_can_be_such_values(claim_id, interval, words):
    claim = BOOK.claim(claim_id)
    assert interval_words(claim, Ranged(0.005, *interval, missions=8, runs=8)) == words


def test_what_cannot_be_is_neither_told_nor_drawn():
    cells = [
        a_cell(f"m{at}", 0.7, model="sim/weak", agents=8, abstained=share)
        for at, share in enumerate((0, 0, 0, 0, 0, 0, 0, 0.04))
    ]
    evidence = said(ABSTAINED, cells)
    assert evidence.ranged.low < 0
    assert "−" not in ranged_words(ABSTAINED, evidence.ranged) + evidence.reason
    row = ClaimRow(0, evidence, scale_of(evidence))
    assert row.interval[0] == pytest.approx(row.scale.place(0))


def test_without_a_mission_to_go_by_nobody_says_how_many_would_settle_it():
    for cells in ([], arm(around(0.8))):
        evidence = said(BETTER, cells)
        assert (evidence.more, more_words(evidence)) == (None, "")
    assert more_words(said(BETTER, both(0.2, missions=5))) == "At least 1 more mission to go."
    assert re.fullmatch(r"About \d+ more missions would settle it, .*", more_words(said(BETTER, both(0.005))))


def test_how_many_missions_decide_a_claim_is_said_beside_how_many_there_are():
    assert planned_words(BETTER, MISSIONS).startswith("About 22 missions decide it if the paper is right")
    assert planned_words(BETTER, MISSIONS).endswith("one run each; the library has 8.")
    assert planned_words(GENERAL, MISSIONS).endswith("the library has 16.")
    levels = BOOK.claim("level-1-to-4")
    assert planned_words(levels, MISSIONS).startswith("About 11 missions of each level decide it")
    for unforeseen in ("roles-4", "cost-free-sublinear"):
        assert planned_words(BOOK.claim(unforeseen), MISSIONS) == ""


@pytest.mark.parametrize("claim", BOOK.claims, ids=lambda claim: claim.id)
def test_no_claim_of_size_in_quality_is_decided_by_the_library_alone(claim):
    needed = missions_planned(claim)
    if claim.measure == "quality" and None not in claim.band and claim.statistic != "flat":
        assert needed > sum(mission.level in claim.sides[0].levels for mission in MISSIONS.values())


def test_what_is_foretold_decides_a_claim_four_times_in_five():
    claim, chance = BOOK.claim("level-4-strong-size"), Random(7)
    needed, sides = missions_planned(claim), []
    for _ in range(400):
        qualities = [[chance.gauss(mean, PAPER_SD) for _ in range(needed)] for mean in (0.875, 0.594)]
        samples = [{f"{at}": [value] for at, value in enumerate(values)} for values in qualities]
        found = difference_of_means(samples[1], samples[0])
        sides.append(verdict_of(claim.band, found))
    assert "contradicted" not in sides
    assert 0.72 < sides.count("supported") / len(sides) < 0.9


def test_a_claim_of_size_whose_value_fits_takes_missions_until_both_ends_of_the_interval_fit():
    claim = BOOK.claim("level-1-to-4")
    needed = [
        missions_needed(claim, Ranged(value, value - 0.2, value + 0.2, missions=8, runs=16))
        for value in (claim.figure, claim.figure + 0.1, claim.figure + 0.18, claim.band.high)
    ]
    assert needed[0] < needed[1] < needed[2]
    assert needed[3] is None


def test_only_runs_on_common_missions_are_said_to_count():
    lonely = [a_cell(f"else{at}", [0.9, 0.8], agents=8) for at in range(8)]
    evidence = said(GENERAL, [*general(0.1), *lonely])
    assert evidence.counted == ((8, 8), (8, 8))
    assert [(len(side.sample), side.runs) for side in evidence.sides] == [(16, 24), (8, 8)]
    assert evidence.runs == evidence.ranged.runs == 16
    told = {each["id"]: each for each in plain(judge_claims([*general(0.1), *lonely]))}[GENERAL.id]
    assert [side["runs_counted"] for side in told["simulated"]["sides"]] == [8, 8]


def test_levels_are_not_paired_and_count_all_their_missions():
    claim = BOOK.claim("level-4-strong")
    hard = [a_cell(f"hard{at}", quality, level="L4") for at, quality in enumerate(around(0.6, missions=7))]
    assert said(claim, [*arm(around(0.9)), *hard]).counted == ((7, 7), (8, 8))


def test_it_is_said_which_model_stands_for_the_papers_and_that_any_may():
    evidence = said(GENERAL, general(0.1))
    told = stand_in_words(GENERAL, evidence.setting.models)
    assert told.startswith("sim/strong stands for the paper's small model, GPT-4.1-mini: ")
    assert "any one model" in told
    assert "any one model (GPT-4.1-mini in the paper)" in how_tested(GENERAL)
    assert "any one model" not in how_tested(BETTER)


# What is missing.


def test_older_runs_however_many_do_not_hide_what_was_run_in_todays_words():
    old = [*of_library("sequential", 0.7, prompts="v1"), *of_library("coordinator", 0.7, prompts="v1")]
    grid, _ = missing(BETTER, [*old, *of_library("sequential", 0.8)], MISSIONS)
    assert [way.protocol for way in grid.ways] == ["coordinator"]


def test_an_experiment_of_missing_runs_says_whose_they_are():
    grid, _ = missing(BETTER, of_library("sequential", 0.8), MISSIONS)
    assert grid.factor is None
    assert grid.name == f"Runs that the claim {BETTER.id} lacks"
    assert claim_of(grid) == BETTER
    assert claim_of(replace(grid, name=f"Claim {BETTER.id}")) == BETTER
    for other in ("Do given roles help?", "Runs that the claim made-up lacks", f"{grid.name}, and more"):
        assert claim_of(replace(grid, name=other)) is None


# The command.


def test_the_list_shows_the_id_of_every_claim_in_full_however_narrow():
    console = Console(width=80, record=True, file=StringIO())
    print_claims(judge_claims([]), BOOK, console)
    told = re.sub(r"\s+", " ", console.export_text())
    assert all(claim.id in told for claim in BOOK.claims if len(claim.id) < 25)
    assert all(claim.id in told.replace(" ", "") for claim in BOOK.claims)


@pytest.mark.parametrize("group", ["protocols", " MISSION RELEVANCE"])
def test_a_group_is_known_in_any_case(group, settings, capsys):
    claims(group=group)
    told = capsys.readouterr().out
    assert group.strip().capitalize() in told
    assert "Depth" not in told
    with pytest.raises(UnknownName, match="Protocols"):
        claims(group="protocol")
