"""A replay gets its counters, its sentence, its slider and its buttons."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from swarm.figures.look import CLEAR, FAINT, INK, label
from swarm.figures.role_links import STROKES
from swarm.narrative.labels import DOES
from swarm.organization.moments import Moment
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, about, lasting, usd

SPEEDS = {"▶ Slow": 1600, "▶ Play": 700, "▶▶ Fast": 250}
"""Milliseconds a frame."""
COUNTERS = {"Time": 3.0, "Active": 1.4, "Idle": 1.2, "Depth": 1.4, "Tokens": 2.6, "Cost": 2.4}
"""Their width, so that "1 min 40 s" fits on a telephone."""
WIDTH = sum(COUNTERS.values())
MIDDLES = [
    end - width / 2 for end, width in zip(accumulate(COUNTERS.values()), COUNTERS.values(), strict=True)
]
HIDDEN = {"visible": False, "fixedrange": True}
BOARD: dict[str, Any] = {
    "xaxis2": {"domain": [0, 1], "range": [0, WIDTH], "anchor": "y2", **HIDDEN},
    "yaxis2": {"domain": [0.86, 1], "range": [0, 3], "anchor": "x2", **HIDDEN},
}
"""The axes of the counters, in the layout of a figure whose graph leaves them the room."""


def counter_names() -> go.Scatter:
    """Return the names of the counters."""
    return go.Scatter(
        x=MIDDLES,
        y=[2.6] * len(COUNTERS),
        xaxis="x2",
        yaxis="y2",
        mode="text",
        text=[*COUNTERS],
        textfont={"size": 11, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )


def counter_values() -> go.Scatter:
    """Write the counts in a row above the graph; and below that, what has just happened."""
    return go.Scatter(
        x=[*MIDDLES, WIDTH / 2],
        y=[*[1.8] * len(COUNTERS), 0.6],
        xaxis="x2",
        yaxis="y2",
        mode="text",
        textfont={"size": [*[16] * len(COUNTERS), 13]},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def board_of(record: RunRecord, moment: Moment) -> dict[str, Any]:
    """Write the counters of a moment and the sentence below them; `record` is the whole run."""
    return {"text": [*_counted(moment), _happened(record, moment)]}


def _counted(moment: Moment) -> list[str]:
    then = moment.record
    seats, cost = then.participation, then.spent.cost_usd
    idle = seats.abstained + seats.directed_idle + seats.unparsed + seats.failed
    values = (
        lasting(then.duration_s),
        f"{seats.active}",
        f"{idle}",
        UNKNOWN if then.depth is None else f"{then.depth}",
        about(f"{then.spent.tokens:,}", then.spent.estimated),
        about(usd(cost), then.spent.estimated),
    )
    return [f"<b>{escape(value)}</b>" for value in values]


def _happened(record: RunRecord, moment: Moment) -> str:
    turn = moment.latest
    if turn is None:
        return "Nobody has spoken yet." if moment.number == 0 else _ended(record)
    named = turn.role if turn.action in ("intend", "contribute") else None
    role = f" as <b>{label(named, 34, 1)}</b>" if named else ""
    return f"Agent {turn.seat} {DOES[turn.action]}{role}."


def _ended(record: RunRecord) -> str:
    quality = record.verdict.quality if record.verdict else None
    scored = f", quality {quality:.2f}" if quality is not None else ""
    return f"The run has {'ended' if record.ended else 'come so far'}{scored}."


def slider(moments: Sequence[Moment], shown: int) -> dict[str, Any]:
    """A slider over frames named after moments, at the place of the one shown."""
    at_once = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    return {
        "active": shown,
        "steps": [
            {"label": str(one.number), "method": "animate", "args": [[str(one.number)], at_once]}
            for one in moments
        ],
        "x": 0,
        "len": 1,
        "y": 0,
        "pad": {"t": 34, "b": 0, "l": 12, "r": 12},
        "currentvalue": {
            "prefix": "Moment ",
            "suffix": f" of {moments[-1].number}",
            "font": {"size": 12, "color": INK},
            "xanchor": "right",
        },
        "font": {"size": 1, "color": CLEAR},
        "ticklen": 0,
        "minorticklen": 0,
        "bgcolor": FAINT,
        "borderwidth": 0,
        "activebgcolor": STROKES["reports_to"].colour,
    }


def buttons() -> dict[str, Any]:
    """Play at three speeds, and pause."""

    def playing(duration: int) -> list[Any]:
        frame = {"duration": duration, "redraw": True}
        return [None, {"frame": frame, "transition": {"duration": 0}, "fromcurrent": True}]

    stop = [[None], {"mode": "immediate", "frame": {"duration": 0, "redraw": False}}]
    speeds = [
        {"label": name, "method": "animate", "args": playing(duration)} for name, duration in SPEEDS.items()
    ]
    return {
        "type": "buttons",
        "direction": "left",
        "buttons": [*speeds, {"label": "❚❚ Pause", "method": "animate", "args": stop}],
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 8, "l": 8},
        "bgcolor": CLEAR,
        "bordercolor": FAINT,
        "font": {"size": 12, "color": INK},
    }
