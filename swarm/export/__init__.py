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
from swarm.export.table import as_csv, as_parquet, no_formula
from swarm.graph import graphml
from swarm.record import RunRecord

SLUG_CHARS = 40


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that a run can become."""

    write: Callable[[RunRecord], bytes]
    ending: str
    """Of the file's name, without the dot before it."""
    binary: bool = False
    """Whether it is nothing for a terminal."""


FORMATS: Mapping[str, FileFormat] = {
    "html": FileFormat(as_report, "html"),
    "md": FileFormat(as_markdown, "md"),
    "csv": FileFormat(as_csv, "csv"),
    "json": FileFormat(as_bundle, "roleless.json"),
    "parquet": FileFormat(as_parquet, "parquet", binary=True),
    "graphml": FileFormat(graphml, "graphml"),
    "eval": FileFormat(as_inspect_log, "eval", binary=True),
    "otel": FileFormat(as_spans, "otel.json"),
}


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


__all__ = ["FORMATS", "FileFormat", "export_run", "file_name", "no_formula"]
