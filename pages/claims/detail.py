"""One claim is shown in full: its test, what runs say, which runs these are, what is missing."""

from typing import Any

import streamlit as st

from pages.claims.link import link_to_runs, link_to_side_by_side, where_of
from pages.shared.badges import kind_badge
from pages.shared.resources import catalogue, cells, missions, settings
from pages.shared.text import plain, sentence
from swarm.claims.evidence import SideRuns
from swarm.claims.file import Claim, claim_book
from swarm.claims.gaps import missing, priced
from swarm.claims.judging import Evidence, Judged, Verdict
from swarm.claims.needed import planned_words
from swarm.claims.report import more_words
from swarm.claims.sentences import how_tested, marks_of, ranged_words, side_words, stand_in_words
from swarm.errors import SwarmError
from swarm.experiment.plan import Plan
from swarm.grid import Experiment
from swarm.models.catalogue import card_of, check_key
from swarm.written import lasting, plural, usd, visible

BADGES: dict[Verdict, tuple[str, Any]] = {
    "supported": (":material/check_circle:", "green"),
    "contradicted": (":material/cancel:", "red"),
    "undetermined": (":material/help:", "gray"),
}
"""Icon and colour of each verdict."""


def show_claim(judged: Judged) -> None:
    """The claim, its test, the evidence of either kind, and what is missing."""
    claim = judged.claim
    st.markdown(f"**The paper:** {plain(claim.paper)}; {plain(claim.source)}.")
    st.markdown(f"**Test:** {plain(how_tested(claim))}")
    for said in filter(None, (claim.note, planned_words(claim, missions()))):
        st.caption(plain(said))
    for evidence in (judged.simulated, judged.real):
        _show_evidence(evidence)
    _show_missing(judged)


def verdict_badge(verdict: Verdict) -> None:
    """A verdict as a word, an icon and a colour."""
    icon, colour = BADGES[verdict]
    st.badge(verdict.capitalize(), icon=icon, color=colour)


def _show_evidence(evidence: Evidence) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind_badge(evidence.simulated)
        verdict_badge(evidence.verdict)
        if evidence.ranged:
            st.markdown(f"**{plain(ranged_words(evidence.claim, evidence.ranged))}**")
    st.markdown(plain(f"{evidence.reason} {more_words(evidence)}"))
    if evidence.simulated:
        for said in marks_of(evidence.claim).values():
            st.caption(f":material/info: {plain(said)}")
    if evidence.kruskal and evidence.kruskal.h is not None:
        found = evidence.kruskal
        st.caption(
            f"The paper's own test, Kruskal–Wallis over {found.groups} team sizes: H = {found.h:.2f}, "
            f"p = {found.p:.2f}. A large p is no evidence that they are equal; the interval above is."
        )
    if evidence.sides:
        _show_runs(evidence)


def _show_runs(evidence: Evidence) -> None:
    st.dataframe(
        [_side_cells(side, counted) for side, counted in zip(evidence.sides, evidence.counted, strict=True)],
        hide_index=True,
        alt="Runs that the estimate rests upon",
    )
    if evidence.claim.paired and len(evidence.sides) > 1:
        st.caption("Only missions that every side has are counted: what they differ in is paired by mission.")
    setting = evidence.setting
    assert setting is not None
    left_out = (
        f" {plural(evidence.left_out, 'run')} under other judges, prompts or models are left out."
        if evidence.left_out
        else ""
    )
    st.caption(
        f"{plain(stand_in_words(evidence.claim, setting.models))} Judge {plain(setting.judge)}; version "
        f"{plain(setting.prompts)} of the prompts{' and the simulated models' if evidence.simulated else ''}."
        f"{left_out}",
        help="Runs whose agents were asked in other words, or answered by other versions of the simulated models, "
        "have another version and are never counted together.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if side_by_side := link_to_side_by_side(evidence):
            st.page_link(
                "../side_by_side/page.py",
                label="Side by side" if evidence.claim.measure == "quality" else "Side by side in quality",
                icon=":material/splitscreen_left:",
                query_params=side_by_side,
            )
        st.page_link(
            "../history/page.py",
            label="History",
            icon=":material/history:",
            query_params=link_to_runs(where_of(evidence)),
        )


def _side_cells(side: SideRuns, counted: tuple[int, int]) -> dict[str, object]:
    missions, runs = counted
    return {
        "Runs of": side_words(side.side, model=side.model),
        "Missions counted": f"{missions:,} of {len(side.sample):,}",
        "Runs counted": f"{runs:,} of {side.runs:,}",
        "Without a value": side.unmeasured,
        "Cut short": side.unfinished,
    }


def _show_missing(judged: Judged) -> None:
    """Show the runs that a verdict still needs, with their price, for the model that is chosen."""
    claim = judged.claim
    st.markdown("**Run what is missing**")
    models = _models(claim)
    real = next((at for at, model in enumerate(models) if at and _can_be_asked(model)), 0)
    model = st.selectbox(
        "With",
        models,
        # Where simulated runs have said what they can, real ones are missing, if there is a key for them.
        index=0 if judged.simulated.verdict == "undetermined" and not judged.simulated.is_beyond else real,
        format_func=_model_words,
        key=f"claim_model_{claim.id}",
        label_visibility="collapsed",
    )
    try:
        experiment = missing(claim, cells(), missions(), model)
        if experiment is None:
            st.caption("Nothing: with this model the claim has a verdict, or no run could bring one.")
            return
        _offer(claim, experiment, _priced(experiment.grid.id, experiment), model)
    except SwarmError as error:
        st.caption(sentence(error))


def _offer(claim: Claim, experiment: Experiment, foretold: Plan, model: str) -> None:
    grid = experiment.grid
    money = f"about {usd(foretold.expected.cost_usd)}" + (
        " of simulated money" if foretold.simulated else f", at most {usd(foretold.high.cost_usd)}"
    )
    st.markdown(
        f"{plural(foretold.runs, 'run')} on {plural(len(grid.missions), 'mission')}, "
        f"{plain(money)}, about {lasting(foretold.expected.seconds)}."
    )
    if grid.seed:
        st.caption(
            "Every mission of the library at these levels was run, so these runs repeat them with new seeds. Missions "
            "of your own would tell more."
        )
    if st.button("Plan these runs", icon=":material/science:", key=f"claim_missing_{claim.id}"):
        st.switch_page("../experiments/page.py", query_params={"claim": claim.id, "model": model})


def _models(claim: Claim) -> list[str]:
    """Models that may stand for the paper's, the simulated one first."""
    book = claim_book()
    known = [*book.models[claim.classes[0]]]
    if claim.any_model:
        known += [card.id for card in catalogue().values() if card.family != "simulated judge"]
    return list(dict.fromkeys(known))


def _model_words(model: str) -> str:
    card = catalogue().get(model)
    if card is None:
        return visible(model)
    beside = ", free" if card.simulated else "" if _can_be_asked(model) else ", no key"
    return visible(f"{card.label} ({model}{beside})")


def _can_be_asked(model: str) -> bool:
    try:
        check_key(card_of(model, settings()), settings())
    except SwarmError:
        return False
    return True


@st.cache_resource(max_entries=100, show_spinner="Adding up…")
def _priced(key: str, _experiment: Experiment) -> Plan:
    return priced(_experiment, settings())
