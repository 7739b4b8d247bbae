"""Metrics of one run: answers known by hand, and what they must not depend on."""

import random
from collections.abc import Sequence
from dataclasses import astuple, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import ModelUnavailable
from swarm.limits import Limits
from swarm.metrics.cost import spending
from swarm.metrics.hierarchy import declared_links, depth, layers, visibility_chain
from swarm.metrics.participation import Participation, participation, parts
from swarm.metrics.redundancy import redundancy
from swarm.metrics.roles import clusters, distinct_roles, evenness, gini, normalise
from swarm.models.scripted import ScriptedModel
from swarm.recording.record import record_of
from swarm.turn import Action, Assignment, Call, Turn, Usage
from swarm.verdict import CRITERIA, Score, Verdict
from tests.staging import GARBAGE, NAMES, abstained, act, played, recipe, speaker


def worked(seat: int, *builds_on: int, reports_to: int | None = None) -> Turn:
    return Turn(
        seat - 1,
        seat,
        1,
        "contribute",
        "contribute",
        f"Role {seat}",
        f"Text {seat}.",
        builds_on=builds_on,
        reports_to=reports_to,
    )


def did(seat: int, action: Action, round: int = 1) -> Turn:
    return Turn(seat - 1, seat, round, "contribute", action)


def plan(*seats: int) -> Turn:
    return Turn(
        0, 1, 1, "plan", "plan", text="So.", assignments=tuple(Assignment(seat, "R", "J") for seat in seats)
    )


# Depth.


def test_a_flat_organization_has_depth_one():
    assert depth([worked(1), worked(2), worked(3)]) == 1


def test_a_chain_of_three_has_depth_three():
    assert depth([worked(1), worked(2, 1), worked(3, 2)]) == 3


def test_a_star_has_depth_two():
    assert depth([worked(1), *(worked(seat, 1) for seat in range(2, 9))]) == 2


def test_reporting_counts_like_building():
    assert depth([worked(1), worked(2, reports_to=1), worked(3, 2)]) == 3


def test_a_coordinated_team_has_depth_two():
    assert record_of(played(recipe("coordinator"))).depth == 2


def test_a_leader_without_workers_has_depth_one():
    assert depth([plan(2, 3)]) == 1


def test_seats_that_build_on_each_other_count_as_one_layer():
    assert depth([worked(1, 2), worked(2, 1)]) == 1
    assert depth([worked(1, 2), worked(2, 1), worked(3, 2)]) == 2


def test_links_to_seats_that_did_nothing_do_not_count():
    assert depth([worked(2, 1), did(1, "abstain")]) == 1


def test_a_link_to_oneself_does_not_count():
    assert depth([worked(1, 1)]) == 1


def test_what_was_merely_heard_does_not_count():
    assert depth([worked(1), replace(worked(2), heard=(worked(1).key,))]) == 1


def again(turn: Turn, *, index: int, adds: bool = True) -> Turn:
    """The same seat's next contribution."""
    return replace(turn, index=index, round=2, adds=adds)


def test_every_contribution_that_stands_links_its_seat():
    first, second = worked(1), worked(2, 1)
    assert depth([first, second, again(worked(2), index=2)]) == 2
    assert depth([first, second, again(worked(2), index=2, adds=False)]) == 1
    three = [first, second, worked(3), again(worked(2, reports_to=3), index=3)]
    assert set(declared_links(three).edges) == {(2, 1), (2, 3)}


def test_who_returns_to_work_that_others_have_taken_up_does_not_stand_under_them():
    writer, critic = worked(1), worked(2, 1)
    links = declared_links([writer, critic, again(worked(1, 2), index=2)])
    assert dict(links.edges) == {
        (2, 1): {"kinds": {"builds_on"}, "returns": False},
        (1, 2): {"kinds": {"builds_on"}, "returns": True},
    }
    assert layers(links) == {1: 1, 2: 2}
    assert depth([writer, critic, again(worked(1, 2), index=2, adds=False)]) == 1


def test_a_leader_that_works_after_those_it_gave_jobs_stays_above_them():
    assert depth([plan(2, 1), replace(worked(2), index=1), again(worked(1, 2), index=2)]) == 2


@given(st.lists(st.tuples(st.integers(1, 5), st.frozensets(st.integers(1, 5))), max_size=9))
def test_a_team_that_only_adds_never_becomes_flatter(said):
    turns = [replace(worked(seat, *on), index=n, round=n + 1, adds=True) for n, (seat, on) in enumerate(said)]
    depths = [depth(turns[:most]) or 0 for most in range(len(turns) + 1)]
    assert depths == sorted(depths)


