"""The simulated models: minds that read the messages a real model would get, and answer only with text.

They run in this process, cost nothing, need no network and repeat themselves for the same messages and seed. What
they are is said in docs/simulation.md; wherever their runs are shown they are marked as simulated.
"""

import asyncio
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from swarm.models.card import FREE, ModelCard, Price
from swarm.models.model import Completion, Request, likely_tokens, most_tokens
from swarm.models.simulated.brief import Brief, read_brief
from swarm.models.simulated.chance import as_fitted
from swarm.models.simulated.mind import Decision, Traits, Work, decide, plan
from swarm.models.simulated.phrases import paragraph
from swarm.models.simulated.verdict import is_judging, judge_deliverable
from swarm.models.throttle import Throttle
from swarm.spec import PACES, Pace
from swarm.turn import Usage

SECONDS_TO_FIRST_TOKEN = 0.7
TOKENS_PER_SECOND = 90.0
"""Of a quick hosted model; waited for only when the pace says so."""
_OPEN = Throttle("sim")
"""Nobody refuses, so nobody waits."""


@dataclass(frozen=True, slots=True)
class SimulatedModel:
    """One simulated mind behind the one shape of all models."""

    name: str
    traits: Traits
    price: Price
    pace: Pace = "instant"

    @property
    def simulated(self) -> bool:
        """Always."""
        return True

    @property
    def throttle(self) -> Throttle:
        """It lets all through."""
        return _OPEN

    def most(self, request: Request) -> Usage:
        """The most a request can use, in simulated money."""
        asked = most_tokens(request.chars)
        cost = self.price.cost(input_tokens=asked, output_tokens=request.max_tokens)
        return Usage(asked, 0, request.max_tokens, cost)

    async def complete(self, request: Request) -> Completion:
        """Answer a request; the same messages and seed get the same answer."""
        text, finish = answer(request, self.traits)
        cut = text[: request.max_tokens * 4]
        asked, answered = likely_tokens(request.chars), likely_tokens(len(cut))
        factor = PACES[self.pace]
        if factor:
            await asyncio.sleep(factor * thinking_s(answered))
        usage = Usage(asked, 0, answered, self.price.cost(input_tokens=asked, output_tokens=answered))
        return Completion(cut, usage, finish if len(cut) == len(text) else "length")


def thinking_s(answer_tokens: int) -> float:
    """Seconds a simulated mind takes at real pace for an answer of so many tokens."""
    return SECONDS_TO_FIRST_TOKEN + answer_tokens / TOKENS_PER_SECOND


def open_simulated(card: ModelCard, pace: Pace) -> SimulatedModel:
    """Make the simulated model that a card describes."""
    return SimulatedModel(card.id, Traits(**card.traits), card.price or FREE, pace)


def answer(request: Request, traits: Traits) -> tuple[str, str]:
    """Answer a request as a mind does and say why the answer ends ("stop" or "length")."""
    text = "".join(message.text for message in request.messages if message.role == "user")
    chance = Random(request.seed * 4_294_967_311 + zlib.crc32(as_fitted(text).encode("utf-8", "replace")))
    if is_judging(text):
        points = judge_deliverable(text, chance)
        return _plain(
            {name: {"score": score, "reason": why} for name, (score, why) in points.items()}
        ), "stop"
    brief = read_brief(text)
    if '"assignments"' in brief.last_lines:
        return _as_models_do(_plan(brief, traits, chance), traits, chance)
    if not brief.last_lines:
        return _prose(decide(brief, traits, chance), chance), "stop"
    announcing = "announce your intention" in brief.last_lines
    decision = decide(brief, traits, chance)
    return _as_models_do(_object(decision, announcing, chance), traits, chance)


def _plan(brief: Brief, traits: Traits, chance: Random) -> dict[str, object]:
    jobs = plan(brief, traits, chance)
    numbered = [(seat, role, ", ".join(f"R{need.number}" for need in share)) for seat, role, share in jobs]
    return {
        "reason": "Neighbouring requirements go to one agent.",
        "plan": f"{len(jobs)} agents work on {len(brief.needs)} requirements, each on those that stand together.",
        "assignments": [{"agent": s, "role": role, "job": f"Deliver {what}."} for s, role, what in numbered],
    }


def _object(decision: Decision, announcing: bool, chance: Random) -> dict[str, object]:
    numbers = ", ".join(f"R{work.need.number}" for work in decision.work)
    contribution = (
        f"I intend to deliver {numbers}." if announcing and decision.work else _prose(decision, chance)
    )
    return {
        "role": decision.role,
        "participate": bool(decision.work),
        "reason": decision.reason,
        "contribution": contribution if decision.work else "",
        "builds_on": [] if announcing else list(decision.builds_on),
        "reports_to": None if announcing else decision.reports_to,
    }


def _prose(decision: Decision, chance: Random) -> str:
    return "\n\n".join(
        paragraph(
            work.need.number, work.need.text, decision.role, work.sound, work.weak, _links(work), work.settles, chance
        )
        for work in decision.work
    )  # fmt: skip


def _links(work: Work) -> list[str]:
    """Phrase a text's use of others' work, said to rest on it only where the answer names whose it is."""
    numbers = ", ".join(f"R{number}" for number in work.follows)
    ways = ("Follows", "Adds to") if work.credits else ("In line with", "More on")
    links = [f"{ways[0]} {numbers}"] if numbers else []
    return [*links, f"{ways[1]} R{work.need.number}"] if work.adds else links


def _plain(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False)


def _as_models_do(content: dict[str, object], traits: Traits, chance: Random) -> tuple[str, str]:
    """The answer as text: mostly as asked for, sometimes as models really send it."""
    text = _plain(content)
    if chance.random() < traits.compliance:
        return text, "stop"
    slip = chance.random()
    if slip < 0.45:
        return f"```json\n{text}\n```", "stop"
    if slip < 0.7:
        return f"Here is my answer.\n\n{text}\n\nLet me know if you need more.", "stop"
    if slip < 0.8:
        return text[:-1] + ",}", "stop"
    if slip < 0.9:
        return text[: len(text) * 2 // 3], "length"
    return "I would rather describe my part in words than as an object.", "stop"
