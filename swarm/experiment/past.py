"""This file is where it is read from an experiment's journal how far it got: each run is played exactly once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from swarm.errors import DamagedJournal
from swarm.events import Event, ExperimentEnded, ExperimentResumed, ExperimentStarted, RunDeleted, RunFinished
from swarm.journal import read_in_pieces
from swarm.record import progress_of
from swarm.turn import Usage
from swarm.verdict import Verdict


class Outcome(NamedTuple):
    """What came of one run."""

    number: int
    """Of the planned run."""
    status: str
    """How it ended; see `swarm.events.Ending`."""
    quality: float | None
    """None when it is unscored or did not finish."""
    spent: Usage
    calls: int
    reason: str | None = None
    """Why it ended early."""

    @classmethod
    def of(cls, number: int, verdict: Verdict | None, ending: RunFinished) -> Self:
        """Read it from the run's last events."""
        quality = verdict.quality if verdict and ending.status == "finished" else None
        return cls(number, ending.status, quality, ending.spent, ending.calls, ending.reason)


@dataclass(slots=True)
class Past:
    """What a journal holds of an experiment."""

    started: ExperimentStarted | None = None
    """None when it was never begun."""
    ended: ExperimentEnded | None = None
    """How it ended last; None while it goes on, or when it was interrupted."""
    last: Event | None = None
    """The latest fact of the experiment itself."""
    outcomes: dict[int, Outcome] = field(default_factory=dict[int, Outcome])
    """Of runs that finished, by number; nothing is left to be done for these."""
    unfinished: dict[int, list[Event]] = field(default_factory=dict[int, list[Event]])
    """Events of runs that began and have not finished, by number; they are taken up again."""
    deleted: set[int] = field(default_factory=set[int])
    """Runs that somebody deleted; they stay so."""

    @property
    def spent(self) -> Usage:
        """All that was spent on runs so far."""
        return sum((each for each, _ in self._spending()), Usage())

    @property
    def spent_usd(self) -> float:
        """The dollars of it that are known."""
        return sum(usd for _, usd in self._spending())

    @property
    def calls(self) -> int:
        """Calls made so far."""
        left = (progress_of(events).calls for events in self.unfinished.values())
        return sum(outcome.calls for outcome in self.outcomes.values()) + sum(left)

    def _spending(self) -> list[tuple[Usage, float]]:
        done = [(outcome.spent, outcome.spent.cost_usd or 0.0) for outcome in self.outcomes.values()]
        left = [progress_of(events) for events in self.unfinished.values()]
        return [*done, *((progress.spent, progress.spent_usd) for progress in left)]


def past_of(path: Path) -> Past:
    """Read how far an experiment got; a file that is not there is one that was never begun.

    Raises:
        DamagedJournal: when lines are unreadable: what they recorded would be paid for again.
    """
    past = Past()
    for reading in read_in_pieces(path) if path.exists() else ():
        if reading.damaged:
            raise DamagedJournal(
                f"{path.name}: {len(reading.damaged)} unreadable line(s), the first at byte {reading.damaged[0]}; "
                "resuming would play again what they recorded"
            )
        for event in reading.events:
            _add(past, event)
    return past


def _add(past: Past, event: Event) -> None:
    if isinstance(event, ExperimentStarted | ExperimentResumed | ExperimentEnded):
        past.last = event
        past.started = event if isinstance(event, ExperimentStarted) else past.started
        past.ended = event if isinstance(event, ExperimentEnded) else None
        return
    number = number_of(event.run_id)
    if isinstance(event, RunDeleted):
        past.deleted.add(number)
        past.outcomes.pop(number, None)
        past.unfinished.pop(number, None)
        return
    events = past.unfinished.setdefault(number, [])
    events.append(event)
    if isinstance(event, RunFinished) and event.status == "finished":
        past.outcomes[number] = Outcome.of(number, progress_of(events).verdict, event)
        del past.unfinished[number]


def number_of(run_id: str) -> int:
    """The number of a planned run, from its id."""
    return int(run_id.rpartition("-")[2])
