"""A run becomes a report in Markdown."""

import re

from swarm.export.labels import facts_of, kind_of
from swarm.narrative.labels import DID
from swarm.narrative.story import story
from swarm.recording.record import RunRecord
from swarm.turn import Turn
from swarm.written import visible


def as_markdown(record: RunRecord) -> bytes:
    """A report to read: what happened, figures, who did what, the deliverable, the verdict."""
    kind = "".join(f"**{name}**: {_literal(meaning)}\n\n" for name, meaning in kind_of(record).items())
    facts = "".join(f"- {name}: {_literal(value)}\n" for name, value in facts_of(record).items())
    turns = "\n".join(_turn(turn) for turn in record.turns)
    return (
        f"# {_literal(record.spec.mission.title)}\n\n{kind}{_literal(' '.join(story(record)))}\n\n{facts}\n"
        f"## Turns\n\n{turns}\n## Deliverable\n\n{_quoted(record.deliverable)}\n\n## Verdict\n\n{_verdict(record)}"
    ).encode("utf-8", "replace")


def _turn(turn: Turn) -> str:
    role = f" as {_literal(turn.role)}" if turn.role else ""
    links = f", builds on {', '.join(map(str, turn.builds_on))}" if turn.builds_on else ""
    links += f", reports to {turn.reports_to}" if turn.reports_to else ""
    reason = f"\n{_quoted(turn.reason)}\n" if turn.reason else ""
    return f"### Agent {turn.seat}: {DID[turn.action]}{role}{links}\n{reason}\n{_quoted(turn.text)}\n"


def _verdict(record: RunRecord) -> str:
    verdict = record.verdict
    if verdict is None:
        return "Not judged.\n"
    if verdict.unscored:
        return f"Unscored: {_literal(verdict.unscored)}\n"
    return "".join(f"- {s.criterion}: {s.points} of 4. {_literal(s.reason)}\n" for s in verdict.scores)


def _literal(text: str) -> str:
    """One line in which every mark is itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(visible(text).split()))


def _quoted(text: str) -> str:
    """A text as it is, in a code block that it cannot close."""
    if not text:
        return ""
    text = visible(text)
    longest = max((len(run) for run in re.findall(r"~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
