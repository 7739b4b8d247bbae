"""Figures: pure functions of data that return a Plotly figure, usable in a page and in a notebook.

Text of agents and missions is escaped in every label and hover box. Colours and fonts: `look.py`.
"""

from swarm.figures.protocol_diagram import protocol_diagram
from swarm.figures.replay import replay_figure
from swarm.figures.role_graph import ARRANGEMENTS, SHOWN, best_arrangement, role_figure
from swarm.figures.timeline import timeline_figure

__all__ = [
    "ARRANGEMENTS",
    "SHOWN",
    "best_arrangement",
    "protocol_diagram",
    "replay_figure",
    "role_figure",
    "timeline_figure",
]
