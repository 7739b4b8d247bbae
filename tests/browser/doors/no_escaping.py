"""The dashboard without any escaping: its Content-Security-Policy has to do alone."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import streamlit as st
from starlette.middleware import Middleware

import tests.browser.doors.unescaped  # noqa: F401
from app import SecurityHeaders
from tests.browser.doors.no_policy import MENU, ROUTES

app = st.App(MENU, routes=ROUTES, middleware=[Middleware(SecurityHeaders)])
