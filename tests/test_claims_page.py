"""The Claims page as a script: on nothing, on runs made for a claim, and the way to the runs that are missing."""

import asyncio

import pytest
import streamlit as st

from swarm.claims.evidence import gather
from swarm.claims.file import claim_book
from swarm.claims.gaps import missing
from swarm.claims.judging import evidence_of
from swarm.config import LIBRARY
from swarm.experiment.perform import perform
from swarm.figures.claims import claims_figure, scale_of
from swarm.mission import load_library
from tests.test_claims import BETTER, BOOK, both, said
from tests.test_pages import opened, words_of

PAGE = "evidence/claims.py"
ROLES = claim_book().claim("roles-4")


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def test_an_empty_history_is_told_how_to_begin(settings):
    app = opened(PAGE)
    assert "no run of what the paper speaks of yet" in words_of(app)
    assert "make replicate" in words_of(app)
    listed = [each.label for each in app.expander]
    assert sum("No run yet" in label for label in listed) == sum(
        claim.group == "Protocols" for claim in BOOK.claims
    )


def test_an_opened_claim_says_how_it_is_tested_and_what_is_missing_at_what_price(settings):
    app = opened(PAGE, about="Roles", claim=ROLES.id)
    told = words_of(app).replace("\\", "")
    for words in (
        "Supported when the whole 95% interval lies",
        "40 runs on 8 missions",
        "of simulated money",
    ):
        assert words in told
    app.button(key=f"claim_missing_{ROLES.id}").click().run()
    assert not app.exception
    assert app.title[0].value == "Experiments"
    assert ROLES.statement in "".join(each.value for each in app.info).replace("\\", "")


def test_a_real_model_without_its_key_is_refused_in_a_sentence(settings):
    app = opened(PAGE, about="Roles", claim=ROLES.id)
    app.selectbox(key=f"claim_model_{ROLES.id}").select("openai/gpt-4.1-mini").run()
    assert not app.exception
    assert "OPENAI" in words_of(app)


def test_runs_of_a_claim_are_shown_with_their_interval_and_never_as_real_ones(settings):
    library = load_library((LIBRARY / "missions",))
    asyncio.run(perform(settings, missing(ROLES, [], library)))
    app = opened(PAGE, about="Roles", claim=ROLES.id)
    told = words_of(app).replace("\\", "")
    assert "SIMULATED" in told
    assert "Real models:** no run of what the paper speaks of yet." in told
    assert "No real run of what it speaks of." in told
    label = next(each.label for each in app.expander if "In a team of 4" in each.label)
    assert "Here" in label
    app.segmented_control(key="claim_kind").set_value("Real").run()
    assert all("No run yet" in each.label for each in app.expander if "team of" in each.label)


def test_a_verdict_that_nothing_has_leaves_the_list_empty(settings):
    app = opened(PAGE)
    app.segmented_control(key="verdict").set_value("supported").run()
    assert not app.exception
    assert "No claim matches" in words_of(app)


# The figure.


def test_a_row_shows_band_figure_and_interval_inside_its_width():
    evidence = said(BETTER, both(0.3))
    scale = scale_of(evidence)
    numbers = [0, BETTER.figure, evidence.estimate.low, evidence.estimate.value, evidence.estimate.high]
    places = [scale.place(number) for number in numbers]
    assert places == sorted(places)
    assert places[0] > 0
    assert places[-1] < 1
    assert scale.place(float("inf")) == 1


@pytest.mark.parametrize("simulated", [True, False])
def test_only_figures_of_simulated_runs_say_simulated(simulated):
    cells = both(0.1) if simulated else both(0.1, model="anthropic/claude-sonnet-4-6")
    figure = claims_figure([evidence_of(BETTER, gather(cells, simulated=simulated))])
    assert ("SIMULATED" in [each.text for each in figure.layout.annotations]) == simulated


def test_every_claim_can_be_drawn_without_a_run():
    figure = claims_figure([said(claim, []) for claim in BOOK.claims])
    assert len(figure.layout.shapes) == 2 * len(BOOK.claims)
    assert not [trace for trace in figure.data if trace.name and "here" in trace.name]
