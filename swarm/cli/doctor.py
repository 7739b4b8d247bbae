"""Examination of what Roleless needs."""

from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.console import Console
from rich.text import Text

from swarm.cli.arguments import Json
from swarm.cli.examination import Finding, examine
from swarm.cli.terminal import harmless, print_json
from swarm.cli.terminal.table import columns
from swarm.config import read_settings


def doctor(as_json: Json = False) -> None:
    """Check what Roleless needs: Python, packages, data folder, keys by name, local servers, Chromium."""
    findings = examine(read_settings())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_findings(findings)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def print_findings(findings: Sequence[Finding]) -> None:
    """List what the doctor found."""
    styles = {"good": "green", "note": "yellow", "bad": "red"}
    table = columns("", "what", "found")
    for finding in findings:
        table.add_row(
            Text(finding.state, style=styles[finding.state]), finding.what, Text(harmless(finding.found))
        )
    Console().print(table)
