"""A team is served as a model: real HTTP, real runs, real clients."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
import uvicorn
from typer.testing import CliRunner

from swarm.cli import app
from swarm.config import Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.launch import is_running
from swarm.engine.run import play
from swarm.engine.wish import Wish
from swarm.history.store import History
from swarm.limits import Limits
from swarm.mission import mission_from_text
from swarm.protocols import PROTOCOLS
from swarm.recording.events import RunFinished, TurnTaken
from swarm.recording.journal_lines import read_journal
from swarm.serve import make_app
from swarm.serve.access import Access
from swarm.serve.teams import MOST_RUNS, Teams
from swarm.serve.unfolding import Unfolding, is_steady
from swarm.serve.wire import comment
from swarm.turn import Turn, Usage
from tests.fault_server import FaultServer
from tests.patience import PATIENCE_S
from tests.provider import wait_until

# LiteLLM silences this about its own types when it is imported; pytest undoes that after each test.
pytestmark = pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")

MISSION = "Open a bakery\n- Find a site\n- Hire two bakers"
TEAM = "roleless/sequential-3@sim/strong"
SOLO_ON_GPT = "roleless/solo-1@openai/gpt-4.1-mini"
SLOW = "roleless/sequential-256@sim/strong"


@contextmanager
def serving(settings: Settings, access: Access | None = None, **more) -> Iterator[str]:
    """Serve teams; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = make_app({}, Teams(settings, **more), access)
    config = uvicorn.Config(app, log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def asking(model: str = TEAM, mission: str = MISSION, **more):
    return {"model": model, "messages": [{"role": "user", "content": mission}]} | more


def posted(base: str, **content) -> httpx.Response:
    return httpx.post(f"{base}/chat/completions", timeout=PATIENCE_S, trust_env=False, **content)


def refused(settings: Settings, **asked) -> tuple[int, dict]:
    """How a request is refused that begins no run."""
    app = make_app({}, Teams(settings))

    async def exchange():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/v1/chat/completions", json=asked)

    reply = asyncio.run(exchange())
    assert not list(settings.journal.glob("*.jsonl"))
    return reply.status_code, reply.json()["error"]


def turns_taken(settings: Settings) -> int:
    events = [event for path in settings.journal.glob("*.jsonl") for event in read_journal(path).events]
    return sum(isinstance(event, TurnTaken) for event in events)


def the_run(settings: Settings):
    (row,) = History(settings).runs()
    return History(settings).run(row.run_id)


def test_a_mission_brings_the_deliverable_and_a_run_in_the_history(settings: Settings):
    limits = Limits(usd=99.5, calls=98)
    with serving(settings, limits=limits, pace="fast") as base:
        messages = [
            {"role": "system", "content": "Be frugal.\n\n Be kind. "},
            {"role": "user", "content": "Something else"},
            {"role": "assistant", "content": "Done."},
            {"role": "user", "content": MISSION},
        ]
        reply = posted(base, json=asking(messages=messages, seed=5))
    run, body = the_run(settings), reply.json()
    assert reply.headers["x-roleless-run"] == run.run_id
    assert body["id"] == f"chatcmpl-{run.run_id}"
    assert body["choices"][0]["message"]["content"] == run.deliverable
    assert run.deliverable
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["total_tokens"] == run.spent.tokens > 0
    assert (run.spec.mission.goal, len(run.spec.mission.requirements)) == ("Open a bakery", 2)
    assert run.spec.mission.values == ("Be frugal.", "Be kind.")
    assert (run.spec.protocol, run.spec.team.models, run.spec.seed) == ("sequential", {"sim/strong": 3}, 5)
    assert (run.spec.judge, run.status) == (None, "finished")
    assert (run.spec.limits, run.spec.pace) == (limits, "fast")


@pytest.mark.parametrize("protocol", ["sequential", "coordinator"])
def test_openais_own_client_streams_the_deliverable(settings: Settings, protocol: str):
    with serving(settings) as base:
        client = openai.OpenAI(base_url=base, api_key="not-needed", max_retries=0)
        stream = client.chat.completions.create(
            model=f"roleless/{protocol}-4@sim/strong",
            messages=[{"role": "user", "content": MISSION}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = list(stream)
        client.close()
    run = the_run(settings)
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == run.deliverable
    contributed = sum(turn.action == "contribute" for turn in run.turns)
    assert contributed > 1
    # Those who work at once may end in any order, and are sent together then.
    assert protocol != "sequential" or len([text for text in texts if text]) == contributed
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens == run.spent.tokens
    assert {chunk.id for chunk in chunks} == {f"chatcmpl-{run.run_id}"}


def test_a_contribution_is_sent_while_the_others_still_work(settings: Settings):
    with serving(settings, pace="fast") as base:
        url, more = f"{base}/chat/completions", {"timeout": 60, "trust_env": False}
        with httpx.stream("POST", url, json=asking(SLOW, stream=True), **more) as reply:
            run_id = reply.headers["x-roleless-run"]
            lines = reply.iter_lines()
            deltas = (json.loads(line[6:])["choices"][0]["delta"] for line in lines if line[:6] == "data: ")
            assert next(delta["content"] for delta in deltas if delta.get("content"))
            assert is_running(run_id, settings)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_stops_its_run_and_frees_its_place(settings: Settings, stream: bool):
    with serving(settings, pace="fast") as base:
        # A connection of our own, because clients keep theirs or drop them when they like.
        body = json.dumps(asking(SLOW, stream=stream)).encode()
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", int(base.split(":")[2].split("/")[0]))) as connection:
            connection.sendall(head.encode() + body)
            wait_until(lambda: turns_taken(settings) >= 2)
        (path,) = settings.journal.glob("*.jsonl")
        wait_until(lambda: isinstance(read_journal(path).events[-1], RunFinished))
        assert posted(base, json=asking()).status_code == 200
    statuses = {row.run_id: row.status for row in History(settings).runs()}
    assert statuses[path.stem] == "stopped"
    assert len(History(settings).run(path.stem).turns) < 64


def test_a_bounded_number_of_runs_goes_on_at_once(settings: Settings):
    with serving(settings, pace="fast") as base, httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
        url = f"{base}/chat/completions"
        going = [
            client.send(client.build_request("POST", url, json=asking(SLOW, stream=True)), stream=True)
            for _ in range(MOST_RUNS)
        ]
        reply = client.post(url, json=asking())
        assert (reply.status_code, reply.headers["retry-after"]) == (429, "10")
        assert "4 runs are going on" in reply.json()["error"]["message"]
        for one in going:
            one.close()
        wait_until(lambda: client.post(url, json=asking()).status_code == 200)
    assert sorted(row.status for row in History(settings).runs()) == ["finished", *["stopped"] * MOST_RUNS]


@pytest.mark.parametrize(
    ("scenario", "stream", "status", "says"),
    [
        ("401_echo", True, "failed", "401"),
        ("400", False, "failed", "without a reply: 1); agent 1 did not answer"),
    ],
)
def test_a_run_without_a_deliverable_says_why_and_is_not_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, scenario: str, stream: bool, status: str, says: str
):
    server, key = FaultServer(), "sk-canary-5f2c9e71d0a84b36"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("OPENAI_API_BASE", server.base(scenario))
    with serving(read_settings()) as base:
        client = openai.OpenAI(base_url=base, api_key="not-needed")
        with pytest.raises(openai.APIError) as caught:
            list(client.chat.completions.create(**asking(SOLO_ON_GPT), stream=stream))
        client.close()
    run = the_run(settings)
    assert (run.status, run.spec.limits) == (status, Limits(usd=1.0))
    assert run.run_id in str(caught.value)
    assert says in str(caught.value)
    assert key not in str(caught.value)
    server.close()


def test_a_run_that_reaches_its_limit_is_cut_off(settings: Settings):
    with serving(settings, limits=Limits(calls=2)) as base:
        whole = posted(base, json=asking()).json()
        streamed = posted(base, json=asking(stream=True)).text
    assert whole["choices"][0]["finish_reason"] == "length"
    assert '"finish_reason": "length"' in streamed
    assert [row.status for row in History(settings).runs()] == ["limited", "limited"]


REFUSED = {
    "roleless/relay-8@sim/strong": (404, "unknown protocol 'relay'"),
    "roleless/sequential-0@sim/strong": (400, "0 agents: a team has 1 to 256"),
    "roleless/sequential-257@sim/strong": (400, "257 agents: a team has 1 to 256"),
    "roleless/sequential-8@sim/strng": (404, "Did you mean 'sim/strong'"),
    "roleless/sequential-8@nonsense": (404, "unknown model 'nonsense'"),
    "roleless/sequential-8": (404, "roleless/<protocol>-<agents>@<model>"),
    "roleless/sequential@sim/strong": (404, "roleless/<protocol>-<agents>@<model>"),
    "roleless/sequential-8@2 sim/strong": (404, "roleless/<protocol>-<agents>@<model>"),
    "roleless/": (404, "roleless/<protocol>-<agents>@<model>"),
    "gpt-4o": (404, "roleless/sequential-8@sim/strong"),
    "roleless/sequential-8@openai/gpt-4.1-mini": (400, "OPENAI_API_KEY is not set"),
    "roleless/sequential-8@sim/judge,sim/strong": (404, "unknown simulated model"),
}


@pytest.mark.parametrize(("model", "expected"), REFUSED.items())
def test_what_is_no_team_is_refused_with_what_would_work(settings: Settings, model: str, expected):
    status, error = refused(settings, **asking(model))
    assert status == expected[0]
    assert expected[1] in error["message"]
    assert len(error["message"].splitlines()) == 1


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([{"role": "system", "content": "x"}], "the mission is the last message of the user"),
        ([{"role": "user", "content": "  "}], "mission"),
        ([{"role": "user", "content": "x" * 70_000}], "mission"),
        ([{"role": "system", "content": "y" * 2_001}, {"role": "user", "content": "x"}], "values"),
    ],
)
def test_what_is_no_mission_is_refused(settings: Settings, messages, says: str):
    status, error = refused(settings, **asking(messages=messages))
    assert (status, says in error["message"]) == (400, True)


