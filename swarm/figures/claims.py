"""This file is where claims are drawn: what each predicts as a bar, the paper's figure, and our interval as a line.

Claims are in many units, so every row has a scale of its own, on which the ends of its bar are written.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from swarm.claims.file import Claim
from swarm.claims.judging import Evidence, Verdict
from swarm.claims.words import band_words, estimate_words, figure_words
from swarm.figures.look import ACCENT, ALARM, CLEAR, FAINT, INK, bare, label, mark_kind, paragraph, write

ROW_PX, AROUND_PX = 74, 88
CHARS, LINES = 56, 2
"""Of a statement; fits a telephone."""
HALF_BAR = 0.13
"""Of a row's height."""
ROOM_FOR_TWO = 0.3
"""Of the width."""
BAND = "rgba(31, 138, 143, 0.28)"
MARKED: dict[Verdict, tuple[str, str, str]] = {
    "supported": ("Supported", "circle", ACCENT),
    "contradicted": ("Contradicted", "x", ALARM),
    "undetermined": ("Undetermined", "circle-open", INK),
}
"""What each verdict is called, its symbol and its colour."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the numbers of one row stand, from 0 on the left to 1 on the right."""

    least: float
    most: float

    def place(self, value: float) -> float:
        """Of a number; infinite ones stand at the edge."""
        if math.isinf(value):
            return 0.0 if value < 0 else 1.0
        return (value - self.least) / (self.most - self.least)


def claims_figure(evidence: Sequence[Evidence]) -> go.Figure:
    """Draw claims as rows, in their order.

    Args:
        evidence: what runs of one kind say of each; a claim without runs shows what it predicts only.
    """
    figure = go.Figure()
    for row, each in enumerate(evidence):
        _add_row(figure, each, -row)
    for verdict, (name, symbol, colour) in MARKED.items():
        if any(each.verdict == verdict and each.estimate for each in evidence):
            figure.add_trace(_key(f"{name}, here", symbol, colour))
    figure.add_trace(_key("The paper's figure", "diamond-tall-open", INK))
    bare(figure, ROW_PX * len(evidence) + AROUND_PX)
    figure.update_layout(margin={"t": 24, "b": 64}, legend={"y": 0, "yanchor": "top"})
    figure.update_xaxes(range=[-0.01, 1.01])
    figure.update_yaxes(range=[-len(evidence) + 0.42, 0.62])
    return mark_kind(figure, simulated=any(each.simulated for each in evidence))


def scale_of(each: Evidence) -> Scale:
    """The scale on which a row shows its band, the paper's figure and our interval, with room beside them."""
    estimate = each.estimate
    ours = (estimate.value, estimate.low, estimate.high) if estimate else ()
    numbers = [value for value in (*each.claim.band, each.claim.figure, *ours) if value is not None]
    least, most = min(numbers), max(numbers)
    room = 0.12 * (most - least) or abs(most) or 1.0
    return Scale(least - room, most + room)


def _add_row(figure: go.Figure, each: Evidence, row: int) -> None:
    claim, scale = each.claim, scale_of(each)
    low, high = (
        scale.place(infinite if bound is None else bound)
        for bound, infinite in zip(claim.band, (-math.inf, math.inf), strict=True)
    )
    figure.add_shape(type="line", x0=0, x1=1, y0=row, y1=row, line={"color": FAINT, "width": 1})
    figure.add_shape(
        type="rect", x0=low, x1=high, y0=row - HALF_BAR, y1=row + HALF_BAR, fillcolor=BAND, line={"width": 0}
    )
    said = label(claim.statement, CHARS, LINES)
    write(figure, said, x=0, y=row + HALF_BAR + 0.02, yanchor="bottom", font={"size": 13})
    for said, place in _bounds(claim, low, high):
        _write_below(figure, said, place, row)
    figure.add_trace(_papers(each, scale, row))
    if each.estimate and each.estimate.value is not None:
        figure.add_trace(_ours(each, scale, row))


def _bounds(claim: Claim, low: float, high: float) -> list[tuple[str, float]]:
    """What is written below the ends of a bar, and where; a bar too short for two texts has one."""
    said = ["0" if not bound else figure_words(claim, bound) for bound in claim.band if bound is not None]
    places = [place for place, bound in zip((low, high), claim.band, strict=True) if bound is not None]
    if len(said) == 2 and high - low < ROOM_FOR_TWO:
        return [(" to ".join(said), (low + high) / 2)]
    return [*zip(said, places, strict=True)]


def _write_below(figure: go.Figure, text: str, place: float, row: int) -> None:
    side = "left" if place < 0.15 else "right" if place > 0.85 else "center"
    below = {"y": row - HALF_BAR, "yanchor": "top", "xanchor": side, "font": {"size": 10, "color": INK}}
    write(figure, text, x=place, **below)


def _papers(each: Evidence, scale: Scale, row: int) -> go.Scatter:
    return go.Scatter(
        x=[scale.place(each.claim.figure)],
        y=[row],
        mode="markers",
        marker={"symbol": "diamond-tall-open", "size": 15, "color": INK, "line": {"width": 2, "color": INK}},
        hovertext=[_hover(each)],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _ours(each: Evidence, scale: Scale, row: int) -> go.Scatter:
    estimate = each.estimate
    assert estimate is not None
    assert estimate.value is not None
    _, symbol, colour = MARKED[each.verdict]
    place, error = scale.place(estimate.value), None
    if estimate.low is not None and estimate.high is not None:
        ends = scale.place(estimate.low), scale.place(estimate.high)
        bars = {"array": [ends[1] - place], "arrayminus": [place - ends[0]]}
        error = {"type": "data", "symmetric": False, "thickness": 2.5, "width": 6, "color": colour, **bars}
    return go.Scatter(
        x=[place],
        y=[row],
        mode="markers",
        marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
        error_x=error,
        hovertext=[_hover(each)],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _key(name: str, symbol: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=name,
        marker={
            "symbol": symbol,
            "size": 11,
            "color": CLEAR if symbol == "none" else colour,
            "line": {"width": 2, "color": colour},
        },
    )


def _hover(each: Evidence) -> str:
    claim = each.claim
    lines = [
        f"<b>{each.verdict}</b>",
        paragraph(claim.statement),
        f"The paper: {paragraph(claim.paper)}",
        f"Here: {estimate_words(claim, each.estimate)}, {each.missions} missions, {each.runs} runs",
        f"Predicted: {band_words(claim)}",
    ]
    return "<br>".join(lines)
