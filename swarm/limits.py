"""Bounds of a run: dollars, tokens, calls, seconds."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from swarm.errors import BadInput
from swarm.text.numbers import MOST
from swarm.turn import Usage

DEFAULT_MAX_USD = 1.0
"""The dollar limit of a run on a real model for which nobody gave one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run. None means unbounded."""

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("usd", "tokens", "calls", "seconds"):
            _check(name, getattr(self, name))


LIMITS: TypeAdapter[Limits | None] = TypeAdapter(Limits | None)
"""Reads limits from JSON and writes them."""


def _check(name: str, value: float | None) -> None:
    if value is not None and not 0 < value <= MOST:
        raise BadInput(
            f"a limit of {str(value)[:40]} {name}: give a number above 0, at most {MOST:g}, or leave it out"
        )


def dollars_of(used: Usage, reservation: Usage) -> float:
    """Dollars of a call as a limit counts them: when nobody knows what it took, what was set aside for it.

    Nothing for a call of unknown price, for which no dollars could be set aside.
    """
    return (reservation.cost_usd if used.cost_usd is None else used.cost_usd) or 0.0
