"""Every number of a claim and of what runs say of it stands beside its own label."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from pages.claims.detail import _side_cells
from pages.claims.list import _cells
from swarm.claims.evidence import Setting, SideRuns
from swarm.claims.file import claim_book
from swarm.claims.judging import Evidence, Judged
from swarm.claims.report import plain, summary
from swarm.cli.terminal.claims import print_claim, print_claims
from swarm.figures.claims import claims_figure
from swarm.stats.groups import KruskalWallis
from swarm.stats.ranged import Ranged
from tests.compared import cell
from tests.labels.test_terminal import columns

BOOK = claim_book()
CLAIM = BOOK.claim("sequential-shared")


def side(at: int, missions: range, repeats: int) -> SideRuns:
    """A side on these missions, each repeated so often, with a mission whose runs have no score."""
    cells = [cell(number, [0.5] * repeats) for number in missions]
    lost = replace(cell(90, [None] * (at + 4)), unfinished=at + 6)
    return SideRuns(CLAIM.sides[at], "sim/strong", (*cells, lost), "quality")


def evidence(*, simulated: bool) -> Evidence:
    """What is found, each number another one."""
    return Evidence(
        CLAIM,
        simulated,
        "supported" if simulated else "undetermined",
        "Because.",
        Ranged(0.31, 0.12, 0.57, 9, 45) if simulated else Ranged(0.23, -0.14, 0.61, 8, 40),
        (side(0, range(11), 2), side(1, range(2, 15), 3)),
        Setting("sim/judge", "p7", {"small": "sim/strong"}),
        17,
        KruskalWallis(3.25, 2, 0.19, 3, 27),
        None if simulated else 14,
    )


JUDGED = Judged(CLAIM, evidence(simulated=True), evidence(simulated=False))


def test_json_has_every_number_of_a_claim_under_its_own_name():
    (told,) = plain([JUDGED])
    assert (told["figure"], told["band"]) == (0.44, [0, None])
    simulated, real = told["simulated"], told["real"]
    assert isinstance(simulated, dict)
    assert isinstance(real, dict)
    names = (
        "verdict",
        "value",
        "low",
        "high",
        "missions",
        "runs",
        "left_out",
        "more_missions",
        "judge",
        "prompts",
    )
    assert [simulated[name] for name in names] == [
        *("supported", 0.31, 0.12, 0.57, 9, 45, 17, None, "sim/judge", "p7"),
    ]
    assert [real[name] for name in names[:4]] == ["undetermined", 0.23, -0.14, 0.61]
    assert (real["missions_needed"], real["more_missions"]) == (14, 6)
    assert simulated["kruskal_wallis"] == {"h": 3.25, "df": 2, "p": 0.19, "groups": 3, "n": 27}
    names = ("protocol", "missions", "runs", "missions_counted", "runs_counted", "unmeasured", "unfinished")
    assert [[side[name] for name in names] for side in simulated["sides"]] == [
        ["sequential", 11, 26, 9, 18, 4, 6],
        ["shared", 13, 44, 9, 27, 5, 7],
    ]


def test_the_dashboard_has_every_number_of_a_claim_in_its_own_column():
    assert _cells(JUDGED, simulated=True) == {
        "Claim": CLAIM.statement,
        "Paper": "+44.0%",
        "Here": "+31.0% (+12.0% to +57.0%)",
        "Verdict": "Supported",
        "Missions": 9,
        "Runs": 45,
        "Marks": "fitted",
        "Id": CLAIM.id,
    }
    found = JUDGED.simulated
    first = _side_cells(found.sides[0], found.counted[0])
    assert first.pop("Runs of")
    assert first == {
        "Missions counted": "9 of 11",
        "Runs counted": "18 of 26",
        "Without a value": 4,
        "Cut short": 6,
    }


def test_a_terminal_has_every_number_of_a_claim_in_its_own_column(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    console = Console(width=260, file=io.StringIO())
    print_claims([JUDGED], BOOK, console)
    assert isinstance(console.file, io.StringIO)
    shown = columns(console.file.getvalue())
    assert shown[0] == ["claim, and its id", "paper", "simulated", "n", "verdict", "real", "n", "verdict"]
    assert shown[2] == [
        "Sequential delivers better work than Shared.",
        "+44.0%",
        "+31.0% (+12.0% to +57.0%)",
        "9",
        "supported",
        "+23.0% (−14.0% to +61.0%)",
        "8",
        "undetermined",
    ]
    monkeypatch.setenv("COLUMNS", "250")
    print_claim(JUDGED, {})
    told = capsys.readouterr().out
    assert "Simulated: supported, +31.0% (+12.0% to +57.0%). Because." in told
    assert "Real: undetermined, +23.0% (−14.0% to +61.0%)." in told
    assert "9 missions and 18 runs count, of 11 and 26" in told
    assert "9 missions and 27 runs count, of 13 and 44" in told
    assert summary([JUDGED], simulated=False) == (
        "Real models: of 1 claims, 0 supported, 0 contradicted, 1 undetermined."
    )


def test_a_claim_is_drawn_with_the_papers_figure_and_our_interval_on_one_scale():
    figure = claims_figure([JUDGED.simulated])
    ours = next(trace for trace in figure.data if trace.name == "Supported, here")
    papers = next(trace for trace in figure.data if trace.name == "The paper's figure")
    places = [
        ours.x[0] - ours.error_x.arrayminus[0],
        ours.x[0],
        papers.x[0],
        ours.x[0] + ours.error_x.array[0],
    ]
    low, value, paper, high = places
    # The places of 0.12, 0.31, 0.44 and 0.57 on any straight scale.
    assert (value - low) / (high - low) == pytest.approx((0.31 - 0.12) / (0.57 - 0.12))
    assert (paper - low) / (high - low) == pytest.approx((0.44 - 0.12) / (0.57 - 0.12))
    assert "Here: +31.0% (+12.0% to +57.0%), 9 missions, 45 runs" in ours.hovertext[0]
    assert "Predicted: above 0" in ours.hovertext[0]
