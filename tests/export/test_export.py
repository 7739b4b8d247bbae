"""Every run becomes a file in every format, says what it is, and is read back by those whose format it is."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as etree

import networkx as nx
import pandas as pd
import pyarrow as pa
import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from pyarrow import parquet

from swarm.cli.exchange import export
from swarm.engine.run import RunSpec
from swarm.errors import UnknownName
from swarm.export import FORMATS, export_run, file_name, no_formula
from swarm.export.report import pictures
from swarm.mission import Mission, Requirement
from swarm.recording.record import RunRecord, record_of
from swarm.team import make_team
from swarm.turn import Assignment, Call, Usage
from swarm.verdict import CRITERIA, Score, Verdict
from swarm.written import visible
from tests.browser.hostile import HOSTILE, PAYLOADS
from tests.marked import mark, marked_record, unescaped
from tests.recorded import a_record, a_turn
from tests.staging import GARBAGE, MISSION, NAMES, PaidModel, act, played, recipe, simulated

by_format = pytest.mark.parametrize("format", FORMATS)
by_protocol = pytest.mark.parametrize("name", NAMES)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    " =1",
    "'=1",
    '"=1',
    "＝1",
    "\u00a0=1",
)


@cache
def record_under(name: str) -> RunRecord:
    """A simulated run under a protocol."""
    return record_of(
        simulated(RunSpec(MISSION, make_team(["sim/strong"], 4), name, judge="sim/judge", seed=3))
    )


@cache
def real_record() -> RunRecord:
    """A run whose models pass for real ones; one was asked again."""
    replies = iter([GARBAGE])
    team = PaidModel("team", lambda request: next(replies, None) or act(request))
    return record_of(played(recipe(), team, PaidModel("judge", act)))


def record_saying(text: str) -> RunRecord:
    """A run in which everything that somebody wrote is this."""
    mission = Mission("own", text, text, (text,), (Requirement(text),))
    job = Assignment(2, text, text)
    turns = [
        a_turn(1, "plan", role=text, text=text, reason=text, assignments=(job,)),
        a_turn(2, role=text, text=text, reason=text, notes=(text,), builds_on=[1], reports_to=1),
        a_turn(3, "abstain", reason=text),
        a_turn(4, "failed", reason=text, calls=(Call(9, "sim/strong", error=text),)),
    ]
    judged = Verdict("sim/judge", tuple(Score(name, 3, text) for name in CRITERIA))
    return a_record(turns, judged=judged, mission=mission, spec={"warnings": (text,), "organization": text})


ODD = {
    "nobody spoke": lambda: a_record([], agents=2, ending="failed"),
    "all abstained": lambda: a_record([a_turn(1, "abstain"), a_turn(2, "abstain")]),
    "all unreadable": lambda: a_record([a_turn(1, "unparsed")]),
    "all failed": lambda: a_record([a_turn(1, "failed", calls=(Call(1, "m", error="gone"),))], ending="failed"),
    "stopped": lambda: a_record([a_turn(1)], agents=3, ending="stopped"),
    "limited": lambda: a_record([a_turn(1)], agents=3, ending="limited"),
    "running": lambda: a_record([a_turn(1)], agents=3, ending=None, thinking=2),
    "unscored": lambda: a_record([a_turn(1)], judged=Verdict("j", unscored="it said nothing")),
    "no calls": lambda: a_record([a_turn(1, calls=())]),
    "cached": lambda: a_record([a_turn(1, calls=(Call(1, "m", reply="{}", usage=Usage(90, 60, 2)),))]),
    "unknown price": lambda: a_record(
        [a_turn(1, calls=(Call(1, "m", reply="{}", usage=Usage(5, 0, 2, cost_usd=None)),))]
    ),
    "one of 256": lambda: a_record([a_turn(256)]),
    "nul": lambda: record_saying("nul \0 bell \x07 half"),
    "hostile": lambda: record_saying(HOSTILE),
}  # fmt: skip


def readable(content: bytes) -> str:
    """What a file says, as text."""
    if content[:4] == b"PAR1":
        return pd.read_parquet(io.BytesIO(content)).to_csv()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    return content.decode()


def says_simulated(content: bytes) -> bool:
    """Whether a file says that its run was simulated, by the word or in a field of that name."""
    text = readable(content)
    field = re.search(r'"simulated": true|<data key="\w+">True<|,True,', text)
    return "SIMULATED" in text or field is not None


@by_format
@by_protocol
def test_every_protocol_is_exported_in_every_format_and_said_to_be_simulated(name, format):
    assert says_simulated(export_run(record_under(name), format))


@by_format
def test_a_real_run_is_not_said_to_be_simulated(format):
    content = export_run(real_record(), format)
    if format == "html":
        content = content.split(b"<script", 1)[0]
    assert not says_simulated(content)


@by_format
@pytest.mark.parametrize("odd", ODD)
def test_odd_runs_are_exported(odd, format):
    assert export_run(ODD[odd](), format)


@by_format
def test_the_same_run_gives_the_same_bytes(format):
    assert export_run(real_record(), format) == export_run(real_record(), format)


def test_an_unknown_format_is_refused():
    with pytest.raises(UnknownName, match="Did you mean 'html'"):
        export_run(real_record(), "htm")
    with pytest.raises(UnknownName):
        file_name(real_record(), "htm")


@pytest.mark.parametrize("name", FORMATS)
def test_the_help_of_the_command_names_every_format(name: str):
    assert re.search(rf"\b{name}\b", export.__doc__ or "")


@given(st.text(), st.text())
def test_a_file_name_is_plain_whatever_mission_and_run_are_called(title, run_id):
    record = a_record([a_turn(1)], mission=Mission("m", title, "Bake."), run_id=run_id or "r")
    name = file_name(record, "eval")
    assert re.fullmatch(r"roleless(-[A-Za-z0-9-]*)?\.eval", name)
    assert len(name) < 150


@pytest.mark.parametrize("title", ["CON", "..", "/etc/passwd", "a\0b", "x" * 300])
def test_a_file_name_is_none_that_a_system_reserves(title):
    name = file_name(a_record([a_turn(1)], mission=Mission("m", title, "Bake.")), "csv")
    assert name.startswith("roleless-")
    assert name.endswith("-20261122-120000-abc123.csv")


WRITTEN = {"title", "role", "text", "reason", "why", "failure", "points", "model", "end", "import", "proto"}
"""Fields of a run that others write and a report tells."""


@pytest.mark.parametrize(
    "judged", [None, Verdict("j", unscored=mark("unscored"))], ids=["scored", "unscored"]
)
def test_no_mark_of_a_field_means_anything_in_a_markdown_report(judged):
    said = export_run(marked_record(protocol=mark("proto"), judged=judged), "md").decode()
    outside = re.sub(r"(?ms)^(~{3,})text\n.*?^\1$", "", said)
    assert unescaped(outside) == set()
    assert "\n=" not in outside
    wanted = (WRITTEN - {"points"} | {"unscored"}) if judged else WRITTEN
    assert wanted - set(re.findall(r"zq([a-z]+)", said)) == set()


def test_a_text_cannot_close_the_block_it_stands_in():
    tricky = "~~~\n~~~~ \n# Heading\n~~~~~~~"
    said = export_run(record_saying(tricky), "md").decode()
    blocks = re.findall(r"(?ms)^(~{3,})text\n(.*?)\n\1$", said)
    assert [text for _, text in blocks].count(tricky) >= 4
    assert all(fence not in text for fence, text in blocks)


@pytest.mark.parametrize("column", ["run_id", "imported", "protocol", "role", "reason", "text", "model"])
def test_no_column_that_others_write_holds_a_formula(column):
    record = replace(marked_record(protocol=mark("proto")), run_id="=1+1")
    rows = csv.DictReader(io.StringIO(export_run(record, "csv").decode("utf-8-sig"), newline=""))
    assert {row[column][:2] for row in rows} - {""} == {"'="}


# Tables.


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_spreadsheet_is_a_formula(text):
    record = a_record([a_turn(1, role=text, text=text, reason=text)])
    (row,) = csv.DictReader(io.StringIO(export_run(record, "csv").decode("utf-8-sig"), newline=""))
    assert {row["role"], row["text"], row["reason"]} == {visible("'" + text)}


def test_harmless_cells_are_left_as_they_are():
    assert [no_formula(value) for value in ("a=b", "", "1", -1, None, 0.5)] == ["a=b", "", "1", -1, None, 0.5]


def test_a_table_has_text_as_it_was_written():
    record = a_record([a_turn(1, text="=1+1\n“é” 🍞"), a_turn(2, builds_on=[1])])
    table = pd.read_parquet(io.BytesIO(export_run(record, "parquet")))
    assert table["text"].tolist() == ["=1+1\n“é” 🍞", "Bake bread."]
    assert table["builds_on"].tolist() == ["", "1"]
    assert table["cost_usd"].tolist() == [turn.usage.cost_usd for turn in record.turns]


CONTENTS = {
    "mixed": a_record([a_turn(1), a_turn(2, "abstain"), a_turn(3, builds_on=[1], reports_to=1)]),
    "nobody contributed": a_record([a_turn(1, "abstain"), a_turn(2, "failed")]),
    "nobody spoke": a_record([]),
    "imported": replace(a_record([a_turn(1)]), imported="elsewhere-1", simulated=False),
    "half a character": a_record([a_turn(1, text="\ud800")]),
}


def test_tables_of_all_runs_have_one_schema_and_go_together():
    tables = [parquet.read_table(io.BytesIO(export_run(each, "parquet"))) for each in CONTENTS.values()]
    first = tables[0].schema
    assert all(table.schema.equals(first, check_metadata=True) for table in tables)
    assert pa.concat_tables(tables).num_rows == sum(len(each.turns) for each in CONTENTS.values())
    assert "null" not in {str(field.type) for field in first}


def test_a_spreadsheet_is_told_that_it_is_utf_8():
    content = export_run(CONTENTS["mixed"], "csv")
    assert content.startswith("\ufeffrun_id,".encode())


def test_a_role_graph_is_read_back_by_networkx():
    record = record_saying(f"{HOSTILE} \0\x07 <>&\"'")
    content = export_run(record, "graphml")
    graph = nx.read_graphml(io.BytesIO(content), node_type=int)
    assert sorted(graph.nodes) == [1, 2, 3, 4]
    assert graph.edges[2, 1]["kinds"] == "builds_on reports_to"
    assert graph.graph["simulated"] is True
    assert "<script>" in graph.nodes[2]["role"]
    assert etree.fromstring(content).tag.endswith("graphml")


# The report.


class Parsed(HTMLParser):
    """A page taken apart: elements with their attributes, and texts by the element they stand in."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        inside = self.elements[-1] if self.elements else ("", ())
        kind = f"{inside[0]} data" if ("type", "application/json") in inside[1] else inside[0]
        self.texts.setdefault(kind, []).append(data)

    def values(self, name: str) -> list[str | None]:
        """All values of an attribute."""
        return [value for _, attributes in self.elements for key, value in attributes if key == name]


