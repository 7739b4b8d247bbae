"""Claims are drawn: what each predicts as a bar, the paper's figure, and our interval as a line.

Claims are in many units, so every row has a scale of its own, on which the ends of its bar are written.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from swarm.claims.judging import Evidence, Verdict
from swarm.claims.sentences import band_words, figure_words, marks_of, possible, ranged_words
from swarm.figures.look import ACCENT, ALARM, FAINT, INK, bare, label, mark_kind, paragraph

ROW_PX, AROUND_PX = 74, 96
CHARS, LINES = 56, 2
"""Of a statement; fits a telephone."""
HALF_BAR = 0.13
"""Of a row's height."""
ROOM_FOR_TWO = 0.3
"""Of the width."""
BAND = "rgba(31, 138, 143, 0.28)"
TEXT_ONLY: dict[str, Any] = {
    "mode": "text",
    "hoverinfo": "skip",
    "showlegend": False,
    "cliponaxis": False,
}
MARKED: dict[Verdict, tuple[str, str, str]] = {
    "supported": ("Supported", "circle", ACCENT),
    "contradicted": ("Contradicted", "x", ALARM),
    "undetermined": ("Undetermined", "circle-open", INK),
}
"""The name of each verdict, its symbol and its colour."""


@dataclass(frozen=True, slots=True)
class AxisScale:
    """Places of the numbers of one row, from 0 on the left to 1 on the right."""

    least: float
    most: float

    def place(self, value: float) -> float:
        """Of a number; infinite ones stand at the edge."""
        if math.isinf(value):
            return 0.0 if value < 0 else 1.0
        return (value - self.least) / (self.most - self.least)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim, and where it is drawn."""

    y: int
    evidence: Evidence
    scale: AxisScale

    @property
    def value(self) -> float | None:
        """Our figure; None when there is none."""
        return self.evidence.ranged.value if self.evidence.ranged else None

    @property
    def band(self) -> tuple[float, float]:
        """The beginning and the end of the bar."""
        low, high = self.evidence.claim.band
        return (
            self.scale.place(-math.inf if low is None else low),
            self.scale.place(math.inf if high is None else high),
        )

    @property
    def interval(self) -> tuple[float, float]:
        """The beginning and the end of our interval; both at our figure when there is none."""
        ranged = self.evidence.ranged
        assert ranged is not None
        assert ranged.value is not None
        low = ranged.value if ranged.low is None else possible(self.evidence.claim, ranged.low)
        high = ranged.value if ranged.high is None else possible(self.evidence.claim, ranged.high)
        return self.scale.place(low), self.scale.place(high)


def claims_figure(evidence: Sequence[Evidence]) -> go.Figure:
    """Draw claims as rows, in their order.

    Args:
        evidence: what runs of one kind say of each; a claim without runs shows what it predicts only.
    """
    rows = [ClaimRow(-place, each, scale_of(each)) for place, each in enumerate(evidence)]
    # Shapes and texts are handed over at once: each one added later makes Plotly look at all again.
    figure = go.Figure(layout={"shapes": [shape for row in rows for shape in _shapes(row)]})
    figure.add_trace(_statements(rows))
    figure.add_traces([_ends(rows, side) for side in ("left", "center", "right")])
    for verdict in MARKED:
        shown = [row for row in rows if row.evidence.verdict == verdict and row.value is not None]
        if shown:
            figure.add_trace(_ours(verdict, shown))
    figure.add_trace(_papers(rows))
    bare(figure, ROW_PX * len(rows) + AROUND_PX)
    figure.update_layout(margin={"t": 24, "b": 64}, legend={"y": 0, "yanchor": "top"})
    figure.update_xaxes(range=[-0.01, 1.01])
    figure.update_yaxes(range=[-len(rows) + 0.42, 0.74])
    return mark_kind(figure, simulated=any(each.simulated for each in evidence))


def scale_of(each: Evidence) -> AxisScale:
    """The scale on which a row shows its band, the paper's figure and our interval, with room beside them."""
    ranged = each.ranged
    ours = (ranged.value, ranged.low, ranged.high) if ranged else ()
    found = [possible(each.claim, value) for value in ours if value is not None]
    numbers = [*(value for value in (*each.claim.band, each.claim.figure) if value is not None), *found]
    least, most = min(numbers), max(numbers)
    room = 0.12 * (most - least) or abs(most) or 1.0
    return AxisScale(least - room, most + room)


