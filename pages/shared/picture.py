"""This file is where figures are put on a page, all in the same manner."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

_QUIET: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "showTips": False}


def draw(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure.

    Args:
        figure: what to show.
        alt: its takeaway, for those who cannot see it; plain text.
        key: unique on the page.
    """
    st.plotly_chart(figure, key=key, config=_QUIET, alt=alt)


def draw_choosable(figure: go.Figure, *, alt: str, key: str) -> int | None:
    """Show a figure whose points carry a number as `customdata`; return the number of the one clicked."""
    event = st.plotly_chart(
        figure, key=key, config=_QUIET, alt=alt, on_select="rerun", selection_mode="points"
    )
    points = event["selection"]["points"]
    chosen = points[0].get("customdata") if points else None
    if isinstance(chosen, list):
        chosen = chosen[0]
    return int(chosen) if chosen is not None else None
