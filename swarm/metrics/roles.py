"""The roles agents invent: how many there really are, and how evenly they are shared out."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from swarm.mission import Mission
from swarm.turn import Transcript, contributions

_WORD = r"""
    (?<!{w}) {w} [ ]?&[ ]? {w} (?!{w})          # Q&A, R & D
    | (?<!{w}) [^\W\d_] (?:\+\+|\#)            # C++, C#, C++17
    | (?:(?<![\w.])\.(?=[^\W\d_]))? {w}+ (?:[+\#]{{1,2}}(?![\w+\#]))?
"""
_NOT_A_LETTER = re.compile(r"[^\w\x00-\x7f]")
_EMPTY_WORDS = frozenset(["a", "an", "and", "for", "of", "on", "the", "to", "with", "in"])


@dataclass(frozen=True, slots=True)
class DistinctRoles:
    """The number of different roles, counted three ways; each at most the one before."""

    as_written: int
    normalised: int
    """After `normalise`."""
    clusters: int
    """After joining near-synonyms; see `clusters`."""


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """Near-synonyms, and who took them."""

    roles: Mapping[str, tuple[int, ...]]
    """Seats by role as written, in order of appearance; never empty."""

    @property
    def name(self) -> str:
        """The role that the others are like: the first of the cluster."""
        return next(iter(self.roles))

    @property
    def seats(self) -> tuple[int, ...]:
        """Everybody with one of these roles, in seat order."""
        return tuple(sorted(seat for seats in self.roles.values() for seat in seats))


@dataclass(frozen=True, slots=True)
class WordsShared:
    """The echo of the mission in roles."""

    words: tuple[str, ...]
    """Different words of the roles that the mission has as well: as first written, in lower case and in order."""
    own: tuple[str, ...]
    """Those that the mission has not: what the roles add."""

    @property
    def share(self) -> float:
        """In [0, 1]: 1 when the roles have no word of their own."""
        return len(self.words) / (len(self.words) + len(self.own))


def roles_taken(transcript: Transcript) -> dict[int, str]:
    """The role of every seat that contributed: that of its last contribution, in the order of speaking.

    A planner that contributed nothing is not in it: "Coordinator" is its place, not a role it took.
    """
    return {turn.seat: turn.role for turn in contributions(transcript) if turn.role}


def role_groups(taken: Mapping[int, str]) -> tuple[RoleGroup, ...]:
    """Join near-synonyms (see `clusters`) and say who took them; the largest group first, then by appearance.

    Args:
        taken: roles by seat, in the order of speaking.

    Examples:
        >>> [group.seats for group in role_groups({1: "Cook", 2: "Baker", 3: "cooks"})]
        [(1, 3), (2,)]
    """
    head_of = clusters([*taken.values()])
    groups: dict[str, dict[str, tuple[int, ...]]] = {}
    for seat, role in taken.items():
        roles = groups.setdefault(head_of[role], {})
        roles[role] = (*roles.get(role, ()), seat)
    found = [RoleGroup(roles) for roles in groups.values()]
    return tuple(sorted(found, key=lambda group: -len(group.seats)))


def words_shared(roles: Sequence[str], mission: Mission) -> WordsShared | None:
    """Compare the words of roles with those of the mission: do roles echo it, or bring something of their own?

    Words are compared as `normalise` has them; each counts once, however many roles have it. The mission's words
    are those of its title, goal and requirements: what every agent reads first.

    Returns:
        None without a word to compare: no roles, or none but filler words.

    Source: none; the paper (arXiv 2603.28990) calls roles spontaneous without asking where their words come from.

    Examples:
        >>> words_shared(["Bread baker", "Critic"], Mission("m", "Sell bread", "Feed the town.")).share
        0.3333333333333333
    """
    written: dict[str, str] = {}
    for word in (word for role in roles for word in _words(role)):
        written.setdefault(_singular(word), word)
    if not written:
        return None
    texts = (mission.title, mission.goal, *(requirement.text for requirement in mission.requirements))
    told = {_singular(word) for text in texts for word in _words(text)}
    return WordsShared(
        tuple(word for normal, word in written.items() if normal in told),
        tuple(word for normal, word in written.items() if normal not in told),
    )


def normalise(role: str) -> str:
    """A role without case, punctuation, plural endings and filler words.

    What tells names apart is kept: the signs of "C++", "C#", ".NET" and "Q&A", the marks of scripts that write vowels
    as marks, and all of a role that has no word, such as one of pictures. Time is linear in its length.

    Examples:
        >>> normalise("The Permit-Risk Analysts"), normalise("C# & C++ developers"), normalise("A")
        ('permit risk analyst', 'c# c++ developer', 'a')
    """
    return " ".join(_singular(word) for word in _words(role)) or " ".join(_folded(role).split())


def distinct_roles(roles: Sequence[str]) -> DistinctRoles:
    """Count different roles; 0 three times for no roles.

    Source: arXiv 2603.28990 counts strings as written, which near-synonyms inflate; hence three counts.

    Examples:
        >>> distinct_roles(["Risk analyst", "risk analysts", "Permit risk analyst", "Cook"])
        DistinctRoles(as_written=4, normalised=3, clusters=2)
    """
    normal = {normalise(role) for role in roles}
    return DistinctRoles(len(set(roles)), len(normal), len(set(clusters(roles).values())))


def clusters(roles: Sequence[str]) -> dict[str, str]:
    """Join near-synonyms: roles that share at least half of their words (Jaccard index), in order of appearance.

    Returns:
        For every role as written, the first role of its cluster. Deterministic in the order given.
    """
    heads: dict[str, frozenset[str]] = {}
    cluster_of: dict[str, str] = {}
    for role in dict.fromkeys(roles):
        words = frozenset(normalise(role).split())
        head = next((name for name, other in heads.items() if _jaccard(words, other) >= 0.5), role)
        heads.setdefault(head, words)
        cluster_of[role] = head
    return cluster_of


def evenness(roles: Sequence[str]) -> float | None:
    """Role evenness: normalised Shannon entropy of the (normalised) roles of active seats (Pielou's J).

    Returns:
        In [0, 1]: 1 when every role is taken equally often. None with fewer than two different roles, for which
        evenness has no meaning.

    Examples:
        >>> evenness(["cook", "baker"])
        1.0
    """
    counts = Counter(normalise(role) for role in roles)
    if len(counts) < 2:
        return None
    shares = [count / len(roles) for count in counts.values()]
    return -sum(share * math.log(share) for share in shares) / math.log(len(counts))


def gini(amounts: Sequence[float]) -> float | None:
    """Gini coefficient of non-negative amounts, such as tokens over seats.

    Returns:
        In [0, 1): 0 when all have the same; None for no amounts or when all are 0.

    Examples:
        >>> gini([1, 1, 1])
        0.0
        >>> gini([0, 4])
        0.5
    """
    ordered, whole = sorted(amounts), sum(amounts)
    if not whole:
        return None
    n = len(ordered)
    return 2 * sum(rank * amount for rank, amount in enumerate(ordered, 1)) / (n * whole) - (n + 1) / n


def _words(text: str) -> list[str]:
    folded = _folded(text)
    marks = {sign for sign in {*_NOT_A_LETTER.findall(folded)} if unicodedata.category(sign).startswith("M")}
    found = (word.replace(" ", "") for word in _word("".join(sorted(marks))).findall(folded))
    return [word for word in found if word not in _EMPTY_WORDS]


def _folded(text: str) -> str:
    """Without case, and letters that look alike written alike; a mark that only asks for a coloured picture is lost."""
    return unicodedata.normalize("NFKC", text).casefold().replace("♯", "#").replace("\ufe0f", "")


@lru_cache(maxsize=64)
def _word(marks: str) -> re.Pattern[str]:
    """The pattern of a word in a text in which these marks belong to words."""
    return re.compile(_WORD.format(w=rf"[\w{re.escape(marks)}]"), re.VERBOSE)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
