"""Runs are gathered for comparison: a cell is one mission under one condition, with all repeats."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from swarm.grid import ALONE, BUDGET, NO_SHOCK
from swarm.mission import Level
from swarm.shock import Shock
from swarm.spec import Option
from swarm.team import Team

OWN = "own: "
"""Before the title of a mission that is in no library."""
REMEMBERS = "remembers"
"""Stands among the settings of a protocol whose team was told the roles of earlier missions."""


def models_as_kept(team: Team) -> str:
    """Seats per model as a condition has them.

    Examples:
        >>> from swarm.team import make_team
        >>> models_as_kept(make_team(["2 sim/strong, 6 sim/weak"], 8))
        'sim/strong ×2, sim/weak ×6'
    """
    return ", ".join(f"{model} ×{seated}" for model, seated in team.models.items())


def options_as_kept(options: Mapping[str, Option], *, remembers: bool = False) -> str:
    """Settings of a protocol as a condition has them: JSON.

    Args:
        options: those that differ from its defaults.
        remembers: whether the team was told the roles of earlier missions.

    Examples:
        >>> options_as_kept({"size": 4}), options_as_kept({}, remembers=True)
        ('{"size":4}', '{"remembers":true}')
    """
    kept = {**options, **({REMEMBERS: True} if remembers else {})}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def shock_as_kept(shock: Shock | None) -> str:
    """A shock as a condition has it: its kind, and the model that seats are swapped to.

    Examples:
        >>> shock_as_kept(Shock("swap", "sim/weak")), shock_as_kept(Shock("hub")), shock_as_kept(None)
        ('swap to sim/weak', 'hub', 'none')
    """
    if shock is None:
        return NO_SHOCK
    return f"{shock.kind} to {shock.model}" if shock.model else shock.kind


def kind_as_kept(shock: str) -> str:
    """The kind of a shock that a condition has, whatever model it swaps to.

    Examples:
        >>> kind_as_kept("swap to sim/weak"), kind_as_kept("none")
        ('swap', 'none')
    """
    return shock.partition(" ")[0]


class Condition(NamedTuple):
    """All that must be equal for runs to be repeats of each other, but for mission and seed."""

    simulated: bool
    protocol: str
    options: str
    """Settings of the protocol that differ from its defaults, as JSON; whether the team remembered stands with them."""
    models: str
    """Seats per model, such as "sim/strong ×8"."""
    agents: int
    shock: str
    """What struck the team in the middle, such as "hub" or "swap to sim/weak"; "none" when nothing did."""
    judge: str
    """"none" when nobody judged."""
    prompts: str
    """Version of the prompts, and of the simulated models where they answered."""


@dataclass(frozen=True, slots=True)
class Cell:
    """All runs of one mission under one condition that have ended."""

    condition: Condition
    mission: str
    """Its id; for missions of one's own, `OWN` and the title. Where two missions are called alike, with a hash of what
    they hold; where one is called by two names, the first of them."""
    title: str
    level: Level | None
    unfinished: int
    """Runs that were cut short, for which their team is not to blame: left out of everything else here."""
    seeds: tuple[int, ...]
    """Of the runs that came to their end, in their order: those that finished, or failed by their own team."""
    values: Mapping[str, tuple[float | None, ...]]
    """By measure that is compared, one for each of these runs in the order of `seeds`; None where it is missing.

    A quality is as run: of a run in which nobody delivered anything, the lowest there is.
    """
    nothing: int = 0
    """Of these runs, those that failed by their own team, so that their quality is the lowest."""
    missing: Mapping[str, int] = field(default_factory=dict[str, int])
    """Runs without a quality by the reason, in words; together as many as `gaps`, where it is known."""
    family: str | None = None
    """See `swarm.mission.Mission`."""
    began: tuple[float, ...] = ()
    """When each of these runs began, in seconds since 1970, in the order of `seeds`; empty when that is not known."""
    experiments: frozenset[str] = frozenset()
    """Of which its runs are part; runs of their own are part of ""."""

    @property
    def runs(self) -> int:
        """Runs that came to their end."""
        return len(self.seeds)

    @property
    def unscored(self) -> int:
        """Runs that came to their end and have no quality."""
        return sum(value is None for value in self.values["quality"])

    @property
    def gaps(self) -> int:
        """Runs that have no quality for a reason that is not their team's."""
        return self.unfinished + self.unscored

    def known(self, measure: str) -> tuple[float, ...]:
        """The values of a measure that are not missing."""
        return tuple(value for value in self.values[measure] if value is not None)


def without_memory(cell: Cell) -> Cell:
    """The same cell, not told from one of a team that remembered nothing."""
    options: dict[str, Option] = json.loads(cell.condition.options)
    if not options.pop(REMEMBERS, False):
        return cell
    return replace(cell, condition=cell.condition._replace(options=options_as_kept(options)))


def without_budget(cell: Cell) -> Cell:
    """The same cell of one agent, whatever number of tokens it was given; of a team, the cell itself."""
    options: dict[str, Option] = json.loads(cell.condition.options)
    if cell.condition.protocol != ALONE or BUDGET not in options:
        return cell
    del options[BUDGET]
    return replace(cell, condition=cell.condition._replace(options=options_as_kept(options)))


def missing_in(cells: Iterable[Cell]) -> Mapping[str, int]:
    """Runs without a quality in all of these cells by the reason, in words, the commonest first."""
    found = Counter[str]()
    for cell in cells:
        # Of cells that were put together by hand, no reason is known.
        untold = cell.gaps - sum(cell.missing.values())
        found.update(cell.missing if not untold else {**cell.missing, "no reason is known": untold})
    return dict(found.most_common())


def sample(cells: Iterable[Cell], measure: str) -> dict[str, list[float]]:
    """The values of a measure by mission, for `swarm.stats`; missions without any are left out.

    Args:
        cells: of one arm.
        measure: which.
    """
    found: dict[str, list[float]] = {}
    for cell in cells:
        if values := cell.known(measure):
            found.setdefault(cell.mission, []).extend(values)
    return found
