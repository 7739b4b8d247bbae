"""This file is where a run becomes a file for other programs and other people. Pure: bytes out, nothing written.

Simulated runs say so in every format. Text of models is data: no cell becomes a formula, no line markup.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from swarm.errors import UnknownName
from swarm.graph import graphml
from swarm.record import RunRecord, summary
from swarm.spec import SPEC
from swarm.turn import TURN, Turn
from swarm.verdict import VERDICT

BUNDLE_FORMAT = "roleless-run/1"


def export_run(record: RunRecord, format: str) -> bytes:
    """Write one run in one of FORMATS.

    Raises:
        UnknownName: for a format that is none of them.
    """
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return FORMATS[format](record)


def as_json(record: RunRecord) -> bytes:
    """The whole run: summary, recipe, turns with every call, verdict."""
    bundle = {
        "format": BUNDLE_FORMAT,
        "simulated": record.simulated,
        "version": record.version,
        "started": record.started.isoformat(),
        "summary": summary(record),
        "spec": SPEC.dump_python(record.spec, mode="json"),
        "turns": [TURN.dump_python(turn, mode="json") for turn in record.turns],
        "verdict": VERDICT.dump_python(record.verdict, mode="json") if record.verdict else None,
    }
    return json.dumps(bundle, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def as_csv(record: RunRecord) -> bytes:
    """One row a turn; text that a spreadsheet would take for a formula begins with an apostrophe."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(_COLUMNS)
    writer.writerows([no_formula(row[name]) for name in _COLUMNS] for row in turn_rows(record))
    return lines.getvalue().encode("utf-8", "replace")


def as_parquet(record: RunRecord) -> bytes:
    """One row a turn."""
    import pandas as pd  # costs 0.5 s

    return pd.DataFrame(turn_rows(record), columns=list(_COLUMNS)).to_parquet(compression="zstd")


def as_markdown(record: RunRecord) -> bytes:
    """A report to read: figures, who did what, the deliverable, the verdict."""
    facts = summary(record)
    badge = "**SIMULATED**: the agents and the judge are simulated models.\n\n" if record.simulated else ""
    figures = "".join(f"- {name.replace('_', ' ')}: {facts[name]}\n" for name in _REPORTED)
    turns = "\n".join(_turn_as_markdown(turn) for turn in record.turns)
    verdict = _verdict_as_markdown(record)
    return (
        f"# {_literal(record.spec.mission.title)}\n\n{badge}{figures}\n## Turns\n\n{turns}\n"
        f"## Deliverable\n\n{_quoted(record.deliverable)}\n\n## Verdict\n\n{verdict}"
    ).encode("utf-8", "replace")


FORMATS: Mapping[str, Callable[[RunRecord], bytes]] = {
    "json": as_json,
    "csv": as_csv,
    "parquet": as_parquet,
    "graphml": graphml,
    "md": as_markdown,
}


def turn_rows(record: RunRecord) -> list[dict[str, Any]]:
    """One flat row for each turn, in the order of speaking."""
    return [_row(record, turn) for turn in record.turns]


def no_formula(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers.

    Examples:
        >>> no_formula("=1+1")
        "'=1+1"
    """
    risky = isinstance(value, str) and value.lstrip(" '\"\0")[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if risky else value


_COLUMNS = (
    "run_id", "simulated", "protocol", "index", "seat", "round", "cue", "action", "role", "reason", "text",
    "builds_on", "reports_to", "heard", "model", "input_tokens", "cached_tokens", "output_tokens", "cost_usd",
    "estimated", "started_s", "ended_s",
)  # fmt: skip
_REPORTED = (
    "run_id", "status", "protocol", "models", "agents", "seed", "quality", "mission_relevance", "depth", "active",
    "abstained", "directed_idle", "unparsed", "failed", "distinct_roles", "input_tokens", "output_tokens",
    "cost_usd", "duration_s",
)  # fmt: skip


def _row(record: RunRecord, turn: Turn) -> dict[str, Any]:
    usage = turn.usage
    row = {
        "run_id": record.run_id,
        "simulated": record.simulated,
        "protocol": record.spec.protocol,
        "builds_on": " ".join(str(seat) for seat in turn.builds_on),
        "heard": " ".join(f"{key.round}.{key.seat}" for key in turn.heard),
        "model": record.spec.team.seats[turn.seat - 1].model,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
        "estimated": usage.estimated,
    }
    return {name: row[name] if name in row else getattr(turn, name) for name in _COLUMNS}


def _turn_as_markdown(turn: Turn) -> str:
    role = f" as {_literal(turn.role)}" if turn.role else ""
    links = f", builds on {', '.join(map(str, turn.builds_on))}" if turn.builds_on else ""
    reason = f"\n{_quoted(turn.reason)}\n" if turn.reason else ""
    return f"### Agent {turn.seat}: {turn.action}{role}{links}\n{reason}\n{_quoted(turn.text)}\n"


def _verdict_as_markdown(record: RunRecord) -> str:
    verdict = record.verdict
    if verdict is None:
        return "Not judged.\n"
    if verdict.unscored:
        return f"Unscored: {_literal(verdict.unscored)}\n"
    return "".join(f"- {s.criterion}: {s.points} of 4. {_literal(s.reason)}\n" for s in verdict.scores)


def _literal(text: str) -> str:
    """One line in which every mark is itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> str:
    """A text as it is, in a code block that it cannot close."""
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
