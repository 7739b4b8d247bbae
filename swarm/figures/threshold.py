"""The capability threshold is drawn: what free roles change, model by model."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from swarm.comparison.threshold import ADVICE, Advice, ModelCase
from swarm.figures.look import ACCENT, ALARM, CLEAR, FAINT, INK, QUIET, framed, mark_kind, write

_LOOKS: dict[Advice, tuple[str, str]] = {
    "drop": (ACCENT, "triangle-up"),
    "keep": (ALARM, "triangle-down"),
    "either": (INK, "square"),
    "unknown": (QUIET, "circle-open"),
}


def threshold_figure(cases: Sequence[ModelCase], *, margin: float, height: int = 360) -> go.Figure:
    """Draw, for every model, its quality with given roles and what free roles change, with the 95 % interval.

    Above the zero line free roles score higher. The band is the margin within which the difference counts as none.

    Args:
        cases: at least one; see `swarm.comparison.threshold.model_cases`.
        margin: in quality.
        height: in pixels.
    """
    figure = framed(go.Figure(), height)
    figure.add_hrect(y0=-margin, y1=margin, fillcolor=FAINT, line={"width": 0}, layer="below")
    figure.add_hline(y=0, line={"color": QUIET, "width": 1})
    for advice in ADVICE:
        chosen = [case for case in cases if case.advice == advice]
        if chosen:
            figure.add_trace(_models(chosen, advice))
    figure.update_xaxes(
        title_text="Quality with given roles", range=_wide([case.capability for case in cases])
    )
    reach = 1.15 * max(2 * margin, *(_reach(case) for case in cases))
    figure.update_yaxes(title_text="Change by free roles", tickformat="+.2f", range=[-reach, reach])
    write(
        figure, "free roles better", xref="paper", x=1, xanchor="right", yref="paper", y=0.99, yanchor="top"
    )
    write(
        figure,
        "given roles better",
        xref="paper",
        x=1,
        xanchor="right",
        yref="paper",
        y=0.01,
        yanchor="bottom",
    )
    return mark_kind(figure, simulated=cases[0].comparison.simulated)


def _wide(values: Sequence[float]) -> list[float]:
    """A range with room for the names beside the outermost marks."""
    room = 0.12 * max(max(values) - min(values), 0.1)
    return [min(values) - room, max(values) + room]


def _reach(case: ModelCase) -> float:
    found = case.contrast.difference
    return max(abs(value) for value in (found.difference, found.low or 0.0, found.high or 0.0))


def _models(cases: Sequence[ModelCase], advice: Advice) -> go.Scatter:
    colour, symbol = _LOOKS[advice]
    found = [case.contrast.difference for case in cases]
    return go.Scatter(
        x=[case.capability for case in cases],
        y=[each.difference for each in found],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [0 if each.high is None else each.high - each.difference for each in found],
            "arrayminus": [0 if each.low is None else each.difference - each.low for each in found],
            "color": colour,
            "thickness": 1.5,
            "width": 5,
        },
        mode="markers+text",
        text=[f"{escape(case.model)}  " for case in cases],
        textposition="middle left",
        textfont={"size": 12, "color": INK},
        marker={"symbol": symbol, "size": 13, "color": colour, "line": {"color": CLEAR}},
        name=cases[0].said.capitalize(),
        hovertext=[
            f"<b>{escape(case.model)}</b>, {case.agents} agents<br>{case.said}<br>"
            f"{each.missions} missions, {each.runs + each.reference_runs} runs"
            for case, each in zip(cases, found, strict=True)
        ],
        hoverinfo="text",
        cliponaxis=False,
    )
