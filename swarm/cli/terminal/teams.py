"""Teams of other frameworks and the verdicts on them are shown in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from swarm.cli.terminal import harmless
from swarm.cli.terminal.comparison import print_tables
from swarm.comparison.finding import remarks
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.trial.described import coordination_in_words, order_in_words
from swarm.teams.trial.sentences import (
    EMULATION,
    SIMULATED_NOTE,
    advice,
    further,
    sentence,
    unsettled,
    winners,
)
from swarm.teams.trial.verdict import TeamVerdict
from swarm.written import UNKNOWN

GOAL_CHARS = 60
MARKS = {"understood": "+", "changed": "~", "ignored": "-"}


def print_team(team: GivenTeam, console: Console | None = None) -> None:
    """Show what is understood of a team: its roles, its order of work, its tasks, and what became of the rest."""
    console = console or Console()
    console.print(Text(harmless(f"{team.name} ({team.source})"), style="bold"))
    console.print(Text(harmless(coordination_in_words(team))))
    console.print(_roles(team))
    for title, lines in (("Order of work", order_in_words(team)), ("Tasks", list(_tasks(team)))):
        if lines:
            console.print(Text(f"\n{title}", style="bold"))
            for line in lines:
                console.print(Text(harmless(line)))
    console.print(Text("\nWhat became of the files", style="bold"))
    for note in team.notes:
        console.print(_note(note))


def print_verdict(found: TeamVerdict, console: Console | None = None, warnings: Sequence[str] = ()) -> None:
    """Show a verdict: the sentence first, then every number; warnings among the remarks."""
    console = console or Console()
    if found.simulated:
        console.print(Text(" SIMULATED ", style="black on yellow"))
    console.print(Text(harmless(sentence(found)), style="bold"))
    console.print(Text(harmless(advice(found))))
    for line in (*winners(found), *unsettled(found), *further(found)):
        console.print(Text(harmless(f"- {line}")))
    for line in (
        *remarks(found.comparison),
        *warnings,
        EMULATION,
        *([SIMULATED_NOTE] if found.simulated else []),
    ):
        console.print(Text(harmless(line), style="dim"))
    print_tables(found.comparison, console)


def _roles(team: GivenTeam) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("agent", "role", "goal", "model"):
        table.add_column(name, overflow="fold")
    for number, role in enumerate(team.roles, 1):
        goal = " ".join((role.goal or role.background).split())
        short = goal if len(goal) <= GOAL_CHARS else goal[: GOAL_CHARS - 1] + "…"
        table.add_row(
            str(number), *(Text(harmless(cell)) for cell in (role.name, short, role.model or UNKNOWN))
        )
    return table


def _tasks(team: GivenTeam) -> Iterator[str]:
    for number, task in enumerate(team.tasks, 1):
        yield f"R{number}. {' '.join(task.text.split())}"


def _note(note: Note) -> Text:
    why = f": {note.why}" if note.why else ""
    return Text(harmless(f"{MARKS[note.kind]} {note.kind}: {note.what}{why}"))
