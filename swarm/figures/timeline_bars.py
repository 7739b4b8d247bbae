"""A run becomes bars of time: one for every call and every wait, in the row of its seat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from swarm.recording.events import ProviderPaused, TurnStarted
from swarm.recording.record import RunRecord
from swarm.turn import Call, Turn

Doing = Literal["waiting", "thinking", "planning", "in_vain", "judging", "open"]
"""Ways to pass the time. "planning" is announcing an intention as well; "open" has no end yet, or was cut off."""

JUDGE = 0
"""Stands for the judge where a seat has its number."""
UNKNOWN = -1
"""Stands for seats that a run's record does not name: those of turns it ended in the middle of."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in which one seat did one thing."""

    seat: int
    """Or `JUDGE`, or `UNKNOWN`."""
    doing: Doing
    start_s: float
    end_s: float
    turn: Turn | None = None
    """None for the judge, and for turns that are not complete."""
    call: Call | None = None
    """The call that took the time; None for waits and for what has not been answered."""
    because: str | None = None
    """The reason of a wait, or of a call in vain."""


def bars_of(record: RunRecord) -> tuple[Bar, ...]:
    """Everything that took time in a run: each call in one bar, waits, and turns that have no answer yet."""
    because = {event.outcome.number: event.because for event in record.asked_again}
    bars: list[Bar] = []
    for turn in record.turns:
        bars += _calls_of_turn(turn, because)
    bars += _calls_of_judge(record, because)
    bars += _unfinished(record)
    return tuple(_explained(bar, record.pauses) if bar.doing == "waiting" else bar for bar in bars)


def _explained(wait: Bar, pauses: Sequence[ProviderPaused]) -> Bar:
    """The same wait with the reason of the latest pause of a provider that fell into it."""
    within = [each for each in pauses if each.t < wait.end_s and wait.start_s < each.t + each.wait_s]
    return replace(wait, because=within[-1].because) if within else wait


def span_s(record: RunRecord, bars: Iterable[Bar]) -> float:
    """The time that a timeline shows, in seconds; 0.0 when nothing has happened."""
    return max([record.duration_s, *(bar.end_s for bar in bars)])


def _calls_of_turn(turn: Turn, because: dict[int, str]) -> Iterator[Bar]:
    # The last call brought the answer, unless none could be had or read.
    in_vain = len(turn.calls) - (turn.action not in ("unparsed", "failed"))
    work: Doing = "thinking" if turn.cue == "contribute" else "planning"
    yield from _waits(turn.seat, turn.calls, turn)
    for place, call in enumerate(turn.calls):
        why = because.get(call.number) or call.error or turn.reason if place < in_vain else None
        doing = "in_vain" if place < in_vain else work
        yield Bar(turn.seat, doing, call.started_s, call.ended_s, turn, call, why)


def _calls_of_judge(record: RunRecord, because: dict[int, str]) -> Iterator[Bar]:
    verdict = record.verdict
    answered = verdict.calls if verdict else ()
    numbers = {call.number for call in answered}
    asked = [event.outcome for event in record.asked_again if event.index is None]
    calls = [*(call for call in asked if call.number not in numbers), *answered]
    yield from _waits(JUDGE, calls, None)
    for call in calls:
        scored = bool(verdict and verdict.scores) and call is calls[-1]
        why = None if scored else because.get(call.number) or (verdict and verdict.unscored)
        yield Bar(JUDGE, "judging" if scored else "in_vain", call.started_s, call.ended_s, None, call, why)


def _unfinished(record: RunRecord) -> Iterator[Bar]:
    """Bars of calls for turns that are not complete, and of turns that are still open."""
    complete = {turn.index for turn in record.turns}
    seats = {cued.index: cued.seat for cued in record.speaking}
    calls_of: dict[int, list[Call]] = {cued.index: [] for cued in record.speaking}
    for event in record.asked_again:
        if event.index is not None and event.index not in complete:
            seat = seats.get(event.index, UNKNOWN)
            call = event.outcome
            calls_of.setdefault(event.index, []).append(call)
            yield Bar(seat, "in_vain", call.started_s, call.ended_s, None, call, event.because)
    for index, calls in calls_of.items():
        yield from _waits(seats.get(index, UNKNOWN), calls, None)
    yield from (_open(cued, calls_of[cued.index], record.duration_s) for cued in record.speaking)


def _open(cued: TurnStarted, calls: Sequence[Call], now_s: float) -> Bar:
    start_s = calls[-1].ended_s if calls else cued.t
    return Bar(cued.seat, "open", start_s, max(start_s, now_s))


def _waits(seat: int, calls: Sequence[Call], turn: Turn | None) -> Iterator[Bar]:
    before_s = None
    for call in calls:
        start_s = call.started_s - call.waited_s if before_s is None else before_s
        why = "for a free place" if before_s is None else "before asking again"
        if call.started_s > start_s:
            yield Bar(seat, "waiting", start_s, call.started_s, turn, None, why)
        before_s = call.ended_s
