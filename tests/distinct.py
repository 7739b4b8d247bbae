"""One run in which no two numbers are equal, so that whatever stands beside another's label is seen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from swarm.history.rows import MORE
from swarm.limits import Limits
from swarm.mission import Mission, Requirement
from swarm.recording.events import Event, ProtocolEnded, RunFinished, RunStarted, ShockStruck
from swarm.recording.measures import LISTED, MEASURES, kept, write
from swarm.recording.record import record_of
from swarm.shock import Shock, Struck
from swarm.team import make_team
from swarm.turn import Action, Call, Turn, TurnKey, Usage, delivered, total
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import BEGAN, spec, told

RUN_ID = "20261122-130000-d15c0d"
PARTS: dict[Action, Sequence[int]] = {
    "contribute": range(1, 10),
    "abstain": range(10, 12),
    "unparsed": range(12, 15),
    "failed": range(15, 19),
}
"""Seats by what became of them; five more are idle by order."""
AGENTS = 23
DEPTH, LEADER = 6, 5
"""Six seats stand upon each other, and two more report to the leader."""
NAMES = ("Cook", "Cooks", "Clerk", "Harbour pilot", "Pilot", "Welder", "Mason", "Tailor", "Miner")
"""Nine names, eight without endings, seven kinds of role."""
POINTS = dict(zip(CRITERIA, (4, 3, 2, 2, 1), strict=True))
"""Eleven points of 16."""
DURATION_S, CALLS, SEED = 83.25, 27, 47
LIMITS = Limits(usd=7.0, tokens=990_000, calls=61, seconds=4_321.0)
MISSION = Mission(
    "harbour", "Dredge the harbour", "Let ships in.", level="L3", requirements=(Requirement("Dig"),)
)
LOST = Usage(777, 71, 33, 0.0625, written_tokens=13)
"""Of a call that led to nothing."""


def usage(number: int) -> Usage:
    """Of one call: a sum over some calls is like no other one."""
    return Usage(
        10_000 + 100 * number,
        cached_tokens=3_000 + 7 * number,
        output_tokens=500 + number,
        cost_usd=number / 64,
        written_tokens=40 + 3 * number,
    )


def call(number: int, model: str = "sim/strong", **more: Any) -> Call:
    """A call that waited, left and came back at times of its own."""
    answer = {"reply": f"reply {number}", "finish": "stop", "usage": usage(number)} | more
    times = {"started_s": 3.0 * number, "ended_s": 3.0 * number + 1 + number / 16, "waited_s": number / 32}
    return Call(number, model, **answer, **times)


def mute(number: int) -> Call:
    """A call that nobody answered."""
    return call(number, reply=None, finish=None, error=f"gone {number}", usage=Usage())


def turn(seat: int, action: Action) -> Turn:
    """The turn of a seat, all of whose numbers are its own."""
    worked = action == "contribute"
    return Turn(
        index=seat,
        seat=seat,
        round=2,
        cue="contribute",
        action=action,
        role=NAMES[seat - 1] if worked else None,
        text=" ".join([f"work{max(2, seat)}"] * seat) if worked else "",
        reason=f"reason {seat}",
        builds_on=(seat - 1,) if 1 < seat <= DEPTH else (),
        reports_to=LEADER if seat in (8, 9) else None,
        heard=tuple(TurnKey(2, other) for other in range(1, seat)) if worked else (),
        calls=(mute(seat + 1),) if action == "failed" else (call(seat + 1),),
    )


def _turns() -> list[Turn]:
    """An intention first; the third seat was asked twice."""
    turns = [turn(seat, action) for action, seats in PARTS.items() for seat in seats]
    turns[2] = replace(turns[2], calls=(mute(24), call(25)))
    said = replace(turn(2, "contribute"), index=0, round=1, cue="intend", action="intend", builds_on=())
    return [replace(said, text="I shall dig.", reason="reason 0", heard=(), calls=(call(1),)), *turns]


TURNS = _turns()
VERDICT = Verdict(
    "sim/judge",
    tuple(Score(name, points, f"because of {name}") for name, points in POINTS.items()),
    calls=(call(26, "sim/judge"),),
)
TEAM, JUDGE = total(each.usage for each in TURNS), VERDICT.usage
SPENT = TEAM + JUDGE + LOST
DELIVERABLE = delivered(TURNS, "all")
SPEC = replace(
    spec(MISSION),
    team=make_team(["16 sim/strong", "7 sim/weak"], AGENTS),
    protocol="batched",
    options={"size": 11},
    seed=SEED,
    limits=LIMITS,
    temperature=0.3,
    max_tokens=1_111,
    judge_max_tokens=2_222,
    organization="north",
    shock=Shock("swap", "sim/weak"),
    prompts="p12",
    minds="m34",
)


def events(*, simulated: bool = True, **start: Any) -> list[Event]:
    """What was told of the run; `start` is what else its first event says."""
    found = told(RUN_ID, SPEC, turns=TURNS, judged=VERDICT, simulated=simulated)
    last = found[-1]
    assert isinstance(found[0], RunStarted)
    assert isinstance(last, RunFinished)
    found[0] = replace(found[0], owner="ada", version="9.8", **start)
    found[-1] = replace(
        last, seq=last.seq + 2, t=DURATION_S, spent=SPENT, calls=CALLS, deliverable=DELIVERABLE
    )
    seq = {"run_id": RUN_ID, "at": BEGAN, "t": 80.0}
    found.insert(-1, ShockStruck(seq=last.seq, struck=Struck("swap", 12, (4, 7)), **seq))
    found.insert(-1, ProtocolEnded(seq=last.seq + 1, **seq))
    return found


RECORD = record_of(events())

OTHER = replace(
    RECORD,
    run_id="20261122-140000-07e500",
    spec=replace(
        SPEC,
        protocol="shared",
        options={},
        seed=53,
        team=make_team(["sim/strong"], 19),
        temperature=0.5,
        max_tokens=1_212,
        shock=None,
    ),
    turns=tuple(each for each in TURNS[1:] if each.seat in (1, 2, 3, 4, 7, 10, 12, 13, 14, 15, 16)),
    struck=None,
    spent=Usage(51_000, 17_000, 1_300, 0.75),
    duration_s=7.5,
    verdict=Verdict("sim/judge", tuple(Score(name, 1) for name in CRITERIA)),
    deliverable="five words are delivered here",
)
"""A run of the same mission in which every number is another one."""

MORE_VALUES = {key: kept(RECORD)[key] for key in MORE}
"""Of the measures that have a column and no field of their own, by key."""
LISTED_VALUES = {key: kept(RECORD)[key] for key in LISTED}
"""Of the measures that every list of a run has behind its own, by key."""
LISTED_SAID = {MEASURES[key].name: write(key, value) for key, value in LISTED_VALUES.items()}
OTHER_SAID = {MEASURES[key].name: write(key, kept(OTHER)[key]) for key in LISTED}
"""By name, in words."""
