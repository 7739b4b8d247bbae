"""Figures: pure functions of data that return a Plotly figure, usable in a page and in a notebook.

Text of agents and missions is escaped in every label and hover box. Colours and fonts: `look.py`.
"""

from swarm.figures.protocol_diagram import protocol_diagram
from swarm.figures.role_graph import ARRANGEMENTS, role_figure

__all__ = ["ARRANGEMENTS", "protocol_diagram", "role_figure"]
