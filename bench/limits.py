"""Measure teams at a provider with limits: real HTTP on loopback, one limit and one way of telling it at a time.

Prints a table of seats lost, requests refused and time against the ideal, and one JSON line. Time of the limits that a
minute has is scaled down ten times.
"""

import argparse
import asyncio
import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from swarm.engine.run import play
from swarm.mission import mission_from_text
from swarm.models.allowance import ProviderLimits
from swarm.models.card import ModelCard
from swarm.models.litellm import MAX_IN_FLIGHT, LiteLlmModel, library
from swarm.spec import RunSpec
from swarm.team import make_team
from tests.buckets import HINTS, Hint, Limit, Provider

LIMITS = {
    "5 a second": Limit(5, 1.0, 5),
    "60 a minute": Limit(60, 6.0, 60),
    "60 a minute, at once": Limit(60, 6.0, 60, in_steps=True),
    "tokens a minute": Limit(60_000, 6.0, 60_000, "tokens"),
}
PROTOCOLS = ("shared", "broadcast", "sequential")
ANSWERS_S = 0.05
ALLOWED = 1.3


class Served(ThreadingHTTPServer):
    """A server of one model behind a limit."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, provider: Provider) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.provider, self.lock, self.tokens = provider, threading.Lock(), 0


class Handler(BaseHTTPRequestHandler):
    """Answers, or refuses."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One request for a completion."""
        served = cast("Served", self.server)
        body = self.rfile.read(int(self.headers["content-length"]))
        tokens = len(body) // 4 + 60
        with served.lock:
            status, headers, words = served.provider.answer(time.monotonic(), tokens)
            served.tokens += tokens * (status == 200)
        if status == 200:
            time.sleep(ANSWERS_S)
        reply = json.dumps(_completion(tokens) if status == 200 else {"error": {"message": words}}).encode()
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(reply))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""


def _completion(tokens: int) -> dict[str, Any]:
    said = {"role": "Baker", "participate": True, "reason": "Bread.", "contribution": "Bread at seven."}
    text = json.dumps({**said, "builds_on": [], "reports_to": None})
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": tokens - 60, "completion_tokens": 60, "total_tokens": tokens}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


@contextmanager
def serving(provider: Provider) -> Generator[Served, None, None]:
    """A server on loopback, until the context ends."""
    server = Served(provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


async def measured(protocol: str, agents: int, limit: str, hint: Hint, runs: int = 1) -> dict[str, Any]:
    """Play runs at the same time, and count."""
    with serving(Provider(LIMITS[limit], hint)) as server:
        card = ModelCard("bench/m", "m", "bench", api_base=f"http://127.0.0.1:{server.server_port}/v1")
        remote = ProviderLimits(max_in_flight=MAX_IN_FLIGHT)
        model = LiteLlmModel(card, api_base=card.api_base, api_key="not-needed", limits=remote)
        spec = RunSpec(mission_from_text("Open a bakery"), make_team(["bench/m"], agents), protocol)
        gate, began = asyncio.Semaphore(32), time.monotonic()

        async def one() -> int:
            async with gate:
                events = [event async for event in play(spec, models={"bench/m": model})]
            return sum(event.kind == "turn_taken" and not event.turn.audible for event in events)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one()) for _ in range(runs)]
        took_s, provider = time.monotonic() - began, server.provider
        amount = server.tokens if LIMITS[limit].counts == "tokens" else provider.taken
    in_a_row = {"shared": 1, "broadcast": 2}.get(protocol, agents)
    ideal_s = max(LIMITS[limit].ideal_s(amount), in_a_row * ANSWERS_S)
    return {
        "protocol": protocol,
        "agents": agents,
        "runs": runs,
        "limit": limit,
        "hint": hint,
        "lost": sum(task.result() for task in tasks),
        "refused": provider.refused,
        "taken": provider.taken,
        "seconds": round(took_s, 2),
        "ideal": round(ideal_s, 2),
        "times": round(took_s / ideal_s, 2),
    }


async def all_of_it(agents: list[int], hints: list[Hint]) -> list[dict[str, Any]]:
    """Every limit, told in every way, for teams of these sizes under three protocols; and 100 runs at once."""
    found = [
        await measured(protocol, size, limit, hint)
        for size in agents
        for protocol in PROTOCOLS
        for limit in LIMITS
        for hint in hints
    ]
    return [*found, *[await measured("shared", 4, "5 a second", hint, runs=100) for hint in hints]]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, nargs="+", default=[8, 48])
    parser.add_argument("--hints", nargs="+", choices=HINTS, default=["seconds", "openai", "none"])
    asked = parser.parse_args()
    library()
    rows = asyncio.run(all_of_it(asked.agents, asked.hints))
    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console(width=140).print(table)
    slow = sum(row["seconds"] > ALLOWED * row["ideal"] + 1 for row in rows)
    often = sum(row["refused"] > row["agents"] * row["runs"] for row in rows)
    sums = {
        "cases": len(rows),
        "lost": sum(row["lost"] for row in rows),
        "slow": slow,
        "refused_often": often,
    }
    print(json.dumps({"bench": "limits", **sums}))


if __name__ == "__main__":
    main()
