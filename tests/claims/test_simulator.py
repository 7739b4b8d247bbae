"""What simulated runs are worth for a claim: fitted, known or missed, by the published cells; told alike everywhere."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from pages.claims.list import _cells, _in_a_line
from swarm.claims import simulator
from swarm.claims.evidence import gather
from swarm.claims.file import claim_book
from swarm.claims.gaps import missing
from swarm.claims.judging import BEYOND, Judged, evidence_of
from swarm.claims.report import markdown, more_words, plain, summary
from swarm.claims.sentences import MARKS_TOLD, marks_of
from swarm.claims.simulator import Played, Published, acquaintance_with, bearing_on, published
from swarm.cli.terminal.claims import print_claim, print_claims
from swarm.figures.claims import claims_figure
from tests.claims.test_claims import BETTER, BOOK, MISSIONS, arm, around, both, of_library

SEQUENTIAL, COORDINATOR = (Played(name, "sim/strong", 16, ("L3",)) for name in ("sequential", "coordinator"))
OFF = Published("Cell", None, "quality", (SEQUENTIAL,), 0.0301)


def cell(*played: Played, acquaintance=None, measure: str = "quality", error: float = 0.0) -> Published:
    return Published("Cell", acquaintance, measure, played, error)


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch):
    """Sets what is published."""
    return lambda *found: monkeypatch.setattr(simulator, "published", lambda: found)


# Which marks a claim has.


def test_a_claim_is_fitted_only_when_all_it_rests_on_was(cells):
    fitted = [cell(played, acquaintance="fitted") for played in (SEQUENTIAL, COORDINATOR)]
    cells(*fitted)
    assert acquaintance_with("quality", {SEQUENTIAL, COORDINATOR}) == "fitted"
    cells(fitted[0])
    assert acquaintance_with("quality", {SEQUENTIAL, COORDINATOR}) == "known"
    cells(fitted[0], cell(COORDINATOR))
    assert acquaintance_with("quality", {SEQUENTIAL, COORDINATOR}) == "known"


def test_a_claim_of_another_measure_or_other_runs_is_blind(cells):
    cells(cell(SEQUENTIAL, acquaintance="fitted"), cell(COORDINATOR))
    assert acquaintance_with("depth", {SEQUENTIAL}) is None
    assert acquaintance_with("quality", {SEQUENTIAL._replace(agents=8)}) is None
    assert acquaintance_with("quality", {SEQUENTIAL._replace(levels=("L3", "L4"))}) is None
    assert acquaintance_with("quality", {COORDINATOR}) is None


def test_a_figure_that_holds_runs_against_each_other_bears_on_claims_about_both(cells):
    cells(both_sides := cell(SEQUENTIAL, COORDINATOR, acquaintance="known"))
    assert bearing_on("quality", {SEQUENTIAL, COORDINATOR}) == (both_sides,)
    assert bearing_on("quality", {SEQUENTIAL}) == ()


@pytest.mark.parametrize(("error", "missed"), [(0.03, False), (0.0301, True), (-0.0301, True), (0.0, False)])
def test_a_figure_is_missed_when_it_is_off_by_more_than_the_tolerance_either_way(error, missed):
    assert cell(SEQUENTIAL, error=error).missed == missed


@pytest.mark.parametrize("size", ["", "-size"])
@pytest.mark.parametrize("model", ["strong", "open", "weak"])
def test_claims_that_rest_on_a_cell_the_fit_has_seen_are_known(model, size):
    assert BOOK.claim(f"sequential-coordinator-{model}{size}").simulator == "known"


def test_every_published_cell_is_of_runs_that_a_claim_could_ask_for():
    models = {ids[0] for ids in BOOK.models.values()}
    measures = {claim.measure for claim in BOOK.claims}
    for each in published():
        assert each.measure in measures
        assert {played.model for played in each.played} <= models


def test_no_claim_is_marked_by_hand():
    claim_book.cache_clear()
    assert "simulator" not in (simulator.LIBRARY / "claims.toml").read_text(encoding="utf-8")


def test_marks_follow_what_is_published(cells):
    claim_book.cache_clear()
    try:
        cells(OFF)
        claim = claim_book().claim(BETTER.id)
        assert (claim.simulator, claim.missed) == (None, (OFF,))
        cells()
        claim_book.cache_clear()
        assert marks_of(claim_book().claim(BETTER.id)) == {}
    finally:
        claim_book.cache_clear()


# What simulated runs then say.

MISSED = replace(BETTER, missed=(OFF,), simulator="known")


def test_what_the_models_cannot_show_is_neither_supported_nor_contradicted_by_their_runs():
    for better in (0.1, -0.1):
        evidence = evidence_of(MISSED, gather(both(better), simulated=True))
        assert (evidence.verdict, evidence.reason) == ("undetermined", BEYOND)
        assert evidence.ranged is not None
        assert (evidence.needed, more_words(evidence)) == (None, "")


def test_real_runs_decide_it_all_the_same():
    real = both(0.1, model="anthropic/claude-sonnet-4-6", judge="openai/gpt-5.4")
    assert evidence_of(MISSED, gather(real, simulated=False)).verdict == "supported"


def test_without_anything_to_count_it_is_said_what_is_missing():
    assert not evidence_of(MISSED, gather([], simulated=True)).is_beyond
    one_side = evidence_of(MISSED, gather(arm(around(0.8)), simulated=True))
    assert one_side.reason.startswith("No run of Coordinator")


def test_runs_that_count_neither_way_are_not_repeated():
    all_there = [*of_library("sequential", 0.7), *of_library("coordinator", 0.7)]
    assert missing(MISSED, all_there, MISSIONS) is None
    assert missing(MISSED, all_there[:3], MISSIONS) is not None


def judged(*, simulated: bool = True) -> Judged:
    cells = both(0.1)
    return Judged(
        MISSED,
        *(evidence_of(MISSED, gather(cells if simulated else [], simulated=kind)) for kind in (True, False)),
    )


def test_the_summary_says_how_many_cannot_be_shown():
    assert summary([judged()], simulated=True).endswith(
        "1 undetermined. Undetermined because the simulated models cannot show what the claim says: 1."
    )


# Told alike everywhere.


def words_in_list() -> str:
    console = Console(width=200, file=io.StringIO())
    print_claims([judged()], BOOK, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def drawn() -> str:
    figure = claims_figure([judged().simulated])
    return " ".join(str(text) for trace in figure.data for text in trace.text or ())


SAID = {
    "page": lambda: _in_a_line(judged(), simulated=True),
    "table": lambda: str(_cells(judged(), simulated=True)["Marks"]),
    "figure": drawn,
    "terminal": words_in_list,
    "json": lambda: ", ".join(next(iter(plain([judged()])))["marks"]),
    "document": lambda: markdown(replace(BOOK, claims=(MISSED,))),
}


@pytest.mark.parametrize("where", SAID)
def test_marks_are_the_same_words_everywhere(where):
    assert "known, missed" in SAID[where]().casefold()


def test_a_mark_is_explained_by_a_sentence_that_begins_with_it():
    for mark, said in marks_of(MISSED).items():
        assert said.startswith(f"{mark.capitalize()}: ")
        assert f"{mark.capitalize()}: " in MARKS_TOLD
    assert "Cell, by +0.030" in marks_of(MISSED)["missed"]


def test_one_claim_in_a_terminal_and_in_json_explains_its_marks(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    print_claim(judged(), {})
    told = capsys.readouterr().out
    assert all(said in told for said in marks_of(MISSED).values())
    assert json.loads(json.dumps(next(iter(plain([judged()])))))["marks"] == marks_of(MISSED)


def test_a_claim_without_a_run_is_marked_as_well():
    assert _in_a_line(judged(simulated=False), simulated=True).endswith("known, missed, no run yet")


def test_of_real_runs_nothing_is_marked():
    each = judged()
    assert "Marks" not in _cells(each, simulated=False)
    assert "known" not in _in_a_line(each, simulated=False)
    assert "Known" not in str(claims_figure([each.real]).to_json())
