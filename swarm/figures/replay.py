"""A run is drawn as it came about: one frame a moment, with a slider and buttons to play it.

All frames are made once and travel with the figure; nothing is asked of anybody while it plays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from swarm.figures.look import CLEAR, INK, MARKS, ON_COLOUR, bare, key_to, label, mark_kind
from swarm.figures.replay_controls import BOARD, board_of, buttons, counter_names, counter_values, slider
from swarm.figures.role_links import ARROWS_UP_TO, IN, STROKES, Stroke, points_of
from swarm.figures.role_names import LABELS_UP_TO, room_for, side_of
from swarm.figures.role_nodes import colour_of, colours_of, name_of, sizes_of, symbol_of
from swarm.organization.graph import Link, SeatNow, Standing, links_of, seats_of
from swarm.organization.grouping import Node, each_for_itself
from swarm.organization.layout import RING_UP_TO, Place, ring
from swarm.organization.moments import Moment, moments_of
from swarm.recording.record import RunRecord

MOST_FRAMES = 129
"""Longer runs show every second turn, every third, and so on: more frames would make the figure heavy."""
HOVERS_UP_TO = 64
"""In larger teams hover boxes have numbers only, to keep the frames light."""
KINDS = ("builds_on", "reports_to")
NEWEST = Stroke("Latest turn", IN.colour, width=2.5)


def replay_figure(record: RunRecord, moment: int | None = None, height: int = 620) -> go.Figure:
    """Draw every moment of a run in its role graph: roles appear, who abstains fades, counters move.

    Args:
        record: of a run that has ended.
        moment: the one that is shown first, see `moments_of`; None, and numbers that are none, mean the
            beginning.
        height: in pixels.

    Returns:
        A figure with a frame for each moment, named after its number; the slider's values are these numbers.
    """
    moments = moments_of(record, MOST_FRAMES, keep=moment)
    seats = [seats_of(one.record) for one in moments]
    stage = _stage(record, seats)
    shown = next((place for place, one in enumerate(moments) if one.number == moment), 0)
    changes = [_changes(stage, one, then) for one, then in zip(moments, seats, strict=True)]
    scenery = _scenery(stage)
    figure = go.Figure(
        [trace.update(change) for trace, change in zip(scenery, changes[shown], strict=True)],
        frames=[
            {"name": str(one.number), "data": change} for one, change in zip(moments, changes, strict=True)
        ],
    )
    _set(figure, stage, height)
    figure.update_layout(sliders=[slider(moments, shown)], updatemenus=[buttons()])
    return mark_kind(figure, simulated=record.simulated)


@dataclass(frozen=True, slots=True)
class _Stage:
    """All that stays the same while a run is replayed."""

    record: RunRecord
    nodes: Sequence[Node]
    """As they stand in the end."""
    places: Mapping[int, Place]
    sizes: Mapping[int, float]
    """Diameters in the end, in pixels."""
    standings: Sequence[Standing]
    """All that occur at some moment."""

    @property
    def named(self) -> bool:
        return len(self.nodes) <= LABELS_UP_TO

    @property
    def numbered(self) -> bool:
        return len(self.nodes) <= RING_UP_TO


def _stage(record: RunRecord, moments: Sequence[Sequence[SeatNow]]) -> _Stage:
    nodes = each_for_itself(moments[-1])
    planners = {turn.seat for turn in record.turns if turn.cue == "plan"}
    seen = {seat.standing for seats in moments for seat in seats}
    standings: list[Standing] = [one for one in MARKS if one in seen]
    places = ring([node.number for node in nodes], planners)
    return _Stage(record, nodes, places, sizes_of(nodes), standings)


def _scenery(stage: _Stage) -> list[go.Scatter]:
    """The traces of every frame, in order; `_changes` has what a moment changes of them."""
    return [
        *(_links_trace(stage, STROKES[kind]) for kind in KINDS),
        _links_trace(stage, NEWEST),
        *(_layer(stage, standing) for standing in stage.standings),
        *(key_to(standing) for standing in stage.standings),
        _numbers(stage),
        *([_names(stage)] if stage.named else []),
        counter_names(),
        counter_values(),
    ]


def _changes(stage: _Stage, moment: Moment, seats: Sequence[SeatNow]) -> list[dict[str, Any]]:
    """Return the differences of a moment, trace by trace; `seats` as they stand then."""
    links = links_of(moment.record)
    newest = moment.latest.seat if moment.latest else None
    return [
        *(_ways(stage, [link for link in links if kind in link.kinds]) for kind in KINDS),
        _ways(stage, [link for link in links if link.seat == newest]),
        *({"marker": {"opacity": _shown(seats, standing)}} for standing in stage.standings),
        *({} for _ in stage.standings),
        _hovers(stage, seats),
        *([{"text": [_name(stage, seat) for seat in seats]}] if stage.named else []),
        {},
        board_of(stage.record, moment),
    ]


def _links_trace(stage: _Stage, stroke: Stroke) -> go.Scatter:
    links = links_of(stage.record)
    heads = len(links) <= ARROWS_UP_TO
    return go.Scatter(
        mode="lines+markers" if heads else "lines",
        name=stroke.name,
        showlegend=any(stroke is NEWEST or stroke is STROKES[kind] for link in links for kind in link.kinds),
        hoverinfo="skip",
        opacity=0.8,
        line={"color": stroke.colour, "width": stroke.width, "dash": stroke.dash},
        marker={"symbol": "arrow", "angleref": "previous", "color": stroke.colour},
    )


def _ways(stage: _Stage, links: Sequence[Link]) -> dict[str, Any]:
    points = points_of(links, stage.places, bend="inwards" if stage.numbered else "straight")
    heads = np.array([size for _, _, size in points] or [0], dtype="uint8")
    return {
        "x": np.array([x for x, _, _ in points] or [None], dtype="float32"),
        "y": np.array([y for _, y, _ in points] or [None], dtype="float32"),
        "marker": {"size": heads, "standoff": np.where(heads > 0, 16, 0).astype("uint8")},
    }


def _layer(stage: _Stage, standing: Standing) -> go.Scatter:
    """Every seat as it looks in one standing; at each moment only those who are in it are opaque."""
    mark = MARKS[standing]
    colours = colours_of(node.seats[0] for node in stage.nodes)
    shades = [colour_of(node, colours) if standing == "active" else mark.colour for node in stage.nodes]
    return go.Scatter(
        x=[stage.places[node.number][0] for node in stage.nodes],
        y=[stage.places[node.number][1] for node in stage.nodes],
        mode="markers",
        showlegend=False,
        hoverinfo="skip",
        marker={
            "symbol": [symbol_of(standing, leads=node.leads) for node in stage.nodes],
            "size": [round(stage.sizes[node.number] * mark.scale) for node in stage.nodes],
            "color": shades if mark.filled else CLEAR,
            "line": {"color": mark.colour, "width": 0 if mark.filled else 2},
        },
    )


def _shown(seats: Sequence[SeatNow], standing: Standing) -> "np.ndarray[Any, Any]":
    return np.array([seat.standing == standing for seat in seats], dtype="uint8")


def _numbers(stage: _Stage) -> go.Scatter:
    """Numbers on the nodes, and the hover boxes."""
    return go.Scatter(
        x=[stage.places[node.number][0] for node in stage.nodes],
        y=[stage.places[node.number][1] for node in stage.nodes],
        mode="markers+text" if stage.numbered else "markers",
        text=[str(node.number) for node in stage.nodes] if stage.numbered else None,
        hovertext=[f"Agent {node.number}" for node in stage.nodes],
        hoverinfo="text",
        showlegend=False,
        textfont={"size": 12},
        marker={"color": CLEAR, "size": 14, "line": {"width": 0}},
    )


def _hovers(stage: _Stage, seats: Sequence[SeatNow]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if len(seats) <= HOVERS_UP_TO:
        changes["hovertext"] = [_hover(seat) for seat in seats]
    if stage.numbered:
        changes["textfont"] = {"color": [_ink(seat.standing) for seat in seats]}
    return changes


def _ink(standing: Standing) -> str:
    """Of a number on its node; who thinks has a dot in its place."""
    return CLEAR if standing == "thinking" else ON_COLOUR if MARKS[standing].filled else INK


def _hover(seat: SeatNow) -> str:
    role = f"<br>{label(seat.role, 40, 2)}" if seat.role else ""
    return f"<b>Agent {seat.number}</b> · {MARKS[seat.standing].label.lower()}{role}"


def _names(stage: _Stage) -> go.Scatter:
    return go.Scatter(
        x=[stage.places[node.number][0] for node in stage.nodes],
        y=[stage.places[node.number][1] for node in stage.nodes],
        mode="markers+text",
        textposition=[side_of(stage.places[node.number]) for node in stage.nodes],
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        marker={
            "size": [stage.sizes[node.number] + 6 for node in stage.nodes],
            "color": CLEAR,
            "line": {"width": 0},
        },
    )


def _name(stage: _Stage, seat: SeatNow) -> str:
    """The role, from the moment on at which it was taken."""
    spoke = seat.standing not in ("waiting", "thinking", "not_reached")
    return name_of(Node((seat,)), *room_for(len(stage.nodes))) if spoke and seat.role else ""


def _set(figure: go.Figure, stage: _Stage, height: int) -> None:
    bare(figure, height)
    figure.update_layout(margin={"t": 22, "b": 150}, legend={"yref": "container", "yanchor": "bottom"})
    figure.update_xaxes(range=[-2.8, 2.8] if stage.named else [-1.2, 1.2])
    figure.update_yaxes(range=[-1.5, 1.35] if stage.named else [-1.1, 1.1])
    figure.update_layout(yaxis={"domain": [0, 0.84]}, **BOARD)
