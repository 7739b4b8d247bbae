"""Whatever is told of a run somewhere is what it says it is: one run of distinct values, looked up in every place."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from swarm.config import Settings
from swarm.export import export_run
from swarm.export.intake import events_from
from swarm.export.labels import facts_of
from swarm.export.page import node, written
from swarm.export.sections import details, opening
from swarm.history.rows import row_of, turn_cells
from swarm.history.store import History
from swarm.models.card import Price
from swarm.organization.graph import seats_of
from swarm.recording.events import RunResumed
from swarm.recording.measures import summary
from swarm.recording.record import RunRecord, record_of
from tests import distinct_values
from tests.made import keep


@cache
def record() -> RunRecord:
    return record_of(distinct_values.events())


@cache
def real() -> RunRecord:
    return replace(record(), simulated=False, imported="elsewhere-1")


SUMS = {
    "quality": 11 / 16,
    "mission_relevance": 1,
    "depth": 5,
    "active": 5,
    "abstained": 4,
    "directed_idle": 3,
    "unparsed": 2,
    "failed": 1,
    "distinct_roles": 5,
    "input_tokens": 21_781,
    "cached_tokens": 2_180,
    "output_tokens": 291,
    "cost_usd": pytest.approx(0.978),
    "duration_s": 26.0,
    "seed": 77,
    "protocol": "broadcast",
    "agents": 15,
    "owner": "ada",
    "status": "finished",
    "simulated": True,
}
"""What every summing up of the run says, under these names."""
THIRD = {
    "index": 2,
    "seat": 13,
    "round": 3,
    "cue": "contribute",
    "action": "contribute",
    "role": "The Bakers 13",
    "reason": "reason *2*",
    "reports_to": 15,
    "input_tokens": 1_030,
    "cached_tokens": 103,
    "output_tokens": 13,
    "cost_usd": 0.003,
    "started_s": 6.0,
    "ended_s": 6.75,
}
"""What every table of turns says of the third, under these names."""


def of(found: Any, names: Any) -> dict[str, Any]:
    """Some of what was told, by name."""
    return {name: found[name] if isinstance(found, dict) else getattr(found, name) for name in names}


def test_every_summing_up_of_a_run_says_the_same(settings: Settings):
    keep(settings, distinct_values.events())
    (kept,) = History(settings).runs()
    assert of(summary(record()), SUMS) == SUMS
    assert kept == row_of(record())
    assert of(kept, SUMS) == SUMS
    more = ("judge_cost_usd", "organization", "level", "judge", "mission_id", "mission_title", "prompts")
    assert tuple(of(kept, more).values()) == (
        0.9,
        "north",
        "L2",
        "sim/judge",
        "oven",
        "Build *an* oven",
        "p1",
    )
    frame = History(settings).turns_frame()
    third = frame.iloc[2].to_dict()
    assert of(third, THIRD) == THIRD
    assert (third["words"], third["characters"], third["role_normalised"]) == (22, 132, "baker 13")
    assert list(third["builds_on"]) == [14]


def test_every_table_of_turns_has_each_value_in_its_column():
    table = pd.read_parquet(io.BytesIO(export_run(record(), "parquet"))).to_dict("records")
    more = {
        "run_id": distinct_values.ID,
        "builds_on": "14",
        "heard": "3.14",
        "model": "sim/m13",
        "simulated": True,
    }
    assert of(table[2], THIRD | more) == THIRD | more
    assert turn_cells(distinct_values.ID, record().turns[2])["ended_s"] == 6.75
    rows = list(csv.DictReader(io.StringIO(export_run(real(), "csv").decode("utf-8-sig"), newline="")))
    assert [float(row["input_tokens"]) for row in rows] == [1_010 + 10 * index for index in range(12)]
    assert rows[2]["imported"] == "elsewhere-1"
    assert {row["estimated"] for row in rows} == {"False"}
    assert of(rows[2], more) == more | {"simulated": "False"}


def test_a_list_of_facts_has_each_value_under_its_label():
    named = {"Abstained by choice": "4", "Idle by order": "3", "Unreadable reply": "2", "No reply": "1"}
    named |= {
        "Input tokens": "21,781",
        "Output tokens": "291",
        "Tokens": "22,072",
        "Cost, simulated": "$0.978",
    }
    named |= {"Mission relevance": "1 of 4", "Quality": "0.69", "Depth": "5", "Active agents": "5 of 15"}
    assert of(facts_of(record()), named) == named
    assert facts_of(real())["Cost"] == "$0.978"


def test_nothing_that_somebody_wrote_is_markup_in_markdown():
    text = export_run(real(), "md").decode()
    outside = "".join(part for number, part in enumerate(text.split("~~~")) if number % 2 == 0)
    assert "because of \\*accuracy\\*" in outside
    assert "Build \\*an\\* oven" in outside
    assert "reason *" not in outside
    judged = replace(distinct_values.JUDGED, scores=(), unscored="said *no*")
    odd = replace(record(), spec=replace(distinct_values.SPEC, protocol="*odd*"))
    assert "- Protocol: \\*odd\\*\n" in export_run(odd, "md").decode()
    turn = replace(record().turns[0], text="~~~~\n# a title", reason="~~~\n# a title")
    fences = export_run(replace(record(), turns=(turn,), deliverable=""), "md").decode()
    assert "\n~~~~text\n~~~\n# a title\n~~~~\n" in fences
    assert "\n~~~~~text\n~~~~\n# a title\n~~~~~\n" in fences
    assert "Unscored: said \\*no\\*" in export_run(replace(record(), verdict=judged), "md").decode()


def test_a_report_has_each_value_in_its_cell():
    page = written(node("body", *opening(record()), *details(record())))
    for cell in ("because of *actionability*", "First *warning*.", "Second warning.", "north", "77"):
        assert f">{cell}</" in page
    row = page[page.index("<tr><td>13</td>") :].split("</tr>")[0].replace(' class="number"', "")
    cells = ["13", "The Bakers 13", "contributed", "14", "15", "1,043", "reason *2*"]
    assert row.replace("</td>", "").split("<td>")[1:] == cells


def spans(of_run: RunRecord) -> dict[str, dict[str, Any]]:
    """The attributes of spans by their names, numbers as numbers."""
    (resource,) = json.loads(export_run(of_run, "otel"))["resourceSpans"]
    found = {
        "resource": resource["resource"],
    }
    found |= {span["name"]: span for span in resource["scopeSpans"][0]["spans"]}
    return {name: attributes(span["attributes"]) for name, span in found.items()}


def attributes(given: list[dict[str, Any]]) -> dict[str, Any]:
    told = {each["key"]: next(iter(each["value"].items())) for each in given}
    return {name: int(value) if kind == "intValue" else value for name, (kind, value) in told.items()}


ASKED = "gen_ai.request."
USED = "gen_ai.usage."


def test_spans_have_each_value_in_its_attribute():
    found = spans(record())
    turn, call = found["invoke_agent agent 13"], found["chat sim/m13"]
    used = {f"{USED}input_tokens": 1_030, f"{USED}cache_read.input_tokens": 103, f"{USED}output_tokens": 13}
    used |= {"swarm.cost_usd": 0.003, "swarm.usage.estimated": False, f"{ASKED}model": "sim/m13"}
    told = {"round": 3, "position": 2, "cue": "contribute", "action": "contribute", "reason": "reason *2*"}
    told |= {"role.name": "The Bakers 13", "role.parent": 15, "abstained": False}
    told = used | {f"swarm.{name}": value for name, value in told.items()}
    assert of(turn, told) == told
    asked = {f"{ASKED}temperature": 0.3, f"{ASKED}max_tokens": 1_111, "swarm.waited_s": 0.03}
    asked |= used | {
        "gen_ai.response.model": "served-3",
        "gen_ai.response.finish_reasons": {"values": [{"stringValue": "stop"}]},
    }
    assert of(call, asked) == asked


def test_spans_tell_the_run_and_its_judge_apart():
    found = spans(real())
    run = {"mission.id": "oven", "mission.title": "Build *an* oven", "agents": 15, "seed": 77, "depth": 5}
    run |= {"quality": 11 / 16, "cost_usd": pytest.approx(0.978), "status": "finished"}
    assert of(found["invoke_workflow broadcast"], [f"swarm.{name}" for name in run]) == {
        f"swarm.{name}": value for name, value in run.items()
    }
    judge = {f"{ASKED}temperature": 0.0, f"{ASKED}max_tokens": 2_222, f"{USED}output_tokens": 93}
    judge |= {"swarm.waited_s": 0.9, "gen_ai.response.model": "served-judge"}
    assert of(found["chat sim/judge"], judge) == judge
    assert of(found["resource"], ["swarm.kind", "swarm.imported"]) == {
        "swarm.kind": "real",
        "swarm.imported": "elsewhere-1",
    }
    (resource,) = json.loads(export_run(record(), "otel"))["resourceSpans"]
    events = [attributes(event["attributes"]) for event in resource["scopeSpans"][0]["spans"][0]["events"]]
    scores = [(each.criterion, float(each.points), each.reason) for each in distinct_values.JUDGED.scores]
    assert [tuple(event.values()) for event in events] == scores


def log(of_run: RunRecord, member: str) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(export_run(of_run, "eval"))) as archive:
        return json.loads(archive.read(member))


def test_a_log_for_inspect_has_each_value_in_its_field():
    found = log(real(), "header.json")
    told = found["eval"]
    assert told["model_generate_config"] == {"temperature": 0.3, "max_tokens": 1_111, "seed": 77}
    assert told["config"] == {"epochs": 1, "token_limit": 400_000, "cost_limit": 5.5}
    assert told["tags"] == ["imported", "broadcast"]
    assert told["model_roles"]["agent 13"] == {"model": "sim/m13"}
    counted = ("depth", "active", "abstained", "directed_idle", "unparsed", "failed", "agents")
    assert of(told["metadata"], counted) == of(SUMS, counted)
    third = {"input_tokens": 927, "input_tokens_cache_read": 103, "output_tokens": 13}
    third |= {"total_tokens": 1_043, "total_cost": 0.003}
    assert found["stats"]["model_usage"]["sim/m13"] == found["stats"]["role_usage"]["agent 13"] == third
    assert found["stats"]["role_usage"]["judge"]["total_tokens"] == 9_094
    stopped = log(replace(record(), status="stopped"), "header.json")
    assert (stopped["results"]["completed_samples"], found["results"]["completed_samples"]) == (0, 1)


def test_a_log_for_inspect_tells_each_call_as_it_was():
    sample = log(record(), "samples/oven_epoch_1.json")
    events = {event["role"]: event for event in sample["events"] if event["event"] == "model"}
    assert (events["agent 13"]["model"], events["agent 13"]["working_start"]) == ("sim/m13", 6.0)
    assert (events["agent 13"]["working_time"], events["agent 13"]["output"]["model"]) == (0.75, "served-3")
    assert events["agent 4"]["error"] == "gone"
    scores = {event["scorer"]: event["score"] for event in sample["events"] if event["event"] == "score"}
    assert scores["quality"]["value"] == 11 / 16
    for each in distinct_values.JUDGED.scores:
        assert scores[each.criterion] == {"value": each.points, "explanation": each.reason}
    assert sample["messages"][3]["model"] == "sim/m13"
    assert sample["messages"][3]["metadata"] == {"agent": 13, "role": "The Bakers 13"}


def test_a_node_of_the_graph_has_what_its_seat_did():
    node_of = {seat.number: seat for seat in seats_of(record())}
    third = ("model", "role", "reason", "tokens", "builds_on", "reports_to", "layer", "standing")
    assert tuple(of(node_of[13], third).values()) == (
        *("sim/m13", "The Bakers 13", "reason *2*", 1_043),
        *((14,), (15,), 3, "active"),
    )
    assert 'attr.name="imported"' in export_run(real(), "graphml").decode()


PRICED = {"sim/m15": Price(5.0, 6.0, 7.0, 8.0)}


def test_a_run_that_travels_twice_keeps_every_value_and_its_first_name():
    first, *more = distinct_values.events()
    resumed = RunResumed(run_id=distinct_values.ID, seq=0, at=first.at, t=0.0, prices=PRICED, first_call=40)
    told = [first, resumed, *more]
    before = record_of([replace(event, seq=seq) for seq, event in enumerate(told)])
    once = record_of(events_from(before, "imported-1", "bob"))
    twice = record_of(events_from(once, "imported-2", "eve"))
    (again,) = before.asked_again
    for found, name, owner in ((once, "imported-1", "bob"), (twice, "imported-2", "eve")):
        (kept,) = found.asked_again
        assert kept == replace(again, run_id=name, seq=kept.seq)
        there = {"run_id": name, "imported": distinct_values.ID, "owner": owner, "last_seq": found.last_seq}
        assert found == replace(before, **there, asked_again=found.asked_again)
        assert found.price_of(before.turns[0].calls[0]) == distinct_values.PRICES["sim/m15"]
        assert found.price_of(again.outcome) == PRICED["sim/m15"]


def test_a_run_that_was_broken_off_is_not_said_to_have_heard_everybody():
    broken = replace(record(), protocol_ended=False, status="stopped", reason="it was stopped")
    assert record_of(events_from(broken, "imported-1")).participation == broken.participation
    assert broken.participation.directed_idle == 0
