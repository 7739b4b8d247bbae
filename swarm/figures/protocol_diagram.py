"""A coordination protocol is drawn: who speaks when, and who hears whom.

The protocol itself is played by a small team of nobodies and drawn as it goes, so that a protocol registered
a minute ago has its diagram.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from swarm.engine.rehearsal import Rehearsed, as_asked, rehearse
from swarm.engine.stage import Cued
from swarm.figures.look import ACCENT, FAINT, QUIET, bare
from swarm.mission import Mission
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.turn import Call, CueKind, Turn, TurnKey, Usage

DIAGRAM_AGENTS = 5
MAX_TURNS = 3 * DIAGRAM_AGENTS
"""A protocol that goes on is drawn as far as this."""
VERBS: dict[CueKind, str] = {"plan": "plans", "intend": "announces", "contribute": "works"}
_SYMBOLS: dict[CueKind, str] = {"plan": "diamond", "intend": "circle-open", "contribute": "circle"}


def rehearsal_of(protocol: str, options: Mapping[str, Any] | None = None) -> tuple[Rehearsed, ...]:
    """Play a protocol with five agents who say nothing; at most `MAX_TURNS` turns.

    Raises:
        BadInput: for an unknown protocol or option.
    """
    mission = Mission("rehearsal", "Rehearsal", "Rehearse.")
    team = make_team(["nobody"], DIAGRAM_AGENTS)
    return rehearse(RunSpec(mission, team, protocol, options or {}), _nobody, most_turns=MAX_TURNS)


def speakers(protocol: str) -> int:
    """Count those of five agents that have anything to say under a protocol."""
    return len({said.turn.seat for said in rehearsal_of(protocol)})


def _nobody(cued: Cued) -> Turn:
    turn, usage = as_asked(cued), Usage(4_000, 0, 1_000)
    return replace(
        turn,
        assignments=turn.assignments[1:DIAGRAM_AGENTS],
        calls=(Call(cued.index + 1, "nobody", reply="…", usage=usage),),
    )


def protocol_diagram(protocol: str, options: Mapping[str, Any] | None = None, height: int = 230) -> go.Figure:
    """Draw who speaks when and who hears whom, for five agents.

    Time runs to the right; a line leads from a turn to those who heard it. Diamonds plan, open circles
    announce, discs work, squares work in a role they were given.

    Raises:
        BadInput: for an unknown protocol or option.
    """
    turns = rehearsal_of(protocol, options)
    place = {said.turn.key: (said.step, -said.turn.seat) for said in turns}
    figure = go.Figure([_rows(turns), _sound(turns, place), *_speakers(turns)])
    bare(figure, height)
    last = max(turn.step for turn in turns)
    figure.update_layout(showlegend=False, margin={"l": 8, "r": 8, "t": 4, "b": 4})
    figure.update_xaxes(range=[0.05, max(last, 3) + 0.5])
    figure.update_yaxes(range=[-DIAGRAM_AGENTS - 1.1, -0.4])
    figure.add_annotation(
        text="time",
        x=max(last, 3) + 0.45,
        y=-DIAGRAM_AGENTS - 0.85,
        ax=0.5,
        ay=-DIAGRAM_AGENTS - 0.85,
        xref="x",
        yref="y",
        axref="x",
        ayref="y",
        showarrow=True,
        arrowhead=2,
        arrowwidth=1,
        arrowcolor=QUIET,
        font={"size": 11},
    )
    return figure


def _rows(turns: Sequence[Rehearsed]) -> go.Scatter:
    """A faint line for every agent, those included who never speak."""
    last = max(max(turn.step for turn in turns), 3)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for seat in range(1, DIAGRAM_AGENTS + 1):
        xs += [0.45, last + 0.45, None]
        ys += [-seat, -seat, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", hoverinfo="skip", line={"color": FAINT, "width": 1, "dash": "dot"}
    )


def _sound(turns: Sequence[Rehearsed], place: Mapping[TurnKey, tuple[int, int]]) -> go.Scatter:
    points: list[tuple[float | None, float | None]] = []
    for said in turns:
        for other in said.heard:
            points += [*_carried(place[other.key], place[said.turn.key]), (None, None)]
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        hoverinfo="skip",
        line={"color": QUIET, "width": 1.2},
    )


def _carried(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
    """The way of a voice: straight to the next step, in a bow to later ones, so that none hides another."""
    (x0, y0), (x1, y1) = start, end
    if x1 - x0 < 2:
        return [start, end]
    bend = [step / 10 for step in range(11)]
    return [
        (
            round((1 - t) ** 2 * x0 + 2 * t * (1 - t) * (x0 + 0.85 * (x1 - x0)) + t**2 * x1, 3),
            round((1 - t) ** 2 * y0 + 2 * t * (1 - t) * (y0 + 0.15 * (y1 - y0)) + t**2 * y1, 3),
        )
        for t in bend
    ]


def _speakers(turns: Sequence[Rehearsed]) -> list[go.Scatter]:
    names = go.Scatter(
        x=[0.22] * DIAGRAM_AGENTS,
        y=[-seat for seat in range(1, DIAGRAM_AGENTS + 1)],
        mode="text",
        text=[str(seat) for seat in range(1, DIAGRAM_AGENTS + 1)],
        textfont={"size": 12},
        hoverinfo="skip",
    )
    discs = go.Scatter(
        x=[turn.step for turn in turns],
        y=[-said.turn.seat for said in turns],
        mode="markers",
        hovertext=[_what(turn) for turn in turns],
        hoverinfo="text",
        marker={
            "symbol": ["square" if turn.cue.role else _SYMBOLS[turn.cue.kind] for turn in turns],
            "size": 16,
            "opacity": 1,
            "color": ACCENT,
            "line": {
                "color": ACCENT,
                "width": [2 if turn.cue.kind == "intend" else 0 for turn in turns],
            },
        },
    )
    return [names, discs]


def _what(said: Rehearsed) -> str:
    heard = sorted({other.seat for other in said.heard})
    hearing = f"hears agents {', '.join(map(str, heard))}" if heard else "hears nobody"
    given = ", role given" if said.cue.role else ""
    return f"Agent {said.turn.seat} {VERBS[said.cue.kind]}{given}<br>{hearing}"
