"""The simulated judge reads a deliverable. It sees the judge's prompt and nothing else."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from swarm.models.simulated.brief import PARTS, Need, WorkPiece, read_needs, read_pieces
from swarm.verdict import Criterion

_DELIVERABLE = re.compile(r"^\[([0-9a-f]{8}) deliverable\]\n(.*)^\[\1 end\]$", re.MULTILINE | re.DOTALL)
GAP_COSTS, REPETITION_COSTS, CONFLICT_COSTS = 0.35, 0.7, 0.35
"""What coherence loses when no dependency is taken up, all parts repeat others, or all conflicts are left open."""
DECIDED = ("Owner", "Due", "Measure")
"""What makes a part actionable, and stands only once a conflict is settled."""
GENEROSITY = 1.2
"""How far a judge rounds up what is covered: nobody expects every part of every requirement."""
NOISE = 0.05
"""Standard deviation of a judge's impression, in shares of the scale."""


@dataclass(frozen=True, slots=True)
class Impression:
    """A judge's opinion on one criterion: a share from 0 to 1 and the reason in words."""

    share: float
    reason: str


def is_judging(text: str) -> bool:
    """Tell whether a prompt shows a deliverable to be judged."""
    return " deliverable]\n" in text and _DELIVERABLE.search(text) is not None


def judge_deliverable(text: str, chance: Random) -> dict[Criterion, tuple[int, str]]:
    """Points, 1 to 4, and a reason for each criterion."""
    match = _DELIVERABLE.search(text)
    needs = read_needs(text[: match.start()] if match else text)
    deliverable = match[2] if match else ""
    impressions = weigh(needs, read_pieces(deliverable), bool(deliverable.strip()))
    return {name: (_points(seen.share, chance), seen.reason) for name, seen in impressions.items()}


def weigh(needs: Sequence[Need], pieces: Sequence[WorkPiece], delivered: bool) -> dict[Criterion, Impression]:
    """Weigh a deliverable by the five criteria."""
    by_number: dict[int, list[WorkPiece]] = {need.number: [] for need in needs}
    for piece in pieces:
        by_number.setdefault(piece.number, []).append(piece)
    covered = {need.number: _usable(need, by_number[need.number]) for need in needs}
    return {
        "accuracy": _accuracy(pieces),
        "completeness": _completeness(needs, covered),
        "coherence": _coherence(needs, by_number),
        "actionability": _actionability(needs, covered),
        "mission_relevance": _relevance(needs, pieces, delivered),
    }


def _points(share: float, chance: Random) -> int:
    seen = min(1.0, max(0.0, share + chance.gauss(0.0, NOISE)))
    return 1 + min(3, math.floor(seen * 3 + 0.5))


def _usable(need: Need, pieces: Sequence[WorkPiece]) -> frozenset[str]:
    """Parts present that somebody could go by: of a conflict left open, who does what by when is still open."""
    parts = frozenset(part for piece in pieces for part in piece.sound)
    settled = not need.conflict or any(piece.settles for piece in pieces)
    return parts if settled else parts - frozenset(DECIDED)


def _accuracy(pieces: Sequence[WorkPiece]) -> Impression:
    sound = sum(len(piece.sound) for piece in pieces)
    weak = sum(len(piece.weak) for piece in pieces)
    if not sound + weak:
        return Impression(0.0, "There is no statement that could be checked.")
    # Readers forgive few weak statements: every one counts twice.
    share = max(0.0, 1 - 2 * weak / (sound + weak))
    return Impression(share, f"{sound} of {sound + weak} statements hold up.")


def _completeness(needs: Sequence[Need], covered: Mapping[int, frozenset[str]]) -> Impression:
    depth = sum(len(covered[need.number]) for need in needs) / (len(PARTS) * len(needs))
    touched = sum(bool(covered[need.number]) for need in needs)
    return Impression(
        min(1.0, depth * GENEROSITY),
        f"{touched} of {len(needs)} requirements are covered, to a depth of {depth:.0%}.",
    )


def _coherence(needs: Sequence[Need], by_number: Mapping[int, Sequence[WorkPiece]]) -> Impression:
    linked = wanted = unsettled = repeated = conflicts = 0
    for need in needs:
        pieces = by_number[need.number]
        if not pieces:
            continue
        links = frozenset[int]().union(*(piece.links for piece in pieces))
        wanted += len(need.needs)
        # What a text takes up is worth nothing where that was lost on the way.
        linked += sum(other in links and bool(by_number.get(other)) for other in need.needs)
        repeated += sum(need.number not in piece.links for piece in pieces[1:])
        conflicts += need.conflict
        unsettled += need.conflict and not any(piece.settles for piece in pieces)
    whole = max(1, sum(len(pieces) for pieces in by_number.values()))
    share = 1.0 - GAP_COSTS * (1 - linked / wanted if wanted else 0.0) - REPETITION_COSTS * repeated / whole
    share -= CONFLICT_COSTS * (unsettled / conflicts if conflicts else 0.0)
    words = f"{linked} of {wanted} dependencies are taken up; {repeated} parts repeat others; {unsettled} conflicts are left open."  # noqa: E501
    return Impression(share if any(by_number.values()) else 0.0, words)


def _actionability(needs: Sequence[Need], covered: Mapping[int, frozenset[str]]) -> Impression:
    present = sum(part in covered[need.number] for need in needs for part in DECIDED)
    share = present / (len(DECIDED) * len(needs))
    return Impression(
        min(1.0, share * GENEROSITY), f"Owner, date or measure are missing {3 * len(needs) - present} times."
    )


def _relevance(needs: Sequence[Need], pieces: Sequence[WorkPiece], delivered: bool) -> Impression:
    numbers = {need.number for need in needs}
    if not pieces:
        return Impression(0.3 if delivered else 0.0, "It hardly speaks of the mission.")
    serving = sum(piece.number in numbers for piece in pieces)
    return Impression(serving / len(pieces), f"{serving} of {len(pieces)} parts serve a requirement.")
