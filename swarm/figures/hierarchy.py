"""The hierarchy is drawn: who stands under whom, as an indented tree and as an icicle."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from swarm.figures.look import ACCENT, CLEAR, INK, ON_COLOUR, QUIET, bare, label, mark_kind, paragraph, write
from swarm.organization.forest import Forest, ForestRow, Tie, forest_of, rows_of, sizes_of
from swarm.organization.graph import SeatNow
from swarm.recording.record import RunRecord
from swarm.written import ranges

TIES: dict[Tie, tuple[str, str, str]] = {
    "builds_on": ("Builds on", "solid", QUIET),
    "reports_to": ("Reports to", "4px,3px", ACCENT),
    "through": ("Leans through others on", "dot", QUIET),
}
"""Its name, the dashes of its line (short, for short elbows on a telephone), and its colour."""

ROW_PX, DISC_PX = 28, 21
INDENT, WIDEST = 0.06, 0.45
"""Of the width: from layer to layer, and where the deepest layer stands at most; names need the rest."""
LETTERS = 46
"""As many fit into the width of a telephone."""
FAINT_ON_COLOUR = "rgba(255, 255, 255, 0.35)"
ICICLE_PX, LEAF_PX = (260, 900), 26
"""Least and most height, and what a seat that carries nobody takes in between."""
PATHBAR_PX = 24
CELL_LETTERS = 150
"""As many fit beside each other into the cells of all layers; those that do not are hidden."""


class Cell(NamedTuple):
    """A rectangle of the icicle."""

    name: str
    parent: str
    title: str
    leaves: int
    hover: str
    seat: int | None = None


def org_chart(record: RunRecord) -> go.Figure:
    """Draw the hierarchy as an indented tree: a row for each agent that leans on others or carries them.

    Each stands under the one agent that puts it into its layer. Of very many, those who carry least are folded.
    Nodes carry their seat number as `customdata`.
    """
    forest = forest_of(record)
    rows = rows_of(forest)
    deepest = max((row.layer for row in rows), default=1)
    indent = min(INDENT, WIDEST / deepest)
    places = {
        row.seat: (0.035 + (row.layer - 1) * indent, -line) for line, row in enumerate(rows) if row.seat
    }
    figure = go.Figure([*_connectors(forest, places)])
    seats = [forest.seats[seat] for seat in places]
    if seats:
        figure.add_traces([_discs(seats, forest, places), _names(seats, forest, places)])
    for line, row in enumerate(rows):
        if row.folded:
            write(figure, _folded(row), x=0.02 + (row.layer - 1) * indent, y=-line, yanchor="middle")
    alone = label(_alone(forest.alone), LETTERS, 4) if forest.alone else ""
    if alone:
        write(figure, alone, x=0, y=0.4 - len(rows), yanchor="top")
    lines = len(rows) + (0.6 * (alone.count("<br>") + 1) + 0.3 if alone else 0)
    bare(figure, round(70 + ROW_PX * max(lines, 1)))
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[-lines + 0.3, 0.7])
    return mark_kind(figure, simulated=record.simulated)


def icicle_figure(record: RunRecord) -> go.Figure:
    """Draw the hierarchy as an icicle: beside each agent those who stand under it; the longest chain is hatched.

    As tall as a tree has leaves. Cells carry their seat number as `customdata`.
    """
    forest = forest_of(record)
    cells = [*_cells(forest)]
    least, most = ICICLE_PX
    height = min(max(LEAF_PX * cells[0].leaves, least), most)
    figure = go.Figure(_icicle(cells, forest.chain))
    bare(figure, height + PATHBAR_PX)
    figure.update_layout(uniformtext={"minsize": 10, "mode": "hide"}, margin={"b": PATHBAR_PX + 4})
    return mark_kind(figure, simulated=record.simulated)


def _icicle(cells: Sequence[Cell], chain: Sequence[int]) -> go.Icicle:
    return go.Icicle(
        ids=[cell.name for cell in cells],
        parents=[cell.parent for cell in cells],
        labels=[cell.title for cell in cells],
        values=[cell.leaves for cell in cells],
        customdata=[cell.seat for cell in cells],
        hovertext=[cell.hover for cell in cells],
        hoverinfo="text",
        branchvalues="total",
        sort=False,
        tiling={"orientation": "h", "pad": 2},
        textfont={"color": ON_COLOUR},
        leaf={"opacity": 1},
        # On top it would cover the word SIMULATED.
        pathbar={"side": "bottom", "thickness": PATHBAR_PX},
        marker=_fill([cell.seat in chain for cell in cells]),
    )


def _fill(on_chain: Sequence[bool]) -> dict[str, object]:
    """The longest chain has another colour, and is hatched."""
    return {
        "colors": [ACCENT if on else INK for on in on_chain],
        "pattern": {
            "shape": ["/" if on else "" for on in on_chain],
            "fillmode": "overlay",
            "fgcolor": FAINT_ON_COLOUR,
            "size": 7,
            "solidity": 0.2,
        },
    }


def _folded(row: ForestRow) -> str:
    return f"+ {row.folded} more under agent {row.above}" if row.above else f"+ {row.folded} more"


def _connectors(forest: Forest, places: Mapping[int, tuple[float, float]]) -> Iterator[go.Scatter]:
    """Elbows from each agent to the one it stands under: the links by kind, then the longest chain over them."""
    ties = {seat: tie for seat, tie in forest.ties.items() if seat in places}
    for tie, (name, dash, colour) in TIES.items():
        seats = [seat for seat in ties if ties[seat] == tie and seat not in forest.chain]
        yield from _elbows(seats, forest, places, name, {"dash": dash, "color": colour, "width": 1.4})
    for tie, (name, dash, _) in TIES.items():
        seats = [seat for seat in ties if ties[seat] == tie and seat in forest.chain]
        line = {"dash": dash, "color": ACCENT, "width": 3.5}
        yield from _elbows(seats, forest, places, f"Longest chain: {name.lower()}", line)


def _elbows(
    seats: Sequence[int],
    forest: Forest,
    places: Mapping[int, tuple[float, float]],
    name: str,
    line: Mapping[str, object],
) -> Iterator[go.Scatter]:
    if not seats:
        return
    points: list[tuple[float | None, float | None]] = []
    for seat in seats:
        (x, y), over = places[seat], forest.above[seat]
        top = places[over] if over else (x, y)
        points += [top, (top[0], y), (x, y), (None, None)]
    yield go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        name=name,
        line=dict(line),
        hoverinfo="skip",
    )


def _discs(seats: Sequence[SeatNow], forest: Forest, places: Mapping[int, tuple[float, float]]) -> go.Scatter:
    return go.Scatter(
        x=[places[seat.number][0] for seat in seats],
        y=[places[seat.number][1] for seat in seats],
        mode="markers+text",
        text=[str(seat.number) for seat in seats],
        textfont={"size": 11, "color": ON_COLOUR},
        hovertext=[_hover(seat, forest) for seat in seats],
        hoverinfo="text",
        customdata=[seat.number for seat in seats],
        showlegend=False,
        marker={
            "symbol": ["square" if seat.leads else "circle" for seat in seats],
            "size": DISC_PX,
            "opacity": 1,
            "color": [ACCENT if seat.number in forest.chain else INK for seat in seats],
        },
        selected={"marker": {"size": DISC_PX + 7}},
        unselected={"marker": {"opacity": 1}, "textfont": {"color": ON_COLOUR}},
    )


def _names(seats: Sequence[SeatNow], forest: Forest, places: Mapping[int, tuple[float, float]]) -> go.Scatter:
    return go.Scatter(
        x=[places[seat.number][0] for seat in seats],
        y=[places[seat.number][1] for seat in seats],
        mode="markers+text",
        text=[_name(seat, forest, int((0.95 - places[seat.number][0]) * LETTERS)) for seat in seats],
        textposition="middle right",
        textfont={"size": 13},
        unselected={"textfont": {"color": INK}},
        hoverinfo="skip",
        showlegend=False,
        # Invisible, but they keep the names clear of the discs.
        marker={"size": DISC_PX + 8, "color": CLEAR, "line": {"width": 0}},
    )


def _name(seat: SeatNow, forest: Forest, letters: int) -> str:
    """Its role, and where there is room who else leans on it, safe to draw."""
    name = label(_called(seat), letters, 1)
    others = ranges(forest.elsewhere.get(seat.number, ()))
    also = f" · also carries {others}" if others else ""
    told = f"<b>{name}</b>" if seat.number in forest.chain else name
    return f"{told}<i>{also}</i>" if len(_called(seat)) + len(also) <= letters else told


def _alone(seats: Sequence[int]) -> str:
    many = f"{len(seats)} agents work alone: {ranges(seats)}"
    return f"Agent {seats[0]} works alone." if len(seats) == 1 else many


def _cells(forest: Forest) -> Iterator[Cell]:
    leaves = sizes_of(forest, leaves=True)
    everybody = sum(leaves[root] for root in forest.below.get(None, ())) + len(forest.alone)
    columns = 1 + max((seat.layer or 1 for seat in forest.seats.values()), default=1)
    letters = min(max(CELL_LETTERS // columns, 9), 20)

    def title(text: str, tall: int) -> str:
        return label(text, letters, min(max(tall * LEAF_PX // 19, 1), 4))

    yield Cell("team", "", "Team", everybody, "All who delivered")
    for number in forest.above:
        seat = forest.seats[number]
        called = title(f"{number} {_called(seat)}", leaves[number])
        told = f"<b>{called}</b>" if number in forest.chain else called
        parent = str(forest.above[number] or "team")
        yield Cell(str(number), parent, told, leaves[number], _hover(seat, forest), number)
    if forest.alone:
        words = _alone(forest.alone)
        yield Cell("alone", "team", title(words, len(forest.alone)), len(forest.alone), paragraph(words))


def _called(seat: SeatNow) -> str:
    return seat.role or ("Leader" if seat.leads else "No role")


def _hover(seat: SeatNow, forest: Forest) -> str:
    over = forest.above.get(seat.number)
    lines = [f"<b>Agent {seat.number}</b> · layer {seat.layer}"]
    lines += [f"<b>{paragraph(seat.role, limit=80)}</b>"] if seat.role else []
    if over:
        lines.append(f"{TIES[forest.ties[seat.number]][0]} agent {over}")
    carried = [*forest.below.get(seat.number, ()), *forest.elsewhere.get(seat.number, ())]
    lines += [paragraph(f"Carries {ranges(sorted(carried))}")] if carried else []
    return "<br>".join(lines)
