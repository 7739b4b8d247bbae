from dataclasses import replace
from itertools import pairwise
from math import dist

import pytest

from swarm.graph import layered, layers, links_of, ring, role_graph, seats_of
from tests.recorded import a_record, a_turn


def test_every_seat_is_a_node_and_every_declared_link_an_edge():
    graph = role_graph(a_record([a_turn(1), a_turn(2, builds_on=[1], reports_to=1), a_turn(3, "abstain")]))
    assert set(graph) == {1, 2, 3}
    assert [*graph.edges(data="kinds")] == [(2, 1, {"builds_on", "reports_to"})]
    assert graph.nodes[3]["standing"] == "abstained"


def test_layers_count_the_longest_chain():
    turns = [a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[1, 2]), a_turn(4)]
    record = a_record(turns)
    assert layers(range(1, 5), links_of(record)) == {1: 1, 2: 2, 3: 3, 4: 1}
    assert [seat.layer for seat in seats_of(record)] == [1, 2, 3, 1]


def test_seats_that_lean_on_each_other_share_a_layer():
    turns = [a_turn(1, builds_on=[2]), a_turn(2, builds_on=[1])]
    assert {seat.layer for seat in seats_of(a_record(turns))} == {1}


@pytest.mark.parametrize(
    ("action", "standing"), [("abstain", "abstained"), ("unparsed", "unparsed"), ("failed", "failed")]
)
def test_the_ways_of_not_working_are_kept_apart(action, standing):
    assert seats_of(a_record([a_turn(1, action)]))[0].standing == standing


def test_a_cued_seat_is_thinking_only_while_the_run_is_running():
    running = a_record([a_turn(1)], agents=3, ending=None, thinking=2)
    assert [seat.standing for seat in seats_of(running)] == ["active", "thinking", "waiting"]
    gone = replace(running, status="interrupted")
    assert [seat.standing for seat in seats_of(gone)] == ["active", "not_reached", "not_reached"]


def test_a_planner_and_those_reported_to_lead():
    planned = a_record([a_turn(1, "plan"), a_turn(2), a_turn(3, reports_to=2)])
    assert [seat.leads for seat in seats_of(planned)] == [True, True, False]


def test_near_synonyms_share_a_cluster():
    turns = [a_turn(1, role="Risk analyst"), a_turn(2, role="Risk analysts"), a_turn(3, role="Cook")]
    one, other, third = seats_of(a_record(turns))
    assert one.cluster == other.cluster != third.cluster
    assert (one.shared_by, third.shared_by) == (2, 1)


@pytest.mark.parametrize("agents", [1, 2, 3, 8, 16, 40, 41, 256])
def test_no_two_seats_share_a_place(agents):
    places = ring(agents)
    assert [*places] == [*range(1, agents + 1)]
    assert len(set(places.values())) == agents
    assert all(dist(place, (0, 0)) <= 1.001 for place in places.values())


def test_places_do_not_depend_on_who_has_spoken():
    few, many = a_record([a_turn(1)], agents=8), a_record([a_turn(n) for n in range(1, 9)], agents=8)
    assert [seat.number for seat in seats_of(few)] == [seat.number for seat in seats_of(many)]
    assert ring(8) == ring(8)


def test_a_leader_stands_in_the_middle():
    places = ring(5, centre=[1])
    assert places[1] == (0.0, 0.0)
    assert all(dist(place, (0, 0)) > 0.9 for seat, place in places.items() if seat != 1)


def test_deeper_layers_stand_further_right():
    places = layered({1: 1, 2: 2, 3: 2, 4: 3})
    assert places[1][0] < places[2][0] == places[3][0] < places[4][0]
    assert all(one != other for one, other in pairwise(places.values()))
