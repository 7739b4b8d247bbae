"""This file is where a run's calls, tokens, time and price are foretold: the protocol is rehearsed without models.

The rehearsal renders the real prompts with placeholder contributions, so any protocol can be estimated, also one
that was registered a minute ago.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.models.card import ModelCard
from swarm.models.model import Message, likely_tokens
from swarm.models.simulated import thinking_s
from swarm.prompts import render
from swarm.protocols import find_protocol
from swarm.spec import PACES, RunSpec
from swarm.team import Seat
from swarm.turn import Assignment, Call, Cue, Turn, Usage, total

TOKENS_PER_ANSWER = {"low": 120, "expected": 260, "high": 520}
"""Output tokens of one contribution. Expected: what arXiv 2603.28990's token counts imply (213 to 360)."""
SECONDS_PER_CALL = 1.0
TOKENS_PER_SECOND = 60.0
"""Of a typical hosted model: 1 s to the first token, then 60 tokens a second."""
CALLS_AT_ONCE = 48


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run is expected to take."""

    calls: int
    """The judge's call included."""
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """None when a price is unknown."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Estimates:
    """Three foretellings of one run, figure by figure: the least, the usual, the most."""

    low: Estimate
    expected: Estimate
    high: Estimate


def estimate(spec: RunSpec, cards: dict[str, ModelCard]) -> Estimates:
    """Foretell a run.

    Args:
        spec: the recipe.
        cards: of every model it names, judge included, by id.
    """
    rehearsed = [asyncio.run(_rehearse(spec, cards, tokens)) for tokens in TOKENS_PER_ANSWER.values()]
    # Within a token budget, short answers leave room for more turns: each figure has bounds of its own.
    return Estimates(_each(min, rehearsed), rehearsed[1], _each(max, rehearsed))


def _each(pick: Callable[[Iterable[Any]], Any], estimates: Sequence[Estimate]) -> Estimate:
    costs = [one.cost_usd for one in estimates if one.cost_usd is not None]
    return Estimate(
        calls=pick(one.calls for one in estimates),
        input_tokens=pick(one.input_tokens for one in estimates),
        output_tokens=pick(one.output_tokens for one in estimates),
        cost_usd=pick(costs) if costs else None,
        seconds=pick(one.seconds for one in estimates),
    )


@dataclass(slots=True)
class _Rehearsal:
    spec: RunSpec
    cards: dict[str, ModelCard]
    answer_tokens: int
    turns: list[Turn] = field(default_factory=list[Turn])
    waves: dict[int, int] = field(default_factory=dict[int, int])
    """Turns by the step in which they can be made at the earliest."""

    async def speak(self, seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Turn:
        heard = [turn for turn in hears if turn.text]
        wave = 1 + max(self.waves, default=0)
        # All simultaneous speakers must be on stage before the first of them has spoken.
        await asyncio.sleep(0)
        messages = render.agent_messages(self.spec, "00000000", seat, cue, heard)
        turn = self._turn(seat, cue, self.usage(seat.model, messages))
        self.turns.append(turn)
        self.waves[wave] = self.waves.get(wave, 0) + 1
        return turn

    def _turn(self, seat: Seat, cue: Cue, usage: Usage) -> Turn:
        everyone = [Assignment(other.number, "Specialist for a part", "x" * 120) for other in self.spec.team]
        return Turn(
            index=len(self.turns),
            seat=seat.number,
            round=cue.round,
            cue=cue.kind,
            action=cue.kind,
            role="Specialist for a part",
            text="x" * (120 if cue.kind == "intend" else self.answer_tokens * 4),
            assignments=tuple(everyone) if cue.kind == "plan" else (),
            calls=(Call(len(self.turns) + 1, seat.model, reply="", usage=usage),),
        )

    def usage(self, model: str, messages: Sequence[Message]) -> Usage:
        """What one answer of the rehearsed length takes."""
        asked = likely_tokens(sum(len(part) for message in messages for part in message.parts))
        price = self.cards[model].price
        answered = self.answer_tokens + 60
        cost = None if price is None else price.cost(input_tokens=asked, output_tokens=answered)
        return Usage(asked, 0, answered, cost)


async def _rehearse(spec: RunSpec, cards: dict[str, ModelCard], answer_tokens: int) -> Estimate:
    rehearsal = _Rehearsal(spec, cards, answer_tokens)
    async for _turn in find_protocol(spec.protocol, spec.options)(spec.mission, spec.team, rehearsal.speak):
        pass
    deliverable = "x" * sum(len(turn.text) for turn in rehearsal.turns if turn.action == "contribute")
    usages = [turn.usage for turn in rehearsal.turns]
    if spec.judge:
        usages.append(rehearsal.usage(spec.judge, render.judge_messages(spec.mission, deliverable)))
    whole = total(usages)
    steps = sum(-(-turns // CALLS_AT_ONCE) for turns in rehearsal.waves.values()) + bool(spec.judge)
    return Estimate(
        calls=len(usages),
        input_tokens=whole.input_tokens,
        output_tokens=whole.output_tokens,
        cost_usd=whole.cost_usd,
        seconds=steps * _seconds_per_call(spec, cards, answer_tokens),
    )


def _seconds_per_call(spec: RunSpec, cards: dict[str, ModelCard], answer_tokens: int) -> float:
    if all(card.simulated for card in cards.values()):
        return PACES[spec.pace] * thinking_s(answer_tokens)
    return SECONDS_PER_CALL + answer_tokens / TOKENS_PER_SECOND
