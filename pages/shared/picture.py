"""This file is where figures are put on a page, all in the same manner."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.shared import state
from swarm.figures.role_links import IN, OUT

SCRIPT = Path(__file__).parent / "figure.js"


def ink() -> str:
    """The colour of text on this page, for text in figures: Streamlit's own for figures is too faint to read."""
    scheme = st.context.theme.type or "light"
    return str(st.get_option(f"theme.{scheme}.textColor"))


def draw(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure.

    Args:
        figure: what to show.
        alt: its takeaway, for those who cannot see it; plain text.
        key: unique on the page.
    """
    figure.update_layout(font={"color": ink()})
    st.plotly_chart(figure, key=key, config=_config(key), alt=alt)


def draw_lively(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure of nodes and links, or a replay: see the script for what it can do."""
    draw(figure, alt=alt, key=key)
    _enliven(key)


def draw_choosable(figure: go.Figure, *, alt: str, key: str) -> int | None:
    """Show a figure whose points carry a number as `customdata`; return the number of the one clicked."""
    figure.update_layout(font={"color": ink()})
    event = st.plotly_chart(
        figure, key=key, config=_config(key), alt=alt, on_select="rerun", selection_mode="points"
    )
    _enliven(key)
    return _number(event)


def chosen_in(key: str) -> int | None:
    """What `draw_choosable` will return for this key, before it is drawn."""
    return _number(st.session_state[key]) if key in st.session_state else None


def _number(event: Any) -> int | None:
    points = event["selection"]["points"]
    chosen = points[0].get("customdata") if points else None
    if isinstance(chosen, list):
        chosen = chosen[0]
    return int(chosen) if chosen is not None else None


def _config(key: str) -> dict[str, Any]:
    """No toolbar but a camera, which saves the picture in the format chosen in the export menu."""
    return {
        "displaylogo": False,
        "scrollZoom": False,
        "showTips": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": state.picture_format(), "filename": f"roleless-{key}"},
    }


def _enliven(key: str) -> None:
    _script(key=f"script_{key}", data={"chart": key, "out": OUT.colour, "into": IN.colour}, height=0)


_script = st.components.v2.component("roleless_figure", js=SCRIPT.read_text(encoding="utf-8"))
