"""Experiments are shown in a terminal: their plans, how far they are, and one while it goes on."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from swarm.cli.terminal import harmless
from swarm.experiment.plan import Plan
from swarm.experiment.progress import GridProgress
from swarm.experiment.sentences import spent_in_words
from swarm.grid import Experiment
from swarm.history.experiments import ExperimentRow
from swarm.written import lasting, usd


def print_plan(experiment: "Experiment", plan: "Plan", sees: Sequence[str]) -> None:
    """Show what an experiment would take, and in these sentences what it could show."""
    console = Console()
    console.print(Text(harmless(f"{experiment.grid.name} · {experiment.grid.id}"), style="bold"))
    parts = (_counted(plan.arms, "arm"), _counted(plan.missions, "mission"), _counted(plan.repeats, "repeat"))
    badge = "  [black on yellow] SIMULATED [/]" if plan.simulated else ""
    console.print(f"{_counted(plan.runs, 'run')}: {' × '.join(parts)}{badge}")
    table = Table(box=None, pad_edge=False)
    for name in ("", "calls", "tokens", "time", "price"):
        table.add_column(name, justify="right" if name else "left")
    for name, foretold in (("low", plan.low), ("expected", plan.expected), ("high", plan.high)):
        tokens = foretold.input_tokens + foretold.output_tokens
        table.add_row(
            name, f"{foretold.calls:,}", f"{tokens:,}", lasting(foretold.seconds), usd(foretold.cost_usd)
        )
    console.print(table)
    for line in sees:
        console.print(line)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_experiments(rows: Sequence["ExperimentRow"]) -> None:
    """List experiments, one a line."""
    if not rows:
        Console().print("No experiment yet. Try: python -m swarm experiment plan FILE")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("experiment", "status", "played", "of", "cut short", "spent", "left", ""):
        table.add_column(
            name, justify="left" if name in ("experiment", "status", "") else "right", overflow="fold"
        )
    for row in rows:
        kind = Text("SIM" if row.simulated else "real", style="yellow" if row.simulated else "")
        counts = (row.finished, row.runs, row.failed)
        figures = (*(f"{each:,}" for each in counts), spent_in_words(row), lasting(row.left_s))
        table.add_row(row.experiment_id, row.status, *figures, kind)
        if row.reason:
            table.add_row(Text(harmless(row.reason), style="dim"))
    Console().print(table)


class LiveExperiment:
    """A progress bar with runs cut short, dollars and time left. Use as a context manager around the performance."""

    def __init__(self, name: str) -> None:
        """Begin at nothing; the first run that ends says how many there are."""
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(harmless(name)[:40], total=None, figures="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: "GridProgress") -> None:
        """Show how far it is."""
        self._bar.start()
        left = "" if progress.left_s is None else f"{lasting(progress.left_s)} left"
        failed = f"{progress.failed} cut short" if progress.failed else ""
        figures = "  ".join(part for part in (failed, usd(progress.spent_usd), left) if part)
        self._bar.update(self._task, total=progress.runs, completed=progress.done, figures=figures)
