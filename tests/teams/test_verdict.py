"""The verdict: one sentence that says what was found, and no more."""

import re

import pytest

from swarm.cell import options_as_kept
from swarm.errors import BadInput
from swarm.export.page import Node, node, written
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.teams import words
from swarm.teams.report import _tables, as_report
from swarm.teams.verdict import TeamVerdict, team_verdict
from tests.compared import arm

GIVEN = {"title": "Bakery <b>launch</b>", "roles": ("Scout", "Baker")}
SOLO = {"token_budget": 5_000}
GRID = Grid(
    "Drop?",
    (Way("given_team", GIVEN), Way("sequential"), Way("solo", SOLO)),
    ("sim/strong",),
    (8,),
    tuple(Mission(f"m{number:02}", f"Mission {number}", "Do it.") for number in range(12)),
)
TEST = Experiment(GRID, Terms())


def judged(
    free: float,
    solo: float,
    *,
    missions: int = 12,
    costs: tuple[float, float, float] = (0.1, 0.1, 0.1),
    **more: object,
) -> TeamVerdict:
    """The verdict when no roles and one agent lie so far above the given roles on average."""
    arms = zip(
        ("given_team", "sequential", "solo"),
        (0.0, free, solo),
        (GIVEN, {}, SOLO),
        costs,
        (0.0, 0.01, 0.02),
        strict=True,
    )
    cells = [
        cell
        for protocol, shift, options, cost, spread in arms
        for cell in arm(
            protocol,
            shift,
            spread=spread,
            missions=missions,
            options=options_as_kept(options),
            measures={"cost_usd": cost},
            **more,
        )
    ]
    return team_verdict(TEST, cells)


def test_the_sentence_speaks_of_your_roles():
    said = words.sentence(judged(0.05, -0.1, costs=(0.11, 0.1, 0.1)))
    assert re.fullmatch(
        r"On 12 missions \(72 simulated runs\) your roles scored 0\.050 lower than the same agents without roles "
        r"\(95 % interval −0\.05\d to −0\.04\d; better: no roles\), at 1\.1 times the simulated cost; "
        r"one agent with the same tokens scored 0\.100 lower than your roles \(95 % interval −0\.1\d\d to "
        r"−0\.0\d\d; better: your roles\), at 0\.91 times the cost of your roles\.",
        said,
    ), said


@pytest.mark.parametrize(
    ("free", "solo", "costs", "arm_taken", "said"),
    [
        (0.05, -0.1, (0.1, 0.1, 0.1), "free", "Drop the roles: it scored higher here."),
        (-0.05, 0.1, (0.1, 0.1, 0.1), "solo", "Try one agent instead of the team: it scored higher here."),
        (0.0, -0.1, (0.1, 0.05, 0.1), "free", "Drop the roles: it did about as well here, and costs less."),
        (0.0, 0.0, (0.1, 0.08, 0.01), "solo", "Try one agent instead of the team: it did about as well here"),
        (-0.05, -0.1, (0.1, 0.1, 0.1), "given", "Keep your roles: neither"),
        (0.0, 0.0, (0.1, 0.1, 0.1), "given", "Keep your roles: neither"),
    ],
)
def test_what_is_shown_decides_what_is_advised(free, solo, costs, arm_taken, said):
    found = judged(free, solo, costs=costs)
    assert found.recommended == arm_taken
    assert words.advice(found).startswith(said)


def test_nothing_is_recommended_by_its_mean_alone():
    found = judged(0.2, 0.2, missions=5)
    assert found.recommended is None
    assert words.advice(found).startswith("Keep your roles for now")
    assert words.winner_on_quality(found).startswith("On quality: no winner is shown; ")
    assert all("would settle it" in line for line in words.unsettled(found))


def test_quality_per_dollar_has_a_winner_of_its_own():
    found = judged(0.0, -0.1, costs=(0.1, 0.05, 0.1))
    assert words.winner_on_quality(found) == "On quality: nothing beats your roles."
    assert words.winner_per_dollar(found) == "Per dollar: the same agents without roles beat your roles."


def test_an_unknown_cost_is_said_and_never_taken_for_nothing():
    found = judged(0.05, -0.1, costs=(0.1, None, None))  # type: ignore[arg-type]
    assert "how their costs compare is not known" in words.sentence(found)
    assert words.winner_per_dollar(found).startswith("Per dollar: nothing can be said")


def test_a_test_with_real_models_does_not_say_simulated():
    said = words.sentence(judged(0.05, -0.1, simulated=False))
    assert "simulated" not in said


def test_an_arm_that_has_no_run_is_refused_by_its_own_name():
    cells = [
        *arm("given_team", 0.0, options=options_as_kept(GIVEN)),
        *arm("sequential", 0.05, spread=0.01),
    ]
    found = team_verdict(TEST, cells)
    assert [*found.contrasts] == ["free"]
    assert "one agent" not in words.sentence(found)


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
    assert "at 0.40 times the simulated cost; one agent" in words.sentence(found)
    assert words.sentence(found).endswith("at 0.50 times the cost of your roles.")
    arms, statistics = (lines_of(section) for section in _tables(found))
    assert arms[""] == ["Your roles", "No roles", "One agent"]
    assert arms["Cost"] == ["$0.10", "$0.25", "$0.05"]
    assert [value[:5] for value in arms["Quality"]] == ["0.557", "0.691", "0.507"]
    assert statistics[""] == ["No roles", "One agent"]
    assert statistics["Verdict"] == ["better", "worse"]
    assert [value[:6] for value in statistics["Difference"]] == ["+0.134", "−0.050"]
    assert statistics["Cost"] == ["2.5 times", "0.50 times"]


def test_machines_get_every_sentence():
    found = judged(0.05, -0.1)
    said = words.verdict_in_words(found)
    assert said["sentence"] == words.sentence(found)
    assert (said["missions"], said["runs"], said["simulated"]) == (12, 72, True)
    for name in ("advice", "winner_on_quality", "winner_per_dollar", "unsettled"):
        assert said[name] == getattr(words, name)(found)


def test_without_a_finished_run_there_is_no_verdict_and_no_crash():
    with pytest.raises(BadInput):
        team_verdict(TEST, [])
