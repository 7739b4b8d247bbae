"""A judge's verdict is defined. How one is reached is swarm/engine/judge.py's business."""

from dataclasses import dataclass
from typing import Literal

from swarm.turn import Call, Usage, total

Criterion = Literal["accuracy", "completeness", "coherence", "actionability", "mission_relevance"]
CRITERIA: dict[Criterion, str] = {
    "accuracy": "Are the statements right and supported?",
    "completeness": "Are all requirements covered, and in depth?",
    "coherence": "Do the parts fit together, without gaps, repetition or contradiction?",
    "actionability": "Could somebody act on it tomorrow: who, what, when, measured how?",
    "mission_relevance": "Does it serve the mission and its values?",
}
QUALITY_CRITERIA: tuple[Criterion, ...] = ("accuracy", "completeness", "coherence", "actionability")
SIMULATED_JUDGE = (
    "The simulated judge counts labelled parts, such as an owner or a measure, and cannot tell sense from nonsense: "
    "“Owner: zzz” counts like a real owner, so a simulated quality says nothing about what a text is worth."
)
"""To be known wherever a simulated quality is shown; docs/simulation.md says it in the same words."""


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion: 1 (poor) to 4 (excellent), and why."""

    criterion: Criterion
    points: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's opinion of one deliverable, or the reason why there is none."""

    judge: str
    """The model that judged."""
    scores: tuple[Score, ...] = ()
    """All five criteria, or none at all."""
    unscored: str | None = None
    """Why there are no scores; None when there are."""
    calls: tuple[Call, ...] = ()

    @property
    def quality(self) -> float | None:
        """Q = (accuracy + completeness + coherence + actionability) / 16, in [0.25, 1]; None when unscored.

        Source: arXiv 2603.28990, section on evaluation.
        """
        points = self.points
        return sum(points[name] for name in QUALITY_CRITERIA) / 16 if points else None

    @property
    def mission_relevance(self) -> int | None:
        """The fifth criterion, 1 to 4, reported apart; None when unscored."""
        return self.points.get("mission_relevance")

    @property
    def points(self) -> dict[Criterion, int]:
        """Points by criterion; empty when unscored."""
        return {score.criterion: score.points for score in self.scores}

    @property
    def usage(self) -> Usage:
        """Tokens and money of the judge's calls."""
        return total(call.usage for call in self.calls)
