"""The purses of a run, and a provider with one place whose calls all may take the same."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from swarm.config import Settings
from swarm.engine.budget import Budget
from swarm.engine.day_purse import DayPurse, Today
from swarm.limits import Limits
from swarm.models.allowance import ProviderLimits
from swarm.models.model import Completion, Request
from swarm.models.throttle import Throttle
from swarm.recording.events import Event
from swarm.recording.record import progress_of
from swarm.turn import Usage
from tests.staging import GARBAGE, PaidModel, ending_of, played, said

MOST = Usage(1_024, 0, 512, 0.5)
"""What is set aside for any call; sums of dollars are exact."""
USED = Usage(96, 32, 24, 0.125, written_tokens=16)
LOST = replace(MOST, estimated=True)
"""What counts as spent when nobody knows."""
RIGHT = Completion(said(), USED)
WRONG = Completion(GARBAGE, USED)
FATAL = ("auth", "quota")
TERMINAL = (*FATAL, "bad_request", "too_long", "refused")
AMPLE_USD = 64.0
"""Dollars of an experiment and of a day, unless they are to be reached."""


class Meter(PaidModel):
    """A provider with one place, whose every call may take as much as any other."""

    def __init__(self, replies: Any, name: str = "team") -> None:
        super().__init__(name, replies)
        self.throttle = Throttle(name, ProviderLimits(max_in_flight=1))

    def most(self, request: Request) -> Usage:
        """Always the same."""
        return MOST


class Hanging(Meter):
    """A provider that answers so often, says it was asked once more, and falls silent."""

    def __init__(self, answers: int, asked: Callable[[], object] = lambda: None) -> None:
        super().__init__([RIGHT] * 9)
        self.answers, self.asked = answers, asked

    async def complete(self, request: Request) -> Completion:
        """Answer, or hang."""
        reply = await super().complete(request)
        if len(self.requests) > self.answers:
            self.asked()
            await asyncio.Event().wait()
        return reply


@dataclass
class Books:
    """The purses of a run, and what is told of it."""

    settings: Settings
    experiment_usd: float = AMPLE_USD
    day_usd: float = AMPLE_USD
    before: Sequence[Event] = ()
    kept: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = {**self.settings.environment, "ROLELESS_MAX_USD_PER_DAY": str(self.day_usd)}
        self.day = DayPurse(replace(self.settings, environment=environment))
        past = progress_of(self.before)
        limits = Limits(usd=self.experiment_usd)
        self.experiment = Budget(limits, past.spent, past.calls, past.spent_usd, self.day)
        self.past_usd = past.spent_usd

    async def record(self, event: Event) -> None:
        self.kept.append(event)

    def play(self, spec: Any, *models: Any, **how: Any) -> list[Event]:
        how = {"record": self.record, "purse": self.experiment, "before": self.before} | how
        return played(spec, *models, **how)

    def stand_at(self, spent: Usage, calls: int, told: list[Event] | None = None) -> None:
        """All books say the same, and nothing is set aside any more."""
        events = [*self.before, *(self.kept if told is None else told)]
        end, progress = ending_of(events), progress_of(events)
        assert (end.spent, end.calls) == (spent, calls)
        assert (self.experiment.spent, self.experiment.calls) == (spent, calls)
        assert self.experiment.spent_usd == progress.spent_usd
        assert (progress.spent, progress.calls) == (spent, calls)
        assert self.day.so_far() == Today(progress.spent_usd - self.past_usd, 0.0)
        self.are_free()

    def are_free(self) -> None:
        """All that is left can be set aside at once: nobody holds anything, and nobody waits."""
        left = min(self.experiment_usd - self.experiment.spent_usd, self.day_usd - self.day.so_far().spent)
        at_once(self.experiment.reserve(Usage(cost_usd=left)))


def at_once(coroutine: Coroutine[Any, Any, Any]) -> None:
    with pytest.raises(StopIteration):
        coroutine.send(None)
