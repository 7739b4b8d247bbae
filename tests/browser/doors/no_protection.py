"""The dashboard without policy and escaping: what the hostile texts do then shows that they are hostile."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import streamlit as st

import tests.browser.doors.unescaped  # noqa: F401
from tests.browser.doors.no_policy import MENU, ROUTES

app = st.App(MENU, routes=ROUTES)
