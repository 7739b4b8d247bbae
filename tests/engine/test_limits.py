"""Providers with limits, in a time that passes at once: everybody is heard, few are refused, little time is lost."""

import asyncio
from typing import Any

import pytest

from swarm.engine.run import play
from swarm.errors import ModelUnavailable
from swarm.limits import Limits
from swarm.models.allowance import ProviderLimits, stated_limits, wait_asked_for
from swarm.models.model import Completion, Request
from swarm.models.throttle import Throttle
from swarm.recording.events import Event, ProviderPaused
from swarm.recording.record import record_of
from tests.buckets import HINTS, Hint, Limit, Provider
from tests.clockwork import slept_through
from tests.staging import PaidModel, act, ending_of, of_kind, recipe, turns_of

ARRIVES_S = 0.03
ANSWERS_S = 0.05
LIMITS = {
    "5 a second": Limit(5, 1.0, 5),
    "60 a minute": Limit(60, 60.0, 10),
    "60 a minute, all at once": Limit(20, 20.0, 20, in_steps=True),
    "tokens a minute": Limit(20_000, 60.0, 20_000, "tokens"),
}


class Limited(PaidModel):
    """A model behind a provider with a limit."""

    def __init__(self, provider: Provider, **limits: Any) -> None:
        super().__init__("team", act)
        self.provider = provider
        self.throttle = Throttle("acme", ProviderLimits(**limits), most=48)

    async def complete(self, request: Request) -> Completion:
        """Answer, or refuse."""
        sent_at = asyncio.get_running_loop().time()
        await asyncio.sleep(ARRIVES_S)
        tokens = tokens_of(request)
        status, headers, words = self.provider.answer(asyncio.get_running_loop().time(), tokens)
        self.throttle.heed(stated_limits(headers), sent_at)
        if status != 200:
            wait_s = wait_asked_for(headers, words)
            raise ModelUnavailable("rate_limit", f"HTTP 429: {words}", retry_after_s=wait_s)
        await asyncio.sleep(ANSWERS_S)
        return await super().complete(request)


def tokens_of(request: Request) -> int:
    return request.chars // 4 + 60


def through(model: PaidModel, protocol: str, agents: int, **how: Any) -> tuple[list[Event], float]:
    async def drain() -> list[Event]:
        spec = recipe(protocol, agents, judge=None, limits=how.pop("limits", Limits()))
        return [event async for event in play(spec, models={"team": model}, **how)]

    return slept_through(drain())


def ideal_s(model: Limited, agents_in_a_row: int) -> float:
    limit = model.provider.limit
    amount = len(model.requests) if limit.counts == "requests" else sum(map(tokens_of, model.requests))
    return max(limit.ideal_s(amount), agents_in_a_row * (ARRIVES_S + ANSWERS_S))


CROWDS = [
    *(("shared", 48, hint, limit) for hint in HINTS for limit in LIMITS),
    *(("broadcast", 8, hint, "5 a second") for hint in HINTS),
    *(("sequential", 48, hint, "5 a second") for hint in HINTS),
    ("broadcast", 48, "none", "5 a second"),
    ("shared", 256, "seconds", "5 a second"),
]


@pytest.mark.parametrize(("protocol", "agents", "hint", "limit"), CROWDS)
def test_a_team_loses_nobody_to_a_limit_is_seldom_refused_and_takes_little_longer_than_it_allows(
    protocol: str, agents: int, hint: Hint, limit: str
):
    model = Limited(Provider(LIMITS[limit], hint))
    events, took_s = through(model, protocol, agents)
    turns = turns_of(events)
    assert {turn.action for turn in turns} <= {"contribute", "intend"}
    assert len(turns) == agents * (2 if protocol == "broadcast" else 1)
    assert model.provider.refused <= agents
    assert took_s <= 1.3 * ideal_s(model, agents if protocol == "sequential" else 2) + 1.0


@pytest.mark.parametrize("hint", ["openai", "anthropic"])
def test_a_provider_that_states_what_is_left_is_never_asked_in_vain(hint: Hint):
    model = Limited(Provider(LIMITS["5 a second"], hint))
    through(model, "broadcast", 48)
    assert model.provider.refused == 0


def test_runs_at_the_same_time_share_what_is_known_of_a_provider():
    model = Limited(Provider(LIMITS["5 a second"], "seconds"))

    async def together() -> list[list[Event]]:
        async def one(number: int) -> list[Event]:
            spec = recipe("shared", 4, judge=None, seed=number)
            return [event async for event in play(spec, models={"team": model})]

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number)) for number in range(25)]
        return [task.result() for task in tasks]

    runs, took_s = slept_through(together())
    assert {turn.action for run in runs for turn in turns_of(run)} == {"contribute"}
    assert model.provider.refused <= 25
    assert took_s <= 1.3 * model.provider.limit.ideal_s(100) + 1.0


