"""A run is taken apart into moments: the run as it stood whenever somebody had spoken. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from swarm.recording.events import TurnStarted
from swarm.recording.record import RunRecord
from swarm.shock import Struck
from swarm.turn import Turn, total


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it stood at some time."""

    number: int
    """From 0, when nobody had spoken, to the number of turns, when everybody had; one more is the verdict."""
    record: RunRecord
    """What was known then: the turns taken so far, who was thinking, what was spent."""
    latest: Turn | None = None
    """The turn that was just taken; None in the beginning and in the end."""


def moments_of(record: RunRecord, most: int | None = None, keep: int | None = None) -> tuple[Moment, ...]:
    """Every moment of a run, in order of time: turns that ended at the same time keep the order of speaking.

    Args:
        record: of a run, finished or not.
        most: no more than about so many, evenly chosen, the first and the last among them; None: all.
        keep: the number of a moment that is chosen in any case.

    Returns:
        At least the beginning and the end.
    """
    turns = _as_they_ended(record.turns)
    last = len(turns) + 1
    step = 1 if most is None else max(1, -(-last // max(most - 1, 1)))
    chosen = {*range(0, last, step), last}
    if keep is not None and 0 <= keep < last:
        chosen.add(keep)
    return tuple(_moment(record, turns, number) for number in sorted(chosen))


def _as_they_ended(turns: Sequence[Turn]) -> list[Turn]:
    """In order of time; a turn that nobody was asked for comes with the one that spoke before it."""
    ended: dict[int, float] = {}
    latest = 0.0
    for turn in sorted(turns, key=lambda turn: turn.index):
        latest = ended[turn.index] = turn.ended_s if turn.calls else latest
    return sorted(turns, key=lambda turn: (ended[turn.index], turn.index))


def _moment(record: RunRecord, turns: Sequence[Turn], number: int) -> Moment:
    if number > len(turns):
        return Moment(number, record)
    taken = turns[:number]
    latest = taken[-1] if taken else None
    now = max((turn.ended_s for turn in taken), default=0.0)
    then = replace(
        record,
        status="running",
        reason=None,
        turns=tuple(sorted(taken, key=lambda turn: turn.index)),
        protocol_ended=False,
        speaking=_thinking(record, turns[number:], now),
        verdict=None,
        deliverable="",
        duration_s=now,
        spent=total(turn.usage for turn in taken),
        calls=sum(len(turn.calls) for turn in taken),
        struck=_struck_by(record, taken),
    )
    return Moment(number, then, latest)


def _struck_by(record: RunRecord, taken: Sequence[Turn]) -> Struck | None:
    """Return what the shock had struck by then, seen with the first turn taken after it."""
    struck = record.struck
    return struck if struck and any(turn.index >= struck.index for turn in taken) else None


def _thinking(record: RunRecord, later: Sequence[Turn], now: float) -> tuple[TurnStarted, ...]:
    """List who had been asked by then and not answered, the next one in a sequence being asked at once."""
    timed = [turn for turn in later if turn.calls]
    soonest = min((turn.started_s for turn in timed), default=now)
    asked = [turn for turn in timed if turn.started_s <= max(now, soonest)]
    return tuple(
        TurnStarted(
            run_id=record.run_id,
            seq=0,
            at=record.started,
            t=turn.started_s,
            index=turn.index,
            seat=turn.seat,
            round=turn.round,
            cue=turn.cue,
            heard=turn.heard,
        )
        for turn in sorted(asked, key=lambda turn: turn.index)
    )
