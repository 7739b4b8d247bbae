"""The dashboard without its Content-Security-Policy: escaping has to do alone."""

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]
sys.path.insert(0, str(PROJECT))

import streamlit as st  # noqa: E402
from starlette.routing import Route  # noqa: E402

from app import health  # noqa: E402

MENU = str(PROJECT / "pages" / "frame" / "menu.py")
ROUTES = [Route("/health", health)]
app = st.App(MENU, routes=ROUTES)
