"""A run's time is drawn: who did what when, what that added up to, what made it long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from swarm.figures.look import (
    ACCENT,
    ALARM,
    CLEAR,
    INK,
    MARKS,
    PALETTE,
    QUIET,
    VIOLET,
    framed,
    label,
    mark_kind,
    paragraph,
)
from swarm.figures.timeline_bars import JUDGE, UNKNOWN, Bar, Doing, bars_of, span_s
from swarm.figures.timeline_growth import draw_growth, growth_axes, growth_of, growth_px
from swarm.figures.timeline_scale import TimeScale
from swarm.metrics.timing import critical_path
from swarm.organization.graph import SeatNow, Standing, seats_of
from swarm.recording.record import RunRecord
from swarm.written import about, usd

NAMED_UP_TO = 16
"""Seats; the rows of more have no room for the role's name, hover boxes have it then."""
OUTLINED_UP_TO = 64
ROW_PX = 34
ROWS_PX = 430
"""Most pixels for all rows together."""
AROUND_PX = 120
"""For the axis of time and the legend."""
PATH = PALETTE[0]


@dataclass(frozen=True, slots=True)
class Look:
    """The looks and the name of a kind of bar."""

    name: str
    colour: str
    thickness: float
    """Relative to the row."""
    pattern: str = ""
    edge: str | None = None


LOOKS: dict[Doing, Look] = {
    "waiting": Look("Waiting", QUIET, 0.12),
    "planning": Look("Planning", ACCENT, 0.42, pattern="/", edge=ACCENT),
    "thinking": Look("Thinking", "rgba(31, 138, 143, 0.5)", 0.42, edge=ACCENT),
    "in_vain": Look("Asked in vain", ALARM, 0.42, pattern="x", edge=ALARM),
    "open": Look("Thinking now", CLEAR, 0.42, edge=ACCENT),
    "judging": Look("Judging", "rgba(143, 107, 214, 0.5)", 0.42, pattern=".", edge=VIOLET),
}


def timeline_figure(record: RunRecord, *, longest_s: float = 0.0) -> go.Figure:
    """Draw a run, live or ended, in time: a row for every seat, and below it tokens and dollars adding up.

    Its height is chosen by the size of the team. Dollars have no panel when a price is unknown.

    Args:
        record: the run.
        longest_s: the axis of time is at least so long, so that several runs can have the same.
    """
    bars = bars_of(record)
    seats = seats_of(record)
    growth = growth_of(record, bars)
    scale = TimeScale.of(seats, bars, max(span_s(record, bars), longest_s))
    panels = 1 + len(growth.sums)
    rows_px = min(ROWS_PX, max(60, round(ROW_PX * scale.last)))
    figure = go.Figure()
    for doing in LOOKS:
        chosen = [bar for bar in bars if bar.doing == doing and scale.is_visible(bar)]
        if chosen:
            figure.add_trace(_bars(chosen, scale, _kind(chosen[0], record)))
    path = _path(record, scale)
    if path:
        figure.add_trace(path)
    figure.add_traces([*_ends(seats, bars, scale), *_names(seats, bars, scale)])
    draw_growth(figure, growth, scale, so_far=not record.ended)
    _frame(figure, scale, rows_px, panels)
    return mark_kind(figure, simulated=record.simulated)


def _bars(bars: Sequence[Bar], scale: TimeScale, name: str) -> go.Bar:
    look = LOOKS[bars[0].doing]
    # Outlines of rows this narrow would be all that one sees; a call in vain may have no length but its outline.
    outlined = scale.agents <= OUTLINED_UP_TO or bars[0].doing in ("in_vain", "judging")
    pattern = {"shape": look.pattern, "size": 5, "solidity": 0.35, "fgcolor": look.edge}
    return go.Bar(
        name=name,
        orientation="h",
        base=[scale.time(bar.start_s) for bar in bars],
        x=[scale.time(bar.end_s - bar.start_s) for bar in bars],
        y=[scale.row_of[bar.seat] for bar in bars],
        width=[scale.thickness(bar.seat, look.thickness) for bar in bars],
        hovertext=[_hover(bar, scale) for bar in bars],
        hoverinfo="text",
        marker={
            "color": CLEAR if look.pattern else look.colour,
            "line": {"color": look.edge, "width": 1 if look.edge and outlined else 0},
            **({"pattern": pattern} if look.pattern else {}),
        },
    )


def _kind(bar: Bar, record: RunRecord) -> str:
    """Return the name of a kind of bar in this run."""
    if bar.doing == "open" and record.status != "running":
        return "Cut off"
    return (
        "Announcing"
        if bar.turn and bar.turn.cue == "intend" and bar.doing == "planning"
        else LOOKS[bar.doing].name
    )


def _path(record: RunRecord, scale: TimeScale) -> go.Scatter | None:
    """A line through the turns of the critical path, from each one's end to the next one's begin."""
    turn_of = {turn.key: turn for turn in record.turns}
    path = [turn_of[key] for key in critical_path(record.turns)]
    if not path:
        return None
    return go.Scatter(
        name="Critical path",
        x=[scale.time(moment) for turn in path for moment in (turn.started_s, turn.ended_s)],
        y=[scale.row_of[turn.seat] for turn in path for _ in range(2)],
        mode="lines",
        line={"color": PATH, "width": 2 if scale.agents <= OUTLINED_UP_TO else 1.4, "shape": "vh"},
        hoverinfo="skip",
    )


