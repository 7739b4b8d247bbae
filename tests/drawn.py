"""Parts of pages drawn by themselves, without the page around them."""

from collections.abc import Callable, Sequence
from typing import Any

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    draw, given = st.session_state["to_draw"]
    st.session_state["returned"] = draw(*given)


def drawn(draw: Callable[..., object], *given: object, **query: str | Sequence[str]) -> AppTest:
    """What a function of the pages puts on a page; what it returned is in the session as `returned`.

    Args:
        draw: the function, or several in one.
        given: its arguments.
        query: the parameters of the address.
    """
    app = AppTest.from_function(_page, default_timeout=30)
    app.session_state["to_draw"] = (draw, given)
    for name, value in query.items():
        app.query_params[name] = value if isinstance(value, str) else [*value]
    app.run()
    assert not app.exception, app.exception
    return app


def line_of(table: Any, place: int = 0) -> dict[str, Any]:
    """A line of a table as a reader sees it: what stands under which head."""
    return dict(table.value.iloc[place])


def words_on(app: AppTest, *kinds: str) -> str:
    """All that is written, without escapes."""
    kinds = kinds or (
        "title",
        "subheader",
        "markdown",
        "caption",
        "text",
        "warning",
        "error",
        "success",
        "info",
    )
    return "\n".join(str(each.value) for kind in kinds for each in app.get(kind)).replace("\\", "")
