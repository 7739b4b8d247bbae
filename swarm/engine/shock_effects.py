"""A shock strikes: when in a run, and whom.

It strikes once, between the two halves of the work: half of the agents that are to work have been asked and have
answered, and the next one is about to be asked. The order of speaking decides, never who answers first, so a run
that is played again is struck in the same place. Agents who would speak all at once speak half by half then.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from swarm.engine.call import Tell
from swarm.engine.rehearsal import Rehearsed, as_asked, rehearse
from swarm.engine.stage import Cued
from swarm.errors import SwarmError
from swarm.metrics.hierarchy import declared_links
from swarm.recording.events import ShockStruck
from swarm.shock import Shock, Struck, drawn, quarter
from swarm.spec import RunSpec
from swarm.team import Seat
from swarm.turn import Call, Cue, Transcript, Turn, Usage

REHEARSED_ROUNDS = 4
"""A protocol that goes on is rehearsed as far as so many turns of every seat."""
REHEARSED_USAGE = Usage(750, 0, 250)
"""Of each of these turns: protocols may look at what was spent."""


def speakers_of(spec: RunSpec) -> tuple[int, ...]:
    """Seats that speak when everybody does as asked, in seat order; all when that cannot be rehearsed."""
    said = {one.turn.seat for one in _rehearsed(spec)}
    return tuple(sorted(said or {seat.number for seat in spec.team}))


def workers_of(spec: RunSpec) -> tuple[int, ...]:
    """Those of them that are asked to work; a plan may leave some of these out."""
    asked = {one.turn.seat for one in _rehearsed(spec) if one.cue.kind == "contribute"}
    return tuple(sorted(asked or {seat.number for seat in spec.team}))


def foreseen(spec: RunSpec) -> Struck | None:
    """Foretell what a shock strikes when all do as asked; None without a shock or a middle to strike in.

    It can strike when somebody has spoken by then, and somebody is asked to work afterwards.
    """
    if spec.shock is None:
        return None
    turns = [one.turn for one in _rehearsed(spec)]
    asked = [turn for turn in turns if turn.cue == "contribute"]
    workers = sorted({turn.seat for turn in asked})
    first = next((turn for turn in asked[len(workers) // 2 :] if turn.index > 0), None)
    if first is None:
        return None
    before = [turn.seat for turn in asked if turn.index < first.index]
    seats = _chosen(spec, spec.shock, workers, before, turns[: first.index])
    return Struck(spec.shock.kind, first.index, seats)


class Strike:
    """The shock of one run: it stands around every turn and strikes once. Owned by one event loop."""

    def __init__(self, spec: RunSpec, struck: Struck | None, transcript: Transcript, tell: Tell) -> None:
        """Begin, or go on where a run was interrupted.

        Args:
            spec: the recipe.
            struck: what its shock struck before; nothing is chosen twice.
            transcript: complete turns of the run; grows while it is played.
            tell: records facts.
        """
        self.struck = struck
        self._spec = spec
        self._transcript = transcript
        self._tell = tell
        self._workers = workers_of(spec) if spec.shock and struck is None else ()
        self._asked: list[int] = []
        self._due = False
        self._in_flight = 0
        self._answered = asyncio.Event()
        # Held while it strikes: whoever is asked meanwhile waits for that, and finds that it has struck.
        self._striking = asyncio.Lock()

    @property
    def gone(self) -> frozenset[int]:
        """Seats that have dropped out, and whose work is not delivered."""
        return self.struck.gone if self.struck else frozenset()

    @asynccontextmanager
    async def around(self, index: int, seat: Seat, cue: Cue) -> AsyncGenerator[Struck | None, None]:
        """Stand around one turn, entered in the order of speaking; gives what the shock has struck by then."""
        if self._spec.shock and self.struck is None and self._is_due(index, seat, cue):
            async with self._striking:
                await self._strike(index)
        self._in_flight += 1
        try:
            yield self.struck
        finally:
            self._in_flight -= 1
            self._answered.set()

    def _is_due(self, index: int, seat: Seat, cue: Cue) -> bool:
        """Say whether the second half of the work has begun by this turn."""
        if cue.kind == "contribute" and not self._due:
            self._due = index > 0 and len(self._asked) >= len(self._to_work()) // 2
            if not self._due:
                self._asked.append(seat.number)
        return self._due

    async def _strike(self, index: int) -> None:
        while self._in_flight and self.struck is None:
            self._answered.clear()
            await self._answered.wait()
        if self.struck is None and (shock := self._spec.shock):
            seats = _chosen(self._spec, shock, self._to_work(), self._asked, self._transcript)
            struck = Struck(shock.kind, index, seats)
            await self._tell(ShockStruck, struck=struck)
            self.struck = struck

    def _to_work(self) -> tuple[int, ...]:
        """Seats that are to work: those that a plan names, if there is one."""
        plan = next((turn for turn in reversed(self._transcript) if turn.action == "plan"), None)
        return tuple(job.seat for job in plan.assignments) if plan else self._workers


def _chosen(
    spec: RunSpec, shock: Shock, work: Sequence[int], asked: Sequence[int], transcript: Transcript
) -> tuple[int, ...]:
    """Choose whom a shock strikes: nobody when it takes the hub and nobody leans on anybody.

    Args:
        spec: the recipe, for its seed.
        shock: its shock.
        work: seats that are to work.
        asked: those of them that have been asked.
        transcript: complete turns.
    """
    if shock.kind == "swap":
        waiting = [seat for seat in work if seat not in asked]
        return drawn(waiting or work, quarter(len(work)), spec.seed)
    links = declared_links(transcript)
    if shock.kind == "seat":
        return drawn(sorted({*work, *links}), 1, spec.seed)
    if shock.kind == "hub":
        leaned_on = [seat for seat in links if links.in_degree(seat)]
        return tuple(sorted(leaned_on, key=lambda seat: (-links.in_degree(seat), seat))[:1])
    return ()


def _rehearsed(spec: RunSpec) -> tuple[Rehearsed, ...]:
    with suppress(SwarmError):
        return rehearse(spec, _at_a_price, most_turns=REHEARSED_ROUNDS * len(spec.team))
    return ()


def _at_a_price(cued: Cued) -> Turn:
    call = Call(cued.index + 1, cued.seat.model, reply="…", usage=REHEARSED_USAGE)
    return replace(as_asked(cued), calls=(call,))
