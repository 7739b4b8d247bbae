"""The roles of one run: whose, how many, in whose words; as numbers, as a figure and on the page."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.team_input import in_lines, of_lines
from swarm.figures.look import ACCENT, PALETTE
from swarm.figures.role_graph import role_figure
from swarm.figures.roles import SHOWN, roles_figure
from swarm.metrics.roles import role_groups, roles_taken, words_shared
from swarm.mission import Mission, Requirement
from swarm.protocols import PROTOCOLS
from swarm.recording.record import RunRecord, record_of
from tests.made import keep
from tests.patience import PATIENCE_S
from tests.recorded import a_record, a_turn, events_of
from tests.staging import NAMES, played, recipe

HOSTILE = '<b onmouseover=x>boss</b> <a href="https://evil.example">x</a> ![x](http://evil.example/x.png)'
BREAD = Mission("bread", "Sell bread", "Feed the town.", requirements=(Requirement("Hire two bakers"),))


# Whose role.


def test_the_last_contribution_decides_the_role():
    turns = [a_turn(1, role="Novice"), replace(a_turn(1, role="Master"), index=5, round=2)]
    assert roles_taken([*turns, replace(a_turn(1, "abstain"), index=6, round=3)]) == {1: "Master"}


@pytest.mark.parametrize("action", ["plan", "intend", "abstain", "unparsed", "failed"])
def test_only_who_contributes_has_taken_a_role(action):
    assert roles_taken([replace(a_turn(1, action), role="Cook"), a_turn(2, role="Baker")]) == {2: "Baker"}


# Groups.


def test_groups_are_ordered_by_their_seats_then_by_appearance():
    taken = {4: "Cook", 1: "Risk analyst", 2: "Baker", 5: "Permit-risk analysts", 3: "risk analyst"}
    groups = role_groups(taken)
    assert [group.name for group in groups] == ["Risk analyst", "Cook", "Baker"]
    assert [group.seats for group in groups] == [(1, 3, 5), (4,), (2,)]
    assert groups[0].roles == {"Risk analyst": (1,), "Permit-risk analysts": (5,), "risk analyst": (3,)}


def test_every_seat_is_in_one_group():
    taken = {seat: f"Keeper of thing {seat % 7}" for seat in range(1, 41)}
    assert sorted(seat for group in role_groups(taken) for seat in group.seats) == [*range(1, 41)]


# Words.


def test_words_of_the_mission_are_told_from_the_roles_own():
    found = words_shared(["Breads baker", "Town critics", "The critic"], BREAD)
    assert found is not None
    assert (found.words, found.own) == (("breads", "baker", "town"), ("critics",))
    assert found.share == 0.75


@pytest.mark.parametrize("part", ["title", "goal", "requirements"])
def test_title_goal_and_requirements_are_the_mission(part):
    said = {"title": "Frost", "goal": "Frost.", "requirements": (Requirement("Watch for frost"),)}
    found = words_shared(["Frost guard"], replace(BREAD, **{part: said[part]}))
    assert found is not None
    assert found.words == ("frost",)


def test_a_role_that_is_taken_twice_counts_its_words_once():
    once, twice = (words_shared(["Baker", "Critic", *more], BREAD) for more in ([], ["Critic"] * 9))
    assert once == twice


@pytest.mark.parametrize("roles", [[], ["the"], ["…"]])
def test_without_words_there_is_nothing_to_share(roles):
    assert words_shared(roles, BREAD) is None


# The figure.


def bars_of(record: RunRecord):
    return roles_figure(record).data[0]


def test_a_bar_is_as_long_as_agents_are_in_it():
    record = a_record(
        [a_turn(1, role="Cook"), a_turn(2, role="Baker"), a_turn(3, role="bakers"), a_turn(4, "abstain")]
    )
    assert list(bars_of(record).x) == [2, 1]
    assert roles_figure(record).layout.yaxis.ticktext == ("Baker", "Cook")


def test_a_role_has_the_colour_it_has_in_the_role_graph():
    names = ["Cook", "Risk analyst", "Baker", "Pilot", "Baker", "Cook", "Cook"]
    record = a_record([a_turn(seat, role=role) for seat, role in enumerate(names, 1)])
    drawn = {
        seat: colour
        for trace in role_figure(record).data
        if trace.customdata is not None
        for seat, colour in zip(trace.customdata, trace.marker.color, strict=True)
    }
    groups = role_groups(roles_taken(record.turns))
    assert list(bars_of(record).marker.color) == [drawn[group.seats[0]] for group in groups]
    assert set(drawn.values()) == {ACCENT, *PALETTE[:2]}


def test_more_roles_than_fit_are_counted():
    turns = [a_turn(seat, role=f"Only{seat}") for seat in range(1, SHOWN + 4)]
    figure = roles_figure(a_record(turns))
    assert len(figure.data[0].x) == SHOWN
    assert "and 3 more roles, 3 agents" in [note.text for note in figure.layout.annotations]


@pytest.mark.parametrize("turns", [[], [a_turn(1, "abstain")]])
def test_a_run_without_roles_is_an_empty_figure(turns):
    figure = roles_figure(a_record(turns, agents=3))
    assert list(figure.data[0].x) == []
    assert [note.text for note in figure.layout.annotations] == ["SIMULATED"]


@pytest.mark.parametrize("kind", [True, False])
def test_a_figure_of_simulated_runs_says_so(kind):
    figure = roles_figure(a_record([a_turn(1)], simulated=kind))
    assert ("SIMULATED" in [note.text for note in figure.layout.annotations]) == kind


def test_roles_are_escaped_in_the_figure():
    drawn = json.dumps(json.loads(roles_figure(a_record([a_turn(1, role=HOSTILE)])).to_json()))
    assert "<a " not in drawn
    assert "<b onmouse" not in drawn
    assert "&lt;" in drawn


@pytest.mark.parametrize("protocol", NAMES)
def test_the_roles_of_every_protocol_are_drawn(protocol):
    record = record_of(played(recipe(protocol, agents=4)))
    assert sum(bars_of(record).x) == len(roles_taken(record.turns)) > 0


# The page.


def roles_page(settings, events) -> AppTest:
    """The view of one run's roles."""

    def page():
        import streamlit as st

        from pages.run.roles import show_roles
        from pages.shared.resources import history

        show_roles(history().run(st.query_params["run"]))

    keep(settings, events)
    app = AppTest.from_function(page, default_timeout=PATIENCE_S)
    app.query_params["run"] = events[0].run_id
    app.run()
    assert not app.exception
    return app