def _ends(seats: Sequence[SeatNow], bars: Sequence[Bar], scale: TimeScale) -> list[go.Scatter]:
    """Mark the fate of each seat where its last bar ends; at the left when it has none."""
    marked: tuple[Standing, ...] = ("active", "abstained", "directed_idle", "unparsed", "failed")
    end_of = {bar.seat: bar.end_s for bar in sorted(bars, key=lambda bar: bar.end_s)}
    size = 9 if scale.agents <= 24 else 6 if scale.agents <= 64 else 3
    traces: list[go.Scatter] = []
    for standing in marked:
        mark, chosen = MARKS[standing], [seat for seat in seats if seat.standing == standing]
        if not chosen:
            continue
        colour = mark.colour if mark.filled else CLEAR
        traces.append(
            go.Scatter(
                name=mark.label,
                x=[scale.time(end_of.get(seat.number, 0.0)) for seat in chosen],
                y=[seat.number for seat in chosen],
                mode="markers",
                hoverinfo="skip",
                cliponaxis=False,
                marker={
                    "symbol": mark.symbol,
                    "size": size,
                    "angle": -90,
                    "standoff": size * 0.8,
                    "color": colour,
                    "line": {"color": mark.colour, "width": 0 if mark.filled else 1.5},
                },
            )
        )
    return traces


def _names(seats: Sequence[SeatNow], bars: Sequence[Bar], scale: TimeScale) -> list[go.Scatter]:
    """The role above the bars of a seat, or what became of it instead; towards the middle, so that it fits."""
    if len(seats) > NAMED_UP_TO:
        return []
    begin_of = {bar.seat: bar.start_s for bar in sorted(bars, key=lambda bar: -bar.start_s)}
    end_of = {bar.seat: bar.end_s for bar in sorted(bars, key=lambda bar: bar.end_s)}
    left = {seat.number: begin_of.get(seat.number, 0.0) <= scale.span_s / 2 for seat in seats}
    places = {seat: (begin_of if is_left else end_of).get(seat, 0.0) for seat, is_left in left.items()}
    return [
        go.Scatter(
            x=[scale.time(places[seat.number]) for seat in seats],
            y=[seat.number - 0.46 for seat in seats],
            mode="markers+text",
            text=[_name(seat) for seat in seats],
            textposition=["middle right" if left[seat.number] else "middle left" for seat in seats],
            textfont={"size": 11, "color": INK},
            # Invisible, but they keep the names clear of the line.
            marker={"size": 5, "color": CLEAR},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
        )
    ]


def _name(seat: SeatNow) -> str:
    if seat.standing in ("active", "thinking") and seat.role:
        return label(seat.role, 28, 1)
    return "" if seat.standing == "thinking" else MARKS[seat.standing].label


def _frame(figure: go.Figure, scale: TimeScale, rows_px: int, panels: int) -> None:
    """Give all panels the same axis of time, at the very bottom, and the legend a place below it."""
    plot_px = rows_px + growth_px(panels)
    figure.update_layout(growth_axes(panels, plot_px))
    framed(figure, plot_px + AROUND_PX)
    figure.update_layout(
        barmode="overlay",
        margin={"l": 4, "r": 14, "t": 24, "b": 4},
        legend={"yref": "container", "y": 0, "yanchor": "bottom", "font": {"size": 11}, "entrywidth": 86},
        yaxis=_seat_axis(scale, rows_px) | {"domain": [1 - rows_px / plot_px, 1]},
        xaxis={
            "range": [0, (scale.time(scale.span_s) or 1.0) * 1.02],
            "showgrid": False,
            "anchor": f"y{panels}",
            "title": {"text": f"Time since the run began, in {scale.unit.name}"},
        },
    )


def _seat_axis(scale: TimeScale, rows_px: int) -> dict[str, Any]:
    numbers = scale.numbers(rows_px / scale.last)
    others = {JUDGE: "Judge", UNKNOWN: "Cut off"}
    below = {row: others[seat] for seat, row in scale.row_of.items() if seat in others}
    return {
        "range": [scale.last + max(0.7, scale.agents / 60), 0.2],
        "tickvals": [*numbers, *below],
        "ticktext": [*map(str, numbers), *below.values()],
        "title": {"text": "Agent"},
        "showgrid": scale.agents <= NAMED_UP_TO,
        "griddash": "dot",
    }


def _hover(bar: Bar, scale: TimeScale) -> str:
    role = scale.roles.get(bar.seat) if bar.turn is None else bar.turn.role
    lines = [f"<b>{_who(bar.seat)}</b>", f"<b>{paragraph(role, limit=80)}</b>" if role else ""]
    length = (bar.end_s - bar.start_s) / scale.unit.seconds
    begin, end = bar.start_s / scale.unit.seconds, bar.end_s / scale.unit.seconds
    what = LOOKS[bar.doing].name if bar.doing != "open" else "No answer yet"
    lines.append(f"{what}: {begin:.2f} to {end:.2f}, {length:.2f} {scale.unit.name}")
    if bar.call:
        used = bar.call.usage
        price = label(about(usd(used.cost_usd), used.estimated))
        tokens = about(f"{used.tokens:,}", used.estimated)
        lines.append(f"{tokens} tokens · price {price}")
    if bar.because:
        lines.append(f"<i>{paragraph(bar.because)}</i>")
    return "<br>".join(line for line in lines if line)


def _who(seat: int) -> str:
    return {JUDGE: "Judge", UNKNOWN: "A turn that was cut off"}.get(seat, f"Agent {seat}")