def test_nothing_that_somebody_wrote_becomes_markup():
    hostile = Parsed(export_run(record_saying(HOSTILE), "html"))
    harmless = Parsed(export_run(record_saying("x" * len(HOSTILE)), "html"))
    assert hostile.elements == harmless.elements
    words = "".join(hostile.texts["p"])
    assert all(payload in words for payload in PAYLOADS)


def test_a_report_refers_to_nothing_outside():
    page = Parsed(export_run(record_saying(HOSTILE), "html"))
    attributes = {name for _, found in page.elements for name, _ in found}
    assert not attributes & {
        "src",
        "href",
        "srcset",
        "action",
        "data",
        "style",
        "onload",
        "onclick",
        "onerror",
    }
    assert not {tag for tag, _ in page.elements} & {
        "img",
        "iframe",
        "link",
        "object",
        "embed",
        "base",
        "form",
    }


def test_a_report_runs_nothing_but_its_own_script():
    page = Parsed(export_run(record_under("sequential"), "html"))
    (policy,) = [value for value in page.values("content") if value and "default-src" in value]
    assert policy.startswith("default-src 'none';")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for text in (*page.texts["script"], *page.texts["style"]):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert len(page.texts["script"]) == 2


def test_data_of_figures_cannot_close_their_element():
    record = record_saying("</script><script>window.hit=1</script>")
    page = Parsed(export_run(record, "html"))
    data = page.texts["script data"]
    assert len(data) == len(pictures(record)) == len(page.values("data-figure"))
    assert not any("<" in text for text in data)
    assert all(json.loads(text)["data"] for text in data)


