"""Tell who took part, and who sat it out and why: four kinds of not working that are never mixed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from swarm.turn import Transcript, Turn

Part = Literal["active", "abstained", "directed_idle", "unparsed", "failed", "not_reached"]


@dataclass(frozen=True, slots=True)
class Participation:
    """Seats by what became of them; together they are all seats of the team."""

    active: int = 0
    """Delivered a plan or a contribution."""
    abstained: int = 0
    """Chose to sit it out: idle by own decision."""
    directed_idle: int = 0
    """Were never asked to work: idle by order of a plan or a protocol."""
    unparsed: int = 0
    """Their reply could not be read."""
    failed: int = 0
    """Their model gave no reply."""
    not_reached: int = 0
    """The run ended before it was their turn."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring seats, and how many of them chose to sit it out."""

    first: int
    last: int
    abstained: int
    decided: int
    """Seats that delivered or abstained. What the others would have chosen is not known."""

    @property
    def share(self) -> float | None:
        """Of those who decided, how many abstained, 0 to 1; None when nobody decided."""
        return self.abstained / self.decided if self.decided else None


def parts(transcript: Transcript, agents: int, *, complete: bool) -> dict[int, Part]:
    """Tell what became of each seat.

    Args:
        transcript: turns in the order of speaking.
        agents: number of seats.
        complete: whether the protocol came to its end; a seat without a turn is idle by order then, and simply
            not reached otherwise.

    Returns:
        A part for every seat, 1 to `agents`. A seat that delivered once is active, whatever it did later;
        otherwise its last turn decides. Announcing an intention is not work.
    """
    turns_of: dict[int, list[Turn]] = {seat: [] for seat in range(1, agents + 1)}
    for turn in transcript:
        turns_of[turn.seat].append(turn)
    return {seat: _part(turns, complete) for seat, turns in turns_of.items()}


def participation(transcript: Transcript, agents: int, *, complete: bool) -> Participation:
    """Count seats by part; see `parts`.

    Examples:
        >>> participation((), 2, complete=True)
        Participation(active=0, abstained=0, directed_idle=2, unparsed=0, failed=0, not_reached=0)
    """
    return Participation(**Counter(parts(transcript, agents, complete=complete).values()))


def abstention_along(part_of: Mapping[int, Part], stretches: int = 10) -> tuple[Stretch, ...]:
    """Abstentions by position: the seats in seat order, cut into stretches that differ by one seat at most.

    Args:
        part_of: what became of each seat; see `parts`.
        stretches: how many; a team with fewer seats has one for each seat.

    Examples:
        >>> [stretch.share for stretch in abstention_along({1: "active", 2: "abstained"})]
        [0.0, 1.0]
    """
    seats = sorted(part_of)
    count = min(stretches, len(seats))
    cuts = [len(seats) * cut // count for cut in range(count + 1)] if count else []
    return tuple(_stretch(seats[start:end], part_of) for start, end in pairwise(cuts))


def _stretch(seats: Sequence[int], part_of: Mapping[int, Part]) -> Stretch:
    found = Counter(part_of[seat] for seat in seats)
    abstained = found["abstained"]
    return Stretch(seats[0], seats[-1], abstained, abstained + found["active"])


def _part(turns: list[Turn], complete: bool) -> Part:
    actions = [turn.action for turn in turns]
    if "contribute" in actions or "plan" in actions:
        return "active"
    worked = [turn.action for turn in turns if turn.action != "intend"]
    last = worked[-1] if worked else None
    if last == "abstain":
        return "abstained"
    if last == "unparsed" or last == "failed":
        return last
    return "directed_idle" if complete else "not_reached"
