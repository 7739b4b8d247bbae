"""A protocol is rehearsed: played without models, to see who would speak when, hearing whom.

Estimates and diagrams are made of rehearsals, so a protocol that was registered a minute ago has both.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from swarm.engine.stage import Cued, drive, foreknown
from swarm.shock import Struck
from swarm.spec import RunSpec
from swarm.team import MAX_AGENTS
from swarm.turn import Assignment, Cue, Turn

Pretend: TypeAlias = Callable[[Cued], Turn]
"""Makes the turn that a seat would take."""
_FOR_EVERYBODY = tuple(Assignment(number, "a role", "a job") for number in range(1, MAX_AGENTS + 1))


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One turn of a rehearsal."""

    step: int
    """From 1; turns of one step happen at the same time."""
    cue: Cue
    heard: tuple[Turn, ...]
    turn: Turn


def as_asked(cued: Cued) -> Turn:
    """A turn that does what it is asked to; a plan has everybody work who can be named at all."""
    return Turn(
        cued.index,
        cued.seat.number,
        cued.cue.round,
        cued.cue.kind,
        cued.cue.kind,
        text="…",
        assignments=_FOR_EVERYBODY if cued.cue.kind == "plan" else (),
        adds=cued.cue.adds,
    )


def rehearse(
    spec: RunSpec, pretend: Pretend, *, most_turns: int, struck: Struck | None = None
) -> tuple[Rehearsed, ...]:
    """Play the protocol of a recipe with pretended turns.

    Args:
        spec: the recipe.
        pretend: makes the turns.
        most_turns: how many.
        struck: what its shock strikes; None when it does not strike.

    Returns:
        The turns in the order of speaking, at most `most_turns`: a protocol that goes on is cut there.

    Raises:
        UnknownName, BadInput: for an unknown protocol or option.
        ProtocolFailed: when a seat speaks twice in a round, or there is no plan to follow.
    """
    rehearsal = _Rehearsal(pretend)
    turns = drive(spec, foreknown(struck), rehearsal.turn_of)
    drained = rehearsal.drain(cast("AsyncGenerator[Turn, None]", turns), most_turns)
    # In a thread of its own: that of a run, or of a notebook, has an event loop already.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, drained).result()
    return tuple(rehearsal.turns[:most_turns])


@dataclass(slots=True)
class _Rehearsal:
    pretend: Pretend
    turns: list[Rehearsed] = field(default_factory=list[Rehearsed])
    steps: int = 0

    async def drain(self, turns: AsyncGenerator[Turn, None], most_turns: int) -> None:
        async with aclosing(turns):
            async for _turn in turns:
                if len(self.turns) >= most_turns:
                    return

    async def turn_of(self, cued: Cued) -> Turn:
        step = self.steps + 1
        # All simultaneous speakers must be on stage before the first of them has spoken.
        await asyncio.sleep(0)
        turn = self.pretend(cued)
        self.turns.append(Rehearsed(step, cued.cue, cued.heard, turn))
        self.steps = step
        return turn
