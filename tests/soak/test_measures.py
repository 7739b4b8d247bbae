"""A hundred thousand transcripts, where tests/recording/test_measures.py draws four hundred."""

from random import Random

import pytest

from tests.recording import test_measures as held
from tests.seed import SEED

pytestmark = pytest.mark.soak
CHECKS = (
    held.test_what_is_compared_is_inside_its_range,
    held.test_what_is_shown_of_a_run_is_inside_its_range,
    held.test_what_is_kept_of_seats_is_no_more_than_there_are,
)


@pytest.mark.parametrize("part", range(20))
def test_every_measure_stays_inside_its_range(part: int):
    chance = Random(SEED + part)
    records = [held.a_random_record(chance) for _ in range(5_000)]
    for check in CHECKS:
        check(records)
