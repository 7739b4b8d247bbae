"""A simulated mind takes in what others did: each part of it is noticed, or overlooked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from swarm.models.simulated.brief import PARTS, Brief, Heard, Need, WorkPiece, numbers_in, read_pieces

FULL = len(PARTS)
TRUST_IN_INTENTIONS = 0.1
"""How far an announced intention counts as work done."""
ATTENTION_CHARS = 120_000
"""Length of a context over which reading falls off noticeably."""


@dataclass(frozen=True, slots=True)
class Source:
    """The seat whose work on a requirement a mind noticed first."""

    seat: int
    derived: bool
    """Whether its author says to rest on somebody else's work."""


@dataclass(frozen=True, slots=True)
class View:
    """A mind's belief about what is covered."""

    parts: Mapping[int, frozenset[str]]
    """Parts noticed that look right, by requirement; a requirement nobody touched is absent."""
    sources: Mapping[int, Source]
    intended: Mapping[int, int]
    """How many announced to work on a requirement."""
    planned: frozenset[int]
    """Requirements that a heard plan has somebody deliver."""
    settled: frozenset[int]
    """Requirements whose conflict somebody settled."""

    @property
    def informed(self) -> float:
        """The knowledge of what others do (0 to 1) by work noticed, or a little by intentions alone."""
        return 1.0 if self.parts else TRUST_IN_INTENTIONS * bool(self.intended)

    def done(self, need: Need) -> float:
        """Share of a requirement believed to be covered by work, in [0, 1]."""
        return len(self.parts.get(need.number, ())) / FULL

    def expected(self, need: Need) -> float:
        """Share of a requirement believed to be covered in the end, announced work included, in [0, 1]."""
        return max(self.done(need), 1 - (1 - TRUST_IN_INTENTIONS) ** self.intended.get(need.number, 0))


@dataclass(slots=True)
class _Notes:
    """All that a reader has gathered so far."""

    parts: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    sources: dict[int, Source] = field(default_factory=dict[int, Source])
    intended: dict[int, int] = field(default_factory=dict[int, int])
    planned: set[int] = field(default_factory=set[int])
    settled: set[int] = field(default_factory=set[int])

    def take(self, piece: WorkPiece, seat: int, rests_on_others: bool, looks_right: frozenset[str]) -> None:
        """Note one piece of work."""
        known = self.parts.get(piece.number)
        if known is None:
            self.parts[piece.number] = looks_right
            self.sources[piece.number] = Source(seat, rests_on_others)
        elif not looks_right <= known:
            self.parts[piece.number] = known | looks_right
        if piece.settles:
            self.settled.add(piece.number)


def notice(brief: Brief, reading: float, skill: float, chance: Random) -> View:
    """Read what others did.

    Args:
        brief: the prompt as read.
        reading: chance of noticing one piece in a short context.
        skill: chance of seeing that a statement is wrong.
        chance: the mind's luck in this turn.
    """
    attention = reading * math.exp(-brief.chars / ATTENTION_CHARS)
    notes = _Notes()
    for turn in brief.heard:
        if turn.verb == "intends":
            _hear_out(turn, brief.seat, attention, chance, notes)
        elif turn.verb == "contributed":
            _read(turn, attention, skill, chance, notes)
        else:
            notes.planned.update(number for number in numbers_in(turn.text) if chance.random() < attention)
    planned, settled = frozenset(notes.planned), frozenset(notes.settled)
    return View(notes.parts, notes.sources, notes.intended, planned, settled)


def _hear_out(turn: Heard, listener: int, attention: float, chance: Random, notes: _Notes) -> None:
    for number in numbers_in(turn.text):
        if chance.random() < attention:
            notes.intended[number] = notes.intended.get(number, 0) + (turn.seat != listener)


def _read(turn: Heard, attention: float, skill: float, chance: Random, notes: _Notes) -> None:
    pieces, rests_on_others = _work(turn.text)
    for piece in pieces:
        if chance.random() < attention:
            fooled = piece.weak and chance.random() >= skill
            looks_right = piece.sound | piece.weak if fooled else piece.sound
            notes.take(piece, turn.seat, rests_on_others, looks_right)


@lru_cache(maxsize=8_192)
def _work(text: str) -> tuple[tuple[WorkPiece, ...], bool]:
    """A contribution's pieces, and whether it says to rest on somebody else's work."""
    pieces = read_pieces(text)
    return pieces, any(piece.derived for piece in pieces)
