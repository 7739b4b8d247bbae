"""Lines of TOML documents are looked at, as their parser tells of none."""

import re
from collections.abc import Container, Sequence

_GIVES = re.compile(r"\s*+[\"']?(?P<key>\w++)[\"']?\s*+=\s*+[\[\"'{\d]")


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
