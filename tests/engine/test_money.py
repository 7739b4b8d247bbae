"""Never over a limit, of a run, an experiment or a day, through kills and changed limits. And every cost adds up."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import cycle
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from swarm.config import PROJECT, Settings, read_settings
from swarm.engine.budget import Budget
from swarm.engine.compose import compose
from swarm.engine.day_purse import DayPurse, Today, ask_once, utc_day
from swarm.engine.wish import Wish
from swarm.errors import (
    BadInput,
    DataFolderUnusable,
    DayLimitReached,
    LimitExceeded,
    ModelUnavailable,
    PriceUnknown,
    RunEnded,
)
from swarm.export.doubts import doubts_about
from swarm.export.intake import events_from
from swarm.history.store import History
from swarm.limits import Limits
from swarm.metrics.cost import EXACT_USD, mispriced, recomputed
from swarm.models.card import Price
from swarm.models.catalogue import load_catalogue
from swarm.models.model import Completion, Message, Request
from swarm.protocols import PROTOCOLS
from swarm.recording.events import Event, RunFinished
from swarm.recording.record import RECORD, progress_of, record_of
from swarm.team import make_team
from swarm.turn import Usage, total
from tests.made import call as a_call
from tests.made import keep
from tests.patience import PATIENCE_S
from tests.staging import MISSION, PaidModel, act, ending_of, played, recipe, simulated

EIGHTHS = 8
"""Dollars in eighths: sums of them are exact."""
IN_FLIGHT = 256
PRICE = Price(input=10.0, cached=1.0, output=40.0, cache_write=12.5)


def limited(settings: Settings, usd: str) -> Settings:
    return replace(settings, environment={**settings.environment, "ROLELESS_MAX_USD_PER_DAY": usd})


# A run and an experiment, through whatever happens.


@dataclass(frozen=True)
class Step:
    """What happens next: calls that begin together, or an end of the process, or another limit."""

    calls: tuple[tuple[int, int], ...] = ()
    """Eighths of a dollar that each may take, and does take, at most as many."""
    killed_after: int | None = None
    """So many of them have been settled when the process dies; None: it lives."""
    limit: int | None = None
    """Eighths from now on; None: as before."""


def steps(calls: int = 12) -> st.SearchStrategy[Step]:
    pairs = st.integers(0, 24).flatmap(lambda most: st.tuples(st.just(most), st.integers(0, most)))
    return st.builds(
        Step,
        st.lists(pairs, max_size=calls).map(tuple),
        st.none() | st.integers(0, calls),
        st.none() | st.integers(1, 400),
    )


async def live(budget: Budget, step: Step, purse: Budget) -> list[Usage]:
    """Make calls together; returns what was in flight when the process died."""
    held: list[Usage] = []
    settled = 0
    dead = asyncio.Event()

    async def call(most: int, used: int) -> None:
        nonlocal settled
        try:
            reservation = await budget.reserve(Usage(1, 0, 1, most / EIGHTHS))
        except RunEnded:
            return
        held.append(reservation)
        check(budget, held)
        check(purse, held)
        await asyncio.sleep(0)
        if step.killed_after is not None and settled >= step.killed_after:
            dead.set()
            await asyncio.sleep(60)
        settled += 1
        held.remove(reservation)
        await budget.settle(reservation, Usage(1, 0, 1, used / EIGHTHS))
        check(budget, held)

    tasks = [asyncio.create_task(call(*each)) for each in step.calls]
    dying = asyncio.create_task(dead.wait())
    everything = asyncio.create_task(asyncio.wait(tasks)) if tasks else asyncio.create_task(asyncio.sleep(0))
    await asyncio.wait([everything, dying], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, dying, everything):
        task.cancel()
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
    return list(held)


def check(budget: Budget, held: list[Usage]) -> None:
    limit = budget.limits.usd
    assert limit is None or budget.spent_usd + (total(held).cost_usd or 0) <= limit


def lived_through(first: int, purse_limit: int, happenings: list[Step]) -> None:
    """What was in flight when a process died counts as spent for the one that goes on."""
    spent, purse_spent, limit = 0.0, 0.0, first / EIGHTHS
    for step in happenings:
        # A limit below what is spent already allows nothing more; it cannot undo what was spent under another one.
        limit = limit if step.limit is None else max(step.limit / EIGHTHS, spent)
        before = purse_spent
        purse = Budget(Limits(usd=max(purse_limit / EIGHTHS, purse_spent)), spent_usd=purse_spent)
        budget = Budget(Limits(usd=limit), spent_usd=spent, purse=purse)
        lost = asyncio.run(live(budget, step, purse))
        spent = budget.spent_usd + (total(lost).cost_usd or 0)
        purse_spent = purse.spent_usd + (total(lost).cost_usd or 0)
        assert spent <= limit
        assert purse_spent <= max(purse_limit / EIGHTHS, before)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.integers(1, 200), st.integers(1, 400), st.lists(steps(), max_size=8))
def test_no_sequence_of_calls_kills_and_changed_limits_passes_a_limit(
    first: int, purse_limit: int, happenings: list[Step]
):
    lived_through(first, purse_limit, happenings)


def test_with_256_calls_in_flight_nothing_passes_the_limit_and_nearly_all_of_it_is_used():
    async def crowd() -> Budget:
        budget = Budget(Limits(usd=100.0))

        async def call() -> None:
            try:
                held = await budget.reserve(Usage(1, 0, 1, 1.0))
            except RunEnded:
                return
            await asyncio.sleep(0)
            assert budget.spent_usd <= 100.0
            await budget.settle(held, Usage(1, 0, 1, 0.25))

        async with asyncio.TaskGroup() as group:
            for _ in range(2 * IN_FLIGHT):
                group.create_task(call())
        return budget

    budget = asyncio.run(crowd())
    assert 99.0 <= budget.spent_usd <= 100.0


@pytest.mark.parametrize("protocol", ["sequential", "shared", "broadcast", "given_team"])
def test_nine_tenths_of_a_limit_are_usable_by_a_team(protocol: str):
    """The most a call can take is set aside; what it leaves is given back before anybody is refused."""
    whole = ending_of(played(recipe(protocol, 64, judge=None), PaidModel("team", act, price=PRICE)))
    assert whole.spent.cost_usd is not None
    limit = whole.spent.cost_usd * 0.6
    ended = ending_of(
        played(
            recipe(protocol, 64, judge=None, limits=Limits(usd=limit)), PaidModel("team", act, price=PRICE)
        )
    )
    assert ended.status == "limited"
    assert ended.spent.cost_usd is not None
    assert 0.9 * limit <= ended.spent.cost_usd <= limit


class Meter(PaidModel):
    """A provider that knows what it bills: a request as it comes, all of the most when it then fails to answer."""

    def __init__(self, fails: frozenset[int]) -> None:
        super().__init__("team", act, price=PRICE)
        self.fails = fails
        """Requests, from 1, that it bills and does not answer."""
        self.billed = self.allowed = 0.0

    async def complete(self, request: Request) -> Completion:
        """Bill first."""
        number = len(self.requests) + 1
        reply = await super().complete(request)
        used = self.most(request) if number in self.fails else reply.usage
        self.billed += used.cost_usd or 0.0
        assert self.billed <= self.allowed
        await asyncio.sleep(0)
        if number in self.fails:
            raise ModelUnavailable("network", "it hung up", billed="unknown")
        return reply


class Killed(Exception):
    """The process died."""


@dataclass(frozen=True)
class Life:
    """From a start or a resume of a run to its end or its death."""

    cents: int
    """Its limit."""
    events: int | None
    """So many are kept before it dies; None: it does not."""


lives = st.lists(st.builds(Life, st.integers(1, 60), st.none() | st.integers(1, 60)), min_size=1, max_size=5)


def lived_by_a_team(protocol: str, agents: int, fails: frozenset[int], sequence: list[Life]) -> None:
    """Play, die, resume from what was kept, under other limits: the provider's own sum is the witness."""
    meter, journal = Meter(fails), list[Event]()
    for life in sequence:
        if journal and isinstance(journal[-1], RunFinished) and journal[-1].status == "finished":
            break
        limit = life.cents / 100
        meter.allowed = max(limit + EXACT_USD, meter.billed)
        most = None if life.events is None else len(journal) + life.events

        async def record(event: Event, most: int | None = most) -> None:
            if most is not None and len(journal) >= most:
                raise Killed
            journal.append(event)

        spec = recipe(protocol, agents, judge=None, limits=Limits(usd=limit))
        with suppress(Killed):
            played(spec, meter, before=list(journal), record=record)
        assert progress_of(journal).spent_usd >= meter.billed - EXACT_USD
    told = record_of(journal)
    assert mispriced([call for turn in told.turns for call in turn.calls], told.price_of) == ()


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["sequential", "shared", "broadcast"]),
    st.integers(1, 12),
    st.frozensets(st.integers(1, 20), max_size=4),
    lives,
)
def test_no_life_of_a_team_costs_more_than_its_limit_by_the_providers_own_sum(
    protocol: str, agents: int, fails: frozenset[int], sequence: list[Life]
):
    lived_by_a_team(protocol, agents, fails, sequence)


