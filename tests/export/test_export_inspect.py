"""Every log that we write is read by Inspect, in an interpreter of its own, and says there what the run says here."""

import json
import subprocess
from typing import Any

import pytest

from swarm.config import PROJECT
from swarm.engine.rebuilt_prompts import prompts_of
from swarm.export import export_run
from swarm.models.scripted import ScriptedModel
from swarm.recording.record import record_of
from tests.export.test_export import ODD, by_protocol, real_record, record_under
from tests.staging import GARBAGE, NAMES, played, recipe

pytestmark = pytest.mark.inspect
INSPECT = PROJECT / ".venv-inspect" / "bin" / "python"
READ = """
import json, sys, warnings
warnings.simplefilter("error", UserWarning)
from inspect_ai.event import event_tree
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries

def told(path):
    log = read_eval_log(path, resolve_attachments="full")
    (sample,) = log.samples
    (summary,) = read_eval_log_sample_summaries(path)
    models = [event for event in sample.events if event.event == "model"]
    return {
        "version": log.version,
        "status": log.status,
        "tags": log.eval.tags,
        "kind": log.eval.metadata["kind"],
        "scores": {name: score.value for name, score in (sample.scores or {}).items()},
        "results": {score.name: score.metrics["mean"].value for score in log.results.scores},
        "spans": [[event.name, event.type] for event in sample.events if event.event == "span_begin"],
        "tree": [type(node).__name__ for node in event_tree(sample.events)],
        "prompts": [[message.text for message in event.input] for event in models],
        "replies": [event.output.completion for event in models],
        "errors": [event.error for event in models],
        "tokens": sum(usage.total_tokens for usage in log.stats.model_usage.values()),
        "asked": sum(u.input_tokens + (u.input_tokens_cache_read or 0) for u in log.stats.model_usage.values()),
        "said": [message.text for message in sample.messages[1:]],
        "error": log.error.message if log.error else None,
        "summary": [summary.id == sample.id, summary.completed, summary.uuid == sample.uuid],
    }

print(json.dumps({path: told(path) for path in sys.argv[1:]}))
"""
LOGS = {
    **{name: lambda name=name: record_under(name) for name in NAMES},
    **ODD,
    "real": real_record,
    "unsaid": lambda: record_of(played(recipe(), ScriptedModel("judge", lambda request: GARBAGE))),
}


@pytest.fixture(scope="module")
def read_by_inspect(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Inspect read in the logs of many runs, by their names here."""
    if not INSPECT.exists():
        pytest.skip("Inspect is not installed here; `make test-inspect` installs it and runs these tests")
    folder = tmp_path_factory.mktemp("logs")
    paths = {name: folder / f"{number}.eval" for number, name in enumerate(LOGS)}
    for name, path in paths.items():
        path.write_bytes(export_run(LOGS[name](), "eval"))
    command = [str(INSPECT), "-I", "-c", READ, *map(str, paths.values())]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert finished.returncode == 0, finished.stderr[-3000:]
    found = json.loads(finished.stdout.splitlines()[-1])
    return {name: found[str(path)] for name, path in paths.items()}


def test_inspect_reads_the_log_of_every_run(read_by_inspect):
    for name, found in read_by_inspect.items():
        record = LOGS[name]()
        verdict = record.verdict
        assert found["version"] == 2
        assert found["summary"] == [True, True, True]
        assert ("SIMULATED" in found["tags"]) is (found["kind"] == "SIMULATED") is record.simulated
        spans = [[f"agent {turn.seat}", "agent"] for turn in record.turns]
        assert found["spans"] == spans + ([["judge", "agent"]] if verdict else [])
        assert found["tree"][: len(found["spans"])] == ["EventTreeSpan"] * len(found["spans"])
        points = {str(key): value for key, value in verdict.points.items()} if verdict else {}
        expected = {"quality": verdict.quality, **points} if verdict and points else {}
        assert found["scores"] == found["results"] == expected
        calls = [call for turn in record.turns for call in turn.calls] + [*(verdict.calls if verdict else ())]
        assert found["replies"] == [call.reply or "" for call in calls]
        assert found["errors"] == [call.error for call in calls]
        assert found["tokens"] == sum(call.usage.tokens for call in calls)
        assert found["asked"] == sum(call.usage.input_tokens for call in calls)


def test_inspect_is_told_how_a_run_ended(read_by_inspect):
    status = {name: found["status"] for name, found in read_by_inspect.items()}
    assert (status["sequential"], status["stopped"], status["running"]) == ("success", "cancelled", "started")
    assert (status["limited"], status["nobody spoke"]) == ("error", "error")
    assert read_by_inspect["limited"]["error"] == "it was limited"


@by_protocol
def test_inspect_shows_the_prompts_word_for_word(name, read_by_inspect):
    record = record_under(name)
    prompts = prompts_of(record)
    asked = [[message.text for message in prompts[turn.key]] for turn in record.turns]
    # Inspect separates the parts of a message by line breaks of its own.
    shown = [["".join(text.split()) for text in texts] for texts in read_by_inspect[name]["prompts"]]
    assert shown[: len(asked)] == [["".join(text.split()) for text in texts] for texts in asked]
