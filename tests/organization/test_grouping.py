from swarm.organization.graph import Link, links_of, seats_of
from swarm.organization.grouping import each_for_itself, fold, group_of, links_between
from tests.recorded import a_record, a_turn

TURNS = [
    a_turn(1, role="Risk analyst"),
    a_turn(2, role="Cook", builds_on=[1]),
    a_turn(3, role="Risk analysts", builds_on=[1, 2]),
    a_turn(4, "abstain"),
    a_turn(5, "abstain"),
    a_turn(6, "failed"),
]
SEATS = seats_of(a_record(TURNS))
LINKS = links_of(a_record(TURNS))


def numbers(nodes) -> list[list[int]]:
    return [[seat.number for seat in node.seats] for node in nodes]


def test_near_synonyms_fold_and_kinds_of_idleness_stay_apart():
    assert numbers(fold(SEATS)) == [[1, 3], [2], [4, 5], [6]]


def test_unfolding_a_group_leaves_the_others_folded():
    group = group_of(SEATS[0])
    assert numbers(fold(SEATS, [group])) == [[1], [2], [3], [4, 5], [6]]


def test_no_seat_is_lost_or_doubled_by_folding():
    for nodes in (fold(SEATS), each_for_itself(SEATS)):
        assert sorted(seat.number for node in nodes for seat in node.seats) == [*range(1, 7)]


def test_a_folded_node_sums_its_seats_up():
    node = fold(SEATS)[0]
    assert node.folded
    assert node.number == 1
    assert node.tokens == SEATS[0].tokens + SEATS[2].tokens
    assert node.layer == 3


def test_links_lead_between_nodes_and_none_within_one():
    assert {(link.seat, link.other) for link in links_between(fold(SEATS), LINKS)} == {(2, 1), (1, 2)}


def test_links_between_the_same_nodes_become_one_of_all_their_kinds():
    others = [a_turn(n, role="Risk analyst", builds_on=[1]) for n in (2, 3)]
    record = a_record([a_turn(1, role="Cook"), *others, a_turn(4, role="Risk analyst", reports_to=1)])
    found = links_between(fold(seats_of(record)), links_of(record))
    assert found == (Link(2, 1, frozenset(["builds_on", "reports_to"])),)