def test_what_a_person_said_of_a_provider_is_kept_in_every_minute():
    left: list[float] = []

    class Noting(Limited):
        async def complete(self, request: Request) -> Completion:
            left.append(asyncio.get_running_loop().time())
            return await super().complete(request)

    model = Noting(Provider(Limit(1_000, 1.0, 1_000)), requests_per_minute=20)
    _, took_s = through(model, "shared", 70)
    assert max(sum(at <= other < at + 60 for other in left) for at in left) == 20
    assert 180 <= took_s < 182


def test_tokens_a_minute_are_counted_as_they_were_used():
    model = Limited(Provider(Limit(1_000, 1.0, 1_000)), tokens_per_minute=20_000)
    events, took_s = through(model, "shared", 48)
    used = sum(turn.usage.tokens for turn in turns_of(events))
    assert used / 20_000 - 1 <= took_s / 60 <= 1.3 * used / 20_000


def test_as_many_calls_are_in_flight_as_a_person_said():
    model = Limited(Provider(Limit(1_000, 1.0, 1_000)), max_in_flight=2)
    _, took_s = through(model, "shared", 20)
    assert took_s == pytest.approx(10 * (ARRIVES_S + ANSWERS_S), abs=0.05)


# Told, and ended.

FAR = ModelUnavailable("rate_limit", "Slower.", retry_after_s=120.0)


def refusing(error: ModelUnavailable, times: int) -> PaidModel:
    left = [error] * times
    model = PaidModel("team", lambda request: left.pop() if left else act(request))
    model.throttle = Throttle("acme", most=48)
    return model


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FAR, "acme asks us to wait 2 min 0 s"),
        (ModelUnavailable("busy", "Later."), "acme refuses calls for now"),
        (ModelUnavailable("loading", "Loading."), "acme is loading the model"),
    ],
)
def test_what_is_waited_for_and_by_how_many_is_told(error: ModelUnavailable, words: str):
    events, _ = through(refusing(error, 3), "shared", 9)
    told = of_kind(ProviderPaused, events)
    assert ending_of(events).status == "finished"
    assert {pause.because for pause in told} == {words}
    assert told[0].waiting >= 8
    record = record_of(events[: events.index(told[0]) + 1])
    assert (record.pauses, record.waiting) == ((told[0],), 9)


def test_a_pause_is_told_once_however_many_wait_for_it():
    events, _ = through(refusing(FAR, 1), "shared", 48)
    assert len(of_kind(ProviderPaused, events)) == 1


def test_a_stop_ends_a_wait_within_a_second():
    async def stop_later() -> tuple[list[Event], float]:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.call_later(20.0, stop.set)
        playing = play(recipe("shared", 48, judge=None), models={"team": refusing(FAR, 48)}, stop=stop)
        return [event async for event in playing], loop.time()

    (events, ended_s), _ = slept_through(stop_later())
    assert ending_of(events).status == "stopped"
    assert ended_s <= 21.0


def test_a_provider_that_lets_nothing_through_is_given_up_in_the_end_in_one_sentence():
    events, took_s = through(refusing(ModelUnavailable("loading", "Loading."), 10**6), "shared", 8)
    end = ending_of(events)
    assert (end.status, end.spent.tokens) == ("failed", 0)
    assert "no call has come through for 10 min" in (end.reason or "")
    assert 600 <= took_s <= 602


def test_nobody_waits_until_tomorrow():
    tomorrow = ModelUnavailable("rate_limit", "Slower.", retry_after_s=86_400.0)
    events, took_s = through(refusing(tomorrow, 9), "shared", 8)
    assert ending_of(events).status == "failed"
    assert "asks us to wait 24 h" in (ending_of(events).reason or "")
    assert took_s < 1.0


def test_refused_calls_use_up_no_limit_of_calls_not_even_after_a_resume():
    stop = asyncio.Event()

    def first(request: Request) -> str | ModelUnavailable:
        stop.set()
        return FAR

    spec = recipe("shared", 3, judge=None, limits=Limits(calls=3))

    async def drain(model: PaidModel, **how: Any) -> list[Event]:
        playing = play(spec, run_id="r1", models={"team": model}, **how)
        return [event async for event in playing]

    before, _ = slept_through(drain(PaidModel("team", first), stop=stop))
    after, _ = slept_through(drain(refusing(replace_wait(FAR), 4), before=before))
    assert (ending_of(before).status, ending_of(after).status) == ("stopped", "finished")


def replace_wait(error: ModelUnavailable) -> ModelUnavailable:
    return ModelUnavailable(error.kind, str(error), retry_after_s=1.0)
