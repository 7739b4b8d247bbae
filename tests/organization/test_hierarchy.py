"""Who stands under whom: answers known by hand, and what holds for every organization."""

import json
import random
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.run.hierarchy import depth_in_words
from swarm.figures.hierarchy import icicle_figure, org_chart
from swarm.metrics.hierarchy import declared_links, depth, layers, longest_chain, superiors
from swarm.organization.forest import ROWS, forest_of, rows_of
from swarm.organization.graph import links_of, seats_of
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Assignment, Turn
from swarm.written import ranges
from tests.patience import PATIENCE_S
from tests.recorded import a_record, a_turn
from tests.staging import NAMES, played, recipe

HOSTILE = '<b onmouseover=x>boss</b> <a href="https://evil.example">click</a> [x](http://evil) :red[y]'
GRID = st.lists(
    st.tuples(
        st.lists(st.integers(1, 9), max_size=3),
        st.one_of(st.none(), st.integers(1, 9)),
        st.sampled_from(["contribute", "contribute", "contribute", "abstain"]),
    ),
    max_size=9,
)
"""For each seat whom it builds on, whom it reports to, and what it did: cycles and dead ends included."""


MORE = st.lists(
    st.tuples(st.integers(1, 9), st.lists(st.integers(1, 9), max_size=3), st.booleans()), max_size=6
)
"""Contributions after the first ones: whose, whom it builds on, and whether it adds."""


def organized(grid, more=()) -> list[Turn]:
    turns = [a_turn(seat, did, builds_on=on, reports_to=boss) for seat, (on, boss, did) in enumerate(grid, 1)]
    later = [
        replace(a_turn(seat, builds_on=on, adds=adds), index=len(turns) + place, round=2 + place)
        for place, (seat, on, adds) in enumerate(more)
        if seat <= len(turns)
    ]
    return [*turns, *later]


TURNS = st.builds(organized, GRID, MORE)


def height(above: dict[int, int | None], seat: int) -> int:
    over = above[seat]
    return 1 if over is None else 1 + height(above, over)


def chain_of(agents: int, role: str = "Baker") -> RunRecord:
    return a_record([a_turn(n, builds_on=[n - 1] if n > 1 else [], role=role) for n in range(1, agents + 1)])


