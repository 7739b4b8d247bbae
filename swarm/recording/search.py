"""Turns of a transcript are found: by words, agent, role and what was done. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from swarm.metrics.roles import clusters
from swarm.turn import Action, Transcript, Turn

EXCERPTS = 3
"""Hits of a turn that are quoted; all are counted."""
AROUND = 40
"""Characters quoted on either side of a hit."""


@dataclass(frozen=True, slots=True)
class TurnFilter:
    """Conditions on turns. What is empty or None restricts nothing."""

    words: str = ""
    """To be found in a role, text, reason or assigned job, in this order; case and kind of space do not matter."""
    seat: int | None = None
    roles: tuple[str, ...] = ()
    """As agents wrote them: a turn's role must be one of these, or much like one (see `metrics.roles.clusters`)."""
    actions: tuple[Action, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether it restricts anything."""
        return bool(self.words.strip() or self.seat is not None or self.roles or self.actions)


class Excerpt(NamedTuple):
    """A hit and what stands around it, on one line; "…" where it was cut."""

    before: str
    hit: str
    after: str


class Found(NamedTuple):
    """A turn that was found."""

    turn: Turn
    hits: int = 0
    """How often the words stand in it; 0 when none were looked for."""
    excerpts: tuple[Excerpt, ...] = ()
    """The first hits, at most EXCERPTS."""


def find_turns(transcript: Transcript, where: TurnFilter) -> tuple[Found, ...]:
    """The turns that a filter lets through, in the order given."""
    wanted = _alike(transcript, where.roles) if where.roles else set[str]()
    words = _one_line(where.words)
    kept = (
        turn
        for turn in transcript
        if where.seat in (None, turn.seat)
        and (not where.actions or turn.action in where.actions)
        and (not where.roles or turn.role in wanted)
    )
    if not words:
        return tuple(Found(turn) for turn in kept)
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    searched = (_search(turn, pattern) for turn in kept)
    return tuple(found for found in searched if found.hits)


def _alike(transcript: Transcript, roles: Collection[str]) -> set[str]:
    """All roles of a transcript, as written, that are of the same clusters as these."""
    head_of = clusters([turn.role for turn in transcript if turn.role])
    heads = {head_of[role] for role in roles if role in head_of}
    return {role for role, head in head_of.items() if head in heads}


def _search(turn: Turn, pattern: re.Pattern[str]) -> Found:
    hits = sum(len(pattern.findall(text)) for text in _texts(turn))
    quoted = (_excerpt(text, match) for text in _texts(turn) for match in pattern.finditer(text))
    return Found(turn, hits, tuple(islice(quoted, EXCERPTS)))


def _texts(turn: Turn) -> Iterator[str]:
    """The texts of a turn that people can read, each on one line."""
    jobs = (text for job in turn.assignments for text in (job.role, job.job))
    return map(_one_line, (turn.role or "", turn.reason or "", turn.text, *jobs))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _excerpt(text: str, match: re.Match[str]) -> Excerpt:
    start, end = max(0, match.start() - AROUND), match.end() + AROUND
    before, after = text[start : match.start()], text[match.end() : end]
    return Excerpt(("…" if start else "") + before, match[0], after + ("…" if end < len(text) else ""))
