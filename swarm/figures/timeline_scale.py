"""A timeline is measured: which unit of time, and which row for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from swarm.figures.timeline_bars import JUDGE, UNKNOWN, Bar
from swarm.organization.graph import SeatNow

TICK_PX = 13
"""Less room makes numbers touch."""


class Unit(NamedTuple):
    """A unit that times are told in."""

    name: str
    seconds: float


MILLISECONDS = Unit("milliseconds", 0.001)
UNITS = ((1.0, MILLISECONDS), (180.0, Unit("seconds", 1.0)), (10_800.0, Unit("minutes", 60.0)))
"""Up to so many seconds."""
HOURS = Unit("hours", 3600.0)


def unit_for(seconds: float) -> Unit:
    """The unit in which a time of that length is best told."""
    return next((unit for most, unit in UNITS if seconds < most), HOURS)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The places of things: time on the right, seats downwards."""

    agents: int
    row_of: Mapping[int, float]
    """Of seats, from 1 downwards, and below them of whoever else has bars."""
    span_s: float
    unit: Unit
    roles: Mapping[int, str | None]

    @classmethod
    def of(cls, seats: Sequence[SeatNow], bars: Iterable[Bar], span_s: float) -> "TimeScale":
        """Give every seat a row, and the judge one below, and the unknown seats one below that."""
        used = {bar.seat for bar in bars}
        gap = max(1.0, len(seats) / 24)
        others = [seat for seat in (JUDGE, UNKNOWN) if seat in used]
        below = {seat: len(seats) + gap * place for place, seat in enumerate(others, 1)}
        rows = {seat.number: float(seat.number) for seat in seats}
        roles = {seat.number: seat.role for seat in seats}
        return cls(len(seats), {**rows, **below}, span_s, unit_for(span_s), roles)

    @property
    def last(self) -> float:
        """The lowest row."""
        return max(self.row_of.values())

    def time(self, seconds: float) -> float:
        """A time in the unit of the axis."""
        return round(seconds / self.unit.seconds, 4)

    def is_visible(self, bar: Bar) -> bool:
        """Waits of less than a pixel are every call's; they are left out."""
        return bar.doing != "waiting" or bar.end_s - bar.start_s > self.span_s / 1000

    def thickness(self, seat: int, share: float) -> float:
        """Of a bar in rows: the judge's is no thinner than can be seen, however many seats there are."""
        return share * (1.0 if seat > 0 else max(1.0, self.agents / 24)) * (1.0 if self.agents <= 40 else 1.6)

    def numbers(self, row_px: float) -> list[int]:
        """The numbers of seats that have room beside rows of that height: all, or the first and round ones."""
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if step * row_px >= TICK_PX)
        return [1, *(n for n in range(2, self.agents + 1) if n % step == 0 and (n - 1) * row_px >= TICK_PX)]
