"""The order of a team is drawn: what became of every seat, and where in the order it abstained."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from swarm.figures.look import CLEAR, FAINT, INK, MARKS, ON_COLOUR, bare, key_to, mark_kind, paragraph, write
from swarm.metrics.participation import Stretch, abstention_along, parts
from swarm.organization.graph import SeatNow, Standing, seats_of
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN

BARS_FROM = 24
"""Smaller teams have too few seats in a tenth of the order to speak of a share."""
NUMBERED_UP_TO = 64
BARS_PX, KEY_PX = 170, 22


class Size(NamedTuple):
    """The measures in pixels of a team of some size; they fit a telephone."""

    columns: int
    disc: int
    row: int


SIZES = {10: Size(10, 24, 44), 64: Size(16, 18, 32), 144: Size(24, 12, 22), 256: Size(32, 9, 18)}
"""By the size of the team."""


def idle_figure(record: RunRecord) -> go.Figure:
    """Draw every seat in seat order with the mark of its standing, row by row.

    Teams of 24 and more in which somebody abstained have bars below: for each tenth of the order, the share that
    abstained among those who decided. Marks carry their seat number as `customdata`.
    """
    seats = seats_of(record)
    size = next(size for most, size in SIZES.items() if len(seats) <= most)
    columns = min(size.columns, len(seats))
    figure = go.Figure()
    counts = Counter(seat.standing for seat in seats)
    kinds: list[Standing] = [standing for standing in MARKS if counts[standing]]
    for standing in kinds:
        chosen = [seat for seat in seats if seat.standing == standing]
        figure.add_trace(_marks(chosen, columns, size.disc, agents=len(seats)))
        figure.add_trace(key_to(standing, counts[standing]))
    rows = -(-len(seats) // columns)
    bars = BARS_PX if len(seats) >= BARS_FROM and counts["abstained"] else 0
    _frame(figure, columns, rows, strip=size.row * rows, bars=bars, keys=len(kinds))
    if bars:
        found = parts(record.turns, len(seats), complete=record.protocol_ended)
        _add_bars(figure, abstention_along(found), bars / (size.row * rows + bars))
    return mark_kind(figure, simulated=record.simulated)


def _frame(figure: go.Figure, columns: int, rows: int, *, strip: int, bars: int, keys: int) -> None:
    """The strip on top, bars below it, the key at the bottom, all in pixels but `keys`, which are entries."""
    # A telephone has two entries beside each other.
    below = 10 + KEY_PX * -(-keys // 2) + (34 if bars else 0)
    bare(figure, 24 + strip + bars + below)
    figure.update_layout(
        margin={"t": 24, "b": below},
        legend={"yref": "container", "y": 0, "yanchor": "bottom", "maxheight": KEY_PX * keys + 10},
    )
    figure.update_xaxes(range=[-0.7, columns - 0.3])
    figure.update_yaxes(range=[0.5 - rows, 0.5], domain=[bars / (strip + bars), 1])
    if rows > 1:
        figure.update_yaxes(
            visible=True,
            showgrid=False,
            zeroline=False,
            tickvals=[-row for row in range(rows)],
            ticktext=[str(row * columns + 1) for row in range(rows)],
            tickfont={"size": 11, "color": INK},
            automargin=True,
        )


def _marks(seats: Sequence[SeatNow], columns: int, disc: int, *, agents: int) -> go.Scatter:
    mark = MARKS[seats[0].standing]
    few = agents <= min(SIZES)
    # A small mark has no room for a number.
    numbered = few or (agents <= NUMBERED_UP_TO and mark.scale == 1)
    return go.Scatter(
        x=[(seat.number - 1) % columns for seat in seats],
        y=[-((seat.number - 1) // columns) for seat in seats],
        mode="markers+text" if numbered else "markers",
        text=[str(seat.number) for seat in seats] if numbered else None,
        textfont={"size": 11, **({"color": ON_COLOUR} if mark.filled else {})},
        hovertext=[_hover(seat) for seat in seats],
        hoverinfo="text",
        customdata=[seat.number for seat in seats],
        showlegend=False,
        marker={
            "symbol": mark.symbol,
            "size": disc * (1 if few else mark.scale),
            "opacity": 1,
            "color": mark.colour if mark.filled else CLEAR,
            "line": {"color": mark.colour, "width": 0 if mark.filled else 2},
        },
        unselected={"marker": {"opacity": 0.55}, "textfont": {"color": ON_COLOUR if mark.filled else INK}},
    )


def _add_bars(figure: go.Figure, stretches: Sequence[Stretch], share: float) -> None:
    """A bar for each stretch of the order; a dash instead where nobody decided. `share` is that of the height."""
    figure.add_trace(_bars(stretches))
    figure.update_layout(
        xaxis2={
            "anchor": "y2",
            "fixedrange": True,
            "showgrid": False,
            "tickvals": [*range(len(stretches))],
            "ticktext": [f"{it.first}<br>{it.abstained}/{it.decided}" for it in stretches],
            "tickfont": {"size": 11, "color": INK},
        },
        yaxis2={"domain": [0, 0.62 * share], "range": [0, 1], "fixedrange": True, "visible": False},
        bargap=0.25,
    )
    figure.add_hline(y=0, yref="y2", line={"color": FAINT, "width": 1})
    for place, stretch in enumerate(stretches):
        if stretch.share is None:
            write(figure, UNKNOWN, x=place, y=0, xref="x2", yref="y2", xanchor="center", yanchor="bottom")
    title = "Share that abstained, by tenth of the order"
    write(figure, title, x=0, y=0.94 * share, xref="paper", yref="paper", yanchor="top")


def _bars(stretches: Sequence[Stretch]) -> go.Bar:
    return go.Bar(
        x=[*range(len(stretches))],
        y=[stretch.share for stretch in stretches],
        text=["" if stretch.share is None else f"{stretch.share:.0%}" for stretch in stretches],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={"size": 11},
        hovertext=[_hover_stretch(stretch) for stretch in stretches],
        hoverinfo="text",
        showlegend=False,
        marker={"color": INK},
        xaxis="x2",
        yaxis="y2",
    )


def _hover(seat: SeatNow) -> str:
    lines = [f"<b>Agent {seat.number}</b> · {MARKS[seat.standing].label.lower()}"]
    lines += [f"<b>{paragraph(seat.role, limit=80)}</b>"] if seat.role else []
    lines += [f"<i>{paragraph(seat.reason)}</i>"] if seat.reason else []
    return "<br>".join(lines)


def _hover_stretch(stretch: Stretch) -> str:
    seats = f"agents {stretch.first}–{stretch.last}"
    if stretch.share is None:
        return f"{seats}: nobody decided"
    return f"{seats}: {stretch.abstained} of {stretch.decided} who decided abstained"
