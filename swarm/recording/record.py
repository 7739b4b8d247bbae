"""Events are read back into what is known of a run. Pure: no files, no database.

`progress_of` is what a performer needs to take a run up again; `record_of` is what people look at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from pydantic import TypeAdapter

from swarm.errors import WAITED_FOR
from swarm.limits import dollars_of
from swarm.metrics.cost import Spending, spending
from swarm.metrics.hierarchy import depth
from swarm.metrics.participation import Participation, participation
from swarm.models.card import Price
from swarm.recording.events import (
    CallEnded,
    CallStarted,
    Event,
    ProtocolEnded,
    ProviderPaused,
    RunDeleted,
    RunFinished,
    RunJudged,
    RunResumed,
    RunStarted,
    ShockStruck,
    TurnStarted,
    TurnTaken,
)
from swarm.shock import Struck
from swarm.spec import RunSpec
from swarm.turn import Call, Turn, Usage, parts_of, total, why_nothing
from swarm.verdict import Verdict

Status = Literal["running", "finished", "stopped", "limited", "failed", "interrupted"]
"""An unfinished run is "running" while a process performs it, and "interrupted" otherwise."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run: what must not be asked again, and what is spent."""

    turns: Mapping[int, Turn] = field(default_factory=dict[int, Turn])
    """Complete turns by index."""
    unfinished: Mapping[int | None, Sequence[Call]] = field(default_factory=dict[int | None, Sequence[Call]])
    """Calls of turns that were not completed, by turn index; None is the judge's."""
    protocol_ended: bool = False
    """Whether everybody spoke who was to speak."""
    verdict: Verdict | None = None
    spent: Usage = field(default_factory=Usage)
    """All calls ever made; those without a known outcome count with all that was reserved."""
    spent_usd: float = 0.0
    """The dollars of `spent` that are known."""
    calls: int = 0
    refused: int = 0
    """Of `calls`, those that a provider refused for now."""
    in_flight: int = 0
    """Calls that were begun and have not ended, as far as is known."""
    struck: Struck | None = None
    """What its shock struck; None as long as it has not."""
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    """What the latest calls were priced by."""

    def repriced(self, prices: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a resumption tells of `prices` now and their table; nothing if they are as before."""
        return {} if prices["prices"] == self.prices else {**prices, "first_call": self.calls + 1}


def progress_of(events: Sequence[Event]) -> Progress:
    """Read how far a run got; an empty sequence is a run that has not begun."""
    turns = {event.turn.index: event.turn for event in events if isinstance(event, TurnTaken)}
    verdicts = [event.verdict for event in events if isinstance(event, RunJudged)]
    ended = [event for event in events if isinstance(event, CallEnded)]
    unfinished: dict[int | None, list[Call]] = defaultdict(list)
    for event in ended:
        if event.index not in turns:
            unfinished[event.index].append(event.outcome)
    reserved = {event.number: event.reserved for event in events if isinstance(event, CallStarted)}
    settled = [call for turn in turns.values() for call in turn.calls]
    settled += [call for verdict in verdicts for call in verdict.calls]
    known = {call.number: call.usage for call in (*[event.outcome for event in ended], *settled)}
    doubtful = {
        number: replace(usage, estimated=True) for number, usage in reserved.items() if number not in known
    }
    spent = {**known, **doubtful}
    return Progress(
        turns=turns,
        unfinished=unfinished,
        protocol_ended=any(isinstance(event, ProtocolEnded) for event in events),
        verdict=verdicts[-1] if verdicts else None,
        spent=total(spent.values()),
        spent_usd=sum(dollars_of(usage, reserved.get(number, usage)) for number, usage in spent.items()),
        calls=max(spent, default=0),
        refused=sum(event.outcome.failure in WAITED_FOR for event in ended),
        in_flight=len(doubtful),
        struck=next((event.struck for event in events if isinstance(event, ShockStruck)), None),
        prices=_latest_prices(events),
    )


def _latest_prices(events: Sequence[Event]) -> Mapping[str, Price]:
    told = [event.prices for event in events if isinstance(event, RunStarted | RunResumed) and event.prices]
    return told[-1] if told else {}


def spec_of(events: Sequence[Event]) -> RunSpec:
    """The recipe of a run, under the limits of its latest resumption.

    Raises:
        ValueError: when the first event is not `RunStarted`.
    """
    if not events or not isinstance(events[0], RunStarted):
        raise ValueError("the events of a run begin with run_started")
    limits = [event.limits for event in events if isinstance(event, RunResumed) and event.limits]
    return replace(events[0].spec, limits=limits[-1]) if limits else events[0].spec


def repriced_in(events: Iterable[Event]) -> dict[int, Mapping[str, Price]]:
    """The prices that changed while a run lay interrupted, by the number of the first call that they hold for."""
    resumed = (event for event in events if isinstance(event, RunResumed) and event.prices)
    return {event.first_call: event.prices for event in resumed}


@dataclass(frozen=True)
class RunRecord:
    """All that is known of one run."""

    run_id: str
    spec: RunSpec
    simulated: bool
    version: str
    started: datetime
    """UTC."""
    status: Status = "running"
    reason: str | None = None
    """Why it ended early or failed; None when it finished or has not ended."""
    turns: tuple[Turn, ...] = ()
    """Complete turns, in the order of speaking."""
    protocol_ended: bool = False
    """Whether everybody spoke who was to speak; a seat without a turn is idle by order then."""
    speaking: tuple[TurnStarted, ...] = ()
    """Seats that were cued and have not answered."""
    asked_again: tuple[CallEnded, ...] = ()
    """Failed calls and unreadable replies, in order."""
    pauses: tuple[ProviderPaused, ...] = ()
    """When its providers took no calls, in order."""
    waiting: int = 0
    """Agents, or the judge, who were to be asked and wait until their provider takes the call; 0 when it has ended."""
    verdict: Verdict | None = None
    deliverable: str = ""
    """Empty until the run has ended."""
    duration_s: float = 0.0
    """Time it was being performed, in seconds."""
    spent: Usage = field(default_factory=Usage)
    """Everything, the judge included."""
    calls: int = 0
    last_seq: int = 0
    deleted: bool = False
    imported: str | None = None
    """The run's id where it was performed, when it came from a file; None when it was performed here."""
    experiment: str | None = None
    """The experiment it belongs to; None for a run of its own."""
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    """Of its models, as far as they were known when it began; empty in runs of before."""
    price_table: str = ""
    """The version of the catalogue's prices when it began; empty in runs of before."""
    repriced: Mapping[int, Mapping[str, Price]] = field(default_factory=dict[int, Mapping[str, Price]])
    """Prices that were others when it was resumed, by the number of the first call that they hold for."""
    owner: str = "local"
    """Who started it: the name of a login, or "local" where nobody logs in."""
    struck: Struck | None = None
    """What the shock of its recipe struck; None when there was none, or it has not struck."""

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will happen unless somebody resumes it."""
        return self.status not in ("running", "interrupted")

    @property
    def played_out(self) -> bool:
        """Tell whether nobody is left to be asked, the judge included."""
        return self.ended and self.protocol_ended and bool(self.verdict or not self.spec.judge)

    def price_of(self, call: Call) -> Price | None:
        """Return the price that applied to a call; None when that is unknown."""
        then = max((number for number in self.repriced if number <= call.number), default=None)
        return (self.prices if then is None else self.repriced[then]).get(call.model)

    @property
    def parts(self) -> list[Turn]:
        """The turns whose texts are delivered, in order."""
        return parts_of(self.turns, self.spec.deliverable, self.struck.gone if self.struck else ())

    @cached_property
    def participation(self) -> Participation:
        """Say what became of every seat."""
        return participation(self.turns, len(self.spec.team), complete=self.protocol_ended)

    @property
    def depth(self) -> int | None:
        """Layers of declared hierarchy; None when nobody was active."""
        return depth(self.turns)

    @property
    def spending(self) -> Spending:
        """Tokens and money of the team alone, the judge's apart."""
        return spending(self.turns, self.verdict)

    def settled(self) -> "RunRecord":
        """The same, failed if it delivered nothing against the will of its team: runs of before say they finished."""
        if self.status != "finished" or (self.verdict and self.verdict.quality is not None):
            return self
        nothing = why_nothing(self.turns, len(self.spec.team), self.deliverable)
        return replace(self, status="failed", reason=nothing) if nothing else self


def record_of(events: Iterable[Event]) -> RunRecord:
    """Read the events of one run, in order of `seq`.

    Raises:
        ValueError: when the first event is not `RunStarted`.
    """
    events = list(events)
    if not events or not isinstance(events[0], RunStarted):
        raise ValueError("the events of a run begin with run_started")
    first, last = events[0], events[-1]
    progress = progress_of(events)
    ending = next((event for event in reversed(events) if isinstance(event, RunFinished | RunResumed)), None)
    over = ending if isinstance(ending, RunFinished) else None
    speaking = {e.index: e for e in events if isinstance(e, TurnStarted) and e.index not in progress.turns}
    return RunRecord(
        run_id=first.run_id,
        spec=spec_of(events),
        simulated=first.simulated,
        version=first.version,
        started=first.at,
        status=over.status if over else "running",
        reason=over.reason if over else None,
        turns=tuple(turn for _, turn in sorted(progress.turns.items())),
        protocol_ended=progress.protocol_ended,
        speaking=() if over else tuple(speaking.values()),
        asked_again=tuple(event for event in events if isinstance(event, CallEnded)),
        pauses=tuple(event for event in events if isinstance(event, ProviderPaused)),
        waiting=0 if over or first.simulated else max(0, len(speaking) - progress.in_flight),
        verdict=progress.verdict,
        deliverable=over.deliverable if over else "",
        duration_s=over.t if over else last.t,
        spent=over.spent if over else progress.spent,
        calls=over.calls if over else progress.calls,
        last_seq=last.seq,
        deleted=any(isinstance(event, RunDeleted) for event in events),
        imported=first.imported,
        experiment=first.experiment,
        prices=first.prices,
        price_table=first.price_table,
        repriced=repriced_in(events),
        owner=first.owner,
        struck=progress.struck,
    ).settled()


RECORD: TypeAdapter[RunRecord] = TypeAdapter(RunRecord)
"""Reads a record from JSON and writes it."""
