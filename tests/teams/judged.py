"""Verdicts on a team from cells made by hand."""

from dataclasses import replace

from swarm.cell import Cell, options_as_kept
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.teams.trial.verdict import TeamVerdict, team_verdict
from tests.compared import arm

GIVEN = {"title": "Bakery <b>launch</b>", "roles": ("Scout", "Baker")}
SOLO = {"token_budget": 5_000}
GRID = Grid(
    "Drop?",
    (Way("given_team", GIVEN), Way("sequential"), Way("solo", SOLO)),
    ("sim/strong",),
    (8,),
    tuple(Mission(f"m{number:02}", f"Mission {number}", "Do it.") for number in range(12)),
)
TEST = Experiment(GRID, Terms())


def cells_of(
    free: float,
    solo: float,
    *,
    missions: int | tuple[int, int, int] = 12,
    costs: tuple[float | None, float | None, float | None] = (0.1, 0.1, 0.1),
    spreads: tuple[float, float, float] = (0.0, 0.01, 0.02),
    uneven: float = 0.0,
    **more: object,
) -> list[list[Cell]]:
    """Cells of the three arms, when no roles and one agent lie so far above the given roles on average.

    With `uneven`, costs of all but the given roles vary by that share from mission to mission.
    """
    counts = (missions,) * 3 if isinstance(missions, int) else missions
    names, options = ("given_team", "sequential", "solo"), (GIVEN, {}, SOLO)
    arms = zip(names, (0.0, free, solo), options, costs, spreads, counts, strict=True)
    return [
        [
            _priced(cell, number, uneven * (protocol != "given_team"))
            for number, cell in enumerate(
                arm(
                    protocol,
                    shift,
                    spread=spread,
                    missions=count,
                    options=options_as_kept(option),
                    measures={"cost_usd": cost},
                    **{"simulated": False} | more,
                )
            )
        ]
        for protocol, shift, option, cost, spread, count in arms
    ]


def _priced(cell: Cell, number: int, uneven: float) -> Cell:
    costs = [
        cost if cost is None else cost * (1 + uneven * (-1) ** number) for cost in cell.values["cost_usd"]
    ]
    return replace(cell, values={**cell.values, "cost_usd": tuple(costs)})


def judged(free: float, solo: float, **more: object) -> TeamVerdict:
    """The verdict on such cells."""
    return team_verdict(TEST, [cell for cells in cells_of(free, solo, **more) for cell in cells])  # type: ignore[arg-type]