def bushy(agents: int) -> RunRecord:
    """Everybody builds on one of the first half: many small trees under a few."""
    return a_record(
        [
            a_turn(n, builds_on=[n * 7919 % (n // 2) + 1] if n > 6 else [], role=f"Keeper of matter {n}")
            for n in range(1, agents + 1)
        ]
    )


def words_of(figure) -> str:
    drawn = json.loads(figure.to_json())
    return json.dumps([drawn["data"], drawn["layout"]["annotations"]], ensure_ascii=False)


def clickable(figure) -> list[int]:
    return [int(seat) for trace in figure.data if trace.customdata is not None for seat in trace.customdata]


# Layers.


def test_layers_count_the_longest_chain_and_a_circle_as_one():
    turns = [a_turn(1), a_turn(2, builds_on=[1, 3]), a_turn(3, reports_to=2), a_turn(4, builds_on=[1, 3])]
    assert layers(declared_links([*turns, a_turn(5)])) == {1: 1, 2: 2, 3: 2, 4: 3, 5: 1}
    assert layers(declared_links([])) == {}


@given(TURNS)
def test_a_layer_is_one_more_than_the_deepest_below_it(turns):
    links = declared_links(turns)
    onward = nx.DiGraph(edge for edge in links.edges if not links.edges[edge]["returns"])
    onward.add_nodes_from(links)

    def below(seat: int) -> set[int]:
        return {other for other in nx.descendants(onward, seat) if seat not in nx.descendants(onward, other)}

    def layer(seat: int) -> int:
        return 1 + max(map(layer, below(seat)), default=0)

    assert layers(links) == {seat: layer(seat) for seat in sorted(links)}


@given(TURNS.filter(len))
def test_the_seats_of_the_role_graph_stand_in_these_layers(turns):
    found = {seat.number: seat.layer for seat in seats_of(a_record(turns)) if seat.layer}
    assert found == layers(declared_links(turns))


# The tree, by hand.


def test_of_several_links_the_one_that_puts_a_seat_deepest_counts():
    turns = [
        a_turn(1),
        a_turn(2, builds_on=[1]),
        a_turn(3, builds_on=[1, 2]),
        a_turn(4, reports_to=1, builds_on=[3]),
    ]
    assert superiors(turns) == {1: None, 2: 1, 3: 2, 4: 3}
    assert longest_chain(turns) == (1, 2, 3, 4)


def test_who_reports_to_one_and_builds_on_another_of_the_same_layer_stands_under_the_first():
    assert superiors([a_turn(1), a_turn(2), a_turn(3, builds_on=[2], reports_to=1)])[3] == 1


def test_of_equal_links_the_later_seat_counts():
    assert superiors([a_turn(1), a_turn(2), a_turn(3, builds_on=[1, 2])])[3] == 2


def test_of_equally_long_chains_the_one_to_the_lowest_seat_is_told():
    assert longest_chain([a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[1])]) == (1, 2)


def test_who_got_a_job_stands_under_the_planner():
    jobs = tuple(Assignment(seat, "R", "J") for seat in (2, 3))
    turns = [a_turn(1, "plan", assignments=jobs), a_turn(2), a_turn(3, builds_on=[2])]
    assert superiors(turns) == {1: None, 2: 1, 3: 2}


def test_seats_that_build_on_each_other_stand_beside_each_other():
    turns = [a_turn(1), a_turn(2, builds_on=[1, 3]), a_turn(3, builds_on=[2]), a_turn(4, builds_on=[3])]
    assert superiors(turns) == {1: None, 2: 1, 3: 1, 4: 3}
    assert longest_chain(turns) == (1, 3, 4)
    assert forest_of(a_record(turns)).ties == {2: "builds_on", 3: "through", 4: "builds_on"}


def test_a_circle_has_no_top():
    assert superiors([a_turn(1, builds_on=[2]), a_turn(2, builds_on=[1])]) == {1: None, 2: None}


def test_who_did_not_deliver_stands_nowhere():
    turns = [a_turn(1), a_turn(2, "abstain"), a_turn(3, builds_on=[2])]
    assert superiors(turns) == {1: None, 3: None}
    assert longest_chain([a_turn(1, "abstain")]) == ()


# What holds for every organization.


@given(TURNS)
def test_the_tree_is_as_high_as_the_organization_is_deep(turns):
    above = superiors(turns)
    assert max((height(above, seat) for seat in above), default=None) == depth(turns)


@given(TURNS)
def test_everybody_active_stands_in_the_tree_once_and_in_its_layer(turns):
    above, layer_of = superiors(turns), layers(declared_links(turns))
    assert [*above] == [*layer_of] == sorted(declared_links(turns))
    assert {seat: height(above, seat) for seat in above} == layer_of


@given(TURNS)
def test_the_longest_chain_is_a_way_through_the_tree_and_as_long_as_the_depth(turns):
    chain, above = longest_chain(turns), superiors(turns)
    assert len(chain) == (depth(turns) or 0)
    assert [above[seat] for seat in chain] == [None, *chain[:-1]][: len(chain)]


@given(TURNS, st.randoms(use_true_random=False))
def test_the_tree_does_not_depend_on_the_order_of_the_turns(turns, chance: random.Random):
    moved = [*turns]
    chance.shuffle(moved)
    assert superiors(moved) == superiors(turns)


@given(TURNS.filter(len))
def test_everybody_active_is_in_a_row_or_alone_and_never_in_both(turns):
    record = a_record(turns)
    forest = forest_of(record)
    rows = [row.seat for row in rows_of(forest)]
    assert sorted([*rows, *forest.alone]) == sorted(superiors(record.turns))
    leaning = {seat for link in links_of(record) for seat in (link.seat, link.other)}
    assert leaning.isdisjoint(forest.alone)


# The figures.


@pytest.mark.parametrize("protocol", NAMES)
@pytest.mark.parametrize("agents", [1, 3, 8])
def test_every_protocol_has_an_org_chart_an_icicle_and_a_sentence(protocol, agents):
    record = record_of(played(recipe(protocol, agents=agents)))
    forest = forest_of(record)
    assert sorted(clickable(org_chart(record))) == [*forest.above]
    assert len(icicle_figure(record).data[0].ids) == 1 + len(forest.above) + bool(forest.alone)
    told = f"Depth {record.depth}: " if record.depth else "Nobody has delivered anything"
    assert depth_in_words(record).startswith(told)


def test_every_seat_of_a_tree_can_be_clicked_and_stands_right_of_the_one_above_it():
    record = a_record([a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, reports_to=2), a_turn(4)])
    discs = next(trace for trace in org_chart(record).data if trace.customdata is not None)
    assert [*discs.customdata] == [1, 2, 3]
    assert [*discs.x] == sorted(discs.x)
    assert [*discs.y] == [0, -1, -2]


def test_reporting_building_and_the_longest_chain_are_drawn_in_three_ways():
    turns = [a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, reports_to=1), a_turn(4, builds_on=[2])]
    lines = {
        trace.name: (trace.line.dash, trace.line.width)
        for trace in org_chart(a_record(turns)).data
        if trace.name
    }
    assert lines == {"Reports to": ("4px,3px", 1.4), "Longest chain: builds on": ("solid", 3.5)}


