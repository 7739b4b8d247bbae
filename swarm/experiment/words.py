"""This file is where an experiment becomes words, in plain text: what it has spent."""

from typing import TYPE_CHECKING

from swarm.wording import usd

if TYPE_CHECKING:
    from swarm.history import ExperimentRow

STILL_GOING_ON = "It is still going on: all this may change, and a verdict counts only at the end."
"""Above what a running experiment shows."""


def spent_in_words(row: "ExperimentRow") -> str:
    """What an experiment has spent: "at least" so much while the cost of some of its runs is unknown."""
    known = row.spent_usd
    return f"at least {usd(known)}" if row.unpriced and known is not None else usd(known)
