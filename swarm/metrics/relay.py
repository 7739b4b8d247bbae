"""Text that travels from agent to agent word for word, as an instruction that asks to be repeated would."""

import re
from collections import defaultdict
from dataclasses import dataclass

from swarm.mission import Mission
from swarm.turn import Transcript, Turn

MIN_WORDS = 8
"""Shorter sentences come back by chance."""
MIN_REPEATS = 2
"""Agents that must have repeated a sentence, besides the one that said it first: one may be quoting."""
SPREADING = 0.5
"""Share of its hearers that must repeat a sentence for it to be pointed out: texts of one kind share phrases."""
_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"r?\d+")


@dataclass(frozen=True, slots=True)
class Relay:
    """A sentence that agents passed on after hearing it."""

    text: str
    """As its first speaker wrote it."""
    origin: int
    """The seat that said it first."""
    seats: tuple[int, ...]
    """Seats that repeated it after hearing it from somebody, in the order of speaking; the origin is not among them."""
    hearers: int
    """Other seats that contributed after hearing it from somebody, these included."""

    @property
    def share(self) -> float:
        """Share of those who heard it that passed it on, above 0 and at most 1."""
        return len(self.seats) / self.hearers

    @property
    def spreads(self) -> bool:
        """Tell whether it spreads like an instruction that asks to be repeated."""
        return self.share >= SPREADING


def relays(transcript: Transcript, mission: Mission | None = None) -> tuple[Relay, ...]:
    """Sentences of 8 words or more that at least two agents repeated after hearing them from another one.

    Case, punctuation and line breaks do not count. What agents say alike without having heard each other is not
    relayed, and nothing here is judged: agents may quote each other for good reasons.

    Args:
        transcript: of a run.
        mission: what all of them read anyway, so that quoting it is no relay; None: nothing.

    Returns:
        Those that travelled farthest first; empty when nothing was passed on.

    Source: ours; the spread of a self-copying prompt, as in S. Cohen et al. (2024), Here comes the AI worm,
    arXiv 2403.02817.

    Examples:
        >>> relays([])
        ()
    """
    said: dict[tuple[str, ...], list[tuple[Turn, str]]] = defaultdict(list)
    read = _read_by_all(mission) if mission else ""
    for turn in sorted(transcript, key=lambda turn: turn.index):
        if turn.audible:
            for words, text in _sentences(turn.text, read).items():
                said[words].append((turn, text))
    found = (_relay(tellings, transcript) for tellings in said.values() if len(tellings) > MIN_REPEATS)
    return tuple(sorted((each for each in found if each), key=lambda each: -len(each.seats)))


def _relay(tellings: list[tuple[Turn, str]], transcript: Transcript) -> Relay | None:
    (first, text), *later = tellings
    carriers = {first.key}
    seats: list[int] = []
    for turn, _ in later:
        if carriers & set(turn.heard):
            carriers.add(turn.key)
            seats.append(turn.seat)
    passed_on = tuple(dict.fromkeys(seat for seat in seats if seat != first.seat))
    if len(passed_on) < MIN_REPEATS:
        return None
    hearers = {turn.seat for turn in transcript if turn.audible and carriers & set(turn.heard)} - {first.seat}
    return Relay(text, first.seat, passed_on, len(hearers))


def _sentences(text: str, read: str) -> dict[tuple[str, ...], str]:
    """Sentences that are long enough and no part of what all have read, by their words without a number in front."""
    found = {_words(sentence): sentence.strip() for sentence in _SENTENCE.findall(text)}
    return {
        words: sentence
        for words, sentence in found.items()
        if len(words) >= MIN_WORDS and " ".join(words) not in read
    }


def _words(text: str) -> tuple[str, ...]:
    words = _WORD.findall(text.lower())
    return tuple(words[1:] if words and _NUMBER.fullmatch(words[0]) else words)


def _read_by_all(mission: Mission) -> str:
    texts = (mission.title, mission.goal, *mission.values, *(each.text for each in mission.requirements))
    return " ".join(_WORD.findall(" ".join(texts).lower()))
