"""The roles of one run are drawn: which there are, and how many agents took each."""

from collections.abc import Sequence

import plotly.graph_objects as go

from swarm.figures.look import ACCENT, CLEAR, INK, framed, label, mark_kind, paragraph, write
from swarm.figures.role_nodes import colours_of
from swarm.metrics.roles import RoleGroup, role_groups, roles_taken
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord

SHOWN = 20
"""More bars would make a wall; the figure says how many more there are."""
NAME_WIDTH = 24
"""Letters in a line of a role name; leaves half of a telephone to the bars."""
PIXELS_PER_BAR = 34
SEATS_NAMED = 24
LEAST_SCALE = 4
"""Agents that the width stands for at least: roles of one agent each are short bars, not a wall."""


def roles_figure(record: RunRecord) -> go.Figure:
    """Draw one bar for each cluster of near-synonyms, as long as many agents contributed in it.

    The largest stands on top; at most SHOWN are drawn. Colours are those of the role graph: one for each
    cluster that several agents share, the accent for a role of one's own.

    Args:
        record: a run in which somebody took a role; the figure is empty otherwise.
    """
    groups = role_groups(roles_taken(record.turns))
    shown = groups[:SHOWN]
    figure = go.Figure(_bars(shown, _shades(record)))
    framed(figure, 64 + PIXELS_PER_BAR * max(2, len(shown)) + (24 if len(groups) > SHOWN else 0))
    longest = max([LEAST_SCALE, *(len(group.seats) for group in groups)])
    # A little room on the right for the number behind the longest bar.
    figure.update_xaxes(visible=False, range=[0, longest * 1.12])
    figure.update_yaxes(
        tickvals=[*range(len(shown))],
        ticktext=[label(group.name, NAME_WIDTH) for group in shown],
        range=[max(2, len(shown)) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": None},
        ticklabelstandoff=6,
    )
    figure.update_layout(bargap=0.36, showlegend=False)
    if len(groups) > SHOWN:
        figure.update_layout(margin={"b": 28})
        _tell_more(figure, groups[SHOWN:])
    return mark_kind(figure, simulated=record.simulated)


def _bars(groups: Sequence[RoleGroup], shades: dict[int, str]) -> go.Bar:
    return go.Bar(
        orientation="h",
        x=[len(group.seats) for group in groups],
        y=[*range(len(groups))],
        text=[str(len(group.seats)) for group in groups],
        textposition="outside",
        textfont={"size": 12, "color": INK},
        cliponaxis=False,
        marker={"color": [shades.get(group.seats[0], ACCENT) for group in groups], "line": {"color": CLEAR}},
        hovertext=[_hover(group) for group in groups],
        hoverinfo="text",
    )


def _shades(record: RunRecord) -> dict[int, str]:
    """Colours by seat, as the role graph gives them to seats whose role others have as well."""
    seats = seats_of(record)
    shades = colours_of(seats)
    return {seat.number: shades[seat.cluster] for seat in seats if seat.cluster in shades}


def _hover(group: RoleGroup) -> str:
    return "<br>".join(
        f"<b>{paragraph(role, limit=80)}</b><br>{_agents(by)}" for role, by in group.roles.items()
    )


def _agents(seats: Sequence[int]) -> str:
    numbers = ", ".join(map(str, seats[:SEATS_NAMED])) + (" …" if len(seats) > SEATS_NAMED else "")
    return paragraph(f"agent{'s' if len(seats) > 1 else ''} {numbers}", limit=200)


def _tell_more(figure: go.Figure, groups: Sequence[RoleGroup]) -> None:
    agents = sum(len(group.seats) for group in groups)
    more = f"and {len(groups)} more role{'s' if len(groups) > 1 else ''}, {agents} agent{'s' if agents > 1 else ''}"
    write(figure, more, xref="paper", yref="paper", x=0, y=0, yanchor="top")
