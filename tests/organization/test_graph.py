from dataclasses import replace

import networkx as nx
import pytest

from swarm.organization.graph import graphml, heard_links, links_of, role_graph, seats_of
from swarm.organization.moments import moments_of
from swarm.turn import TurnKey
from tests.recorded import a_record, a_turn


def test_every_seat_is_a_node_and_every_declared_link_an_edge():
    graph = role_graph(a_record([a_turn(1), a_turn(2, builds_on=[1], reports_to=1), a_turn(3, "abstain")]))
    assert set(graph) == {1, 2, 3}
    assert [*graph.edges(data="kinds")] == [(2, 1, {"builds_on", "reports_to"})]
    assert graph.nodes[3]["standing"] == "abstained"


def test_layers_count_the_longest_chain():
    turns = [a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[1, 2]), a_turn(4)]
    record = a_record(turns)
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


def test_who_heard_whom_is_not_who_used_whom():
    turns = [a_turn(1), a_turn(2, heard=(TurnKey(1, 1),)), a_turn(3, heard=(TurnKey(1, 1), TurnKey(2, 1)))]
    record = a_record(turns)
    assert [(link.seat, link.other) for link in heard_links(record)] == [(2, 1), (3, 1)]
    revised = replace(a_turn(1, heard=(TurnKey(1, 1),)), index=1, round=2)
    assert heard_links(a_record([a_turn(1), revised])) == ()
    assert links_of(record) == ()


def test_graphml_can_be_read_whatever_an_import_calls_its_protocol():
    record = replace(a_record([a_turn(1, role="\x01\x02 Baker")]), imported="abc")
    record = replace(record, spec=replace(record.spec, protocol="a\x01b"))
    read = nx.parse_graphml(graphml(record).decode())
    assert read.graph["imported"] == "abc"
    assert read.graph["simulated"] is True


def test_tokens_of_a_seat_are_those_of_all_its_turns():
    twice = replace(a_turn(1, tokens=50), index=1, round=2)
    assert seats_of(a_record([a_turn(1, tokens=100), twice]))[0].tokens == 150 + 75


def test_a_seat_leans_on_whomever_its_standing_contributions_name():
    turns = [
        *(a_turn(1), a_turn(2), a_turn(3, builds_on=[2], reports_to=1)),
        replace(a_turn(3, builds_on=[2, 1], reports_to=2, adds=True), index=3, round=2),
    ]
    record = a_record(turns)
    third = seats_of(record)[2]
    assert (third.builds_on, third.reports_to, third.layer) == ((2, 1), (1, 2), 2)
    named = {(3, other, kind) for kind in ("builds_on", "reports_to") for other in getattr(third, kind)}
    assert named == {(link.seat, link.other, kind) for link in links_of(record) for kind in link.kinds}
    assert [moment.record.depth for moment in moments_of(record)] == [None, 1, 1, 2, 2, 2]
    revised = a_record([*turns[:3], replace(turns[3], adds=False)])
    assert (seats_of(revised)[2].builds_on, seats_of(revised)[2].reports_to) == ((2, 1), (2,))
