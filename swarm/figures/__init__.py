"""Figures: pure functions of data that return a Plotly figure, usable in a page and in a notebook.

Text of agents and missions is escaped in every label and hover box. Colours and fonts: `look.py`. Figures of
simulated runs say so. docs/notebooks.md shows them at work.
"""

from swarm.comparison.team_size import ScalingRow
from swarm.figures.forest import forest_figure
from swarm.figures.groups import by_mission_figure, measure_figure
from swarm.figures.hierarchy import icicle_figure, org_chart
from swarm.figures.idle import idle_figure
from swarm.figures.over_runs import abstention_figure, role_history_figure
from swarm.figures.protocol_diagram import protocol_diagram
from swarm.figures.quality_cost import quality_cost_figure
from swarm.figures.replay import replay_figure
from swarm.figures.role_graph import ARRANGEMENTS, SHOWN, best_arrangement, role_figure
from swarm.figures.roles import roles_figure
from swarm.figures.scaling import scaling_figure
from swarm.figures.standings import aligned_timelines, standings_figure
from swarm.figures.timeline import timeline_figure

__all__ = [
    "ARRANGEMENTS",
    "SHOWN",
    "ScalingRow",
    "abstention_figure",
    "aligned_timelines",
    "best_arrangement",
    "by_mission_figure",
    "forest_figure",
    "icicle_figure",
    "idle_figure",
    "measure_figure",
    "org_chart",
    "protocol_diagram",
    "quality_cost_figure",
    "replay_figure",
    "role_figure",
    "role_history_figure",
    "roles_figure",
    "scaling_figure",
    "standings_figure",
    "timeline_figure",
]