def shown_in(record: RunRecord) -> str:
    """The titles of a report's pictures, and what is said of those left out."""
    page = Parsed(export_run(record, "html"))
    return "".join(page.texts.get("strong", []) + page.texts["p"])


def test_a_report_has_no_picture_that_would_be_empty():
    worked, abstained = shown_in(a_record([a_turn(1)])), shown_in(ODD["all abstained"]())
    assert ("Which roles there were" in worked, "Which roles there were" in abstained) == (True, False)
    assert ("Who sat it out" in worked, "Who sat it out" in abstained) == (False, True)
    assert pictures(ODD["nobody spoke"]()) == ()


@pytest.mark.parametrize("action", ["unparsed", "failed"])
def test_a_report_shows_who_could_not_be_read_and_who_got_no_reply(action):
    assert "Who sat it out" in shown_in(a_record([a_turn(1), a_turn(2, action)]))


def test_a_report_shows_who_was_idle_by_order():
    assert "Who sat it out" in shown_in(record_under("solo"))


def replay_in(record: RunRecord) -> dict[str, Any]:
    """The data of the last picture of a report."""
    return json.loads(Parsed(export_run(record, "html")).texts["script data"][-1])


@by_protocol
def test_a_report_replays_every_moment_of_a_run(name):
    record = record_under(name)
    replay = replay_in(record)
    moments = [str(number) for number in range(len(record.turns) + 2)]
    assert [frame["name"] for frame in replay["frames"]] == moments
    assert [step["label"] for step in replay["layout"]["sliders"][0]["steps"]] == moments


