from dataclasses import replace
from itertools import pairwise

import pytest

from swarm.organization.graph import seats_of
from swarm.organization.moments import moments_of
from swarm.recording.record import record_of
from tests.made import call
from tests.recorded import a_record, a_turn
from tests.staging import NAMES, played, recipe


def spoken(seat: int, began: float, ended: float, **more):
    """A turn with a call from `began` to `ended`."""
    return a_turn(seat, calls=(replace(call(seat), started_s=began, ended_s=ended),), **more)


def test_a_run_has_a_beginning_a_moment_for_each_turn_and_an_end():
    moments = moments_of(a_record([spoken(1, 0, 1), spoken(2, 1, 2), spoken(3, 2, 3)]))
    assert [one.number for one in moments] == [0, 1, 2, 3, 4]
    assert [len(one.record.turns) for one in moments] == [0, 1, 2, 3, 3]
    assert [one.latest.seat if one.latest else None for one in moments] == [None, 1, 2, 3, None]


def test_turns_come_in_the_order_in_which_they_ended():
    moments = moments_of(a_record([spoken(1, 0, 3), spoken(2, 0, 1), spoken(3, 0, 2)]))
    assert [one.latest.seat for one in moments if one.latest] == [2, 3, 1]


def test_nothing_of_the_future_is_known():
    record = a_record([spoken(1, 0, 1), spoken(2, 1, 2, role="Cook", builds_on=[1])])
    early = moments_of(record)[1].record
    assert early.verdict is None
    assert early.deliverable == ""
    assert early.spent.tokens == record.turns[0].usage.tokens
    assert early.depth == 1
    assert [seat.standing for seat in seats_of(early)] == ["active", "thinking"]


def test_the_end_is_the_record_itself():
    record = a_record([spoken(1, 0, 1)])
    assert moments_of(record)[-1].record is record


def test_who_speaks_together_thinks_together_and_who_is_next_thinks_at_once():
    together = moments_of(a_record([spoken(1, 0, 1), spoken(2, 0, 2)]))
    assert [seat.standing for seat in seats_of(together[0].record)] == ["thinking", "thinking"]
    in_turn = moments_of(a_record([spoken(1, 0, 1), spoken(2, 1.5, 2), spoken(3, 2.5, 3)]))
    assert [seat.standing for seat in seats_of(in_turn[1].record)] == ["active", "thinking", "waiting"]


@pytest.mark.parametrize("most", [2, 3, 10, 129])
def test_long_runs_show_no_more_than_wanted_with_both_ends_and_the_one_asked_for(most):
    record = a_record([spoken(n, n - 1, n) for n in range(1, 257)])
    moments = moments_of(record, most, keep=101)
    found = [one.number for one in moments]
    assert len(found) <= most + 1
    assert found[0] == 0
    assert found[-1] == 257
    assert 101 in found
    assert found == sorted(set(found))


def test_a_moment_that_does_not_exist_is_not_made_up():
    record = a_record([spoken(1, 0, 1)])
    for keep in (-1, 3, 10**9):
        assert [one.number for one in moments_of(record, 10, keep=keep)] == [0, 1, 2]


def test_a_turn_that_nobody_was_asked_for_comes_with_the_one_before_it():
    record = a_record([spoken(1, 0, 1), spoken(2, 1, 2), a_turn(3, "failed", calls=()), spoken(4, 2, 3)])
    moments = moments_of(record)
    assert [one.latest.seat for one in moments if one.latest] == [1, 2, 3, 4]
    assert [one.record.duration_s for one in moments[:4]] == [0, 1, 2, 2]


def test_a_run_without_turns_has_a_beginning_and_an_end():
    assert [one.number for one in moments_of(a_record([], agents=2))] == [0, 1]


@pytest.mark.parametrize("protocol", NAMES)
def test_counters_only_grow(protocol):
    moments = moments_of(record_of(played(recipe(protocol))))
    for before, after in pairwise(moments):
        assert before.record.spent.tokens <= after.record.spent.tokens
        assert before.record.duration_s <= after.record.duration_s
        assert {turn.key for turn in before.record.turns} <= {turn.key for turn in after.record.turns}