def test_nobody_active_has_no_depth():
    assert depth([did(1, "abstain"), did(2, "failed")]) is None


def test_links_say_of_which_kind_they_are():
    links = declared_links([worked(1), worked(2, 1, reports_to=1)])
    assert links.edges[2, 1]["kinds"] == {"builds_on", "reports_to"}


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8), st.randoms(use_true_random=False))
def test_depth_does_not_depend_on_who_sits_where(leads: list[int], chance: random.Random):
    turns = [worked(seat, *([lead] if 0 < lead < seat else [])) for seat, lead in enumerate(leads, 1)]
    names = list(range(1, 9))
    chance.shuffle(names)
    moved = [worked(names[t.seat - 1], *(names[seat - 1] for seat in t.builds_on)) for t in turns]
    chance.shuffle(moved)
    assert depth(moved) == depth(turns)


def test_depth_does_not_depend_on_roles():
    turns = [worked(1), worked(2, 1)]
    assert depth([replace(turn, role="Other") for turn in turns]) == depth(turns)


# Participation.


def test_each_way_of_not_working_is_counted_apart():
    turns = [worked(1), did(2, "abstain"), did(3, "unparsed"), did(4, "failed")]
    assert participation(turns, 6, complete=True) == Participation(1, 1, 2, 1, 1, 0)
    assert participation(turns, 6, complete=False) == Participation(1, 1, 0, 1, 1, 2)


def test_who_delivered_once_is_active_whatever_came_later():
    assert parts([worked(1), did(1, "abstain", 2)], 1, complete=True) == {1: "active"}


def test_announcing_is_not_working():
    assert parts([did(1, "intend")], 1, complete=True) == {1: "directed_idle"}


def test_the_last_turn_decides_for_who_never_delivered():
    assert parts([did(1, "abstain"), did(1, "failed", 2)], 1, complete=True) == {1: "failed"}


def test_an_intention_after_an_abstention_does_not_undo_it():
    assert parts([did(1, "abstain"), did(1, "intend", 2)], 1, complete=True) == {1: "abstained"}


def test_a_leader_is_active_by_planning():
    assert parts([plan(2)], 3, complete=True) == {1: "active", 2: "directed_idle", 3: "directed_idle"}


def troubled(request: Any) -> Any:
    seat = speaker(request)
    return {2: abstained(), 3: GARBAGE, 4: ModelUnavailable("refused", "No.")}.get(seat) or act(request)


@pytest.mark.parametrize("calls", [None, 1, 3, 100])
@pytest.mark.parametrize("agents", [1, 5, 9])
@pytest.mark.parametrize("name", NAMES)
def test_participation_counts_every_seat_once(name: str, agents: int, calls: int | None):
    events = played(recipe(name, agents=agents, limits=Limits(calls=calls)), ScriptedModel("team", troubled))
    for cut in range(1, len(events) + 1):
        assert sum(astuple(record_of(events[:cut]).participation)) == agents


def test_an_empty_transcript_of_a_single_agent_is_idle():
    assert participation([], 1, complete=True) == Participation(directed_idle=1)


# Roles.


@pytest.mark.parametrize(
    ("roles", "counts"),
    [
        ([], (0, 0, 0)),
        (["Cook"], (1, 1, 1)),
        (["Cook", "cook", "The Cooks"], (3, 1, 1)),
        (["Risk analyst", "Permit risk analyst", "Cook"], (3, 3, 2)),
        (["Cook", "Baker", "Waiter"], (3, 3, 3)),
    ],
)
def test_distinct_roles_are_counted_three_ways(roles: list[str], counts: tuple[int, int, int]):
    assert astuple(distinct_roles(roles)) == counts


@given(st.lists(st.text(max_size=12), max_size=8))
def test_each_count_of_roles_is_at_most_the_one_before(roles: list[str]):
    counts = distinct_roles(roles)
    assert len(roles) >= counts.as_written >= counts.normalised >= counts.clusters


@given(st.text(max_size=30))
def test_a_normalised_role_stays_as_it_is_but_for_plurals(role: str):
    assert normalise(role.upper()) == normalise(role.upper().lower().upper())


def test_a_cluster_is_named_after_its_first_role():
    assert clusters(["Risk analyst", "Permit risk analyst"]) == {
        "Risk analyst": "Risk analyst",
        "Permit risk analyst": "Risk analyst",
    }


def test_evenness_is_known_for_three_to_one():
    assert evenness(["a", "a", "a", "b"]) == pytest.approx(0.8112781244591328)