# A day.


def spend(purse: DayPurse, most: float, used: float | None) -> None:
    """One call; `used` None: the process dies in it."""

    async def call() -> None:
        held = await purse.reserve(Usage(1, 0, 1, most))
        if used is not None:
            await purse.settle(held, Usage(1, 0, 1, used))

    asyncio.run(call())


def test_a_day_has_a_limit_over_all_that_is_spent_on_it(settings: Settings):
    day = limited(settings, "1")
    spend(DayPurse(day), 0.5, 0.25)
    spend(DayPurse(day), 0.5, 0.5)
    with pytest.raises(DayLimitReached, match=r"day's limit of \$1 .*\$0\.7500 are spent or set aside"):
        spend(DayPurse(day), 0.5, 0.1)
    assert DayPurse(day).so_far() == Today(0.75, 0.0)


def test_a_day_begins_when_it_does_in_utc_wherever_one_lives(monkeypatch: pytest.MonkeyPatch):
    now = datetime(2026, 11, 29, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    there = type(
        "There", (datetime,), {"now": staticmethod(lambda zone=None: now.astimezone(zone or now.tzinfo))}
    )
    monkeypatch.setattr("swarm.engine.day_purse.datetime", there)
    assert utc_day() == date(2026, 11, 30)


def test_what_a_dead_process_had_set_aside_counts_as_spent(settings: Settings):
    day = limited(settings, "1")
    spend(DayPurse(day), 0.75, None)
    with pytest.raises(DayLimitReached):
        spend(DayPurse(day), 0.5, 0.1)
    assert DayPurse(day).so_far() == Today(0.0, 0.75)


def test_the_next_day_begins_anew_and_a_call_over_midnight_counts_on_its_own(settings: Settings):
    now = [date(2026, 11, 25)]
    purse = DayPurse(limited(settings, "1"), lambda: now[0])

    async def over_midnight() -> None:
        held = await purse.reserve(Usage(1, 0, 1, 1.0))
        now[0] = date(2026, 11, 26)
        await purse.settle(held, Usage(1, 0, 1, 1.0))

    asyncio.run(over_midnight())
    assert purse.so_far() == Today(0.0, 0.0)
    now[0] = date(2026, 11, 25)
    assert purse.so_far() == Today(1.0, 0.0)


def test_calls_in_flight_of_one_process_are_waited_for_before_anybody_is_refused(settings: Settings):
    purse = DayPurse(limited(settings, "1"))

    async def crowd() -> None:
        async def call() -> None:
            held = await purse.reserve(Usage(1, 0, 1, 0.5))
            await asyncio.sleep(0)
            await purse.settle(held, Usage(1, 0, 1, 0.0625))

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(call())

    asyncio.run(crowd())
    assert purse.so_far() == Today(0.5, 0.0)


def test_a_call_that_a_run_refuses_is_held_against_nobody(settings: Settings):
    """Its experiment and the day had set it aside by then."""
    day = DayPurse(limited(settings, "1"))
    experiment = Budget(Limits(usd=10.0), purse=day)
    run = Budget(Limits(calls=1), purse=experiment)

    async def one_too_many() -> None:
        held = await run.reserve(Usage(1, 0, 1, 0.5))
        await run.settle(held, Usage(1, 0, 1, 0.25))
        with pytest.raises(LimitExceeded):
            await run.reserve(Usage(1, 0, 1, 0.5))

    asyncio.run(one_too_many())
    assert day.so_far() == Today(0.25, 0.0)
    assert (experiment.spent_usd, experiment.calls) == (0.25, 1)


@pytest.mark.parametrize("how", ["settle", "give_back"])
@pytest.mark.parametrize("kind", ["experiment", "day"])
def test_who_waits_for_money_goes_on_as_soon_as_it_is_there(kind: str, how: str, settings: Settings):
    purse = Budget(Limits(usd=0.5)) if kind == "experiment" else DayPurse(limited(settings, "0.5"))
    most = Usage(1, 0, 1, 0.5)

    async def waited() -> tuple[bool, bool]:
        held = await purse.reserve(most)
        waiting = asyncio.create_task(purse.reserve(most))
        await settled_down()
        before = waiting.done()
        await (purse.settle(held, Usage()) if how == "settle" else purse.give_back(held))
        await settled_down()
        after = waiting.done()
        waiting.cancel()
        return before, after

    assert asyncio.run(waited()) == (False, True)


async def settled_down() -> None:
    """Everybody has come as far as possible."""
    for _ in range(9):
        await asyncio.sleep(0)


def test_a_call_of_unknown_price_is_not_free_where_a_day_has_a_limit(settings: Settings):
    purse, unknown = DayPurse(limited(settings, "1")), Usage(1, 0, 1, None)
    with pytest.raises(PriceUnknown, match=r"add its price to models\.toml"):
        asyncio.run(purse.reserve(unknown))
    with pytest.raises(BadInput, match=r"price of openai/ft:.* is unknown, so the day's limit"):
        compose(
            Wish(MISSION, models=["openai/ft:nobody-knows"], limits=Limits(calls=3)),
            replace(
                limited(settings, "1"),
                environment={**limited(settings, "1").environment, "OPENAI_API_KEY": "k"},
            ),
        )


def test_what_nobody_knows_the_cost_of_takes_all_that_was_set_aside_for_it(settings: Settings):
    day = DayPurse(settings)
    run = Budget(Limits(usd=1.0), purse=day)

    async def lost() -> None:
        await run.settle(await run.reserve(Usage(1, 0, 1, 0.5)), Usage(1, 0, 1, None, estimated=True))

    asyncio.run(lost())
    assert (run.spent_usd, day.so_far().spent) == (0.5, 0.5)


def test_who_holds_the_count_for_good_is_told_of_instead_of_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("swarm.engine.day_purse.LOCK_WAIT_S", 0.05)
    spend(DayPurse(settings), 0.5, 0.5)
    [path] = (settings.data / "spending").glob("*.lock")
    with FileLock(path), pytest.raises(DataFolderUnusable, match="has been locked for"):
        spend(DayPurse(settings), 0.5, 0.5)


SPENDER = """
import asyncio, sys
from swarm.config import read_settings
from swarm.engine.day_purse import DayPurse
from swarm.errors import DayLimitReached
from swarm.turn import Usage

async def spend():
    purse, made = DayPurse(read_settings()), 0
    for _ in range(40):
        try:
            held = await purse.reserve(Usage(1, 0, 1, 0.25))
        except DayLimitReached:
            break
        today = purse.so_far()
        assert today.spent + today.held <= 5.0, today
        await purse.settle(held, Usage(1, 0, 1, 0.125))
        made += 1
    print(made)

asyncio.run(spend())
"""


def test_several_processes_share_the_limit_of_a_day(settings: Settings):
    environment = {
        **limited(settings, "5").environment,
        "ROLELESS_DATA": str(settings.data),
        "PYTHONPATH": str(PROJECT),
    }
    spenders = [
        subprocess.Popen([sys.executable, "-c", SPENDER], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    made = [int(spender.communicate(timeout=PATIENCE_S)[0]) for spender in spenders]
    assert all(spender.returncode == 0 for spender in spenders)
    today = DayPurse(settings).so_far()
    assert today == Today(sum(made) / 8, 0.0)
    assert 4.5 <= today.spent <= 5.0


def test_a_damaged_count_is_no_empty_one(settings: Settings):
    spend(DayPurse(settings), 0.5, 0.5)
    [path] = (settings.data / "spending").glob("*.json")
    for content in ("", "{", '{"spent": -1}', '{"spent": "NaN"}'):
        path.write_text(content)
        with pytest.raises(DataFolderUnusable, match="is damaged, so today's dollars are not known"):
            spend(DayPurse(settings), 0.5, 0.5)


@pytest.mark.parametrize("said", ["0", "-1", "ten", "nan", "inf", "1e999", "$5"])
def test_a_limit_that_is_none_is_refused_and_never_unlimited(said: str, settings: Settings):
    with pytest.raises(BadInput, match="ROLELESS_MAX_USD_PER_DAY"):
        DayPurse(limited(settings, said))


def test_no_limit_is_no_limit(settings: Settings):
    assert read_settings({}).max_usd_per_day is None
    spend(DayPurse(settings), 1e6, 1e6)


def test_a_message_that_tries_a_model_counts_on_the_day(settings: Settings):
    request = Request((Message("user", ("Hello.",)),), max_tokens=100)
    model = PaidModel("team", lambda request: "Hello.", price=PRICE)
    reply = asyncio.run(ask_once(model, request, settings))
    assert DayPurse(settings).so_far() == Today(reply.usage.cost_usd or 0, 0.0)
    with pytest.raises(DayLimitReached):
        asyncio.run(ask_once(model, request, limited(settings, "0.001")))
    assert len(model.requests) == 1


def test_a_run_that_meets_the_days_limit_stops_and_can_go_on_tomorrow(settings: Settings):
    model = PaidModel("team", act, price=PRICE)
    purse = DayPurse(limited(settings, "0.05"))
    events = played(recipe("sequential", 16, judge=None), model, purse=purse)
    end = ending_of(events)
    assert end.status == "stopped"
    assert "resume it tomorrow" in (end.reason or "")
    assert end.spent.cost_usd is not None
    assert 0 < end.spent.cost_usd <= 0.05
    tomorrow = DayPurse(limited(settings, "10"))
    resumed = played(recipe("sequential", 16, judge=None), model, before=events, purse=tomorrow)
    assert ending_of(resumed).status == "finished"


# Costs add up.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_cost_of_a_run_follows_from_its_tokens_and_the_prices_it_names(protocol: str):
    team = make_team(["2 sim/strong, 2 sim/weak"], 4)
    record = record_of(simulated(recipe(protocol, team=team, judge="sim/judge", max_tokens=4_000)))
    calls = [call for turn in record.turns for call in turn.calls]
    calls += record.verdict.calls if record.verdict else ()
    assert set(record.prices) >= {call.model for call in calls}
    assert mispriced(calls, record.price_of) == ()
    assert record.spent.cost_usd == pytest.approx(
        sum(recomputed(call, record.price_of(call)) or 0 for call in calls), abs=1e-9
    )


def test_a_cost_that_does_not_follow_is_named_unless_it_is_marked_as_estimated():
    right = Usage(3_050, 2_000, 30, PRICE.cost(3_050, 30, 2_000, 1_000), written_tokens=1_000)
    wrong = replace(right, cost_usd=(right.cost_usd or 0) + 1e-8)
    calls = [
        replace(a_call(n), usage=usage)
        for n, usage in enumerate((right, wrong, replace(wrong, estimated=True)), 1)
    ]
    assert mispriced(calls, lambda call: PRICE) == (2,)


def test_a_run_that_goes_on_at_other_prices_names_both():
    dearer = Price(input=20.0, cached=2.0, output=80.0, cache_write=25.0)
    spec = recipe("sequential", 6, judge=None, limits=Limits(calls=3))
    before = played(spec, PaidModel("team", act, price=PRICE))
    after = played(replace(spec, limits=Limits()), PaidModel("team", act, price=dearer), before=before)
    record = record_of([*before, *after])
    calls = [call for turn in record.turns for call in turn.calls]
    assert {record.price_of(call) for call in calls} == {PRICE, dearer}
    assert mispriced(calls, record.price_of) == ()
    told = record_of(events_from(record, "imported"))
    assert told.repriced == RECORD.validate_json(RECORD.dump_json(record)).repriced == record.repriced


def test_a_run_that_goes_on_at_the_same_prices_does_not_repeat_them():
    spec = recipe("sequential", 6, judge=None, limits=Limits(calls=3))
    before = played(spec, PaidModel("team", act, price=PRICE))
    after = played(replace(spec, limits=Limits()), PaidModel("team", act, price=PRICE), before=before)
    assert record_of([*before, *after]).repriced == {}


def test_a_file_that_tells_of_cheaper_calls_than_its_prices_allow_is_doubted():
    record = record_of(
        simulated(recipe(team=make_team(["sim/strong"], 2), judge="sim/judge", max_tokens=4_000))
    )
    honest = list(doubts_about(record, datetime.now(UTC)))
    turn = record.turns[0]
    free = replace(turn.calls[0], usage=replace(turn.calls[0].usage, cost_usd=0.0))
    cheated = replace(record, turns=(replace(turn, calls=(free,)), *record.turns[1:]))
    said = f"call {free.number} did not cost what its tokens cost at the prices it names"
    assert said not in honest
    assert said in list(doubts_about(cheated, datetime.now(UTC)))


class JumpingClock:
    """A wall clock that is set back a day, on a year, and back again, from event to event."""

    jumps = cycle((timedelta(), timedelta(days=-1), timedelta(days=366)))

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        """Some time or other."""
        return datetime.now(zone) + next(cls.jumps)


def test_a_clock_that_jumps_changes_neither_order_nor_durations_nor_limits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    spec = recipe("shared", 8, limits=Limits(seconds=60.0, usd=1.0))
    monkeypatch.setattr("swarm.engine.recorder.datetime", JumpingClock)
    events = played(spec, PaidModel("team", act, price=PRICE))
    dates = [event.at for event in events]
    assert dates != sorted(dates)
    keep(settings, events)
    record = History(settings).run("r1")
    assert record.status == "finished"
    assert 0 <= record.duration_s < 60
    assert [turn.seat for turn in record.turns] == [*range(1, 9)]
    assert all(0 <= turn.started_s <= turn.ended_s for turn in record.turns)
    assert [event.t for event in events] == sorted(event.t for event in events)


GOLDEN = PROJECT / "tests" / "golden" / "prices.json"


def test_prices_change_only_on_purpose():
    """Whoever changes a price changes this file with it, and says on which day it was read."""
    now = {
        card.id: {"per_million": list(vars_of(card.price)), "read_on": str(card.priced_on)}
        for card in load_catalogue().values()
        if card.price
    }
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == now


def vars_of(price: Price) -> tuple[float, float, float, float]:
    return price.input, price.cached, price.output, price.cache_write


def test_spending_is_kept_in_the_data_folder_only(settings: Settings):
    spend(DayPurse(settings), 0.5, 0.25)
    kept = sorted(path.name for path in (settings.data / "spending").iterdir())
    assert all(Path(name).suffix in (".json", ".lock") for name in kept)
