from itertools import combinations, pairwise
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.organization.graph import Link
from swarm.organization.layout import columns, packed, radial, ring

SIZES = [1, 2, 3, 8, 16, 40, 41, 64, 256]


def builds_on(one: int, other: int) -> Link:
    return Link(one, other, frozenset(["builds_on"]))


@pytest.mark.parametrize("agents", SIZES)
def test_no_two_nodes_share_a_place_in_order(agents):
    places = ring(range(1, agents + 1))
    assert [*places] == [*range(1, agents + 1)]
    assert len(set(places.values())) == agents
    assert all(dist(place, (0, 0)) <= 1.001 for place in places.values())


def test_the_order_of_numbers_decides_and_not_that_of_arrival():
    assert ring([3, 1, 2]) == ring([1, 2, 3])


def test_a_leader_stands_in_the_middle():
    places = ring(range(1, 6), centre=[1])
    assert places[1] == (0.0, 0.0)
    assert all(dist(place, (0, 0)) > 0.9 for number, place in places.items() if number != 1)


def test_deeper_layers_stand_further_right():
    places = columns({1: 1, 2: 2, 3: 2, 4: 3})
    assert places[1][0] < places[2][0] == places[3][0] < places[4][0]
    assert all(one != other for one, other in pairwise(places.values()))


@pytest.mark.parametrize("agents", [4, 17, 64, 256])
def test_deeper_layers_stand_further_out_and_no_two_share_a_place(agents):
    layer_of = {number: 1 + number % 4 for number in range(1, agents + 1)}
    links = [builds_on(number, number - 1) for number in layer_of if layer_of[number] > 1]
    places = radial(layer_of, links)
    outwards = [
        {round(dist(places[n], (0, 0)), 1) for n in layer_of if layer_of[n] == layer}
        for layer in (1, 2, 3, 4)
    ]
    assert all(len(radii) == 1 for radii in outwards)
    assert all(max(inner) < min(outer) for inner, outer in pairwise(outwards))
    assert len(set(places.values())) == agents


@pytest.mark.parametrize("ends", [(1, 20), (1, 1), (10, 11)])
def test_nodes_that_lean_the_same_way_do_not_stand_upon_each_other(ends):
    layer_of = dict.fromkeys(range(1, 21), 1) | dict.fromkeys(range(21, 31), 2)
    links = [builds_on(number, ends[0] if number < 24 else ends[1]) for number in range(21, 31)]
    places = radial(layer_of, links)
    outer = [places[number] for number in range(21, 31)]
    assert min(dist(one, other) for one, other in combinations(outer, 2)) > 0.1


def test_a_node_stands_in_the_direction_of_those_it_leans_on():
    layer_of = dict.fromkeys(range(1, 9), 1) | {9: 2, 10: 2}
    places = radial(layer_of, [builds_on(9, 2), builds_on(10, 6)])
    for node, below in ((9, 2), (10, 6)):
        assert dist(places[node], places[below]) == min(dist(places[node], places[n]) for n in range(1, 9))


@given(st.lists(st.integers(1, 30), max_size=25), st.integers(0, 120))
def test_packed_nodes_stay_on_the_sheet_and_apart(sizes, idle):
    numbers = iter(range(1, 2000))
    groups = [[next(numbers) for _ in range(size)] for size in sizes]
    rest = [next(numbers) for _ in range(idle)]
    packing = packed(groups, rest)
    assert {*packing.places} == {number for group in [*groups, rest] for number in group}
    assert len(packing.names) == len(groups)
    assert all(abs(x) <= 1.05 and abs(y) <= 1.05 for x, y in packing.places.values())
    assert len(set(packing.places.values())) == len(packing.places)


def test_a_group_stands_closer_together_than_groups_do():
    groups = [[1, 2, 3, 4], [5, 6, 7, 8]]
    places = packed(groups).places
    within = max(dist(places[a], places[b]) for group in groups for a, b in combinations(group, 2))
    middles = [tuple(sum(places[n][axis] for n in group) / 4 for axis in (0, 1)) for group in groups]
    assert dist(*middles) > within / 2


def test_each_name_stands_below_its_own_group():
    groups = [[1, 2, 3], [4], [5], [6], [7], [8]]
    packing = packed(groups, [9])
    for group, (x, y) in zip(groups, packing.names, strict=True):
        assert y < min(packing.places[number][1] for number in group)
        assert abs(x - sum(packing.places[number][0] for number in group) / len(group)) < 0.2


def test_who_has_no_group_stands_below_all_groups():
    places = packed([[1], [2, 3]], [4, 5]).places
    assert max(places[4][1], places[5][1]) < min(places[n][1] for n in (1, 2, 3))
