"""The agents are found whom a link names, by number or in words."""

import re
from typing import Any, cast

MAX_LINK_CHARS = 2_000
"""Of a link that is looked at."""

_AGENT = r"(?:(?:agents?|seats?|members?|no\.|nr\.|#)[\s_#:-]*+)"
_BETWEEN = r"(?:(?:\s*+(?:[,;/&+]|and\b))++\s*+|\s++)"
_NUMBERS = re.compile(rf"{_AGENT}?+\d{{1,6}}(?:{_BETWEEN}{_AGENT}?+\d{{1,6}})*+", re.IGNORECASE)
_NAMED = re.compile(rf"\b(?:agents?|seats?)[\s_#:-]*+(\d{{1,6}}(?:{_BETWEEN}\d{{1,6}}\b)*+)", re.IGNORECASE)
_SPAN = re.compile(rf"{_AGENT}?+(\d{{1,3}})\s*+(?:-|–|to|through)\s*+{_AGENT}?+(\d{{1,3}})", re.IGNORECASE)
_LED = re.compile(r"#?(\d{1,6})\s*+[.:)–-]\s*+[^\d\s][^\d]*+")
"""A number and then a name, as in "1: Baker"."""
_NOBODY = re.compile(
    r"(?:null|nil|nothing|empty|no agents?|no|-+|–|—)?\W*+|(?:none|nobody|no[- ]?one|not applicable|n/?a)\b.*+",
    re.IGNORECASE | re.DOTALL,
)
_ASIDE = re.compile(r"\([^()]*+\)")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD = re.compile(rf"\b(agent|seat)\s++({'|'.join(_WORDS)})\b", re.IGNORECASE)
_KEYS = ("agent", "seat", "number", "id", "agent_number", "agent_id")


def agents_in(link: Any) -> tuple[int, ...] | None:
    """The numbers of the agents that a link names, in its order.

    Args:
        link: a number, a text, or a list or object of such.

    Returns:
        Empty when it says that there is nobody; None when it says something else. Requirements ("R3") are no agents.

    Examples:
        >>> agents_in("Agent 1 (Baker)"), agents_in("agents 2 and 3"), agents_in("n/a"), agents_in("R1")
        ((1,), (2, 3), (), None)
    """
    if isinstance(link, bool):
        return None
    if isinstance(link, int | float):
        return (int(link),) if link == int(link) and 0 <= link <= 999_999 else None
    if isinstance(link, str):
        return _in_words(link)
    if isinstance(link, dict):
        return _in_object(cast("dict[str, Any]", link))
    if isinstance(link, list):
        found = [agents_in(part) for part in cast("list[Any]", link)]
        return tuple(number for part in found for number in part or ()) if None not in found else None
    return () if link is None else None


def numbers_in(text: str) -> tuple[int, ...] | None:
    """The numbers of a text that is nothing but numbers, as in "agent 2" or "1, #3"; None for any other."""
    text = text.strip(" \t\r\n[]{}'\"")
    if not _NUMBERS.fullmatch(text):
        return None
    return tuple(int(number) for number in re.findall(r"\d++", text))


def _in_words(text: str) -> tuple[int, ...] | None:
    if len(text) > MAX_LINK_CHARS:
        return None
    bare = _ASIDE.sub(" ", text).strip(" \t\r\n[]{}'\"*`.")
    if _NOBODY.fullmatch(bare):
        return () if bare or not text.strip("()[]{} ") else None
    bare = _WORD.sub(lambda named: f"{named[1]} {_WORDS.index(named[2].lower()) + 1}", bare)
    if span := _SPAN.fullmatch(bare):
        return tuple(range(int(span[1]), int(span[2]) + 1)) or None
    if (numbers := numbers_in(bare)) is not None:
        return numbers
    if led := _LED.fullmatch(bare):
        return (int(led[1]),)
    named = [int(number) for match in _NAMED.finditer(bare) for number in re.findall(r"\d++", match[1])]
    return tuple(dict.fromkeys(named)) or None


def _in_object(link: dict[str, Any]) -> tuple[int, ...] | None:
    named = [value for key, value in link.items() if key.lower() in _KEYS]
    return agents_in(named[0]) if len(named) == 1 and not isinstance(named[0], dict) else None
