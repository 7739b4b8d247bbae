"""This file is where a run's turns are shown, framed as the work of agents and never rendered as markup."""

import streamlit as st

from pages.shared.numbers import count, plural, seconds, usd
from pages.shared.text import plain
from swarm.record import RunRecord
from swarm.replay import prompts_of
from swarm.turn import Action, Turn

PER_PAGE = 20
EVERYBODY = 0
DID: dict[Action, tuple[str, str]] = {
    "plan": ("planned", "primary"),
    "intend": ("announced", "gray"),
    "contribute": ("contributed", "green"),
    "abstain": ("abstained", "gray"),
    "unparsed": ("unreadable reply", "orange"),
    "failed": ("no reply", "red"),
}


def show_transcript(record: RunRecord, chosen_seat: int | None) -> None:
    """The turns, in the order of speaking; those of one agent when it was clicked in the graph."""
    if not record.turns:
        st.caption("Nobody has spoken yet." if record.status == "running" else "Nobody spoke.")
        return
    turns = _chosen(record, chosen_seat)
    pages = -(-len(turns) // PER_PAGE)
    page = st.pagination(pages, key=f"turns_page_{record.run_id}") if pages > 1 else 1
    for turn in turns[(page - 1) * PER_PAGE : page * PER_PAGE]:
        show_turn(record, turn)


def show_turn(record: RunRecord, turn: Turn) -> None:
    """One turn: who, as what, why, the text; prompt and raw reply on demand."""
    label, colour = DID[turn.action]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**Agent {turn.seat}**" + (f" · {plain(turn.role, 100)}" if turn.role else ""),
                width="content",
            )
            st.badge(label, color=colour)  # type: ignore[arg-type]
        if turn.reason:
            st.caption(f"Its reason: {plain(turn.reason)}" if turn.action != "failed" else plain(turn.reason))
        if turn.text:
            st.text(turn.text)
        for job in turn.assignments:
            st.caption(f"Agent {job.seat} as {plain(job.role, 80)}: {plain(job.job, 300)}")
        st.caption(" · ".join(_facts(turn)))
        _show_raw(record, turn)


def _chosen(record: RunRecord, chosen_seat: int | None) -> list[Turn]:
    seats = sorted({turn.seat for turn in record.turns})
    key = f"transcript_seat_{record.run_id}"
    if chosen_seat in seats:
        st.session_state[key] = chosen_seat
    roles = {turn.seat: turn.role for turn in record.turns if turn.role}
    seat = st.selectbox(
        "Whose turns",
        [EVERYBODY, *seats],
        format_func=lambda number: f"Agent {number} {roles.get(number, '')}" if number else "All agents",
        key=key,
        width=360,
    )
    return [turn for turn in record.turns if seat in (EVERYBODY, turn.seat)]


def _facts(turn: Turn) -> list[str]:
    heard = sorted({key.seat for key in turn.heard})
    facts = [f"heard {plural(len(heard), 'agent')}" if heard else "heard nobody"]
    if turn.builds_on:
        facts.append(f"builds on {', '.join(map(str, turn.builds_on))}")
    if turn.reports_to:
        facts.append(f"reports to {turn.reports_to}")
    facts += [f"{count(turn.usage.tokens)} tokens", plain(usd(turn.usage.cost_usd))]
    if turn.calls:
        facts.append(seconds(turn.ended_s - turn.started_s))
    facts += [plain(note) for note in turn.notes]
    return facts


def _show_raw(record: RunRecord, turn: Turn) -> None:
    key = f"raw_{record.run_id}_{turn.round}_{turn.seat}"
    raw = st.expander("What it was asked and what it answered", key=key, on_change="rerun", type="compact")
    if not raw.open:
        return
    with raw:
        for message in prompts_of(record).get(turn.key, ()):
            st.caption(f"{message.role.capitalize()} message")
            st.code(
                message.text,
                language=None,
                wrap_lines=True,
                height=260 if len(message.text) > 900 else "content",
            )
        for call in turn.calls:
            st.caption(f"Call {call.number} to {plain(call.model)}")
            st.code(call.reply or call.error or "", language=None, wrap_lines=True)
