"""Figures get their looks: colours, symbols and safe text.

Every colour is legible on white and on near-black, so that a figure need not know the page's theme; plain ink
is left to the page. No meaning is carried by colour alone: each standing has a symbol of its own.
"""

from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from swarm.organization.graph import Standing
from swarm.written import visible

ACCENT = "#1f8a8f"
FAINT = "rgba(128, 138, 150, 0.28)"
QUIET = "rgba(128, 138, 150, 0.75)"
INK = "#77838a"
ALARM = "#d55e00"
VIOLET = "#8f6bd6"
ON_COLOUR = "#ffffff"
CLEAR = "rgba(0, 0, 0, 0)"
PALETTE = ("#e08e00", "#0072b2", "#c65a9a", "#d55e00", "#56a5dc", "#a79400", "#7a6bd0")
"""After Okabe and Ito's colours for the colour-blind; the green is left out, too near to the accent."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The looks and the name of a standing."""

    label: str
    symbol: str
    colour: str
    filled: bool = True
    scale: float = 1.0
    """Relative to the usual size of a node."""


MARKS: dict[Standing, Mark] = {
    "active": Mark("Contributed", "circle", ACCENT),
    "thinking": Mark("Thinking", "circle-dot", ACCENT, filled=False),
    "abstained": Mark("Abstained by choice", "circle", QUIET, filled=False),
    "directed_idle": Mark("Idle by order", "diamond", QUIET, filled=False, scale=0.75),
    "unparsed": Mark("Unreadable reply", "square", ALARM, filled=False),
    "failed": Mark("No reply", "octagon", ALARM, filled=False),
    "waiting": Mark("Waiting", "circle", FAINT, filled=False, scale=0.7),
    "not_reached": Mark("Not reached", "circle", FAINT, filled=False, scale=0.7),
}


def label(text: str, width: int = 17, lines: int = 2) -> str:
    """A short label of at most `lines` lines of `width` characters, safe to draw."""
    pieces = wrap(visible(text), width)
    if len(pieces) > lines:
        pieces = [*pieces[: lines - 1], pieces[lines - 1][: width - 1] + "…"]
    return "<br>".join(map(escape, pieces))


def paragraph(text: str, width: int = 46, limit: int = 260) -> str:
    """A wrapped paragraph for hover boxes, cut at `limit` characters, safe to draw."""
    shown = visible(text)
    cut = shown if len(shown) <= limit else shown[:limit].rstrip() + "…"
    return "<br>".join(escape(line) for line in wrap(cut, width))


def bare(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure the common frame: no axes, no background, quiet legend below."""
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 4, "t": 18, "b": 8},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        dragmode=False,
        hovermode="closest",
        hoverlabel={"align": "left"},
        modebar={"bgcolor": CLEAR, "color": QUIET, "activecolor": ACCENT},
        legend={
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0,
            "yanchor": "top",
            "itemclick": False,
        },
        uirevision="fixed",
    )
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure


def framed(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure with axes the common frame: hairlines for a grid, no zoom, quiet legend on top."""
    bare(figure, height)
    figure.update_layout(margin={"l": 4, "r": 8, "t": 34, "b": 4}, legend={"y": 1, "yanchor": "bottom"})
    axis: dict[str, Any] = {
        "visible": True,
        "automargin": True,
        "gridcolor": FAINT,
        "gridwidth": 1,
        "zeroline": False,
        "tickfont": {"size": 12, "color": INK},
        "title": {"font": {"size": 12, "color": INK}},
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def mark_kind(figure: go.Figure, *, simulated: bool) -> go.Figure:
    """Write SIMULATED into the corner of a figure made of simulated runs, so that its pictures say so as well."""
    if simulated:
        font = {"size": 10, "color": VIOLET}
        write(figure, "SIMULATED", xref="paper", yref="paper", x=0, y=1, yanchor="bottom", font=font)
    return figure


def write(figure: go.Figure, text: str, **where: Any) -> None:
    """Write small words into a figure, beginning at a place.

    Args:
        figure: to be written into.
        text: must be safe, see `label`.
        where: `x`, `y` and whatever else an annotation of Plotly takes.
    """
    usual: dict[str, Any] = {"xanchor": "left", "align": "left", "font": {"size": 12, "color": INK}}
    figure.add_annotation(text=text, showarrow=False, **(usual | where))


def key_to(standing: Standing, count: int | None = None) -> go.Scatter:
    """The entry of the legend for a standing, with how many seats have it where that is given."""
    mark = MARKS[standing]
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=mark.label if count is None else f"{mark.label}: {count}",
        marker={
            "symbol": mark.symbol,
            "size": 14,
            "color": mark.colour if mark.filled else CLEAR,
            "line": {"color": mark.colour, "width": 0 if mark.filled else 2},
        },
    )
