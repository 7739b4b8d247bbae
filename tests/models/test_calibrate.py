"""The calibration writes traits and tables, and nothing else; the page and the catalogue tell of the same traits."""

import re
import tomllib
from dataclasses import replace

import pytest

from bench.calibrate import (
    CELLS,
    PAGE,
    badly,
    looked_at,
    published,
    stored_profiles,
    table,
    traits_table,
    with_tables,
    with_traits,
)
from bench.cells import FITTED, PREDICTED, PROFILES, SWAPPED_TO, Cell, Outcome, Situation, observe
from swarm.claims.simulator import published as told_of_claims
from swarm.models.catalogue import CATALOGUE
from swarm.models.simulated.mind import Traits

OURS = Cell("Ours", 0.5, lambda look: 0.4)


def test_only_the_lines_of_changed_traits_change():
    text = CATALOGUE.read_text(encoding="utf-8")
    profiles = stored_profiles()
    changed = with_traits(text, {"sim/open": replace(profiles["sim/open"], skill=0.123)})
    pairs = [pair for pair in zip(text.splitlines(), changed.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [after.startswith("traits = { skill = 0.123, ") for _, after in pairs] == [True]
    [card] = [model for model in tomllib.loads(changed)["models"] if model["id"] == "sim/open"]
    assert card["traits"]["skill"] == 0.123
    assert card["traits"]["reading"] == profiles["sim/open"].reading


def test_writing_the_stored_traits_changes_nothing():
    text = CATALOGUE.read_text(encoding="utf-8")
    assert with_traits(text, stored_profiles()) == text


def test_a_table_stands_between_its_marks_and_the_rest_stays():
    page = "Before.\n<!-- Fitted, made by bench/calibrate.py -->\nold\n<!-- end -->\nAfter.\n<!-- end -->\n"
    told = with_tables(page, Fitted="| new \\1 |")
    assert told.startswith("Before.\n<!-- Fitted")
    assert told.endswith("<!-- end -->\nAfter.\n<!-- end -->\n")
    assert "| new \\1 |" in told
    assert "old" not in told
    assert with_tables(told, Fitted="| new \\1 |") == told


def test_a_row_has_the_papers_figure_ours_and_the_error():
    assert table([(OURS, 0.4)]).splitlines()[-1] == "| Ours | 0.500 | 0.400 | -0.100 |"
    assert "Ours ●" in table([(replace(OURS, known=True), 0.4)])


@pytest.mark.parametrize(("ours", "error"), [(0.4, -0.6), (1.0, 0.0), (1.7, 0.0), (2.25, 0.25)])
def test_within_the_papers_range_there_is_no_error(ours: float, error: float):
    assert replace(OURS, paper=2.0, least=1.0).error(ours) == pytest.approx(error)


def test_what_is_off_is_listed_worst_first_and_what_is_near_is_not():
    near, far = replace(OURS, name="Near"), replace(OURS, name="Far")
    assert badly([(near, 0.48), (OURS, 0.55), (far, 0.3)]) == "- Far: -0.200\n- Ours: +0.050"


def test_the_page_tells_of_the_stored_traits_and_of_every_cell():
    page = PAGE.read_text(encoding="utf-8")
    assert traits_table(stored_profiles()) in page
    rows = {line.split(" | ")[0].strip("| ●") for line in page.splitlines() if line.startswith("| ")}
    assert {cell.name for cell in (*FITTED, *PREDICTED)} <= rows


def test_claims_are_marked_by_the_cells_of_the_page_and_its_errors():
    """Where it fails after a change of either, `python -m bench.calibrate --keep` makes both anew."""
    rows = {
        line.split(" | ")[0].strip("| ●"): float(line.rpartition(" | ")[2].strip(" |"))
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and re.fullmatch(r"[+-]\d\.\d{3} \|", line.rpartition(" | ")[2])
    }
    errors = {each.name: each.error for each in told_of_claims()}
    assert errors == pytest.approx(
        {cell.name: rows[cell.name] for cell in (*FITTED, *PREDICTED)}, abs=0.00051
    )
    fitted, predicted = (
        [(replace(cell, least=None), cell.paper + errors[cell.name]) for cell in cells]
        for cells in (FITTED, PREDICTED)
    )
    assert CELLS.read_text(encoding="utf-8") == published(fitted, predicted)


def test_what_a_cell_is_of_is_found_without_playing():
    by_name = {cell.name: looked_at(cell) for cell in (*FITTED, *PREDICTED)}
    measure, played = by_name["Free against given roles, weak, relative"]
    assert (measure, [each.protocol for each in played]) == ("quality", ["sequential", "fixed_roles"])
    measure, played = by_name["Pilot, N=8, L3 and L4, small: kept after shocks, shared"]
    assert (measure, played) == ("resilience", [Situation("shared", "sim/small", ("L3", "L4"), 8)])
    assert by_name["Small, N=4, L1: distinct roles, share"][0] == "roles_as_written"


def test_no_cell_is_both_fitted_and_predicted():
    played: dict[str, set[Situation]] = {"fitted": set(), "predicted": set()}
    for kind, cells in (("fitted", FITTED), ("predicted", PREDICTED)):
        for cell in cells:
            cell.ours(lambda situation, kind=kind: played[kind].add(situation) or Outcome(0.5, 0.5, 1.0, 1.0))
    assert {situation.model for situation in played["fitted"]} == set(PROFILES)
    assert not {(s.protocol, s.model, s.agents) for s in played["fitted"] if s.agents == 16} & {
        (s.protocol, s.model, s.agents) for s in played["predicted"] if s.levels == ("L3",)
    }


def test_a_situation_repeats_itself():
    situation, profiles = Situation("sequential", "sim/weak", ("L1",), 3), stored_profiles()
    assert observe(situation, profiles, range(4)) == observe(situation, profiles, range(4))
    assert 0.25 <= observe(situation, profiles, range(4)).quality <= 1.0


def test_what_is_kept_after_shocks_is_the_mean_over_shocks_of_quality_with_over_quality_without():
    left = {None: 0.8, "seat": 0.6, "hub": 0.4, "swap": 0.8}
    kept = [cell for cell in PREDICTED if "kept after shocks" in cell.name]
    assert len(kept) == 4
    for cell in kept:
        assert cell.ours(lambda situation: Outcome(left[situation.shock], 0.0, 1.0, 1.0)) == pytest.approx(
            0.75
        )


def test_a_situation_with_a_shock_is_struck():
    struck = Situation("sequential", "sim/strong", ("L3",), 4, shock="swap")
    profiles = stored_profiles()
    calm = observe(replace(struck, shock=None), profiles, range(8))
    weak, hopeless = (
        observe(struck, {**profiles, SWAPPED_TO: traits}, range(8))
        for traits in (profiles[SWAPPED_TO], Traits(skill=0.1))
    )
    assert len({calm, weak, hopeless}) == 3
