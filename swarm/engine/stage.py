"""A protocol is driven here: every seat it cues takes its turn, in the order of speaking and as a shock lets it.

A real run, an estimate, a diagram and prompts that are put together again differ in where turns come from.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeAlias

from swarm.errors import ProtocolFailed
from swarm.protocols import find_protocol
from swarm.shock import NOTHING_LATE, Late, Struck, drawn, quarter
from swarm.spec import RunSpec
from swarm.team import Seat
from swarm.turn import Cue, Turn, TurnKey


@dataclass(frozen=True, slots=True)
class Cued:
    """A seat that has been cued, with what a shock has changed for it."""

    index: int
    """Place of its turn in the order of speaking, from 0."""
    seat: Seat
    """The speaker: the number that the protocol cued, perhaps with another model."""
    cue: Cue
    heard: tuple[Turn, ...] = ()
    """Turns it is shown in that order; all with text, none of a seat that has dropped out."""
    late: Late = NOTHING_LATE
    """Requirements that become known when a shock strikes."""
    gone: bool = False
    """Whether it has dropped out, so that nobody asks it; it hears nothing then."""

    @property
    def key(self) -> TurnKey:
        """The name of its turn within the run."""
        return TurnKey(self.cue.round, self.seat.number)

    @property
    def heard_keys(self) -> tuple[TurnKey, ...]:
        """The names of the turns it is shown."""
        return tuple(turn.key for turn in self.heard)

    def recorded_in(self, turns: Mapping[int, Turn]) -> Turn | None:
        """Its turn among recorded ones, which are known by their index; None when it is not there.

        Raises:
            ProtocolFailed: when another turn was recorded in its place.
        """
        turn = turns.get(self.index)
        fits = (self.key, self.cue.kind, self.heard_keys)
        if turn is not None and (turn.key, turn.cue, turn.heard) != fits:
            raise ProtocolFailed(
                f"turn {turn.index} was agent {turn.seat}'s when recorded; the protocol has changed since"
            )
        return turn


TurnOf: TypeAlias = Callable[[Cued], Awaitable[Turn]]
"""Gives the turn of a seat that has been cued."""
Around: TypeAlias = Callable[[int, Seat, Cue], AbstractAsyncContextManager[Struck | None]]
"""Stands around the turn with an index, entered in the order of speaking; gives what a shock has struck by then."""


def foreknown(struck: Struck | None) -> Around:
    """Stand around turns of which it is known what strikes between them; None when nothing does."""
    return lambda _index, _seat, _cue: nullcontext(struck)


def drive(spec: RunSpec, around: Around, turn_of: TurnOf) -> AsyncIterator[Turn]:
    """Play the protocol of a recipe, which is handed `speak` and reaches nothing else.

    Raises:
        UnknownName, BadInput: at once, for an unknown protocol or option.
        ProtocolFailed: while it is played, when a seat speaks twice in a round.
    """
    spoken: set[TurnKey] = set()

    async def speak(seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Turn:
        index = _next_index(spoken, TurnKey(cue.round, seat.number))
        async with around(index, seat, cue) as struck:
            return await turn_of(_cued(spec, struck, Cued(index, seat, cue, tuple(hears))))

    return find_protocol(spec.protocol, spec.options)(spec.mission, spec.team, speak)


def late_requirements(spec: RunSpec) -> frozenset[int]:
    """The requirements, numbered from 1, that become known when the shock strikes: a quarter, but never all."""
    if spec.shock is None or spec.shock.kind != "priorities":
        return frozenset()
    numbers = range(1, len(spec.mission.requirements) + 1)
    return frozenset(drawn(numbers, min(quarter(len(numbers)), max(0, len(numbers) - 1)), spec.seed))


def _next_index(spoken: set[TurnKey], key: TurnKey) -> int:
    if key in spoken:
        raise ProtocolFailed(
            f"agent {key.seat} spoke twice in round {key.round}; a second turn needs a new round"
        )
    spoken.add(key)
    return len(spoken) - 1


def _cued(spec: RunSpec, struck: Struck | None, asked: Cued) -> Cued:
    """Change what is asked, given what a shock has struck; only what says something is heard."""
    over = struck if spec.shock and struck and asked.index >= struck.index else None
    late = Late(late_requirements(spec), known=over is not None)
    removed = over.gone if over else frozenset[int]()
    if asked.seat.number in removed:
        return replace(asked, heard=(), late=late, gone=True)
    heard = tuple(turn for turn in asked.heard if turn.audible and turn.seat not in removed)
    return replace(asked, seat=_speaker(spec, over, asked.seat), heard=heard, late=late)


def _speaker(spec: RunSpec, over: Struck | None, seat: Seat) -> Seat:
    model = spec.shock.model if spec.shock and over and seat.number in over.seats else None
    return replace(seat, model=model) if model else seat
