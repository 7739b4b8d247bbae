"""Figures are put on a page, all in the same manner."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v2 import component

from pages.shared import state
from swarm.figures.role_links import IN, OUT
from swarm.written import visible

SCRIPT = Path(__file__).parent / "figure.js"


class Paper(NamedTuple):
    """The colours of this page, for figures: what Streamlit gives them is too faint, and pictures need a ground."""

    ink: str
    ground: str

    def print(self, figure: go.Figure) -> go.Figure:
        """Give a figure these colours."""
        hover = {"bgcolor": self.ground, "font": {"color": self.ink}}
        return figure.update_layout(font={"color": self.ink}, paper_bgcolor=self.ground, hoverlabel=hover)


def paper() -> Paper:
    """The colours of the page as it is now, light or dark."""
    scheme = st.context.theme.type or "light"
    return Paper(*(str(st.get_option(f"theme.{scheme}.{name}")) for name in ("textColor", "backgroundColor")))


def draw(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure.

    Args:
        figure: what to show.
        alt: its takeaway, for those who cannot see it; plain text.
        key: unique on the page.
    """
    st.plotly_chart(paper().print(figure), key=key, config=_config(key), alt=visible(alt))


def draw_replay(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a replay that is shared by all who look at it, as it is; see the script for what it can do."""
    st.plotly_chart(figure, key=key, config=_config(key), alt=visible(alt))
    _enliven(key)


def draw_choosable(figure: go.Figure, *, alt: str, key: str) -> int | None:
    """Show a figure whose points carry a number as `customdata`; return the number that is chosen.

    A click chooses, a click on the same point again lets go. The choice outlives changes of the figure, so a
    figure may be drawn of `state.chosen(key)`.
    """
    st.plotly_chart(
        paper().print(figure),
        key=key,
        config=_config(key),
        alt=visible(alt),
        on_select=partial(_choose, key),
        selection_mode="points",
    )
    _enliven(key)
    return state.chosen(key)


def _choose(key: str) -> None:
    points: list[dict[str, Any]] = st.session_state[key]["selection"]["points"]
    number: float | list[float] | None = points[0].get("customdata") if points else None
    number = number[0] if isinstance(number, list) else number
    state.click(key, None if number is None else int(number))


def _config(key: str) -> dict[str, Any]:
    """No toolbar but a camera, which saves the picture in the format chosen in the export menu."""
    saved = state.picture_format()
    sharper = {"scale": 2} if saved == "png" else {}
    return {
        "displaylogo": False,
        "scrollZoom": False,
        "showTips": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": saved, "filename": f"roleless-{key}", **sharper},
    }


def _enliven(key: str) -> None:
    _script(key=f"script_{key}", data={"chart": key, "out": OUT.colour, "into": IN.colour}, height=0)


_script = component("roleless_figure", js=SCRIPT.read_text(encoding="utf-8"))
