"""One turn is shown, framed as the work of an agent and never rendered as markup."""

import streamlit as st

from pages.shared.badges import Colour
from pages.shared.text import PARTED, plain
from swarm.engine.rebuilt_prompts import prompts_of
from swarm.narrative.labels import DID, agents_named
from swarm.recording.record import RunRecord
from swarm.recording.search import Excerpt, Found
from swarm.turn import Action, Turn
from swarm.written import about, count, lasting, plural, usd, visible

TALL = 900
"""Characters from which a raw text scrolls in a box of its own."""
MANY = 10
"""More turns heard scroll in a box of their own."""
NAMED = 8
"""Of more agents it builds on, the first so many are named."""
COLOURS: dict[Action, Colour] = {
    "plan": "blue",
    "intend": "gray",
    "contribute": "green",
    "abstain": "gray",
    "unparsed": "orange",
    "failed": "red",
}


def show_turn(record: RunRecord, found: Found) -> None:
    """One turn: who, as what, why, the text; what it heard, prompt and raw reply on demand."""
    turn = found.turn
    with st.container(border=True, key=f"turn_{turn.round}_{turn.seat}"):
        _show_heading(found)
        _show_reason(turn)
        if turn.text:
            st.text(visible(turn.text))
        if turn.assignments:
            st.markdown(
                "\n".join(
                    f"- **Agent {job.seat}** as {plain(job.role, 80)}: {plain(job.job, 300)}"
                    for job in turn.assignments
                )
            )
        with st.container(gap="xxsmall"):
            st.caption(" · ".join([*_links(turn), *_taken(record, turn), *map(plain, turn.notes)]))
            _show_heard(record, turn)
            _show_raw(record, turn)


def _show_heading(found: Found) -> None:
    turn = found.turn
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        role = f" · {plain(turn.role, 100)}" if turn.role else ""
        st.markdown(f"**Agent {turn.seat}**{role}", width="content")
        st.badge(DID[turn.action], color=COLOURS[turn.action])
        if found.hits:
            st.badge(plural(found.hits, "hit"), icon=":material/search:", color="blue")
    if found.excerpts:
        st.markdown("  \n".join(_quoted(excerpt) for excerpt in found.excerpts))


def _quoted(excerpt: Excerpt) -> str:
    before, after = (f" {plain(side)} " if side else "" for side in (excerpt.before, excerpt.after))
    before = before if excerpt.before.endswith(" ") else before.rstrip()
    after = after if excerpt.after.startswith(" ") else after.lstrip()
    # Keeps the colour's name apart from a colon that an agent may have written before it.
    hit = f"{PARTED}:green[**{plain(excerpt.hit)}**]{PARTED}"
    return f":material/search: :small[{before.lstrip()}{hit}{after.rstrip()}]"


def _show_reason(turn: Turn) -> None:
    """Show why it did so; where there is no text, the reason is what there is to read."""
    if not turn.reason:
        return
    its_own = "" if turn.action in ("unparsed", "failed") else "Its reason: "
    if turn.text:
        st.caption(f"{its_own}{plain(turn.reason)}")
    else:
        st.markdown(f":gray[{its_own.strip()}] {plain(turn.reason)}" if its_own else plain(turn.reason))


def _links(turn: Turn) -> list[str]:
    heard = [] if turn.heard else ["Heard nobody"]
    builds = [f"Builds on {agents_named(sorted(turn.builds_on), NAMED)}"] if turn.builds_on else []
    reports = [f"Reports to agent {turn.reports_to}"] if turn.reports_to else []
    return [*heard, *builds, *reports]


def _taken(record: RunRecord, turn: Turn) -> list[str]:
    """Tell the cost of the turn, with units; nothing for a turn without calls."""
    if not turn.calls:
        return []
    estimated = turn.usage.estimated
    cost = plain(about(usd(turn.usage.cost_usd), estimated))
    return [
        *([plural(len(turn.calls), "call")] if len(turn.calls) > 1 else []),
        f"{about(count(turn.usage.tokens), estimated)} tokens",
        f"cost {cost}, simulated" if record.simulated else f"cost {cost}",
        f"took {lasting(turn.ended_s - turn.started_s)}",
    ]


def _show_heard(record: RunRecord, turn: Turn) -> None:
    if not turn.heard:
        return
    label = f"What it heard: {plural(len(turn.heard), 'turn')}"
    with _on_demand(label, f"heard_{record.run_id}_{turn.round}_{turn.seat}") as heard:
        if heard.open:
            said = {other.key: other for other in record.turns}
            lines = [_heard_line(turn, said[key]) for key in turn.heard if key in said]
            with st.container(height=320 if len(lines) > MANY else "content", border=False):
                st.markdown("\n".join(lines))


def _heard_line(turn: Turn, other: Turn) -> str:
    links = ":green-badge[builds on it]" if other.seat in turn.builds_on else ""
    links += " :blue-badge[reports to it]" if other.seat == turn.reports_to else ""
    who = "Itself" if other.seat == turn.seat else f"Agent {other.seat}"
    role = f" · {plain(other.role, 60)}" if other.role else ""
    first = next((line for line in other.text.splitlines() if line.strip()), "")
    return f"- **{who}**{role} {links}  \n  :gray[{plain(first, 160)}]"


def _show_raw(record: RunRecord, turn: Turn) -> None:
    key = f"raw_{record.run_id}_{turn.round}_{turn.seat}"
    with _on_demand("What it was asked and what it answered", key) as raw:
        if not raw.open:
            return
        messages = prompts_of(record).get(turn.key, ())
        if not messages:
            st.caption("What it was asked is not known: the prompts or the protocol have changed since.")
        for message in messages:
            show_raw_text(f"{message.role.capitalize()} message", message.text)
        for call in turn.calls:
            show_raw_text(f"Call {call.number} to {plain(call.model)}", call.reply or call.error or "")


def show_raw_text(title: str, text: str) -> None:
    """A prompt or a reply as it stands, under a title in Markdown."""
    st.caption(title)
    st.code(visible(text), language=None, wrap_lines=True, height=260 if len(text) > TALL else "content")


def _on_demand(label: str, key: str):  # noqa: ANN202
    return st.expander(label, key=key, on_change="rerun", type="compact")
