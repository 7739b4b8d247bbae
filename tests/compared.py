"""Cells made by hand: what a history has of runs, without any run."""

from collections.abc import Mapping, Sequence

from swarm.cell import Cell, Condition
from swarm.recording.measures import COMPARED

QUALITY = [0.25 + each / 16 for each in (2, 5, 3, 8, 6, 4, 7, 9, 1, 5, 3, 6)]
"""Of twelve missions that differ in difficulty."""


def cell(mission: int, quality: Sequence[float | None], **condition: object) -> Cell:
    """A cell with one run for each quality; other measures are the same in all of them."""
    measures = condition.pop("measures", {})
    assert isinstance(measures, Mapping)
    usual = Condition(True, "sequential", "{}", "sim/strong ×8", 8, "none", "sim/judge", "p1")
    known = {"cost_usd": 0.05, "tokens": 1000.0, "duration_s": 2.0, "depth": 2.0} | dict(measures)
    values = {measure: (known.get(measure, 0.0),) * len(quality) for measure in COMPARED}
    return Cell(
        usual._replace(**condition),  # type: ignore[arg-type]
        f"m{mission:02}",
        f"Mission {mission}",
        "L2",
        0,
        tuple(range(len(quality))),
        values | {"quality": tuple(quality)},  # type: ignore[arg-type]
    )


def arm(
    protocol: str, shift: float, *, spread: float = 0.02, missions: int = 12, **more: object
) -> list[Cell]:
    """Cells of one protocol: `shift` above `QUALITY` on average, more on one mission and less on the next."""
    return [
        cell(
            number,
            [QUALITY[number % len(QUALITY)] + shift + (spread if number % 2 else -spread)] * 2,
            protocol=protocol,
            **more,
        )
        for number in range(missions)
    ]
