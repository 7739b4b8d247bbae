"""Claims are chosen and listed: filters, one of them in full, a figure, and all in one table."""

from collections.abc import Sequence

import streamlit as st

from pages.claims.detail import show_claim
from pages.shared.picture import draw
from pages.shared.text import plain
from pages.side_by_side.conditions import KINDS
from swarm.claims.file import Claim, ClaimBook
from swarm.claims.judging import VERDICTS, Judged
from swarm.claims.sentences import MARKS_TOLD, figure_words, marks_of, ranged_words
from swarm.figures.claims import claims_figure
from swarm.written import UNKNOWN, visible

ALL = "All"
CLAIM, CHOSEN = "claim", "claim_chosen"
"""The name of the open claim in the address, and the key of the widget that chooses it."""


def choose_claims(judged: Sequence[Judged], book: ClaimBook) -> tuple[list[Judged], bool]:
    """Draw the filters.

    Returns:
        The claims that match, and whether simulated runs are shown of them, or real ones.
    """
    group = st.pills(
        "About", [*book.groups, ALL], default=_group(book), required=True, key="about", bind="query-params"
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
    """One of these claims in full if it is chosen, a figure of what was found, and a line for each without."""
    _show_one(judged, simulated=simulated)
    found = [each for each in judged if each.of_kind(simulated=simulated).ranged]
    if found:
        _show_figure(found, simulated=simulated)
    if without := [each for each in judged if each not in found]:
        st.markdown(f"**Not measured yet by {'simulated' if simulated else 'real'} runs**")
        st.markdown(
            "\n".join(
                f"- {plain(each.claim.statement)} "
                f":gray[{plain(f'{_papers(each.claim)}; {_found(each, simulated=simulated)}')}]"
                for each in without
            )
        )
    with st.expander("As a table", icon=":material/table:"):
        _show_table(judged, simulated=simulated)


def _show_figure(judged: Sequence[Judged], *, simulated: bool) -> None:
    kind = "simulated" if simulated else "real"
    evidence = [each.of_kind(simulated=simulated) for each in judged]
    supported = sum(each.verdict == "supported" for each in evidence)
    alt = f"{len(judged)} claims of the paper beside {kind} runs; {supported} are supported"
    draw(claims_figure(evidence), alt=alt, key="claims_figure")
    st.caption(
        "Bar: what the claim predicts. Diamond: the paper's figure. Line: our interval. Every row has its own scale."
        + (f" {MARKS_TOLD}" if any(each.simulated and marks_of(each.claim) for each in evidence) else "")
    )


def _show_table(judged: Sequence[Judged], *, simulated: bool) -> None:
    """Each of these claims as a line."""
    kind = "simulated" if simulated else "real"
    st.dataframe(
        [_cells(each, simulated=simulated) for each in judged],
        hide_index=True,
        height="auto" if len(judged) <= 12 else 460,
        column_config={
            "Claim": st.column_config.TextColumn(width="large"),
            "Missions": st.column_config.NumberColumn(width="small"),
            "Runs": st.column_config.NumberColumn(width="small"),
        },
        placeholder=UNKNOWN,
        alt=f"The paper's claims beside {kind} runs",
    )


def _show_one(judged: Sequence[Judged], *, simulated: bool) -> None:
    """All there is to say of the claim that the address or the reader chooses."""
    listed = {each.claim.id: each for each in judged}
    named = st.query_params.get(CLAIM)
    st.session_state[CHOSEN] = named if named in listed else None
    chosen = st.selectbox(
        "Open a claim",
        [*listed],
        index=None,
        format_func=lambda claim_id: visible(_in_a_line(listed[claim_id], simulated=simulated)),
        placeholder="Its test, the runs it rests upon, and what it lacks",
        key=CHOSEN,
        on_change=_write_choice,
    )
    if chosen in listed:
        with st.container(border=True):
            st.markdown(f"#### {plain(listed[chosen].claim.statement)}")
            show_claim(listed[chosen])


def _write_choice() -> None:
    """The address is master: it says which claim is open."""
    chosen = st.session_state[CHOSEN]
    st.query_params.pop(CLAIM, None)
    if chosen is not None:
        st.query_params[CLAIM] = chosen


def _in_a_line(each: Judged, *, simulated: bool) -> str:
    """The claim, what came of it, our figure and the paper's; plain text."""
    return f"{each.claim.statement} {_papers(each.claim).capitalize()}; {_found(each, simulated=simulated)}"


def _found(each: Judged, *, simulated: bool) -> str:
    """Tell the outcome of runs, if they say anything yet."""
    evidence = each.of_kind(simulated=simulated)
    marks = [*marks_of(each.claim)] if simulated else []
    if not evidence.ranged:
        found = "runs, but nothing to compare yet" if evidence.sides else "no run yet"
        return ", ".join([*marks, found])
    return f"{', '.join([evidence.verdict, *marks])}; here {ranged_words(each.claim, evidence.ranged)}"


def _papers(claim: Claim) -> str:
    return f"paper {figure_words(claim, claim.figure)}"


def _group(book: ClaimBook) -> str:
    """That of the claim that the address names, else the first."""
    named = st.query_params.get(CLAIM)
    return next((claim.group for claim in book.claims if claim.id == named), book.groups[0])


def _any_simulated(judged: Sequence[Judged]) -> bool:
    return any(each.simulated.sides for each in judged)


def _cells(each: Judged, *, simulated: bool) -> dict[str, object]:
    claim, evidence = each.claim, each.of_kind(simulated=simulated)
    return {
        "Claim": claim.statement,
        "Paper": figure_words(claim, claim.figure),
        "Here": ranged_words(claim, evidence.ranged),
        "Verdict": evidence.verdict.capitalize(),
        "Missions": evidence.missions or None,
        "Runs": evidence.runs or None,
        **({"Marks": ", ".join(marks_of(claim)) or None} if simulated else {}),
        "Id": claim.id,
    }
