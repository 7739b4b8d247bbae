"""Turns and calls become events of an Inspect log: one span for each turn.

Prompts are put together again from the record; pieces that many of them share are kept once, as attachments.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.engine.rebuilt_prompts import prompts_of
from swarm.export.dates import date_of
from swarm.models.model import Message
from swarm.prompts.render import judge_messages
from swarm.recording.record import RunRecord
from swarm.turn import Call, Turn, Usage

_STOP = {"stop": "stop", "length": "max_tokens", "content_filter": "content_filter"}
_SHORT = 100
"""Shorter texts cost less than a reference to them."""


@dataclass(slots=True)
class Events:
    """The events of a sample, and the pieces of text they share."""

    record: RunRecord
    attachments: dict[str, str] = field(default_factory=dict[str, str])
    """Filled while the events are told."""

    def told(self) -> Iterator[dict[str, Any]]:
        """Turn after turn, in the order of speaking, the judge last."""
        prompts = prompts_of(self.record)
        for turn in self.record.turns:
            asked = prompts.get(turn.key, ())
            yield from self._span(f"turn {turn.index}", f"agent {turn.seat}", turn.calls, asked, _facts(turn))
        verdict = self.record.verdict
        if verdict is not None:
            asked = judge_messages(self.record.spec.mission, self.record.deliverable)
            unscored = known({"unscored": verdict.unscored})
            yield from self._span("judge", "judge", verdict.calls, asked, unscored)
        for name, score in scores_of(self.record).items():
            facts = {"event": "score", "score": score, "scorer": name}
            yield self._event(f"score {name}", self.record.duration_s, facts)

    def _span(
        self,
        key: str,
        name: str,
        calls: Sequence[Call],
        asked: Sequence[Message],
        facts: Mapping[str, Any],
    ) -> Iterator[dict[str, Any]]:
        span = digest(f"{self.record.run_id} {key}")
        start, end = (calls[0].started_s, calls[-1].ended_s) if calls else (0.0, 0.0)
        begin = {"event": "span_begin", "id": span, "type": "agent", "name": name, "metadata": facts}
        yield self._event(f"{key} begin", start, begin, span)
        for place, call in enumerate(calls):
            # Whoever is asked again is told what was wrong with its reply: that is no longer known here.
            again = any(earlier.reply is not None for earlier in calls[:place])
            model = self._call(call, name, () if again else asked)
            yield self._event(f"{key} call {place}", call.started_s, model, span)
        yield self._event(f"{key} end", max(start, end), {"event": "span_end", "id": span}, span)

    def _call(self, call: Call, role: str, asked: Sequence[Message]) -> dict[str, Any]:
        took = max(0.0, call.ended_s - call.started_s)
        output = output_of(call.served_by or call.model, call.reply or "", call.finish)
        facts = {
            "event": "model",
            "model": call.model,
            "role": role,
            "input": [self._message(message) for message in asked],
            "tools": [],
            "tool_choice": "none",
            "config": {},
            "output": {**output, "usage": model_usage(call.usage), "time": took},
            "error": call.error,
            "completed": iso(self.record, call.started_s + took),
            "working_time": took,
        }
        return known(facts)

    def _message(self, message: Message) -> dict[str, Any]:
        parts = [{"type": "text", "text": self._kept(part)} for part in message.parts]
        return {"role": message.role, "content": parts}

    def _kept(self, text: str) -> str:
        if len(text) <= _SHORT:
            return text
        name = digest(text)
        self.attachments[name] = text
        return f"attachment://{name}"

    def _event(
        self, key: str, seconds: float, facts: Mapping[str, Any], span: str | None = None
    ) -> dict[str, Any]:
        where = known({"uuid": digest(f"{self.record.run_id} event {key}"), "span_id": span})
        return {**facts, **where, "timestamp": iso(self.record, seconds), "working_start": seconds}


def scores_of(record: RunRecord) -> dict[str, Any]:
    """Quality and the five criteria as Inspect has scores; empty when there is no verdict."""
    verdict = record.verdict
    if verdict is None or verdict.quality is None:
        return {}
    quality = {"value": verdict.quality, "explanation": "the sum of four criteria, divided by 16"}
    given = {
        score.criterion: {"value": score.points, "explanation": score.reason} for score in verdict.scores
    }
    return {"quality": quality, **given}


def output_of(model: str, text: str, finish: str | None) -> dict[str, Any]:
    """A reply as Inspect has model outputs."""
    message = {"role": "assistant", "content": text, "source": "generate", "model": model}
    stop = _STOP.get(finish or "", "unknown")
    return {"model": model, "choices": [{"message": message, "stop_reason": stop}], "completion": text}


def model_usage(usage: Usage) -> dict[str, Any]:
    """Usage as Inspect has it: cached tokens are counted apart from the others."""
    facts = {
        "input_tokens": max(0, usage.input_tokens - usage.cached_tokens),
        "input_tokens_cache_read": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
        "total_cost": usage.cost_usd,
    }
    return known(facts)


def known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None."""
    return {name: value for name, value in facts.items() if value is not None}


def iso(record: RunRecord, seconds: float) -> str:
    """Write a moment of a run as ISO 8601 does."""
    return date_of(record, seconds).isoformat()


def digest(text: str) -> str:
    """A name for something, the same every time."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _facts(turn: Turn) -> dict[str, Any]:
    facts = {
        "action": turn.action,
        "role": turn.role,
        "round": turn.round,
        "cue": turn.cue,
        "reason": turn.reason,
        "builds_on": [*turn.builds_on],
        "reports_to": turn.reports_to,
    }
    return known(facts)
