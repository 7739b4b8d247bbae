"""Side by side: two to four runs, or groups of runs, on the same scales; the verdict first."""

import streamlit as st

from pages.shared.text import sentence
from pages.side_by_side.choice import offer_choices
from pages.side_by_side.groups import show_groups
from pages.side_by_side.link import read_subject, start_over
from pages.side_by_side.runs import show_runs
from swarm.errors import SwarmError

try:
    subject = read_subject()
    if subject.runs and subject.by is None:
        show_runs(subject.runs)
    else:
        st.title("Side by side", anchor=False)
        if subject.empty:
            offer_choices()
        else:
            show_groups(subject)
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Compare something else", icon=":material/restart_alt:", key="back"):
            start_over()
        st.page_link("../history/page.py", label="Choose runs in the history", icon=":material/history:")
