"""The names that programs give to things become words."""

import re

_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def in_words(name: str) -> str:
    """The words of a name.

    Examples:
        >>> in_words("WritePRDAgain"), in_words("write_code")
        ('Write PRD Again', 'write code')
    """
    return " ".join(_BREAK.sub(" ", name).split())
