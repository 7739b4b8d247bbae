"""A turn is defined: what a speaker is asked, what it answered, and what that took.

All values are frozen and know nothing of models, prompts or files.
"""

from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

from pydantic import TypeAdapter

from swarm.errors import FailureKind
from swarm.team import Seat

Deliverable = Literal["all", "last"]
"""What a run delivers: all contributions, or the last one alone."""
CueKind = Literal["plan", "intend", "contribute"]
Action = Literal["plan", "intend", "contribute", "abstain", "unparsed", "failed"]


class TurnKey(NamedTuple):
    """The identity of a turn within its run: a seat speaks at most once a round."""

    round: int
    seat: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A request of a protocol to a speaker."""

    kind: CueKind
    round: int = 1
    role: str | None = None
    """A role imposed on the speaker; None leaves the choice to the speaker."""
    job: str | None = None
    """The piece of work a plan assigned to the speaker."""
    revise: bool = False
    """Whether the speaker is asked to improve its own earlier contribution."""
    brief: str | None = None
    """What comes with a given role: its goal and background; for a leader, the given roles of its team."""
    job_from: Literal["leader", "team"] = "leader"
    """Who gave the job: a plan, or the order of work that the team came with."""
    adds: bool = False
    """Whether what it contributes stands beside the speaker's earlier contributions, instead of in their place."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one or more calls."""

    input_tokens: int = 0
    """Prompt tokens, those read from the provider's cache included."""
    cached_tokens: int = 0
    """The part of `input_tokens` read from the provider's cache."""
    output_tokens: int = 0
    """Tokens of the reply, hidden reasoning included."""
    cost_usd: float | None = 0.0
    """None when the price of the model is unknown."""
    estimated: bool = False
    """Whether any figure is our upper estimate because the provider's was missing or absurd."""
    written_tokens: int = 0
    """The part of `input_tokens` written to the provider's cache, where that has a price of its own."""

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.cost_usd is None or other.cost_usd is None
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.cost_usd or 0.0) + (other.cost_usd or 0.0),
            self.estimated or other.estimated,
            self.written_tokens + other.written_tokens,
        )

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def total(usages: Iterable[Usage]) -> Usage:
    """Add usages up; nothing is `Usage()`."""
    return sum(usages, Usage())


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model and what came of it. Exactly one of `reply` and `error` is set."""

    number: int
    """Within the run, from 1, in the order in which money was set aside for them."""
    model: str
    """The model that was asked."""
    reply: str | None = None
    error: str | None = None
    finish: str | None = None
    """Why the provider says the reply ended: "stop", "length", …"""
    usage: Usage = field(default_factory=Usage)
    started_s: float = 0.0
    """Seconds since the run began."""
    ended_s: float = 0.0
    waited_s: float = 0.0
    """Seconds spent waiting for a free place before the request left; not part of the model's time."""
    served_by: str | None = None
    """The model's name in the reply, when it differs from the one asked."""
    failure: FailureKind | None = None
    """The class of `error`; None without one, and in runs of before."""
    remarks: tuple[str, ...] = ()
    """What is to be known of its reply, in words; they are among the notes of its turn, too."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The work that a plan gives to one seat."""

    seat: int
    role: str
    job: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One agent's answer to one cue."""

    index: int
    """Place in the order of speaking, from 0; simultaneous turns count in seat order."""
    seat: int
    round: int
    cue: CueKind
    action: Action
    role: str | None = None
    """The role the agent took, or was given; None when it took none."""
    text: str = ""
    """The contribution, intention or plan; empty for the other actions."""
    reason: str | None = None
    """The agent's reason, or why the turn is unparsed or failed."""
    builds_on: tuple[int, ...] = ()
    """Seats whose work the agent says it used; only seats it heard."""
    reports_to: int | None = None
    """The seat the agent places itself under; a seat it heard, or None."""
    assignments: tuple[Assignment, ...] = ()
    heard: tuple[TurnKey, ...] = ()
    calls: tuple[Call, ...] = ()
    """Every request made for this turn, in order: retries and the one re-ask included."""
    notes: tuple[str, ...] = ()
    """What the reader of the reply mended or dropped, in words."""
    adds: bool = False
    """Whether it stands beside its seat's earlier contributions, instead of in their place."""

    @property
    def key(self) -> TurnKey:
        """The identity of this turn within its run."""
        return TurnKey(self.round, self.seat)

    @property
    def audible(self) -> bool:
        """Tell whether it says anything to others. Abstained, unparsed and failed turns are not heard."""
        return self.action in ("plan", "intend", "contribute")

    @property
    def usage(self) -> Usage:
        """Tokens and money of all its calls."""
        return total(call.usage for call in self.calls)

    @property
    def started_s(self) -> float:
        """Seconds from the beginning of the run until its first request left; 0.0 without a call."""
        return self.calls[0].started_s if self.calls else 0.0

    @property
    def ended_s(self) -> float:
        """Seconds from the beginning of the run until its last answer came; 0.0 without a call."""
        return self.calls[-1].ended_s if self.calls else 0.0


