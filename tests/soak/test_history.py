"""A history made at once after every single event of runs told at the same time."""

import pytest

from tests.history.test_history import taken_in_bit_by_bit_and_at_once

pytestmark = pytest.mark.soak


def test_taking_in_bit_by_bit_and_at_once_both_give_what_the_events_say(settings):
    taken_in_bit_by_bit_and_at_once(settings, every=1)
