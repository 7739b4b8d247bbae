"""A run is told in plain words, for people who know nothing about agents.

Sentences are plain text and quote what agents wrote: whoever shows them makes them safe for where they stand.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeAlias

from swarm.engine.stage import late_requirements
from swarm.metrics.relay import relays
from swarm.narrative.labels import SAT_OUT, agents_named
from swarm.narrative.role_origin import Origin, origin_of_roles
from swarm.organization.graph import SeatNow, links_of, seats_of
from swarm.recording.record import RunRecord, Status
from swarm.turn import Turn, contributions
from swarm.written import brief, lasting, listed, money, quote

Hearing: TypeAlias = Literal["work", "plan", "intentions", "nobody"]
"""The most that any agent of a run was shown of others."""
IN_ROLES: dict[Origin, tuple[str, str]] = {
    "planned": ("in a role that a plan gave it", "in roles that a plan gave them"),
    "given": ("in a role that it was given", "in roles that they were given"),
    "chosen": ("in a role of its own choosing", "in roles that they chose themselves"),
    "unknown": (
        "in a role that was chosen or given (which is not known)",
        "in roles that were chosen or given (which is not known)",
    ),
}
"""Of one agent, and of several."""
ENDED_EARLY: dict[Status, str] = {
    "stopped": "was stopped",
    "limited": "reached a limit",
    "failed": "failed",
    "interrupted": "was interrupted",
}
"""How a run ended that did not finish."""
UNHEARD: dict[Hearing, str] = {
    "nobody": "the agents heard nobody, so nobody could build on another's work",
    "plan": "the agents heard only the plan, so nobody could build on another's work",
    "intentions": "the agents heard only what others intended, so nobody could build on another's work",
    "work": "nobody says that it built on work it heard",
}
"""What is said when nobody built on anybody."""
ROLE_CHARS = 60


def story(record: RunRecord) -> tuple[str, ...]:
    """Tell a run: who took part, who built on whom, who sat it out and why, what came of it and what it took.

    Args:
        record: a run, live or ended, of any protocol.

    Returns:
        Two to four sentences of plain text, one more when the recipe has a shock, and one more when a sentence spread
        from agent to agent. What is unknown is said to
        be so; the four kinds of not working are told apart; simulated money is called that.
    """
    seats = seats_of(record)
    gone = record.struck.gone if record.struck else ()
    told = (
        who_worked(record, seats),
        _who_built(record, seats),
        what_struck(record),
        who_sat_out([seat for seat in seats if seat.number not in gone]),
        _what_spread(record),
        _how_it_stands(record, seats),
    )
    return tuple(_as_sentence(part) for part in told if part)


def _what_spread(record: RunRecord) -> str:
    """The sentence that spread farthest, word for word; empty when none did, or the run goes on."""
    spreading = (
        [each for each in relays(record.turns, record.spec.mission) if each.spreads] if record.ended else []
    )
    if not spreading:
        return ""
    worst = spreading[0]
    return (
        f"a sentence of agent {worst.origin} was repeated word for word by {len(worst.seats)} of the {worst.hearers} "
        f"agents who heard it: “{brief(worst.text)}”"
    )


def who_worked(record: RunRecord, seats: Sequence[SeatNow]) -> str:
    """Say how many delivered something and where their roles came from."""
    workers = contributions(record.turns)
    plan = next((turn for turn in record.turns if turn.action == "plan"), None)
    if plan:
        return _planned(plan, workers, running=record.status == "running")
    team, so_far = len(record.spec.team), " so far" if record.status == "running" else ""
    if not workers:
        return f"{'the only agent has not' if team == 1 else f'none of the {team} agents has'} contributed{so_far}"
    if len(workers) == 1:
        who = "the only agent" if team == 1 else f"agent {workers[0].seat} alone"
        return f"{who} contributed{so_far}, {_in_roles(workers, record, seats)}"
    everybody = "both" if team == 2 else f"all {team}"
    who = everybody if len(workers) == team else f"{len(workers)} of {team}"
    return f"{who} agents contributed{so_far}, {_in_roles(workers, record, seats)}"


def who_sat_out(seats: Sequence[SeatNow]) -> str:
    """Say who did not work and why for each of the four kinds, empty when all worked or may still do so."""
    parts: list[str] = []
    for kind, did in SAT_OUT.items():
        idle = [seat for seat in seats if seat.standing == kind]
        if idle:
            everybody = len(idle) == len(seats) > 2
            who = f"all {len(seats)}" if everybody else agents_named([seat.number for seat in idle])
            parts.append(f"{who} {did}{_why(idle)}")
    return "; ".join(parts)


def what_struck(record: RunRecord) -> str:
    """Say what the shock of a run did and when, empty without one and as long as it may still strike."""
    shock, struck = record.spec.shock, record.struck
    if shock is None:
        return ""
    if struck is None:
        return "" if record.status == "running" else f"it ended before its shock ({shock.kind}) could strike"
    when = f"after {struck.index} {'turn' if struck.index == 1 else 'turns'} a shock struck"
    if struck.kind == "hub" and not struck.seats:
        return f"{when} nobody: it takes the hub, and nobody leaned on anybody yet"
    whom = agents_named(struck.seats) if struck.seats else ""
    if struck.kind == "swap":
        return f"{when}: {whom} answered with {brief(shock.model, ROLE_CHARS)} from then on"
    if struck.kind == "priorities":
        late = [f"R{number}" for number in sorted(late_requirements(record.spec))]
        return f"{when}: until then nobody knew of {listed(late)}"
    drawn = ", drawn by lot," if struck.kind == "seat" else ", taken for the hub,"
    worked = any(turn.seat in struck.gone and turn.action in ("plan", "contribute") for turn in record.turns)
    work = ", and its work was neither heard nor delivered any more" if worked else " before it had worked"
    return f"{when}: {whom}{drawn} dropped out{work}"


def hearing(record: RunRecord) -> Hearing:
    """The most that an agent heard of others; its own earlier turns do not count."""
    did = {turn.key: turn.action for turn in record.turns}
    heard = {did.get(key) for turn in record.turns for key in turn.heard if key.seat != turn.seat}
    if "contribute" in heard:
        return "work"
    return "plan" if "plan" in heard else "intentions" if "intend" in heard else "nobody"


def built_on(record: RunRecord) -> Counter[int]:
    """Count the seats that say they build on each seat."""
    return Counter(link.other for link in links_of(record) if "builds_on" in link.kinds)


def no_score(record: RunRecord) -> str:
    """Say why a run that has ended has no quality, empty when it has one."""
    verdict = record.verdict
    if verdict is None:
        return "the judge was not asked" if record.spec.judge else "nobody judged it"
    return brief(verdict.unscored)


def _planned(plan: Turn, workers: Sequence[Turn], *, running: bool) -> str:
    named = {job.seat for job in plan.assignments}
    delivered = len(named & {turn.seat for turn in workers})
    so_far = " so far" if running else ""
    if named == {plan.seat}:
        did = "delivered" if delivered else "did not deliver"
        return f"agent {plan.seat} planned for itself alone, and {did}{so_far}"
    who = f"{len(named)} {'agents' if len(named) > 1 else 'agent'}"
    itself = ", itself included" if plan.seat in named else ""
    came = "all" if delivered == len(named) else str(delivered or "none")
    return (
        f"agent {plan.seat} led: its plan gave {who} a role and a job{itself}, and {came} delivered{so_far}"
    )


def _in_roles(workers: Sequence[Turn], record: RunRecord, seats: Sequence[SeatNow]) -> str:
    """In which roles they worked and where these came from; who has none is not said to have chosen one."""
    named = [turn.role for turn in workers if turn.role]
    if not named:
        return "without naming a role"
    one, several = IN_ROLES[origin_of_roles(record)]
    some = "" if len(named) == len(workers) else f"{len(named)} of them "
    if len(named) == 1:
        return f"{some}{one}: {quote(named[0], ROLE_CHARS)}"
    announced = any(turn.action == "intend" for turn in record.turns)
    after = ", after announcing what they would do" if announced else ""
    return f"{some}{several}{after}{_alike(seats)}"


def _alike(seats: Sequence[SeatNow]) -> str:
    alike = Counter(seat.cluster for seat in seats if seat.cluster and seat.shared_by > 1)
    if not alike:
        return ", no two alike"
    largest = alike.most_common(1)[0][0]
    names = dict.fromkeys(seat.role for seat in seats if seat.cluster == largest and seat.role)
    like = " and ".join(quote(name, ROLE_CHARS) for name in [*names][:2])
    return f"; {alike.total()} of them took roles much like another's, such as {like}"


def _who_built(record: RunRecord, seats: Sequence[SeatNow]) -> str:
    if len(contributions(record.turns)) < 2:
        return ""
    built = built_on(record)
    if not built and record.status == "running":
        return ""
    said = f"{_most_built_on(record, built, seats)}{_placed_under(record, seats)}"
    led = any(seat.leads for seat in seats)
    return f"{said}; the organization is {_layers(record.depth)}{'' if led else ', and nobody leads'}"


def _most_built_on(record: RunRecord, built: Counter[int], seats: Sequence[SeatNow]) -> str:
    if not built:
        return UNHEARD[hearing(record)]
    by = max(built.values())
    top = sorted(number for number, times in built.items() if times == by)
    role = seats[top[0] - 1].role if len(top) == 1 else None
    named = agents_named(top) + (f" ({brief(role, ROLE_CHARS)})" if role else "")
    links = built.total()
    if links == 1:
        return f"one built on the work of another, {named}"
    each = f"{by} of them did" if len(top) == 1 else f"{by} did on each"
    most = f"most on that of {named}: {each}" if by > 1 else "on nobody's more than once"
    return f"they built on each other's work {links} times, {most}"


def _placed_under(record: RunRecord, seats: Sequence[SeatNow]) -> str:
    """To whom others report of their own accord; who follows a plan was told so before."""
    planners = {turn.seat for turn in record.turns if turn.action == "plan"}
    reports = Counter(
        link.other for link in links_of(record) if "reports_to" in link.kinds and link.other not in planners
    )
    if not reports:
        return ""
    number, followers = min(reports.items(), key=lambda item: (-item[1], item[0]))
    return f"; {followers} placed {'itself' if followers == 1 else 'themselves'} under agent {number}"


def _layers(depth: int | None) -> str:
    return "flat" if depth == 1 else f"{depth} layers deep"


def _why(idle: Sequence[SeatNow]) -> str:
    """The reason of those who sat out or got no reply: what can be read of the others is no reason of theirs."""
    first = next((seat for seat in idle if seat.reason), None)
    if first is None or first.standing not in ("abstained", "failed"):
        return ""
    if first.standing == "failed":
        return f" ({brief(first.reason)})"
    return (
        f"{'' if len(idle) == 1 else f', agent {first.number}'} with the reason {quote(first.reason or '')}"
    )


def _how_it_stands(record: RunRecord, seats: Sequence[SeatNow]) -> str:
    if record.status == "running":
        return _now(record, seats)
    score = f"it has no quality: {no_score(record)}"
    verdict = record.verdict
    if verdict and verdict.quality is not None:
        points = round(verdict.quality * 16)
        score = f"the judge gave {points} of 16 points, a quality of {verdict.quality:.2f}"
    return f"{_early_end(record)}it took {_taken(record)}; {score}"


def _now(record: RunRecord, seats: Sequence[SeatNow]) -> str:
    thinking = [seat.number for seat in seats if seat.standing == "thinking"]
    if thinking:
        return f"{agents_named(thinking)} {'is' if len(thinking) == 1 else 'are'} thinking"
    if record.protocol_ended and record.spec.judge and not record.verdict:
        return "everybody has spoken, and the judge is reading"
    return "the run is going on"


def _early_end(record: RunRecord) -> str:
    if record.status == "finished":
        return ""
    missed = record.participation.not_reached
    before = f" before {missed} of {len(record.spec.team)} agents had their turn" if missed else ""
    why = f" ({brief(record.reason)})" if record.reason else ""
    return f"the run {ENDED_EARLY[record.status]}{before}{why}; "


def _taken(record: RunRecord) -> str:
    spent = record.spent
    about = "about " if spent.estimated else ""
    cost = money(spent.cost_usd, simulated=record.simulated)
    return f"{lasting(record.duration_s)}, {about}{spent.tokens:,} tokens and {cost}"


def _as_sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."
