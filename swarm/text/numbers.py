"""Numbers that people write: digits from 0 to 9, within reason, and nothing else that a computer may take for one."""

import re

MOST = 10**12
"""No number that anybody means is larger; far larger ones overflow somewhere."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?")


def is_whole(text: str) -> bool:
    """Tell whether a text is a whole number without a sign, of at most 18 digits from 0 to 9."""
    return bool(_WHOLE.fullmatch(text)) and text[0] not in "+-"


def whole(text: str) -> int:
    """Read a whole number.

    Raises:
        ValueError: says what would work, without repeating the text.

    Examples:
        >>> whole(" 12 ")
        12
        >>> whole("1_0")
        Traceback (most recent call last):
        ValueError: give a whole number in the digits 0 to 9, such as 12
    """
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError("give a whole number in the digits 0 to 9, such as 12")
    return int(text)


def decimal(text: str) -> float:
    """Read a number that is finite and at most a million millions.

    Raises:
        ValueError: says what would work, without repeating the text.

    Examples:
        >>> decimal("0.5"), decimal("1e3")
        (0.5, 1000.0)
        >>> decimal("1e308")
        Traceback (most recent call last):
        ValueError: give a number of at most 1e+12
    """
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError("give a number in the digits 0 to 9, such as 0.5")
    if abs(value := float(text)) > MOST:
        raise ValueError(f"give a number of at most {MOST:g}")
    return value
