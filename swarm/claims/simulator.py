"""The simulated models' acquaintance with the paper's figures is read: what they were fitted to, know, and miss.

It stands in data/simulated-cells.json, which bench/calibrate.py makes together with the tables of docs/simulation.md;
nobody marks a claim by hand.
"""

from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

from swarm.config import LIBRARY
from swarm.mission import Level

CELLS = LIBRARY / "simulated-cells.json"
TOLERANCE = 0.03
"""A figure that is off by more is missed, in units of its measure."""
Acquaintance = Literal["fitted", "known"]
"""`fitted`: the traits of the simulated models were fitted to the figure, so simulated runs are no evidence for what
rests on it alone. `known`: their mechanism was changed by somebody who knew it, so they are weak evidence."""


class Played(NamedTuple):
    """Runs that a figure of the paper is of."""

    protocol: str
    model: str
    """The simulated one."""
    agents: int
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One figure of the paper, and how far the simulated models are off."""

    name: str
    acquaintance: Acquaintance | None
    """None where the simulated models predict it blindly."""
    measure: str
    """As claims call it."""
    played: tuple[Played, ...]
    """More than one where the figure holds runs against each other."""
    error: float
    """Ours less the paper's, in units of the measure; 0.0 within a range that the paper gives."""

    @property
    def missed(self) -> bool:
        """Tell whether it is off by more than is published as well met."""
        return abs(self.error) > TOLERANCE


@cache
def published() -> tuple[Published, ...]:
    """Every figure that the simulated models were fitted to or are held against."""
    return TypeAdapter(tuple[Published, ...]).validate_json(CELLS.read_bytes())


def bearing_on(measure: str, played: Set[Played]) -> tuple[Published, ...]:
    """The figures of a measure that are of these runs, or of some of them."""
    return tuple(cell for cell in published() if cell.measure == measure and played >= {*cell.played})


def acquaintance_with(measure: str, played: Set[Played]) -> Acquaintance | None:
    """Tell how simulated models know a figure of these runs: fitted only when all that it rests on was."""
    bearing = bearing_on(measure, played)
    fitted = {each for cell in bearing if cell.acquaintance == "fitted" for each in cell.played}
    if fitted and played <= fitted:
        return "fitted"
    return "known" if any(cell.acquaintance for cell in bearing) else None
