"""The time of a run is shown: who did what when, and what made it as long as it was."""

from typing import Any, cast

import streamlit as st

from pages.shared.picture import draw
from swarm.figures.timeline import timeline_figure
from swarm.figures.timeline_bars import JUDGE, bars_of
from swarm.metrics.timing import Timing, critical_path, timing
from swarm.recording.record import RunRecord
from swarm.spec import PACES
from swarm.written import count, lasting, plural

EXPLAINED = {
    "Waiting": "Thin grey line: waiting for a free place, or before asking again.",
    "Asked in vain": "Asked in vain: the call failed, or its reply could not be read.",
    "Critical path": "Critical path: read from the end, each turn is the last one that ended before the next "
    "began. Who wants a shorter run begins with these.",
    "Cut off": "Cut off: turns that the run ended in the middle of.",
}
"""Of what a timeline draws, what needs more than its name."""


def show_timeline(record: RunRecord) -> None:
    """The time of a run in a sentence, as a picture, and explained."""
    if not (record.turns or record.speaking or record.asked_again):
        st.caption("Nobody has spoken yet." if record.status == "running" else "Nobody spoke.")
        return
    words = timeline_in_words(record)
    figure = timeline_figure(record)
    st.markdown(words)
    draw(figure, alt=f"Timeline of this run. {words}", key=f"timeline_{record.run_id}")
    traces = cast("tuple[Any, ...]", figure.data)
    drawn: set[str | None] = {*(trace.name for trace in traces), *figure.layout.yaxis.ticktext}
    explained = [
        "A bar is a request to a model, from when it left to when it was answered; the mark behind the last one "
        "is what became of the agent.",
        *(words for name, words in EXPLAINED.items() if name in drawn),
        "These minds are simulated and did not take their time: real models are far slower."
        if record.simulated and PACES[record.spec.pace] != 1
        else "",
    ]
    st.caption(" ".join(explained))


def timeline_in_words(record: RunRecord) -> str:
    """Describe a timeline in a few sentences without any text of agents."""
    took = timing(record.turns)
    if took is None:
        return "No agent has answered yet." if record.status == "running" else "No agent's time was recorded."
    sentences = [("So far, " if record.status == "running" else "") + _pace_in_words(record, took)]
    bars = [bar for bar in bars_of(record) if bar.seat != JUDGE]
    waited_s = sum(bar.end_s - bar.start_s for bar in bars if bar.doing == "waiting")
    in_vain = sum(bar.doing == "in_vain" for bar in bars)
    if waited_s >= took.worked_s / 100:
        sentences.append(f"Waiting before requests left adds up to {lasting(waited_s)} over all agents.")
    if record.pauses:
        times, longest = plural(len(record.pauses), "time"), max(pause.wait_s for pause in record.pauses)
        sentences.append(f"A provider took no calls for now {times}, for {lasting(longest)} at the longest.")
    if in_vain:
        sentences.append(f"{plural(in_vain, 'request')} brought no answer that could be read.")
    return " ".join(sentences)


def _short(amount: float) -> str:
    return f"{amount:.1f}" if amount < 9.95 else f"{amount:,.0f}"


def _pace_in_words(record: RunRecord, took: Timing) -> str:
    """Tell how long it took, how many worked at once, and what decided that."""
    agents = plural(len({turn.seat for turn in record.turns if turn.calls}), "agent")
    turns, path = sum(bool(turn.calls) for turn in record.turns), len(critical_path(record.turns))
    # The run took longer: elsewhere on the page its judge is included.
    judged = " without the judge" if record.verdict and record.verdict.calls else ""
    lasted = f"{agents} took {lasting(took.elapsed_s)}{judged}"
    if turns == 1:
        return f"{lasted}."
    share = f"{took.longest_share:.0%} of the time"
    if path == turns:
        return f"{lasted}, one turn after another; the longest, agent {took.longest.seat}'s, took {share}."
    decided = (
        f"One turn decided how long it took: agent {took.longest.seat}'s, {share}."
        if path == 1
        else f"The critical path, which decided how long it took, is {count(path)} of {count(turns)} turns; the "
        f"longest of these, agent {took.longest.seat}'s, took {share}."
    )
    return f"{lasted}; on average {_short(took.at_once)} worked at once. {decided}"
