"""People log in, if a provider of logins is set up: then no page is shown before.

It is set up in `.streamlit/secrets.toml`; docs/login.md tells how. Without that there is no login, and the dashboard
answers only to this machine (app.py).
"""

from pathlib import Path

import streamlit as st

from pages.shared.text import plain
from swarm.security.visitors import login_is_set_up, named_providers

_LEAVING = "leaving"


def login_wanted() -> bool:
    """Say whether people have to log in here: the secrets Streamlit reads have a complete table `auth`."""
    return login_is_set_up(secrets_files())


def secrets_files() -> list[Path]:
    """List the files in which Streamlit looks for its secrets."""
    return [Path(path) for path in st.get_option("secrets.files")]


def ask_for_login() -> None:
    """Show nothing but a button to log in, until somebody has; then who it is, and a way out."""
    if not login_wanted():
        return
    if not st.user.get("is_logged_in"):
        st.title("Roleless", anchor=False)
        st.markdown("Log in to see the runs that are kept here, and to start your own.")
        for provider in named_providers(secrets_files()) or [None]:
            st.button(
                plain(f"Log in with {provider}") if provider else "Log in",
                type="primary",
                icon=":material/login:",
                on_click=st.login,
                args=(provider,),
                key=f"login_{provider}",
            )
        st.stop()
    with st.sidebar:
        st.caption(f":material/person: {plain(owner_of_session())}")
        st.button("Log out", icon=":material/logout:", type="tertiary", key="logout", on_click=_leave)
    if st.session_state.get(_LEAVING):
        # A page that goes on may ask to be drawn anew, as when a run ends, and what was not sent until then is
        # forgotten: the way out is told each time.
        st.logout()
        st.stop()


def _leave() -> None:
    st.session_state[_LEAVING] = True


def owner_of_session() -> str | None:
    """Name whoever is logged in by e-mail address, else as the provider does; None where nobody has to be.

    Raises:
        RuntimeError: when somebody has to and nobody is, as in a thread that is not the session's own.
    """
    if not login_wanted():
        return None
    if not st.user.get("is_logged_in"):
        raise RuntimeError("nobody is logged in here, so nobody's run can begin here")
    return str(st.user.get("email") or st.user.get("sub") or "unknown")
