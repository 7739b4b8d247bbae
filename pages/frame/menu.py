"""The main script: page configuration and navigation."""

from pathlib import Path

import streamlit as st

from pages.shared.login import ask_for_login

PAGES = Path(__file__).parent.parent
WORDMARK = Path(__file__).parent / "roleless-{theme}.svg"
MARK = Path(__file__).parent / "mark.svg"

st.set_page_config(page_title="Roleless", page_icon=str(MARK), layout="wide")
theme = st.context.theme.type or "light"
st.logo(str(WORDMARK).format(theme=theme), icon_image=str(MARK), size="large")

ask_for_login()
page = st.navigation(
    {
        "Run": [
            st.Page(
                PAGES / "start" / "page.py",
                title="Start",
                icon=":material/play_circle:",
                url_path="start",
                default=True,
                help="What Roleless asks, a demo that needs no key, and the latest runs.",
            ),
            st.Page(
                PAGES / "compose" / "page.py",
                title="Compose",
                icon=":material/tune:",
                url_path="compose",
                help="Choose a mission, a team and a protocol; see the price; run.",
            ),
            st.Page(
                PAGES / "run" / "page.py",
                title="Run",
                icon=":material/hub:",
                url_path="run",
                help="One run, live or finished: roles, contributions, verdict, cost.",
            ),
        ],
        "Compare": [
            st.Page(
                PAGES / "side_by_side" / "page.py",
                title="Side by side",
                icon=":material/splitscreen_left:",
                url_path="side_by_side",
                help="Two to four runs, or groups of runs, on the same scales; the verdict first.",
            ),
            st.Page(
                PAGES / "experiments" / "page.py",
                title="Experiments",
                icon=":material/science:",
                url_path="experiments",
                help="Plan a grid of runs, see its price and what it can show, run it, read the verdict.",
            ),
            st.Page(
                PAGES / "drop_my_roles" / "page.py",
                title="Drop my roles?",
                icon=":material/person_off:",
                url_path="drop_my_roles",
                help="Import a team of another framework, test it against no roles and one agent, read the verdict.",
            ),
        ],
        "Evidence": [
            st.Page(
                PAGES / "claims" / "page.py",
                title="Claims",
                icon=":material/fact_check:",
                url_path="claims",
                help="The paper's claims beside your runs: supported, contradicted or undetermined.",
            ),
            st.Page(
                PAGES / "history" / "page.py",
                title="History",
                icon=":material/history:",
                url_path="history",
                help="Every run: filter, open, delete, export.",
            ),
        ],
        "Setup": [
            st.Page(
                PAGES / "models" / "page.py",
                title="Models",
                icon=":material/memory:",
                url_path="models",
                help="Models with their prices, keys that are present, servers on this machine.",
            ),
        ],
    }
)
st.set_page_config(page_title=f"{page.title} · Roleless")
page.run()
