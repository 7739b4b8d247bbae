"""A run that somebody else recorded is checked for what cannot have happened."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from swarm.errors import BadInput
from swarm.export.providers import SIMULATED, UNKNOWN, provider_of
from swarm.metrics.cost import mispriced
from swarm.protocols import PROTOCOLS, check_options
from swarm.protocols.given_team import read_steps
from swarm.recording.record import RECORD, RunRecord
from swarm.team import MAX_ROLE_CHARS
from swarm.turn import Call, Turn, Usage, total
from swarm.verdict import CRITERIA

MOST = 1e12
"""No number of a run is larger, and sums of as many as fit into a file are still whole numbers of a database."""
LONGEST_S = 1e9
"""Thirty years."""
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""There were no runs before."""
AHEAD = timedelta(days=1)
"""Clocks that are wrong are mostly so by a time zone."""
SLACK = 1e-6
"""Dollars or seconds by which sums may differ that were added up in another order."""
MAX_NAME_CHARS = 2_000
MAX_TURNS = 100_000


def doubts_about(record: RunRecord, now: datetime) -> Iterator[str]:
    """Name all that cannot be in this record at this time, a few words each."""
    yield from _impossible_values(RECORD.dump_python(record), now + AHEAD)
    yield from _impossible_names(record)
    if [seat.number for seat in record.spec.team] != [*range(1, len(record.spec.team) + 1)]:
        yield "its seats are not numbered from 1"
    if any(seconds > LONGEST_S for seconds in _times(record)):
        yield f"something took longer than {LONGEST_S:,.0f} s"
    if record.duration_s > (now + AHEAD - record.started).total_seconds():
        yield "its end is later than now"
    if len({turn.key for turn in record.turns}) < len(record.turns):
        yield "an agent speaks twice in one round"
    if len({turn.index for turn in record.turns}) < len(record.turns):
        yield "two turns have the same place in the order of speaking"
    yield from _doubts_about_options(record)
    for turn in record.turns:
        yield from _doubts_about_turn(turn, len(record.spec.team))
    yield from _doubts_about_hearing(record)
    yield from _doubts_about_shock(record)
    yield from _doubts_about_verdict(record)
    yield from _doubts_about_models(record)
    yield from _doubts_about_calls([*_calls(record)])
    yield from _doubts_about_sums(record)
    if record.deleted:
        yield "it was deleted"


def _doubts_about_options(record: RunRecord) -> Iterator[str]:
    """Of a protocol that is known here; what others need is for them to know."""
    spec = record.spec
    if spec.protocol not in PROTOCOLS:
        return
    try:
        options = check_options(spec.protocol, spec.options)
        read_steps(options.get("steps", ()), len(spec.team))
    except BadInput as error:
        yield f"its protocol: {error}"


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
    if turn.action == "plan" and not turn.assignments:
        yield f"the plan of {what} gives nobody a job"


def _doubts_about_hearing(record: RunRecord) -> Iterator[str]:
    said = {turn.key: turn for turn in record.turns if turn.audible}
    for turn in record.turns:
        heard = [said[key] for key in turn.heard if key in said and _is_over(said[key], turn)]
        if len(heard) < len(turn.heard):
            yield f"turn {turn.index} heard what had not been said"
        work = {other.seat for other in heard if other.action != "intend"}
        leads = () if turn.reports_to is None else (turn.reports_to,)
        if not work.issuperset((*turn.builds_on, *leads)):
            yield f"turn {turn.index} leans on work it did not hear"


def _is_over(turn: Turn, when: Turn) -> bool:
    """Say whether a turn had ended when another began."""
    timed = turn.calls and when.calls
    return turn.index < when.index and not (timed and turn.ended_s > when.started_s + SLACK)


def _doubts_about_shock(record: RunRecord) -> Iterator[str]:
    struck, shock = record.struck, record.spec.shock
    if struck is None:
        return
    if shock is None or shock.kind != struck.kind:
        yield f"a shock struck ({struck.kind}) that its recipe has not"
    agents, seats = len(record.spec.team), {*struck.seats}
    most = {"swap": agents, "priorities": 0}.get(struck.kind, 1)
    fewest = int(struck.kind in ("seat", "swap"))
    if not fewest <= len(struck.seats) <= most or len(seats) < len(struck.seats):
        yield f"its shock ({struck.kind}) struck {len(struck.seats)} agents"
    if not seats.issubset(range(1, agents + 1)):
        yield f"its shock struck an agent that a team of {agents} has not"
    for turn in (turn for turn in record.turns if turn.index >= struck.index):
        if turn.seat in struck.gone and (turn.calls or turn.action != "failed"):
            yield f"turn {turn.index} is of an agent that had dropped out"
        if not struck.gone.isdisjoint(key.seat for key in turn.heard):
            yield f"turn {turn.index} heard an agent that had dropped out"


