"""What a run will take is foretold by rehearsing its protocol, any protocol."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple
from typing import Any

import pytest

from swarm.config import Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.estimate import Estimate, Estimates, estimate
from swarm.engine.wish import Wish
from swarm.limits import Limits
from swarm.mission import Mission, mission_from_text
from swarm.models.catalogue import card_of
from swarm.models.model import Message
from swarm.prompts.render import agent_messages, judge_messages
from swarm.protocols import PROTOCOLS
from swarm.shock import Shock
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn
from tests.staging import MISSION, NAMES, ending_of, simulated


def foretold(settings: Settings, name: str, agents: int = 8, **asked: Any) -> Estimates:
    spec = compose(Wish(MISSION, protocol=name, agents=agents, **asked), settings)
    named = [*spec.team.models, *([spec.judge] if spec.judge else [])]
    return estimate(spec, {model: card_of(model, settings) for model in named})


@pytest.mark.parametrize("agents", [1, 2, 8, 33])
@pytest.mark.parametrize("name", ["sequential", "shared", "fixed_roles", "batched"])
def test_protocols_of_one_turn_each_take_a_call_an_agent_and_the_judges(
    name: str, agents: int, settings: Settings
):
    assert foretold(settings, name, agents).expected.calls == agents + 1


@pytest.mark.parametrize("agents", [1, 2, 8, 33])
def test_broadcast_takes_two_calls_an_agent_and_the_judges(agents: int, settings: Settings):
    assert foretold(settings, "broadcast", agents).expected.calls == 2 * agents + 1


@pytest.mark.parametrize("agents", [1, 2, 8, 33])
def test_a_coordinated_team_takes_the_plan_a_call_an_agent_and_the_judges(agents: int, settings: Settings):
    assert foretold(settings, "coordinator", agents).expected.calls == 1 + agents + 1


def test_a_solo_agent_takes_one_call_and_the_judges(settings: Settings):
    assert foretold(settings, "solo").expected.calls == 2


def test_nobody_to_judge_takes_no_call(settings: Settings):
    assert foretold(settings, "sequential", judge="none").expected.calls == 8


def test_a_token_budget_makes_a_solo_agent_take_more(settings: Settings):
    assert foretold(settings, "solo", options={"token_budget": 20_000}).expected.calls > 2


def test_the_judge_is_not_foretold_to_read_what_goes_with_a_lost_seat(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    read: list[int] = []

    def judged(mission: Mission, deliverable: str) -> tuple[Message, ...]:
        read.append(len(deliverable))
        return judge_messages(mission, deliverable)

    monkeypatch.setattr("swarm.engine.estimate.render.judge_messages", judged)
    foretold(settings, "shared")
    foretold(settings, "shared", shock=Shock("seat"))
    *_, whole, _, _, struck = read
    assert struck == whole * 7 / 8


@pytest.mark.parametrize("options", [None, {"token_budget": 20_000}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_low_is_at_most_expected_and_expected_at_most_high(name: str, options: Any, settings: Settings):
    said = foretold(settings, name, options=options if name == "solo" else None)
    for low, expected, high in zip(
        astuple(said.low), astuple(said.expected), astuple(said.high), strict=True
    ):
        assert low <= expected <= high


@pytest.mark.parametrize("name", ["sequential", "shared", "broadcast", "fixed_roles", "batched"])
def test_the_calls_foretold_are_the_calls_made(name: str, settings: Settings):
    made = ending_of(simulated(compose(Wish(MISSION, protocol=name, seed=1), settings)))
    again = made.calls - foretold(settings, name).expected.calls
    assert 0 <= again <= 1


def test_simulated_minds_take_the_time_of_their_pace(settings: Settings):
    real, fast, instant = (
        foretold(settings, "shared", pace=pace).expected.seconds for pace in ("real", "fast", "instant")
    )
    assert (fast, instant) == (pytest.approx(real / 10), 0)


def test_hearing_more_costs_more(settings: Settings):
    assert (
        foretold(settings, "sequential").expected.input_tokens
        > foretold(settings, "shared").expected.input_tokens
    )


def test_a_protocol_registered_a_minute_ago_can_be_estimated(settings: Settings):
    async def relay(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
        first = await speak(team.seats[0], cue=Cue("contribute"))
        yield first
        yield await speak(team.seats[0], cue=Cue("contribute", round=2), hears=(first,))

    PROTOCOLS["relay"] = relay
    try:
        assert foretold(settings, "relay").expected.calls == 3
    finally:
        del PROTOCOLS["relay"]


@pytest.mark.parametrize("name", NAMES)
def test_the_largest_team_can_be_estimated(name: str, settings: Settings):
    assert foretold(settings, name, agents=256).expected.input_tokens > 0


@pytest.mark.parametrize("name", ["shared", "broadcast", "coordinator"])
def test_simultaneous_turns_take_no_longer_for_more_agents(name: str, settings: Settings):
    few, many = (foretold(settings, name, agents, pace="real").expected.seconds for agents in (2, 48))
    assert few == many > 0


def test_turns_one_after_another_take_longer_for_more_agents(settings: Settings):
    few, many = (foretold(settings, "sequential", agents, pace="real").expected.seconds for agents in (7, 15))
    assert many == pytest.approx(2 * few)


def test_larger_batches_take_less_time(settings: Settings):
    small, large = (
        foretold(settings, "batched", pace="real", options={"size": size}).expected.seconds for size in (2, 4)
    )
    assert large < small


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", "fake")
    monkeypatch.setenv("GIGACHAT_CREDENTIALS", "fake")
    return read_settings()


def test_real_models_are_priced(keyed: Settings):
    cheap = foretold(keyed, "sequential", models=["openai/gpt-4.1-mini"]).expected.cost_usd
    dear = foretold(keyed, "sequential", models=["openai/gpt-4o"]).expected.cost_usd
    assert cheap is not None
    assert dear is not None
    assert 0 < cheap < dear


def test_an_unknown_price_is_said_to_be_unknown(keyed: Settings):
    asked = {"models": ["gigachat/GigaChat-2-Max"], "limits": Limits(calls=99), "judge": "none"}
    assert foretold(keyed, "sequential", **asked).expected.cost_usd is None


# To the token.


@pytest.mark.parametrize(("figures", "answer"), [("low", 120), ("expected", 260), ("high", 520)])
def test_what_one_agent_and_its_judge_take_is_foretold_to_the_token(
    figures: str, answer: int, keyed: Settings
):
    named = {"models": ["openai/gpt-4.1-mini"], "judge": "openai/gpt-4o"}
    spec = compose(Wish(MISSION, protocol="solo", agents=1, **named), keyed)
    team, judge = card_of("openai/gpt-4.1-mini", keyed), card_of("openai/gpt-4o", keyed)
    asked = tokens_of(agent_messages(spec, "00000000", spec.team.seats[0], Cue("contribute"), ()))
    judged = tokens_of(judge_messages(spec.mission, "x" * 4 * answer))
    assert team.price
    assert judge.price
    assert getattr(foretold(keyed, "solo", 1, **named), figures) == Estimate(
        calls=2,
        input_tokens=asked + judged,
        output_tokens=2 * (answer + 60),
        cost_usd=pytest.approx(team.price.cost(asked, answer + 60) + judge.price.cost(judged, answer + 60)),
        seconds=pytest.approx(2 * (1 + answer / 60)),
    )


def tokens_of(messages: Sequence[Message]) -> int:
    return -(-sum(len(message.text) for message in messages) // 4)


@pytest.mark.parametrize(("mission", "requirements"), [(MISSION, 3), (mission_from_text("Plant trees"), 10)])
def test_agents_that_heard_enough_are_foretold_to_abstain(
    mission: Mission, requirements: int, settings: Settings
):
    spec = compose(Wish(mission, agents=24), settings)
    said = estimate(spec, {name: card_of(name, settings) for name in spec.models})
    for one, answer, working in (
        (said.low, 80, requirements),
        (said.expected, 125, 2 * requirements),
        (said.high, 200, 24),
    ):
        assert one.output_tokens == 24 * 60 + working * answer + 60 + answer


def test_more_agents_than_may_ask_at_once_take_another_turn(settings: Settings):
    one, two = (foretold(settings, "shared", agents, pace="real", judge="none").high for agents in (48, 49))
    assert two.seconds == 2 * one.seconds > 0


def test_the_time_foretold_covers_the_judge(settings: Settings):
    alone, judged = (
        foretold(settings, "solo", 1, pace="real", judge=judge).expected for judge in ("none", "sim/judge")
    )
    assert judged.seconds == 2 * alone.seconds > 0


def test_no_more_is_foretold_than_a_limit_of_calls_lets_happen(settings: Settings):
    few = foretold(settings, "sequential", limits=Limits(calls=3), judge="none").expected
    assert (few.calls, few.output_tokens) == (3, 3 * (60 + 125))