Transcript: TypeAlias = Sequence[Turn]
"""The turns of one run, in the order of speaking."""


class Speak(Protocol):
    """The capability a protocol is handed: let one seat speak, and wait for its turn."""

    def __call__(self, seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Awaitable[Turn]:
        """Cue `seat`, showing it the turns in `hears`, in that order."""
        ...


def contributions(transcript: Transcript) -> list[Turn]:
    """Each seat's last contribution, in the order of speaking."""
    in_order = sorted(transcript, key=lambda turn: turn.index)
    last = {turn.seat: turn for turn in in_order if turn.action == "contribute"}
    return sorted(last.values(), key=lambda turn: turn.index)


def work_that_stands(transcript: Transcript) -> list[Turn]:
    """Every seat's last contribution and those that it adds to, all in the order of speaking.

    A contribution that does not add stands in the place of all that its seat gave before.
    """
    kept: dict[int, list[Turn]] = {}
    for turn in sorted(transcript, key=lambda turn: turn.index):
        if turn.action == "contribute":
            kept[turn.seat] = [*kept.get(turn.seat, ()), turn] if turn.adds else [turn]
    return sorted((turn for turns in kept.values() for turn in turns), key=lambda turn: turn.index)


def parts_of(transcript: Transcript, deliverable: Deliverable, gone: Collection[int] = ()) -> list[Turn]:
    """The turns that a deliverable is made of, in order: all contributions that stand, or the last one alone.

    Those of seats that are `gone`, because a shock made them drop out, are not delivered.
    """
    parts = [turn for turn in work_that_stands(transcript) if turn.seat not in gone]
    return parts[-1:] if deliverable == "last" else parts


def delivered(transcript: Transcript, deliverable: Deliverable, gone: Collection[int] = ()) -> str:
    """The texts of these, without names: what is delivered and judged."""
    return "\n\n".join(turn.text for turn in parts_of(transcript, deliverable, gone))


def why_nothing(transcript: Transcript, agents: int, text: str) -> str | None:
    """Say why a run that came to its end delivered nothing, unless everybody who was to work chose to abstain.

    Args:
        transcript: all of its turns.
        agents: number of seats.
        text: what it delivered.

    Returns:
        How many by what became of their work; None when something was delivered, or all abstained. An intention is no
        work.
    """
    if text.strip():
        return None
    seats = {
        "unreadable": {
            turn.seat for turn in transcript if turn.action == "unparsed" and turn.cue != "intend"
        },
        "without a reply": {
            turn.seat for turn in transcript if turn.action == "failed" and turn.cue != "intend"
        },
        "gone with their work": {turn.seat for turn in transcript if turn.action == "contribute"},
    }
    said = "".join(f"; {what}: {len(found)}" for what, found in seats.items() if found)
    return f"nothing was delivered (agents: {agents}{said})" if said else None


TURN: TypeAdapter[Turn] = TypeAdapter(Turn)
"""Reads a turn from JSON and writes it."""
