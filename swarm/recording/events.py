"""The facts of a run are defined: what a run tells the world, in the past tense.

Storing, showing and replaying a run are all readings of these. Each is one JSON object; `kind` says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from swarm.grid import Grid, Terms
from swarm.limits import Limits
from swarm.models.card import Price
from swarm.shock import Struck
from swarm.spec import PastRole, RunSpec
from swarm.turn import Call, CueKind, Turn, TurnKey, Usage
from swarm.verdict import Verdict

Ending = Literal["finished", "stopped", "limited", "failed"]
ExperimentEnding = Literal["finished", "clear", "dear", "limited", "stopped", "failed", "incomplete"]
"""All runs finished; the answer was clear early; prices were far above those foretold; money ran out; somebody asked;
it could not go on; all were played and some did not finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Fields that all events have."""

    run_id: str
    seq: int
    """Place in the run's events, from 0 without gaps; order is by this, never by time."""
    at: datetime
    """UTC."""
    t: float
    """Seconds since the run began, not counting the time it lay interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Fact):
    """A run was composed; always the first event."""

    kind: Literal["run_started"] = "run_started"
    spec: RunSpec
    simulated: bool
    """Whether the models are simulated or scripted."""
    version: str
    """Of Roleless."""
    imported: str | None = None
    """The run's id where it was performed, when it came from a file; None when it was performed here."""
    experiment: str | None = None
    """The experiment it belongs to; None for a run of its own."""
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    """Of its models, as far as they were known: what its calls were priced by. Empty in runs of before."""
    price_table: str = ""
    """The version of the catalogue's prices, a hash of them; empty in runs of before."""
    owner: str = "local"
    """Who started it: the name of a login, or "local" where nobody logs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed(Fact):
    """A performer took an unfinished run up again."""

    kind: Literal["run_resumed"] = "run_resumed"
    limits: Limits | None = None
    """The limits from now on; None: as before."""
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    """Of its models, when they are others than before; empty: as before."""
    first_call: int = 1
    """The number of the first call that `prices` hold for."""
    price_table: str = ""
    """The version of the catalogue's prices by now; empty: as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Fact):
    """A seat was cued."""

    kind: Literal["turn_started"] = "turn_started"
    index: int
    seat: int
    round: int
    cue: CueKind
    role: str | None = None
    """The imposed role, if any."""
    heard: tuple[TurnKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Fact):
    """Money was reserved; only then does a request leave. Not recorded for models that cost nothing to repeat."""

    kind: Literal["call_started"] = "call_started"
    number: int
    """Of the call within the run, from 1."""
    model: str
    reserved: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Fact):
    """A call that did not complete its turn ended: it failed and is retried, or its reply was unreadable."""

    kind: Literal["call_ended"] = "call_ended"
    index: int | None
    """The turn it was made for; None for the judge."""
    outcome: Call
    because: str
    """Why it did not complete the turn, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPaused(Fact):
    """A provider takes no calls for now; all that are to be made wait for it together."""

    kind: Literal["provider_paused"] = "provider_paused"
    model: str
    """Of that provider: the one that somebody waits for who told it."""
    because: str
    """In words, such as "openai asks us to wait 20 s"."""
    wait_s: float
    """From then on."""
    waiting: int
    """Calls of this run that waited then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaken(Fact):
    """A turn is complete."""

    kind: Literal["turn_taken"] = "turn_taken"
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockStruck(Fact):
    """The shock of the recipe struck; at most once a run. All turns before it were complete."""

    kind: Literal["shock_struck"] = "shock_struck"
    struck: Struck


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolEnded(Fact):
    """Everybody spoke who was to speak; only the judge is left."""

    kind: Literal["protocol_ended"] = "protocol_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJudged(Fact):
    """The judge scored the deliverable, or could not."""

    kind: Literal["run_judged"] = "run_judged"
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Fact):
    """The run ended; always the last event, unless the run is resumed."""

    kind: Literal["run_finished"] = "run_finished"
    status: Ending
    reason: str | None = None
    """Why it ended early or failed, in a sentence; None when it finished."""
    deliverable: str = ""
    spent: Usage
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDeleted(Fact):
    """Somebody deleted the run; the journal keeps the facts, nothing shows them any more."""

    kind: Literal["run_deleted"] = "run_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentStarted(Fact):
    """An experiment was begun; its id stands where a run's id stands in other facts."""

    kind: Literal["experiment_started"] = "experiment_started"
    grid: Grid
    terms: Terms
    simulated: bool
    judge: str | None
    """The model that judges every run; None when nobody does."""
    prompts: str
    """Version of the prompts that all runs are asked with, and of the simulated models if these answer."""
    expected_usd: float | None
    """The price foretold for all runs; None when a price is unknown."""
    memory: dict[str, tuple[PastRole, ...]] = field(default_factory=dict[str, tuple[PastRole, ...]])
    """What the organization remembered then, by mission id: the same for every run, whenever it is played."""
    version: str
    """Of Roleless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResumed(Fact):
    """A performer took an unfinished experiment up again."""

    kind: Literal["experiment_resumed"] = "experiment_resumed"
    terms: Terms
    """From now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentExtended(Fact):
    """An experiment that had come to its end goes on, on more missions."""

    kind: Literal["experiment_extended"] = "experiment_extended"
    grid: Grid
    """With the missions that were added."""
    terms: Terms
    """From now on."""
    level: float
    """Below which a p-value settles a comparison at the look after it."""
    expected_usd: float | None
    """The price foretold for what was added; None when a price is unknown."""
    memory: dict[str, tuple[PastRole, ...]] = field(default_factory=dict[str, tuple[PastRole, ...]])
    """As `ExperimentStarted` has it, of all missions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentEnded(Fact):
    """An experiment ended; one that has runs left may be resumed."""

    kind: Literal["experiment_ended"] = "experiment_ended"
    status: ExperimentEnding
    reason: str | None = None
    """Why it ended before all runs were played, in a sentence; None when it finished."""


ExperimentFact: TypeAlias = ExperimentStarted | ExperimentResumed | ExperimentExtended | ExperimentEnded

Event: TypeAlias = (
    RunStarted
    | RunResumed
    | TurnStarted
    | CallStarted
    | CallEnded
    | ProviderPaused
    | TurnTaken
    | ShockStruck
    | ProtocolEnded
    | RunJudged
    | RunFinished
    | RunDeleted
    | ExperimentStarted
    | ExperimentResumed
    | ExperimentExtended
    | ExperimentEnded
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def to_json(event: Event) -> bytes:
    """Write one event as one line of JSON, without the line end."""
    return _EVENT.dump_json(event)


def from_json(line: bytes) -> Event:
    """Read one event; raises pydantic.ValidationError when it is none."""
    return _EVENT.validate_json(line)
