"""Figures become parts of a page that needs no network: the library's text, and a figure's data."""

from functools import cache
from typing import TypeAlias

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

Figure: TypeAlias = go.Figure
"""For those who handle figures and do not draw."""


@cache
def library() -> str:
    """The drawing library, 4.8 million characters of JavaScript; it goes into a page once.

    Raises:
        ValueError: when it could not stand in a script element.
    """
    text = get_plotlyjs()
    if "</script" in text.lower():
        raise ValueError("the drawing library closes its own script element")
    return text


def drawing(figure: go.Figure) -> str:
    r"""A figure's data and layout as JSON that may stand in a script element: without any "<".

    Examples:
        >>> "</script>" in drawing(go.Figure(layout={"title": {"text": "</script>"}}))
        False
    """
    plain = go.Figure(figure)
    plain.update_layout(template="none")
    return str(plain.to_json())  # Plotly writes "<" as an escape; tests hold it to that.
