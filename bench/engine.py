"""What the engine adds to the calls: whole runs against bare LiteLLM, same prompts, same loopback server.

Prints a table and one JSON line: medians of three, in seconds, and the ratio of the engine to bare LiteLLM. The
engine records everything durably while it does so. Run it as `python -m bench.engine`.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from swarm.config import read_settings
from swarm.engine.compose import compose
from swarm.engine.perform import perform
from swarm.engine.run import new_run_id, play
from swarm.engine.wish import Wish
from swarm.mission import find_mission, load_library
from swarm.models.model import Request
from swarm.spec import RunSpec

REPEATS = 3
ANSWER = json.dumps(
    {"role": "Bench analyst", "participate": True, "reason": "For the bench.", "contribution": "word " * 230,
     "builds_on": [], "reports_to": None}
)  # fmt: skip


def serve(port_of: "multiprocessing.Queue[int]", delay_s: float) -> None:
    """Answer every chat completion with the same words, `delay_s` seconds late."""
    from aiohttp import web

    async def complete(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(delay_s)
        message = {"role": "assistant", "content": ANSWER}
        usage = {"prompt_tokens": 1000, "completion_tokens": 300, "total_tokens": 1300}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return web.json_response(
            {"id": "x", "object": "chat.completion", "model": "bench", "choices": [choice], "usage": usage}
        )

    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", complete)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    port_of.put(listener.getsockname()[1])
    web.run_app(app, sock=listener, print=None, handle_signals=False)


async def prompts_of(spec: RunSpec) -> list[Request]:
    """The requests of a run, in order, without asking anybody over the network."""
    from swarm.models.scripted import ScriptedModel

    model = ScriptedModel("bench", lambda request: ANSWER)
    async for _event in play(spec, models=dict.fromkeys(spec.team.models, model)):
        pass
    return model.requests


async def bare(requests: list[Request], model: str, together: bool) -> None:
    """The same requests through LiteLLM alone."""
    from swarm.models.litellm import library

    litellm = library()

    async def ask(request: Request) -> None:
        messages = [{"role": message.role, "content": message.text} for message in request.messages]
        await litellm.acompletion(
            model=model, messages=messages, max_tokens=4000, temperature=0.7, max_retries=0
        )

    if together:
        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(ask(request))
    else:
        for request in requests:
            await ask(request)


async def whole(spec: RunSpec) -> None:
    """The run as users get it: limits, journal, answers read."""
    async for event in perform(read_settings(), new_run_id(), spec):
        assert getattr(event, "status", "finished") == "finished", event


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Median seconds of a few repeats."""
    seconds: list[float] = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


async def compare(protocol: str, agents: int) -> dict[str, float]:
    """Bare LiteLLM and the engine, one after the other, on the same prompts."""
    settings = read_settings()
    mission = find_mission(load_library(settings.mission_folders), "food-festival")
    model = "openai/bench"
    spec = compose(Wish(mission, protocol=protocol, agents=agents, models=[model], judge="none"), settings)
    requests = await prompts_of(spec)
    await bare(requests[:2], model, together=False)
    seconds_bare = await timed(lambda: bare(requests, model, together=protocol == "shared"))
    seconds_engine = await timed(lambda: whole(spec))
    return {"bare_s": seconds_bare, "engine_s": seconds_engine, "ratio": seconds_engine / seconds_bare}


def main() -> None:
    """Measure and print."""
    print(f"{'work':32}{'bare':>8}{'engine':>8}{'ratio':>7}")
    found: dict[str, dict[str, float]] = {}
    for protocol, agents, delay_s in (
        ("sequential", 64, 0.0),
        ("sequential", 256, 0.0),
        ("shared", 256, 0.05),
    ):
        port_of: multiprocessing.Queue[int] = multiprocessing.get_context("spawn").Queue()
        server = multiprocessing.get_context("spawn").Process(
            target=serve, args=(port_of, delay_s), daemon=True
        )
        server.start()
        os.environ["OPENAI_API_BASE"] = f"http://127.0.0.1:{port_of.get()}/v1"
        os.environ["OPENAI_API_KEY"] = "not-a-key"
        with tempfile.TemporaryDirectory() as folder:
            os.environ["ROLELESS_DATA"] = str(Path(folder))
            name = f"{protocol} N={agents}, {delay_s * 1000:g} ms"
            found[name] = asyncio.run(compare(protocol, agents))
        server.terminate()
        row = found[name]
        print(f"{name:32}{row['bare_s']:8.2f}{row['engine_s']:8.2f}{row['ratio']:7.2f}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
