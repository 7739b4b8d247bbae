"""Groups of runs stand beside each other on one scale: quality by mission, and any other measure."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from swarm.comparison.finding import is_simulated
from swarm.comparison.group import Group
from swarm.comparison.levels import MissionMeans, means_by_mission
from swarm.comparison.rows import ranged_words
from swarm.figures.look import ACCENT, FAINT, INK, QUIET, framed, label, mark_kind
from swarm.figures.timeline_scale import unit_for
from swarm.recording.measures import MEASURES, Kind
from swarm.stats.ranged import Ranged
from swarm.written import number

LINES_UP_TO = 200
"""Missions; of more, only the means are drawn."""
ROW_PX = 30
TICKS: dict[Kind, dict[str, Any]] = {
    "money": {"tickprefix": "$", "tickformat": ".2~r"},
    "count": {"tickformat": "~s"},
    "share": {"tickformat": ".2~%"},
}
"""The format of numbers on an axis, where it is not plain."""


def by_mission_figure(groups: Sequence[Group], *, height: int = 380) -> go.Figure:
    """Draw the quality of every mission in each group: a faint line is a mission, the disc the mean with its interval.

    Lines that all rise or fall mean that the difference holds for every mission; lines that cross, that it depends.
    """
    figure = go.Figure()
    rows = means_by_mission(groups)
    if len(rows) <= LINES_UP_TO:
        figure.add_traces([_line(row) for row in rows])
    figure.add_trace(_means(groups, rows))
    framed(figure, height)
    places = [*range(len(groups))]
    figure.update_xaxes(
        tickvals=places,
        ticktext=[label(group.name, 14 if len(groups) > 2 else 22, 3) for group in groups],
        range=[-0.45, len(groups) - 0.55],
        showgrid=False,
        tickangle=0,
        tickfont={"size": 13 if len(groups) < 4 else 12},
    )
    figure.update_yaxes(title={"text": "Quality, mean of a mission's repeats"}, tickformat=".2f", nticks=6)
    figure.update_layout(margin={"t": 24})
    return mark_kind(figure, simulated=is_simulated(groups[0]))


def measure_figure(groups: Sequence[Group], measure: str) -> go.Figure | None:
    """Draw the mean of a measure in each group with its 95 % interval, one group a row, from 0.

    Returns:
        None when no group has it.
    """
    bars = [group.ranged(measure) for group in groups]
    known = [(at, each) for at, each in enumerate(bars) if each and each.value is not None]
    if not known:
        return None
    unit = unit_for(_furthest(known)) if MEASURES[measure].kind == "seconds" else None
    figure = go.Figure(_dots(known, measure, unit.seconds if unit else 1.0))
    framed(figure, ROW_PX * len(groups) + 58)
    figure.update_yaxes(
        tickvals=[*range(len(groups))],
        ticktext=[label(group.name, 16, 1) for group in groups],
        range=[len(groups) - 0.4, -0.6],
        showgrid=False,
    )
    reach = 1.06 * (_furthest(known) or 1) / (unit.seconds if unit else 1.0)
    figure.update_xaxes(range=[0, reach], nticks=5, **TICKS.get(MEASURES[measure].kind, {}))
    if unit:
        figure.update_xaxes(title={"text": f"In {unit.name}"})
    figure.update_layout(margin={"t": 18, "b": 4})
    return mark_kind(figure, simulated=is_simulated(groups[0]))


def _line(row: MissionMeans) -> go.Scatter:
    said = " · ".join(number(mean) for mean in row.means)
    return go.Scatter(
        x=[*range(len(row.means))],
        y=[*row.means],
        mode="lines+markers",
        connectgaps=False,
        line={"color": FAINT, "width": 1},
        marker={"size": 6, "color": QUIET, "opacity": 0.7},
        hovertext=[f"{label(row.title, 46, 2)}<br>{said}"] * len(row.means),
        hoverinfo="text",
        showlegend=False,
    )


def _means(groups: Sequence[Group], rows: Sequence[MissionMeans]) -> go.Scatter:
    bars = [group.ranged("quality") for group in groups]
    known = [(at, each) for at, each in enumerate(bars) if each and each.value is not None]
    return go.Scatter(
        x=[at for at, _ in known],
        y=[each.value for _, each in known],
        mode="markers",
        marker={"size": 13, "color": ACCENT, "opacity": 1},
        error_y=_errors([each for _, each in known]),
        hovertext=[
            f"<b>{label(groups[at].name, 40, 2)}</b><br>{ranged_words('quality', each)} on {len(rows)} missions"
            for at, each in known
        ],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _dots(known: Sequence[tuple[int, Ranged]], measure: str, unit: float) -> go.Scatter:
    return go.Scatter(
        x=[each.value / unit for _, each in known if each.value is not None],
        y=[at for at, _ in known],
        mode="markers",
        marker={"size": 11, "color": ACCENT, "opacity": 1},
        error_x=_errors([each for _, each in known], unit),
        hovertext=[label(ranged_words(measure, each), 60, 2) for _, each in known],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _errors(bars: Sequence[Ranged], unit: float = 1.0) -> dict[str, Any]:
    """Draw the intervals; nothing for those that have none."""
    sides = [
        (0.0, 0.0)
        if each.value is None or each.low is None or each.high is None
        else ((each.high - each.value) / unit, (each.value - each.low) / unit)
        for each in bars
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [above for above, _ in sides],
        "arrayminus": [below for _, below in sides],
        "thickness": 2,
        "width": 5,
        "color": INK,
    }


def _furthest(known: Sequence[tuple[int, Ranged]]) -> float:
    return max(max(each.value or 0.0, each.high or 0.0) for _, each in known)
