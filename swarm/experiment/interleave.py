"""Groups that were not played together in time become an experiment that plays them interleaved."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from swarm.cell import REMEMBERS, Cell, Condition
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.errors import BadInput
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import Mission
from swarm.spec import Option
from swarm.written import listed

LONGEST_NAME = 200
LOOKED_THROUGH = 200
"""Runs of a mission that is in no library, in which it is looked for."""


def apart_in_time(comparison: Comparison) -> tuple[Contrast, ...]:
    """The contrasts without a verdict because their groups were not played together."""
    return tuple(each for each in comparison.contrasts if each.withheld == "time")


def interleaved(comparison: Comparison, missions: Mapping[str, Mission]) -> Experiment:
    """The experiment that plays groups interleaved which were not played together in time.

    Args:
        comparison: with at least one contrast that `apart_in_time` returns.
        missions: what was played, by `Cell.mission`; see `missions_played`.

    Returns:
        The same missions, judge, margin and mostly as many repeats, the reference first; without limits of money.

    Raises:
        BadInput: when no grid holds just these groups, or a mission is not known any more.
    """
    cells = _cells(comparison)
    conditions = [cell.condition for cell in cells]
    shocks = {
        condition.shock.partition(" to ")[0]: condition.shock.partition(" to ")[2] for condition in conditions
    }
    counts = Counter(cell.runs for cell in cells if cell.runs)
    name = f"{listed(_names(comparison))}, interleaved"
    grid = Grid(
        name=name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
        ways=_ways(conditions),
        teams=tuple(dict.fromkeys(_team(condition.models) for condition in conditions)),
        agents=tuple(dict.fromkeys(condition.agents for condition in conditions)),
        missions=_missions(cells, missions),
        repeats=counts.most_common(1)[0][0],
        seed=1 + max(seed for cell in cells for seed in cell.seeds),
        shocks=tuple(shocks),
        shock_model=next(filter(None, shocks.values()), None),
        judge=conditions[0].judge,
    )
    _check_all_played(grid, {condition[1:6] for condition in conditions})
    return Experiment(grid, Terms(margin=comparison.contrasts[0].difference.margin))


def missions_played(
    comparison: Comparison, library: Mapping[str, Mission], history: History
) -> dict[str, Mission]:
    """The missions of groups that were not played together, by `Cell.mission`: of the library, or from their runs."""
    found: dict[str, Mission] = {}
    for cell in _cells(comparison):
        if cell.mission not in found and (mission := library.get(cell.mission) or _as_played(cell, history)):
            found[cell.mission] = mission
    return found


def _as_played(cell: Cell, history: History) -> Mission | None:
    rows = history.runs(RunFilter(text=cell.title, simulated=cell.condition.simulated), limit=LOOKED_THROUGH)
    alike = (history.run(row.run_id).spec.mission for row in rows if row.mission_title == cell.title)
    _, _, digits = cell.mission.rpartition(" #")
    known = [*alike]
    return next((each for each in known if each.content.startswith(digits)), next(iter(known), None))


def _cells(comparison: Comparison) -> list[Cell]:
    """Of these groups, those of the reference first."""
    apart = apart_in_time(comparison)
    return [cell for each in apart for cell in each.reference.cells] + [
        cell for each in apart for cell in each.group.cells
    ]


def _names(comparison: Comparison) -> list[str]:
    apart = apart_in_time(comparison)
    return [apart[0].reference.name, *(each.group.name for each in apart)]


def _ways(conditions: Sequence[Condition]) -> tuple[Way, ...]:
    kept = dict.fromkeys((condition.protocol, condition.options) for condition in conditions)
    ways = [Way(protocol, dict(_options(options))) for protocol, options in kept]
    return tuple(way for at, way in enumerate(ways) if way not in ways[:at])


def _options(kept: str) -> Iterator[tuple[str, Option]]:
    """Settings as a file has them. What a team remembered is no setting: an experiment has a memory of its own."""
    for name, value in json.loads(kept).items():
        if name != REMEMBERS:
            yield name, tuple(value) if isinstance(value, list) else value  # pyright: ignore


def _team(models: str) -> str:
    """Seats per model as `make_team` takes them."""
    parts = [part.rpartition(" ×") for part in models.split(", ")]
    return parts[0][0] if len(parts) == 1 else ", ".join(f"{count} {model}" for model, _, count in parts)


def _missions(cells: Sequence[Cell], missions: Mapping[str, Mission]) -> tuple[Mission, ...]:
    titles = {cell.mission: cell.title for cell in cells}
    if unknown := [title for name, title in titles.items() if name not in missions]:
        raise BadInput(
            f"the mission {unknown[0]!r} is not known any more, so these groups cannot be played again"
        )
    return tuple(missions[name] for name in titles)


def _check_all_played(grid: Grid, conditions: set[tuple[object, ...]]) -> None:
    """Refuse a grid that holds other arms than the groups have: they would be paid for and asked by nobody."""
    if not 1 < len(grid.arms) <= len(conditions):
        raise BadInput(
            "no single experiment holds just these groups: choose groups that are alike in all but one thing"
        )
