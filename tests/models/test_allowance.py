"""What providers state of their limits and ask to wait is read in all its spellings."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from swarm.config import Settings
from swarm.errors import BadInput, ModelUnavailable
from swarm.models.allowance import Bucket, ProviderLimits, Stated, stated_limits, wait_asked_for
from swarm.models.card import ModelCard
from swarm.models.catalogue import keep_limits, known_limits, limits_of, slips_in_own_models
from swarm.models.failures import failure
from swarm.models.litellm import LiteLlmModel, library
from swarm.models.model import Message, Request
from swarm.models.throttle import Throttle
from swarm.models.transport import Exchange
from tests.clockwork import slept_through

SAID_AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
DATED = {"date": format_datetime(SAID_AT, usegmt=True)}


def later(seconds: float) -> datetime:
    return SAID_AT + timedelta(seconds=seconds)


WAITS: dict[str, tuple[dict[str, str], str, float | None]] = {
    "seconds": ({"retry-after": "20"}, "", 20.0),
    "part of a second": ({"retry-after": "0.5"}, "", 0.5),
    "milliseconds come first": ({"retry-after": "1", "retry-after-ms": "250"}, "", 0.25),
    "a date, by the provider's clock": (
        {"retry-after": format_datetime(later(90), usegmt=True), **DATED},
        "",
        90.0,
    ),
    "a date that is past": ({"retry-after": format_datetime(later(-90), usegmt=True), **DATED}, "", 0.0),
    "gemini": ({}, '{"retryDelay": "20.5s"}', 20.5),
    "openai's words": ({}, "Please try again in 7m12s. Visit us.", 432.0),
    "groq's words": ({}, "Please try again in 1m1.5s.", 61.5),
    "words of a moment": ({}, "please try again in 250ms.", 0.25),
    "nothing": ({}, "slow down", None),
    "nonsense": ({"retry-after": "soon"}, "", None),
    "Hugging Face": ({}, '{"error": "Model x is currently loading", "estimated_time": 20.5}', 20.5),
    "Hugging Face, oddly": ({}, '{"estimated_time": "soon"}', None),
}


@pytest.mark.parametrize(("headers", "body", "wait_s"), WAITS.values(), ids=WAITS)
def test_every_way_of_asking_to_wait_is_read(headers: dict[str, str], body: str, wait_s: float | None):
    assert wait_asked_for(headers, body) == wait_s


LIMITS: dict[str, tuple[dict[str, str], dict[str, Stated]]] = {
    "openai": (
        {
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "30000",
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "6m0s",
        },
        {"requests": Stated(499, 0.12, 500), "tokens": Stated(0, 360, 30_000)},
    ),
    "anthropic": (
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": later(30).isoformat().replace("+00:00", "Z"),
            "anthropic-ratelimit-output-tokens-limit": "8000",
            "anthropic-ratelimit-output-tokens-remaining": "10",
            "anthropic-ratelimit-output-tokens-reset": later(60).isoformat(),
            **DATED,
        },
        {"requests": Stated(0, 30, 50), "output-tokens": Stated(10, 60, 8_000)},
    ),
    "plain": (
        {"ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": "7"},
        {"requests": Stated(3, 7, 10)},
    ),
    "since 1970": (
        {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(round(later(9).timestamp() * 1_000)),
            **DATED,
        },
        {"requests": Stated(0, 9, None)},
    ),
    "without a time": ({"x-ratelimit-remaining-requests": "0"}, {}),
    "nonsense": ({"x-ratelimit-remaining-requests": "few", "x-ratelimit-reset-requests": "soon"}, {}),
}


@pytest.mark.parametrize(("headers", "stated"), LIMITS.values(), ids=LIMITS)
def test_every_family_of_headers_is_read(headers: dict[str, str], stated: dict[str, Stated]):
    found = stated_limits(headers)
    assert {what: tuple(pytest.approx(part) for part in each) for what, each in stated.items()} == {
        what: tuple(each) for what, each in found.items()
    }


def test_what_is_stated_comes_back_bit_by_bit_or_once_that_is_known_to_be_wrong_all_at_once():
    bucket = Bucket(Stated(0, 60.0, 60), now=100.0, later=0, before=None)
    assert bucket.wait_s(1, 100.0) == pytest.approx(1.0, rel=0.05)
    bucket.in_steps = True
    assert bucket.wait_s(1, 100.0) == pytest.approx(60.0, rel=0.05)
    assert bucket.wait_s(1, 161.0) == 0.0


# What a person says.

OWN = """
[limits.openai]
requests_per_minute = 500
tokens_per_minute = 30_000

