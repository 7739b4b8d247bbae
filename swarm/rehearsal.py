"""This file is where a protocol is rehearsed: played without models, to see who would speak when, hearing whom.

Estimates and diagrams are made of rehearsals, so a protocol that was registered a minute ago has both.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from swarm.mission import Mission
from swarm.protocols import find_protocol
from swarm.team import Seat, Team
from swarm.turn import Cue, Turn

Pretend: TypeAlias = Callable[[int, Seat, Cue, Sequence[Turn]], Turn]
"""Makes the turn with this index that a seat would take on a cue, hearing these turns."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One turn of a rehearsal."""

    step: int
    """From 1; turns of one step happen at the same time."""
    cue: Cue
    heard: tuple[Turn, ...]
    turn: Turn


def rehearse(
    protocol: str,
    options: Mapping[str, Any],
    mission: Mission,
    team: Team,
    pretend: Pretend,
    *,
    most_turns: int,
) -> tuple[Rehearsed, ...]:
    """Play a protocol with pretended turns.

    Returns:
        The turns in the order of speaking, at most `most_turns`: a protocol that goes on is cut there.

    Raises:
        UnknownName, BadInput: for an unknown protocol or option.
    """
    rehearsal = _Rehearsal(pretend)
    turns = find_protocol(protocol, options)(mission, team, rehearsal.speak)
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

    async def speak(self, seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Turn:
        step = self.steps + 1
        # All simultaneous speakers must be on stage before the first of them has spoken.
        await asyncio.sleep(0)
        heard = tuple(turn for turn in hears if turn.audible)
        turn = self.pretend(len(self.turns), seat, cue, heard)
        self.turns.append(Rehearsed(step, cue, heard, turn))
        self.steps = step
        return turn
