"""Long lists are cut into pages."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

PER_PAGE = 20
Item = TypeVar("Item")


def page_of(items: Sequence[Item], *, key: str) -> Sequence[Item]:
    """The items of the page chosen; draws what chooses it when there are several.

    Args:
        items: the whole list.
        key: unique; also the page's name in the URL.
    """
    pages = -(-len(items) // PER_PAGE)
    page = st.pagination(pages, key=key, bind="query-params") if pages > 1 else 1
    return items[(page - 1) * PER_PAGE : page * PER_PAGE]