def test_a_run_is_replayed_in_a_report_when_it_has_ended():
    assert "How it came about" not in shown_in(ODD["running"]())
    assert "How it came about" in shown_in(replace(ODD["running"](), status="interrupted"))
    assert "How it came about" in shown_in(ODD["stopped"]())


def test_a_report_of_many_agents_stays_light_enough_for_a_mail():
    many = record_of(simulated(RunSpec(MISSION, make_team(["sim/strong"], 64), "broadcast")))
    assert len(export_run(many, "html")) < 7_000_000
    assert replay_in(many)["frames"]
    for agents in (64, 65):
        said = shown_in(a_record([a_turn(1)], agents=agents))
        assert ("How it came about" in said) is (agents <= 64)
        assert ("There is no replay: that of more than 64 agents" in said) is (agents > 64)


def test_a_report_is_readable_without_javascript():
    record = record_under("sequential")
    content = export_run(record, "html")
    page = Parsed(content)
    words = "".join(text for kind, texts in page.texts.items() if "script" not in kind for text in texts)
    for turn in record.turns:
        assert turn.text in words
        assert (turn.role or "") in words
        assert (turn.reason or "") in words
    assert "The pictures need JavaScript." in words
    assert content.index(b'<meta charset="utf-8">') < 1024


def test_a_report_of_an_imported_run_says_so():
    record = record_under("sequential")
    imported = replace(record, imported="20260101-000000-aaaaaa")
    for format in ("html", "md"):
        assert "IMPORTED" in export_run(imported, format).decode().split("<script")[0]
        assert "IMPORTED" not in export_run(record, format).decode().split("<script")[0]


# Spans.


