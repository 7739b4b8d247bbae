"""One seed for everything that a run of the tests leaves to chance; another at each run, the same when asked for."""

import os
from random import SystemRandom

_NAME = "ROLELESS_TEST_SEED"

SEED = int(os.environ.setdefault(_NAME, str(SystemRandom().randrange(10**9))))
"""From 0; processes that this one starts inherit it."""

THE_SAME_AGAIN = f"{_NAME}={SEED}"
"""What stands before a command that shall leave the same to chance."""
