"""This file is where claims are chosen and listed: filters, a figure, one expander a claim, all in one table."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.claim_detail import BADGES, show_claim
from pages.shared.numbers import NONE
from pages.shared.picture import draw
from pages.shared.text import plain
from swarm.claims.file import Acquaintance, ClaimBook
from swarm.claims.judging import VERDICTS, Judged
from swarm.claims.words import estimate_words, figure_words
from swarm.figures.claims import claims_figure

ALL = "All"
KINDS = {"Simulated": True, "Real": False}
KNOWN_SHORT: dict[Acquaintance, str] = {"fitted": "fitted", "seen": "known"}
"""What a claim is marked with by `Claim.simulator`."""


def choose_claims(judged: Sequence[Judged], book: ClaimBook) -> tuple[list[Judged], bool]:
    """Draw the filters.

    Returns:
        The claims that match, and whether simulated runs are shown of them, or real ones.
    """
    group = st.pills(
        "About", [*book.groups, ALL], default=book.groups[0], required=True, key="about", bind="query-params"
    )
    with st.container(horizontal=True, gap="medium"):
        usual = (
            "Real" if any(each.real.sides for each in judged) and not _any_simulated(judged) else "Simulated"
        )
        kind = st.segmented_control(
            "Models are", [*KINDS], default=usual, required=True, key="claim_kind", bind="query-params"
        )
        verdict = st.segmented_control(
            "Verdict",
            [ALL, *VERDICTS],
            default=ALL,
            required=True,
            format_func=str.capitalize,
            key="verdict",
            wrap=True,
            bind="query-params",
        )
    simulated = KINDS[kind or usual]
    found = [
        each
        for each in judged
        if group in (None, ALL, each.claim.group)
        and verdict in (None, ALL, each.of_kind(simulated=simulated).verdict)
    ]
    return found, simulated


def show_claims(judged: Sequence[Judged], *, simulated: bool) -> None:
    """A figure of these claims, and below it each with all there is to say of it once it is opened."""
    kind = "simulated" if simulated else "real"
    evidence = [each.of_kind(simulated=simulated) for each in judged]
    supported = sum(each.verdict == "supported" for each in evidence)
    alt = f"{len(judged)} claims of the paper beside {kind} runs; {supported} are supported"
    draw(claims_figure(evidence), alt=alt, key="claims_figure")
    st.caption(
        "Bar: what the claim predicts. Diamond: the paper's figure. Line: our interval. Every row has its own scale."
    )
    with st.container(gap="small"):
        for each in judged:
            _show_one(each, simulated=simulated)
    if simulated and any(each.claim.simulator for each in judged):
        st.caption(
            "Fitted: the simulated models were fitted to this figure. Known: whoever made them knew it. Neither says "
            "much about the paper; open a claim for the details."
        )


def show_table(judged: Sequence[Judged]) -> None:
    """Every claim as a line."""
    st.dataframe(
        [_cells(each) for each in judged],
        hide_index=True,
        height="auto" if len(judged) <= 12 else 460,
        column_config={"Claim": st.column_config.TextColumn(width=340, pinned=True)},
        placeholder=NONE,
        alt="The paper's claims beside simulated and real runs",
    )


def _show_one(each: Judged, *, simulated: bool) -> None:
    evidence = each.of_kind(simulated=simulated)
    icon, colour = BADGES[evidence.verdict]
    key = f"claim_open_{each.claim.id}"
    wanted = st.query_params.get("claim") == each.claim.id
    label = f":{colour}[{icon}] {plain(each.claim.statement)} :gray[{_beside(each, simulated=simulated)}]"
    with st.expander(label, expanded=wanted, key=key, on_change="rerun") as opened:
        if opened.open:
            show_claim(each)


def _beside(each: Judged, *, simulated: bool) -> str:
    """Our figure and the paper's."""
    claim, evidence = each.claim, each.of_kind(simulated=simulated)
    here = f"Here {estimate_words(claim, evidence.estimate)}" if evidence.estimate else "No run yet"
    known = [KNOWN_SHORT[claim.simulator]] if simulated and claim.simulator else []
    return plain("; ".join([here, f"paper {figure_words(claim, claim.figure)}", *known]))


def _any_simulated(judged: Sequence[Judged]) -> bool:
    return any(each.simulated.sides for each in judged)


def _cells(each: Judged) -> dict[str, object]:
    claim = each.claim
    return {
        "Claim": claim.statement,
        "Paper": figure_words(claim, claim.figure),
        "Simulated": estimate_words(claim, each.simulated.estimate),
        "Simulated runs say": each.simulated.verdict.capitalize(),
        "on missions": each.simulated.missions or None,
        "Real": estimate_words(claim, each.real.estimate),
        "Real runs say": each.real.verdict.capitalize(),
        "on missions ": each.real.missions or None,
        "About": claim.group,
        "The paper's words": claim.paper,
        "Source": claim.source,
        "Id": claim.id,
    }
