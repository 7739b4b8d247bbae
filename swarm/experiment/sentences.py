"""An experiment becomes words, in plain text: what it compares, what it has spent."""

from typing import TYPE_CHECKING

from swarm.grid import NO_SHOCK, Experiment, Way
from swarm.narrative.labels import protocol_name
from swarm.written import listed, usd

if TYPE_CHECKING:
    from swarm.history.experiments import ExperimentRow

STILL_GOING_ON = "It is still going on: all this may change, and a verdict counts only at the end."
"""Above what a running experiment shows."""


def experiment_in_words(experiment: Experiment) -> str:
    """Say what is compared on what, in a sentence without its full stop."""
    grid = experiment.grid
    shocks = [] if grid.shocks == (NO_SHOCK,) else [f"shocks {listed(grid.shocks)}"]
    missions, repeats = len(grid.missions), grid.repeats
    return ", ".join(
        [
            listed([_way_in_words(way) for way in grid.ways]),
            f"{listed([str(number) for number in grid.agents])} agents of {listed(grid.teams)}",
            *shocks,
            f"on {missions:,} mission{'' if missions == 1 else 's'}",
            f"each repeated {repeats:,} time{'' if repeats == 1 else 's'}",
        ]
    )


def spent_in_words(row: "ExperimentRow") -> str:
    """Say what an experiment has spent: "at least" so much while the cost of some of its runs is unknown."""
    known = row.spent_usd
    return f"at least {usd(known)}" if row.unpriced and known is not None else usd(known)


def _way_in_words(way: Way) -> str:
    if title := way.options.get("title"):
        return f"{protocol_name(way.protocol)} ({title})"
    options = ", ".join(
        f"{name} {len(value) if isinstance(value, tuple) else value}" for name, value in way.options.items()
    )
    return protocol_name(way.protocol) + (f" ({options})" if options else "")
