"""This file is where people log in, if a provider of logins is set up: then no page is shown before.

It is set up in `.streamlit/secrets.toml`; docs/login.md tells how. Without that there is no login, and the dashboard
answers only to this machine (app.py).
"""

import streamlit as st

from pages.shared.text import plain
from swarm.doors import login_is_set_up


def ask_for_login() -> None:
    """Show nothing but a button to log in, until somebody has; then who it is, and a way out."""
    if not login_is_set_up():
        return
    if not st.user.get("is_logged_in"):
        st.title("Roleless", anchor=False)
        st.markdown("Log in to see the runs that are kept here, and to start your own.")
        st.button("Log in", type="primary", icon=":material/login:", on_click=st.login, key="login")
        st.stop()
    with st.sidebar:
        st.caption(f":material/person: {plain(owner_of_session())}")
        st.button("Log out", icon=":material/logout:", type="tertiary", on_click=st.logout, key="logout")


def owner_of_session() -> str | None:
    """Who is logged in: the e-mail address, else the provider's name for the person; None without a login."""
    if not login_is_set_up() or not st.user.get("is_logged_in"):
        return None
    return str(st.user.get("email") or st.user.get("sub") or "unknown")
