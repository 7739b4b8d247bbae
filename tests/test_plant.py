"""The list of bugs to plant fits the code as it is; whether tests notice them, `python -m tests.plant` says."""

from collections import Counter

import pytest

from swarm.config import PROJECT
from tests.plant.bug import FOLDER, Bug, bugs, plant

BUGS = bugs()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_fits_the_code_and_names_tests_that_there_are(bug: Bug):
    plant(bug, PROJECT, "--check")
    assert all((PROJECT / path).is_file() for path in bug.tests)
    assert bug.harm.endswith(".")


def test_there_are_sixty_bugs_and_no_two_are_the_same():
    changes = Counter(path.read_text().partition("\n@@")[2].partition("\n")[2] for path in FOLDER.iterdir())
    assert len(changes) == len(BUGS) >= 60
    assert not [change for change, times in changes.items() if times > 1]
