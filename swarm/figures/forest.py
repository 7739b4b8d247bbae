"""Differences in quality are drawn with their intervals: a forest, one contrast a row."""

from collections.abc import Sequence

import plotly.graph_objects as go

from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.levels import MissionMeans, means_by_mission
from swarm.figures.look import ACCENT, ALARM, CLEAR, FAINT, INK, QUIET, framed, label, mark_kind, write
from swarm.stats.paired import Word
from swarm.written import number, p_value

ROW_PX = 58
AROUND_PX = 96
NAME_CHARS = 26
DOTS_UP_TO = 400
"""Missions; more dots are a smear."""
MARKED: dict[Word, tuple[str, str]] = {
    "better": ("triangle-right", ACCENT),
    "worse": ("triangle-left", ALARM),
    "equivalent": ("square", INK),
    "undetermined": ("circle-open", INK),
}
"""Symbol and colour of each verdict."""


def forest_figure(comparison: Comparison) -> go.Figure:
    """Draw each group against the reference: the difference in quality, its 95 % interval, the verdict as a word.

    The line stands at no difference; the band is the margin within which differences are called equivalent; a faint
    dot is a mission.
    """
    contrasts = comparison.contrasts
    means = [means_by_mission((each.reference, each.group)) for each in contrasts]
    figure = go.Figure()
    reach = _reach(comparison, [each for dots in means for each in dots])
    rows = [*range(len(contrasts), 0, -1)]
    if max(map(len, means)) <= DOTS_UP_TO:
        for dots, row in zip(means, rows, strict=True):
            figure.add_trace(_missions(dots, row))
    for contrast, row in zip(contrasts, rows, strict=True):
        figure.add_trace(_interval(contrast, row))
        said = f"{label(contrast.group.name, NAME_CHARS, 1)}: {_words(contrast)}"
        write(figure, said, x=0, y=row + 0.22, xref="x domain", yanchor="bottom", font={"size": 13})
    framed(figure, ROW_PX * len(contrasts) + AROUND_PX)
    _frame(figure, comparison, rows, reach)
    return mark_kind(figure, simulated=comparison.simulated)


def _missions(means: Sequence[MissionMeans], row: int) -> go.Scatter:
    known = [each for each in means if each.difference(1) is not None]
    return go.Scatter(
        x=[each.difference(1) for each in known],
        y=[row - 0.16] * len(known),
        mode="markers",
        marker={"symbol": "line-ns", "size": 9, "line": {"width": 1.5, "color": QUIET}},
        opacity=0.6,
        hovertext=[
            f"{label(each.title, 46, 2)}<br>{number(each.difference(1), signed=True)}" for each in known
        ],
        hoverinfo="text",
        showlegend=False,
    )


def _interval(contrast: Contrast, row: int) -> go.Scatter:
    found = contrast.difference
    symbol, colour = MARKED[contrast.verdict]
    error = None
    if found.low is not None and found.high is not None:
        error = {
            "type": "data",
            "symmetric": False,
            "array": [found.high - found.difference],
            "arrayminus": [found.difference - found.low],
            "thickness": 2.5,
            "width": 6,
            "color": colour,
        }
    return go.Scatter(
        x=[found.difference],
        y=[row],
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 13,
            "color": colour,
            "opacity": 1,
            "line": {"width": 2, "color": colour},
        },
        error_x=error,
        hovertext=[_hover(contrast)],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _words(contrast: Contrast) -> str:
    found = contrast.difference
    interval = (
        ""
        if found.low is None
        else f" ({number(found.low, signed=True)} to {number(found.high, signed=True)})"
    )
    return f"<b>{contrast.word}</b>  {number(found.difference, signed=True)}{interval}"


def _hover(contrast: Contrast) -> str:
    found = contrast.difference
    lines = [
        f"<b>{label(contrast.group.name, 40, 2)}</b> against {label(contrast.reference.name, 40, 2)}",
        _words(contrast),
        f"p after Holm {p_value(found.p_holm)} · p of equivalence {p_value(found.p_equivalence)}".replace(
            "<0", "&lt;0"
        ),
        f"{found.missions} missions, {found.runs} and {found.reference_runs} runs",
    ]
    return "<br>".join(lines)


def _reach(comparison: Comparison, means: Sequence[MissionMeans]) -> float:
    """Return the length of the axis to either side of 0."""
    ends = [
        abs(end)
        for each in comparison.contrasts
        for end in (each.difference.low, each.difference.high, each.difference.difference)
        if end is not None
    ]
    dots = [abs(difference) for each in means if (difference := each.difference(1)) is not None]
    margin = comparison.contrasts[0].difference.margin
    return 1.08 * max([*ends, *dots, 2 * margin])


def _frame(figure: go.Figure, comparison: Comparison, rows: Sequence[int], reach: float) -> None:
    margin = comparison.contrasts[0].difference.margin
    figure.add_vrect(x0=-margin, x1=margin, fillcolor=FAINT, line={"color": CLEAR, "width": 0}, layer="below")
    figure.add_vline(x=0, line={"color": QUIET, "width": 1.5})
    figure.update_yaxes(visible=False, range=[0.55, len(rows) + 0.85])
    reference = label(comparison.groups[0].name, 40, 1)
    figure.update_xaxes(
        range=[-reach, reach],
        tickformat="+.2~f",
        nticks=7,
        title={"text": f"Quality less that of {reference}"},
    )
    figure.update_layout(margin={"t": 24})
