"""Never over a limit: as in tests/engine/test_money.py, over many more sequences."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.engine.test_money import IN_FLIGHT, Life, Step, lived_by_a_team, lived_through, lives, steps

pytestmark = pytest.mark.soak


@hypothesis_settings(max_examples=1_500, deadline=None)
@given(st.integers(1, 2_000), st.integers(1, 4_000), st.lists(steps(calls=IN_FLIGHT), max_size=6))
def test_no_sequence_of_256_calls_kills_and_changed_limits_passes_a_limit(
    first: int, purse_limit: int, happenings: list[Step]
):
    lived_through(first, purse_limit, happenings)


@hypothesis_settings(max_examples=1_500, deadline=None)
@given(
    st.sampled_from(["sequential", "shared", "broadcast", "coordinator"]),
    st.integers(1, 24),
    st.frozensets(st.integers(1, 60), max_size=12),
    lives,
)
def test_no_life_of_a_team_costs_more_than_its_limit_by_the_providers_own_sum(
    protocol: str, agents: int, fails: frozenset[int], sequence: list[Life]
):
    lived_by_a_team(protocol, agents, fails, sequence)