def spans_of(record: RunRecord) -> list[dict[str, Any]]:
    """The spans of a run, their attributes as a dict."""
    (resource,) = json.loads(export_run(record, "otel"))["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    return [span | {"facts": facts(span["attributes"])} for span in scope["spans"]]


def facts(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["key"]: next(iter(each["value"].values())) for each in attributes}


@by_protocol
def test_spans_are_what_a_collector_reads(name):
    found = json.loads(export_run(record_under(name), "otel"))
    for span in found["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for key in ("traceId", "spanId", "parentSpanId"):  # OTLP has hex here, Protobuf's JSON has base64.
            if key in span:
                span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    read = ParseDict(found, TracesData())
    spans = read.resource_spans[0].scope_spans[0].spans
    assert {(len(span.trace_id), len(span.span_id)) for span in spans} == {(16, 8)}
    assert {span.trace_id for span in spans} == {spans[0].trace_id}
    assert read.resource_spans[0].schema_url.startswith("https://opentelemetry.io/schemas/")


@by_protocol
def test_spans_form_one_tree_of_run_agents_and_calls(name):
    record = record_under(name)
    spans = spans_of(record)
    by_id = {span["spanId"]: span for span in spans}
    assert len(by_id) == len(spans)
    under = {"invoke_workflow": None, "invoke_agent": "invoke_workflow", "chat": "invoke_agent"}
    for span in spans:
        parent = by_id.get(span.get("parentSpanId", ""))
        above = parent["facts"]["gen_ai.operation.name"] if parent else None
        assert above == under[span["facts"]["gen_ai.operation.name"]]
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    kinds = Counter(span["facts"]["gen_ai.operation.name"] for span in spans)
    assert kinds == {"invoke_workflow": 1, "invoke_agent": len(record.turns) + 1, "chat": record.calls}


def test_spans_tell_tokens_money_and_times_as_they_were():
    record = real_record()
    calls = [span for span in spans_of(record) if span["facts"]["gen_ai.operation.name"] == "chat"]
    told = [call for turn in record.turns for call in turn.calls] + [*record.verdict.calls]
    assert [int(span["facts"]["gen_ai.usage.input_tokens"]) for span in calls] == [
        c.usage.input_tokens for c in told
    ]
    assert [span["facts"]["swarm.cost_usd"] for span in calls] == [call.usage.cost_usd for call in told]
    began = record.started.timestamp()
    for span, call in zip(calls, told, strict=True):
        assert int(span["endTimeUnixNano"]) / 1e9 == pytest.approx(began + call.ended_s, abs=1e-5)


def test_spans_say_who_sat_it_out_and_why_and_leave_out_what_nobody_knows():
    spans = spans_of(a_record([a_turn(1, "abstain", reason="Enough."), a_turn(2, "unparsed")]))
    first, second = (span["facts"] for span in spans if span["name"].startswith("invoke_agent agent"))
    assert (first["swarm.abstained"], first["swarm.abstain.reason"]) == (True, "Enough.")
    assert (second["swarm.abstained"], second["swarm.action"]) == (False, "unparsed")
    assert not {"swarm.role.name", "swarm.role.parent", "swarm.abstain.reason"} & second.keys()
    (run, *_) = spans_of(ODD["unknown price"]())
    assert "swarm.cost_usd" not in run["facts"]


def test_a_call_without_a_reply_is_a_failed_span():
    spans = spans_of(ODD["all failed"]())
    assert [span["status"]["code"] for span in spans] == [2, 2, 2]
    assert spans[-1]["status"]["message"] == "gone"
    assert all("status" not in span for span in spans_of(record_under("sequential")))


def test_the_verdict_is_told_as_evaluations():
    (run, *_) = spans_of(record_under("sequential"))
    told = {facts(event["attributes"])["gen_ai.evaluation.name"] for event in run["events"]}
    assert told == set(CRITERIA)
    assert spans_of(ODD["unscored"]())[0]["events"] == []


def test_a_log_is_a_zip_that_every_tool_reads():
    with zipfile.ZipFile(io.BytesIO(export_run(record_saying(HOSTILE), "eval"))) as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        names = archive.namelist()
    assert names == ["_journal/start.json", "samples/own_epoch_1.json", "summaries.json", "header.json"]


def test_a_mission_cannot_name_a_place_outside_the_archive():
    record = a_record([a_turn(1)], mission=Mission("../../etc/passwd", "Bread", "Bake."))
    with zipfile.ZipFile(io.BytesIO(export_run(record, "eval"))) as archive:
        assert not any(".." in Path(name).parts for name in archive.namelist())


def test_pieces_that_prompts_share_are_kept_once():
    small, large = (
        len(export_run(record_of(simulated(RunSpec(MISSION, make_team(["sim/strong"], n)))), "eval"))
        for n in (8, 32)
    )
    assert large < 6 * small
