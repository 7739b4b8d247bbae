"""Decide why a run has no score: whether its own team or somebody else is to blame. Pure.

A team that delivers nothing has failed at its mission: that is a result, the worst there is. Were it left out like a
run whose provider was down, an arm would look the better the more often it fails.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from swarm.errors import FailureKind
from swarm.recording.record import RunRecord
from swarm.turn import Turn

LOWEST_QUALITY = 0.25
"""One point on each of the judge's four criteria: what a run has as run that failed by its own team."""
Shortfall = Literal["own", "judge", "unjudged", "provider", "broken", "stopped", "limited", "interrupted"]
WHY: Mapping[Shortfall, str] = {
    "own": "nothing came of its team",
    "judge": "the judge gave no verdict",
    "unjudged": "nobody judged",
    "provider": "the provider gave no answer",
    "broken": "it could not go on",
    "stopped": "it was stopped",
    "limited": "a limit was reached",
    "interrupted": "it was interrupted",
}
"""In words."""
_OWN: tuple[FailureKind | None, ...] = ("too_long", "refused")
"""Calls that fail by what a team asks of its model: more than it can read, or what it will not do."""


def shortfall(record: RunRecord) -> Shortfall | None:
    """Find why a run has no score.

    Its own team is to blame when nothing was delivered although every reply came that was asked for: because nobody
    could be read, everybody abstained, whoever had worked dropped out, or there is no plan to follow; and when its
    prompts were too long for its models, or refused. In doubt it is not: a run that lacks a single reply might have
    delivered something, and runs of before do not say of what class a failed call was.

    Args:
        record: of any run.

    Returns:
        "own", or what else it is; None for a run that has a score, and for one that goes on.
    """
    match record.status:
        case "running":
            return None
        case "stopped" | "limited" | "interrupted":
            return record.status
        case "finished":
            return _of_its_judgement(record)
        case "failed":
            return _of_its_failure(record)


def as_run(record: RunRecord) -> float | None:
    """The quality that comparisons count: the judge's, and the lowest for a failure of the team's own.

    Returns:
        0.25 to 1; None where it is missing for a reason that is not the team's, nobody was to judge, or it goes on.
    """
    found = shortfall(record)
    if found is None:
        return record.verdict.quality if record.verdict and record.ended else None
    return LOWEST_QUALITY if found == "own" and record.spec.judge else None


def _of_its_judgement(record: RunRecord) -> Shortfall | None:
    if record.verdict and record.verdict.quality is not None:
        return None
    if not record.deliverable.strip():
        return "own"
    return "judge" if record.spec.judge else "unjudged"


def _of_its_failure(record: RunRecord) -> Shortfall:
    taken = {turn.index for turn in record.turns}
    failed = [turn.calls[-1] for turn in record.turns if turn.action == "failed" and turn.calls]
    ended_in = [event.outcome for event in record.asked_again if event.index not in {None, *taken}]
    unanswered = [call for call in ended_in if call.error is not None]
    if any(call.failure not in _OWN for call in (*failed, *unanswered)):
        return "provider"
    came_to_nothing = record.protocol_ended and not record.deliverable.strip()
    return "own" if came_to_nothing or unanswered or _without_plan(record.turns) else "broken"


def _without_plan(turns: Sequence[Turn]) -> bool:
    return bool(turns) and turns[-1].cue == "plan" and turns[-1].action != "plan"
