"""A history of five arms on six missions, and runs beside it that are marked as ones to be left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from swarm.claims.file import claim_book
from swarm.config import ensure_data_folder, read_settings
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.store import History
from swarm.mission import Mission
from swarm.models.catalogue import simulated_version
from swarm.prompts import render
from swarm.recording.events import Event, ExperimentStarted, RunDeleted
from swarm.shock import Shock
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import BEGAN, keep, later, spec, told, turn

MISSIONS = {f"m{n}": Mission(f"m{n}", f"Mission {n}", "Bake bread.", level="L3") for n in range(6)}
PLANNED = Experiment(
    Grid(
        "left-out", (Way("coordinator"), Way("sequential")), ("sim/strong",), (16,), tuple(MISSIONS.values())
    ),
    Terms(),
)
TODAY = {"prompts": render.version(), "minds": simulated_version()}
CLAIM = claim_book().claim("sequential-coordinator-strong")
ARMS: tuple[dict[str, Any], ...] = (
    {"protocol": "sequential"},
    {"protocol": "coordinator"},
    {"protocol": "fixed_roles"},
    {"protocol": "sequential", "agents": 8},
    {"protocol": "sequential", "shock": Shock("hub")},
)
MORE = ((1, 3, 2, 0, 3, 1), (2, 1, 2, 1, 1, 1), (0, 1, 0, 2, 1, 0), (2, 2, 1, 1, 3, 0), (0, 1, 0, 0, 2, 1))
"""On how many criteria each arm gets 3 points of the judge and not 2, mission by mission."""


def scored(points: tuple[int, ...]) -> Verdict:
    return Verdict(
        "sim/judge", tuple(Score(*each, "so") for each in zip(CRITERIA, (*points, 3), strict=True))
    )


def points_of(arm: int, mission: int) -> tuple[int, ...]:
    return tuple(2 + (place < MORE[arm][mission]) for place in range(4))


@dataclass(frozen=True)
class Mark:
    """What makes a run one that is left out."""

    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])
    first: Mapping[str, Any] = field(default_factory=dict[str, Any])
    deleted: bool = False
    only_calm: bool = False
    """Whether the struck run beside it stays away."""


def a_run(
    run_id: str, mission: Mission, points: tuple[int, ...], mark: Mark = Mark(), **recipe: Any
) -> list[Event]:
    arm = {"agents": 16, **TODAY, **recipe, **mark.recipe}
    how = {"judged": scored(points), "turns": [turn(0, role=run_id), turn(1, action="abstain")], **mark.told}
    if how.get("ending", "finished") != "finished":
        how["judged"] = None
    chosen = arm.pop("mission", mission)
    judge = arm.pop("judge", "sim/judge")
    first, *rest = told(run_id, replace(spec(chosen, **arm), judge=judge), **how)
    events = [replace(first, **{"experiment": PLANNED.grid.id, **mark.first}), *rest]
    return later(events, RunDeleted) if mark.deleted else events


def base() -> list[list[Event]]:
    """Five arms on six missions, which differ."""
    begun = ExperimentStarted(
        grid=PLANNED.grid, terms=PLANNED.terms, run_id=PLANNED.grid.id, seq=0, at=BEGAN, t=0.0,
        simulated=True, judge="sim/judge", prompts="p", expected_usd=None, version="0.1",
    )  # fmt: skip
    runs = [
        a_run(f"base-{at}-{n}", mission, points_of(at, n), **arm)
        for n, mission in enumerate(MISSIONS.values())
        for at, arm in enumerate(ARMS)
    ]
    return [[begun], *runs]


def intruders(name: str, mark: Mark) -> list[list[Event]]:
    """The best run so far of Sequential with sixteen agents, and the same struck by a shock; with another seed."""
    mission, late = MISSIONS["m0"], replace(mark, told={"minute": 9, **mark.told})
    calm, struck = (
        a_run(f"late-{name}-{at}", mission, (4, 4, 4, 4), late, **{"seed": 7, **ARMS[at]}) for at in (0, 4)
    )
    return [calm] if mark.only_calm else [calm, struck]


def of_history(folder: Path, runs: list[list[Event]]) -> History:
    settings = read_settings({"ROLELESS_DATA": str(folder)})
    ensure_data_folder(settings)
    for events in runs:
        keep(settings, events, name="late" if events[0].run_id.startswith("late") else "base")
    return History(settings)