def words_of(app: AppTest) -> str:
    kinds = ("markdown", "caption", "text")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


ORIGINS = {
    "sequential": "named its own",
    "coordinator": "The plan assigned them",
    "broadcast": "named its own",
    "shared": "named its own",
    "fixed_roles": "given to the agents before",
    "given_team": "given to the agents before",
    "solo": "named its own",
    "batched": "named its own",
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_page_says_whether_roles_were_chosen(protocol, settings):
    assert ORIGINS[protocol] in words_of(roles_page(settings, played(recipe(protocol, agents=4))))


def test_roles_of_an_unregistered_protocol_are_neither_chosen_nor_given(settings):
    app = roles_page(settings, events_of([a_turn(1)], spec={"protocol": "my_own"}))
    assert "not known" in words_of(app)
    assert "named its own" not in words_of(app)


def test_the_three_counts_are_shown_apart(settings):
    names = ["Risk analyst", "risk analysts", "Permit risk analyst", "Cook"]
    turns = [a_turn(seat, role=role) for seat, role in enumerate(names, 1)]
    shown = {metric.label: metric.value for metric in roles_page(settings, events_of(turns)).metric}
    assert (shown["Names as written"], shown["Names, normalised"], shown["Kinds of role"]) == ("4", "3", "2")


def test_one_role_has_no_evenness(settings):
    shown = {metric.label: metric.value for metric in roles_page(settings, events_of([a_turn(1)])).metric}
    assert shown["Evenness"] == "–"


@pytest.mark.parametrize(("ending", "words"), [("finished", "nobody took a role"), (None, "yet")])
def test_a_run_without_roles_says_so(ending, words, settings):
    app = roles_page(settings, events_of([a_turn(1, "abstain"), a_turn(2, "unparsed")], ending=ending))
    assert words in words_of(app)
    assert not app.metric


def test_roles_stay_text_on_the_page(settings):
    app = roles_page(settings, events_of([a_turn(1, role=HOSTILE), a_turn(2, role="=HYPERLINK(1)")]))
    assert "![x]" not in words_of(app)
    assert "https:" not in words_of(app)
    assert [*app.dataframe[0].value["Role"]] == [HOSTILE, "'=HYPERLINK(1)"]


def test_words_of_roles_are_no_markup(settings):
    assert "__boss__" not in words_of(roles_page(settings, events_of([a_turn(1, role="__boss__")])))


@pytest.mark.parametrize("texts", [("a", "b\nc", "d"), ("back\\slash\\n", "x\n\ny"), ()])
def test_texts_of_several_lines_stay_apart_in_a_form_of_one_a_line(texts: tuple[str, ...]):
    assert of_lines(in_lines(texts)) == texts