def test_the_longest_chain_is_marked_in_the_icicle_by_more_than_colour():
    cells = icicle_figure(a_record([a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[1])])).data[0]
    marked = {cell for cell, shape in zip(cells.ids, cells.marker.pattern.shape, strict=True) if shape}
    assert marked == {"1", "2"}


@given(TURNS.filter(len))
def test_the_icicle_adds_up(turns):
    record = a_record(turns)
    cells = icicle_figure(record).data[0]
    inside: dict[str, int] = {}
    for parent, value in zip(cells.parents, cells.values, strict=True):
        inside[parent] = inside.get(parent, 0) + value
    assert all(
        inside[name] == value for name, value in zip(cells.ids, cells.values, strict=True) if name in inside
    )
    assert set(cells.parents) <= {"", *cells.ids}


def test_those_who_work_alone_are_one_line_and_no_row():
    turns = [a_turn(1), a_turn(2, builds_on=[1]), *(a_turn(n) for n in (3, 4, 5, 7))]
    figure = org_chart(a_record(turns, agents=8))
    assert "4 agents work alone: 3–5, 7" in [note.text for note in figure.layout.annotations]
    assert sorted(clickable(figure)) == [1, 2]


def test_agents_words_are_escaped_in_both_figures():
    record = a_record([a_turn(1, role=HOSTILE), a_turn(2, role=HOSTILE, builds_on=[1])])
    for figure in (org_chart(record), icicle_figure(record)):
        assert "<a " not in words_of(figure)
        assert "<b on" not in words_of(figure)
        assert "&lt;b" in words_of(figure)


@pytest.mark.parametrize("draw", [org_chart, icicle_figure])
def test_only_simulated_runs_are_marked_so(draw):
    record = chain_of(3)
    assert "SIMULATED" in words_of(draw(record))
    real = json.loads(draw(replace(record, simulated=False)).to_json())
    assert "SIMULATED" not in json.dumps(real["layout"].get("annotations", []))


@pytest.mark.parametrize(
    "record", [chain_of(256, "Keeper of a part " * 6), bushy(256)], ids=["chain", "bushy"]
)
def test_a_large_team_fits_and_whoever_is_folded_is_counted(record):
    forest = forest_of(record)
    rows = rows_of(forest)
    assert len(rows) <= ROWS
    assert sum(1 if row.seat else row.folded for row in rows) == len(forest.above)
    figure, icicle = org_chart(record), icicle_figure(record)
    assert figure.layout.height <= 1_900
    assert max(len(figure.to_json()), len(icicle.to_json())) < 1_000_000


def test_the_longest_chain_is_not_folded_away():
    record = bushy(256)
    shown = {row.seat for row in rows_of(forest_of(record))}
    assert set(longest_chain(record.turns)) <= shown


def test_deep_trees_stay_within_the_figure():
    discs = next(trace for trace in org_chart(chain_of(40)).data if trace.customdata is not None)
    assert max(discs.x) <= 0.5


def test_who_carries_somebody_that_stands_elsewhere_says_so():
    forest = forest_of(a_record([a_turn(1), a_turn(2), a_turn(3, builds_on=[1, 2])]))
    assert forest.elsewhere == {1: [3]}
    assert "also carries 3" in words_of(
        org_chart(a_record([a_turn(1), a_turn(2), a_turn(3, builds_on=[1, 2])]))
    )


