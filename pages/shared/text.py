"""Text of others is made safe to show. Long texts go to `st.text` and `st.code`."""

import re

from swarm.written import visible

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")
# The page's Markdown makes links of bare addresses, escaped or not, but of none in two pieces. What parts them is a
# small nothing: it is not seen, and not copied with the address.
_ADDRESS = re.compile(r"(?i)(?<=https)(?=:)|(?<=http)(?=:)|(?<=www)(?=\.)|(?<=\S)(?=@)")
_HERE = "\0"
"""Marks the place until all else is escaped; no text that was made visible has it."""
PARTED = ":small[]"


def sentence(error: Exception) -> str:
    """An error a person can act upon, as a sentence that is safe to show."""
    first, space, rest = str(error).partition(" ")
    # File names and quoted values keep their case.
    return plain((first.capitalize() if first.isalpha() and first.islower() else first) + space + rest)


def plain(text: object, limit: int | None = None) -> str:
    r"""Make text literal in any widget that understands Markdown: no link, image, icon, colour or formula.

    Args:
        text: anything, for instance a role an agent invented. Line breaks become spaces.
        limit: cut after so many characters.

    Examples:
        >>> plain("*Chief* chef")
        '\\*Chief\\* chef'
    """
    line = _SPACE.sub(" ", visible(str(text))).strip()
    if limit is not None and len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub(_HERE, line)).replace(_HERE, PARTED)
