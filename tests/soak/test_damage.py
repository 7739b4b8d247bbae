"""Many more damages than at every commit; see tests/recording/test_damage.py."""

import pytest

from tests.recording.test_damage import history_survives, journals_survive

pytestmark = pytest.mark.soak
TRIALS = 300


def test_a_history_damaged_anywhere_is_right_or_refused(settings):
    history_survives(settings, TRIALS)


def test_a_journal_damaged_anywhere_is_told(settings):
    journals_survive(settings, TRIALS)
