"""A run of which no two values are the same, so that whoever mixes two up shows it.

Fifteen agents: 5 contributed, 4 abstained, 3 were idle by order, 2 could not be read, 1 got no reply. They spoke from
the last seat to the first, so that no seat is its place in the order of speaking, and each has a model of its own.
"""

from dataclasses import replace

from swarm.limits import Limits
from swarm.mission import Mission, Requirement
from swarm.models.card import Price
from swarm.recording.events import CallEnded, Event, ProtocolEnded, RunStarted
from swarm.spec import RunSpec
from swarm.team import Seat, Team
from swarm.turn import Action, Call, Turn, TurnKey, Usage
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import told

ID = "20261122-120000-abc123"
PRICES = {"sim/m15": Price(1.0, 2.0, 3.0, 4.0)}
ACTIONS: tuple[Action, ...] = ("contribute",) * 5 + ("abstain",) * 4 + ("unparsed",) * 2 + ("failed",)
"""In the order of speaking."""
JUDGED = Verdict(
    "sim/judge",
    tuple(
        Score(name, points, f"because of *{name}*")
        for name, points in zip(CRITERIA, (4, 2, 3, 2, 1), strict=True)
    ),
    calls=(Call(90, "sim/judge", "{}", finish="stop", usage=Usage(9_001, 902, 93, 0.9), started_s=50.0,
                ended_s=53.5, waited_s=0.9, served_by="served-judge"),),
)  # fmt: skip
SPEC = RunSpec(
    Mission("oven", "Build *an* oven", "Of clay.", ("Thrift",), (Requirement("Find clay"),), level="L2"),
    Team(tuple(Seat(number, f"sim/m{number}") for number in range(1, 16))),
    protocol="broadcast",
    seed=77,
    limits=Limits(usd=5.5, tokens=400_000, calls=321, seconds=654.0),
    judge="sim/judge",
    organization="north",
    temperature=0.3,
    max_tokens=1_111,
    judge_max_tokens=2_222,
    prompts="p1",
    warnings=("First *warning*.", "Second warning."),
)


def a_call(number: int, seat: int, **more: object) -> Call:
    usage = Usage(1_000 + 10 * number, 100 + number, 10 + number, number / 1_000, written_tokens=number)
    times = {"started_s": 2.0 * number, "ended_s": 2.0 * number + 0.75, "waited_s": number / 100}
    call = Call(number, f"sim/m{seat}", "{}", finish="stop", served_by=f"served-{number}", usage=usage)
    return replace(call, **times | more)


def a_turn(index: int, action: Action) -> Turn:
    seat, worked = 15 - index, action == "contribute"
    before = TurnKey(3, seat + 1)
    error = {"reply": None, "error": "gone"} if action == "failed" else {}
    return Turn(
        index=index,
        seat=seat,
        round=3,
        cue="contribute",
        action=action,
        role=f"The Bakers {seat}" if worked else None,
        text="bread " * (20 + index) if worked else "",
        reason=f"reason *{index}*",
        builds_on=(seat + 1,) if worked and index else (),
        reports_to=15 if worked and index > 1 else None,
        heard=(before,) if index else (),
        calls=(a_call(index + 1, seat, **error),),
    )


def events() -> list[Event]:
    """All that was told, one reply that was asked for again included."""
    turns = [a_turn(index, action) for index, action in enumerate(ACTIONS)]
    first, *more = told(ID, SPEC, turns=turns, judged=JUDGED)
    assert isinstance(first, RunStarted)
    again = replace(a_call(40, 15), ended_s=80.5)
    at = {"run_id": ID, "at": more[-1].at}
    more[-1:-1] = [
        CallEnded(seq=0, t=20.0, index=0, outcome=again, because="no *JSON*", **at),
        ProtocolEnded(seq=0, t=21.0, **at),
    ]
    told_all = [replace(first, owner="ada", prices=PRICES, price_table="table-1"), *more]
    return [replace(event, seq=seq) for seq, event in enumerate(told_all)]
