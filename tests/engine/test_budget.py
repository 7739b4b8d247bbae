"""Spent and reserved together never pass a limit, however many calls are in flight."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.budget import Budget
from swarm.errors import BadInput, LimitExceeded
from swarm.limits import Limits
from swarm.turn import Usage, total

EIGHTHS = 8
"""Dollars in eighths: sums of them are exact."""


@dataclass(frozen=True)
class Errand:
    """One call: what it may use, what it does use, and how long it takes in turns of the loop."""

    most: Usage
    used: Usage
    begins: int
    takes: int


@dataclass
class Ledger:
    """What is reserved now, kept by hand."""

    budget: Budget
    held: list[Usage] = field(default_factory=list)
    refused: int = 0

    def check(self) -> None:
        limits, committed = self.budget.limits, total([self.budget.spent, *self.held])
        assert limits.tokens is None or committed.tokens <= limits.tokens
        assert limits.usd is None or (committed.cost_usd or 0) <= limits.usd
        assert limits.calls is None or self.budget.calls <= limits.calls

    async def run(self, errand: Errand) -> None:
        for _ in range(errand.begins):
            await asyncio.sleep(0)
        try:
            reservation = await self.budget.reserve(errand.most)
        except LimitExceeded:
            self.refused += 1
            return
        self.held.append(reservation)
        self.check()
        for _ in range(errand.takes):
            await asyncio.sleep(0)
            self.check()
        self.held.remove(reservation)
        await self.budget.settle(reservation, errand.used)
        self.check()


@st.composite
def errands(draw: st.DrawFn) -> Errand:
    tokens, eighths = draw(st.integers(1, 100)), draw(st.integers(0, 20))
    most = Usage(tokens, 0, tokens, eighths / EIGHTHS)
    used = Usage(
        draw(st.integers(0, tokens)), 0, draw(st.integers(0, tokens)), draw(st.integers(0, eighths)) / EIGHTHS
    )
    return Errand(most, used, draw(st.integers(0, 6)), draw(st.integers(0, 6)))


limits = st.builds(
    Limits,
    usd=st.none() | st.integers(1, 80).map(lambda n: n / EIGHTHS),
    tokens=st.none() | st.integers(1, 800),
    calls=st.none() | st.integers(1, 20),
)


async def all_at_once(ledger: Ledger, errands: list[Errand]) -> None:
    """Run errands together; whoever still waits when nobody moves any more waits forever."""
    running = [asyncio.create_task(ledger.run(errand)) for errand in errands]
    for _ in range(2_000):
        if all(task.done() for task in running):
            break
        await asyncio.sleep(0)
    stuck = [task for task in running if not task.done()]
    for task in stuck:
        task.cancel()
    assert stuck == []
    for task in running:
        task.result()


@given(limits, st.lists(errands(), max_size=25))
def test_spent_and_reserved_never_pass_a_limit(limits: Limits, errands: list[Errand]):
    ledger = Ledger(Budget(limits))
    asyncio.run(all_at_once(ledger, errands))
    assert ledger.held == []
    assert ledger.budget.calls + ledger.refused == len(errands)


@given(st.lists(errands(), max_size=25))
def test_without_limits_everything_is_spent_that_was_used(errands: list[Errand]):
    ledger = Ledger(Budget(Limits()))
    asyncio.run(all_at_once(ledger, errands))
    assert ledger.budget.spent == total(errand.used for errand in errands)
    assert ledger.refused == 0


def test_a_waiting_reservation_proceeds_once_others_have_settled():
    async def story() -> list[str]:
        budget, told = Budget(Limits(tokens=100)), []
        first = await budget.reserve(Usage(60))

        async def second() -> None:
            await budget.reserve(Usage(60))
            told.append("second")

        waiting = asyncio.create_task(second())
        for _ in range(5):
            await asyncio.sleep(0)
        told.append("first settles")
        await budget.settle(first, Usage(40))
        await waiting
        return told

    assert asyncio.run(story()) == ["first settles", "second"]


def test_a_waiting_reservation_is_refused_once_it_is_clear_that_it_cannot_be():
    async def story() -> None:
        budget = Budget(Limits(tokens=100))
        first = await budget.reserve(Usage(60))
        waiting = asyncio.create_task(budget.reserve(Usage(60)))
        await asyncio.sleep(0)
        await budget.settle(first, Usage(41))
        await waiting

    with pytest.raises(
        LimitExceeded, match="the next call could pass the limit of 100 tokens: it could come to 101"
    ):
        asyncio.run(story())


def test_a_reservation_that_fits_exactly_is_made():
    async def story() -> Budget:
        budget = Budget(Limits(tokens=100, usd=1.0, calls=1))
        await budget.reserve(Usage(60, 0, 40, 1.0))
        return budget

    assert asyncio.run(story()).calls == 1


@pytest.mark.parametrize("calls", [1, 2, 7])
def test_the_limit_of_calls_is_exact(calls: int):
    async def story() -> int:
        budget = Budget(Limits(calls=calls))
        made = 0
        for _ in range(10):
            try:
                await budget.settle(await budget.reserve(Usage(1)), Usage(1))
                made += 1
            except LimitExceeded:
                pass
        return made

    assert asyncio.run(story()) == calls


def test_what_was_spent_before_counts():
    budget = Budget(Limits(usd=1.0), spent=Usage(cost_usd=0.75), calls=3, spent_usd=0.75)
    with pytest.raises(LimitExceeded, match="limit of 1 dollar"):
        asyncio.run(budget.reserve(Usage(cost_usd=0.5)))


def test_calls_made_before_count():
    with pytest.raises(LimitExceeded, match="limit of 3 calls"):
        asyncio.run(Budget(Limits(calls=3), calls=3).reserve(Usage()))


def test_a_provider_that_takes_more_than_was_reserved_is_believed():
    async def story() -> Usage:
        budget = Budget(Limits(tokens=100))
        await budget.settle(await budget.reserve(Usage(50)), Usage(500))
        return budget.spent

    assert asyncio.run(story()).tokens == 500


def test_an_unknown_price_makes_the_money_spent_unknown_and_not_zero():
    async def story() -> Usage:
        budget = Budget(Limits(calls=5))
        await budget.settle(await budget.reserve(Usage(cost_usd=None)), Usage(5, cost_usd=None))
        return budget.spent

    assert asyncio.run(story()).cost_usd is None


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), -0.5])
@pytest.mark.parametrize("name", ["usd", "tokens", "calls", "seconds"])
def test_limits_that_make_no_sense_are_refused(name: str, value: float):
    with pytest.raises(BadInput, match=name):
        Limits(**{name: value})


def test_a_call_of_unknown_price_does_not_void_the_dollar_limit():
    async def story() -> None:
        budget = Budget(Limits(usd=1.0))
        await budget.settle(await budget.reserve(Usage(cost_usd=None)), Usage(cost_usd=None))
        await budget.settle(await budget.reserve(Usage(cost_usd=0.9)), Usage(cost_usd=0.9))
        with pytest.raises(LimitExceeded):
            await budget.reserve(Usage(cost_usd=0.9))

    asyncio.run(story())
