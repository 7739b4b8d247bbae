"""How often and after how long a failed call is made again, to the second; and what it is asked then."""

import random
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from swarm.engine.call import RetryPolicy
from swarm.engine.run import play
from swarm.errors import ModelUnavailable
from swarm.limits import Limits
from swarm.models.allowance import ProviderLimits
from swarm.models.model import Completion, Request
from swarm.models.scripted import Reply
from swarm.models.throttle import Throttle
from swarm.recording.events import Event
from tests.books import USED
from tests.clockwork import Played, play_through, slept_through
from tests.staging import PaidModel, act, ending_of, recipe, said, speaker, stage, turns_of


def failing(*replies: Reply) -> Callable[[Request], Reply]:
    left = list(replies)
    return lambda request: left.pop(0) if left else said()


BUSY = ModelUnavailable("overloaded", "Too many.")
TOLD = ModelUnavailable("overloaded", "Slower.", retry_after_s=20.0)
FULL = ModelUnavailable("rate_limit", "Slower.", retry_after_s=20.0)
LATE = ModelUnavailable("rate_limit", "Tomorrow.", retry_after_s=9_000.0)
POLICIES: dict[str, tuple[dict[str, Any], list[Reply], int, float]] = {
    # policy, failures: requests that leave, seconds waited for between them
    "attempts=1": ({"attempts": 1}, [BUSY] * 9, 1, 0.0),
    "attempts=4": ({"attempts": 4}, [BUSY] * 9, 4, 1.0 + 2.0 + 4.0),
    "usual": ({}, [BUSY] * 9, 3, 1.0 + 2.0),
    "first_wait_s=5": ({"first_wait_s": 5.0}, [BUSY] * 9, 3, 5.0 + 10.0),
    "longest_wait_s=19": ({"longest_wait_s": 19.0}, [TOLD] * 9, 1, 0.0),
    "longest_wait_s=60": ({"longest_wait_s": 60.0}, [TOLD] * 9, 3, 40.0),
    "failed_turns=1": ({"failed_turns": 1}, [BUSY] * 9, 3, 3.0),
    "billed perhaps": ({}, [ModelUnavailable("timeout", "Slow.", billed="unknown")] * 9, 2, 1.0),
    "then a reply": ({}, [BUSY, TOLD], 3, 1.0 + 20.0),
    "refusals are no attempts": ({}, [FULL] * 9 + [BUSY] * 9, 9 + 3, 7 * 20.0 + 32.0 + 60.0 + 3.0),
    "patience_s=70": ({"patience_s": 70.0}, [FULL] * 99, 3, 20.0 + 20.0 + 14.0),
    "patience_s=9000": ({"patience_s": 9_000.0}, [LATE], 2, 9_000.0),
    "longer than its patience": ({}, [LATE], 1, 0.0),
}


@pytest.fixture
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots come out as if there were none."""
    monkeypatch.setattr(random, "uniform", lambda low, high: 1.0)


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize(("policy", "replies", "requests", "waited_s"), POLICIES.values(), ids=POLICIES)
def test_a_policy_decides_how_often_and_after_how_long_is_asked_again(
    policy: dict[str, Any], replies: list[Reply], requests: int, waited_s: float
):
    spec = recipe("solo", 1, judge=None, limits=Limits(calls=9))
    played = play_through(spec, failing(*replies), policy=RetryPolicy(**policy))
    assert len(played.asked) == requests
    assert played.slept_s == requests * 8.0 + waited_s


@pytest.mark.parametrize("failed_turns", [1, 3, 4])
def test_a_model_is_given_up_after_as_many_failed_turns_as_the_policy_says(failed_turns: int):
    policy = RetryPolicy(attempts=1, failed_turns=failed_turns)
    played = play_through(recipe(agents=6), failing(*[BUSY] * 9), policy=policy)
    assert (ending_of(played.events).status, len(played.asked)) == ("failed", failed_turns)


def test_every_part_of_a_policy_is_held_to_what_it_does():
    named = {name for policy, *_ in POLICIES.values() for name in policy}
    assert named == {field.name for field in fields(RetryPolicy)}


def test_nobody_waits_longer_than_told_once_a_run_is_stopped_or_out_of_time():
    patient = RetryPolicy(patience_s=10_000.0)
    played = play_through(recipe(limits=Limits(seconds=30.0)), failing(LATE), policy=patient)
    assert (ending_of(played.events).status, played.slept_s) == ("limited", 30.0)


def test_every_kind_of_request_of_a_recipe_is_asked_again_in_its_own_terms():
    """A re-ask is under the same seed, deadline, length and temperature as what it repeats."""

    def garbled(request: Request) -> Reply:
        return act(request) if len(request.messages) > 2 else "I would rather not."

    for protocol in ("solo", "coordinator", "broadcast"):
        spec = recipe(protocol, 3, temperature=0.3, call_timeout_s=33.0, max_tokens=44, judge_max_tokens=55)
        for (_, first), (_, again) in zip(
            *[iter(sorted_by_seed(play_through(spec, garbled)))] * 2, strict=True
        ):
            assert replace(again, messages=first.messages) == first
            assert again.messages[: len(first.messages)] == first.messages


def sorted_by_seed(played: Played) -> list[tuple[str, Request]]:
    agents = [pair for pair in played.asked if speaker(pair[1])]
    return sorted(agents, key=lambda pair: (pair[1].seed, len(pair[1].messages)))


# While others wait.


class OnePlace(PaidModel):
    """A provider that takes one call at a time, eight seconds each."""

    def __init__(self, replies: Any) -> None:
        super().__init__("team", replies, delay_s=8.0)
        self.throttle = Throttle("team", ProviderLimits(max_in_flight=1))


def played_by(model: OnePlace, agents: int, **how: Any) -> list[Event]:
    async def drain() -> list[Event]:
        spec = recipe("shared", agents, judge=None)
        return [event async for event in play(spec, models=stage(model), **how)]

    return slept_through(drain())[0]


def test_a_call_tells_when_it_left_and_came_and_how_long_it_waited_for_its_place():
    lost = ModelUnavailable("refused", "It will not.")
    events = played_by(OnePlace([said(), lost, said()]), 3)
    calls = [call for turn in turns_of(events) for call in turn.calls]
    told = [(call.number, call.waited_s, call.started_s, call.ended_s, call.error) for call in calls]
    assert told == [
        (1, 0.0, 0.0, 8.0, None),
        (2, 8.0, 8.0, 16.0, "It will not."),
        (3, 16.0, 16.0, 24.0, None),
    ]


@pytest.mark.parametrize("kind", ["auth", "quota"])
def test_who_waits_for_a_place_does_not_ask_a_model_that_was_given_up_meanwhile(kind: Any):
    model = OnePlace([ModelUnavailable(kind, "No.")])
    end = ending_of(played_by(model, 6))
    assert (end.status, end.reason, len(model.requests), end.calls) == ("failed", "No.", 1, 1)


def test_a_call_tells_what_the_provider_said_of_its_end_and_of_who_answered():
    replies = [Completion(said(), USED, "stop", "gpt-9"), Completion(said(), USED, None)]
    calls = [turn.calls[0] for turn in turns_of(played_by(OnePlace(replies), 2))]
    assert [(call.finish, call.served_by, call.model) for call in calls] == [
        ("stop", "gpt-9", "team"),
        (None, None, "team"),
    ]
    assert [(call.reply, call.usage) for call in calls] == [(said(), USED)] * 2
