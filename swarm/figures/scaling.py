"""Scaling is drawn: quality and cost against the number of agents, each doubling one step."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log2
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots  # pyright: ignore[reportUnknownVariableType]

from swarm.comparison.team_size import ScalingRow
from swarm.figures.look import ACCENT, PALETTE, framed, label, mark_kind, paragraph, write
from swarm.written import usd

COLOURS = (ACCENT, *PALETTE)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
"""Of lines, in this order and round again: none is told by its colour alone."""
TOP = 0.92
"""The place of the first panel's title, below the mark of simulated runs."""
ASIDE = 0.08
"""Between lines, in doublings."""


def scaling_figure(
    lines: Mapping[str, Sequence[ScalingRow]], *, simulated: bool, height: int = 440
) -> go.Figure:
    """Draw two panels over the number of agents, on an axis on which each doubling is one step.

    Args:
        lines: rows by the name of what is compared, such as a protocol, the smallest team first.
        simulated: whether the runs are; never mixed.
        height: in pixels.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.13)
    framed(figure, height)
    for place, (name, rows) in enumerate(lines.items()):
        # Intervals of several lines at one number of agents would hide each other.
        aside = ASIDE * (place - (len(lines) - 1) / 2)
        figure.add_trace(_quality(name, rows, aside, _look(place)), row=1, col=1)
        figure.add_trace(_cost(name, rows, _look(place)), row=2, col=1)
    sizes = sorted({row.agents for rows in lines.values() for row in rows})
    costs = [row.cost_usd for rows in lines.values() for row in rows if row.cost_usd is not None]
    _frame(figure, sizes, max(costs, default=0.0) or 1.0, simulated)
    return mark_kind(figure, simulated=simulated)


def _look(place: int) -> dict[str, Any]:
    colour, symbol = COLOURS[place % len(COLOURS)], SYMBOLS[place % len(SYMBOLS)]
    return {
        "mode": "lines+markers",
        "connectgaps": False,
        "cliponaxis": False,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        "legendgroup": str(place),
        "hoverinfo": "text",
    }


def _quality(name: str, rows: Sequence[ScalingRow], aside: float, look: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=[log2(row.agents) + aside for row in rows],
        y=[row.quality for row in rows],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [_beyond(row.quality, row.high) for row in rows],
            "arrayminus": [_beyond(row.low, row.quality) for row in rows],
            "color": look["line"]["color"],
            "thickness": 1.5,
            "width": 4,
        },
        name=label(name, 40, 1),
        hovertext=[_hover(name, row) for row in rows],
        **look,
    )


def _cost(name: str, rows: Sequence[ScalingRow], look: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=[log2(row.agents) for row in rows],
        y=[row.cost_usd for row in rows],
        showlegend=False,
        hovertext=[_hover(name, row) for row in rows],
        **look,
    )


def _beyond(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else other - one


def _frame(figure: go.Figure, sizes: Sequence[int], dearest_usd: float, simulated: bool) -> None:
    figure.update_layout(hovermode="closest", showlegend=True)
    ticks: dict[str, Any] = {
        "tickvals": [log2(size) for size in sizes],
        "ticktext": [f"{size:,}" for size in sizes],
    }
    figure.update_xaxes(showgrid=False, **ticks)
    figure.update_xaxes(title_text="Agents", row=2, col=1)
    figure.update_yaxes(nticks=5, tickformat=".2f", row=1, col=1)
    # A little below zero, so that marks there stand clear of the numbers of agents.
    span = [-0.06 * dearest_usd, 1.08 * dearest_usd]
    figure.update_yaxes(range=span, nticks=5, tickprefix="$", tickformat=".2~r", row=2, col=1)
    cost = f"{'Simulated cost' if simulated else 'Cost'} of a run"
    panels = (("Quality, with its interval", 0.5, TOP), (cost, 0.0, 0.38))
    for row, (title, bottom, top) in enumerate(panels, 1):
        figure.update_yaxes(domain=[bottom, top], row=row, col=1)
        write(figure, title, xref="paper", yref="paper", x=0, y=top, yanchor="bottom")


def _hover(name: str, row: ScalingRow) -> str:
    interval = "" if row.low is None or row.high is None else f" ({row.low:.2f} to {row.high:.2f})"
    quality = "no quality" if row.quality is None else f"quality {row.quality:.2f}{interval}"
    missions = f"{row.missions} {'mission' if row.missions == 1 else 'missions'}"
    lines = [f"<b>{paragraph(name, limit=80)}</b> · {row.agents:,} agents", f"{quality}, {missions}"]
    return "<br>".join([*lines, f"{escape(usd(row.cost_usd))} a run"])
