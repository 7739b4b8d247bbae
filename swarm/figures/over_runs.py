"""Sequences of runs are drawn: roles kept, new and known, and who keeps abstaining."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots  # pyright: ignore[reportUnknownVariableType]

from swarm.figures.look import ACCENT, CLEAR, FAINT, INK, QUIET, framed, mark_kind, paragraph, write
from swarm.metrics.over_runs import Abstention, RoleStep
from swarm.written import moment

TITLES = ("Agents that kept their role", "New roles", "Different roles so far")
TOP = 0.93
"""The place of the first panel's title, below the mark of simulated runs."""
DOTS_UP_TO = 60
"""More runs are drawn with smaller dots."""


def role_history_figure(
    story: Sequence[RoleStep], *, simulated: bool, zone: tzinfo = UTC, height: int = 460
) -> go.Figure:
    """Draw three panels over the runs of a sequence, the earliest on the left: roles kept, new, and known so far.

    A hollow dot is a run that repeats the mission of the run before. Where nothing can be said of stability,
    there is no dot, and no line leads across.

    Args:
        story: of one sequence.
        simulated: whether its runs are.
        zone: in which moments are told.
        height: in pixels.
    """
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.13)
    framed(figure, height)
    numbers = [*range(1, len(story) + 1)]
    common: dict[str, Any] = {
        "x": numbers,
        "hovertext": [_hover(number, step, zone) for number, step in enumerate(story, 1)],
        "hoverinfo": "text",
        "showlegend": False,
    }
    figure.add_trace(_kept(story, common), row=1, col=1)
    new, known = [step.new for step in story], [step.cumulative for step in story]
    figure.add_trace(go.Bar(y=new, marker={"color": INK, "line": {"color": CLEAR}}, **common), 2, 1)
    figure.add_trace(_known(known, common), row=3, col=1)
    _frame(figure, story)
    return mark_kind(figure, simulated=simulated)


def abstention_figure(positions: Sequence[Abstention], *, simulated: bool, height: int = 240) -> go.Figure:
    """Draw how often the seat at each position abstained, in seat order, from 0 to 100 % of the runs.

    Args:
        positions: of one sequence.
        simulated: whether its runs are.
        height: in pixels.
    """
    figure = go.Figure(
        go.Bar(
            x=[each.position for each in positions],
            y=[each.share for each in positions],
            # An outline, as for seats that abstained in the role graph.
            marker={"color": FAINT, "line": {"color": QUIET, "width": 1.5 if len(positions) <= 64 else 0}},
            hovertext=[
                f"<b>Agent {each.position}</b><br>abstained in {each.abstained} of {each.runs} runs"
                for each in positions
            ],
            hoverinfo="text",
        )
    )
    framed(figure, height)
    figure.update_xaxes(title_text="Agent, in seat order", showgrid=False, range=[0.4, len(positions) + 0.6])
    figure.update_xaxes(**_whole(len(positions)))
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", nticks=4)
    figure.update_layout(bargap=0.3)
    return mark_kind(figure, simulated=simulated)


def _kept(story: Sequence[RoleStep], common: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        y=[step.stability for step in story],
        mode="lines+markers",
        connectgaps=False,
        cliponaxis=False,
        line={"color": ACCENT, "width": 2},
        marker={
            "symbol": ["circle-open" if step.repeats else "circle" for step in story],
            "size": 9 if len(story) <= DOTS_UP_TO else 5,
            "color": ACCENT,
            "line": {"color": ACCENT, "width": 2},
        },
        **common,
    )


def _known(known: Sequence[int], common: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        y=known,
        mode="lines+markers+text",
        text=["" for _ in known[1:]] + [f"{number:,}" for number in known[-1:]],
        textposition="top left",
        textfont={"size": 12},
        cliponaxis=False,
        line={"color": INK, "width": 2, "shape": "hv"},
        **common,
    )


def _frame(figure: go.Figure, story: Sequence[RoleStep]) -> None:
    figure.update_layout(bargap=0.45, hovermode="closest")
    figure.update_xaxes(showgrid=False, range=[0.4, len(story) + 0.6])
    figure.update_xaxes(title_text="Runs, the earliest first", row=3, col=1, **_whole(len(story)))
    figure.update_yaxes(rangemode="tozero", nticks=4, tickformat=",d")
    figure.update_yaxes(range=[-0.04, 1.04], tickvals=[0, 0.5, 1], tickformat=".0%", row=1, col=1)
    for row, (title, bottom, top) in enumerate(
        zip(TITLES, (0.7, 0.36, 0.0), (TOP, 0.59, 0.25), strict=True), 1
    ):
        figure.update_yaxes(domain=[bottom, top], row=row, col=1)
        write(figure, title, xref="paper", yref="paper", x=0, y=top, yanchor="bottom")


def _whole(count: int) -> dict[str, Any]:
    """Ticks at whole numbers only, from 1."""
    return {"tick0": 1, "dtick": max(1, round(count / 8)), "tickformat": "d"}


def _hover(number: int, step: RoleStep, zone: tzinfo) -> str:
    kept = f"{step.kept} of {step.both} agents kept their role" if step.both else "nobody to compare"
    lines = [
        f"<b>Run {number}</b> · {moment(step.run.started, zone)}",
        paragraph(step.run.mission_title, limit=120) + (" (again)" if step.repeats else ""),
        kept,
        f"{step.new} new, {step.cumulative} so far",
    ]
    return "<br>".join(lines)