def test_a_seed_that_cannot_be_is_refused(settings: Settings):
    assert refused(settings, **asking(seed=-1))[0] == 400


@pytest.mark.parametrize(
    ("limits", "says"), [((), "limit calls or tokens"), (("--max-calls", "5"), "seed -1")]
)
def test_the_limits_given_to_a_server_hold_for_the_teams_it_serves(
    limits: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
):
    """A model of unknown price is not asked without one; what is wrong besides is found only after that."""
    begun: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setenv("GIGACHAT_CREDENTIALS", "fake")
    monkeypatch.setattr("uvicorn.run", lambda app, **how: begun.append((app, how)))
    CliRunner().invoke(app, ["serve", "--port", "8123", *limits], catch_exceptions=False)
    [(served, how)] = begun
    assert (how["host"], how["port"]) == ("127.0.0.1", 8123)
    asked = {"model": "roleless/solo-1@gigachat/GigaChat-2-Max", "seed": -1}
    asked |= {"messages": [{"role": "user", "content": "Plant trees"}]}

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/v1/chat/completions", json=asked)

    reply = asyncio.run(exchange())
    assert reply.status_code == 400
    assert says in reply.json()["error"]["message"]


def test_every_team_that_is_listed_can_be_composed(settings: Settings):
    usual = Teams(settings).usual()
    assert len(usual) == len(PROTOCOLS)
    for name in usual:
        assert Teams(settings)._named(name)[1:] == (8, "sim/strong")


