"""Two texts are set against each other: parts that correspond side by side, differing words marked.

Pure: texts are compared as they are, and nothing is made of what they say.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

ALIKE = 0.5
"""Parts without a common first line correspond when they share so much of their words, in [0, 1]."""
MOST_PAIRS = 40_000
"""Of longer texts only parts with a common first line are set side by side: looking at all pairs would take seconds."""
MOST_WORDS = 3_000
"""In longer parts words are not marked, for the same reason."""
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_WORD = re.compile(r"\S+\s*")


class Passage(NamedTuple):
    """Words in a row, with the space behind them, that all differ from the other text or all do not."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A part of one text and its counterpart in the other; None where there is none."""

    one: str | None
    other: str | None

    @property
    def same(self) -> bool:
        """Tell whether both have it in the same words."""
        return self.one is not None and self.other is not None and self.one.split() == self.other.split()


def side_by_side(one: str, other: str) -> tuple[Beside, ...]:
    """Set parts of two texts side by side.

    A part is what stands between empty lines; parts of a text under the same first line are one. Two parts correspond
    when their first lines are equal, else when they share half of their words.

    Returns:
        In the order of the first text; a part that only the other has stands behind what it follows there.
    """
    left, right = _parts(one), _parts(other)
    counterpart = _by_first_line(left, right)
    counterpart |= _by_words(left, right, counterpart)
    return tuple(_in_order(left, right, counterpart))


def marked(one: str, other: str) -> tuple[Passage, ...]:
    """A text in pieces: words that stand in the other as well, in that order, and words that do not."""
    words, others = _WORD.findall(one), _WORD.findall(other)
    if len(words) + len(others) > MOST_WORDS:
        return (Passage(one, one.split() != other.split()),)
    matcher = SequenceMatcher(None, [w.rstrip() for w in words], [w.rstrip() for w in others], autojunk=False)
    changes = [(code[0] != "equal", "".join(words[code[1] : code[2]])) for code in matcher.get_opcodes()]
    runs = groupby((change for change in changes if change[1]), key=lambda change: change[0])
    return tuple(Passage("".join(text for _, text in run), differs) for differs, run in runs)


def _parts(text: str) -> list[str]:
    """The parts of a text, those with the same heading as one, at the place of the first of them."""
    found: dict[tuple[str, int], list[str]] = {}
    for at, part in enumerate(_BREAK.split(text.strip())):
        head, below, rest = part.strip().partition("\n")
        if head:
            # A line by itself heads nothing: said twice, it stands twice.
            found.setdefault((head, 0 if below else at + 1), [head]).extend([rest] if below else [])
    return ["\n".join(lines) for lines in found.values()]


def _head(part: str) -> str:
    return part.partition("\n")[0].strip()


def _by_first_line(left: Sequence[str], right: Sequence[str]) -> dict[int, int]:
    places: dict[str, list[int]] = defaultdict(list)
    for at, part in enumerate(right):
        places[_head(part)].append(at)
    return {at: places[head].pop(0) for at, part in enumerate(left) if places[head := _head(part)]}


def _by_words(left: Sequence[str], right: Sequence[str], found: dict[int, int]) -> dict[int, int]:
    """The most alike first; each part has one counterpart at most."""
    ones = {at: Counter(part.lower().split()) for at, part in enumerate(left) if at not in found}
    others = {at: Counter(part.lower().split()) for at, part in enumerate(right) if at not in found.values()}
    if len(ones) * len(others) > MOST_PAIRS:
        return {}
    pairs = [(_overlap(one, other), -at, -to) for at, one in ones.items() for to, other in others.items()]
    more: dict[int, int] = {}
    for overlap, at, to in sorted(pairs, reverse=True):
        if overlap >= ALIKE and -at not in more and -to not in more.values():
            more[-at] = -to
    return more


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """Twice the words in common over all words (Dice)."""
    return 2 * (one & other).total() / (one.total() + other.total())


def _in_order(left: Sequence[str], right: Sequence[str], counterpart: dict[int, int]) -> Iterator[Beside]:
    alone = [at for at in range(len(right)) if at not in counterpart.values()]
    told: set[int] = set()

    def following(place: int) -> Iterator[Beside]:
        """The parts that only the other has, from behind a place of it to the next part that has a counterpart."""
        for at in range(place + 1, len(right)):
            if at not in alone or at in told:
                return
            told.add(at)
            yield Beside(None, right[at])

    yield from following(-1)
    for at, part in enumerate(left):
        to = counterpart.get(at)
        yield Beside(part, None if to is None else right[to])
        if to is not None:
            yield from following(to)
