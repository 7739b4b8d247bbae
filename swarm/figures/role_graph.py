"""This file is where a role graph is drawn: who took which role, builds on whom, or sat it out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import plotly.graph_objects as go

from swarm.figures.look import (
    CLEAR,
    FAINT,
    INK,
    MARKS,
    ON_COLOUR,
    PALETTE,
    QUIET,
    bare,
    label,
    paragraph,
)
from swarm.figures.role_links import link_traces
from swarm.graph import RING_UP_TO, Place, SeatNow, Standing, layered, links_of, ring, seats_of
from swarm.record import RunRecord

Arrangement = Literal["seats", "layers"]
ARRANGEMENTS: dict[Arrangement, str] = {"seats": "By seat", "layers": "By layer"}

LABELS_UP_TO = 16
"""More role names would overlap; hover boxes have them then."""
LINES = {10: (14, 3), 12: (15, 2), LABELS_UP_TO: (15, 1)}
"""Longest line of a role name beside a ring, and how many, by the size of the team; fits a telephone."""
DIAMETERS = {10: (26, 42), 16: (22, 32), RING_UP_TO: (18, 26), 100: (12, 20), 256: (7, 14)}
"""Of nodes in pixels, smallest and largest, by the size of the team."""
PIXELS_PER_ROW = 58
"""So much room has a seat with its role name in a column of layers."""
NAMED_LAYERS = 4
"""Names of roles in more layers than these would overlap on a telephone; hover boxes have them then."""
LAYERS_IN_WORDS = 6
"""More headings than these are numbers only."""


def role_figure(record: RunRecord, arrangement: Arrangement = "seats", height: int = 500) -> go.Figure:
    """Draw the role graph of a run, live or finished.

    A node's size is its share of the tokens. Nodes share a colour when their roles are near-synonyms; a role
    of its own has the accent colour. Every node carries its seat number as `customdata`.

    Args:
        record: the run.
        arrangement: in seat order, or by declared layer.
        height: in pixels.
    """
    seats = seats_of(record)
    links = links_of(record)
    places = _places(record, seats, arrangement)
    figure = go.Figure()
    if arrangement == "seats" and 2 < len(seats) <= RING_UP_TO:
        figure.add_trace(_orbit(places))
    for kind in ("builds_on", "reports_to"):
        edges = [link for link in links if kind in link.kinds]
        if edges:
            curved = arrangement == "seats"
            figure.add_trace(link_traces(kind, edges, places, curved=curved))
    sizes = _sizes(seats)
    colours = _colours(seats)
    for standing in MARKS:
        chosen = [seat for seat in seats if seat.standing == standing and seat.number in places]
        if chosen:
            figure.add_traces([_nodes(chosen, places, sizes, colours), _key_to(standing)])
    crowded = arrangement == "layers" and _columns(places) > NAMED_LAYERS
    if len(places) <= LABELS_UP_TO and not crowded:
        figure.add_trace(_names(seats, places, sizes, arrangement))
    _frame(figure, seats, places, arrangement, height)
    return figure


def _places(record: RunRecord, seats: Sequence[SeatNow], arrangement: Arrangement) -> dict[int, Place]:
    layer_of = {seat.number: seat.layer for seat in seats if seat.layer}
    if arrangement == "layers" and layer_of:
        return layered(layer_of)
    planners = {turn.seat for turn in (*record.turns, *record.speaking) if turn.cue == "plan"}
    return ring(len(seats), planners)


def _frame(
    figure: go.Figure,
    seats: Sequence[SeatNow],
    places: Mapping[int, Place],
    arrangement: Arrangement,
    height: int,
) -> None:
    """Leave room for names: beside a ring, below the seats of a layer."""
    named = len(places) <= LABELS_UP_TO
    if arrangement == "layers":
        tallest = max(Counter(x for x, _ in places.values()).values())
        bare(figure, max(height, 130 + PIXELS_PER_ROW * tallest) if named else height)
        figure.update_xaxes(range=[-1.5, 1.5])
        _name_layers(figure, seats)
    else:
        bare(figure, height)
        figure.update_xaxes(range=[-2.8, 2.8] if named else [-1.25, 1.25])
    lowest, highest = (-1.35, 1.3) if arrangement == "layers" else (-1.65, 1.5) if named else (-1.12, 1.12)
    figure.update_yaxes(range=[lowest, highest])


def _name_layers(figure: go.Figure, seats: Sequence[SeatNow]) -> None:
    layers = sorted({seat.layer for seat in seats if seat.layer})
    short = len(layers) > LAYERS_IN_WORDS
    for layer in layers:
        x = 0.0 if len(layers) == 1 else 2 * (layer - 1) / (len(layers) - 1) - 1
        figure.add_annotation(
            x=x,
            y=1.25,
            text=str(layer) if short else f"Layer {layer}",
            showarrow=False,
            font={"size": 12, "color": INK},
        )


def _orbit(places: Mapping[int, Place]) -> go.Scatter:
    around = [place for place in places.values() if place != (0.0, 0.0)]
    xs, ys = zip(*around, around[0], strict=True)
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        line={"color": FAINT, "width": 1, "dash": "dot"},
    )


def _nodes(
    seats: Sequence[SeatNow],
    places: Mapping[int, Place],
    sizes: Mapping[int, float],
    colours: Mapping[int, str],
) -> go.Scatter:
    mark = MARKS[seats[0].standing]
    shades = [colours.get(seat.number, mark.colour) for seat in seats]
    numbered = len(sizes) <= RING_UP_TO and mark.symbol != "circle-dot"
    return go.Scatter(
        x=[places[seat.number][0] for seat in seats],
        y=[places[seat.number][1] for seat in seats],
        mode="markers+text" if numbered else "markers",
        showlegend=False,
        text=[str(seat.number) for seat in seats] if numbered else None,
        textfont={"size": 12, **({"color": ON_COLOUR} if mark.filled else {})},
        hovertext=[_hover(seat) for seat in seats],
        hoverinfo="text",
        customdata=[seat.number for seat in seats],
        marker={
            "symbol": [_symbol(seat) for seat in seats],
            "size": [round(sizes[seat.number] * mark.scale, 1) for seat in seats],
            "color": shades if mark.filled else CLEAR,
            "opacity": 1,
            "line": {"color": shades, "width": 2 if not mark.filled else 0},
        },
        unselected={"marker": {"opacity": 0.55}, "textfont": {"color": ON_COLOUR if mark.filled else INK}},
    )


def _key_to(standing: Standing) -> go.Scatter:
    """The entry of the legend: in the usual colour, whatever colour the first seat has."""
    mark = MARKS[standing]
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=mark.label,
        marker={
            "symbol": mark.symbol,
            "size": 14,
            "color": mark.colour if mark.filled else CLEAR,
            "line": {"color": mark.colour, "width": 0 if mark.filled else 2},
        },
    )


def _symbol(seat: SeatNow) -> str:
    if seat.leads and seat.standing in ("active", "thinking"):
        return "square" if seat.standing == "active" else "square-dot"
    return MARKS[seat.standing].symbol


def _names(
    seats: Sequence[SeatNow],
    places: Mapping[int, Place],
    sizes: Mapping[int, float],
    arrangement: Arrangement,
) -> go.Scatter:
    named = [seat for seat in seats if seat.role and seat.number in places and seat.standing != "not_reached"]
    width, lines = next(room for most, room in LINES.items() if len(places) <= most)
    if arrangement == "layers":
        width, lines = (17, 1) if _columns(places) < NAMED_LAYERS else (11, 2)
    return go.Scatter(
        x=[places[seat.number][0] for seat in named],
        y=[places[seat.number][1] for seat in named],
        mode="markers+text",
        text=[label(seat.role or "", width, lines) for seat in named],
        textposition=[_side(places[seat.number], arrangement) for seat in named],
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        # Invisible, but they keep the names clear of the nodes.
        marker={
            "size": [sizes[seat.number] + 6 for seat in named],
            "color": CLEAR,
            "line": {"width": 0},
        },
    )


def _columns(places: Mapping[int, Place]) -> int:
    return len({x for x, _ in places.values()})


def _side(place: Place, arrangement: Arrangement) -> str:
    x, y = place
    if arrangement == "layers" or abs(x) < 0.05:
        return "top center" if y > 0.9 and arrangement == "seats" else "bottom center"
    return "middle right" if x > 0 else "middle left"


def _sizes(seats: Sequence[SeatNow]) -> dict[int, float]:
    """Diameters in pixels; the area grows with the share of tokens."""
    smallest, largest = next(sizes for most, sizes in DIAMETERS.items() if len(seats) <= most)
    most = max((seat.tokens for seat in seats), default=0) or 1
    return {
        seat.number: round(smallest + (largest - smallest) * (seat.tokens / most) ** 0.5, 1) for seat in seats
    }


def _colours(seats: Sequence[SeatNow]) -> dict[int, str]:
    """Colours for seats whose role others have as well: one for each of the largest groups, then grey."""
    sizes = {seat.cluster: seat.shared_by for seat in seats if seat.cluster and seat.shared_by > 1}
    ranked = sorted(sizes, key=lambda cluster: -sizes[cluster])
    shades = dict(zip(ranked, PALETTE, strict=False))
    return {
        seat.number: shades.get(seat.cluster, QUIET)
        for seat in seats
        if seat.cluster in sizes and seat.standing == "active"
    }


def _hover(seat: SeatNow) -> str:
    lines = [f"<b>Agent {seat.number}</b> · {MARKS[seat.standing].label.lower()}"]
    if seat.role:
        lines.append(f"<b>{paragraph(seat.role, limit=80)}</b>")
    if seat.shared_by > 1:
        lines.append(f"{seat.shared_by} agents have roles like this one")
    if seat.reason:
        lines.append(f"<i>{paragraph(seat.reason)}</i>")
    facts: list[Any] = [f"{seat.tokens:,} tokens" if seat.tokens else None]
    facts.append(f"builds on {_list(seat.builds_on)}" if seat.builds_on else None)
    facts.append(f"reports to agent {seat.reports_to}" if seat.reports_to else None)
    lines.append(" · ".join(fact for fact in facts if fact))
    return "<br>".join(line for line in lines if line)


def _list(numbers: Sequence[int]) -> str:
    return (
        "agent " + ", ".join(map(str, numbers))
        if len(numbers) == 1
        else "agents " + ", ".join(map(str, numbers))
    )
