"""A run's calls, tokens, time and price are foretold: the protocol is rehearsed without models.

The rehearsal renders the real prompts with placeholder contributions, so any protocol can be estimated, also one
that was registered a minute ago.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from swarm.engine.agent import dropped_out
from swarm.engine.rehearsal import rehearse
from swarm.engine.shock_effects import foreseen
from swarm.engine.stage import Cued
from swarm.models.card import ModelCard
from swarm.models.model import Message, likely_tokens
from swarm.models.simulated import thinking_s
from swarm.models.speed import Speed
from swarm.prompts import render
from swarm.prompts.fit import fitted
from swarm.spec import PACES, RunSpec
from swarm.turn import Assignment, Call, Turn, Usage, total

TOKENS_PER_ANSWER = (120, 260, 520)
"""Output tokens of one contribution: low, expected, high. Expected: what arXiv 2603.28990's token counts imply
(213 to 360)."""
TOKENS_PER_SIMULATED_ANSWER = (80, 125, 200)
"""The same of simulated minds, which are brief: 130 to 200 with what stands around it, on average over missions."""
ENOUGH_PER_REQUIREMENT = (1, 2, None)
"""So many contributions a requirement, heard before its turn, make an agent abstain; at the high end nobody does."""
USUAL_REQUIREMENTS = 10
"""Of a mission in free text."""
SECONDS_PER_CALL = 1.0
TOKENS_PER_SECOND = 60.0
"""Of a typical hosted model: 1 s to the first token, then 60 tokens a second."""
CALLS_AT_ONCE = 48
ENVELOPE_TOKENS = 60
"""Of an answer, around the contribution: role, reason, links."""
USUAL_SPEED = Speed()
PLACEHOLDER_ROLE = "Specialist for a part"
MAX_TURNS = 2_000
"""A run that would go on is foretold as far as this."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The money and work that a run is expected to take."""

    calls: int
    """The judge's call included."""
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """None when a price is unknown."""
    seconds: float | None
    """None when it asks a server on this machine whose speed nobody has measured."""
    busy_s: float = 0.0
    """The part of it in which a provider's limits or a server are used up: other runs have to wait for it."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Three foretellings of one run, figure by figure: the least, the usual, the most."""

    low: Estimate
    expected: Estimate
    high: Estimate


def estimate(
    spec: RunSpec, cards: dict[str, ModelCard], speeds: Mapping[str, Speed] = MappingProxyType({})
) -> Estimates:
    """Foretell a run.

    Args:
        spec: the recipe.
        cards: of every model it names, judge included, by id.
        speeds: of models whose servers have limits or stand on this machine; the others are as fast as is usual.
    """
    needs = len(spec.mission.requirements) or USUAL_REQUIREMENTS
    simulated = all(card.simulated for card in cards.values())
    per_answer = TOKENS_PER_SIMULATED_ANSWER if simulated else TOKENS_PER_ANSWER
    rehearsed = [
        _foretell(spec, cards, speeds, tokens, None if each is None else each * needs)
        for tokens, each in zip(per_answer, ENOUGH_PER_REQUIREMENT, strict=True)
    ]
    # Within a token budget, short answers leave room for more turns: each figure has bounds of its own.
    return Estimates(_each(min, rehearsed), rehearsed[1], _each(max, rehearsed))


def _each(pick: Callable[[Iterable[Any]], Any], estimates: Sequence[Estimate]) -> Estimate:
    costs = [one.cost_usd for one in estimates if one.cost_usd is not None]
    times = [one.seconds for one in estimates if one.seconds is not None]
    return Estimate(
        calls=pick(one.calls for one in estimates),
        input_tokens=pick(one.input_tokens for one in estimates),
        output_tokens=pick(one.output_tokens for one in estimates),
        cost_usd=pick(costs) if costs else None,
        seconds=pick(times) if times else None,
        busy_s=pick(one.busy_s for one in estimates),
    )


