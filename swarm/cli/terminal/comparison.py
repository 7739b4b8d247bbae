"""Comparisons are shown in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from swarm.cli.terminal import harmless
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import finding, findings, remarks
from swarm.comparison.rows import Row, measure_rows, statistic_rows
from swarm.comparison.tradeoff import balance_in_words, standpoints, weighed
from swarm.grid import Factor
from swarm.narrative.contrast import CAVEAT
from swarm.recording.measures import listed
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, about, lasting, usd

SIMULATED = Text(" SIMULATED ", style="black on yellow")


def print_comparison(comparison: Comparison, factor: Factor, console: Console | None = None) -> None:
    """Show a comparison of groups: the verdict first, then every number."""
    console = console or Console()
    if comparison.simulated:
        console.print(SIMULATED)
    console.print(Text(harmless(finding(comparison)), style="bold"))
    if len(comparison.contrasts) > 1:
        for said in findings(comparison):
            console.print(Text(harmless(f"- {said}")))
    for said in remarks(comparison, factor):
        console.print(Text(harmless(said), style="dim"))
    console.print(Text(harmless(balance_in_words(comparison.groups))))
    print_tables(comparison, console)


def print_tables(comparison: Comparison, console: Console) -> None:
    """Show what beats what in cost and quality, every statistic, and the means of every measure."""
    console.print(Text(harmless(weighed(standpoints(comparison.groups), comparison.groups))))
    against = f"against {comparison.groups[0].name}"
    console.print(
        _table(statistic_rows(comparison), [each.group.name for each in comparison.contrasts], against)
    )
    console.print(
        _table(measure_rows(comparison.groups), [group.name for group in comparison.groups], "mean a run")
    )


def print_runs_compared(records: Sequence[RunRecord], sentences: Sequence[str]) -> None:
    """Show what differed between single runs, and that this is no evidence."""
    console = Console()
    if records[0].simulated:
        console.print(SIMULATED)
    for said in sentences:
        console.print(Text(harmless(said), style="bold"))
    console.print(Text(CAVEAT, style="dim"))
    rows = (
        Row("protocol", "", tuple(record.spec.protocol for record in records)),
        Row("quality", "", tuple(_quality(record) for record in records)),
        Row("depth", "", tuple(str(record.depth or UNKNOWN) for record in records)),
        Row("active", "", tuple(f"{it.participation.active} of {len(it.spec.team)}" for it in records)),
        Row("abstained", "", tuple(str(record.participation.abstained) for record in records)),
        *(Row(name.lower(), "", tuple(listed(it)[name] for it in records)) for name in listed(records[0])),
        Row("tokens", "", tuple(f"{record.spent.tokens:,}" for record in records)),
        Row(
            "cost", "", tuple(about(usd(record.spent.cost_usd), record.spent.estimated) for record in records)
        ),
        Row("time", "", tuple(lasting(record.duration_s) for record in records)),
    )
    console.print(_table(rows, [record.run_id for record in records], ""))


def _quality(record: RunRecord) -> str:
    quality = record.verdict.quality if record.verdict else None
    return UNKNOWN if quality is None else f"{quality:.3f}"


def _table(rows: Sequence[Row], names: Sequence[str], title: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(Text(harmless(title), style="dim"), no_wrap=True)
    for name in names:
        table.add_column(Text(harmless(name)), overflow="fold")
    for row in rows:
        table.add_row(row.name, *(Text(harmless(value)) for value in row.values))
    return table