@pytest.mark.parametrize("roles", [[], ["a"], ["a", "a"]])
def test_evenness_of_fewer_than_two_roles_has_no_meaning(roles: list[str]):
    assert evenness(roles) is None


@pytest.mark.parametrize("n", range(2, 9))
def test_different_roles_are_perfectly_even(n: int):
    assert evenness([f"role{number}x" for number in range(n)]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("amounts", "inequality"),
    [
        ([1, 3], Fraction(1, 4)),
        ([0, 0, 0, 1], Fraction(3, 4)),
        ([2, 2], Fraction(0)),
        ([1, 2, 3], Fraction(2, 9)),
        ([5], 0),
    ],
)
def test_gini_is_known(amounts: Sequence[float], inequality: Fraction):
    assert gini(amounts) == pytest.approx(float(inequality))


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_gini_does_not_depend_on_order_or_unit(amounts: list[int], chance: random.Random):
    moved = [10 * amount for amount in amounts]
    chance.shuffle(moved)
    assert gini(moved) == (None if not sum(amounts) else pytest.approx(gini(amounts)))


@pytest.mark.parametrize("amounts", [[], [0, 0]])
def test_gini_of_nothing_is_nothing(amounts: list[float]):
    assert gini(amounts) is None


# Redundancy.


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        (["a stage", "a kitchen"], Fraction(0)),
        (["big stage", "big kitchen"], Fraction(1, 3)),
        (["same words", "words same"], Fraction(1)),
        (["x y", "x y", "z"], Fraction(1, 3)),
        (["", ""], Fraction(1)),
    ],
)
def test_redundancy_is_known(texts: list[str], share: Fraction):
    assert redundancy(texts) == pytest.approx(float(share))


@pytest.mark.parametrize("texts", [[], ["alone"]])
def test_redundancy_needs_two(texts: list[str]):
    assert redundancy(texts) is None


@given(st.lists(st.text("abc ", max_size=8), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_redundancy_does_not_depend_on_order(texts: list[str], chance: random.Random):
    moved = list(texts)
    chance.shuffle(moved)
    assert redundancy(moved) == pytest.approx(redundancy(texts))


# Cost.


def paid(turn: Turn, tokens: int) -> Turn:
    return replace(turn, calls=(Call(1, "m", reply="", usage=Usage(tokens, 0, 0, tokens / 1000)),))


def good() -> Verdict:
    return Verdict("j", tuple(Score(name, 3) for name in CRITERIA))


def test_overhead_is_the_share_of_plans_and_intentions():
    talk = replace(did(1, "intend"), cue="intend")
    assert spending([paid(talk, 100), paid(worked(1), 300)], None).overhead == 0.25


def test_efficiency_is_quality_per_thousand_tokens_and_per_dollar():
    spent = spending([paid(worked(1), 500)], good())
    assert (spent.quality_per_1k_tokens, spent.quality_per_usd) == (1.5, 1.5)


@pytest.mark.parametrize("verdict", [None, Verdict("j", unscored="unread")])
def test_efficiency_of_what_is_unscored_is_missing(verdict: Verdict | None):
    spent = spending([paid(worked(1), 500)], verdict)
    assert (spent.quality_per_1k_tokens, spent.quality_per_usd) == (None, None)


def test_spending_of_nothing_is_nothing():
    spent = spending([], good())
    assert (spent.team, spent.overhead, spent.quality_per_1k_tokens) == (Usage(), None, None)


def test_the_judge_is_counted_apart():
    verdict = replace(good(), calls=(Call(1, "j", reply="", usage=Usage(70)),))
    spent = spending([paid(worked(1), 500)], verdict)
    assert (spent.team.tokens, spent.judge.tokens) == (500, 70)


def test_a_price_unknown_to_one_call_makes_the_teams_money_unknown():
    free = replace(worked(2), calls=(Call(1, "m", reply="", usage=Usage(5, cost_usd=None)),))
    assert spending([paid(worked(1), 500), free], good()).quality_per_usd is None


def test_the_visibility_chain_follows_what_was_heard_whether_it_was_used_or_not():
    first = Turn(0, 1, 1, "contribute", "contribute", text="a")
    second = Turn(1, 2, 1, "contribute", "contribute", text="b", heard=(first.key,))
    third = Turn(2, 3, 1, "contribute", "contribute", text="c", heard=(first.key, second.key))
    assert visibility_chain([first, second, third]) == 3
    assert depth([first, second, third]) == 1
    assert visibility_chain([first]) == 1
