"""This file is where what came out of a run is shown: deliverable, verdict, tokens and money, recipe."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.numbers import NONE, count, usd
from pages.shared.text import plain
from pages.shared.words import protocol_name
from swarm.command import mission_toml, same_again
from swarm.compose import NO_JUDGE
from swarm.export import no_formula
from swarm.graph import SeatNow
from swarm.record import RunRecord
from swarm.spec import fingerprint
from swarm.turn import Turn, contributions, total
from swarm.verdict import CRITERIA, Verdict

CRITERION = {
    "accuracy": "Accuracy",
    "completeness": "Completeness",
    "coherence": "Coherence",
    "actionability": "Actionability",
    "mission_relevance": "Mission relevance",
}


def show_deliverable(record: RunRecord) -> None:
    """The parts of the deliverable in order, each with who wrote it."""
    pieces = contributions(record.turns)
    if not pieces:
        st.caption("Nothing was delivered." if record.ended else "Nothing has been delivered yet.")
        return
    st.caption("Written by agents, in the order of speaking. The judge sees the text without names.")
    for turn in pieces:
        with st.container(border=True):
            st.markdown(f"**Agent {turn.seat}** · {plain(turn.role or 'no role', 100)}")
            st.text(turn.text)


def show_verdict(verdict: Verdict | None, judge: str | None, ended: bool) -> None:
    """Five criteria with points and reasons, or why there are none."""
    if verdict is None:
        missing = "The run ended before the judge was asked." if ended else "The judge is asked at the end."
        st.caption(missing if judge else "Nobody judges this run, so it has no quality.")
        return
    if verdict.unscored:
        st.warning(f"Unscored: {plain(verdict.unscored)}", icon=":material/rule:")
        return
    st.table(
        {
            "Criterion": [
                f"**{CRITERION[score.criterion]}**  \n:gray[{CRITERIA[score.criterion]}]"
                for score in verdict.scores
            ],
            "Points": [
                f"{'●' * score.points}{'○' * (4 - score.points)} {score.points} of 4"
                for score in verdict.scores
            ],
            "The judge's reason": [plain(score.reason, 400) for score in verdict.scores],
        },
        border="horizontal",
        hide_index=True,
    )
    st.caption(
        f"Judged by {plain(verdict.judge)}. Quality is the sum of the first four criteria, divided by 16; "
        "mission relevance is reported apart."
    )


def show_spending(record: RunRecord, seats: Sequence[SeatNow]) -> None:
    """Tokens and money of every agent and of the judge."""
    rows = [
        _spending_row(f"Agent {seat.number}", seat.role, _turns_of(record, seat.number)) for seat in seats
    ]
    if record.verdict and record.verdict.calls:
        usage = record.verdict.usage
        rows.append(
            _row(
                "Judge",
                record.verdict.judge,
                usage.input_tokens,
                usage.cached_tokens,
                usage.output_tokens,
                usage.cost_usd,
                None,
            )
        )
    dollars = st.column_config.NumberColumn("Cost, $", format="%.4f")
    whole = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        rows,
        hide_index=True,
        height="auto" if len(rows) < 12 else 440,
        column_config={
            "Input tokens": whole,
            "of them cached": whole,
            "Output tokens": whole,
            "Cost, $": dollars,
            "Time, s": st.column_config.NumberColumn(format="%.1f"),
        },
        placeholder=NONE,
        alt="Tokens, money and time of every agent",
    )
    spent, spending = record.spent, record.spending
    overhead = (
        ""
        if spending.overhead is None
        else f" Plans and announcements took {spending.overhead:.0%} of the team's tokens."
    )
    money = " Simulated money: what models of this class would cost." if record.simulated else ""
    estimated = (
        " Some figures are upper estimates, because a provider reported none." if spent.estimated else ""
    )
    st.caption(
        f"All in all {count(record.calls)} calls, {count(spent.tokens)} tokens, {_dollars(spent.cost_usd)}."
        f"{overhead}{money}{estimated}"
    )


def show_recipe(record: RunRecord) -> None:
    """Everything one needs to do the same again."""
    spec = record.spec
    limits = [
        f"{value:g} {name}"
        for name, value in (
            ("dollars", spec.limits.usd),
            ("tokens", spec.limits.tokens),
            ("calls", spec.limits.calls),
            ("seconds", spec.limits.seconds),
        )
        if value is not None
    ]
    facts = {
        "Mission": plain(spec.mission.title),
        "Protocol": plain(protocol_name(spec.protocol)),
        "Options": plain(", ".join(f"{name} = {value}" for name, value in spec.options.items()) or "none"),
        "Models": plain(", ".join(f"{seated} × {model}" for model, seated in spec.team.models.items())),
        "Judge": plain(spec.judge or NO_JUDGE),
        "Limits": ", ".join(limits) or "none",
        "Seed": str(spec.seed),
        "Organization": plain(spec.organization),
        "Roles remembered from earlier missions": str(len(spec.memory)),
        "Prompts": f"version {plain(spec.prompts)}",
        "Recipe": f"fingerprint {fingerprint(spec)}",
        "Roleless": f"version {plain(record.version)}",
    }
    st.table(facts, border="horizontal", width="content")
    st.caption("The same from a terminal:")
    st.code(same_again(spec), language="bash", wrap_lines=True)
    st.caption("The mission as a file:")
    with st.expander("mission.toml", icon=":material/description:"):
        st.code(mission_toml(spec.mission), language="toml", wrap_lines=True)


def _turns_of(record: RunRecord, seat: int) -> list[Turn]:
    return [turn for turn in record.turns if turn.seat == seat]


def _spending_row(who: str, role: str | None, turns: Sequence[Turn]) -> dict[str, object]:
    usage = total(turn.usage for turn in turns)
    taken = sum(turn.ended_s - turn.started_s for turn in turns)
    return _row(
        who, role, usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.cost_usd, taken
    )


def _row(
    who: str,
    role: str | None,
    asked: int,
    cached: int,
    answered: int,
    cost: float | None,
    taken: float | None,
) -> dict[str, object]:
    return {
        "Who": who,
        "Role": no_formula(role or ""),
        "Input tokens": asked,
        "of them cached": cached,
        "Output tokens": answered,
        "Cost, $": cost,
        "Time, s": taken,
    }


def _dollars(amount: float | None) -> str:
    return "an unknown price" if amount is None else plain(usd(amount))
