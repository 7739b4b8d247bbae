"""Never over a limit: as in tests/test_money.py, over many more sequences."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.test_money import IN_FLIGHT, Step, lived_through, steps

pytestmark = pytest.mark.soak


@hypothesis_settings(max_examples=1_500, deadline=None)
@given(st.integers(1, 2_000), st.integers(1, 4_000), st.lists(steps(calls=IN_FLIGHT), max_size=6))
def test_no_sequence_of_256_calls_kills_and_changed_limits_passes_a_limit(
    first: int, purse_limit: int, happenings: list[Step]
):
    lived_through(first, purse_limit, happenings)