def test_neighbours_in_the_order_are_joined():
    assert ranges([1, 2, 4, 5, 6]) == "1, 2, 4–6"
    assert ranges([]) == ""


@pytest.mark.parametrize(("linked", "least", "most"), [(2, 260, 300), (20, 500, 600), (90, 850, 950)])
def test_the_icicle_is_as_tall_as_a_tree_has_leaves_within_bounds(linked, least, most):
    star = [a_turn(1), *(a_turn(n, builds_on=[1]) for n in range(2, linked + 1))]
    assert least <= icicle_figure(a_record(star)).layout.height <= most


# In words.


def test_the_depth_is_told_from_the_deepest_seat_to_the_ground():
    turns = [
        a_turn(2, role="Site scout"),
        a_turn(4, role="Budget planner", builds_on=[2]),
        a_turn(7, role="Permit\nanalyst", reports_to=4),
    ]
    assert depth_in_words(a_record(turns)) == (
        "Depth 3: agent 7 (Permit analyst) reports to agent 4 (Budget planner), who builds on agent 2 "
        "(Site scout). Depth 1 would mean that everybody worked side by side."
    )


def test_a_long_chain_is_told_by_its_ends():
    assert "builds on agent 8 (Baker), who leans, through 6 more agents, on agent 1" in depth_in_words(
        chain_of(9)
    )


def test_others_who_stand_as_deep_are_counted():
    told = depth_in_words(a_record([a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[1])]))
    assert "; 1 more stands as deep." in told


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([a_turn(1, "abstain")], "Nobody has delivered anything, so there is no hierarchy."),
        ([a_turn(1), a_turn(2, "abstain")], "Depth 1: agent 1 (Baker) alone delivered something"),
        ([a_turn(1), a_turn(2)], "Depth 1: a flat organization. 2 agents worked side by side"),
        ([a_turn(1, builds_on=[2]), a_turn(2, builds_on=[1])], "Depth 1: some agents build on each other"),
    ],
)
def test_a_team_without_layers_is_told_so(turns, told):
    assert depth_in_words(a_record(turns)).startswith(told)


def test_a_run_that_has_just_begun_has_nothing_yet():
    assert "yet" in depth_in_words(a_record([], agents=3, ending=None, thinking=1))


# On a page.


def shown() -> None:
    import streamlit as st

    from pages.run.hierarchy import show_hierarchy

    show_hierarchy(st.session_state["record"])


def page_of(record: RunRecord) -> AppTest:
    app = AppTest.from_function(shown, default_timeout=PATIENCE_S)
    app.session_state["record"] = record
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("record", [a_record([a_turn(1), a_turn(2)]), a_record([a_turn(1, "failed")])])
def test_a_flat_team_gets_a_sentence_and_no_figure(record):
    app = page_of(record)
    assert not app.get("plotly_chart")
    assert len(app.markdown) == 1


@pytest.mark.parametrize(("agents", "view"), [(3, "tree"), (61, "icicle")])
def test_a_small_team_is_shown_as_a_tree_first_and_a_large_one_as_an_icicle(agents, view):
    app = page_of(chain_of(agents))
    assert app.get("segmented_control")[0].value == view
    assert ("icicle_" in app.get("plotly_chart")[0].proto.id) == (view == "icicle")


def test_the_size_of_a_run_decides_its_view_whatever_was_seen_before():
    app = page_of(chain_of(3))
    app.session_state["record"] = chain_of(61)
    app.run()
    assert app.get("segmented_control")[0].value == "icicle"


def test_a_choice_of_view_holds_for_the_next_run_of_that_size():
    app = page_of(chain_of(3))
    app.get("segmented_control")[0].set_value("icicle").run()
    app.session_state["record"] = chain_of(4)
    app.run()
    assert app.get("segmented_control")[0].value == "icicle"


def test_a_role_is_not_markup_on_the_page():
    # Short, for a long role is cut before its end is reached.
    markup = "![x](http://evil) :red[y]"
    told = page_of(a_record([a_turn(1, role=markup), a_turn(2, builds_on=[1])])).markdown[0].value
    assert "evil" in told
    assert "](http" not in told
    assert ":red[" not in told
