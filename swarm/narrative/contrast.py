"""Two runs of one mission are set against each other in one sentence of plain text.

It says what differed, not why: one run of each proves nothing, and whoever shows the sentence says so.
"""

from collections import Counter

from swarm.errors import BadInput
from swarm.narrative.labels import SAT_OUT, models_named, shock_named
from swarm.narrative.story import ENDED_EARLY, Hearing, built_on, hearing, no_score
from swarm.organization.graph import SeatNow, seats_of
from swarm.recording.record import RunRecord
from swarm.spec import RunSpec
from swarm.written import brief, lasting, listed

OF_PROTOCOL = {"options", "memory"}
"""Conditions that are a protocol's own: under two protocols these differ of necessity."""
CAVEAT = "One run of each is an example, not evidence."
HEARD: dict[Hearing, str] = {
    "work": "agents heard what others had finished",
    "plan": "agents heard only the plan",
    "intentions": "agents heard only what others intended",
    "nobody": "agents heard nobody",
}


def contrast(one: RunRecord, other: RunRecord) -> str:
    """Say in one sentence what differed between two runs that have ended, and what else than the protocol did.

    Args:
        one: a run.
        other: another run of the same mission, of the same kind: both simulated, or both real.

    Returns:
        Scores or why there are none, what the agents heard and made of it, what it took; then models, seed and
        other conditions that are not the same, lest the protocol be credited with them. Runs are called by their
        protocols, or the first and the second when these are the same.

    Raises:
        BadInput: when the two cannot be compared, or one is still running; says why.
    """
    check_comparable(one, other)
    for record in (one, other):
        if record.status == "running":
            raise BadInput(f"run {record.run_id!r} has not ended: wait for it, or stop it")
    names = _names(one, other)
    doings = "; ".join(
        f"in {name}, {_doings(record)}" for name, record in zip(names, (one, other), strict=True)
    )
    compared = f"{_scores(one, other, names)}: {doings}; {_prices(one, other, names)}"
    return f"{compared}{_besides(one.spec, other.spec)}."


def check_comparable(one: RunRecord, other: RunRecord) -> None:
    """Refuse to compare what says nothing together: other missions, judges or prompts, simulated and real, itself.

    Raises:
        BadInput: says why.
    """
    if one.run_id == other.run_id:
        raise BadInput(f"run {one.run_id!r} would be compared with itself: name two runs")
    if one.simulated != other.simulated:
        raise BadInput("one run is simulated and the other is real: such runs are never compared")
    if one.spec.mission != other.spec.mission:
        raise BadInput(
            f"the runs have different missions, {one.spec.mission.title!r} and {other.spec.mission.title!r}: "
            "only runs of one mission can be compared"
        )
    if one.spec.judge and other.spec.judge and one.spec.judge != other.spec.judge:
        raise BadInput(
            f"the runs have different judges, {one.spec.judge!r} and {other.spec.judge!r}: "
            "their scores do not say the same"
        )
    if one.spec.prompts != other.spec.prompts:
        raise BadInput("the runs were asked in different words: the prompts have changed between them")
    if one.spec.minds != other.spec.minds:
        raise BadInput("the simulated models have changed between these runs: run both anew")


def _besides(one: RunSpec, other: RunSpec) -> str:
    """Name what differs besides the protocol with both values, empty when nothing does."""
    first, second = _conditions(one), _conditions(other)
    alike = one.protocol == other.protocol
    differ = [
        f"{name} ({first[name]} against {second[name]})"
        for name in first
        if first[name] != second[name] and (alike or name not in OF_PROTOCOL)
    ]
    if not differ:
        return ""
    return f"; {'' if alike else 'besides the protocol, '}they differ in {listed(differ)}"


def _conditions(spec: RunSpec) -> dict[str, str]:
    """Put into words what decides how a run goes."""
    return {
        "team": models_named(spec.team),
        "options": ", ".join(f"{name} {brief(str(value))}" for name, value in spec.options.items()) or "none",
        "memory": f"{len(spec.memory)} earlier roles",
        "shock": shock_named(spec.shock),
        "seed": str(spec.seed),
        "pace": spec.pace,
        "temperature": f"{spec.temperature:g}",
        "longest reply": f"{spec.max_tokens:,} tokens",
    }


def _names(one: RunRecord, other: RunRecord) -> tuple[str, str]:
    first, second = (record.spec.protocol.replace("_", " ").capitalize() for record in (one, other))
    return (first, second) if first != second else ("the first run", "the second run")


def _scores(one: RunRecord, other: RunRecord, names: tuple[str, str]) -> str:
    first, second = _score(one), _score(other)
    if first.startswith("scored") and second.startswith("scored"):
        second = second.removeprefix("scored ")
    words = f"{names[0]} {first} and {names[1]} {second}"
    return words[0].upper() + words[1:]


def _score(record: RunRecord) -> str:
    quality = record.verdict.quality if record.verdict else None
    early = "" if record.status == "finished" else f"{ENDED_EARLY[record.status]} and "
    return f"{early}{f'has no score ({no_score(record)})' if quality is None else f'scored {quality:.2f}'}"


def _doings(record: RunRecord) -> str:
    seats = seats_of(record)
    links = built_on(record).total()
    facts = [
        HEARD[hearing(record)],
        f"built on each other's work {'once' if links == 1 else f'{links} times'}" if links else "",
        *_counts(seats),
    ]
    return listed([fact for fact in facts if fact])


def _counts(seats: tuple[SeatNow, ...]) -> list[str]:
    """Say what became of the seats, where it is more than work in a role of one's own."""
    alike = sum(seat.shared_by > 1 for seat in seats)
    counted = {
        f"{alike} of {len(seats)} took roles much like another's": alike,
        **{f"{number} of {len(seats)} {did}": number for did, number in _idle(seats).items()},
    }
    return [words for words, number in counted.items() if number]


def _idle(seats: tuple[SeatNow, ...]) -> dict[str, int]:
    counts = Counter(seat.standing for seat in seats)
    return {**{did: counts[kind] for kind, did in SAT_OUT.items()}, "had no turn": counts["not_reached"]}


def _prices(one: RunRecord, other: RunRecord, names: tuple[str, str]) -> str:
    first, second = lasting(one.duration_s), lasting(other.duration_s)
    tokens, others = f"{one.spent.tokens:,} tokens", f"{other.spent.tokens:,}"
    if first == second:
        return f"both took {first}, {names[0]} with {tokens} and {names[1]} with {others}"
    return f"{names[0]} took {first} instead of {second} and {tokens} instead of {others}"
