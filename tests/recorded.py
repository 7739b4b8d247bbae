"""Records of runs for tests of pages, figures and graphs; see `made.py` for the events they are read from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from swarm.mission import Mission
from swarm.recording.events import Event, TurnStarted
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Action, CueKind, Turn, Usage
from tests.made import BAKERY, call, told, turn
from tests.made import spec as recipe


def a_turn(
    seat: int, action: Action = "contribute", *, role: str = "Baker", tokens: int = 100, **more: Any
) -> Turn:
    """A turn of a sequential run that builds on nobody unless told otherwise."""
    cue: CueKind = "plan" if action == "plan" else "contribute"
    spoke = action in ("plan", "contribute")
    asked = replace(call(seat), usage=Usage(tokens, 0, tokens // 2, 0.001))
    plain = replace(
        turn(seat - 1, action=action),
        cue=cue,
        role=role if spoke else None,
        text="Bake bread." if spoke else "",
        reason="It was needed.",
        builds_on=(),
        calls=(asked,),
    )
    return replace(
        plain, **{name: tuple(value) if name == "builds_on" else value for name, value in more.items()}
    )


def events_of(
    turns: Sequence[Turn],
    *,
    run_id: str = "20261122-120000-abc123",
    agents: int | None = None,
    thinking: int | None = None,
    mission: Mission = BAKERY,
    spec: dict[str, Any] | None = None,
    **more: Any,
) -> list[Event]:
    """The events of a run with these turns; `thinking` is a seat that was cued and has not answered."""
    seats = agents or max((each.seat for each in turns), default=1)
    events = told(run_id, recipe(mission, agents=seats, **(spec or {})), turns=turns, **more)
    if thinking:
        last = events[-1]
        cued = {"index": thinking - 1, "seat": thinking, "round": 1, "cue": "contribute"}
        events.append(TurnStarted(run_id=run_id, seq=last.seq + 1, at=last.at, t=last.t, **cued))
    return events


def a_record(turns: Sequence[Turn], **more: Any) -> RunRecord:
    """The record of such a run."""
    return record_of(events_of(turns, **more))
