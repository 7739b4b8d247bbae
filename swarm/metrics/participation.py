"""Who took part, who sat it out, and why: four kinds of not working that are never mixed."""

from collections import Counter
from dataclasses import dataclass
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


def parts(transcript: Transcript, agents: int, *, complete: bool) -> dict[int, Part]:
    """What became of each seat.

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
