"""A shock is defined: what happens to a team in the middle of its work.

It says what shall happen. When it strikes and whom is decided in `strike.py`; a protocol never learns of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from random import Random
from typing import Literal, Self

from swarm.errors import BadInput, UnknownName

ShockKind = Literal["seat", "hub", "swap", "priorities"]
SHOCKS: dict[ShockKind, str] = {
    "seat": "An agent, drawn by lot, drops out: nobody hears its work any more, and it is not delivered.",
    "hub": "The agent that most others lean on, if anybody does, drops out, and its work with it.",
    "swap": "A quarter of the agents who still have to work answer with another model from then on.",
    "priorities": "A quarter of the requirements, drawn by lot, become known only in the middle of the work.",
}
"""What each does, in a sentence."""
REMOVING: tuple[ShockKind, ...] = ("seat", "hub")
"""Those in which an agent drops out."""
QUARTER = 0.25
"""Of the seats that are swapped, and of the requirements that come late; arXiv 2603.28990 substitutes the model of
a quarter of its agents."""
FEWEST_REQUIREMENTS = 4
"""A mission with fewer has no quarter of them that could come late."""


@dataclass(frozen=True, slots=True)
class Shock:
    """A change that happens once, in the middle of a run."""

    kind: ShockKind
    model: str | None = None
    """The model that seats are swapped to; None for all kinds but "swap"."""

    def __post_init__(self) -> None:
        if self.kind == "swap" and not self.model:
            raise BadInput("the shock 'swap' needs a model that agents are swapped to")
        if self.kind != "swap" and self.model is not None:
            raise BadInput(f"the shock {self.kind!r} swaps no models: leave {self.model!r} out")

    @classmethod
    def named(cls, kind: str, model: str | None = None) -> Self:
        """A shock by its name.

        Raises:
            UnknownName: for a kind nobody knows.
            BadInput: when a model is missing, or named without need.
        """
        if kind not in SHOCKS:
            raise UnknownName("shock", kind, SHOCKS)
        return cls(kind, model)


@dataclass(frozen=True, slots=True)
class Struck:
    """A shock as it struck a team."""

    kind: ShockKind
    index: int
    """Of the first turn that is taken afterwards."""
    seats: tuple[int, ...] = ()
    """Who dropped out, or was swapped, in seat order; empty when priorities changed, or when there was no hub."""

    @property
    def gone(self) -> frozenset[int]:
        """Seats that dropped out: nobody hears them any more, and their work is not delivered."""
        return frozenset(self.seats) if self.kind in REMOVING else frozenset()


@dataclass(frozen=True, slots=True)
class Late:
    """Requirements of a mission that not all of a run's agents know."""

    numbers: frozenset[int] = frozenset()
    """From 1; empty when all have been known from the beginning."""
    known: bool = True
    """Whether they are known by now."""

    @property
    def hidden(self) -> frozenset[int]:
        """Those that an agent is not shown."""
        return frozenset() if self.known else self.numbers


NOTHING_LATE = Late()
"""All requirements are known from the beginning."""


def quarter(count: int) -> int:
    """A quarter of so many, rounded to a whole number, but at least 1.

    Examples:
        >>> [quarter(count) for count in (1, 4, 6, 8)]
        [1, 1, 2, 2]
    """
    return max(1, floor(count * QUARTER + 0.5))


def drawn(population: Sequence[int], count: int, seed: int) -> tuple[int, ...]:
    """Draw so many different numbers by lot, in rising order; the same for the same seed.

    Args:
        population: to draw from; all of it when it has no more than `count`.
        count: how many.
        seed: of the run.
    """
    lot = Random(f"shock {seed}")
    return tuple(sorted(lot.sample(population, min(count, len(population)))))
