"""An experiment's past, read from its journal: each run is played exactly once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from swarm.errors import DamagedJournal
from swarm.recording.events import (
    Event,
    ExperimentEnded,
    ExperimentExtended,
    ExperimentStarted,
    RunFinished,
    RunJudged,
    from_json,
)
from swarm.recording.journal_lines import read_bodies
from swarm.recording.record import progress_of, record_of
from swarm.recording.shortfall import as_run, shortfall
from swarm.turn import Usage
from swarm.verdict import Verdict

_HEAD_BYTES = 400
"""Of an event, in which its run and its kind stand: all texts come later."""
_RUN = re.compile(rb'"run_id":"[^"]*-(\d+)"')


class Outcome(NamedTuple):
    """The result of one run."""

    number: int
    """Of the planned run."""
    status: str
    """How it ended; see `swarm.recording.events.Ending`."""
    quality: float | None
    """As run; None when that is missing, see `swarm.recording.shortfall.as_run`."""
    spent: Usage
    calls: int
    reason: str | None = None
    """Why it ended early or failed."""
    own: bool = False
    """Whether it failed by its own team."""

    @property
    def done(self) -> bool:
        """Tell whether nothing is left to play: it finished or failed by its own team, which is a result."""
        return self.status == "finished" or self.own

    @classmethod
    def of(cls, number: int, events: Sequence[Event]) -> Self:
        """Read it from all events of the run."""
        run = record_of(events)
        own = shortfall(run) == "own"
        return cls(number, run.status, as_run(run), run.spent, run.calls, run.reason, own)

    @classmethod
    def scored(cls, number: int, verdict: Verdict | None, ending: RunFinished) -> Self:
        """Read it from the last events of a run that delivered something and finished, which say all of it."""
        quality = verdict.quality if verdict else None
        return cls(number, ending.status, quality, ending.spent, ending.calls)


class Spent(NamedTuple):
    """The amounts that some runs took."""

    usage: Usage = Usage()
    usd: float = 0.0
    """The dollars of it that are known."""
    calls: int = 0

    def and_of(self, events: Sequence[Event]) -> "Spent":
        """Add what a run took, as its events say."""
        progress = progress_of(events)
        usd = self.usd + progress.spent_usd
        return Spent(self.usage + progress.spent, usd, self.calls + progress.calls)


@dataclass(slots=True)
class Past:
    """All that a journal holds of an experiment."""

    started: ExperimentStarted | None = None
    """None when it was never begun; with the grid and the memory of its last extension."""
    ended: ExperimentEnded | None = None
    """How it ended last; None while it goes on, or when it was interrupted."""
    last: Event | None = None
    """The latest fact of the experiment itself."""
    outcomes: dict[int, Outcome] = field(default_factory=dict[int, Outcome])
    """Of runs that are done, by number; nothing is left to be played of these."""
    unfinished: dict[int, list[Event]] = field(default_factory=dict[int, list[Event]])
    """Events of runs that began and are not done, by number; they are taken up again."""
    deleted: set[int] = field(default_factory=set[int])
    """Runs that somebody deleted; they stay so, and what they took stays spent."""
    spent: Spent = field(default_factory=Spent)
    """All that was spent on runs so far."""


def past_of(path: Path) -> Past:
    """Read how far an experiment got; a file that is not there is one that was never begun.

    Of runs that finished with something delivered only the end is read: there may be a hundred thousand.

    Raises:
        DamagedJournal: when lines are unreadable: what they recorded would be paid for again.
    """
    past, bodies = Past(), dict[int, list[bytes]]()
    damaged: list[int] = []
    for offset, body in read_bodies(path) if path.exists() else ():
        if body is None:
            damaged.append(offset)
        elif b'"kind":"experiment_' in body[:_HEAD_BYTES]:
            _note(past, from_json(body))
        else:
            _add(past, bodies, body)
    if damaged:
        raise DamagedJournal(
            f"{path.name}: {len(damaged)} unreadable line(s), the first at byte {damaged[0]}; "
            "resuming would play again what they recorded"
        )
    for number, lines in bodies.items():
        past.unfinished[number] = [from_json(line) for line in lines]
        past.spent = past.spent.and_of(past.unfinished[number])
    return past


def _note(past: Past, fact: Event) -> None:
    past.last = fact
    past.started = fact if isinstance(fact, ExperimentStarted) else past.started
    if isinstance(fact, ExperimentExtended) and past.started:
        past.started = replace(past.started, grid=fact.grid, memory=fact.memory)
    past.ended = fact if isinstance(fact, ExperimentEnded) else None


def _add(past: Past, bodies: dict[int, list[bytes]], body: bytes) -> None:
    """Take in an event of a run; when the run ends with it, what it took, and forget the rest."""
    head = body[:_HEAD_BYTES]
    found = _RUN.search(head)
    assert found is not None, "an event begins with the id of its run"
    number = int(found[1])
    lines = bodies.setdefault(number, [])
    lines.append(body)
    if b'"kind":"run_finished"' in head:
        ending = from_json(body)
        assert isinstance(ending, RunFinished)
        outcome = _outcome(number, lines, ending)
        if outcome.done:
            _finish(past, outcome, bodies.pop(number))
    elif b'"kind":"run_deleted"' in head:
        _delete(past, number, bodies.pop(number))


def _outcome(number: int, lines: Sequence[bytes], ending: RunFinished) -> Outcome:
    if ending.status != "finished" or not ending.deliverable.strip():
        return Outcome.of(number, [from_json(line) for line in lines])
    judged = [from_json(line) for line in lines if b'"kind":"run_judged"' in line[:_HEAD_BYTES]]
    verdicts = [fact.verdict for fact in judged if isinstance(fact, RunJudged)]
    return Outcome.scored(number, verdicts[-1] if verdicts else None, ending)


def _finish(past: Past, outcome: Outcome, lines: Sequence[bytes]) -> None:
    past.outcomes[outcome.number] = outcome
    usage = outcome.spent
    known = (
        usage.cost_usd
        if usage.cost_usd is not None
        else progress_of([from_json(line) for line in lines]).spent_usd
    )
    past.spent = Spent(past.spent.usage + usage, past.spent.usd + known, past.spent.calls + outcome.calls)


def _delete(past: Past, number: int, lines: Sequence[bytes]) -> None:
    past.deleted.add(number)
    if number in past.outcomes:
        del past.outcomes[number]
    else:
        past.spent = past.spent.and_of([from_json(line) for line in lines])
