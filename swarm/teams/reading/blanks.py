"""Blanks in foreign texts, such as {topic}, are filled, taken out or listed."""

import re
from collections.abc import Collection, Iterable, Mapping

MAX_FILLED_CHARS = 300_000
"""Of a text with its blanks filled; a small file could otherwise blow itself up."""
_BLANK = re.compile(r"\{([A-Za-z_]\w{0,59})\}")


def blanks(texts: Iterable[str]) -> tuple[str, ...]:
    """The blanks of some texts, each once.

    Examples:
        >>> blanks(["Bake {what} for {whom}", "Eat {what}"])
        ('what', 'whom')
    """
    return tuple(dict.fromkeys(name for text in texts for name in _BLANK.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its blanks filled where there is a value, as far as 300,000 characters go.

    Examples:
        >>> filled("Bake {what} for {whom}", {"what": "bread"})
        'Bake bread for {whom}'
    """
    room = MAX_FILLED_CHARS

    def value(found: re.Match[str]) -> str:
        nonlocal room
        given = values.get(found[1])
        if given is None or len(given) > room:
            return found[0]
        room -= len(given)
        return given

    return _BLANK.sub(value, text)


def without_blanks(text: str, keep: Collection[str] = ()) -> str:
    """A text in which what its framework would have filled in while it runs is only named.

    Examples:
        >>> without_blanks("Review {codes} of {task}", keep=["task"])
        'Review (codes) of {task}'
    """
    return _BLANK.sub(lambda found: found[0] if found[1] in keep else f"({found[1]})", text)
