"""A run's spending: tokens, money and time, of the whole and of every agent."""

from collections.abc import Sequence

import streamlit as st

from swarm.export import no_formula
from swarm.organization.graph import SeatNow
from swarm.recording.record import RunRecord
from swarm.turn import Usage, total
from swarm.written import UNKNOWN, about, count, lasting, plural, usd

MEASURED = ("Input tokens", "of them cached", "Output tokens", "Cost")
FEW = 12
"""More agents scroll in a box of their own."""


def show_spending(record: RunRecord, seats: Sequence[SeatNow]) -> None:
    """Tokens, money and time: team, judge and whole; below, agent by agent."""
    _show_sums(record)
    st.caption(" ".join(_remarks(record)))
    rows = [_row(record, seat) for seat in seats]
    whole = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        rows,
        hide_index=True,
        height="auto" if len(rows) <= FEW else 440,
        column_config={
            "Agent": st.column_config.NumberColumn(pinned=True, width=60),
            "Input tokens": whole,
            "of them cached": whole,
            "Output tokens": whole,
            "Cost, $": st.column_config.NumberColumn(format=_digits(rows)),
            "Time, s": st.column_config.NumberColumn(format="%.1f"),
        },
        placeholder=UNKNOWN,
        alt="Tokens, money and time of every agent",
    )


def unfinished(record: RunRecord) -> Usage | None:
    """Add up the calls that led to no finished turn and no verdict, such as those that were cut off.

    Returns:
        None when there were none. Money is unknown when that of the whole or of a part is.
    """
    spent, known = record.spent, record.spending.team + record.spending.judge
    if spent.tokens <= known.tokens:
        return None
    priced = spent.cost_usd is not None and known.cost_usd is not None
    return Usage(
        spent.input_tokens - known.input_tokens,
        spent.cached_tokens - known.cached_tokens,
        spent.output_tokens - known.output_tokens,
        max(0.0, (spent.cost_usd or 0.0) - (known.cost_usd or 0.0)) if priced else None,
        spent.estimated,
    )


def _show_sums(record: RunRecord) -> None:
    sums = _sums(record)
    right = st.column_config.TextColumn(alignment="right", width=80)
    st.dataframe(
        {"": [*MEASURED], **{who: _amounts(usage) for who, usage in sums.items()}},
        hide_index=True,
        width=140 + 110 * len(sums),
        column_config={"": st.column_config.TextColumn(width=105), **dict.fromkeys(sums, right)},
        alt="Tokens and money of the team, the judge and the whole run",
    )


def _sums(record: RunRecord) -> dict[str, Usage]:
    spending, rest = record.spending, unfinished(record)
    return {
        "Team": spending.team,
        **({"Judge": spending.judge} if record.verdict else {}),
        **({"Unfinished": rest} if rest else {}),
        "Whole run": record.spent,
    }


def _amounts(usage: Usage) -> list[str]:
    """In the order of MEASURED."""
    tokens = (usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    return [about(figure, usage.estimated) for figure in (*map(count, tokens), usd(usage.cost_usd))]


def _remarks(record: RunRecord) -> list[str]:
    overhead = record.spending.overhead
    return [
        f"{plural(record.calls, 'call')} in {lasting(record.duration_s)}.",
        *([f"Plans and announcements took {overhead:.0%} of the team's tokens."] if overhead else []),
        *(["Simulated money: what models of this class would cost."] if record.simulated else []),
        *(
            ["Some figures are estimates, on the high side: a provider stated none."]
            if record.spent.estimated
            else []
        ),
        "Agents that work at once overlap, so their times do not add up to that of the run.",
    ]


def _row(record: RunRecord, seat: SeatNow) -> dict[str, object]:
    turns = [turn for turn in record.turns if turn.seat == seat.number]
    usage = total(turn.usage for turn in turns)
    return {
        "Agent": seat.number,
        "Cost, $": usage.cost_usd,
        "Time, s": sum(turn.ended_s - turn.started_s for turn in turns) if turns else None,
        "Input tokens": usage.input_tokens,
        "of them cached": usage.cached_tokens,
        "Output tokens": usage.output_tokens,
        # Last, so that a phone shows the numbers.
        "Role": no_formula(seat.role or ""),
    }


def _digits(rows: Sequence[dict[str, object]]) -> str:
    """As many as keep the smallest amount from looking like nothing."""
    amounts = [cost for row in rows if isinstance(cost := row["Cost, $"], float) and cost > 0]
    return "%.6f" if amounts and min(amounts) < 0.0001 else "%.4f"
