"""What must hold of runs that are killed and resumed: nothing lost, nothing torn, nothing asked twice, the same end."""

import time
from dataclasses import dataclass

from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord
from tests.crash.harness import AGENTS, Stage, Trial, digest


def state(record: RunRecord) -> str:
    """How a run ended, without times, prices and attempts: a hash."""
    turns = [
        (
            turn.index,
            turn.seat,
            turn.round,
            turn.action,
            turn.role,
            turn.text,
            turn.reason,
            turn.builds_on,
            turn.heard,
        )
        for turn in record.turns
    ]
    scores = record.verdict.scores if record.verdict else None
    return digest((record.status, turns, scores, record.deliverable))


@dataclass(frozen=True)
class Unbroken:
    """How the run goes when nobody kills it."""

    state: str
    seconds: float

    @classmethod
    def of(cls, stage: Stage) -> "Unbroken":
        trial = stage.trial()
        pid, begun = trial.begin(), time.monotonic()
        assert stage.zygote.wait(pid) == 0, (trial.folder / "said").read_text()
        seconds = time.monotonic() - begun
        assert (trial.asked_again(), trial.lost()) == (0, 0)
        # Only so does a reply tell what was asked for it.
        assert len(trial.replies()) == len(stage.log.hits) >= AGENTS + 2
        return cls(state(trial.record()), seconds)


class Broken:
    """What had been kept of a run when its process died."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.turns = trial.stored()
        self.asked = {reply: trial.stage.log.asked_for(reply) for reply in trial.replies()}

    def check(self, unbroken: Unbroken) -> None:
        """What must hold of the run, now that it was resumed to its end."""
        trial = self.trial
        assert trial.finished(), (trial.folder / "said").read_text()
        self.check_so_far()
        assert state(trial.record()) == unbroken.state
        assert state(trial.kept_in_history()) == unbroken.state

    def check_so_far(self) -> None:
        """What must hold of the run whenever somebody went on with it, also if he died."""
        trial, log = self.trial, self.trial.stage.log
        if trial.journal.exists():
            assert not read_journal(trial.journal).damaged
        now = trial.stored()
        assert {place: now.get(place) for place in self.turns} == self.turns, (
            "a finished turn was lost or changed"
        )
        assert {reply: log.asked_for(reply) for reply in self.asked} == self.asked, (
            "a kept reply was asked for"
        )
        assert trial.asked_again() <= trial.lost(), "more was asked again than was in flight"
