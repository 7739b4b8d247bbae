"""TOML that others wrote is read in good time, and its lines are found, of which the parser tells nothing."""

import re
import tomllib
from collections.abc import Container, Sequence
from typing import Any

_LONG_KEY = re.compile(r"""(?m)(?:^|(?<=[{,\[ \t]))(?:[\w"'-]++[ \t]*+\.[ \t]*+){40}""")
_GIVES = re.compile(r"\s*+[\"']?(?P<key>\w++)[\"']?\s*+=\s*+[\[\"'{\d]")


def toml_of(text: str) -> dict[str, Any]:
    """Read TOML that others wrote.

    Raises:
        ValueError: when it is not TOML, or a key has more than 40 parts, which Python's reader takes an age for.
    """
    if _LONG_KEY.search(text):
        raise ValueError("a key has more than 40 parts")
    return tomllib.loads(text)


def begins_as_toml(text: str, keys: Container[str]) -> bool:
    r"""Say whether the first line that is neither blank nor a comment gives one of these keys a value.

    Examples:
        >>> begins_as_toml('# mine\n\ntitle = "A bakery"', {"title"}), begins_as_toml("x = 1", {"title"})
        (True, False)
    """
    lines = (line.strip() for line in text.split("\n"))
    found = _GIVES.match(next((line for line in lines if line and line[0] != "#"), ""))
    return found is not None and found["key"] in keys


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line a key stands on, or its table; TOML parsers do not tell, and a missing key has none (line 1)."""
    lines = text.splitlines()
    start = 0
    if len(place) > 1 and isinstance(place[1], int):
        headers = [
            number for number, line in enumerate(lines) if line.split("#")[0].strip() == f"[[{place[0]}]]"
        ]
        start = headers[place[1]] if place[1] < len(headers) else 0
    names = [part for part in place if isinstance(part, str)]
    for number in range(start, len(lines)):
        if names and re.match(rf"\s*\"?{re.escape(names[-1])}\"?\s*=", lines[number]):
            return number + 1
    return start + 1
