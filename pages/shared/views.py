"""One of several views of the same thing is chosen, and stands in the address."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

View = TypeVar("View", bound=str)


def choose_view(views: Sequence[View], key: str, usual: View, label: str = "View") -> View:
    """Draw the choice, with a label for those who do not see it; return what is chosen, until then the usual."""
    return st.segmented_control(
        label, views, default=usual, required=True, key=key, bind="query-params", label_visibility="collapsed"
    )
