"""Quality is drawn against cost, with what nothing else beats in both: the Pareto front."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from swarm.comparison.tradeoff import Standpoint
from swarm.figures.look import ACCENT, CLEAR, INK, QUIET, framed, label, mark_kind
from swarm.recording.measures import write
from swarm.stats.ranged import Ranged

LOGARITHMIC_FROM = 8.0
"""Times the lowest cost; a wider span is drawn on a logarithmic axis."""


def quality_cost_figure(points: Sequence[Standpoint], *, simulated: bool, height: int = 380) -> go.Figure:
    """Draw where groups stand: dollars of a run to the right, quality upwards, both with 95 % intervals.

    Filled discs lie on the Pareto front, which is drawn as steps; a hollow disc is beaten by a group on it.

    Args:
        points: one or more.
        simulated: whether the money is.
        height: in pixels.
    """
    figure = go.Figure()
    front = sorted((each for each in points if each.beaten_by is None), key=lambda each: each.point)
    if len(front) > 1:
        figure.add_trace(_front(front))
    costs = [each.point[0] for each in points]
    middle = (min(costs) + max(costs)) / 2
    for each in points:
        figure.add_trace(_point(each, leftwards=each.point[0] > middle))
    framed(figure, height)
    wide = min(costs) > 0 and max(costs) / min(costs) >= LOGARITHMIC_FROM
    money = "Simulated dollars" if simulated else "Dollars"
    axis: dict[str, Any] = {"type": "log"} if wide else {"type": "linear", "rangemode": "tozero"}
    title = f"{money} a run, mean over missions{' (logarithmic)' if wide else ''}"
    figure.update_xaxes(title={"text": title}, tickprefix="$", tickformat=".2~r", nticks=5, **axis)
    figure.update_yaxes(title={"text": "Quality"}, tickformat=".2f", nticks=6)
    figure.update_layout(margin={"t": 24, "r": 24})
    return mark_kind(figure, simulated=simulated)


def _front(front: Sequence[Standpoint]) -> go.Scatter:
    return go.Scatter(
        x=[each.point[0] for each in front],
        y=[each.point[1] for each in front],
        mode="lines",
        name="Pareto front",
        line={"color": ACCENT, "width": 1.5, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
        showlegend=False,
    )


def _point(each: Standpoint, *, leftwards: bool) -> go.Scatter:
    on_front = each.beaten_by is None
    colour = ACCENT if on_front else INK
    return go.Scatter(
        x=[each.point[0]],
        y=[each.point[1]],
        mode="markers+text",
        text=[("<b>" if on_front else "") + label(each.name, 22, 2) + ("</b>" if on_front else "")],
        textposition="top left" if leftwards else "top right",
        textfont={"size": 12},
        error_x=_error(each.cost),
        error_y=_error(each.quality),
        marker={
            "size": 12,
            "opacity": 1,
            "color": colour if on_front else CLEAR,
            "line": {"color": colour, "width": 0 if on_front else 2},
        },
        hovertext=[_hover(each)],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _error(ranged: Ranged) -> dict[str, Any] | None:
    if ranged.value is None or ranged.low is None or ranged.high is None:
        return None
    # Nobody is paid for a run: an interval may say so, its picture may not.
    low = max(ranged.low, ranged.value / 100)
    return {
        "type": "data",
        "symmetric": False,
        "array": [ranged.high - ranged.value],
        "arrayminus": [ranged.value - low],
        "thickness": 1.2,
        "width": 4,
        "color": QUIET,
    }


def _hover(each: Standpoint) -> str:
    cost, quality = each.point
    said = (
        "On the Pareto front: nothing beats it in both"
        if each.beaten_by is None
        else f"Beaten by {label(each.beaten_by, 40, 1)}"
    )
    return (
        f"<b>{label(each.name, 40, 2)}</b><br>quality {write('quality', quality)} · "
        f"{label(write('cost_usd', cost))} a run<br>{said}"
    )
