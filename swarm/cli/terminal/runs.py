"""Runs as a terminal shows them: one while it is played, one that ended, all of them."""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from swarm.cli.terminal import harmless
from swarm.cli.terminal.table import columns
from swarm.errors import WAITED_FOR
from swarm.history.rows import RunRow
from swarm.narrative.labels import DID, models_named, paused
from swarm.recording.events import (
    CallEnded,
    Event,
    ProviderPaused,
    RunJudged,
    RunResumed,
    RunStarted,
    TurnStarted,
    TurnTaken,
)
from swarm.recording.measures import listed
from swarm.recording.record import RunRecord
from swarm.spec import RunSpec
from swarm.turn import Action, Usage
from swarm.written import UNKNOWN, about, lasting, moment, number, usd

_STYLES: dict[Action, str] = {
    "plan": "cyan",
    "intend": "blue",
    "contribute": "green",
    "abstain": "yellow",
    "unparsed": "magenta",
    "failed": "red",
}
_RUN_COLUMNS: tuple[tuple[str, int | None, Literal["left", "right"]], ...] = (
    ("run", 22, "left"),
    ("status", 11, "left"),
    ("mission", None, "left"),
    ("protocol", 11, "left"),
    ("agents", 6, "right"),
    ("quality", 7, "right"),
    ("", 4, "left"),
)
_ROWS = 24
"""Most seats in the live table; of larger teams, those that spoke last."""


class LiveRun:
    """A live table of who does what. Use as a context manager around the run."""

    def __init__(self) -> None:
        """Begin with an empty table; the run's first event says what it is."""
        self._title = Text("")
        self._simulated = False
        self._seats: dict[int, tuple[str, str, str]] = {}
        self._speakers: dict[int | None, int] = {}
        self._spent = Usage()
        self._console = Console()
        self._live = Live(self._table(), console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted():
                self._title, self._simulated = _title(event.spec), event.simulated
            case RunResumed():
                self._title = Text(f"resuming {event.run_id}", style="bold")
            case TurnStarted():
                self._speakers[event.index] = event.seat
                self._move(event.seat, "thinking", "dim", event.role or "")
            case TurnTaken(turn=turn):
                self._spent += turn.usage
                self._move(turn.seat, DID[turn.action], _STYLES[turn.action], turn.role or turn.reason or "")
            case ProviderPaused() | CallEnded():
                self._remark(event)
            case RunJudged():
                self._spent += event.verdict.usage
            case _:
                return
        self._live.update(self._table())

    def _remark(self, event: ProviderPaused | CallEnded) -> None:
        """Say above the table what is waited for, or who is asked again; refusals are waited for, all together."""
        if isinstance(event, ProviderPaused):
            self._console.print(Text(harmless(paused(event)), style="yellow"))
        elif event.outcome.failure not in WAITED_FOR:
            who = f"agent {self._speakers[event.index]}" if event.index in self._speakers else "the judge"
            self._console.print(Text(harmless(f"asking {who} again: {event.because}"), style="dim"))

    def _move(self, seat: int, did: str, style: str, role: str) -> None:
        """Note what a seat does, and that it was the last to do something."""
        self._seats.pop(seat, None)
        self._seats[seat] = (did, style, role)

    def _table(self) -> Table:
        caption = _used(self._spent, self._simulated)
        table = Table(title=self._title, caption=caption, expand=True, box=None)
        for name, width in (("agent", 6), ("does", 16)):
            table.add_column(name, width=width)
        table.add_column("role", ratio=1, no_wrap=True)
        latest = list(self._seats.items())[-_ROWS:]
        for seat, (did, style, role) in sorted(latest):
            table.add_row(str(seat), Text(did, style=style), Text(harmless(role)))
        return table


def print_record(record: RunRecord, console: Console | None = None) -> None:
    """Show one run: what was delivered, by whom, and how it was judged."""
    console = console or Console()
    blocks: list[RenderableType] = [Rule(_title(record.spec)), _turns(record)]
    if record.deliverable:
        blocks += [Rule("deliverable"), Text(harmless(record.deliverable))]
    blocks += [Rule("verdict"), _verdict(record), Rule()]
    blocks += [Text(f"began {moment(record.started)}", style="dim"), _closing(record)]
    console.print(Group(*blocks))


def print_runs(rows: Sequence[RunRow], of: int) -> None:
    """List runs, one a line, and say of how many."""
    if not rows:
        Console().print("No runs yet. Try: python -m swarm run --mission food-festival")
        return
    table = Table(box=None, pad_edge=False, expand=True)
    # Ids are there to be copied: those of an experiment's runs are longer than others.
    longest = max(len(row.run_id) for row in rows)
    for name, usual, side in _RUN_COLUMNS:
        width = max(longest, usual or 0) if name == "run" else usual
        ratio = None if width else 1
        table.add_column(
            name, width=width, min_width=width, ratio=ratio, justify=side, no_wrap=True, overflow="ellipsis"
        )
    for row in rows:
        quality = number(row.quality)
        kind = Text("SIM" if row.simulated else "real", style="yellow" if row.simulated else "")
        mission, protocol = Text(harmless(row.mission_title)), Text(harmless(row.protocol))
        table.add_row(row.run_id, row.status, mission, protocol, str(row.agents), quality, kind)
    console = Console()
    # Where nobody sees the lines they may be as long as they must.
    roomy = console if console.is_terminal else Console(width=max(console.width, longest + 90))
    roomy.print(table)
    if len(rows) < of:
        Console().print(f"{len(rows)} of {of:,} runs; --limit shows more", style="dim")


def _title(spec: RunSpec) -> Text:
    return Text(harmless(f"{spec.mission.title} · {spec.protocol} · {models_named(spec.team)}"), style="bold")


def _used(usage: Usage, simulated: bool) -> str:
    cost = usd(usage.cost_usd) + (" (simulated)" if simulated and usage.cost_usd is not None else "")
    return about(f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out, {cost}", usage.estimated)


def _turns(record: RunRecord) -> Table:
    table = columns("agent", "did", "role", "builds on", "why")
    for turn in record.turns:
        links = ", ".join(str(seat) for seat in turn.builds_on) or UNKNOWN
        role, why = Text(harmless(turn.role or UNKNOWN)), Text(harmless(turn.reason or ""), style="dim")
        table.add_row(str(turn.seat), Text(DID[turn.action], style=_STYLES[turn.action]), role, links, why)
    return table


def _verdict(record: RunRecord) -> RenderableType:
    verdict = record.verdict
    if verdict is None:
        return Text("not judged", style="dim")
    if verdict.unscored:
        return Text(harmless(f"unscored: {verdict.unscored}"), style="yellow")
    table = columns("criterion", "points", "reason", right=(1,))
    for score in verdict.scores:
        table.add_row(score.criterion.replace("_", " "), f"{score.points} of 4", Text(harmless(score.reason)))
    return table


def _closing(record: RunRecord) -> Text:
    seats = record.participation
    quality = record.verdict.quality if record.verdict else None
    words = (
        f"{record.run_id} {record.status}"
        f" · quality {number(quality)} · depth {record.depth or UNKNOWN}"
        f"{''.join(f' · {name.lower()} {value}' for name, value in listed(record).items())}"
        f" · {seats.active} active, {seats.abstained} abstained, {seats.directed_idle} idle by order"
        f" · {_used(record.spent, record.simulated)} · {lasting(record.duration_s)}"
    )
    badge = Text(" SIMULATED ", style="black on yellow") if record.simulated else Text("")
    return Text.assemble(badge, " " if record.simulated else "", words)