# What is certain of a deliverable.


def told(protocol: str, agents: int = 5, **options):
    """The events of a simulated run."""
    spec = compose(
        Wish(mission_from_text(MISSION), protocol=protocol, agents=agents, options=options, judge="none"),
        read_settings(),
    )

    async def all_events():
        return [event async for event in play(spec)]

    return spec, asyncio.run(all_events())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_pieces_of_every_protocol_add_up_to_the_deliverable(protocol: str):
    spec, events = told(protocol)
    unfolding = Unfolding(spec)
    pieces = [unfolding.take(event) for event in events]
    assert "".join(pieces) + unfolding.rest(events[-1]) == events[-1].deliverable


def test_turns_that_end_out_of_order_are_sent_in_order():
    spec, events = told("broadcast")
    taken = [event for event in events if isinstance(event, TurnTaken)]
    unfolding = Unfolding(spec)
    pieces = [unfolding.take(event) for event in [*taken[5:][::-1], *taken[:5][::-1]]]
    assert pieces[:-1] == [""] * (len(taken) - 1)
    assert pieces[-1] == events[-1].deliverable


def test_what_may_be_replaced_is_held_back():
    spec, _ = told("solo", token_budget=30_000)
    assert not is_steady(spec)
    assert not is_steady(replace(spec, protocol="sequential", options={}, deliverable="last"))
    assert is_steady(replace(spec, protocol="sequential", options={}))
    assert is_steady(replace(spec, protocol="given_team", options={"steps": ("1", "2", "1")}))


def test_work_that_was_replaced_after_it_was_sent_is_noticed():
    spec, events = told("sequential")
    unfolding = Unfolding(spec)
    for event in events:
        unfolding.take(event)
    assert unfolding.rest(replace(events[-1], deliverable="something else")) is None


def test_an_empty_contribution_counts_as_one():
    spec, events = told("sequential", 2)
    unfolding = Unfolding(spec)
    turns = [
        Turn(index, index + 1, 1, "contribute", "contribute", text=text)
        for index, text in enumerate(["", "b"])
    ]
    facts = {"run_id": "r", "seq": 0, "at": events[0].at, "t": 0.0}
    pieces = "".join(unfolding.take(TurnTaken(**facts, turn=turn)) for turn in turns)
    ending = RunFinished(**facts, status="finished", deliverable="\n\nb", spent=Usage(), calls=2)
    assert (pieces, unfolding.rest(ending)) == ("\n\nb", "")


def test_a_comment_is_one_line():
    assert comment("a\r\ndata: x\n\n") == ": a data: x\n\n"
