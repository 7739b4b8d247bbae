"""The paper's claims are shown in a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from swarm.claims.file import ClaimBook
from swarm.claims.judging import Evidence, Judged, Verdict
from swarm.claims.needed import planned_words
from swarm.claims.report import more_words, summary
from swarm.claims.sentences import (
    MARKS_TOLD,
    figure_words,
    how_tested,
    marks_of,
    ranged_words,
    side_words,
    stand_in_words,
)
from swarm.cli.terminal import harmless
from swarm.mission import Mission
from swarm.written import UNKNOWN

_STYLES: dict[Verdict, str] = {"supported": "green", "contradicted": "red", "undetermined": "yellow"}


def print_claims(judged: Sequence[Judged], book: ClaimBook, console: Console | None = None) -> None:
    """Show all these claims: the paper's figure, ours, and the verdict; simulated and real runs apart."""
    console = console or Console()
    real = any(each.real.sides for each in judged)
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("claim, and its id", ratio=3, overflow="fold")
    table.add_column("paper", justify="right")
    for kind in ("simulated", "real") if real else ("simulated",):
        table.add_column(kind, ratio=2)
        table.add_column("n", justify="right")
        table.add_column("verdict", min_width=12)
    for group in book.groups:
        shown = [each for each in judged if each.claim.group == group]
        if shown:
            table.add_row(Text(group, style="bold"))
        for each in shown:
            table.add_row(*_cells(each, real=real))
    console.print(table)
    console.print(Text(f"n: missions. {MARKS_TOLD}", style="dim"))
    for simulated in (True, False):
        console.print(summary(judged, simulated=simulated))
    said = f"{len(book.untestable)} claims cannot be tested, {len(book.contradictions)} contradictions"
    console.print(Text(f"{said}: --json and docs/claims.md have them.", style="dim"))


def print_claim(each: Judged, library: Mapping[str, Mission]) -> None:
    """Show one claim: how it is tested, what decides it, and what runs say of it.

    Args:
        each: the claim and what runs say.
        library: missions by id.
    """
    console, claim = Console(), each.claim
    console.print(Text(claim.statement, style="bold"))
    console.print(f"The paper: {claim.paper}; {claim.source}")
    console.print(how_tested(claim))
    for said in filter(None, (claim.note, planned_words(claim, library))):
        console.print(said)
    for evidence in (each.simulated, each.real):
        _print_evidence(evidence, console)
    for said in marks_of(claim).values():
        console.print(Text(said, style="yellow"))


def _cells(each: Judged, *, real: bool) -> list[Text]:
    claim = each.claim
    marks = ", ".join(marks_of(claim))
    named = Text.assemble(claim.statement, "\n", (claim.id, "dim"), (f"  {marks}" if marks else "", "yellow"))
    cells = [named, Text(figure_words(claim, claim.figure))]
    for evidence in (each.simulated, each.real) if real else (each.simulated,):
        cells += [
            Text(ranged_words(claim, evidence.ranged)),
            Text(str(evidence.missions or UNKNOWN)),
            Text(evidence.verdict, style=_STYLES[evidence.verdict]),
        ]
    return cells


def _print_evidence(evidence: Evidence, console: Console) -> None:
    kind = "Simulated" if evidence.simulated else "Real"
    found = f", {ranged_words(evidence.claim, evidence.ranged)}" if evidence.ranged else ""
    said = Text.assemble(
        f"{kind}: ",
        (evidence.verdict, _STYLES[evidence.verdict]),
        harmless(f"{found}. {' '.join(filter(None, [evidence.reason, more_words(evidence)]))}"),
    )
    console.print(said)
    for side, (missions, runs) in zip(evidence.sides, evidence.counted, strict=True):
        where = side_words(side.side, model=side.model)
        there = f"{missions} missions and {runs} runs count, of {len(side.sample)} and {side.runs}"
        console.print(Text(harmless(f"  {where}: {there}")))
    if evidence.setting:
        console.print(
            Text(harmless(f"  {stand_in_words(evidence.claim, evidence.setting.models)}"), style="dim")
        )
