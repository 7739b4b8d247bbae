"""Runs are followed one after another: who keeps a role, what is new, who keeps sitting it out.

Only runs under the same circumstances follow each other; simulated and real ones never do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from swarm.metrics.roles import normalise


class Circumstances(NamedTuple):
    """All that must be equal for runs to follow each other."""

    simulated: bool
    protocol: str
    models: str
    agents: int
    organization: str


@dataclass(frozen=True, slots=True)
class RunRoles:
    """The roles of one finished run."""

    run_id: str
    started: datetime
    """UTC."""
    mission_id: str
    mission_title: str
    protocol: str
    models: str
    """Seats per model, such as "sim/strong ×6, sim/weak ×2"."""
    agents: int
    simulated: bool
    organization: str
    roles: Mapping[int, str]
    """The role of every seat that contributed, as written: that of its last contribution."""
    abstained: frozenset[int]
    """Seats that chose to sit it out."""

    @property
    def circumstances(self) -> Circumstances:
        """All that it shares with the runs it can be compared with."""
        return Circumstances(self.simulated, self.protocol, self.models, self.agents, self.organization)


@dataclass(frozen=True, slots=True)
class RoleStep:
    """One run of a sequence, seen from those before it."""

    run: RunRoles
    repeats: bool
    """Whether its mission is that of the run before: a repeat, which says nothing of a change of mission."""
    kept: int
    """Seats that contributed in both runs and kept their normalised role."""
    both: int
    """Seats that contributed in both; 0 for the first run."""
    new: int
    """Different normalised roles that no earlier run of the sequence had."""
    cumulative: int
    """Different normalised roles so far, this run included."""

    @property
    def stability(self) -> float | None:
        """The share of seats that contributed in this run and in the one before and kept their role.

        Roles are compared after `normalise`. In [0, 1]; None for the first run and when no seat contributed in both.

        Source: arXiv 2603.28990 calls this a Role Stability Index and says of it only that it goes to 0 when agents
        take new roles with every task; this is that reading. Its other one, distinct roles over agents within one
        task, is what `distinct_roles` counts.
        """
        return self.kept / self.both if self.both else None


@dataclass(frozen=True, slots=True)
class Abstention:
    """The abstentions of the seat at one position."""

    position: int
    """The seat's number, from 1."""
    abstained: int
    """Runs in which it chose to sit it out."""
    runs: int
    """All runs looked at, those included in which it was idle by order."""

    @property
    def share(self) -> float:
        """In [0, 1]."""
        return self.abstained / self.runs


def sequences(runs: Iterable[RunRoles]) -> dict[Circumstances, tuple[RunRoles, ...]]:
    """Group runs that can follow each other: same kind, protocol, models, number of agents and organization.

    Returns:
        Runs by what they share, the earliest first; the longest sequence first, then that of the latest run.
    """
    grouped: dict[Circumstances, list[RunRoles]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: (run.started, run.run_id)):
        grouped[run.circumstances].append(run)
    found = {circumstances: tuple(group) for circumstances, group in grouped.items()}
    ordered = sorted(found.items(), key=lambda item: (len(item[1]), item[1][-1].started), reverse=True)
    return dict(ordered)


def role_story(runs: Sequence[RunRoles]) -> tuple[RoleStep, ...]:
    """Follow the roles of a sequence from run to run, in the order given.

    Args:
        runs: of one sequence; see `sequences`.
    """
    assert len({run.circumstances for run in runs}) <= 1, "runs under different circumstances were pooled"
    steps: list[RoleStep] = []
    seen: set[str] = set()
    roles_before: Mapping[int, str] = {}
    for before, run in zip((None, *runs), runs, strict=False):
        roles = {seat: normalise(role) for seat, role in run.roles.items()}
        new = len(set(roles.values()) - seen)
        seen |= set(roles.values())
        repeats = before is not None and _mission(before) == _mission(run)
        steps.append(RoleStep(run, repeats, *_kept(roles_before, roles), new, len(seen)))
        roles_before = roles
    return tuple(steps)


def mean_stability(steps: Iterable[RoleStep], *, repeats: bool) -> tuple[float | None, int]:
    """The mean of the known stabilities, and how many they are.

    Args:
        steps: of one sequence.
        repeats: whether those are meant that repeat the mission of the run before, or those that change it.
    """
    known = [step.stability for step in steps if step.stability is not None and step.repeats == repeats]
    return (sum(known) / len(known) if known else None), len(known)


def abstention_by_position(runs: Sequence[RunRoles]) -> tuple[Abstention, ...]:
    """Count the abstentions of the seat at each position, in seat order; empty without runs.

    Args:
        runs: of one sequence; see `sequences`.
    """
    assert len({run.circumstances for run in runs}) <= 1, "runs under different circumstances were pooled"
    seats = range(1, runs[0].agents + 1) if runs else ()
    return tuple(Abstention(seat, sum(seat in run.abstained for run in runs), len(runs)) for seat in seats)


def _kept(earlier: Mapping[int, str], later: Mapping[int, str]) -> tuple[int, int]:
    both = earlier.keys() & later.keys()
    return sum(earlier[seat] == later[seat] for seat in both), len(both)


def _mission(run: RunRoles) -> tuple[str, str]:
    # Every mission of one's own has the same id.
    return run.mission_id, run.mission_title
