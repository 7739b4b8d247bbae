"""Tokens and dollars add up under a timeline, each in a panel of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

from swarm.figures.look import FAINT, INK
from swarm.figures.timeline_bars import Bar
from swarm.figures.timeline_scale import TimeScale
from swarm.recording.record import RunRecord
from swarm.turn import Usage, total
from swarm.written import usd

PANEL_PX = 74
GAP_PX = 30
"""Above each panel, for its heading."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Tokens and dollars as they add up: what was spent at each time, in order of time."""

    times_s: tuple[float, ...]
    tokens: tuple[int, ...]
    dollars: tuple[float, ...] | None
    """None when a price is unknown."""

    @property
    def sums(self) -> dict[str, Sequence[float]]:
        """The sums that have a panel, from top to bottom."""
        return {"tokens": self.tokens, **({"dollars": self.dollars} if self.dollars else {})}


def growth_of(record: RunRecord, bars: Iterable[Bar]) -> Growth:
    """Add up tokens and dollars over time: those of a call count when it ended.

    It begins with 0 and, when the run has ended, ends with all that was spent. Calls that were cut off count at
    the very end: their moment is not recorded.
    """
    calls = sorted((bar.call for bar in bars if bar.call), key=lambda call: call.ended_s)
    steps = [(0.0, Usage()), *((call.ended_s, call.usage) for call in calls)]
    end_s = max(record.duration_s, steps[-1][0])
    cut_off = record.spent.tokens - total(call.usage for call in calls).tokens if record.ended else 0
    known = record.spent.cost_usd is not None and all(used.cost_usd is not None for _, used in steps)
    tokens, dollars = [0], [0.0]
    for _, used in steps[1:]:
        tokens.append(tokens[-1] + used.tokens)
        dollars.append(dollars[-1] + (used.cost_usd or 0.0))
    tokens.append(tokens[-1] + max(0, cut_off))
    dollars.append((record.spent.cost_usd or 0.0) if record.ended else dollars[-1])
    times_s = (*(time_s for time_s, _ in steps), end_s)
    return Growth(times_s, tuple(tokens), tuple(dollars) if known else None)


def draw_growth(figure: go.Figure, growth: Growth, scale: TimeScale, *, so_far: bool) -> None:
    """Add the panels to a figure, on the axes y2 and y3; `so_far` when there is more to come."""
    say: dict[str, Callable[[float], str]] = {
        "tokens": "{:,} tokens".format,
        "dollars": lambda amount: escape(usd(amount)),
    }
    when = "so far" if so_far else "in all"
    for row, (name, amounts) in enumerate(growth.sums.items(), 2):
        figure.add_trace(_steps(growth.times_s, amounts, say[name], scale, row))
        unpriced = "" if growth.dollars else "; price unknown"
        _head(figure, row, f"{say[name](amounts[-1])} {when}{unpriced}")


def growth_px(panels: int) -> int:
    """The height of all panels but the first, with their headings, in pixels."""
    return (PANEL_PX + GAP_PX) * (panels - 1)


def growth_axes(panels: int, plot_px: int) -> dict[str, Any]:
    """The axes y2 and so on, from top to bottom at the foot of a plot of that height."""
    axes: dict[str, Any] = {}
    for row in range(2, panels + 1):
        bottom_px = (PANEL_PX + GAP_PX) * (panels - row)
        axes[f"yaxis{row}"] = {
            "domain": [bottom_px / plot_px, (bottom_px + PANEL_PX) / plot_px],
            "anchor": "x",
            "nticks": 3,
            "rangemode": "tozero",
            # Thousands may be "k", but a thousandth of a dollar is no "m".
            "tickformat": "~s" if row == 2 else ".2~r",
            "tickprefix": "" if row == 2 else "$",
        }
    return axes


def _steps(
    times_s: Sequence[float],
    amounts: Sequence[float],
    say: Callable[[float], str],
    scale: TimeScale,
    row: int,
) -> go.Scatter:
    """A line that rises when a call ends, with a dot where it arrives."""
    return go.Scatter(
        x=[scale.time(moment) for moment in times_s],
        y=[round(amount, 9) for amount in amounts],
        yaxis=f"y{row}",
        mode="lines+markers",
        line={"shape": "hv", "width": 1.5, "color": INK},
        marker={"size": [0] * (len(amounts) - 1) + [6], "color": INK, "opacity": 1, "line": {"width": 0}},
        cliponaxis=False,
        fill="tozeroy",
        fillcolor=FAINT,
        showlegend=False,
        hovertext=[f"{say(amount)} by then" for amount in amounts],
        hoverinfo="text",
    )


def _head(figure: go.Figure, row: int, words: str) -> None:
    figure.add_annotation(
        text=words,
        xref="x domain",
        yref=f"y{row} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11, "color": INK},
    )
