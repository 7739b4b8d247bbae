"""Every misbehaviour of a provider, many at once and again: each ends by its deadline, after one request."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import replace

import pytest

from swarm.errors import ModelUnavailable
from swarm.models.litellm import library
from tests.fault_server import FaultServer
from tests.faults import FAILURES, MISSTATED, REPLIES
from tests.models.test_litellm_door import ASK, model_at
from tests.seed import SEED

pytestmark = [
    pytest.mark.soak,
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
]
ALL = [*FAILURES, *REPLIES, *MISSTATED]
DEADLINE_S, LATE_S = 1.0, 0.5
ROUNDS = 10
AT_ONCE = 4


async def met(server: FaultServer, scenario: str) -> tuple[str, float]:
    """Ask once; what came of it in the words of the tables, and the seconds it took."""
    begun = time.perf_counter()
    try:
        reply = await model_at(server, scenario).complete(replace(ASK, timeout_s=DEADLINE_S))
        came = str((reply.text, reply.finish, reply.usage.estimated))
    except ModelUnavailable as error:
        came = str((error.kind, error.billed, error.retry_after_s))
    return came, time.perf_counter() - begun


def expected(scenario: str) -> str:
    if scenario in FAILURES:
        return str(FAILURES[scenario])
    return str((*REPLIES.get(scenario, ("hello", "stop")), scenario in MISSTATED))


async def met_by_many(server: FaultServer) -> dict[str, float]:
    """Meet all scenarios, a few at a time, in any order; the longest time that each took."""
    longest: dict[str, float] = {}
    order = ALL * ROUNDS
    random.Random(SEED).shuffle(order)

    async def worker() -> None:
        while order:
            scenario = order.pop()
            came, took_s = await met(server, scenario)
            assert came == expected(scenario), scenario
            longest[scenario] = max(took_s, longest.get(scenario, 0.0))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return longest


def test_every_misbehaviour_ends_by_its_deadline_in_its_class_with_one_request():
    library()
    server = FaultServer()
    try:
        with asyncio.Runner() as runner:
            runner.run(met(server, "ok"))
            longest = runner.run(met_by_many(server))
    finally:
        server.close()
    late = {scenario: took_s for scenario, took_s in longest.items() if took_s > DEADLINE_S + LATE_S}
    assert not late
    assert server.hits - Counter(ok=1) == Counter(dict.fromkeys(ALL, ROUNDS))
    assert len(ALL) >= 75
