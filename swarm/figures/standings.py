"""The fates of several teams are drawn on one scale, and their times on one axis."""

from collections import Counter
from collections.abc import Sequence

import plotly.graph_objects as go

from swarm.figures.look import CLEAR, MARKS, framed, label, mark_kind
from swarm.figures.timeline import timeline_figure
from swarm.figures.timeline_bars import bars_of, span_s
from swarm.figures.timeline_growth import growth_of
from swarm.organization.graph import Standing, seats_of
from swarm.recording.record import RunRecord

ROW_PX = 44
PATTERNS: dict[Standing, str] = {
    "abstained": "/",
    "directed_idle": "\\",
    "unparsed": "x",
    "failed": "+",
    "waiting": ".",
    "not_reached": ".",
}
"""So that colour is not the only sign."""


def standings_figure(records: Sequence[RunRecord], names: Sequence[str]) -> go.Figure:
    """Draw what became of the agents of each run, one run a bar, all bars on the same scale.

    Args:
        records: one or more.
        names: what they are called, in their order.
    """
    counts = [Counter(seat.standing for seat in seats_of(record)) for record in records]
    figure = go.Figure()
    for standing in MARKS:
        if any(count[standing] for count in counts):
            figure.add_trace(_bars(standing, [count[standing] for count in counts]))
    framed(figure, ROW_PX * len(records) + 84)
    figure.update_layout(
        barmode="stack", margin={"t": 24}, legend={"yref": "container", "y": 0, "yanchor": "bottom"}
    )
    figure.update_yaxes(
        tickvals=[*range(len(records))],
        ticktext=[label(name, 22, 2) for name in names],
        range=[len(records) - 0.5, -0.5],
        showgrid=False,
        tickfont={"size": 13},
    )
    most = max(len(record.spec.team) for record in records)
    figure.update_xaxes(range=[0, most * 1.01], title={"text": "Agents"}, tickformat="d", nticks=6)
    return mark_kind(figure, simulated=all(record.simulated for record in records))


def _bars(standing: Standing, counts: Sequence[int]) -> go.Bar:
    """Bars of one standing, a run each."""
    mark, shape = MARKS[standing], PATTERNS.get(standing)
    pattern = {"shape": shape, "size": 6, "solidity": 0.18, "fgcolor": mark.colour}
    return go.Bar(
        name=mark.label,
        orientation="h",
        x=[*counts],
        y=[*range(len(counts))],
        width=0.55,
        text=[str(count or "") for count in counts],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        hovertext=[f"{mark.label}: {count}" for count in counts],
        hoverinfo="text",
        marker={
            "color": mark.colour if mark.filled else CLEAR,
            "line": {"color": mark.colour, "width": 1},
            **({"pattern": pattern} if shape else {}),
        },
    )


def aligned_timelines(records: Sequence[RunRecord]) -> tuple[go.Figure, ...]:
    """Draw the timelines of several runs with the same axes of time, tokens and dollars."""
    bars = [bars_of(record) for record in records]
    longest_s = max(span_s(record, of_run) for record, of_run in zip(records, bars, strict=True))
    sums = [growth_of(record, of_run).sums for record, of_run in zip(records, bars, strict=True)]
    tops = {
        axis: max((each[name][-1] for each in sums if name in each), default=0)
        for axis, name in (("yaxis2", "tokens"), ("yaxis3", "dollars"))
    }
    figures: list[go.Figure] = []
    for record, of_run in zip(records, sums, strict=True):
        figure = timeline_figure(record, longest_s=longest_s)
        drawn = [axis for axis in tops if len(of_run) > 1 or axis == "yaxis2"]
        figure.update_layout({axis: {"range": [0, 1.08 * (tops[axis] or 1)]} for axis in drawn})
        figures.append(figure)
    return tuple(figures)