def _doubts_about_verdict(record: RunRecord) -> Iterator[str]:
    verdict = record.verdict
    if verdict is None:
        return
    scored = Counter(score.criterion for score in verdict.scores)
    if scored != (Counter() if verdict.unscored else Counter(CRITERIA.keys())):
        yield "its verdict does not score every criterion once"
    if any(not 1 <= score.points <= 4 for score in verdict.scores):
        yield "its verdict gives points other than 1 to 4"


def _doubts_about_models(record: RunRecord) -> Iterator[str]:
    """A run is simulated when any of its models is; a scripted one may have any name without a provider."""
    models = {*record.spec.models, *(call.model for call in _calls(record))}
    providers = {provider_of(model): model for model in sorted(models)}
    if SIMULATED in providers and not record.simulated:
        yield f"it passes for real, and {providers[SIMULATED][:60]!r} is simulated"
    if record.simulated and not providers.keys() & {SIMULATED, UNKNOWN}:
        yield f"it passes for simulated, and {min(models)[:60]!r} is not"


def _doubts_about_calls(calls: Sequence[Call]) -> Iterator[str]:
    if any((call.reply is None) == (call.error is None) for call in calls):
        yield "a call has both a reply and an error, or neither"
    if any(call.ended_s < call.started_s for call in calls):
        yield "a call ended before it began"
    if any(call.usage.cached_tokens > call.usage.input_tokens for call in calls):
        yield "more input was cached than there was"


def _doubts_about_sums(record: RunRecord) -> Iterator[str]:
    """The whole may be more than its parts: calls that were cut off are in no turn."""
    done = [call for turn in record.turns for call in turn.calls]
    done += record.verdict.calls if record.verdict else ()
    calls = {*done, *(event.outcome for event in record.asked_again)}
    if len({*done}) < len(done) or len({call.number for call in calls}) < len(calls):
        yield "two calls have the same number"
    if record.calls < len(calls):
        yield f"it counts {record.calls} calls and tells of {len(calls)}"
    if record.duration_s + SLACK < max((call.ended_s for call in calls), default=0.0):
        yield "it was over before its last call was"
    if _is_less(record.spent, total(call.usage for call in calls)):
        yield "it spent less than its calls did"
    if wrong := mispriced(sorted(calls, key=lambda call: call.number), record.price_of):
        yield f"call {wrong[0]} did not cost what its tokens cost at the prices it names"
    if record.spent.cached_tokens > record.spent.input_tokens:
        yield "more input was cached than there was"


def _is_less(whole: Usage, part: Usage) -> bool:
    """Say whether a part has more of anything; the price of a whole is unknown when that of a part is."""
    if part.cost_usd is None or whole.cost_usd is None:
        dearer = whole.cost_usd is not None
    else:
        dearer = part.cost_usd > whole.cost_usd + SLACK
    more = (
        part.input_tokens > whole.input_tokens,
        part.cached_tokens > whole.cached_tokens,
        part.output_tokens > whole.output_tokens,
    )
    return dearer or any(more)


def _impossible_values(value: Any, latest: datetime) -> Iterator[str]:
    """Numbers and dates that no run has, wherever they stand."""
    if isinstance(value, dict):
        value = tuple(cast("dict[str, Any]", value).values())
    if isinstance(value, (list, tuple)):
        for item in cast("tuple[Any, ...]", value):
            yield from _impossible_values(item, latest)
    elif isinstance(value, (int, float)) and not 0 <= value <= MOST:
        yield (
            "a number that is negative, or too large"
            if isinstance(value, int) or math.isfinite(value)
            else "a number that is none"
        )
    elif isinstance(value, datetime) and (value.tzinfo is None or not EARLIEST <= value <= latest):
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
        spec.minds,
        record.version,
    ]
    names += [*spec.models, verdict.judge if verdict else ""]
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
