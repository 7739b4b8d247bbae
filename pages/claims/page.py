"""Claims: the paper's claims beside what our own runs say, what is missing, and where the paper contradicts itself."""

from collections.abc import Sequence

import streamlit as st

from pages.claims.list import choose_claims, show_claims
from pages.shared.resources import cells, history, settings
from pages.shared.text import plain, sentence
from swarm.cell import Cell
from swarm.claims.file import Remark, claim_book
from swarm.claims.judging import Judged, judge_claims
from swarm.claims.report import summary
from swarm.errors import SwarmError

PAPER = "https://arxiv.org/abs/2603.28990"
RULE = (
    "**One rule for all.** Each claim has a band: what it predicts, fixed before any run was looked at. A claim of "
    "direction predicts everything above or below nothing, a claim of size the paper's figure give or take half of "
    "it, a claim of no difference at most 0.03 in quality. **Supported**: our 95% interval lies inside the band "
    "(90% for no difference, which is two one-sided tests at 5%). **Contradicted**: it lies wholly outside. "
    "**Undetermined**: anything else, whatever rests on fewer than six missions or on missions that all give exactly "
    "the same, and, by simulated runs, what the simulated models are published to miss.\n\n"
    "The unit is the mission; repeats of a mission are averaged. Simulated and real runs are never pooled, nor are "
    "models, judges or versions of the prompts: of several, that with the most missions counts, then the paper's own "
    "model. Imported runs and teams of several models are left out. Of sixty intervals at 95%, some three miss the "
    "truth by chance alone."
)


@st.cache_resource(max_entries=4, show_spinner="Holding the claims against your runs…")
def judge(folder: str, state: tuple[int, int], _cells: list[Cell]) -> tuple[Judged, ...]:
    """The claims held against these cells, as long as nothing new is recorded."""
    return judge_claims(_cells)


def show_summary(judged: Sequence[Judged]) -> None:
    """Show the outcome in words."""
    for simulated in (True, False):
        kind, colon, said = summary(judged, simulated=simulated).partition(":")
        st.markdown(f"**{plain(kind)}{colon}** {plain(said)}")
    if not any(each.simulated.sides or each.real.sides for each in judged):
        st.markdown(
            "Open a claim to see which runs it needs and what they would take. `make replicate` plays 25,000 "
            "simulated runs in a few minutes, enough for a verdict on nearly all of them."
        )


def show_remarks(title: str, remarks: Sequence[Remark], icon: str) -> None:
    """A list of things about the paper."""
    with st.expander(f"{title} ({len(remarks)})", icon=icon):
        for each in remarks:
            st.markdown(f"**{plain(each.what.rstrip('.'))}.** {plain(each.how)}")


st.title("Claims", anchor=False)
try:
    st.markdown(
        f"What [arXiv 2603.28990]({PAPER}) claims of self-organizing teams, beside what your own runs say: supported, "
        "contradicted or undetermined."
    )
    state, found = history().state(), cells()
    book, judged = claim_book(), judge(str(settings().data), state, found)
    show_summary(judged)
    with st.expander("How a verdict is reached", icon=":material/info:"):
        st.markdown(RULE)
    chosen, simulated = choose_claims(judged, book)
    if chosen:
        show_claims(chosen, simulated=simulated)
    else:
        st.caption("No claim matches. Take a filter away.")
    st.subheader("The paper itself", anchor=False)
    show_remarks("Where it contradicts itself", book.contradictions, ":material/compare_arrows:")
    show_remarks("What it leaves open, and what was decided here", book.undefined, ":material/rule:")
    show_remarks("What cannot be tested here, and why", book.untestable, ":material/block:")
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
