"""A provider that misbehaves, met by a whole run: so many requests as the policy allows, and none to anybody else."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from swarm.engine.budget import Purse
from swarm.engine.call import RetryPolicy
from swarm.engine.day_purse import DayPurse, Today
from swarm.engine.run import play
from swarm.limits import Limits
from swarm.models.allowance import ProviderLimits
from swarm.models.card import ModelCard
from swarm.models.catalogue import load_catalogue
from swarm.models.litellm import MAX_IN_FLIGHT, LiteLlmModel, library
from swarm.models.scripted import ScriptedModel
from swarm.recording.events import CallStarted, Event
from swarm.team import make_team
from swarm.turn import Usage, total
from tests.fault_server import FaultServer
from tests.faults import FAILURES, REQUESTS, STATED_THOUGH_FAILED
from tests.patience import PATIENCE_S
from tests.staging import act, ending_of, of_kind, recipe

pytestmark = [
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
]
CARD = load_catalogue()["openai/gpt-4.1-mini"]
ELSEWHERE = replace(CARD, api_base="http://elsewhere")
HASTY = RetryPolicy(first_wait_s=0.01, longest_wait_s=1.2, patience_s=0.4)
MANY = ProviderLimits(max_in_flight=MAX_IN_FLIGHT)
ALONE = recipe("sequential", 1, judge=None)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    library()
    with asyncio.Runner() as runner:
        yield runner


async def drained(spec, models, policy: RetryPolicy = HASTY, purse: Purse | None = None) -> list[Event]:
    return [event async for event in play(spec, models=models, policy=policy, purse=purse)]


def at(server: FaultServer, scenario: str, card: ModelCard = CARD) -> LiteLlmModel:
    address, key = server.base(scenario), "sk-proj-hunter22hunter22"
    return LiteLlmModel(card, api_base=address, api_key=key, limits=MANY)


@pytest.mark.parametrize("scenario", REQUESTS)
def test_a_run_sends_exactly_as_many_requests_as_the_policy_allows(runner, server, scenario: str, settings):
    day, team = DayPurse(settings), at(server, scenario)
    events = runner.run(drained(ALONE, {"team": team}, purse=day))
    end = ending_of(events)
    assert server.hits == {scenario: REQUESTS[scenario]}
    assert end.calls == REQUESTS[scenario]
    # What may have been billed counts with all that was set aside for it, and what was not, with nothing.
    _, billed, _ = FAILURES.get(scenario, ("", "yes", None))
    billed = "yes" if scenario in STATED_THOUGH_FAILED else billed
    reserved = [event.reserved for event in of_kind(CallStarted, events)]
    stated = Usage(100, 0, 20, CARD.price.cost(100, 20))
    used = {"no": [Usage()] * end.calls, "unknown": [replace(each, estimated=True) for each in reserved]}
    assert end.spent == total(used.get(billed, [stated] * end.calls))
    assert day.so_far() == Today(pytest.approx(end.spent.cost_usd), 0.0)


@pytest.mark.parametrize("scenario", ["429_bare", "429_date", "529", "503_loading"])
def test_a_provider_that_refuses_for_ever_is_asked_until_patience_ends_and_costs_nothing(
    runner, server, scenario: str, settings
):
    day = DayPurse(settings)
    end = ending_of(runner.run(drained(ALONE, {"team": at(server, scenario)}, purse=day)))
    assert (end.status, end.spent) == ("failed", Usage())
    assert end.calls == server.hits[scenario] >= 3
    assert day.so_far() == Today(0.0, 0.0)


@pytest.mark.parametrize("scenario", ["429_gemini", "silent", "drip"])
def test_a_run_neither_waits_nor_listens_beyond_its_own_deadline(runner, server, scenario: str):
    spec = replace(recipe("sequential", 3, judge=None), limits=Limits(seconds=2.0))
    events = runner.run(drained(spec, {"team": at(server, scenario)}, RetryPolicy()))
    assert ending_of(events).status == "limited"
    assert server.hits == {scenario: 1}


async def stopped(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def test_a_run_whose_provider_is_dead_does_not_keep_a_run_with_a_healthy_one_waiting(runner, server):
    healthy = FaultServer()

    async def together() -> tuple[list[Event], int]:
        dead = {"team": at(server, "silent")}
        hanging = [asyncio.create_task(drained(ALONE, dead)) for _ in range(MAX_IN_FLIGHT * 2)]
        await asyncio.to_thread(server.wait_for, MAX_IN_FLIGHT)
        spec = recipe("sequential", 20, judge=None, team=make_team(["other"], 20))
        events = await drained(spec, {"other": at(healthy, "ok", ELSEWHERE)})
        still = sum(not run.done() for run in hanging)
        await stopped(hanging)
        return events, still

    try:
        events, still = runner.run(asyncio.wait_for(together(), PATIENCE_S))
    finally:
        healthy.close()
    assert (ending_of(events).status, healthy.hits) == ("failed", {"ok": 40})
    assert still == MAX_IN_FLIGHT * 2
    assert server.hits == {"silent": MAX_IN_FLIGHT}


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


GROWTH = """
import asyncio, resource
from swarm.errors import ModelUnavailable
from tests.models.test_litellm_door import ASK, FaultServer, model_at

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def ask(scenario):
    try:
        await model_at(server, scenario).complete(ASK)
    except ModelUnavailable:
        return True

async def grow():
    await ask("ok")
    before = peak_mb()
    for scenario in ("bomb", "endless", "huge", "long_header", "many_headers", "deep", "long_number"):
        for _ in range(3):
            assert await ask(scenario), scenario
    print(peak_mb() - before)

server = FaultServer()
asyncio.run(grow())
"""
MAX_GROWTH_MB = 160
"""Of the process, the server in it included; with no limit to what is read it grows by more than 400."""


def test_replies_without_an_end_do_not_fill_the_memory():
    grown = subprocess.run(
        [sys.executable, "-c", GROWTH], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    ).stdout
    assert int(grown) < MAX_GROWTH_MB
