"""This file is where a run that somebody else recorded is checked for what cannot have happened."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from swarm.record import RECORD, RunRecord
from swarm.team import MAX_ROLE_CHARS
from swarm.turn import Call, Turn
from swarm.verdict import CRITERIA

MOST = 1e12
"""No number of a run is larger, and sums of as many as fit into a file are still whole numbers of a database."""
LONGEST_S = 1e9
"""Thirty years."""
YEARS = range(2000, 2900)
MAX_NAME_CHARS = 2_000
MAX_TURNS = 100_000


def doubts_about(record: RunRecord) -> Iterator[str]:
    """What cannot be in this record, a few words each."""
    yield from _impossible_values(RECORD.dump_python(record))
    yield from _impossible_names(record)
    if [seat.number for seat in record.spec.team] != [*range(1, len(record.spec.team) + 1)]:
        yield "its seats are not numbered from 1"
    if any(seconds > LONGEST_S for seconds in _times(record)):
        yield f"something took longer than {LONGEST_S:,.0f} s"
    if len({turn.key for turn in record.turns}) < len(record.turns):
        yield "an agent speaks twice in one round"
    if len({turn.index for turn in record.turns}) < len(record.turns):
        yield "two turns have the same place in the order of speaking"
    for turn in record.turns:
        yield from _doubts_about_turn(turn, len(record.spec.team))
    yield from _doubts_about_verdict(record)
    yield from _doubts_about_the_rest(record)


def _doubts_about_turn(turn: Turn, agents: int) -> Iterator[str]:
    team, what = range(1, agents + 1), f"turn {turn.index}"
    heard, jobs = (key.seat for key in turn.heard), (job.seat for job in turn.assignments)
    leads = () if turn.reports_to is None else (turn.reports_to,)
    if any(seat not in team for seat in (turn.seat, *turn.builds_on, *leads, *heard, *jobs)):
        yield f"{what} names an agent that a team of {agents} has not"
    if turn.seat in (*turn.builds_on, *leads):
        yield f"in {what}, agent {turn.seat} leans on itself"
    if not 1 <= turn.round <= MAX_TURNS or turn.index > MAX_TURNS:
        yield f"{what} is said to be in round {turn.round}"


def _doubts_about_verdict(record: RunRecord) -> Iterator[str]:
    verdict = record.verdict
    if verdict is None:
        return
    scored = Counter(score.criterion for score in verdict.scores)
    if scored != (Counter() if verdict.unscored else Counter(CRITERIA.keys())):
        yield "its verdict does not score every criterion once"
    if any(not 1 <= score.points <= 4 for score in verdict.scores):
        yield "its verdict gives points other than 1 to 4"


def _doubts_about_the_rest(record: RunRecord) -> Iterator[str]:
    if any((call.reply is None) == (call.error is None) for call in _calls(record)):
        yield "a call has both a reply and an error, or neither"
    if record.deleted:
        yield "it was deleted"


def _impossible_values(value: Any) -> Iterator[str]:
    """Numbers and dates that no run has, wherever they stand."""
    if isinstance(value, dict):
        value = tuple(cast("dict[str, Any]", value).values())
    if isinstance(value, (list, tuple)):
        for item in cast("tuple[Any, ...]", value):
            yield from _impossible_values(item)
    elif isinstance(value, (int, float)) and not 0 <= value <= MOST:
        yield "a number that is negative, or too large" if math.isfinite(value) else "a number that is none"
    elif isinstance(value, datetime) and (value.tzinfo is None or value.year not in YEARS):
        yield f"the date {value.isoformat()}"


def _impossible_names(record: RunRecord) -> Iterator[str]:
    spec, verdict = record.spec, record.verdict
    for run_id in (record.run_id, *(() if record.imported is None else (record.imported,))):
        if len(run_id) > 80 or not all(part.isalnum() for part in run_id.split("-")):
            yield f"the id {run_id[:80]!r}"
    names = [
        spec.mission.id,
        spec.mission.title,
        spec.protocol,
        spec.organization,
        spec.prompts,
        record.version,
    ]
    names += [*spec.team.models, spec.judge or "", verdict.judge if verdict else ""]
    if any(len(name) > MAX_NAME_CHARS for name in names):
        yield f"a name of more than {MAX_NAME_CHARS:,} characters"
    if any(len(turn.role or "") > MAX_ROLE_CHARS for turn in record.turns):
        yield f"a role of more than {MAX_ROLE_CHARS} characters"


def _times(record: RunRecord) -> Iterator[float]:
    yield record.duration_s
    for call in _calls(record):
        yield max(call.started_s, call.ended_s, call.waited_s)
    for event in (*record.asked_again, *record.speaking):
        yield event.t


def _calls(record: RunRecord) -> Iterator[Call]:
    for turn in record.turns:
        yield from turn.calls
    yield from record.verdict.calls if record.verdict else ()
    yield from (event.outcome for event in record.asked_again)
