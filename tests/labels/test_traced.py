"""Every number of a run stands under its own name in the traces that other programs read."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from swarm.export import export_run
from swarm.recording.record import RunRecord
from swarm.turn import Usage
from tests import distinct
from tests.distinct import LISTED_VALUES, RECORD, RUN_ID, TURNS, VERDICT
from tests.labels.test_everywhere import PARTICIPATION
from tests.made import BEGAN


def attributes(of: dict[str, Any]) -> dict[str, Any]:
    """Attributes of a span as Python has them."""
    read = {"intValue": int, "doubleValue": float, "boolValue": bool, "stringValue": str}
    return {
        each["key"]: next(
            read[kind](value) if kind in read else [next(iter(one.values())) for one in value["values"]]
            for kind, value in each["value"].items()
        )
        for each in of["attributes"]
    }


def spans(record: RunRecord = RECORD) -> dict[str, list[dict[str, Any]]]:
    """Spans by name, with their attributes and times in seconds since the run began."""
    (resource,) = json.loads(export_run(record, "otel"))["resourceSpans"]
    found: dict[str, list[dict[str, Any]]] = {}
    for span in resource["scopeSpans"][0]["spans"]:
        ends = [
            int(span[name]) / 1e9 - BEGAN.timestamp() for name in ("startTimeUnixNano", "endTimeUnixNano")
        ]
        told = span | {"facts": attributes(span), "seconds": [pytest.approx(end, abs=1e-5) for end in ends]}
        found.setdefault(span["name"], []).append(told)
    return found


def test_the_span_of_a_run_has_every_number_under_its_own_name():
    (run,) = spans()["invoke_workflow batched"]
    assert run["seconds"] == [0.0, 83.25]
    assert run["facts"] == {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "batched",
        "gen_ai.conversation.id": RUN_ID,
        "swarm.mission.id": "harbour",
        "swarm.mission.title": "Dredge the harbour",
        "swarm.protocol": "batched",
        "swarm.agents": 23,
        "swarm.seed": 47,
        "swarm.shock": "swap",
        "swarm.status": "finished",
        "swarm.depth": 6,
        "swarm.quality": 0.6875,
        "swarm.cost_usd": 2.671875,
        **{f"swarm.{key}": value for key, value in LISTED_VALUES.items()},
    }
    told = [attributes(event) for event in run["events"]]
    assert told == [
        {
            "gen_ai.evaluation.name": name,
            "gen_ai.evaluation.score.value": float(points),
            "gen_ai.evaluation.explanation": f"because of {name}",
        }
        for name, points in distinct.POINTS.items()
    ]


def test_the_span_of_a_turn_has_every_number_under_its_own_name():
    (turn,) = spans()["invoke_agent agent 8"]
    assert turn["seconds"] == [27.0, 28.5625]
    assert turn["facts"] == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "agent 8",
        "gen_ai.agent.id": f"{RUN_ID}/agent 8",
        "gen_ai.provider.name": "sim",
        "gen_ai.request.model": "sim/strong",
        "gen_ai.conversation.id": RUN_ID,
        "gen_ai.usage.input_tokens": 10_900,
        "gen_ai.usage.cache_read.input_tokens": 3_063,
        "gen_ai.usage.output_tokens": 509,
        "swarm.cost_usd": 0.140625,
        "swarm.usage.estimated": False,
        "swarm.round": 2,
        "swarm.position": 8,
        "swarm.cue": "contribute",
        "swarm.action": "contribute",
        "swarm.reason": "reason 8",
        "swarm.role.name": "Tailor",
        "swarm.role.parent": 5,
        "swarm.builds_on": [],
        "swarm.heard": ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"],
        "swarm.abstained": False,
    }


def test_the_span_of_a_call_has_every_number_under_its_own_name():
    found = spans()
    (judged,) = found["chat sim/judge"]
    assert judged["seconds"] == [78.0, 78.0 + 1 + 26 / 16]
    usage = {
        "gen_ai.usage.input_tokens": 12_600,
        "gen_ai.usage.cache_read.input_tokens": 3_182,
        "gen_ai.usage.output_tokens": 526,
        "swarm.cost_usd": 0.40625,
        "swarm.waited_s": 0.8125,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.max_tokens": 2_222,
    }
    assert judged["facts"].items() >= usage.items()
    asked = {span["facts"]["gen_ai.request.temperature"] for span in found["chat sim/strong"]}
    assert asked == {0.3}
    assert {span["facts"]["gen_ai.request.max_tokens"] for span in found["chat sim/strong"]} == {1_111}
    told = [span["facts"]["swarm.waited_s"] for span in found["chat sim/strong"]]
    assert told == [call.waited_s for turn in TURNS for call in turn.calls]


# Inspect: the tests of exports have it read these files; here is what stands in them.


def log() -> dict[str, Any]:
    """What stands in a log, by the name of each file in it."""
    with zipfile.ZipFile(io.BytesIO(export_run(RECORD, "eval"))) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def inspected(*usages: Usage) -> dict[str, Any]:
    """Usages as Inspect has them: what was read from the cache is no input."""
    return {
        "input_tokens": sum(each.input_tokens - each.cached_tokens for each in usages),
        "input_tokens_cache_read": sum(each.cached_tokens for each in usages),
        "output_tokens": sum(each.output_tokens for each in usages),
        "total_tokens": sum(each.input_tokens + each.output_tokens for each in usages),
        "total_cost": sum(each.cost_usd or 0.0 for each in usages),
    }


def test_the_head_of_a_log_has_every_number_under_its_own_name():
    head = log()["header.json"]
    about = head["eval"]
    assert about["task_args"] == {"protocol": "batched", "agents": 23, "size": 11, "shock": "swap"}
    assert about["model_generate_config"] == {"temperature": 0.3, "max_tokens": 1_111, "seed": 47}
    assert about["config"] == {"epochs": 1, "token_limit": 990_000, "cost_limit": 7.0}
    assert (about["model"], about["model_roles"]["agent 23"]) == ("sim/strong", {"model": "sim/weak"})
    assert about["model_roles"]["judge"] == {"model": "sim/judge"}
    assert about["metadata"].items() >= (PARTICIPATION | {"depth": 6, "agents": 23}).items()
    assert {score["name"]: score["metrics"]["mean"]["value"] for score in head["results"]["scores"]} == {
        "quality": 0.6875,
        **distinct.POINTS,
    }
    assert head["stats"]["started_at"] == BEGAN.isoformat()
    assert head["stats"]["completed_at"] == (BEGAN + timedelta(seconds=83.25)).isoformat()


def test_a_log_has_the_tokens_of_every_model_and_every_agent():
    found = log()
    team = [call.usage for turn in TURNS for call in turn.calls]
    stats, sample = found["header.json"]["stats"], found["samples/harbour_epoch_1.json"]
    for told in (stats, sample):
        assert told["model_usage"] == {"sim/strong": inspected(*team), "sim/judge": inspected(VERDICT.usage)}
        assert told["role_usage"]["agent 8"] == inspected(distinct.usage(9))
        assert told["role_usage"]["agent 2"] == inspected(distinct.usage(1), distinct.usage(3))
        assert told["role_usage"]["judge"] == inspected(VERDICT.usage)
    assert (sample["total_time"], sample["working_time"]) == (83.25, 83.25)


def test_the_calls_of_a_log_have_their_own_tokens_times_and_models():
    events = log()["samples/harbour_epoch_1.json"]["events"]
    models = [event for event in events if event["event"] == "model"]
    calls = [call for turn in TURNS for call in turn.calls] + [*VERDICT.calls]
    for event, call in zip(models, calls, strict=True):
        took = call.ended_s - call.started_s
        assert event["output"]["usage"] == inspected(call.usage)
        assert (event["output"]["time"], event["working_time"]) == (took, took)
        assert (event["working_start"], event["model"]) == (call.started_s, call.model)
        assert event["completed"] == (BEGAN + timedelta(seconds=call.ended_s)).isoformat()
    (begin,) = [event for event in events if event.get("name") == "agent 8"]
    assert begin["metadata"] == {
        "action": "contribute",
        "role": "Tailor",
        "round": 2,
        "cue": "contribute",
        "reason": "reason 8",
        "builds_on": [],
        "reports_to": 5,
    }
    said = {event["scorer"]: event["score"] for event in events if event["event"] == "score"}
    assert {name: score["value"] for name, score in said.items()} == {"quality": 0.6875, **distinct.POINTS}
    assert all(said[name]["explanation"] == f"because of {name}" for name in distinct.POINTS)
