"""The Claims page as a script: on nothing, on runs made for a claim, and the way to the runs that are missing."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
import streamlit as st

from swarm.claims.evidence import gather
from swarm.claims.file import claim_book
from swarm.claims.gaps import missing
from swarm.claims.judging import evidence_of
from swarm.config import LIBRARY
from swarm.experiment.perform import perform
from swarm.figures.claims import claims_figure, scale_of
from swarm.history.store import History
from swarm.mission import Mission, load_library
from swarm.recording.events import RunStarted
from swarm.shock import Shock
from tests.claims.test_claims import BETTER, BOOK, both, said
from tests.made import keep
from tests.marked import mark, unescaped
from tests.pages.test_pages import opened, words_of
from tests.pages.test_side_by_side import scored
from tests.recorded import a_turn, events_of

PAGE = "claims/page.py"
ROLES = claim_book().claim("roles-4")


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def test_an_empty_history_is_told_how_to_begin(settings):
    app = opened(PAGE)
    assert "no run of what the paper speaks of yet" in words_of(app)
    assert "make replicate" in words_of(app)
    listed = next(each.value for each in app.markdown if each.value.startswith("- ")).splitlines()
    assert len(listed) == sum(claim.group == "Protocols" for claim in BOOK.claims)
    assert not app.get("plotly_chart")


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
    label = next(each for each in app.selectbox(key="claim_chosen").options if "n a team of 4" in each)
    assert "here 9" in label
    (table,) = [each.value for each in app.dataframe if "Verdict" in each.value]
    assert len(table) == sum(claim.group == "Roles" for claim in BOOK.claims)
    app.segmented_control(key="claim_kind").set_value("Real").run()
    assert all(each.endswith("no run yet") for each in app.selectbox(key="claim_chosen").options)


def test_a_link_to_a_claim_opens_it_whatever_its_group(settings):
    app = opened(PAGE, claim=ROLES.id)
    assert app.pills(key="about").value == ROLES.group
    assert f"#### {ROLES.statement}" in words_of(app).replace("\\", "")


def keep_sides(
    settings,
    number: int,
    agents: int = 2,
    shock: Shock | None = None,
    more: int = 0,
    protocols=("sequential", "shared"),
) -> None:
    """One run of both sides of a claim on each of eight missions; Sequential is better by two to four points."""
    events = [
        replace(event, spec=replace(event.spec, shock=shock, judge=mark("judge")))
        if isinstance(event, RunStarted)
        else event
        for place, (protocol, points) in enumerate(zip(protocols, (2 + more, 0), strict=False))
        for mission in range(8)
        for event in events_of(
            [a_turn(seat + 1) for seat in range(agents)],
            run_id=f"20261122-120000-{number:x}{place}{mission:x}{agents:03x}",
            mission=Mission(
                f"m{mission}", f"Mission {mission}", "Do it.", level="L3" if mission % 2 else "L4"
            ),
            judged=scored(6 + points + (mission % 3 if place else 0)),
            spec={"protocol": protocol},
        )
    ]
    keep(settings, events, f"sides-{number}")


def link_of(app, label: str) -> dict[str, list[str]]:
    (found,) = [each.proto for each in app.get("page_link") if each.proto.label == label]
    return parse_qs(found.query_string)


def test_side_by_side_and_history_of_a_claim_hold_the_same_runs_as_the_claim(settings):
    keep_sides(settings, 1, agents=8)
    keep_sides(settings, 2, agents=4, more=3)
    keep_sides(settings, 3, agents=8, shock=Shock("hub"), more=3)
    keep_sides(settings, 4, agents=8, protocols=("fixed_roles", "solo"))
    claim = BOOK.claim("sequential-shared")
    evidence = said(claim, History(settings).cells())
    assert evidence.verdict == "supported"
    app = opened(PAGE, claim=claim.id)
    assert "zqjudge" in words_of(app)
    assert unescaped(words_of(app)) == set()
    there = opened("side_by_side/page.py", **link_of(app, "Side by side"))
    told = words_of(there).replace("\\", "")
    assert (
        "Only runs with protocol sequential, shared; model sim/strong; level 3 or 4; 8 agents; no shock"
        in told
    )
    assert "On 8 missions (16 simulated runs), Sequential scored" in told
    table = "".join(each.value.to_csv() for each in there.table).replace("\\", "")
    low, value, high = (
        f"+{100 * each:.1f}%" for each in (evidence.ranged.low, evidence.ranged.value, evidence.ranged.high)
    )
    assert all(each in table for each in (low, value, high))
    found = opened("history/page.py", **link_of(app, "History"))
    assert "level 3 or 4; 8 agents; no shock" in words_of(found).replace("\\", "")
    assert len(found.multiselect(key="pick_0").options) == 16
    found.button(key="any_condition").click().run()
    assert len(found.multiselect(key="pick_0").options) == 48
    assert {*found.multiselect(key="of_protocol").value} == {"sequential", "shared"}


def test_runs_of_one_side_are_not_called_no_run_and_nothing_is_drawn_of_them(settings):
    keep_sides(settings, 1, agents=8, protocols=("sequential",))
    app = opened(PAGE)
    claim = BOOK.claim("sequential-shared")
    (line,) = [each for each in app.selectbox(key="claim_chosen").options if each.startswith(claim.statement)]
    assert line.endswith("runs, but nothing to compare yet")
    assert not app.get("plotly_chart")


def test_a_model_without_a_key_is_not_what_is_offered_first(settings):
    library = load_library((LIBRARY / "missions",))
    asyncio.run(perform(settings, missing(ROLES, [], library)))
    assert said(ROLES, History(settings).cells()).verdict != "undetermined"
    app = opened(PAGE, claim=ROLES.id)
    assert app.selectbox(key=f"claim_model_{ROLES.id}").value == "sim/small"


def test_a_verdict_that_nothing_has_leaves_the_list_empty(settings):
    app = opened(PAGE)
    app.segmented_control(key="verdict").set_value("supported").run()
    assert not app.exception
    assert "No claim matches" in words_of(app)


# The figure.


def test_a_row_shows_band_figure_and_interval_inside_its_width():
    evidence = said(BETTER, both(0.3))
    scale = scale_of(evidence)
    numbers = [0, BETTER.figure, evidence.ranged.low, evidence.ranged.value, evidence.ranged.high]
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
