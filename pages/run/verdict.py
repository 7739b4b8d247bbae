"""A verdict is shown: quality and how it adds up, reasons, the judge's reply to the letter."""

import streamlit as st

from pages.run.turn_card import show_raw_text
from pages.shared.text import plain
from swarm.verdict import CRITERIA, QUALITY_CRITERIA, Criterion, Score, Verdict
from swarm.written import quality

CRITERION: dict[Criterion, str] = {
    "accuracy": "Accuracy",
    "completeness": "Completeness",
    "coherence": "Coherence",
    "actionability": "Actionability",
    "mission_relevance": "Mission relevance",
}
MOST = 4
"""Points a criterion can have; 1 is the least."""


def show_verdict(verdict: Verdict | None, judge: str | None, ended: bool) -> None:
    """Quality, five criteria with points and reasons; or why there are none."""
    if verdict is None:
        missing = "The run ended before the judge was asked." if ended else "The judge is asked at the end."
        st.caption(missing if judge else "Nobody judges this run, so it has no quality.")
        return
    if verdict.unscored:
        st.warning(f"Unscored: {plain(verdict.unscored)}", icon=":material/rule:")
    else:
        _show_points(verdict)
    _show_reply(verdict)


def arithmetic(verdict: Verdict) -> str:
    """Tell how quality follows from the points, as a sentence; empty when unscored.

    Examples:
        >>> arithmetic(Verdict("judge", tuple(Score(name, 3) for name in CRITERIA)))
        'Quality = (3 + 3 + 3 + 3) / 16 = 0.75.'
    """
    points = verdict.points
    if not points:
        return ""
    added = " + ".join(str(points[name]) for name in QUALITY_CRITERIA)
    return f"Quality = ({added}) / 16 = {quality(verdict.quality)}."


def _show_points(verdict: Verdict) -> None:
    with st.grid(2, min_column_width=150, width=560):
        st.metric(
            "Quality",
            quality(verdict.quality),
            border=True,
            help="The points of the first four criteria, divided by the most they can be. At least 0.25.",
        )
        st.metric(
            "Mission relevance",
            f"{verdict.mission_relevance} of {MOST}",
            border=True,
            help="The fifth criterion. It is reported apart and is no part of quality.",
        )
    st.caption(f"{arithmetic(verdict)} Mission relevance is reported apart.")
    st.table(
        {
            "Points": [
                f"{'●' * score.points}{'○' * (MOST - score.points)}  \n:gray[{score.points} of {MOST}]"
                for score in verdict.scores
            ],
            "Criterion, and why in the judge's words": [_reason(score) for score in verdict.scores],
        },
        border="horizontal",
        hide_index=True,
        width="content",
    )
    st.caption(
        f"Judged by {plain(verdict.judge)}, who saw the mission and the text: no names, no protocol. "
        "1 point is poor, 4 are excellent."
    )


def _reason(score: Score) -> str:
    apart = "" if score.criterion in QUALITY_CRITERIA else " It is reported apart."
    question = f":gray[{CRITERIA[score.criterion]}{apart}]"
    reason = f"  \n{plain(score.reason, 600)}" if score.reason else ""
    return f"**{CRITERION[score.criterion]}** {question}{reason}"


def _show_reply(verdict: Verdict) -> None:
    if not verdict.calls:
        return
    with st.expander("What the judge answered", key="judge_reply", on_change="rerun", type="compact") as raw:
        if raw.open:
            for call in verdict.calls:
                title = f"Call {call.number} to {plain(call.model)}"
                show_raw_text(title, call.reply or call.error or "")