def _foretell(
    spec: RunSpec,
    cards: dict[str, ModelCard],
    speeds: Mapping[str, Speed],
    answer_tokens: int,
    enough: int | None,
) -> Estimate:
    struck = foreseen(spec)
    gone = struck.gone if struck else frozenset[int]()

    def usage(model: str, messages: Sequence[Message], tokens: int) -> Usage:
        asked = likely_tokens(sum(len(part) for message in messages for part in message.parts))
        answered = tokens + ENVELOPE_TOKENS
        price = cards[model].price
        cost = None if price is None else price.cost(input_tokens=asked, output_tokens=answered)
        return Usage(asked, 0, answered, cost)

    def pretend(cued: Cued) -> Turn:
        if cued.gone:
            return dropped_out(cued)
        messages = fitted(spec, "00000000", cued.seat, cued.cue, cued.heard, cued.late).messages
        tokens = 0 if enough is not None and len(cued.heard) >= enough else answer_tokens
        return _placeholder(cued, usage(cued.seat.model, messages, tokens), tokens, len(spec.team))

    said = rehearse(spec, pretend, most_turns=spec.limits.calls or MAX_TURNS, struck=struck)
    usages = [call.usage for one in said for call in one.turn.calls]
    if spec.judge:
        worked = [one.turn for one in said if one.turn.action == "contribute" and one.turn.seat not in gone]
        deliverable = "x" * sum(len(turn.text) for turn in worked)
        usages.append(usage(spec.judge, render.judge_messages(spec.mission, deliverable), answer_tokens))
    whole = total(usages)
    # Who would speak all at once speaks half by half when a shock strikes between.
    asked = [
        _Asked((one.step, bool(struck) and one.turn.index >= struck.index), call.model, call.usage)
        for one in said
        for call in one.turn.calls
    ]
    asked += [_Asked((0, False), spec.judge, usages[-1])] if spec.judge else []
    seconds, busy_s = _time(asked, speeds, _seconds_per_call(spec, cards, answer_tokens))
    return Estimate(
        calls=len(usages),
        input_tokens=whole.input_tokens,
        output_tokens=whole.output_tokens,
        cost_usd=whole.cost_usd,
        seconds=seconds,
        busy_s=busy_s,
    )


class _Asked(NamedTuple):
    wave: tuple[int, bool]
    """Calls of one wave are made at the same time."""
    model: str
    usage: Usage


def _time(
    asked: Sequence[_Asked], speeds: Mapping[str, Speed], per_call_s: float
) -> tuple[float | None, float]:
    """Seconds of a run, and those of them that nobody else can use."""
    by_place: dict[str, list[_Asked]] = {}
    for one in asked:
        by_place.setdefault(speeds.get(one.model, USUAL_SPEED).asked_at, []).append(one)
    far: Counter[tuple[int, bool]] = Counter()
    near_s, least_s, busy_s = 0.0, 0.0, 0.0
    for calls in by_place.values():
        speed = speeds.get(calls[0].model, USUAL_SPEED)
        amounts = len(calls), total(one.usage for one in calls).tokens
        least_s, busy_s = max(least_s, speed.least_s(*amounts)), max(busy_s, speed.busy_s(*amounts))
        if speed.here:
            near_s += sum(_near_s(one, speeds) for one in calls)
            continue
        at_once = speed.limits.max_in_flight or CALLS_AT_ONCE
        for wave, number in Counter(one.wave for one in calls).items():
            far[wave] = max(far[wave], -(-number // at_once))
    unknown = any(speeds.get(one.model, USUAL_SPEED).unmeasured for one in asked)
    seconds = max(far.total() * per_call_s + near_s, least_s)
    return None if unknown else seconds, max(busy_s, near_s)


def _near_s(one: _Asked, speeds: Mapping[str, Speed]) -> float:
    return one.usage.output_tokens * (speeds[one.model].seconds_per_token or 0.0)


def _placeholder(cued: Cued, usage: Usage, answer_tokens: int, agents: int) -> Turn:
    jobs = [Assignment(number, PLACEHOLDER_ROLE, "x" * 120) for number in range(1, agents + 1)]
    return Turn(
        index=cued.index,
        seat=cued.seat.number,
        round=cued.cue.round,
        cue=cued.cue.kind,
        action=cued.cue.kind if answer_tokens else "abstain",
        role=PLACEHOLDER_ROLE,
        text="x" * (120 if cued.cue.kind == "intend" else answer_tokens * 4),
        assignments=tuple(jobs) if cued.cue.kind == "plan" else (),
        calls=(Call(cued.index + 1, cued.seat.model, reply="", usage=usage),),
    )


def _seconds_per_call(spec: RunSpec, cards: dict[str, ModelCard], answer_tokens: int) -> float:
    if all(card.simulated for card in cards.values()):
        return PACES[spec.pace] * thinking_s(answer_tokens)
    return SECONDS_PER_CALL + answer_tokens / TOKENS_PER_SECOND
