"""The main script: page configuration and navigation."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.login import ask_for_login
from pages.shared.resources import settings
from pages.shared.text import plain
from swarm.config import is_read_only, read_only_in_words

PAGES = Path(__file__).parent.parent
WORDMARK = Path(__file__).parent / "roleless-{theme}.svg"
MARK = Path(__file__).parent / "mark.svg"

st.set_page_config(page_title="Roleless", page_icon=str(MARK), layout="wide")
theme = st.context.theme.type or "light"
st.logo(str(WORDMARK).format(theme=theme), icon_image=str(MARK), size="large")

MENU = {
    "Run": (
        ("start", "Start", "play_circle", "What Roleless asks, a demo that needs no key, and the latest runs."),
        ("compose", "Compose", "tune", "Choose a mission, a team and a protocol; see the price; run."),
        ("run", "Run", "hub", "One run, live or finished: roles, contributions, verdict, cost."),
    ),
    "Compare": (
        ("side_by_side", "Side by side", "splitscreen_left",
         "Two to four runs, or groups of runs, on the same scales; the verdict first."),
        ("experiments", "Experiments", "science",
         "Plan a grid of runs, see its price and what it can show, run it, read the verdict."),
        ("drop_my_roles", "Drop my roles?", "person_off",
         "Import a team of another framework, test it against no roles and one agent, read the verdict."),
    ),
    "Evidence": (
        ("claims", "Claims", "fact_check",
         "The paper's claims beside your runs: supported, contradicted or undetermined."),
        ("history", "History", "history", "Every run: filter, open, delete, export."),
    ),
    "Setup": (
        ("models", "Models", "memory", "Models with their prices, keys that are present, servers on this machine."),
    ),
}  # fmt: skip
"""Pages by section, in their order: folder and address, title, icon, purpose. The first one is where people arrive."""


def page_of(name: str, title: str, icon: str, purpose: str) -> StreamlitPage:
    """A page as Streamlit navigates to it."""
    path, default = PAGES / name / "page.py", name == MENU["Run"][0][0]
    return st.Page(path, title=title, icon=f":material/{icon}:", url_path=name, default=default, help=purpose)


ask_for_login()
page = st.navigation({section: [page_of(*entry) for entry in entries] for section, entries in MENU.items()})
st.set_page_config(page_title=f"{page.title} · Roleless")
if is_read_only(settings()):
    st.info(plain(read_only_in_words(settings())), icon=":material/lock:")
page.run()
