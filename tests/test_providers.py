"""A provider that misbehaves, met by a whole run: so many requests as the policy allows, and none to anybody else."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from swarm.call import RetryPolicy
from swarm.events import Event, RunFinished
from swarm.models.catalogue import load_catalogue
from swarm.models.litellm import LiteLlmModel
from swarm.models.model import Completion, Request
from swarm.models.scripted import ScriptedModel
from swarm.run import play
from swarm.team import make_team
from tests.fault_server import FaultServer
from tests.staging import act, ending_of, recipe

pytestmark = [
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
]
CARD = load_catalogue()["openai/gpt-4.1-mini"]
HASTY = RetryPolicy(first_wait_s=0.01, longest_wait_s=1.2)
REQUESTS = {
    # One agent, one turn: what is terminal is asked once, what may succeed three times, what may be billed twice.
    "401_echo": 1,
    "402": 1,
    "403": 1,
    "404": 1,
    "400_context": 1,
    "400_content": 1,
    "400_credit": 1,
    "429_quota": 1,
    "422": 1,
    "redirect": 1,
    "redirect_away": 1,
    "redirect_loop": 1,
    "500": 3,
    "529": 3,
    "503_empty": 3,
    "429_bare": 3,
    "429": 3,
    # Longer than is waited for.
    "429_far": 1,
    "503_wait": 1,
    # Perhaps billed already.
    "closed": 2,
    "cut": 2,
    "reset": 2,
    "502_html": 2,
    "504": 2,
    "bad_gzip": 2,
    "bomb": 2,
    "html": 2,
    "truncated": 2,
    "tool_call": 2,
    "not_http": 2,
    # A reply that is no answer is asked for once more, and that is all.
    "ok": 2,
    "length": 2,
    "refusal": 2,
}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


async def drained(spec, models) -> list[Event]:
    return [event async for event in play(spec, models=models, policy=HASTY)]


def at(server: FaultServer, scenario: str) -> LiteLlmModel:
    return LiteLlmModel(CARD, api_base=server.base(scenario), api_key="sk-proj-hunter22hunter22")


@pytest.mark.parametrize("scenario", REQUESTS)
def test_a_run_sends_exactly_as_many_requests_as_the_policy_allows(runner, server, scenario: str):
    model = at(server, scenario)
    events = runner.run(drained(recipe("sequential", 1, judge=None), {"team": model}))
    assert isinstance(events[-1], RunFinished)
    assert server.hits == {scenario: REQUESTS[scenario]}
    assert ending_of(events).calls == REQUESTS[scenario]


def test_a_run_never_waits_beyond_its_own_deadline(runner, server):
    from swarm.budget import Limits

    spec = recipe("sequential", 3, judge=None, limits=Limits(seconds=0.5))
    events = runner.run(drained(spec, {"team": at(server, "429")}))
    assert ending_of(events).status == "limited"


class Waiting(ScriptedModel):
    """A healthy model that counts how many of its calls finished while another provider hung."""

    def __init__(self, name: str) -> None:
        super().__init__(name, act)
        self.finished = 0

    async def complete(self, request: Request) -> Completion:
        completion = await super().complete(request)
        self.finished += 1
        return completion


def test_a_dead_provider_does_not_keep_a_healthy_one_waiting(runner):
    dead, healthy = FaultServer(), FaultServer()

    async def together() -> int:
        ask = Request((), answer=None, timeout_s=8.0)
        ask = replace(ask, messages=recipe_messages())
        hanging = [asyncio.create_task(at(dead, "silent").complete(ask)) for _ in range(100)]
        await asyncio.to_thread(dead.wait_for, 1)
        done = [await at(healthy, "ok").complete(ask) for _ in range(20)]
        still = sum(not task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        assert len(done) == 20
        return still

    try:
        assert runner.run(together()) == 100
    finally:
        dead.close()
        healthy.close()


def recipe_messages():
    from swarm.models.model import Message

    return (Message("system", ("You are an agent.",)), Message("user", ("The mission.",)))


def test_a_team_goes_on_with_its_healthy_model_when_the_other_one_fails(runner, server):
    spec = recipe("sequential", 4, judge=None, team=make_team(["1 dead, 3 team"], 4))
    models = {"dead": at(server, "500"), "team": ScriptedModel("team", act)}
    events = runner.run(drained(spec, models))
    end = ending_of(events)
    assert end.status == "finished"
    assert [event.turn.action for event in events if event.kind == "turn_taken"] == [
        "failed",
        *["contribute"] * 3,
    ]
