"""However a call ends, its money is settled once and to the right sum: in its run, its experiment and its day."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args

import pytest

from swarm.config import Settings
from swarm.engine.day_purse import DayPurse, Today, ask_once
from swarm.engine.run import play
from swarm.errors import WAITED_FOR, DayLimitReached, FailureKind, ModelUnavailable
from swarm.limits import Limits
from swarm.models.allowance import ProviderLimits
from swarm.models.model import Completion, Message, Request
from swarm.models.scripted import Reply
from swarm.models.throttle import Throttle
from swarm.recording.events import CallEnded, CallStarted, Event, TurnTaken
from swarm.turn import Usage, total
from tests.books import AMPLE_USD, FATAL, LOST, MOST, RIGHT, TERMINAL, USED, WRONG, Books, Hanging, Meter
from tests.clockwork import slept_through
from tests.staging import (
    NO_WAITS,
    ending_of,
    of_kind,
    planned,
    recipe,
    said,
    speaker,
    stage,
)


def lost(kind: str, billed: Any) -> ModelUnavailable:
    return ModelUnavailable(kind, f"It is {kind}.", billed=billed)  # type: ignore[arg-type]


def tries(kind: str, billed: str) -> int:
    """Requests until it is given up: what is terminal one, what may be billed two, all others three."""
    return 1 if kind in TERMINAL else 2 if billed == "unknown" else 3


every_failure = pytest.mark.parametrize(
    "kind", [kind for kind in get_args(FailureKind) if kind not in WAITED_FOR]
)
billed_or_not = pytest.mark.parametrize("billed", ["no", "unknown"])


@billed_or_not
@every_failure
def test_every_failure_of_an_agents_call_is_settled_once(kind: str, billed: str, settings: Settings):
    books, asked = Books(settings), tries(kind, billed)
    team = Meter([*[lost(kind, billed)] * asked, RIGHT])
    end = ending_of(books.play(recipe(agents=2, judge=None), team))
    fatal = kind in FATAL
    paid = total([*([LOST] * asked if billed == "unknown" else ()), *(() if fatal else [USED])])
    assert (end.status, end.reason) == (("failed", f"It is {kind}.") if fatal else ("finished", None))
    assert len(team.requests) == asked + (not fatal)
    books.stand_at(paid, len(team.requests))
    assert not team.throttle.in_flight


@billed_or_not
@pytest.mark.parametrize("kind", WAITED_FOR)
def test_what_is_waited_for_is_settled_as_often_as_it_is_refused_and_then_paid_once(
    kind: str, billed: str, settings: Settings
):
    books = Books(settings)
    team = Meter([*[lost(kind, billed)] * 5, RIGHT, lost(kind, billed), RIGHT])
    end = ending_of(books.play(recipe(agents=2, judge=None, limits=Limits(calls=2)), team))
    assert (end.status, len(team.requests)) == ("finished", 8)
    books.stand_at(total([USED] * 2 + ([LOST] * 6 if billed == "unknown" else [])), 8)
    assert not team.throttle.in_flight


@billed_or_not
@every_failure
def test_every_failure_of_the_judges_call_is_settled_once(kind: str, billed: str, settings: Settings):
    books, asked = Books(settings), tries(kind, billed)
    judge = Meter([lost(kind, billed)] * asked, "judge")
    end = ending_of(books.play(recipe(agents=1), Meter([RIGHT]), judge))
    assert (end.status, len(judge.requests)) == ("finished", asked)
    books.stand_at(total([USED, *([LOST] * asked if billed == "unknown" else ())]), asked + 1)


@billed_or_not
@every_failure
def test_a_failure_outside_of_any_run_is_settled_once(kind: str, billed: str, settings: Settings):
    with pytest.raises(ModelUnavailable):
        asyncio.run(ask_once(Meter([lost(kind, billed)]), Request((Message("user", ("Hello.",)),)), settings))
    assert DayPurse(settings).so_far() == Today(0.5 if billed == "unknown" else 0.0, 0.0)


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
def test_what_breaks_a_call_outside_of_any_run_costs_all_that_it_may(error: Any, settings: Settings):
    with pytest.raises(error):
        asyncio.run(ask_once(Meter([error()]), Request((Message("user", ("Hello.",)),)), settings))
    assert DayPurse(settings).so_far() == Today(0.5, 0.0)


MORE = Usage(5_000, 1_000, 900, 2.0)
UNPRICED = replace(USED, cost_usd=None)
REPLIES: dict[str, tuple[list[Reply], Usage]] = {
    "readable": ([RIGHT], USED),
    "unreadable twice": ([WRONG, WRONG], total([USED] * 2)),
    "unreadable, then readable": ([WRONG, RIGHT], total([USED] * 2)),
    "cut off twice": ([replace(RIGHT, finish="length")] * 2, total([USED] * 2)),
    "unreadable, then refused": ([WRONG, lost("refused", "no")], USED),
    "unreadable, then lost": ([WRONG, *[lost("timeout", "unknown")] * 2], total([USED, LOST, LOST])),
    "busy, then readable": ([lost("overloaded", "no"), RIGHT], USED),
    "lost, then readable": ([lost("network", "unknown"), RIGHT], total([LOST, USED])),
    "more than was set aside": ([Completion(said(), MORE)], MORE),
    "nothing": ([Completion(said(), Usage())], Usage()),
    "at an unknown price": ([Completion(said(), UNPRICED)], UNPRICED),
}


@pytest.mark.parametrize(("replies", "spent"), REPLIES.values(), ids=REPLIES)
def test_every_reply_is_settled_at_what_it_used(replies: list[Reply], spent: Usage, settings: Settings):
    books, team = Books(settings), Meter(replies)
    end = ending_of(books.play(recipe("solo", 1, judge=None), team))
    assert end.status == ("finished" if end.deliverable else "failed")
    books.stand_at(spent, len(replies))


def answering(request: Request) -> Reply:
    """An eighth of a dollar a call, whoever calls for what."""
    plan = request.answer is not None and request.answer.__name__ == "PlanAnswer"
    return Completion(planned((2, "Scout"), (3, "Cook"), (4, "Buyer"), (5, "Host")), USED) if plan else RIGHT


LIMITS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    # what is limited: limits, calls that fit, status, words
    "calls": ({"limits": Limits(calls=3)}, 3, "limited", "limit of 3 calls: it could come to 4"),
    "tokens": ({"limits": Limits(tokens=1_800)}, 3, "limited", "limit of 1800 tokens: it could come to 1896"),
    "dollars": ({"limits": Limits(usd=0.75)}, 3, "limited", "limit of 0.75 dollars: it could come to 0.875"),
    "the experiment's": ({"experiment_usd": 0.75}, 3, "limited", "limit of 0.75 dollars"),
    "the day's": ({"day_usd": 0.75}, 3, "stopped", "day's limit of $0.75"),
}


@pytest.mark.parametrize("protocol", ["sequential", "coordinator", "shared"])
@pytest.mark.parametrize(("limited", "calls", "status", "words"), LIMITS.values(), ids=LIMITS)
def test_what_a_limit_refuses_is_held_in_no_purse(
    limited: dict[str, Any], calls: int, status: str, words: str, protocol: str, settings: Settings
):
    limits = limited.get("limits", Limits())
    books = Books(settings, **{key: usd for key, usd in limited.items() if key != "limits"})
    team = Meter(answering)
    end = ending_of(books.play(recipe(protocol, 6, judge=None, limits=limits), team))
    assert end.status == status
    assert words in (end.reason or "")
    assert len(team.requests) == calls
    books.stand_at(total([USED] * calls), calls)


def test_a_day_that_is_over_leaves_the_refusal_with_the_experiment(settings: Settings):
    books = Books(settings, day_usd=0.25)
    books.play(recipe(judge=None), Meter([]))
    assert isinstance(books.experiment.refused, DayLimitReached)
    books.stand_at(Usage(), 0)


def test_a_model_without_a_price_is_asked_nothing_where_a_day_has_a_limit(settings: Settings):
    books = Books(settings)

    class Unpriced(Meter):
        def most(self, request: Request) -> Usage:
            return replace(MOST, cost_usd=None)

    end = ending_of(books.play(recipe(judge=None), Unpriced([])))
    assert (end.status, "add its price" in (end.reason or "")) == ("failed", True)
    books.stand_at(Usage(), 0)


# Stops, kills and bugs while calls are in flight.


def test_a_call_cut_off_by_a_stop_after_its_grace_costs_all_that_it_may(settings: Settings):
    books, stop = Books(settings), asyncio.Event()
    team = Hanging(1, stop.set)
    events, slept = slept_through(drained(books, recipe(judge=None), team, stop=stop))
    assert (ending_of(events).status, ending_of(events).reason) == ("stopped", "somebody asked it to stop")
    assert slept == 5.0
    books.stand_at(total([USED, LOST]), 2)


def test_a_call_cut_off_by_the_clock_costs_all_that_it_may(settings: Settings):
    books = Books(settings)
    spec = recipe(judge=None, limits=Limits(seconds=40.0))
    events, slept = slept_through(drained(books, spec, Hanging(1)))
    assert (ending_of(events).status, ending_of(events).reason) == (
        "limited",
        "the limit of 40 seconds has passed",
    )
    assert slept == 40.0
    books.stand_at(total([USED, LOST]), 2)


async def drained(books: Books, spec: Any, *models: Any, **how: Any) -> list[Event]:
    how = {"record": books.record, "purse": books.experiment, "policy": NO_WAITS} | how
    return [event async for event in play(spec, run_id="r1", models=stage(*models), **how)]


class Crowded(Meter):
    """A provider with so many places that is told to stop when everybody waits for one, or for money."""

    def __init__(self, stop: asyncio.Event, places: int) -> None:
        super().__init__(answering)
        self.stop = stop
        self.throttle = Throttle("team", ProviderLimits(max_in_flight=places))

    async def complete(self, request: Request) -> Completion:
        """Let all others come as far as they can, before."""
        for _ in range(20):
            await asyncio.sleep(0)
        self.stop.set()
        return await super().complete(request)


@pytest.mark.parametrize("places", [1, 9])
@pytest.mark.parametrize("protocol", ["sequential", "shared", "broadcast"])
def test_calls_that_a_stop_forestalls_are_neither_made_nor_counted(
    protocol: str, places: int, settings: Settings
):
    """There is money for one at a time, or a place."""
    books, stop = Books(settings, experiment_usd=AMPLE_USD if places == 1 else 0.75), asyncio.Event()
    team = Crowded(stop, places)
    end = ending_of(books.play(recipe(protocol, 6), team, stop=stop))
    assert (end.status, end.reason, len(team.requests)) == ("stopped", "somebody asked it to stop", 1)
    books.stand_at(USED, 1)
    assert not team.throttle.in_flight


def test_whoever_stops_reading_leaves_nothing_set_aside(settings: Settings):
    books = Books(settings)

    async def peek() -> None:
        events = play(
            recipe(judge=None), models=stage(Hanging(0)), record=books.record, purse=books.experiment
        )
        async for event in events:
            if isinstance(event, CallStarted):
                break
        # The call has to have left.
        for _ in range(9):
            await asyncio.sleep(0)
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(peek())
    assert (books.experiment.spent, books.day.so_far()) == (LOST, Today(0.5, 0.0))
    books.are_free()


def test_a_bug_during_a_call_costs_all_that_it_may(settings: Settings):
    books = Books(settings)
    with pytest.raises(ZeroDivisionError):
        books.play(recipe(judge=None), Meter([RIGHT, ZeroDivisionError("a bug")]))
    assert ending_of(books.kept).status == "failed"
    assert ending_of(books.kept).reason == "internal error: ZeroDivisionError: a bug"
    books.stand_at(total([USED, LOST]), 2)


class Killed(Exception):
    """The process died."""


@pytest.mark.parametrize("fact", [CallStarted, CallEnded, TurnTaken])
def test_a_run_killed_and_resumed_is_charged_once_for_all_that_was_asked(fact: type, settings: Settings):
    dying, team = Books(settings), Meter([WRONG, RIGHT, WRONG, RIGHT])

    async def record(event: Event) -> None:
        dying.kept.append(event)
        if len(of_kind(fact, dying.kept)) == 2:
            raise Killed

    with suppress(Killed):
        dying.play(recipe("sequential", 2, judge=None), team, record=record)
    kept = dying.kept[: 1 + max(place for place, event in enumerate(dying.kept) if type(event) is fact)]
    first_day = DayPurse(settings).so_far()
    books = Books(settings, before=kept)
    unknown = {CallStarted: 1}.get(fact, 0)
    rest = Meter(lambda request: RIGHT)
    books.play(recipe("sequential", 2, judge=None), rest)
    told = [*kept, *books.kept]
    asked = [call for event in told if isinstance(event, TurnTaken) for call in event.turn.calls]
    assert ending_of(told).spent == total([*[USED] * len(asked), *[LOST] * unknown])
    assert ending_of(told).calls == len(asked) + unknown
    assert books.experiment.spent == ending_of(told).spent
    assert books.day.so_far() == Today(first_day.spent + 0.125 * len(rest.requests), first_day.held)
    assert not {speaker(request) for request in rest.requests} & {
        event.turn.seat for event in of_kind(TurnTaken, kept)
    }


def test_a_call_that_could_not_be_written_down_was_not_made(settings: Settings):
    books, team = Books(settings), Meter([])

    async def record(event: Event) -> None:
        if isinstance(event, CallStarted):
            raise OSError("the disk is full")
        books.kept.append(event)

    with pytest.raises(OSError, match="disk is full"):
        books.play(recipe(judge=None), team, record=record)
    assert team.requests == []
    assert (ending_of(books.kept).status, ending_of(books.kept).spent) == ("failed", Usage())
    assert (books.experiment.spent, books.day.so_far()) == (Usage(), Today(0.0, 0.0))