[limits."http://127.0.0.1:8080/v1/"]
max_in_flight = 1
timeout_s = 600
"""


def test_what_models_toml_says_of_a_provider_or_an_address_holds_for_its_models(settings: Settings):
    (settings.data / "models.toml").write_text(OWN, encoding="utf-8")
    openai = ModelCard("openai/gpt-4.1-mini", "m", "openai")
    own = ModelCard("mine/m", "m", "mine", api_base="http://127.0.0.1:8080/v1")
    other = ModelCard("mine/m", "m", "mine", api_base="http://127.0.0.1:8081/v1")
    assert limits_of(openai, settings) == ProviderLimits(500, 30_000)
    assert limits_of(own, settings) == ProviderLimits(max_in_flight=1, timeout_s=600.0)
    assert limits_of(other, settings) == ProviderLimits()


@pytest.mark.parametrize("line", ["max_in_flight = 0", "timeout_s = -1.0", "requests_a_minute = 3"])
def test_what_cannot_be_is_left_out_and_told_with_its_place(line: str, settings: Settings):
    text = f"[limits.groq]\nmax_in_flight = 3\n\n[limits.openai]\n{line}\n"
    (settings.data / "models.toml").write_text(text, encoding="utf-8")
    assert limits_of(ModelCard("openai/m", "m", "openai"), settings) == ProviderLimits()
    assert limits_of(ModelCard("groq/m", "m", "groq"), settings) == ProviderLimits(max_in_flight=3)
    (slip,) = slips_in_own_models(settings)
    assert "line 5" in slip
    assert line.split()[0] in slip


def test_limits_are_kept_beside_what_stands_in_the_file(settings: Settings):
    path = settings.data / "models.toml"
    path.write_text(f"# Mine.\n{OWN}\n# The end.\n[limits.groq]\nmax_in_flight = 3\n", encoding="utf-8")
    before = known_limits(settings)
    keep_limits("http://127.0.0.1:8080/v1", ProviderLimits(requests_per_minute=7), settings)
    keep_limits("acme", ProviderLimits(tokens_per_minute=9), settings)
    keep_limits("openai", ProviderLimits(), settings)
    assert known_limits(settings) == {
        "http://127.0.0.1:8080/v1": ProviderLimits(requests_per_minute=7),
        "acme": ProviderLimits(tokens_per_minute=9),
        "groq": before["groq"],
    }
    assert path.read_text(encoding="utf-8").startswith("# Mine.\n")


def test_limits_that_cannot_be_leave_the_file_as_it_was(settings: Settings):
    keep_limits("acme", ProviderLimits(max_in_flight=2), settings)
    with pytest.raises(BadInput, match="max_in_flight"):
        keep_limits("acme", ProviderLimits(max_in_flight=0), settings)
    assert known_limits(settings) == {"acme": ProviderLimits(max_in_flight=2)}


# Servers on this machine.

ASK = Request((Message("user", ("Hello.",)),), timeout_s=120.0)


def asked_of_one_slot(
    calls: int, call_s: float, monkeypatch: pytest.MonkeyPatch, **limits: float
) -> list[str]:
    """What comes of calls to a server that answers one at a time, in the order of asking."""

    async def ask() -> list[str]:
        slot = asyncio.Lock()

        async def answer(**_: object) -> None:
            async with slot:
                await asyncio.sleep(call_s)
            raise library().exceptions.BadRequestError("answered", "m", "p")

        monkeypatch.setattr(library(), "acompletion", answer)
        address = "http://127.0.0.1:9/v1"
        model = LiteLlmModel(
            ModelCard("own/m", "m", "own", api_base=address),
            api_base=address,
            limits=ProviderLimits(**limits),
        )

        async def one() -> str:
            async with model.throttle.place():
                try:
                    await model.complete(ASK)
                except ModelUnavailable as error:
                    return str(error)
            raise AssertionError

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one()) for _ in range(calls)]
        return [task.result() for task in tasks]

    return slept_through(ask())[0]


def test_time_in_the_queue_of_a_server_on_this_machine_is_not_a_calls_own(monkeypatch: pytest.MonkeyPatch):
    said = asked_of_one_slot(8, 100.0, monkeypatch, max_in_flight=8)
    assert not [text for text in said if "no complete reply" in text]


def test_a_call_that_takes_too_long_itself_ends_and_the_next_one_has_its_whole_time(
    monkeypatch: pytest.MonkeyPatch,
):
    said = asked_of_one_slot(3, 130.0, monkeypatch)
    assert said == ["own/m: no complete reply within 120 s"] * 3
    said = asked_of_one_slot(3, 130.0, monkeypatch, timeout_s=140.0)
    assert not [text for text in said if "no complete reply" in text]


def test_a_server_on_this_machine_begins_with_few_calls_in_flight_and_gets_more_only_if_that_is_faster():
    async def most_at_once(slots: int) -> int:
        throttle, answering = Throttle("here", most=48, here=True), asyncio.Semaphore(slots)
        seen: list[int] = []

        async def one() -> None:
            async with throttle.place() as departure:
                seen.append(throttle.in_flight)
                async with answering:
                    await asyncio.sleep(10.0)
                throttle.passed(departure, 0)

        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(one())
        assert max(seen[:4]) <= 4
        return max(seen[-20:])

    assert slept_through(most_at_once(1))[0] <= 4
    assert slept_through(most_at_once(64))[0] >= 32


@pytest.mark.parametrize(("told_s", "wait_s"), [(None, 0.25), (20.5, 20.5), (900.0, 60.0)])
def test_a_server_that_loads_is_left_alone_as_long_as_it_says_it_will(told_s: float | None, wait_s: float):
    async def paused() -> float:
        throttle = Throttle("here", most=48)
        async with throttle.place() as departure:
            throttle.refused(departure, ModelUnavailable("loading", "Loading.", retry_after_s=told_s))
        holdup = throttle.holdup()
        return holdup.left_s if holdup else 0.0

    assert slept_through(paused())[0] == pytest.approx(wait_s, abs=0.01)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"Loading model", "loading"),
        (b'{"state": "loading"}', "loading"),
        (b'{"error": "Model x is currently loading", "estimated_time": 20.0}', "loading"),
        (b"<html><body>The model is warming up</body></html>", "loading"),
        (b"", "overloaded"),
        (b"<html>Service unavailable</html>", "overloaded"),
    ],
)
def test_a_503_that_says_in_any_way_that_a_model_is_loading_is_waited_for(body: bytes, kind: str):
    exchange = Exchange()
    exchange.begun, exchange.status, exchange.body = True, 503, body
    assert failure("own/m", exchange, "nothing", ()).kind == kind