def _shapes(row: ClaimRow) -> list[dict[str, Any]]:
    """A hairline across the row, and the bar of what its claim predicts."""
    low, high = row.band
    return [
        {"type": "line", "x0": 0, "x1": 1, "y0": row.y, "y1": row.y, "line": {"color": FAINT, "width": 1}},
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "y0": row.y - HALF_BAR,
            "y1": row.y + HALF_BAR,
            "fillcolor": BAND,
            "line": {"width": 0},
        },
    ]


def _statements(rows: Sequence[ClaimRow]) -> go.Scatter:
    return go.Scatter(
        x=[0.0] * len(rows),
        y=[row.y + HALF_BAR + 0.05 for row in rows],
        text=[label(_said(row.evidence), CHARS, LINES) for row in rows],
        textposition="top right",
        textfont={"size": 13},
        **TEXT_ONLY,
    )


def _said(each: Evidence) -> str:
    """The statement; before it, where a long one is not cut, what simulated runs are worth for it."""
    marks = ", ".join(marks_of(each.claim)) if each.simulated else ""
    return f"{marks.capitalize()}: {each.claim.statement}" if marks else each.claim.statement


def _ends(rows: Sequence[ClaimRow], side: str) -> go.Scatter:
    """Words below the ends of bars, of those at this side of the figure."""
    ends = [(said, place, row.y) for row in rows for said, place in _bounds(row) if _side(place) == side]
    # Near an edge, texts lead away from it.
    where = {"left": "bottom right", "center": "bottom center", "right": "bottom left"}[side]
    return go.Scatter(
        x=[place for _, place, _ in ends],
        y=[y - HALF_BAR for _, _, y in ends],
        text=[said for said, _, _ in ends],
        textposition=where,
        textfont={"size": 10, "color": INK},
        **TEXT_ONLY,
    )


def _side(place: float) -> str:
    return "left" if place < 0.15 else "right" if place > 0.85 else "center"


def _bounds(row: ClaimRow) -> list[tuple[str, float]]:
    """The ends of a bar in words, and where they stand; a bar too short for two texts has one."""
    claim, (low, high) = row.evidence.claim, row.band
    said = ["0" if not bound else figure_words(claim, bound) for bound in claim.band if bound is not None]
    places = [place for place, bound in zip((low, high), claim.band, strict=True) if bound is not None]
    if len(said) == 2 and high - low < ROOM_FOR_TWO:
        return [(" to ".join(said), (low + high) / 2)]
    return [*zip(said, places, strict=True)]


def _papers(rows: Sequence[ClaimRow]) -> go.Scatter:
    return go.Scatter(
        x=[row.scale.place(row.evidence.claim.figure) for row in rows],
        y=[row.y for row in rows],
        mode="markers",
        name="The paper's figure",
        marker={"symbol": "diamond-tall-open", "size": 15, "color": INK, "line": {"width": 2, "color": INK}},
        hovertext=[_hover(row.evidence) for row in rows],
        hoverinfo="text",
        cliponaxis=False,
    )


def _ours(verdict: Verdict, rows: Sequence[ClaimRow]) -> go.Scatter:
    """Our figures with this verdict, and their intervals."""
    name, symbol, colour = MARKED[verdict]
    ends = [row.interval for row in rows]
    places = [row.scale.place(row.value or 0.0) for row in rows]
    return go.Scatter(
        x=places,
        y=[row.y for row in rows],
        mode="markers",
        name=f"{name}, here",
        marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - place for (_, high), place in zip(ends, places, strict=True)],
            "arrayminus": [place - low for (low, _), place in zip(ends, places, strict=True)],
            "thickness": 2.5,
            "width": 6,
            "color": colour,
        },
        hovertext=[_hover(row.evidence) for row in rows],
        hoverinfo="text",
        cliponaxis=False,
    )


def _hover(each: Evidence) -> str:
    claim = each.claim
    lines = [
        f"<b>{each.verdict}</b>",
        paragraph(claim.statement),
        f"The paper: {paragraph(claim.paper)}",
        f"Here: {ranged_words(claim, each.ranged)}, {each.missions} missions, {each.runs} runs",
        f"Predicted: {band_words(claim)}",
        *(paragraph(said) for said in marks_of(claim).values() if each.simulated),
    ]
    return "<br>".join(lines)
