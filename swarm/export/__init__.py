"""A run as a file for other people and other programs. Pure: bytes out, nothing written.

Simulated runs say so in every format. Text of models is data: no cell becomes a formula, no line markup.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from swarm.errors import UnknownName
from swarm.export.bundle import as_bundle
from swarm.export.inspect_log import as_inspect_log
from swarm.export.markdown import as_markdown
from swarm.export.otel import as_spans
from swarm.export.report import as_report
from swarm.export.table import as_csv, as_parquet, no_formula, without_guard
from swarm.organization.graph import graphml
from swarm.recording.record import RunRecord

SLUG_CHARS = 40


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that a run can become."""

    label: str
    purpose: str
    """Use of it, in a sentence of plain text."""
    write: Callable[[RunRecord], bytes]
    ending: str
    """Of the file's name, without the dot before it."""
    for_people: bool = False
    """To read, print or calculate; else for programs."""
    binary: bool = False
    """Whether it is nothing for a terminal."""


FORMATS: Mapping[str, FileFormat] = {
    "html": FileFormat(
        "Report (HTML)",
        "One file with pictures; opens anywhere, without a network.",
        as_report,
        "html",
        for_people=True,
    ),
    "md": FileFormat("Report (Markdown)", "The same in plain text.", as_markdown, "md", for_people=True),
    "csv": FileFormat("Turns (CSV)", "One row a turn, for spreadsheets.", as_csv, "csv", for_people=True),
    "json": FileFormat(
        "Everything (JSON)", "The whole run; another Roleless can import it.", as_bundle, "roleless.json"
    ),
    "parquet": FileFormat(
        "Turns (Parquet)", "One row a turn, for notebooks.", as_parquet, "parquet", binary=True
    ),
    "graphml": FileFormat("Role graph (GraphML)", "For Gephi and NetworkX.", graphml, "graphml"),
    "eval": FileFormat("Inspect log (.eval)", "For inspect view.", as_inspect_log, "eval", binary=True),
    "otel": FileFormat("Spans (OpenTelemetry)", "OTLP/JSON, for tracing tools.", as_spans, "otel.json"),
}
"""All formats of a run, by the name that `export --format` takes; pages and command line offer these."""


def export_run(record: RunRecord, format: str) -> bytes:
    """Write one run in one of FORMATS.

    Raises:
        UnknownName: for a format that is none of them.
    """
    return _known(format).write(record)


def file_name(record: RunRecord, format: str) -> str:
    """Name a file after the mission and the run: letters, digits, hyphens and dots, whatever the mission says.

    Raises:
        UnknownName: for a format that is none of FORMATS.
    """
    ending = _known(format).ending
    title = re.sub(r"[^a-z0-9]+", "-", record.spec.mission.title.lower())[:SLUG_CHARS].strip("-")
    run_id = re.sub(r"[^A-Za-z0-9-]+", "-", record.run_id)[:80]
    return "-".join(part for part in ("roleless", title, run_id) if part) + f".{ending}"


def _known(format: str) -> FileFormat:
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return FORMATS[format]


__all__ = ["FORMATS", "FileFormat", "export_run", "file_name", "no_formula", "without_guard"]
