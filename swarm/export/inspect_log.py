"""A run becomes a log of Inspect (`.eval`, version 2): one run, one sample.

A log is a zip. It is written with Deflate and in the plain form, which every Inspect and every zip tool reads.
"""

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from swarm.export.inspect_events import Events, digest, iso, known, model_usage, output_of, scores_of
from swarm.prompts.render import mission_text
from swarm.recording.measures import kept
from swarm.recording.record import RunRecord, Status
from swarm.turn import Call, Turn, Usage, total
from swarm.written import escaped

VERSION = 2
STATUS: Mapping[Status, str] = {
    "running": "started",
    "finished": "success",
    "stopped": "cancelled",
    "interrupted": "cancelled",
    "limited": "error",
    "failed": "error",
}
ELSEWHERE = {
    "quality", "mission_relevance", "distinct_roles", "input_tokens", "cached_tokens", "output_tokens", "cost_usd",
    "duration_s",
}  # fmt: skip
"""Measures that are no metadata: scores, what models used and when things were have fields of their own."""


def as_inspect_log(record: RunRecord) -> bytes:
    """The run as the bytes of an `.eval` file; the same run gives the same bytes."""
    sample, header = _sample(record), _header(record)
    members = {
        "_journal/start.json": {name: header[name] for name in ("version", "eval", "plan")},
        f"samples/{sample['id']}_epoch_1.json": sample,
        "summaries.json": [_summary(sample)],
        "header.json": header,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, content in members.items():
            text = escaped(json.dumps(content, ensure_ascii=False)).encode("utf-8", "replace")
            # Dated like every archive that has no date of its own.
            archive.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _header(record: RunRecord) -> dict[str, Any]:
    spec = record.spec
    options = {**spec.options, **({"shock": spec.shock.kind} if spec.shock else {})}
    recipe = {"temperature": spec.temperature, "max_tokens": spec.max_tokens, "seed": spec.seed}
    limits = {"token_limit": spec.limits.tokens, "cost_limit": spec.limits.usd}
    sample = {"samples": 1, "sample_ids": [_sample_id(record)], "shuffled": False}
    return {
        "version": VERSION,
        "status": STATUS[record.status],
        "eval": {
            "eval_id": record.run_id,
            "run_id": record.run_id,
            "created": iso(record, 0),
            "task": f"roleless/{_sample_id(record)}",
            "task_id": digest(spec.mission.title),
            "task_version": 0,
            "task_display_name": spec.mission.title,
            "task_args": {"protocol": spec.protocol, "agents": len(spec.team), **options},
            "solver": spec.protocol,
            "tags": _tags(record),
            "dataset": {"name": spec.mission.id, **sample},
            "model": next(iter(spec.team.models)),
            "model_roles": _model_roles(record),
            "model_generate_config": recipe,
            "config": known({"epochs": 1, **limits}),
            "packages": {"roleless": record.version},
            "metadata": _metadata(record),
        },
        "plan": {"name": "plan", "steps": [{"solver": spec.protocol, "params": options}], "config": recipe},
        "results": _results(record),
        "stats": {
            "started_at": iso(record, 0),
            "completed_at": iso(record, record.duration_s),
            **_usages(record),
        },
        **_error(record),
    }


def _sample(record: RunRecord) -> dict[str, Any]:
    events = Events(record)
    return {
        "id": _sample_id(record),
        "epoch": 1,
        "input": mission_text(record.spec.mission),
        "target": "",
        "messages": _messages(record),
        "output": output_of(next(iter(record.spec.team.models)), record.deliverable, "stop"),
        "scores": scores_of(record),
        "metadata": _metadata(record),
        "events": [*events.told()],
        "attachments": events.attachments,
        **_usages(record),
        "started_at": iso(record, 0),
        "completed_at": iso(record, record.duration_s),
        "total_time": record.duration_s,
        "working_time": record.duration_s,
        "uuid": digest(record.run_id),
        **_error(record),
    }


def _summary(sample: Mapping[str, Any]) -> dict[str, Any]:
    left_out = ("messages", "output", "events", "attachments", "error")
    error = {"error": sample["error"]["message"]} if "error" in sample else {}
    kept = {name: value for name, value in sample.items() if name not in left_out}
    return {**kept, **error, "completed": True, "message_count": len(sample["messages"])}


def _messages(record: RunRecord) -> list[dict[str, Any]]:
    """The mission, and what each agent delivered."""
    asked = {"role": "user", "content": mission_text(record.spec.mission), "source": "input"}
    return [asked, *(_said(record, turn) for turn in record.parts)]


def _said(record: RunRecord, turn: Turn) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": turn.text,
        "source": "generate",
        "model": record.spec.team.seats[turn.seat - 1].model,
        "metadata": {"agent": turn.seat, "role": turn.role},
    }


def _results(record: RunRecord) -> dict[str, Any]:
    """Scores of the one sample; none when there is no verdict: what is missing is no score."""
    scores = scores_of(record)
    counted = {"scored_samples": 1, "unscored_samples": 0}
    return {
        "total_samples": 1,
        "completed_samples": int(record.status == "finished"),
        "scores": [
            {
                "name": name,
                "scorer": name,
                **counted,
                "metrics": {"mean": {"name": "mean", "value": score["value"]}},
            }
            for name, score in scores.items()
        ],
    }


def _usages(record: RunRecord) -> dict[str, Any]:
    """Add up the usage of every model and of every agent."""
    by_model: dict[str, list[Usage]] = defaultdict(list)
    by_role: dict[str, list[Usage]] = defaultdict(list)
    for role, calls in _callers(record):
        for call in calls:
            by_model[call.model].append(call.usage)
            by_role[role].append(call.usage)
    return {"model_usage": _summed(by_model), "role_usage": _summed(by_role)}


def _callers(record: RunRecord) -> Iterator[tuple[str, Sequence[Call]]]:
    yield from ((f"agent {turn.seat}", turn.calls) for turn in record.turns)
    if record.verdict:
        yield "judge", record.verdict.calls


def _summed(usages: Mapping[str, Sequence[Usage]]) -> dict[str, Any]:
    return {name: model_usage(total(found)) for name, found in usages.items()}


def _model_roles(record: RunRecord) -> dict[str, Any]:
    seated = {f"agent {seat.number}": {"model": seat.model} for seat in record.spec.team}
    return {**seated, **({"judge": {"model": record.spec.judge}} if record.spec.judge else {})}


def _metadata(record: RunRecord) -> dict[str, Any]:
    facts = {
        "kind": "SIMULATED" if record.simulated else "real",
        "simulated": record.simulated,
        "imported": record.imported,
        "protocol": record.spec.protocol,
        "agents": len(record.spec.team),
        "status": record.status,
        "reason": record.reason,
        **{key: value for key, value in kept(record).items() if key not in ELSEWHERE},
        "unscored": record.verdict.unscored if record.verdict else None,
    }
    return known(facts)


def _tags(record: RunRecord) -> list[str]:
    marks = [*(["SIMULATED"] if record.simulated else []), *(["imported"] if record.imported else [])]
    return [*marks, record.spec.protocol]


def _error(record: RunRecord) -> dict[str, Any]:
    if STATUS[record.status] != "error":
        return {}
    return {"error": {"message": record.reason or record.status, "traceback": "", "traceback_ansi": ""}}


def _sample_id(record: RunRecord) -> str:
    """The mission's id, fit for the name of a file in the archive, whatever an imported one says."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", record.spec.mission.id)[:64].strip("-") or "mission"
