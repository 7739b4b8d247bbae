"""A run becomes OpenTelemetry spans: one OTLP/JSON file, after the conventions for generative AI.

`invoke_workflow` is the run, `invoke_agent` one turn (or the judge), `chat` one call; the verdict is events of the
run's span. Names under `swarm.` are ours. The conventions are in development: the resource says which state is meant.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from swarm.export.dates import date_of
from swarm.export.providers import provider_of
from swarm.recording.measures import LISTED, kept
from swarm.recording.record import RunRecord
from swarm.turn import Call, Turn, Usage
from swarm.verdict import Score
from swarm.written import escaped

SCHEMA = "https://opentelemetry.io/schemas/1.41.1"
CONVENTIONS = "semantic-conventions-genai@002c8a6"
"""The state of the conventions that this was written after: repository and commit."""
INTERNAL, CLIENT = 1, 3
FAILED = 2


def as_spans(record: RunRecord) -> bytes:
    """The run as one OTLP/JSON object, ready for a collector or a file reader."""
    resource = {
        "service.name": "roleless",
        "service.version": record.version,
        "swarm.simulated": record.simulated,
        "swarm.kind": "SIMULATED" if record.simulated else "real",
        "swarm.imported": record.imported,
        "swarm.genai_conventions": CONVENTIONS,
    }
    spans = [_run_span(record), *(span for turn in record.turns for span in _turn_spans(record, turn))]
    spans += _judge_spans(record)
    scope = {"scope": {"name": "roleless", "version": record.version}, "spans": spans, "schemaUrl": SCHEMA}
    found = {"resource": {"attributes": _attributes(resource)}, "scopeSpans": [scope], "schemaUrl": SCHEMA}
    return escaped(json.dumps({"resourceSpans": [found]}, ensure_ascii=False)).encode("utf-8", "replace")


def _run_span(record: RunRecord) -> dict[str, Any]:
    spec, verdict, values = record.spec, record.verdict, kept(record)
    facts = {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": spec.protocol,
        "gen_ai.conversation.id": record.run_id,
        "swarm.mission.id": spec.mission.id,
        "swarm.mission.title": spec.mission.title,
        "swarm.protocol": spec.protocol,
        "swarm.agents": len(spec.team),
        "swarm.seed": spec.seed,
        "swarm.shock": spec.shock.kind if spec.shock else None,
        "swarm.status": record.status,
        "swarm.depth": record.depth,
        "swarm.quality": verdict.quality if verdict else None,
        "swarm.unscored": verdict.unscored if verdict else None,
        "swarm.cost_usd": record.spent.cost_usd,
        **{f"swarm.{key}": values[key] for key in LISTED},
    }
    end = max([record.duration_s, *(turn.ended_s for turn in record.turns)])
    span = _span(record, "run", f"invoke_workflow {spec.protocol}", (0.0, end), facts)
    at = _nanos(date_of(record, record.duration_s))
    span["events"] = [_evaluation(score, at) for score in (verdict.scores if verdict else ())]
    return _failed(span, record.reason) if record.status == "failed" else span


def _turn_spans(record: RunRecord, turn: Turn) -> Iterator[dict[str, Any]]:
    name, agent = f"turn {turn.index}", f"agent {turn.seat}"
    facts = {
        **_agent(record, agent, record.spec.team.seats[turn.seat - 1].model),
        **_usage(turn.usage),
        "swarm.round": turn.round,
        "swarm.position": turn.index,
        "swarm.cue": turn.cue,
        "swarm.action": turn.action,
        "swarm.reason": turn.reason,
        "swarm.role.name": turn.role,
        "swarm.role.parent": turn.reports_to,
        "swarm.builds_on": turn.builds_on,
        "swarm.heard": [f"{key.round}.{key.seat}" for key in turn.heard],
        "swarm.abstained": turn.action == "abstain",
        "swarm.abstain.reason": turn.reason if turn.action == "abstain" else None,
    }
    during = (turn.started_s, turn.ended_s)
    span = _span(record, name, f"invoke_agent {agent}", during, facts, parent="run")
    yield _failed(span, turn.reason) if turn.action == "failed" else span
    asked = {
        "gen_ai.request.temperature": record.spec.temperature,
        "gen_ai.request.max_tokens": record.spec.max_tokens,
    }
    for place, call in enumerate(turn.calls):
        yield _call_span(record, call, f"{name} call {place}", name, asked)


def _judge_spans(record: RunRecord) -> Iterator[dict[str, Any]]:
    verdict = record.verdict
    if verdict is None or not verdict.calls:
        return
    during = (verdict.calls[0].started_s, verdict.calls[-1].ended_s)
    facts = {**_agent(record, "judge", verdict.judge), **_usage(verdict.usage), "swarm.judge": True}
    yield _span(record, "judge", "invoke_agent judge", during, facts, parent="run")
    asked = {
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.max_tokens": record.spec.judge_max_tokens,
    }
    for place, call in enumerate(verdict.calls):
        yield _call_span(record, call, f"judge call {place}", "judge", asked)


def _call_span(
    record: RunRecord, call: Call, name: str, parent: str, asked: Mapping[str, Any]
) -> dict[str, Any]:
    part = {"type": "text", "content": call.reply}
    said = [{"role": "assistant", "parts": [part], "finish_reason": call.finish or "unknown"}]
    answered = call.reply is not None
    facts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider_of(call.model),
        "gen_ai.conversation.id": record.run_id,
        "gen_ai.request.model": call.model,
        **asked,
        "gen_ai.response.model": (call.served_by or call.model) if answered else None,
        "gen_ai.response.finish_reasons": [call.finish] if call.finish else None,
        "gen_ai.output.messages": json.dumps(said, ensure_ascii=False) if answered else None,
        **_usage(call.usage),
        "swarm.waited_s": call.waited_s,
    }
    during = (call.started_s, call.ended_s)
    span = _span(record, name, f"chat {call.model}", during, facts, parent=parent, kind=CLIENT)
    return span if answered else _failed(span, call.error)


def _agent(record: RunRecord, name: str, model: str) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": name,
        "gen_ai.agent.id": f"{record.run_id}/{name}",
        "gen_ai.provider.name": provider_of(model),
        "gen_ai.request.model": model,
        "gen_ai.conversation.id": record.run_id,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "swarm.cost_usd": usage.cost_usd,
        "swarm.usage.estimated": usage.estimated,
    }


def _evaluation(score: Score, nanos: str) -> dict[str, Any]:
    facts = {
        "gen_ai.evaluation.name": score.criterion,
        "gen_ai.evaluation.score.value": float(score.points),
        "gen_ai.evaluation.explanation": score.reason,
    }
    return {"name": "gen_ai.evaluation.result", "timeUnixNano": nanos, "attributes": _attributes(facts)}


def _span(
    record: RunRecord,
    key: str,
    name: str,
    during: tuple[float, float],
    facts: Mapping[str, Any],
    *,
    parent: str | None = None,
    kind: int = INTERNAL,
) -> dict[str, Any]:
    start, end = during
    span = {
        "traceId": _digest(record.run_id, 16),
        "spanId": _digest(f"{record.run_id} {key}", 8),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": _nanos(date_of(record, start)),
        "endTimeUnixNano": _nanos(date_of(record, max(start, end))),
        "attributes": _attributes(facts),
    }
    return {**span, "parentSpanId": _digest(f"{record.run_id} {parent}", 8)} if parent else span


def _failed(span: dict[str, Any], why: str | None) -> dict[str, Any]:
    status = {"code": FAILED, "message": why or "no reason is known"}
    return {
        **span,
        "status": status,
        "attributes": span["attributes"] + _attributes({"error.type": "_OTHER"}),
    }


def _attributes(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Facts as OTLP writes them; what is unknown is left out."""
    return [{"key": name, "value": _value(value)} for name, value in facts.items() if value is not None]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"arrayValue": {"values": [_value(item) for item in cast("Sequence[Any]", value)]}}


def _nanos(when: datetime) -> str:
    """Nanoseconds since 1970, counted in whole numbers: a float has not so many digits."""
    seconds = int(when.replace(microsecond=0).timestamp())
    return str((seconds * 1_000_000 + when.microsecond) * 1_000)


def _digest(text: str, size: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[: 2 * size]
